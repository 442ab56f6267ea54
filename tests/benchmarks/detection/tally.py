"""What the trials amount to: what was found per class, what was missed, and every false alarm."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.grading.kind import Kind
from tests.benchmarks.detection.tools import Look
from tests.benchmarks.detection.trials import HEALTHY, Calm, Trial
from tests.benchmarks.spread import Spread
from tests.benchmarks.table import Table, machine_line

AT_LEAST = 95.0  # percent of the defects
ALL = "all"
SLOWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When, how and on what it was measured. seconds: for each tool and server."""

    date: str
    command: str
    machine: Mapping[str, str | int]
    seconds: float
    workers: int
    took: float

    def lines(self, *, markdown: bool) -> Iterator[str]:
        """Yield them for people."""
        yield machine_line(self.date, self.machine)
        command = f"`{self.command}`" if markdown else self.command
        pace = f"{self.seconds:g} s for each look, {self.workers} at a time"
        yield f"{command}: {pace}, {self.took:.0f} s in all"
        yield ""

    def to_json(self) -> dict[str, Any]:
        """Return them for machines."""
        return {
            "date": self.date,
            "command": self.command,
            "machine": dict(self.machine),
            "seconds_per_look": self.seconds,
            "workers": self.workers,
            "took_seconds": round(self.took, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """Defects before both tools. trials: of defects and, at most once, of the healthy server."""

    circumstances: Circumstances
    trials: Sequence[Trial]

    @property
    def of_defects(self) -> Sequence[Trial]:
        """Return the trials of defects."""
        return [each for each in self.trials if each.defect is not None]

    @property
    def of_the_healthy(self) -> Sequence[Trial]:
        """Return the trial of the healthy server, if there was one."""
        return [each for each in self.trials if each.defect is None]

    @property
    def missed(self) -> Sequence[Trial]:
        """Return the trials of the defects that `conform` did not find."""
        return [each for each in self.of_defects if not each.conform.noticed]

    @property
    def slowest(self) -> Sequence[Trial]:
        """Return the trials of the defects that `conform` took longest to find."""
        found = [each for each in self.of_defects if each.conform.noticed]
        return sorted(found, key=lambda each: each.conform.seconds, reverse=True)[:SLOWEST]

    @property
    def percent(self) -> float:
        """Return which part of the defects `conform` found; none of none is nothing."""
        return 100 * (1 - len(self.missed) / len(self.of_defects)) if self.of_defects else 0.0

    @property
    def is_enough(self) -> bool:
        """Return whether it found enough, and nothing on the healthy server."""
        return self.percent >= AT_LEAST and not any(each.conform.noticed for each in self.of_the_healthy)

    def classes(self) -> Iterator[tuple[str, Sequence[Trial]]]:
        """Yield the trials of each class that has any, and at last of all."""
        for kind in Kind:
            if of_kind := [each for each in self.of_defects if each.defect and each.defect.kind is kind]:
                yield kind.value, of_kind
        if self.of_defects:
            yield ALL, self.of_defects

    def lines(self, *, markdown: bool) -> Iterator[str]:
        """Yield it for people."""
        yield from self.circumstances.lines(markdown=markdown)
        head = ("class", "defects", "conform", "schemathesis", "conform, median s", "schemathesis, median s")
        rows = [
            (
                name,
                f"{len(trials)}",
                _share(trials, _ours),
                _share(trials, _theirs),
                _typical(trials, _ours),
                _typical(trials, _theirs),
            )
            for name, trials in self.classes()
        ]
        yield from _shown(Table(head=head, rows=rows), markdown=markdown)
        yield f"`conform` found {self.percent:.1f} %; {AT_LEAST:g} % are asked for."
        for trial in self.of_the_healthy:
            ours = _rules(trial.conform)
            found = "was not tried" if trial.schemathesis is None else f"found {_rules(trial.schemathesis)}"
            yield f"On the healthy server: `conform` found {ours}, schemathesis {found}."
        if self.slowest:
            slow = ", ".join(f"{_name(each)} {each.conform.seconds:.0f} s" for each in self.slowest)
            yield f"Found last: {slow}."
        untold = [each for each in self.of_defects if not each.conform.told]
        yield from (f"No verdict of `conform`: {_name(each)}: {each.conform.trouble}" for each in untold)
        if self.missed:
            yield "Not found by `conform`:"
        for trial in self.missed:
            assert trial.defect is not None  # it is one of the defects
            theirs = trial.schemathesis
            by_them = f"; schemathesis: {_rules(theirs)}" if theirs is not None and theirs.noticed else ""
            yield f"- {trial.defect.name}: {trial.defect.lies} Missing: {trial.defect.missing}{by_them}"

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            **self.circumstances.to_json(),
            "at_least_percent": AT_LEAST,
            "percent": round(self.percent, 1),
            "enough": self.is_enough,
            "classes": {
                name: {
                    "defects": len(trials),
                    "conform": _noticed(trials, _ours),
                    "conform_median_seconds": _median(trials, _ours),
                    "before_schemathesis": len(_looks(trials, _theirs)),
                    "schemathesis": _noticed(trials, _theirs),
                    "schemathesis_median_seconds": _median(trials, _theirs),
                }
                for name, trials in self.classes()
            },
            "missed": [_name(each) for each in self.missed],
            "trials": [
                {**each.to_json(), "class": each.defect and each.defect.kind.key} for each in self.trials
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Calmness:
    """Healthy servers before `conform`, with several seeds."""

    circumstances: Circumstances
    calms: Sequence[Calm]

    @property
    def is_enough(self) -> bool:
        """Return whether each look came to the verdict that all is well."""
        return bool(self.calms) and all(each.look.told and not each.look.noticed for each in self.calms)

    def targets(self) -> Iterator[tuple[str, Sequence[Calm]]]:
        """Yield the looks at each server."""
        for target in HEALTHY:
            yield target, [each for each in self.calms if each.target == target]

    def lines(self, *, markdown: bool) -> Iterator[str]:
        """Yield it for people."""
        yield from self.circumstances.lines(markdown=markdown)
        rows = [
            (
                target,
                f"{len(calms)}",
                f"{sum(each.look.noticed for each in calms)}",
                f"{sum(not each.look.told for each in calms)}",
                f"{Spread.of(each.look.seconds for each in calms).median:.0f}",
            )
            for target, calms in self.targets()
            if calms
        ]
        head = ("healthy server", "seeds", "false alarms", "no verdict", "median s")
        yield from _shown(Table(head=head, rows=rows), markdown=markdown)
        for calm in self.calms:
            at = f"- {calm.target}, seed {calm.seed}"
            yield from (f"{at}: {finding.rule}: {finding.says}" for finding in calm.look.findings)
            if not calm.look.told:
                yield f"{at}: no verdict: {calm.look.trouble}"

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            **self.circumstances.to_json(),
            "enough": self.is_enough,
            "false_alarms": sum(each.look.noticed for each in self.calms),
            "looks": [
                {"target": each.target, "seed": each.seed, **each.look.to_json()} for each in self.calms
            ],
        }


def _ours(trial: Trial) -> Look:
    return trial.conform


def _theirs(trial: Trial) -> Look | None:
    return trial.schemathesis


def _looks(trials: Sequence[Trial], of: Callable[[Trial], Look | None]) -> Sequence[Look]:
    """Return the looks of one tool; a trial may have none."""
    return [look for each in trials if (look := of(each)) is not None]


def _noticed(trials: Sequence[Trial], of: Callable[[Trial], Look | None]) -> int:
    return sum(each.noticed for each in _looks(trials, of))


def _median(trials: Sequence[Trial], of: Callable[[Trial], Look | None]) -> float | None:
    looks = _looks(trials, of)
    return round(Spread.of(each.seconds for each in looks).median, 3) if looks else None


def _share(trials: Sequence[Trial], of: Callable[[Trial], Look | None]) -> str:
    """Write how many were noticed; and of how many, where the tool did not try all."""
    looks, noticed = _looks(trials, of), _noticed(trials, of)
    if not looks:
        return "-"
    return f"{noticed}" if len(looks) == len(trials) else f"{noticed} of {len(looks)}"


def _typical(trials: Sequence[Trial], of: Callable[[Trial], Look | None]) -> str:
    median = _median(trials, of)
    return "-" if median is None else f"{median:.0f}"


def _name(trial: Trial) -> str | None:
    return None if trial.defect is None else trial.defect.name


def _rules(look: Look) -> str:
    return ", ".join(sorted({each.rule for each in look.findings})) or "nothing"


def _shown(table: Table, *, markdown: bool) -> Iterator[str]:
    yield from table.in_markdown() if markdown else table.in_terminal()
    yield ""
