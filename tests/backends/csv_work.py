"""What each type of batch job does: exports write CSV files, imports read them.

Knows the shop and the files. Ignores statuses, and when the work is done.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.backends.goods import MEASURES, ORDER_COLUMNS, PRODUCT_COLUMNS, STATUSES
from tests.backends.listing import sort_key
from tests.backends.store import Job, Store, iso
from tests.backends.wire import Refused, invalid

Row = dict[str, Any]

HANDLE, TITLE, PRODUCT_STATUS = "Product Handle", "Product Title", "Product Status"
PRODUCT_CELLS = {
    "Product Id": "id",
    HANDLE: "handle",
    TITLE: "title",
    "Product Subtitle": "subtitle",
    "Product Description": "description",
    PRODUCT_STATUS: "status",
    **{f"Product {name.replace('_', ' ').title()}": name for name in MEASURES},
}
VARIANT_CELLS = {"Variant Id": "id", "Variant Title": "title", "Variant SKU": "sku"}
VARIANT_STOCK = "Variant Inventory Quantity"
NUMBERS = ("weight", "length", "height", "width")
NUMBER_LENGTH = 15  # characters
PRICE_VARIANT, PRICE_SKU, PRICE = "Product Variant ID", "SKU", "Price "


class JobFailed(Exception):
    """The work cannot be done; the message says why."""


@dataclass(frozen=True)
class Work:
    """What one type of job does.

    prepare: the context as the job keeps it; refuses one that cannot be.
    foresee: how many rows there are, and what the result says about them.
    perform: does it, and returns what the result then says.
    """

    prepare: Callable[[Row, Store], Row]
    foresee: Callable[[Job, Store], tuple[int, Row]]
    perform: Callable[[Job, Store, str | None], Row]


def prepare_export(relations: list[str]) -> Callable[[Row, Store], Row]:
    """Return what makes `list_config` of an export's context."""

    def prepare(context: Row, _store: Store) -> Row:
        kept = {key: value for key, value in context.items() if key not in LIST_KEYS}
        order = context.get("order", "-created_at")
        config: Row = {
            "relations": [each for each in context["expand"].split(",") if each]
            if "expand" in context
            else relations,
            "skip": context.get("offset", 0),
            "take": context.get("limit", 50),
            "order": {order.removeprefix("-"): "DESC" if order.startswith("-") else "ASC"},
        }
        if "fields" in context:
            config["select"] = list(dict.fromkeys([*context["fields"].split(","), "created_at", "id"]))
        return {**kept, "list_config": config}

    return prepare


LIST_KEYS = ("limit", "offset", "order", "fields", "expand")


def exported_rows(job: Job, rows: list[Row], columns: tuple[str, ...]) -> list[Row]:
    """Return the rows that an export is about, in its order."""
    config = job.context["list_config"]
    found = [row for row in rows if _is_wanted(row, job.context.get("filterable_fields"), columns)]
    ((column, direction),) = config["order"].items()
    if column not in columns:
        raise JobFailed(f"there is no column {column} to order by")
    found.sort(key=lambda row: sort_key(row[column]))
    if direction == "DESC":
        found.reverse()
    _whole_number(config["take"], "limit")
    skip = _whole_number(config["skip"], "offset") or 0
    most = _whole_number(job.context.get("batch_size"), "batch_size")
    return found[skip:] if most is None else found[skip : skip + most]


def _is_wanted(row: Row, wanted: Any, columns: tuple[str, ...]) -> bool:
    if wanted is None:
        return True
    if not isinstance(wanted, dict):
        raise JobFailed("filterable_fields must be an object")
    for column, value in wanted.items():
        if column not in columns:
            raise JobFailed(f"there is no column {column} to filter by")
        if row[column] not in (value if isinstance(value, list) else [value]):
            return False
    return True


def _whole_number(value: Any, name: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise JobFailed(f"{name} must be a whole number")
    return value


def foresee_export(
    thing: str, rows_of: Callable[[Job, Store], list[Row]]
) -> Callable[[Job, Store], tuple[int, Row]]:
    """Return what counts the rows of an export of *thing*."""

    def foresee(job: Job, store: Store) -> tuple[int, Row]:
        count = len(rows_of(job, store))
        message = f"There will be {count} {thing}s exported by this action"
        name = f"{thing.title()} count to export"
        return count, {
            "stat_descriptors": [{"key": f"{thing}-export-count", "name": name, "message": message}]
        }

    return foresee


def perform_export(
    thing: str, rows_of: Callable[[Job, Store], list[Row]], lines_of: Callable[[list[Row]], list[list[Any]]]
) -> Callable[[Job, Store, str | None], Row]:
    """Return what writes the file of an export of *thing*."""

    def perform(job: Job, store: Store, defect: str | None) -> Row:
        rows = rows_of(job, store)
        text = io.StringIO()
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines_of(rows))
        content = text.getvalue().encode()
        key = store.keep_file(f"exports/{thing}s/", f"{thing}-export-{store.clock()}.csv", content)
        size = len(text.getvalue()) if defect == "size-in-characters" else len(content)
        return {"count": len(rows), "file_key": key, "file_size": size}

    return perform


