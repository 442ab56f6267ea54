"""What a client asked for, as its strategy understands it. Knows no world and no store."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.packed_json import packed_json
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import Shop, Strategy


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
