"""order-export: the shop's orders as a CSV, one line for each.

Knows orders and the shape of the file; which orders it takes is for the listing and the order table.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.catalogue import Order
from mockserver.simulation.packed_json import packed_json
from mockserver.simulation.strategies.csv_text import write_csv
from mockserver.simulation.strategies.export_file import Export, announced, exported, failed
from mockserver.simulation.strategies.export_listing import (
    Listing,
    essence,
    has_search,
    is_bounded,
    prepared,
    relisted,
)
from mockserver.simulation.strategies.order_table import in_order, matching
from mockserver.simulation.strategies.progress import told_rows, under_way
from mockserver.simulation.strategy import Outlook, Shop, Work, WorkFailed

SELECT = (
    "id",
    "display_id",
    "status",
    "created_at",
    "fulfillment_status",
    "payment_status",
    "subtotal",
    "shipping_total",
    "discount_total",
    "gift_card_total",
    "refunded_total",
    "tax_total",
    "total",
    "currency_code",
    "region_id",
)
RELATIONS = ("customer", "shipping_address", "sales_channel")

Cell = Callable[[Order], Any]

# Each column with what must be selected or loaded for it to be there, and how it is made. A place's region
# comes with the address, and is empty unless it is selected. Source: recorded, export_files/download order
# csv; measured.
COLUMNS: tuple[tuple[str, str, Cell], ...] = (
    ("Order_ID", "id", lambda order: order.id),
    ("Display_ID", "display_id", lambda order: order.display_id),
    ("Order status", "status", lambda order: order.status),
    ("Date", "created_at", lambda order: format_datetime(order.created_at, usegmt=True)),
    ("Customer First name", "customer", lambda order: order.customer.first_name),
    ("Customer Last name", "customer", lambda order: order.customer.last_name),
    ("Customer Email", "customer", lambda order: order.customer.email),
    ("Customer ID", "customer", lambda order: order.customer.id),
    ("Shipping Address 1", "shipping_address", lambda order: order.shipping_address.address_1),
    ("Shipping Address 2", "shipping_address", lambda order: order.shipping_address.address_2),
    ("Shipping Country Code", "shipping_address", lambda order: order.shipping_address.country_code),
    ("Shipping City", "shipping_address", lambda order: order.shipping_address.city),
    ("Shipping Postal Code", "shipping_address", lambda order: order.shipping_address.postal_code),
    ("Shipping Region ID", "shipping_address", lambda order: order.region_id),
    ("Fulfillment Status", "fulfillment_status", lambda order: order.fulfillment_status),
    ("Payment Status", "payment_status", lambda order: order.payment_status),
    ("Subtotal", "subtotal", lambda order: order.subtotal),
    ("Shipping Total", "shipping_total", lambda order: order.shipping_total),
    ("Discount Total", "discount_total", lambda order: order.discount_total),
    ("Gift Card Total", "gift_card_total", lambda order: order.gift_card_total),
    ("Refunded Total", "refunded_total", lambda order: order.refunded_total),
    ("Tax Total", "tax_total", lambda order: order.tax_total),
    ("Total", "total", lambda order: order.total),
    ("Currency Code", "currency_code", lambda order: order.currency_code),
    ("Sales channel name", "sales_channel", lambda order: order.sales_channel and order.sales_channel.name),
    (
        "Sales channel description",
        "sales_channel",
        lambda order: order.sales_channel and order.sales_channel.description,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExport:
    """Writes the orders that the context's listing options take.

    Nothing of the shop changes but the new file.
    """

    type: str = "order-export"
    alters_shop: bool = False

    def prepare(self, context: Mapping[str, Any], shop: Shop) -> Mapping[str, Any]:  # noqa: ARG002  # Strategy
        """Return the context with its listing options in `list_config`. Raises ContextRefused."""
        return prepared(context, select=SELECT, relations=RELATIONS)

    def pre_process(self, job: BatchJob, shop: Shop) -> Work:
        """Return how many orders there are. Raises WorkFailed.

        A `batch_size` is taken at its word: no query is made, and so the context stays as it is. Measured.
        """
        count, kept = told_rows(job, self.outlook(job.context, shop).units), None
        if not is_bounded(job.context):
            kept = shop.once(
                (self.type, "context", packed_json(job.context)),
                lambda: relisted(job.context, searched=has_search(job.context)),
            )
        return Work(result=announced("order", count), context=kept, units=count)

    def process(self, job: BatchJob, shop: Shop) -> Work:
        """Return the file, and a result that tells of it.

        Raises WorkFailed when the order's column is unknown.

        Nothing in the file is quoted, not even a semicolon in an address. Measured.
        """
        key = (self.type, "file", essence(job.context), job.scenario.rows_in_file)
        return exported(job, shop, shop.once(key, lambda: _export(job, shop)), singular="order")

    def outlook(self, context: Mapping[str, Any], shop: Shop) -> Outlook:
        """Return how many orders there are; it succeeds unless they cannot be put in order.

        Raises WorkFailed.
        """
        outlook: Outlook = shop.once((self.type, essence(context)), lambda: _outlook(context, shop))
        return outlook

    def failure(self, message: str) -> WorkFailed:
        """Return the failure: an object and its text."""
        return failed(message)

    def progress(self, job: BatchJob, done: float) -> Mapping[str, Any]:
        """Return the result so far: `count`, `advancement_count`, in orders, and `progress`, 0 to 1."""
        return under_way(job, done)


def _outlook(context: Mapping[str, Any], shop: Shop) -> Outlook:
    listing = _listing(context)
    orders = matching(shop.catalogue, listing)
    announced = listing.announced(len(orders))
    processed = listing if is_bounded(context) else listing.without_search()
    try:
        _taken(processed, orders if processed is listing else matching(shop.catalogue, processed))
    except WorkFailed:
        return Outlook(announced, succeeds=False)
    return Outlook(announced, succeeds=True)


def _taken(listing: Listing, orders: list[Order]) -> list[Order]:
    """Return those of *orders* that are written. Raises WorkFailed."""
    try:
        in_turn = in_order(orders, listing)
    except WorkFailed as failure:
        raise failed(str(failure)) from failure
    return listing.rows(in_turn)


def _export(job: BatchJob, shop: Shop) -> Export:
    """Return the file. Raises WorkFailed, in processing's words."""
    listing = _listing(job.context)
    try:
        orders = matching(shop.catalogue, listing)
    except WorkFailed as failure:
        raise failed(str(failure)) from failure
    taken, count = _taken(listing, orders), listing.announced(len(orders))
    shown = [
        (name, cell)
        for name, needed, cell in COLUMNS
        if needed in (listing.select or ()) or needed in listing.relations
    ]
    table = [
        [name for name, _ in shown],
        *(_line(order, shown, listing) for order in taken[: job.scenario.rows_in_file]),
    ]
    return Export(content=write_csv(table), count=count, written=len(taken))


def _listing(context: Mapping[str, Any]) -> Listing:
    if context.get("filterable_fields", {}) is None:
        message = "Cannot read properties of null (reading 'q')"
        raise WorkFailed(message)
    return Listing.of(context, limit="take", offset="skip")


def _line(order: Order, shown: Sequence[tuple[str, Cell]], listing: Listing) -> list[str]:
    hidden = () if listing.select is None or "region_id" in listing.select else ("Shipping Region ID",)
    values = (None if name in hidden else cell(order) for name, cell in shown)
    return ["" if value is None else str(value) for value in values]
