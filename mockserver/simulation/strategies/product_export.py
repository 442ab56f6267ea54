"""product-export: the shop's products as a CSV, one line for each variant.

Knows the catalogue and the shape of the file; which products it takes is for the listing and the product
table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.catalogue import Catalogue, Price, Product, Variant
from mockserver.simulation.packed_json import packed_json
from mockserver.simulation.strategies.csv_text import quoted, write_csv
from mockserver.simulation.strategies.export_file import Export, announced, exported, failed
from mockserver.simulation.strategies.export_listing import Listing, essence, prepared, relisted
from mockserver.simulation.strategies.money import units_of
from mockserver.simulation.strategies.price_cells import price_column
from mockserver.simulation.strategies.product_columns import FIXED
from mockserver.simulation.strategies.product_table import COLUMNS, matching
from mockserver.simulation.strategies.progress import told_rows, under_way
from mockserver.simulation.strategy import Outlook, Shop, Work, WorkFailed

# In the order of a process that has made a product: alphabetical. Before that the real server has another,
# which pre-processing makes alphabetical too. Source: recorded, group create; measured.
RELATIONS = (
    "collection",
    "images",
    "options",
    "options.values",
    "profiles",
    "sales_channels",
    "tags",
    "type",
    "variants",
    "variants.options",
    "variants.prices",
    "variants.prices.region",
)

# Said when a context leaves out a relation that is needed. Source: recorded, export_failures; measured.
WITHOUT_VARIANTS = "undefined is not iterable (cannot read property Symbol(Symbol.iterator))"
WITHOUT_TAGS = "Cannot read properties of undefined (reading 'map')"

Cell = Callable[[Product, Variant], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductExport:
    """Writes the products that the context's listing options take.

    Nothing of the shop changes but the new file.
    """

    type: str = "product-export"
    alters_shop: bool = False

    def prepare(self, context: Mapping[str, Any], shop: Shop) -> Mapping[str, Any]:  # noqa: ARG002  # Strategy
        """Return the context with its listing options in `list_config`. Raises ContextRefused."""
        return prepared(context, select=None, relations=RELATIONS)

    def pre_process(self, job: BatchJob, shop: Shop) -> Work:
        """Return how many products there are, and the `shape` of their file in the context.

        `shape`: `{"prices": [{"region": {"id", "name", "currency_code"} or null, "currency_code": ...}],
        "dynamicImageColumnCount": int, ...}`. Raises WorkFailed.
        """
        listed, context = essence(job.context), job.context
        outlook = self.outlook(context, shop)
        shape = shop.once((self.type, "shape", listed), lambda: _shape_of(context, shop))
        kept = shop.once(
            (self.type, "context", packed_json(context)),
            lambda: relisted(context, searched=False, shape=shape),
        )
        count = told_rows(job, outlook.units)
        return Work(result=announced("product", count), context=kept, units=count)

    def process(self, job: BatchJob, shop: Shop) -> Work:
        """Return the file, and a result that tells of it.

        Raises WorkFailed where a needed relation is left out.
        """
        shape = packed_json(job.context["shape"])
        key = (self.type, essence(job.context), shape, job.scenario.rows_in_file)
        return exported(job, shop, shop.once(key, lambda: _export(job, shop)), singular="product")

    def outlook(self, context: Mapping[str, Any], shop: Shop) -> Outlook:
        """Return how many products there are; it succeeds unless a needed relation is left out.

        Raises WorkFailed.
        """
        outlook: Outlook = shop.once((self.type, essence(context)), lambda: _outlook(context, shop))
        return outlook

    def failure(self, message: str) -> WorkFailed:
        """Return the failure: an object and its text."""
        return failed(message)

    def progress(self, job: BatchJob, done: float) -> Mapping[str, Any]:
        """Return the result so far: `count`, `advancement_count`, in products, and `progress`, 0 to 1."""
        return under_way(job, done)


def _outlook(context: Mapping[str, Any], shop: Shop) -> Outlook:
    listing = Listing.of(context)
    products, processed = matching(shop.catalogue, listing), listing.without_search()
    announced = listing.announced(len(products))
    try:
        _taken(processed, products if processed is listing else matching(shop.catalogue, processed))
    except WorkFailed:
        return Outlook(announced, succeeds=False)
    return Outlook(announced, succeeds=True)


def _taken(listing: Listing, products: Sequence[Product]) -> list[Product]:
    """Return those of *products* that are written. Raises WorkFailed."""
    taken = listing.rows(products)
    if taken and not any(each.startswith("variants") for each in listing.relations):
        raise failed(WITHOUT_VARIANTS)
    if taken and "tags" not in listing.relations:
        raise failed(WITHOUT_TAGS)
    return taken


def _export(job: BatchJob, shop: Shop) -> Export:
    """Return the file. Raises WorkFailed."""
    listing = Listing.of(job.context)
    products = matching(shop.catalogue, listing)
    taken, count = _taken(listing, products), listing.announced(len(products))
    columns = _columns(job.context["shape"], listing)
    lines = (
        [quoted(cell(product, variant)) for cell in columns.values()]
        for product in taken[: job.scenario.rows_in_file]
        for variant in product.variants
    )
    return Export(content=write_csv(_table(columns, lines)), count=count, written=len(taken))


def _table(columns: Mapping[str, Cell], lines: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield list(columns)
    yield from lines


def _shape_of(context: Mapping[str, Any], shop: Shop) -> dict[str, Any]:
    """Return the shape of the file. Raises WorkFailed."""
    listing = Listing.of(context)
    return _shape(listing.first_rows(matching(shop.catalogue, listing)), listing.relations, shop.catalogue)


def _shape(products: Sequence[Product], relations: frozenset[str], catalogue: Catalogue) -> dict[str, Any]:
    """Return which columns *products* need beyond the fixed ones; relations that are not loaded need none."""
    prices: list[Price] = []
    if relations & {"variants.prices", "variants.prices.region"}:
        prices = [price for product in products for variant in product.variants for price in variant.prices]
    regions = (
        {region.id: region for region in catalogue.regions} if "variants.prices.region" in relations else {}
    )
    kinds = dict.fromkeys((regions.get(price.region_id or ""), price.currency_code) for price in prices)
    return {
        "prices": [
            {
                "region": region
                and {"id": region.id, "name": region.name, "currency_code": region.currency_code},
                "currency_code": currency_code,
            }
            for region, currency_code in kinds
        ],
        "dynamicImageColumnCount": _most("images", products, relations),
        "dynamicOptionColumnCount": _most("options", products, relations),
        "dynamicSalesChannelsColumnCount": _most("sales_channels", products, relations),
        "dynamicProductCategoriesColumnCount": 0,
    }


def _most(relation: str, products: Sequence[Product], relations: frozenset[str]) -> int:
    loaded = relation in relations or f"{relation}.values" in relations
    return max((len(getattr(product, relation)) for product in products), default=0) if loaded else 0


def _columns(shape: Mapping[str, Any], listing: Listing) -> dict[str, Cell]:
    """Return how each cell of a line is made, by the column's name, in the order of the file."""
    columns = {name: _fixed(name, key, listing) for name, key in FIXED.items()}
    for price in shape["prices"]:
        region, currency_code = price["region"], price["currency_code"]
        columns.setdefault(price_column(currency_code), _currency_price(currency_code))
        if region is not None:
            columns.setdefault(price_column(currency_code, region["name"]), _region_price(region["id"]))
    for index in range(shape["dynamicOptionColumnCount"]):
        columns[f"Option {index + 1} Name"] = _option_name(index)
        columns[f"Option {index + 1} Value"] = _option_value(index)
    for index in range(shape["dynamicImageColumnCount"]):
        columns[f"Image {index + 1} Url"] = _part("images", index, "url")
    for index in range(shape["dynamicSalesChannelsColumnCount"]):
        # The column of the id holds the name. Source: recorded, export_files/download csv without auth.
        columns[f"Sales Channel {index + 1} Id"] = _part("sales_channels", index, "name")
        columns[f"Sales Channel {index + 1} Name"] = _part("sales_channels", index, "name")
        columns[f"Sales Channel {index + 1} Description"] = _part("sales_channels", index, "description")
    return columns


