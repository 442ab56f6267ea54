"""Figures taken several times: their median and how far they lie apart. Knows no units."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One figure, measured once in each round.

    values: in the order of the rounds.
    """

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return the spread of *values*, of which there is at least one."""
        return cls(values=tuple(values))

    @property
    def median(self) -> float:
        """Return the median."""
        return statistics.median(self.values)

    def over(self, other: "Spread") -> "Spread":
        """Return the ratios to *other*, round by round: what slows a whole round slows both."""
        return Spread.of(mine / its for mine, its in zip(self.values, other.values, strict=True))

    def to_json(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "median": self.median,
            "min": min(self.values),
            "max": max(self.values),
            "rounds": list(self.values),
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of *values* that at least *percent* of them do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]
