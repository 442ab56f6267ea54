"""The orders of a catalogue as a table: its columns, its relations, which rows a filter takes.

Knows the words in which the database refuses a query. Source: recorded, group export_failures; measured.
"""

from collections.abc import Mapping
from typing import Any

from mockserver.simulation.catalogue import (
    FULFILLMENT_STATUSES,
    ORDER_STATUSES,
    PAYMENT_STATUSES,
    Catalogue,
    Order,
)
from mockserver.simulation.strategies.column_filter import Reader, column_test, instant, integer, one_of, text
from mockserver.simulation.strategies.export_listing import Listing, sorted_rows
from mockserver.simulation.strategy import WorkFailed

COLUMNS: Mapping[str, Reader] = {
    "id": text,
    "created_at": instant,
    "updated_at": instant,
    "status": one_of("order_status_enum", *ORDER_STATUSES),
    "fulfillment_status": one_of("order_fulfillment_status_enum", *FULFILLMENT_STATUSES),
    "payment_status": one_of("order_payment_status_enum", *PAYMENT_STATUSES),
    "display_id": integer,
    "customer_id": text,
    "email": text,
    "region_id": text,
    "currency_code": text,
    "sales_channel_id": text,
}

# Of the entity, but empty in every order of ours.
EMPTY = frozenset(
    {
        "cart_id",
        "tax_rate",
        "billing_address_id",
        "shipping_address_id",
        "draft_order_id",
        "canceled_at",
        "metadata",
        "no_notification",
        "idempotency_key",
        "external_id",
    }
)

# Computed by the real server, so that they can be selected but neither filtered nor sorted by.
TOTALS = frozenset(
    {
        "subtotal",
        "shipping_total",
        "discount_total",
        "gift_card_total",
        "gift_card_tax_total",
        "refunded_total",
        "tax_total",
        "total",
        "paid_total",
        "refundable_amount",
        "item_tax_total",
        "shipping_tax_total",
        "raw_discount_total",
    }
)

RELATIONS = frozenset(
    {
        "billing_address",
        "cart",
        "claims",
        "currency",
        "customer",
        "discounts",
        "edits",
        "fulfillments",
        "gift_cards",
        "items",
        "payments",
        "refunds",
        "region",
        "returns",
        "sales_channel",
        "shipping_address",
        "shipping_methods",
        "swaps",
    }
)


FILTERED = frozenset({*COLUMNS, *EMPTY})
KNOWN = FILTERED | TOTALS | RELATIONS


def matching(catalogue: Catalogue, listing: Listing) -> list[Order]:
    """Return the orders that *listing* filters, as they came. Raises WorkFailed in the database's words."""
    for name in (*sorted(listing.select or ()), *sorted(listing.relations)):
        if name not in KNOWN:
            raise _not_found(name)
    tests = []
    for name, wanted in listing.filters.items():
        if name == "q":
            continue
        if name not in FILTERED:
            raise _not_found(name)
        tests.append((name, column_test(wanted, COLUMNS.get(name, text))))
    word = listing.filters.get("q")
    found = list(catalogue.orders)
    for name, fits in tests:
        found = [order for order in found if fits(_column(order, name))]
    return [order for order in found if mentions(order, text(word))] if word else found


def in_order(orders: list[Order], listing: Listing) -> list[Order]:
    """Return *orders* sorted as *listing* asks. Raises WorkFailed when there is no such column."""
    if listing.order not in FILTERED:
        raise _not_found(listing.order)
    return sorted_rows(orders, lambda order: _column(order, listing.order), descending=listing.descending)


def mentions(order: Order, word: str) -> bool:
    """Return whether *order* is found by a search for *word*.

    Source: measured, with e-mail and display id.
    """
    customer = order.customer
    places = (
        str(order.display_id),
        order.email,
        order.shipping_address.first_name,
        customer.first_name,
        customer.last_name,
    )
    return any(word.lower() in place.lower() for place in places if place)


def _column(order: Order, name: str) -> Any:
    return None if name in EMPTY else getattr(order, name)


def _not_found(name: str) -> WorkFailed:
    return WorkFailed(f'Property "{name}" was not found in "Order". Make sure your query is correct.')
