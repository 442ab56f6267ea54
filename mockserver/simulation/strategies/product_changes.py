"""What an import does to products and variants: a draft of the catalogue, changed row by row.

Knows the constraints of the database and the words in which it refuses. Source: recorded, group import;
measured.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mockserver.simulation.catalogue import (
    Catalogue,
    Collection,
    Image,
    Option,
    OptionValue,
    Price,
    Product,
    ProductType,
    SalesChannel,
    Tag,
    Variant,
)
from mockserver.simulation.strategies.column_filter import Reader, integer, text
from mockserver.simulation.strategies.price_cells import priced
from mockserver.simulation.strategies.product_table import COLUMNS
from mockserver.simulation.strategy import WorkFailed

HANDLE_TAKEN = 'duplicate key value violates unique constraint "IDX_cf9cc6c3f2e6414b992223fff1"'
SKU_TAKEN = 'duplicate key value violates unique constraint "IDX_2ca8cfbdafb998ecfd6d340389"'
BARCODE_TAKEN = 'duplicate key value violates unique constraint "IDX_045d4a149c09f4704e0bc08dd4"'


def truth(value: Any) -> bool:
    """Return whether *value* is true itself; any word counts as false.

    Source: measured, `yes`, `no` and `1`.
    """
    return value is True


SIZES: Mapping[str, Reader] = {
    "weight": integer,
    "length": integer,
    "width": integer,
    "height": integer,
    "hs_code": text,
    "origin_country": text,
    "mid_code": text,
    "material": text,
}


def _keyed(entity: str, **readers: Reader) -> tuple[tuple[str, str, Reader], ...]:
    """Return the cells of *entity*: each one's key in a row, its field, and how it is read."""
    return tuple((f"{entity}.{name}", name, read) for name, read in readers.items())


PRODUCT_CELLS = _keyed(
    "product",
    title=text,
    subtitle=text,
    description=text,
    handle=text,
    status=COLUMNS["status"],
    thumbnail=text,
    **SIZES,
    discountable=truth,
    external_id=text,
)
VARIANT_CELLS = _keyed(
    "variant",
    title=text,
    sku=text,
    barcode=text,
    inventory_quantity=integer,
    allow_backorder=truth,
    manage_inventory=truth,
    **SIZES,
)

# What must not be empty, and whether a new one may leave it out.
PRODUCT_NEEDS = {"title": False, "handle": False, "status": True, "discountable": True}
VARIANT_NEEDS = {
    "title": False,
    "inventory_quantity": False,
    "allow_backorder": True,
    "manage_inventory": True,
}


@dataclass(slots=True)
class Draft:
    """A product under change. Mutable: its variants by id, and which combinations of options are taken."""

    product: Product
    variants: dict[str, Variant] = field(default_factory=dict)
    combinations: dict[frozenset[tuple[str, str]], str] = field(default_factory=dict)

    @classmethod
    def of(cls, product: Product) -> "Draft":
        """Return *product* ready for change."""
        draft = cls(product)
        for variant in product.variants:
            draft.put(variant)
        return draft

    def put(self, variant: Variant) -> None:
        """Take *variant* in, in place of the one with its id."""
        self.variants[variant.id] = variant
        self.combinations[_combination(variant.options)] = variant.id

    def finished(self) -> Product:
        """Return the product as it has become."""
        return replace(self.product, variants=tuple(self.variants.values()))


def _combination(values: Iterable[OptionValue]) -> frozenset[tuple[str, str]]:
    return frozenset((each.option_id, each.value) for each in values)


