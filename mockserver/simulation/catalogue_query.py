"""What the API shows of the catalogue: pages of products, variants and price lists, and the store.

Pure functions over a catalogue and parameters that are valid and parsed: `limit` and `offset` are numbers,
the others text, `id` and the statuses text or lists of it. Knows the order of keys; knows nothing of HTTP.
Source: recorded, group import; measured on 1.20.11, GET /admin/products, /variants, /price-lists, /store.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from mockserver.simulation.catalogue import Catalogue, Price, Product, Variant
from mockserver.simulation.clock import to_json
from mockserver.simulation.query import Page, page, selected
from mockserver.simulation.refusals import ColumnUnknown

STAMPS = ("id", "created_at", "updated_at", "deleted_at")
SIZES = ("weight", "length", "height", "width")
CUSTOMS = ("hs_code", "origin_country", "mid_code", "material")

PRODUCT = (
    *STAMPS,
    "title",
    "subtitle",
    "description",
    "handle",
    "is_giftcard",
    "status",
    "thumbnail",
    *SIZES,
    *CUSTOMS,
    "collection_id",
    "type_id",
    "discountable",
    "external_id",
    "metadata",
)
VARIANT = (
    *STAMPS,
    "title",
    "product_id",
    "sku",
    "barcode",
    "ean",
    "upc",
    "variant_rank",
    "inventory_quantity",
    "allow_backorder",
    "manage_inventory",
    *CUSTOMS,
    *SIZES,
    "metadata",
)
LISTED_VARIANT = tuple(name for name in VARIANT if name != "variant_rank")
PRICE = (*STAMPS, "currency_code", "amount", "min_quantity", "max_quantity", "price_list_id", "region_id")
OPTION = (*STAMPS, "title", "product_id", "metadata")
OPTION_VALUE = (*STAMPS, "value", "option_id", "variant_id", "metadata")
PROFILE = (*STAMPS, "name", "type", "metadata")
SALES_CHANNEL = (*STAMPS, "name", "description", "is_disabled", "metadata")
COLLECTION = (*STAMPS, "title", "handle", "metadata")
VALUED = (*STAMPS, "value", "metadata")
IMAGE = (*STAMPS, "url", "metadata")
PRICE_LIST = (*STAMPS, "name", "description", "type", "status", "starts_at", "ends_at")
CURRENCY = ("code", "symbol", "symbol_native", "name")

# Kept for nothing that this shop has.
EMPTY = frozenset({"deleted_at", "metadata"})

PRODUCT_RELATIONS = (
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
)
VARIANT_RELATIONS = ("product", "options", "prices")
PRICE_LIST_RELATIONS = ("customer_groups", "prices")

# Computed for a cart, and empty without one.
CALCULATED = (
    "original_price",
    "calculated_price",
    "original_price_incl_tax",
    "calculated_price_incl_tax",
    "original_tax",
    "calculated_tax",
    "tax_rates",
)

Entity = TypeVar("Entity")
Query = Mapping[str, Any]


def find_products(catalogue: Catalogue, query: Query) -> Page:
    """Return the products that *query* asks for: newest first and 50, unless it says otherwise.

    Filters: q, id, title, handle, status, description, is_giftcard, collection_id, type_id, tags. A search
    shows every column, whatever the fields. Raises ColumnUnknown, which names the parameter.
    """
    columns = _fields(query, PRODUCT) if not query.get("q") else PRODUCT
    relations = _expanded(query, PRODUCT_RELATIONS, known=PRODUCT_RELATIONS)
    same = ("id", "title", "handle", "status", "description", "is_giftcard", "collection_id", "type_id")
    found = [each for each in catalogue.products.values() if _has(each, query, same) and _tagged(each, query)]
    if word := query.get("q"):
        found = [each for each in found if product_mentions(each, str(word))]
    ranked = _ordered(found, query, PRODUCT)
    return _page(
        ranked, query, 50, lambda each: _product(each, columns, relations, searched=bool(query.get("q")))
    )


def find_variants(catalogue: Catalogue, query: Query) -> Page:
    """Return the variants that *query* asks for: newest first and 100, unless it says otherwise.

    Filters: q, id, title, inventory_quantity, manage_inventory. The real server shows no offset and no limit
    beside these. Raises ColumnUnknown, which names the parameter.
    """
    columns = _fields(query, LISTED_VARIANT)
    relations = {*_expanded(query, VARIANT_RELATIONS, known=VARIANT_RELATIONS), "prices"}
    pairs = [(variant, product) for product in catalogue.products.values() for variant in product.variants]
    same = ("id", "title", "inventory_quantity", "manage_inventory")
    found = {variant.id: (variant, product) for variant, product in pairs if _has(variant, query, same)}
    if word := query.get("q"):
        found = {key: pair for key, pair in found.items() if variant_mentions(*pair, word=str(word))}
    ranked = _ordered([variant for variant, _ in found.values()], query, VARIANT)
    order = ("options", "prices", "product") if "fields" in query else ("product", "options", "prices")
    return _page(ranked, query, 100, lambda each: _listed_variant(*found[each.id], columns, relations, order))


def find_price_lists(catalogue: Catalogue, query: Query) -> Page:
    """Return the price lists that *query* asks for: newest first and 10, unless it says otherwise.

    Filters: q, id, name, status, type. A search shows `customer_groups` too. Raises ColumnUnknown.
    """
    relations = _expanded(query, (), known=PRICE_LIST_RELATIONS)
    if word := query.get("q"):
        relations = {*relations, "customer_groups"}
    found = [each for each in catalogue.price_lists if _has(each, query, ("id", "name", "status", "type"))]
    if word:
        found = [each for each in found if _within(str(word), (each.name, each.description))]

    def row(price_list: Any) -> dict[str, Any]:
        shown = _columns(price_list, PRICE_LIST)
        if "customer_groups" in relations:
            shown["customer_groups"] = []
        if "prices" in relations:
            shown["prices"] = [_columns(each, PRICE) for each in catalogue.prices_of(price_list.id)]
        return shown

    return _page(_ordered(found, query, PRICE_LIST), query, 10, row)


def store_of(catalogue: Catalogue) -> dict[str, Any]:
    """Return the store as `GET /admin/store` shows it, with its flags, modules and providers."""
    store = catalogue.store
    currencies = {each.code: _columns(each, CURRENCY) for each in store.currencies}
    flags = ("analytics", "medusa_v2", "order_editing", "product_categories", "publishable_api_keys")
    on = {"order_editing", "publishable_api_keys", "sales_channels"}
    return {
        "id": store.id,
        "created_at": to_json(store.created_at),
        "updated_at": to_json(store.updated_at),
        "name": store.name,
        "default_currency_code": store.default_currency_code,
        "swap_link_template": None,
        "payment_link_template": None,
        "invite_link_template": None,
        "default_location_id": None,
        "metadata": None,
        "default_sales_channel_id": store.default_sales_channel.id,
        "currencies": list(currencies.values()),
        "default_currency": currencies.get(store.default_currency_code),
        "default_sales_channel": _columns(store.default_sales_channel, SALES_CHANNEL),
        # Ours: analytics is off, for with it the dashboard asks for /admin/analytics-configs too.
        "feature_flags": [
            {"key": key, "value": key in on}
            for key in (*flags, "sales_channels", "tax_inclusive_pricing", "workflows")
        ],
        "modules": [
            {"module": "cacheService", "resolution": "@medusajs/cache-inmemory"},
            {"module": "eventBus", "resolution": "@medusajs/event-bus-local"},
            {"module": "orderOrderSalesChannelSalesChannelLink", "resolution": ""},
        ],
        "payment_providers": [{"id": "manual", "is_installed": True}],
        "fulfillment_providers": [{"id": "manual", "is_installed": True}],
    }


def product_mentions(product: Product, word: str) -> bool:
    """Return whether *product* is found by a search for *word*, upper and lower case alike.

    Source: measured, with words of titles, descriptions, stock keeping units and collections.
    """
    variants = (place for variant in product.variants for place in (variant.title, variant.sku))
    collection = product.collection.title if product.collection else None
    return _within(word, (product.title, product.description, collection, *variants))


def variant_mentions(variant: Variant, product: Product, *, word: str) -> bool:
    """Return whether *word* is in the title of *variant*, in its number or in its product's title."""
    return _within(word, (variant.title, variant.sku, product.title))


