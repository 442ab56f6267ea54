"""The products of a catalogue as a table: its columns, its relations, which rows a filter takes.

Knows the words in which the database refuses a query. Source: recorded, group export_failures; measured.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from mockserver.simulation.catalogue import PRODUCT_STATUSES, Catalogue, Product
from mockserver.simulation.catalogue_query import product_mentions
from mockserver.simulation.strategies.column_filter import (
    Reader,
    boolean,
    column_test,
    instant,
    integer,
    one_of,
    text,
)
from mockserver.simulation.strategies.export_listing import Listing, sorted_rows
from mockserver.simulation.strategy import WorkFailed

COLUMNS: Mapping[str, Reader] = {
    "id": text,
    "created_at": instant,
    "updated_at": instant,
    "deleted_at": instant,
    "title": text,
    "subtitle": text,
    "description": text,
    "handle": text,
    "is_giftcard": boolean,
    "status": one_of("product_status_enum", *PRODUCT_STATUSES),
    "thumbnail": text,
    "weight": integer,
    "length": integer,
    "height": integer,
    "width": integer,
    "hs_code": text,
    "origin_country": text,
    "mid_code": text,
    "material": text,
    "collection_id": text,
    "type_id": text,
    "discountable": boolean,
    "external_id": text,
    "metadata": text,
}

EMPTY = frozenset({"deleted_at", "metadata"})

RELATIONS = frozenset(
    {
        "categories",
        "collection",
        "images",
        "options",
        "options.product",
        "options.values",
        "profiles",
        "sales_channels",
        "tags",
        "type",
        "variants",
        "variants.options",
        "variants.prices",
        "variants.prices.region",
        "variants.product",
    }
)

# Filters that are no columns: the ids of what a product must have one of.
BELONGINGS: Mapping[str, Callable[[Product], Iterable[str | None]]] = {
    "tags": lambda product: (tag.id for tag in product.tags),
    "sales_channel_id": lambda product: (channel.id for channel in product.sales_channels),
    "price_list_id": lambda product: (
        price.price_list_id for variant in product.variants for price in variant.prices
    ),
}


def matching(catalogue: Catalogue, listing: Listing) -> list[Product]:
    """Return the products that *listing* filters, in its order.

    Raises WorkFailed, as the database does, for columns and relations that do not exist.
    """
    tests = [_test(name, wanted) for name, wanted in listing.filters.items() if name != "q"]
    refuse_unknown(listing)
    word = listing.filters.get("q")
    found = list(catalogue.products.values())
    for fits in tests:
        found = [product for product in found if fits(product)]
    if word:
        found = [product for product in found if product_mentions(product, text(word))]
    return sorted_rows(found, _column(listing.order), descending=listing.descending)


def refuse_unknown(listing: Listing) -> None:
    """Raise WorkFailed when *listing* names a column or relation that does not exist."""
    for relation in sorted(listing.relations - RELATIONS):
        message = f"Relation with property path {relation.rpartition('.')[2]} in entity was not found."
        raise WorkFailed(message)
    for name in sorted((listing.select or frozenset()) - COLUMNS.keys()):
        message = f"column product.{name} does not exist"
        raise WorkFailed(message)
    if not listing.order:
        message = 'syntax error at or near ","'
        raise WorkFailed(message)
    if listing.order not in COLUMNS:
        message = f"column product.{listing.order} does not exist"
        raise WorkFailed(message)


def _column(name: str) -> Callable[[Product], Any]:
    """Return what gives a column's value: text, a number, a truth value, an instant, or nothing."""
    return (lambda _: None) if name in EMPTY else attrgetter(name)


def _test(name: str, wanted: Any) -> Callable[[Product], bool]:
    if name in BELONGINGS:
        ids, choices = BELONGINGS[name], wanted if isinstance(wanted, list | tuple) else [wanted]
        among = {each if each is None else text(each) for each in choices}
        return lambda product: not among.isdisjoint(ids(product))
    if name in RELATIONS:
        message = f"Cannot find alias for relation at {name}"
        raise WorkFailed(message)
    if name not in COLUMNS:
        message = f'Property "{name}" was not found in "Product". Make sure your query is correct.'
        raise WorkFailed(message)
    fits, value_of = column_test(wanted, COLUMNS[name]), _column(name)
    return lambda product: fits(value_of(product))