def _fixed(name: str, key: str, listing: Listing) -> Cell:
    """Return the cell of a fixed column; what the context leaves out is empty in the file."""
    entity, _, rest = key.partition(".")
    relation, _, attribute = rest.partition(".")
    if entity == "variant":
        return lambda _product, variant: _text(getattr(variant, rest))
    if name.startswith("Product Profile"):
        attribute, relation = name.rpartition(" ")[2].lower(), "profiles"
        return (
            _blank
            if relation not in listing.relations
            else lambda product, _: _inner(product.profile, attribute)
        )
    if rest == "tags":
        return lambda product, _: ",".join(tag.value for tag in product.tags)
    if attribute:
        return (
            _blank
            if relation not in listing.relations
            else lambda product, _: _inner(getattr(product, relation), attribute)
        )
    if rest in COLUMNS and listing.select is not None and rest not in listing.select:
        return _blank
    return lambda product, _: _text(getattr(product, rest))


def _blank(_product: Product, _variant: Variant) -> str:
    return ""


def _inner(value: Any, attribute: str) -> str:
    return "" if value is None else _text(getattr(value, attribute))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _currency_price(currency_code: str) -> Cell:
    """Return the cell of a variant's first price in a currency, whatever its region. Recorded: T-Shirt."""
    return lambda _, variant: _price(each for each in variant.prices if each.currency_code == currency_code)


def _region_price(region_id: str) -> Cell:
    return lambda _, variant: _price(each for each in variant.prices if each.region_id == region_id)


def _price(prices: Iterable[Price]) -> str:
    return next((units_of(price.amount, price.currency_code) for price in prices), "")


def _option_name(index: int) -> Cell:
    return lambda product, _: product.options[index].title if index < len(product.options) else ""


def _option_value(index: int) -> Cell:
    def cell(product: Product, variant: Variant) -> str:
        option_id = product.options[index].id if index < len(product.options) else None
        return next((each.value for each in variant.options if each.option_id == option_id), "")

    return cell


def _part(relation: str, index: int, attribute: str) -> Cell:
    def cell(product: Product, _variant: Variant) -> str:
        parts = getattr(product, relation)
        return _text(getattr(parts[index], attribute)) if index < len(parts) else ""

    return cell
