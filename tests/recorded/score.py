"""Verdicts as a table and as lines to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.recorded.comparison import ExchangeVerdict, GroupVerdict

COLUMNS = ("full", "status", "body", "key_order", "content_type")


@dataclass(frozen=True, slots=True)
class Score:
    """How many of how many."""

    right: int
    of: int

    @classmethod
    def count(cls, verdicts: Sequence[bool | None]) -> "Score":
        """Return the score of *verdicts*; None does not count."""
        counted = [verdict for verdict in verdicts if verdict is not None]
        return cls(sum(counted), len(counted))

    @property
    def percent(self) -> float:
        """Return the part that is right; all of nothing is right."""
        return 100 * self.right / self.of if self.of else 100.0

    def __str__(self) -> str:
        return f"{self.right}/{self.of}"


def full_score(verdicts: Sequence[GroupVerdict]) -> Score:
    """Return how many cases are equal in status, body and content type."""
    return Score.count([case.full for verdict in verdicts for case in verdict.cases])


def table(verdicts: Sequence[GroupVerdict]) -> Iterator[str]:
    """Yield a line for each group, one for all of them, and one for the headers."""
    yield (
        f"{'group':20}{'cases':>6}{''.join(f'{name:>13}' for name in COLUMNS)}"
        f"{'steps':>9}{'final':>9}{'result':>9}{'skipped':>9}"
    )
    everything = GroupVerdict(
        group="all",
        cases=[case for verdict in verdicts for case in verdict.cases],
        lifecycles=[each for verdict in verdicts for each in verdict.lifecycles],
        skipped=sum(verdict.skipped for verdict in verdicts),
    )
    for verdict in [*verdicts, everything]:
        cases, lives = verdict.cases, verdict.lifecycles
        counts = [sum(getattr(case, column) for case in cases) for column in COLUMNS]
        steps, final, result = (
            Score.count([each.steps for each in lives]),
            Score.count([each.final_status for each in lives]),
            Score.count([each.final_result for each in lives]),
        )
        yield (
            f"{verdict.group:20}{len(cases):6}{''.join(f'{count:13}' for count in counts)}"
            f"{steps!s:>9}{final!s:>9}{result!s:>9}{verdict.skipped:9}"
        )
    yield f"headers: {', '.join(_headers(everything.cases))}"
    yield f"equal in full: {full_score(verdicts).percent:.1f} % ({full_score(verdicts)})"


def _headers(cases: Sequence[ExchangeVerdict]) -> Iterator[str]:
    names = sorted({name for case in cases for name in case.headers})
    for name in names:
        yield f"{name} {Score.count([case.headers.get(name) for case in cases])}"


def differences(verdicts: Sequence[GroupVerdict]) -> Iterator[str]:
    """Yield what differs and counts, then what differs in setups, then in lifecycles."""
    for label in ("cases", "setups", "lifecycles"):
        for verdict in verdicts:
            for each in getattr(verdict, label):
                if each.differences:
                    yield "\n    ".join([f"{label[:-1]} {verdict.group}/{each.name}", *each.differences])


def asides(verdicts: Sequence[GroupVerdict]) -> Iterator[str]:
    """Yield what differs and does not count: the order of keys, and headers but the content type."""
    for verdict in verdicts:
        for case in verdict.cases:
            if case.asides:
                yield "\n    ".join([f"aside {verdict.group}/{case.name}", *case.asides])