def products_of(job: Job, store: Store) -> list[Row]:
    """Return the products that an export is about."""
    return exported_rows(job, store.goods.products, PRODUCT_COLUMNS)


def orders_of(job: Job, store: Store) -> list[Row]:
    """Return the orders that an export is about."""
    return exported_rows(job, store.goods.orders, ORDER_COLUMNS)


def product_lines(products: list[Row]) -> list[list[Any]]:
    """Return a line for each variant of each product, after the line of the columns' names."""
    head = [*PRODUCT_CELLS, *VARIANT_CELLS, VARIANT_STOCK, "Price EUR", "Price USD"]
    lines = [head]
    for product in products:
        own = [product[name] for name in PRODUCT_CELLS.values()]
        lines += [[*own, *_variant_cells(variant)] for variant in product["variants"] or [None]]
    return lines


def _variant_cells(variant: Row | None) -> list[Any]:
    if variant is None:
        return [None] * (len(VARIANT_CELLS) + 3)
    amounts = {
        each["currency_code"]: each["amount"] for each in variant["prices"] if not each["price_list_id"]
    }
    prices = [amounts[code] / 100 if code in amounts else None for code in ("eur", "usd")]
    return [*(variant[name] for name in VARIANT_CELLS.values()), variant["inventory_quantity"], *prices]


def order_lines(orders: list[Row]) -> list[list[Any]]:
    """Return a line for each order, after the line of the columns' names."""
    return [list(ORDER_COLUMNS), *([order[name] for name in ORDER_COLUMNS] for order in orders)]


def keep_context(context: Row, _store: Store) -> Row:
    """Return the context of a product import: nothing in it is checked before the worker reads it."""
    return context


def prepare_price_list_import(context: Row, store: Store) -> Row:
    """Return the context. Refuses one without a price list that there is."""
    price_list_id = context.get("price_list_id")
    if price_list_id in (None, ""):
        raise invalid("Price list id is required")
    if not isinstance(price_list_id, str):
        raise invalid("context.price_list_id must be a string")
    if all(each["id"] != price_list_id for each in store.goods.price_lists):
        raise Refused(404, "not_found", f"Price list with id: {price_list_id} was not found")
    return context


def csv_rows(job: Job, store: Store, *, known: Callable[[str], bool]) -> list[dict[str, str]]:
    """Return the rows of the uploaded file, by column."""
    key = job.context.get("fileKey")
    content = store.files.get(key) if isinstance(key, str) else None
    if content is None:
        raise JobFailed(f"there is no file {key!r}")
    try:
        text = content.decode("utf-8-sig")
        first_line = text.partition("\n")[0]
        delimiter = ";" if ";" in first_line else ","
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise JobFailed(f"The csv file parsing failed due to: {error}") from error
    head, *body = lines or [[]]
    for column in head:
        if not known(column):
            raise JobFailed(f"The csv file parsing failed due to: unknown column {column}")
    for number, line in enumerate(body, start=1):
        if line and len(line) != len(head):
            raise JobFailed(
                f"The csv file parsing failed due to: line {number} has {len(line)} cells, not {len(head)}"
            )
    return [dict(zip(head, line, strict=True)) for line in body if line]


def product_rows(job: Job, store: Store) -> list[dict[str, str]]:
    """Return the rows of a product import."""
    columns = {*PRODUCT_CELLS, *VARIANT_CELLS, VARIANT_STOCK}
    rows = csv_rows(
        job,
        store,
        known=lambda name: name in columns or name.startswith((PRICE, "Option ", "Image ", "Sales ")),
    )
    for number, row in enumerate(rows, start=1):
        _check_product_row(row, number)
    return rows


def _check_product_row(row: dict[str, str], number: int) -> None:
    if not row.get(HANDLE):
        raise JobFailed(f"The csv file parsing failed due to: no {HANDLE} in line {number}")
    if row.get(PRODUCT_STATUS, "") not in ("", *STATUSES):
        raise JobFailed(f"line {number}: {row[PRODUCT_STATUS]} is no status of a product")
    numbers = [row.get(f"Product {name.title()}", "") for name in NUMBERS]
    for cell in [*numbers, row.get(VARIANT_STOCK, ""), *_prices(row).values()]:
        if cell and not is_number(cell):
            raise JobFailed(f"line {number}: {cell} is no number")


def _prices(row: dict[str, str]) -> dict[str, str]:
    cells = {name.removeprefix(PRICE): cell for name, cell in row.items() if name.startswith(PRICE)}
    return {code.lower(): cell for code, cell in cells.items() if cell and " " not in code}


def is_number(cell: str) -> bool:
    """Return whether a cell is a number that the shop can hold."""
    return len(cell) <= NUMBER_LENGTH and cell.replace(".", "", 1).isdecimal()


