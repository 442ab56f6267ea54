"""What a client asked for, and what becomes of a job just created by it. Knows no world and no store."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.packed_json import packed_json
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import Shop, Strategy
from mockserver.simulation.timetable import NEVER, Timetable


@dataclass(frozen=True, slots=True)
class Order:
    """What a client asked for, as a job that does not alter the shop takes it.

    prepared: the context as the strategy understood it. stored: the same as it is kept, packed. essence: what
    of it decides how the work goes.
    """

    prepared: Mapping[str, Any]
    stored: bytes
    essence: Hashable

    @classmethod
    def of(cls, context: Mapping[str, Any], strategy: Strategy, shop: Shop) -> "Order":
        """Return the order for a job with *context*. Raises ContextRefused."""
        prepared = strategy.prepare(context, shop)
        stored = in_stored_order(prepared)
        return cls(prepared, packed_json(stored), strategy.essence(stored))


@dataclass(frozen=True, slots=True)
class Foresight:
    """What became of a job that was just *created*: at that moment, in microseconds."""

    timetable: Timetable
    created: int
    scenario: Scenario

    def of_job_created(self, created: int, *, is_ticking: bool) -> Timetable:
        """Return the timetable of a job with which the same happens, as much later or at the same ticks."""
        shape, moments, due = self.timetable
        if is_ticking:
            return Timetable(shape, (created, *moments[1:]), due)
        later = created - self.created
        return Timetable(
            shape, tuple([each + later for each in moments]), NEVER if due == NEVER else due + later
        )