def _within(word: str, places: Iterable[str | None]) -> bool:
    return any(word.lower() in place.lower() for place in places if place)


def _has(entity: Any, query: Query, names: Iterable[str]) -> bool:
    """Return whether *entity* has what *query* asks of those columns: a value, or one of a list."""
    for name in names:
        if name not in query:
            continue
        wanted = query[name] if isinstance(query[name], list | tuple) else [query[name]]
        if getattr(entity, name) not in wanted:
            return False
    return True


def _tagged(product: Product, query: Query) -> bool:
    return "tags" not in query or any(tag.id in query["tags"] for tag in product.tags)


def _fields(query: Query, known: Sequence[str]) -> tuple[str, ...]:
    """Return the columns to show, in the order of the API. Raises ColumnUnknown."""
    for name in filter(None, query.get("fields", "").split(",")):
        _refuse_unknown("fields", name.lstrip("+-"), known)
    shown = selected(query.get("fields"), known) | {"id", "created_at"}
    return tuple(name for name in known if name in shown)


def _expanded(query: Query, usual: Iterable[str], *, known: Sequence[str]) -> set[str]:
    """Return the relations to show, each with those that it hangs on. Raises ColumnUnknown."""
    named = [name for name in query["expand"].split(",") if name] if "expand" in query else list(usual)
    for name in named:
        _refuse_unknown("expand", name, known)
    return {*named, *(name.partition(".")[0] for name in named)}