def foresee_products(job: Job, store: Store) -> tuple[int, Row]:
    """Return how many operations a product import makes."""
    rows = product_rows(job, store)
    handles = {row[HANDLE] for row in rows}
    skus = {variant["sku"] for variant in store.goods.variants()}
    old = len(handles & {product["handle"] for product in store.goods.products})
    updated = sum(row.get("Variant SKU") in skus for row in rows)
    operations = {
        "PRODUCT_CREATE": len(handles) - old,
        "PRODUCT_UPDATE": old,
        "VARIANT_CREATE": len(rows) - updated,
        "VARIANT_UPDATE": updated,
    }
    message = (
        f"There will be {len(handles) - old} products created ({old} updated). "
        f"{len(rows) - updated} variants will be created and {updated} updated"
    )
    stat = {"key": "product-import-count", "name": "Products/variants to import", "message": message}
    count = len(handles) + len(rows)
    result = {"count": count, "advancement_count": 0, "operations": operations, "stat_descriptors": [stat]}
    return count, result


def perform_products(job: Job, store: Store, _defect: str | None) -> Row:
    """Create and alter the products of the file, and remove it."""
    now = iso(store.clock())
    rows = product_rows(job, store)
    for row in rows:
        _import_product(row, store, now)
    del store.files[job.context["fileKey"]]
    return {"count": len({row[HANDLE] for row in rows}) + len(rows)}


def _import_product(row: dict[str, str], store: Store, now: str | None) -> None:
    cells = {name: row[cell] for cell, name in PRODUCT_CELLS.items() if row.get(cell) and name != "id"}
    values: Row = {name: float(cell) if name in NUMBERS else cell for name, cell in cells.items()}
    product = next((each for each in store.goods.products if each["handle"] == row[HANDLE]), None)
    if product is None:
        product = store.goods.add_product(row[HANDLE], values, now)
    else:
        product.update(values, updated_at=now)
    sku = row.get("Variant SKU") or None
    found = [each for each in product["variants"] if sku is not None and each["sku"] == sku]
    variant = found[0] if found else store.goods.add_variant(product, {"sku": sku}, now)
    variant["title"] = row.get("Variant Title") or variant["title"]
    variant["inventory_quantity"] = int(float(row.get(VARIANT_STOCK) or variant["inventory_quantity"]))
    variant["updated_at"] = now
    for code, cell in _prices(row).items():
        store.goods.set_price(variant, code, round(float(cell) * 100), now)


def price_rows(job: Job, store: Store) -> list[tuple[Row, dict[str, int]]]:
    """Return the variants of a price list import, each with its prices in cents by currency."""
    columns = (PRICE_VARIANT, PRICE_SKU)
    rows = csv_rows(job, store, known=lambda name: name in columns or name.startswith(PRICE))
    found = []
    for number, row in enumerate(rows, start=1):
        wanted = (row.get(PRICE_VARIANT, ""), row.get(PRICE_SKU, ""))
        variants = [
            each for each in store.goods.variants() if wanted[0] == each["id"] or wanted[1] == each["sku"]
        ]
        if not variants:
            raise JobFailed(f"line {number}: there is no variant {wanted[0] or wanted[1]!r}")
        prices = _prices(row)
        for cell in prices.values():
            if not is_number(cell):
                raise JobFailed(f"line {number}: {cell} is no price")
        found.append((variants[0], {code: round(float(cell) * 100) for code, cell in prices.items()}))
    return found


def foresee_prices(job: Job, store: Store) -> tuple[int, Row]:
    """Return how many prices a price list import adds."""
    count = len(price_rows(job, store))
    stat = {
        "key": "price-list-import-count",
        "name": "PriceList to import",
        "message": f"{count} prices will be added",
    }
    operations = {"PRICE_LIST_PRICE_CREATE": count}
    return count, {
        "count": count,
        "advancement_count": 0,
        "operations": operations,
        "stat_descriptors": [stat],
    }


def perform_prices(job: Job, store: Store, _defect: str | None) -> Row:
    """Give the variants of the file their prices in the price list, and remove the file."""
    now = iso(store.clock())
    rows = price_rows(job, store)
    for variant, prices in rows:
        for code, cents in prices.items():
            store.goods.set_price(variant, code, cents, now, price_list_id=job.context["price_list_id"])
    del store.files[job.context["fileKey"]]
    return {"count": len(rows)}


WORK = {
    "product-export": Work(
        prepare_export(["variants", "variants.prices", "images", "options", "tags", "type", "collection"]),
        foresee_export("product", products_of),
        perform_export("product", products_of, product_lines),
    ),
    "order-export": Work(
        prepare_export(["customer", "shipping_address", "sales_channel"]),
        foresee_export("order", orders_of),
        perform_export("order", orders_of, order_lines),
    ),
    "product-import": Work(keep_context, foresee_products, perform_products),
    "price-list-import": Work(prepare_price_list_import, foresee_prices, perform_prices),
}
