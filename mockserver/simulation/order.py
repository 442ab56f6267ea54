"""What a client asked for, as its strategy understands it. Knows no world and no store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.packed_json import packed_json
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import Outlook, Shop, Strategy, outlook_of


@dataclass(frozen=True, slots=True)
class Order:
    """What a client asked for, as a job that does not alter the shop takes it.

    prepared: the context as the strategy understood it. stored: the same as it is kept, packed. outlook: how
    the work goes; None if it fails at once.
    """

    prepared: Mapping[str, Any]
    stored: bytes
    outlook: Outlook | None

    @classmethod
    def of(cls, context: Mapping[str, Any], strategy: Strategy, shop: Shop) -> "Order":
        """Return the order for a job with *context*. Raises ContextRefused."""
        prepared = strategy.prepare(context, shop)
        stored = in_stored_order(prepared)
        return cls(prepared, packed_json(stored), outlook_of(strategy, stored, shop))

    def outlook_in(self, scenario: Scenario) -> Outlook | None:
        """Return how the work goes where *scenario* may have the job tell of other rows than there are."""
        if self.outlook is None or scenario.rows is None:
            return self.outlook
        return self.outlook._replace(units=scenario.rows)
