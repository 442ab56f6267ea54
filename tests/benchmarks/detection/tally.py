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
                f"{_noticed(trials, _ours)}",
                f"{_noticed(trials, _theirs)}",
                f"{_median(trials, _ours):.0f}",
                f"{_median(trials, _theirs):.0f}",
            )
            for name, trials in self.classes()
        ]
        yield from _shown(Table(head=head, rows=rows), markdown=markdown)
        yield f"`conform` found {self.percent:.1f} %; {AT_LEAST:g} % are asked for."
        for trial in self.of_the_healthy:
            ours, theirs = _rules(trial.conform), _rules(trial.schemathesis)
            yield f"On the healthy server: `conform` found {ours}, schemathesis {theirs}."
        untold = [each for each in self.of_defects if not each.conform.told]
        yield from (f"No verdict of `conform`: {_name(each)}: {each.conform.trouble}" for each in untold)
        if self.missed:
            yield "Not found by `conform`:"
        for trial in self.missed:
            assert trial.defect is not None  # it is one of the defects
            by_them = f"; schemathesis: {_rules(trial.schemathesis)}" if trial.schemathesis.noticed else ""
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
                    "schemathesis": _noticed(trials, _theirs),
                    "conform_median_seconds": round(_median(trials, _ours), 3),
                    "schemathesis_median_seconds": round(_median(trials, _theirs), 3),
                }
                for name, trials in self.classes()
            },
            "missed": [_name(each) for each in self.missed],
            "trials": [
                {
                    "defect": _name(each),
                    "class": each.defect and each.defect.kind.key,
                    "conform": each.conform.to_json(),
                    "schemathesis": each.schemathesis.to_json(),
                }
                for each in self.trials
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


def _theirs(trial: Trial) -> Look:
    return trial.schemathesis


def _noticed(trials: Sequence[Trial], of: Callable[[Trial], Look]) -> int:
    return sum(of(each).noticed for each in trials)


def _median(trials: Sequence[Trial], of: Callable[[Trial], Look]) -> float:
    return Spread.of(of(each).seconds for each in trials).median


def _name(trial: Trial) -> str | None:
    return None if trial.defect is None else trial.defect.name


def _rules(look: Look) -> str:
    return ", ".join(sorted({each.rule for each in look.findings})) or "nothing"


def _shown(table: Table, *, markdown: bool) -> Iterator[str]:
    yield from table.in_markdown() if markdown else table.in_terminal()
    yield ""
