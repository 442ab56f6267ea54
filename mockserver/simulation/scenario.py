"""What the simulated worker will do, and how long each stage takes. Knows no job and no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType


class ScenarioUnknown(LookupError):
    """No scenario has that name; the message lists those that exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How long the worker waits before each of its transitions.

    durations: by the transition's name in `x-lifecycle`; None means that it never comes.
    otherwise: for transitions not named, so that a lifecycle with one status more still moves.
    """

    name: str
    description: str
    otherwise: timedelta | None
    durations: Mapping[str, timedelta | None] = field(default_factory=dict)

    def duration(self, transition: str) -> timedelta | None:
        """Return how long the worker waits before *transition*; None when it never makes it."""
        return self.durations.get(transition, self.otherwise)


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