def _refuse_unknown(parameter: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        message = f"{parameter} names {name!r}, which does not exist; known: {', '.join(known)}"
        raise ColumnUnknown(message)


def _ordered(entities: list[Entity], query: Query, known: Sequence[str]) -> list[Entity]:
    """Return *entities* by the column that *query* names, after `-` the greatest first; empty counts most.

    Raises ColumnUnknown.
    """
    asked = query.get("order", "-created_at")
    name, descending = asked.removeprefix("-"), asked.startswith("-")
    _refuse_unknown("order", name, known)
    if name in EMPTY:
        return entities
    present = [each for each in entities if getattr(each, name) is not None]
    absent = [each for each in entities if getattr(each, name) is None]
    present.sort(key=lambda each: getattr(each, name), reverse=descending)
    return absent + present if descending else present + absent


def _page(
    entities: Sequence[Entity], query: Query, usual: int, row: Callable[[Entity], dict[str, Any]]
) -> Page:
    """Return the page of *entities* that *query* asks for, made into rows."""
    offset, limit = query.get("offset", 0), query.get("limit", usual)
    rows = [row(each) for each in page(entities, limit=limit, offset=offset)]
    return Page(rows=rows, count=len(entities), offset=offset, limit=limit)


def _columns(entity: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: None if name in EMPTY else _json(getattr(entity, name)) for name in names}


def _json(value: Any) -> Any:
    return to_json(value) if isinstance(value, datetime) else value


def _product(
    product: Product, columns: Sequence[str], relations: set[str], *, searched: bool
) -> dict[str, Any]:
    """Return *product* as JSON.

    Beside the collection itself its id comes after it, unless it was searched for.
    """
    moved = "collection" in relations and not searched
    row = _columns(product, (name for name in columns if not (moved and name == "collection_id")))
    if "collection" in relations:
        row["collection"] = product.collection and _columns(product.collection, COLLECTION)
    if moved and "collection_id" in columns:
        row["collection_id"] = product.collection_id
    if "images" in relations:
        row["images"] = [_columns(each, IMAGE) for each in product.images]
    if "options" in relations:
        row["options"] = [_option(each, product, relations) for each in product.options]
    if "profiles" in relations:
        profile = product.profile and _columns(product.profile, PROFILE)
        row["profiles"] = [profile] if profile else []
        row["profile"] = profile
        row["profile_id"] = product.profile and product.profile.id
    if "sales_channels" in relations:
        row["sales_channels"] = [_columns(each, SALES_CHANNEL) for each in product.sales_channels]
    if "tags" in relations:
        row["tags"] = [_columns(each, VALUED) for each in product.tags]
    if "type" in relations:
        row["type"] = product.type and _columns(product.type, VALUED)
    if "variants" in relations:
        row["variants"] = [_variant(each, relations) for each in product.variants]
    return row


def _option(option: Any, product: Product, relations: set[str]) -> dict[str, Any]:
    row = _columns(option, OPTION)
    if "options.values" in relations:
        values = (value for variant in product.variants for value in variant.options)
        row["values"] = [_columns(each, OPTION_VALUE) for each in values if each.option_id == option.id]
    return row


def _variant(variant: Variant, relations: set[str]) -> dict[str, Any]:
    row = _columns(variant, VARIANT)
    if "variants.options" in relations:
        row["options"] = [_columns(each, OPTION_VALUE) for each in variant.options]
    if "variants.prices" in relations:
        row["prices"] = [_price(each) for each in variant.prices]
        row.update(dict.fromkeys(CALCULATED))
    return row


def _listed_variant(
    variant: Variant, product: Product, columns: Sequence[str], relations: set[str], order: Sequence[str]
) -> dict[str, Any]:
    related: dict[str, Callable[[], Any]] = {
        "product": lambda: _columns(product, PRODUCT),
        "options": lambda: [_columns(each, OPTION_VALUE) for each in variant.options],
        "prices": lambda: [_price(each) for each in variant.prices],
    }
    row = _columns(variant, columns)
    row.update({name: related[name]() for name in order if name in relations})
    row.update(dict.fromkeys(CALCULATED))
    return row


def _price(price: Price) -> dict[str, Any]:
    """Return *price* as JSON. Ours: its price list is always shown as null, only its id is told."""
    return {**_columns(price, PRICE), "price_list": None, "variant_id": price.variant_id}
