"""What the simulated worker will do, and how long each stage takes. Knows no job and no clock."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

from mockserver.quirk import Quirk, Quirks
from mockserver.simulation.clock import EPOCH
from mockserver.simulation.duration import Drawn
from mockserver.simulation.refusals import ScenarioNotForType, ScenarioUnknown

__all__ = ["SCENARIOS", "Failure", "Scenario", "ScenarioUnknown", "Scenarios", "scenario_named"]

WORKER_TICKS = Quirk(
    name="worker-ticks",
    does="the worker looks for work every three seconds and does each stage in one transaction",
    matters="a job stays created, then confirmed, for up to three seconds; pre_processed (unless it is a"
    " dry run) and processing are never seen; all jobs that wait move at once",
    evidence="lifecycle/product-export",
)
CANCELED_TURNS_FAILED = Quirk(
    name="canceled-turns-failed",
    does="a job canceled in created or confirmed is marked failed when the worker meets it",
    matters="canceled is not the end: canceled_at and failed_at are both set, and the status is failed",
    evidence="transitions/get E after cancel in confirmed settled",
)
TICK = timedelta(seconds=3)
PACE = timedelta(milliseconds=8)  # Source: recorded, races: 600 operations took about five seconds
# done in one transaction with the stage before it, which is therefore not seen before both are done
AT_ONCE: Mapping[str, str] = MappingProxyType({"confirm_automatically": "pre_process", "complete": "start"})
CHANCE = slice(
    -16, None
)  # the part of a job's id that is drawn from its world's seed, and not from the clock

Wait = timedelta | Drawn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a transition fails that the worker attempts.

    errors: what `result.errors` gains, texts and objects. done: which part of the processing is done by then,
    from 0 to 1; what was done is undone, as ever, but it is told how far it had come.
    """

    errors: Sequence[str | Mapping[str, Any]]
    done: float = 0

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "errors", tuple(self.errors)
        )  # equal ones are equal, however they were listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the worker does, and how long it waits before each of its transitions.

    durations: by the transition's name in `x-lifecycle`; None means that it never comes.
    otherwise: for transitions not named, so that a lifecycle with one status more still moves.
    failures: by the name of the transition that fails.
    rows: how many rows a job says that it goes through, in place of those that it found; None to tell the
    truth. rows_in_file: how many rows an export writes at most; None for all of them.
    types: of the jobs that it is for; None for all. Others live through `steady`.
    source: where its story was told, addresses.
    tick: when not None, whatever takes time is done at the next multiple of it, in one transaction.
    pace: how long that transaction takes for each of the job's units.
    fails_canceled: the worker marks a canceled job failed when its turn would have come.
    is_drawn: whether chance decides how long anything takes.
    """

    name: str
    description: str
    otherwise: Wait
    durations: Mapping[str, Wait] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    rows: int | None = None
    rows_in_file: int | None = None
    types: frozenset[str] | None = None
    source: tuple[str, ...] = ()
    tick: timedelta | None = None
    pace: timedelta = timedelta()
    fails_canceled: bool = False
    is_drawn: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        waits = (self.otherwise, *self.durations.values())
        object.__setattr__(self, "is_drawn", any(isinstance(each, Drawn) for each in waits))

    def __hash__(self) -> int:
        return hash(self.name)  # a mapping has no hash; those with one name are few

    def duration(self, transition: str, job_id: str = "") -> timedelta | None:
        """Return how long the worker waits before *transition*; None when it never makes it.

        A duration that is drawn is a pure function of what chance gave the *job_id*, and of the transition.
        """
        wait = self.durations.get(transition, self.otherwise)
        return wait.draw(f"{job_id[CHANCE]} {transition}") if isinstance(wait, Drawn) else wait

    def due(self, transition: str, *, since: datetime, units: int = 0, job_id: str = "") -> datetime | None:
        """Return when the worker makes *transition*, for which the job *job_id* has waited *since*.

        units: rows that the job goes through. None when the worker never makes it.
        """
        duration = self.duration(transition, job_id)
        if duration is None:
            return None
        begun = self.taken_up(since)
        return since + duration if begun is None or not duration else begun + units * self.pace

    def taken_up(self, since: datetime) -> datetime | None:
        """Return the tick at which the worker takes up what has waited *since*.

        None when it does not tick.
        """
        return None if self.tick is None else EPOCH + ((since - EPOCH) // self.tick + 1) * self.tick

    def done_by(self, transition: str) -> float:
        """Return which part of the processing is done when *transition* comes, whether or not it fails."""
        failure = self.failures.get(transition)
        return 1.0 if failure is None else failure.done

    def of_type(self, job_type: str) -> "Scenario":
        """Return what a job of that type lives through: this, or `steady` where it is not for such jobs."""
        return self if self.types is None or job_type in self.types else STEADY

    def refuse_other_than(self, job_type: str) -> None:
        """Raise ScenarioNotForType where it is not for jobs of that type."""
        if self.types is not None and job_type not in self.types:
            raise ScenarioNotForType(self.name, self.types, job_type)

    def with_quirks(self, quirks: Quirks) -> "Scenario":
        """Return this scenario as a worker with *quirks* lives it.

        A worker that ticks has its own pace: how long a stage takes is for the ticks, whether it ever comes
        and whether it fails is for the scenario.
        """
        return _lived(self, quirks)

    def _ticking(self) -> "Scenario":
        at_once = dict.fromkeys(AT_ONCE, timedelta())
        paced = {**dict.fromkeys((*AT_ONCE.values(), *self.durations), TICK), **at_once}
        durations: dict[str, Wait] = {
            name: None if self.durations.get(name, self.otherwise) is None else pace
            for name, pace in paced.items()
        }
        if durations["complete"] is None:  # the transaction is never ended, so nobody sees that it began
            durations["start"] = None
        return replace(
            self,
            durations=MappingProxyType(durations),
            otherwise=None if self.otherwise is None else TICK,
            tick=TICK,
            pace=PACE,
        )


@lru_cache(256)
def _lived(scenario: Scenario, quirks: Quirks) -> Scenario:
    ticking = scenario._ticking() if WORKER_TICKS in quirks else scenario  # noqa: SLF001  # of this module
    fails = CANCELED_TURNS_FAILED in quirks
    return ticking if ticking.fails_canceled == fails else replace(ticking, fails_canceled=fails)


def _scenario(name: str, description: str, otherwise: float | None, **seconds: float) -> Scenario:
    durations = {stage: timedelta(seconds=value) for stage, value in seconds.items()}
    usual = None if otherwise is None else timedelta(seconds=otherwise)
    return Scenario(
        name=name, description=description, otherwise=usual, durations=MappingProxyType(durations)
    )


STEADY = _scenario(
    "steady",
    "each status lasts about a second, processing three: a person sees them all",
    1,
    complete=3,
)
PLAIN: Mapping[str, Scenario] = MappingProxyType(
    {
        each.name: each
        for each in (
            STEADY,
            _scenario("instant", "every stage takes no time: the next look finds the job ended", 0),
            _scenario("slow", "ten seconds a stage, a minute of processing", 10, complete=60),
            _scenario("manual", "no stage ever comes by itself, so that a test can bring on each", None),
        )
    }
)


class Scenarios(Mapping[str, Scenario]):
    """Scenarios by name. Mutable in one thing: most of them are read when somebody first needs them."""

    def __init__(
        self, known: Mapping[str, Scenario], more: Callable[[], Mapping[str, Scenario]] = dict
    ) -> None:
        """Make them of those *known*, and of what *more* gives when another name is asked for."""
        self._known = known
        self._more = more

    @cached_property
    def _all(self) -> Mapping[str, Scenario]:
        return {**self._known, **self._more(), **self._known}

    def __getitem__(self, name: str) -> Scenario:
        known = self._known.get(name)
        return self._all[name] if known is None else known

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def named(self, name: str) -> Scenario:
        """Return the scenario *name*. Raises ScenarioUnknown, which lists the known ones."""
        try:
            return self[name]
        except KeyError:
            raise ScenarioUnknown(name, known=list(self)) from None

    def with_more(self, scenarios: Mapping[str, Scenario]) -> "Scenarios":
        """Return these and *scenarios*, which take the place of those that have the same name."""
        return Scenarios({**self._known, **scenarios}, self._more)


def _met_by_users() -> Mapping[str, Scenario]:
    from mockserver.simulation.scenario_file import shipped_scenarios  # noqa: PLC0415  # reads YAML

    return shipped_scenarios()


SCENARIOS = Scenarios(PLAIN, _met_by_users)


def scenario_named(name: str) -> Scenario:
    """Return the built-in scenario *name*. Raises ScenarioUnknown, which lists the known ones."""
    return SCENARIOS.named(name)
