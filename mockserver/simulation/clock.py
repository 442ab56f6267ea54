"""What time it is: the only module that knows, and only at its edge.

Everything else is given an instant. An instant is an aware UTC datetime. No clock runs backwards.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FASTEST = 1e6  # seconds in one: eleven days
LAST = datetime(9000, 1, 1, tzinfo=UTC)  # what is due after it can still be told
THOUSANDTHS = tuple(f".{number:03d}Z" for number in range(1000))


class ClockRefused(ValueError):
    """A clock cannot be set as it was asked; the message says why, and what can be asked instead."""


class TimeSource(Protocol):
    """Something that tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant: aware, UTC, never earlier than the one before."""


class WallClock:
    """The machine's clock.

    Mutable in one thing: it remembers its last instant, so that it never runs backwards.
    """

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the present instant, or the last one told when the machine's clock was set back."""
        now, last = datetime.now(UTC), self._last
        if now < last:
            return last
        self._last = now
        return now


class Clock:
    """The clock of one world: it runs, at any speed, or stands still, and can be moved forward. Mutable.

    It stops for good at LAST.
    """

    __slots__ = ("_at", "_is_source", "_since", "_source", "_speed")

    def __init__(
        self, source: TimeSource | None = None, *, start: datetime | None = None, speed: float = 1
    ) -> None:
        """Make a clock that shows *start* now, or what *source* shows.

        source: what it runs by; the machine's clock. speed: its seconds for each of the source's; 0 stands
        still. Raises ClockRefused.
        """
        self._source = WallClock() if source is None else source
        self._since = self._source.now()
        self._at = self._since if start is None else start
        self._speed, self._is_source = float(start is None), False  # until it runs
        self.run(speed=speed)

    def now(self) -> datetime:
        """Return the present instant."""
        if self._is_source:
            return self._source.now()
        return self._at if not self._speed else self._shown_when(self._source.now())

    def latest(self) -> datetime:
        """Return the present instant, or the source's when that is later: browsers forget cookies by it."""
        return max(self.now(), self._source.now())

    @property
    def speed(self) -> float:
        """Return how many of its seconds pass in one of the source's; 0 when it stands still."""
        return self._speed

    @property
    def setting(self) -> tuple[datetime, datetime, float]:
        """Return what is another whenever somebody has set the clock, and the same as long as nobody does."""
        return self._at, self._since, self._speed

    def run(self, *, speed: float = 1) -> None:
        """Run on from the present instant. speed: 0 stands still. Raises ClockRefused."""
        if not 0 <= speed <= FASTEST:
            message = (
                f"a clock cannot run at {speed:g}; give a speed from 0, which stands still, to {FASTEST:g}"
            )
            raise ClockRefused(message)
        since = self._source.now()
        self._show(self._shown_when(since), since)
        self._speed = speed
        self._is_source = speed == 1 and self._at == since

    def freeze(self) -> None:
        """Stand still at the present instant."""
        self.run(speed=0)

    def advance(self, by: timedelta) -> None:
        """Move the clock forward. Raises ClockRefused when *by* is negative, or leads beyond LAST."""
        if by < timedelta():
            message = f"a clock cannot be advanced by {by}: time does not run backwards"
            raise ClockRefused(message)
        now = self.now()
        if by > LAST - now:
            message = f"a clock cannot be advanced by {by}: it ends at {to_json(LAST)}"
            raise ClockRefused(message)
        self._show(now + by, self._source.now())

    def jump(self, to: datetime) -> None:
        """Move the clock forward to an instant. Raises ClockRefused when it has passed, or is after LAST."""
        now = self.now()
        if not now <= to <= LAST:
            why = "time does not run backwards" if to < now else f"it ends at {to_json(LAST)}"
            message = f"a clock cannot jump from {to_json(now)} to {to_json(to)}: {why}"
            raise ClockRefused(message)
        self._show(to, self._source.now())

    def _shown_when(self, source: datetime) -> datetime:
        try:
            return min(LAST, self._at + (source - self._since) * self._speed)
        except OverflowError:
            return LAST

    def _show(self, at: datetime, since: datetime) -> None:
        self._at, self._since, self._is_source = at, since, False

    def like(self, *, at: datetime, speed: float) -> "Clock":
        """Return a clock that shows *at* now, and runs by the same source. Raises ClockRefused."""
        if not EPOCH <= at <= LAST:
            bounds = f"from {to_json(EPOCH)} to {to_json(LAST)}"
            message = f"a clock cannot begin at {at.isoformat()}; give an instant {bounds}"
            raise ClockRefused(message)
        return Clock(self._source, start=at, speed=speed)

    def forked(self) -> "Clock":
        """Return a clock that shows the same, and goes its own way from now on."""
        copy: Clock = Clock.__new__(Clock)
        copy._source, copy._since, copy._at = self._source, self._since, self._at
        copy._speed, copy._is_source = self._speed, self._is_source
        return copy


class _Standstill:
    """A source of time in which none passes."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


class ManualClock(Clock):
    """A clock that stands still until it is moved, wherever no time passes but its own. Mutable."""

    __slots__ = ()

    def __init__(self, start: datetime) -> None:
        super().__init__(_Standstill(start), speed=0)


def to_milliseconds(instant: datetime) -> int:
    """Return *instant* as whole milliseconds since 1970, the unit of file keys and ULIDs."""
    passed = instant - EPOCH
    return (passed.days * 86400 + passed.seconds) * 1000 + passed.microseconds // 1000


def microseconds_of(instant: datetime) -> int:
    """Return *instant* as whole microseconds since 1970."""
    passed = instant - EPOCH
    return (passed.days * 86400 + passed.seconds) * 1_000_000 + passed.microseconds


def instant_of(microseconds: int) -> datetime:
    """Return the instant that lies so many *microseconds* after 1970."""
    return EPOCH + timedelta(0, 0, microseconds)


def to_json(instant: datetime) -> str:
    """Return *instant* as the API writes it: `2026-11-22T01:44:43.725Z`, always three decimals and a Z."""
    since = instant - EPOCH
    return _second(since.days, since.seconds) + THOUSANDTHS[since.microseconds // 1000]


@lru_cache(4096)
def _second(days: int, seconds: int) -> str:
    """Return all but the decimals: answers tell the same few seconds over and over."""
    return f"{EPOCH + timedelta(days, seconds):%Y-%m-%dT%H:%M:%S}"
