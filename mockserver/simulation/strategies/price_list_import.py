"""price-list-import: the prices of a price list, from an uploaded CSV.

Knows the columns of that file, and how a price list takes its prices; the rest of an import is
`import_source`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.catalogue import Catalogue, Price, Product, Variant
from mockserver.simulation.refusals import ContextRefused, PriceListNotFound
from mockserver.simulation.strategies.column_filter import text
from mockserver.simulation.strategies.context_keys import storable
from mockserver.simulation.strategies.import_source import (
    imported,
    operations_found,
    operations_of,
    source_rows,
)
from mockserver.simulation.strategies.price_cells import Entry, price_reader, priced
from mockserver.simulation.strategies.progress import told_rows, under_way
from mockserver.simulation.strategy import Outlook, Shop, Work, WorkFailed

PRICES = "PRICE_LIST_PRICE_CREATE"
VARIANT_ID, SKU = "Product Variant ID", "SKU"
UNNAMED = "SKU or ID is required"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListImport:
    """Reads the CSV under the context's `fileKey`; its prices take the place of those of the price list."""

    type: str = "price-list-import"
    alters_shop: bool = True

    def prepare(self, context: Mapping[str, Any], shop: Shop) -> Mapping[str, Any]:
        """Return the context as it is. Raises ContextRefused and PriceListNotFound.

        Source: recorded, create/price list import without price_list_id and with an unknown one.
        """
        if not (price_list_id := context.get("price_list_id")) and not isinstance(price_list_id, list | dict):
            message = "Price list id is required"
            raise ContextRefused(message)
        if shop.catalogue.price_list(price_list_id) is None:
            raise PriceListNotFound(text(price_list_id))
        return storable(context)

    def pre_process(self, job: BatchJob, shop: Shop) -> Work:
        """Return for how many variants there are prices. Raises WorkFailed."""
        regions = {region.name: region for region in shop.catalogue.regions}
        readers: dict[str, Callable[[Any], Entry]] = {}
        operations = []
        for row in source_rows(job, shop):
            cells = {name: cell for name, cell in row.items() if name not in {VARIANT_ID, SKU}}
            for column in cells.keys() - readers.keys():
                readers[column] = price_reader(column, regions)
            prices = [readers[name](cell) for name, cell in cells.items() if cell is not None]
            operations.append(
                {"variant_id": _variant(row, shop.catalogue).id, "prices": [_lower(each) for each in prices]}
            )
        return operations_found(
            job,
            shop,
            {PRICES: operations},
            folder="price-lists",
            key="price-list-import-count",
            name="PriceList to import",
            message=f"{told_rows(job, len(operations))} prices will be added",
        )

    def process(self, job: BatchJob, shop: Shop) -> Work:
        """Return the catalogue with the new prices in place of the price list's old ones.

        Raises WorkFailed.
        """
        price_list_id = job.context["price_list_id"]
        added: dict[str, tuple[Price, ...]] = {}
        for row in operations_of(job, shop, PRICES):
            variant_id = row["variant_id"]
            try:
                prices = priced(
                    row["prices"],
                    variant_id=variant_id,
                    at=shop.at,
                    mint=shop.mint,
                    price_list_id=price_list_id,
                )
            except WorkFailed as failure:
                raise _row_failed({}, str(failure)) from failure
            added[variant_id] = (*added.get(variant_id, ()), *prices)
        changed = (_repriced(product, price_list_id, added) for product in shop.catalogue.products.values())
        fresh = [
            new for new, old in zip(changed, shop.catalogue.products.values(), strict=True) if new is not old
        ]
        return Work(catalogue=shop.catalogue.with_products(fresh), **imported(job, shop))

    def outlook(self, context: Mapping[str, Any], shop: Shop) -> Outlook:  # noqa: ARG002  # Strategy
        """Return nothing in particular: what becomes of an import is not known before its turn."""
        return Outlook(units=0, succeeds=True)

    def failure(self, message: str) -> WorkFailed:
        """Return the failure: its text alone."""
        return WorkFailed(message)

    def progress(self, job: BatchJob, done: float) -> Mapping[str, Any]:
        """Return the result so far: `count`, `advancement_count`, in variants, and `progress`, 0 to 1."""
        return under_way(job, done)


def _lower(entry: Entry) -> Entry:
    return {**entry, "currency_code": entry["currency_code"].lower()}


def _variant(row: Mapping[str, Any], catalogue: Catalogue) -> Variant:
    """Return the variant that *row* names, by id rather than by stock keeping unit. Raises WorkFailed."""
    variant_id, sku = row.get(VARIANT_ID), row.get(SKU)
    if variant_id is None and sku is None:
        raise _row_failed(row, UNNAMED)
    by_id = variant_id is not None
    found = catalogue.variant(text(variant_id)) if by_id else catalogue.variant_with_sku(text(sku))
    if found is None:
        message = (
            f"Variant with {'id' if by_id else 'sku'}: {text(variant_id if by_id else sku)} was not found"
        )
        raise WorkFailed(message)
    return found


def _repriced(product: Product, price_list_id: str, added: Mapping[str, Iterable[Price]]) -> Product:
    """Return *product* with the *added* prices, by variant id, in place of its old; itself without both."""

    def touched(variant: Variant) -> bool:
        return variant.id in added or any(price.price_list_id == price_list_id for price in variant.prices)

    if not any(map(touched, product.variants)):
        return product
    return replace(
        product,
        variants=tuple(
            replace(
                each,
                prices=(
                    *(price for price in each.prices if price.price_list_id != price_list_id),
                    *added.get(each.id, ()),
                ),
            )
            for each in product.variants
        ),
    )


def _row_failed(row: Mapping[str, Any], cause: str) -> WorkFailed:
    """Return the failure of *row*.

    An empty cell is `null`, a column that the file lacks is `undefined`: recorded.
    """
    shown = [
        ("null" if row[key] is None else row[key]) if key in row else "undefined" for key in (VARIANT_ID, SKU)
    ]
    lines = (
        "Error while processing row with:",
        f"variant ID: {shown[0]},",
        f"variant SKU: {shown[1]},",
        cause,
    )
    return WorkFailed("\n      ".join(lines))
