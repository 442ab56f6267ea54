"""What each type of batch job does. Knows the built-in types by name, and loads each when it is needed."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

from mockserver.simulation.strategies.plain import PlainStrategy
from mockserver.simulation.strategy import Strategy

__all__ = ["PlainStrategy", "Strategies", "builtin_strategies"]

# module and class, by type: those that a Medusa has
BUILTIN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "product-export": ("product_export", "ProductExport"),
        "order-export": ("order_export", "OrderExport"),
        "product-import": ("product_import", "ProductImport"),
        "price-list-import": ("price_list_import", "PriceListImport"),
    }
)


class Strategies(Mapping[str, Strategy]):
    """Strategies by type. Mutable: each is made when it is first asked for, for it takes long to load."""

    def __init__(self, types: Iterable[str]) -> None:
        """Take the built-in strategy of each of *types*, or a plain one where there is none."""
        self._made: dict[str, Strategy] = {}
        self._types = dict.fromkeys(types)

    def __getitem__(self, job_type: str) -> Strategy:
        made = self._made.get(job_type)
        return self._make(job_type) if made is None else made

    def _make(self, job_type: str) -> Strategy:
        if job_type not in self._types:
            raise KeyError(job_type)
        strategy: Strategy = PlainStrategy(job_type)
        if job_type in BUILTIN:
            module, name = BUILTIN[job_type]
            strategy = getattr(import_module(f"{__name__}.{module}"), name)()
        self._made[job_type] = strategy
        return strategy

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


def builtin_strategies() -> Mapping[str, Strategy]:
    """Return the strategies of the four types that a Medusa has, by type."""
    return Strategies(BUILTIN)
