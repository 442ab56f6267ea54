"""What time it is: the only module that knows, and only at its edge.

Everything else is given an instant. An instant is an aware UTC datetime.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
THOUSANDTHS = tuple(f".{number:03d}Z" for number in range(1000))


class Clock(Protocol):
    """Something that tells the present instant."""

    def now(self) -> datetime:
        """Return the present instant: aware, UTC, never earlier than the one before."""


class RunningClock:
    """The wall clock.

    Mutable in one thing: it remembers its last instant, so that it never runs backwards.
    """

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the present instant, or the last one told when the machine's clock was set back."""
        now = datetime.now(UTC)
        self._last = last = max(self._last, now)
        return last


class ManualClock:
    """A clock that stands still until it is advanced. Mutable."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward. Raises ValueError when *by* is negative."""
        if by < timedelta():
            message = f"a clock cannot be advanced by {by}: time does not run backwards"
            raise ValueError(message)
        self._now += by


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
