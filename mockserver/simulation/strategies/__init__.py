"""What each type of batch job does. Knows the built-in types by name."""

from collections.abc import Mapping
from types import MappingProxyType

from mockserver.simulation.strategies.order_export import OrderExport
from mockserver.simulation.strategies.plain import PlainStrategy
from mockserver.simulation.strategies.price_list_import import PriceListImport
from mockserver.simulation.strategies.product_export import ProductExport
from mockserver.simulation.strategies.product_import import ProductImport
from mockserver.simulation.strategy import Strategy

__all__ = ["PlainStrategy", "builtin_strategies"]


def builtin_strategies() -> Mapping[str, Strategy]:
    """Return the strategies of the four types that a Medusa has, by type."""
    strategies: tuple[Strategy, ...] = (ProductExport(), OrderExport(), ProductImport(), PriceListImport())
    return MappingProxyType({each.type: each for each in strategies})
