"""product-import: products and variants from an uploaded CSV, made or changed.

Knows the order of the work; what rows ask for and what they do is for `product_rows` and `product_changes`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.strategies.context_keys import storable
from mockserver.simulation.strategies.import_source import (
    imported,
    operations_found,
    operations_of,
    source_rows,
)
from mockserver.simulation.strategies.product_changes import ProductChanges
from mockserver.simulation.strategies.product_rows import (
    PRODUCT_CREATE,
    PRODUCT_UPDATE,
    VARIANT_CREATE,
    VARIANT_UPDATE,
    operations_in,
)
from mockserver.simulation.strategies.progress import told_operations, under_way
from mockserver.simulation.strategy import Outlook, Shop, Work, WorkFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductImport:
    """Reads the CSV under the context's `fileKey`, and makes and changes what its rows say."""

    type: str = "product-import"
    alters_shop: bool = True

    def prepare(self, context: Mapping[str, Any], shop: Shop) -> Mapping[str, Any]:  # noqa: ARG002  # Strategy
        """Return the context as it is: even `fileKey` is not asked for.

        Raises ContextRefused when it cannot be stored.
        """
        return storable(context)

    def pre_process(self, job: BatchJob, shop: Shop) -> Work:
        """Return how many products and variants there are to make and to change. Raises WorkFailed."""
        found = operations_in(
            source_rows(job, shop),
            regions={region.name: region for region in shop.catalogue.regions},
            profile_id=shop.catalogue.store.default_profile.id,
        )
        counts = told_operations(job, {kind: len(rows) for kind, rows in found.items()})
        return operations_found(
            job,
            shop,
            found,
            folder="products",
            key="product-import-count",
            name="Products/variants to import",
            # The blanks are the real server's. Source: recorded, import/create import two products.
            message=(
                f"There will be {counts[PRODUCT_CREATE]} products created "
                f"({counts[PRODUCT_UPDATE]}  updated).\n"
                f"             {counts[VARIANT_CREATE]} variants will be created "
                f"and {counts[VARIANT_UPDATE]} updated"
            ),
        )

    def process(self, job: BatchJob, shop: Shop) -> Work:
        """Return the catalogue with all of it done, products before variants.

        Raises WorkFailed, which names the row.
        """
        changes = ProductChanges(shop.catalogue, at=shop.at, mint=shop.mint)
        steps: dict[str, Callable[[Mapping[str, Any]], None]] = {
            PRODUCT_CREATE: changes.create_product,
            PRODUCT_UPDATE: changes.update_product,
            VARIANT_CREATE: changes.create_variant,
            VARIANT_UPDATE: changes.update_variant,
        }
        for kind, step in steps.items():
            for row in operations_of(job, shop, kind):
                try:
                    step(row)
                except WorkFailed as failure:
                    raise _row_failed(row, failure) from failure
        return Work(catalogue=changes.finished(), **imported(job, shop))

    def outlook(self, context: Mapping[str, Any], shop: Shop) -> Outlook:  # noqa: ARG002  # Strategy
        """Return nothing in particular: what becomes of an import is not known before its turn."""
        return Outlook(units=0, succeeds=True)

    def failure(self, message: str) -> WorkFailed:
        """Return the failure: its text alone."""
        return WorkFailed(message)

    def progress(self, job: BatchJob, done: float) -> Mapping[str, Any]:
        """Return the result so far: `count`, `advancement_count`, in operations, and `progress`, 0 to 1."""
        return under_way(job, done)


def _row_failed(row: Mapping[str, Any], cause: WorkFailed) -> WorkFailed:
    """Return the failure of *row*.

    An empty cell is `null`, a column that the file lacks is `undefined`: recorded.
    """
    named = (
        ("product id", "product.id"),
        ("product handle", "product.handle"),
        ("variant id", "variant.id"),
        ("variant sku", "variant.sku"),
    )
    parts = ",\n      ".join(f"({name}: {_shown(row, key)})" for name, key in named)
    return WorkFailed(f"Error while processing row with\n      [{parts}]: \n      {cause}")


def _shown(row: Mapping[str, Any], key: str) -> Any:
    value = row.get(key, "undefined")
    return "null" if value is None else value