class ProductChanges:
    """The catalogue under change.

    Mutable: what is drafted so far, and the handles and numbers taken by it.
    """

    def __init__(self, catalogue: Catalogue, *, at: datetime, mint: Callable[[str], str]) -> None:
        """Begin with *catalogue*. at: the instant of every change. mint: gives a new id, by prefix."""
        self._catalogue = catalogue
        self._at = at
        self._mint = mint
        self._drafts: dict[str, Draft] = {}
        self._ids_by_handle = dict(catalogue.product_ids_by_handle)
        self._product_ids = dict(catalogue.product_ids_by_variant_id)
        self._by_sku = dict(catalogue.variant_ids_by_sku)
        self._by_barcode = {
            variant.barcode: variant.id
            for product in catalogue.products.values()
            for variant in product.variants
            if variant.barcode is not None
        }
        self._tags = dict(catalogue.tags_by_value)
        self._types = dict(catalogue.types_by_value)
        self._collections = {each.handle: each for each in catalogue.collections}
        channel = catalogue.store.default_sales_channel
        self._channels = dict.fromkeys((("id", channel.id), ("name", channel.name)), channel)

    def finished(self) -> Catalogue:
        """Return the catalogue as it has become."""
        changed = self._catalogue.with_products(draft.finished() for draft in self._drafts.values())
        return replace(changed, tags_by_value=self._tags, types_by_value=self._types)

    def create_product(self, row: Mapping[str, Any]) -> None:
        """Take in the product of *row*, as yet without variants. Raises WorkFailed."""
        related = self._related(row)
        cells = _cells(row, PRODUCT_CELLS)
        images = related.get("images")
        if images and cells.get("thumbnail") is None:
            cells["thumbnail"] = images[0].url
        _refuse_empty(cells, "product", PRODUCT_NEEDS, new=True)
        self._refuse_taken_handle(cells["handle"])
        product_id = self._mint("prod")
        options = tuple(
            self._made(Option, "opt", title=text(each["title"]), product_id=product_id)
            for each in row.get("product.options") or ()
        )
        profile = self._catalogue.store.default_profile
        self._drafts[product_id] = Draft(
            Product(
                id=product_id,
                created_at=self._at,
                updated_at=self._at,
                **cells,
                **related,
                options=options,
                profile=profile,
            )
        )
        self._ids_by_handle[cells["handle"]] = product_id

    def update_product(self, row: Mapping[str, Any]) -> None:
        """Change the product that *row* names by its id: what the row has columns for. Raises WorkFailed."""
        draft = self._draft(row["product.id"])
        if draft is None:
            message = f"Product with id: {text(row['product.id'])} was not found"
            raise WorkFailed(message)
        related = self._related(row)
        cells = _cells(row, PRODUCT_CELLS)
        _refuse_empty(cells, "product", PRODUCT_NEEDS, new=False)
        if cells["handle"] != draft.product.handle:
            self._refuse_taken_handle(cells["handle"])
            del self._ids_by_handle[draft.product.handle]
            self._ids_by_handle[cells["handle"]] = draft.product.id
        draft.product = replace(draft.product, **cells, **related, updated_at=self._at)

    def create_variant(self, row: Mapping[str, Any]) -> None:
        """Take in the variant of *row* with the product of its handle. Raises WorkFailed."""
        draft = self._draft(self._ids_by_handle.get(text(row["product.handle"])))
        if draft is None:
            message = f"Product with handle: {text(row['product.handle'])} was not found"
            raise WorkFailed(message)
        variant_id = self._mint("variant")
        options = self._chosen(draft, row, variant_id)
        cells = _cells(row, VARIANT_CELLS)
        _refuse_empty(cells, "product_variant", VARIANT_NEEDS, new=True)
        self._take_numbers(variant_id, cells)
        draft.put(
            Variant(
                id=variant_id,
                created_at=self._at,
                updated_at=self._at,
                **cells,
                product_id=draft.product.id,
                variant_rank=len(draft.variants),
                options=options,
                prices=self._priced(row, variant_id),
            )
        )
        self._product_ids[variant_id] = draft.product.id

    def update_variant(self, row: Mapping[str, Any]) -> None:
        """Change the variant that *row* names by its id: what the row has columns for. Raises WorkFailed.

        Prices, where there are any, take the place of the old ones, but not of those of price lists.
        """
        variant_id = text(row["variant.id"])
        draft = self._draft(self._product_ids.get(variant_id))
        if draft is None:
            message = f"Variant with id: {variant_id} was not found"
            raise WorkFailed(message)
        variant = draft.variants[variant_id]
        cells = _cells(row, VARIANT_CELLS)
        _refuse_empty(cells, "product_variant", VARIANT_NEEDS, new=False)
        self._take_numbers(variant_id, cells, before=variant)
        if fresh := self._priced(row, variant_id):
            cells["prices"] = (
                *fresh,
                *(price for price in variant.prices if price.price_list_id is not None),
            )
        titles = {option.id: option.title for option in draft.product.options}
        wanted = {text(each["_title"]): text(each["value"]) for each in row.get("variant.options") or ()}
        cells["options"] = tuple(
            replace(each, value=wanted.get(titles.get(each.option_id, ""), each.value))
            for each in variant.options
        )
        draft.put(replace(variant, **cells, updated_at=self._at))

    def _draft(self, product_id: Any) -> Draft | None:
        if product_id not in self._drafts and (product := self._catalogue.product(product_id)):
            self._drafts[product.id] = Draft.of(product)
        return self._drafts.get(product_id)

    def _made(self, kind: Callable[..., Any], prefix: str, **values: Any) -> Any:
        return kind(id=self._mint(prefix), created_at=self._at, updated_at=self._at, **values)

    def _related(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return what *row* says of collection, type, tags, images and sales channels: only what it says."""
        related: dict[str, Any] = {}
        if (handle := row.get("product.collection.handle")) is not None:
            related["collection"] = self._collection(text(handle))
        if (kind := row.get("product.type.value")) is not None:
            related["type"] = self._type(text(kind))
        if (tags := row.get("product.tags")) is not None:
            related["tags"] = tuple(self._tag(each["value"]) for each in tags)
        if "product.images" in row:
            related["images"] = tuple(
                self._made(Image, "img", url=text(each)) for each in row["product.images"]
            )
        if "product.sales_channels" in row:
            related["sales_channels"] = self._sales_channels(row["product.sales_channels"])
        return related

    def _collection(self, handle: str) -> Collection:
        if handle not in self._collections:
            message = f"Product collection with handle: {handle} was not found"
            raise WorkFailed(message)
        return self._collections[handle]

    def _type(self, value: str) -> ProductType:
        if value not in self._types:
            self._types[value] = self._made(ProductType, "ptyp", value=value)
        return self._types[value]

    def _tag(self, value: str) -> Tag:
        if value not in self._tags:
            self._tags[value] = self._made(Tag, "ptag", value=value)
        return self._tags[value]

    def _sales_channels(self, entries: Sequence[Mapping[str, Any]]) -> tuple[SalesChannel, ...]:
        """Return the known channels among *entries*, by id or by name; unknown ones are passed over.

        Measured.
        """
        known = (self._channels.get(part) for entry in entries for part in entry.items())
        return tuple(dict.fromkeys(channel for channel in known if channel is not None))

    def _chosen(self, draft: Draft, row: Mapping[str, Any], variant_id: str) -> tuple[OptionValue, ...]:
        """Return the option values of a new variant. Raises WorkFailed where they do not suit the product."""
        entries, options = row.get("variant.options") or (), draft.product.options
        if len(entries) != len(options):
            message = (
                "Product options length does not match variant options length. "
                f"Product has {len(options)} and variant has {len(entries)}."
            )
            raise WorkFailed(message)
        wanted = {text(each["_title"]): text(each["value"]) for each in entries}
        for option in options:
            if option.title not in wanted:
                message = f"Variant options do not contain value for {option.title}"
                raise WorkFailed(message)
        chosen = tuple(
            self._made(
                OptionValue, "optval", value=wanted[each.title], option_id=each.id, variant_id=variant_id
            )
            for each in options
        )
        twin = draft.combinations.get(_combination(chosen))
        if options and twin is not None:
            message = f"Variant with title {draft.variants[twin].title} with provided options already exists"
            raise WorkFailed(message)
        return chosen

    def _take_numbers(self, variant_id: str, cells: Mapping[str, Any], before: Variant | None = None) -> None:
        """Note the variant's stock keeping unit and barcode.

        Raises WorkFailed when another variant has them.
        """
        for name, taken, refusal in (
            ("sku", self._by_sku, SKU_TAKEN),
            ("barcode", self._by_barcode, BARCODE_TAKEN),
        ):
            if name not in cells:
                continue
            if before is not None:
                taken.pop(getattr(before, name), None)
            if (number := cells[name]) is None:
                continue
            if taken.setdefault(number, variant_id) != variant_id:
                raise WorkFailed(refusal)

    def _priced(self, row: Mapping[str, Any], variant_id: str) -> tuple[Price, ...]:
        entries = row.get("variant.prices") or ()
        return priced(entries, variant_id=variant_id, at=self._at, mint=self._mint)

    def _refuse_taken_handle(self, handle: str) -> None:
        if handle in self._ids_by_handle:
            raise WorkFailed(HANDLE_TAKEN)


def _cells(row: Mapping[str, Any], readers: Sequence[tuple[str, str, Reader]]) -> dict[str, Any]:
    """Return the cells of *row* for a product or a variant, by field.

    Raises WorkFailed for one of a wrong type.
    """
    return {
        name: None if (cell := row[key]) is None else read(cell) for key, name, read in readers if key in row
    }


def _refuse_empty(cells: Mapping[str, Any], relation: str, needs: Mapping[str, bool], *, new: bool) -> None:
    """Raise WorkFailed for the first needed column that is empty.

    needs: whether a new one may leave it out.
    """
    for name, may_be_left_out in needs.items():
        if cells.get(name) is None and (name in cells or (new and not may_be_left_out)):
            message = f'null value in column "{name}" of relation "{relation}" violates not-null constraint'
            raise WorkFailed(message)
