"""How long something takes: a fixed time, or one that is drawn. Knows no scenario and no clock.

A draw is a pure function of a text, which is split into one number between 0 and 1, of which the distribution
makes a time: nothing is remembered, and equal texts give equal times in every process.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from math import exp, expm1, inf, log, log1p
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from statistics import NormalDist

Family = Literal["uniform", "normal", "lognormal", "exponential"]
FAMILIES: tuple[Family, ...] = get_args(Family)

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PLAIN = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|d|w)", re.ASCII)
# Source: ISO 8601-1:2019, 5.5.2.2, without years and months, whose length is no matter of seconds
_ISO = re.compile(
    r"P(?=.)(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?"
    r"(?:T(?=.)(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
LONGEST = timedelta(days=366)


class DurationUnreadable(ValueError):
    """A text is no duration; the message says how to write one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A time that is drawn for each job, from *family* between *least* and *most*, all in seconds.

    centre: the mean of a normal and an exponential distribution, the median of a lognormal one.
    spread: the standard deviation of a normal distribution, and of the logarithm in a lognormal one.
    The bounds cut the distribution off: what lies beyond them is never drawn, and gathers nowhere.
    """

    family: Family
    least: float = 0
    most: float = inf
    centre: float = 0
    spread: float = 0

    def draw(self, text: str) -> timedelta:
        """Return the time that *text* draws."""
        digest = blake2b(text.encode(), digest_size=8).digest()
        chance = ((int.from_bytes(digest, "big") >> 12) + 0.5) / (1 << 52)  # neither 0 nor 1
        seconds = min(max(self._at(chance), self.least), self.most)
        return timedelta(seconds=min(seconds, LONGEST.total_seconds()))

    def _at(self, chance: float) -> float:
        """Return the time below which *chance* (0 to 1) of all draws lie."""
        if self.family == "uniform":
            return self.least + chance * (self.most - self.least)
        if self.family == "exponential":
            # of what lies between the bounds: 1 - exp(-t / mean) grows evenly with the chance
            nearest, farthest = (-expm1(-bound / self.centre) for bound in (self.least, self.most))
            share = nearest + chance * (farthest - nearest)
            return -self.centre * log1p(-share) if share < 1 else self.least
        from statistics import NormalDist  # noqa: PLC0415  # heavy, and only such draws need it

        if self.family == "normal":
            return _between(NormalDist(self.centre, self.spread), chance, self.least, self.most)
        bounds = (log(bound) if bound else -inf for bound in (self.least, self.most))
        return exp(_between(NormalDist(log(self.centre), self.spread), chance, *bounds))


def _between(normal: "NormalDist", chance: float, least: float, most: float) -> float:
    """Return what *chance* draws of that part of *normal* which lies between *least* and *most*."""
    nearest, farthest = normal.cdf(least), normal.cdf(most)
    share = nearest + chance * (farthest - nearest)
    return normal.inv_cdf(share) if 0 < share < 1 else least


def duration_of(written: str | float) -> timedelta:
    """Return the time that is *written* as `2s`, `250ms`, `1.5m`, as `PT1M30S`, or as a number of seconds.

    Raises DurationUnreadable, also for what is longer than 366 days.
    """
    seconds = _seconds(written)
    if seconds is None:
        raise DurationUnreadable(f"{written!r} is no duration; write 2s, 250ms, 1.5m, PT1M30S or seconds")
    if seconds > LONGEST.total_seconds():
        raise DurationUnreadable(f"{written!r} is longer than {LONGEST.days} days; write less, or never")
    return timedelta(seconds=seconds)


def _seconds(written: str | float) -> float | None:
    if isinstance(written, bool):
        return None
    if isinstance(written, int | float):
        return written if written >= 0 else None
    if found := _PLAIN.fullmatch(written):
        return float(found["number"]) * _UNITS[found["unit"]]
    if found := _ISO.fullmatch(written):
        return sum(float(found[unit] or 0) * _UNITS[unit] for unit in "wdhms")
    return None
