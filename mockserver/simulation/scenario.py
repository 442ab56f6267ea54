"""What the simulated worker will do, and how long each stage takes. Knows no job and no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from mockserver.quirk import Quirk, Quirks
from mockserver.simulation.clock import EPOCH

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


class ScenarioUnknown(LookupError):
    """No scenario has that name; the message lists those that exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How long the worker waits before each of its transitions.

    durations: by the transition's name in `x-lifecycle`; None means that it never comes.
    otherwise: for transitions not named, so that a lifecycle with one status more still moves.
    tick: when not None, whatever takes time is done at the next multiple of it, in one transaction.
    pace: how long that transaction takes for each of the job's units.
    fails_canceled: the worker marks a canceled job failed when its turn would have come.
    """

    name: str
    description: str
    otherwise: timedelta | None
    durations: Mapping[str, timedelta | None] = field(default_factory=dict)
    tick: timedelta | None = None
    pace: timedelta = timedelta()
    fails_canceled: bool = False

    def duration(self, transition: str) -> timedelta | None:
        """Return how long the worker waits before *transition*; None when it never makes it."""
        return self.durations.get(transition, self.otherwise)

    def due(self, transition: str, *, since: datetime, units: int = 0) -> datetime | None:
        """Return when the worker makes *transition*, for which a job has waited *since*.

        units: rows that the job goes through. None when the worker never makes it.
        """
        duration = self.duration(transition)
        if duration is None:
            return None
        begun = self.taken_up(since)
        return since + duration if begun is None or not duration else begun + units * self.pace

    def taken_up(self, since: datetime) -> datetime | None:
        """Return the tick at which the worker takes up what has waited *since*.

        None when it does not tick.
        """
        return None if self.tick is None else EPOCH + ((since - EPOCH) // self.tick + 1) * self.tick

    def with_quirks(self, quirks: Quirks) -> "Scenario":
        """Return this scenario as a worker with *quirks* lives it."""
        ticking = self
        if WORKER_TICKS in quirks:
            # in one transaction with the stage before it, each
            at_once = {"confirm_automatically": timedelta(), "complete": timedelta()}
            durations = MappingProxyType({"pre_process": TICK, "start": TICK, **at_once})
            ticking = replace(self, durations=durations, otherwise=TICK, tick=TICK, pace=PACE)
        return replace(ticking, fails_canceled=CANCELED_TURNS_FAILED in quirks)


def _scenario(name: str, description: str, otherwise: float | None, **seconds: float | None) -> Scenario:
    durations = {
        stage: None if value is None else timedelta(seconds=value) for stage, value in seconds.items()
    }
    usual = None if otherwise is None else timedelta(seconds=otherwise)
    return Scenario(
        name=name, description=description, otherwise=usual, durations=MappingProxyType(durations)
    )


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        each.name: each
        for each in (
            _scenario(
                "steady",
                "each status lasts about a second, processing three: a person sees them all",
                1,
                complete=3,
            ),
            _scenario("instant", "every stage takes no time: the next look finds the job ended", 0),
            _scenario("slow", "ten seconds a stage, a minute of processing", 10, complete=60),
            _scenario("stuck-in-processing", "as steady, but processing never ends", 1, complete=None),
        )
    }
)


def scenario_named(name: str) -> Scenario:
    """Return the built-in scenario *name*. Raises ScenarioUnknown, which lists the known ones."""
    try:
        return SCENARIOS[name]
    except KeyError:
        message = f"unknown scenario {name!r}; known: {', '.join(SCENARIOS)}"
        raise ScenarioUnknown(message) from None
