"""What the rows of a product CSV ask for: operations, each a row whose cells stand under where they belong.

A row: `{"product.id": ..., "product.handle": ..., "product.tags": [{"value": ...}] or null, "variant.sku":
..., "variant.prices": [{"amount", "currency_code"}, {"amount", "region_id", "currency_code"}],
"product.options": [{"title"}], "variant.options": [{"value", "_title"}], "product.images": [url],
"product.sales_channels": [{"id"}, {"name"}, {"description"}]}`; what the file has no column for has no key.
Source: measured, the op files of 1.20.11.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mockserver.simulation.catalogue import Region
from mockserver.simulation.strategies.column_filter import text
from mockserver.simulation.strategies.import_source import parse_failure
from mockserver.simulation.strategies.price_cells import price_reader
from mockserver.simulation.strategies.product_columns import (
    FIXED,
    IMAGE,
    OPTION_NAME,
    OPTION_VALUE,
    SALES_CHANNEL,
)

PRODUCT_CREATE, PRODUCT_UPDATE = "PRODUCT_CREATE", "PRODUCT_UPDATE"
VARIANT_CREATE, VARIANT_UPDATE = "VARIANT_CREATE", "VARIANT_UPDATE"

HANDLE = "Product Handle"

Operation = dict[str, Any]
Step = Callable[[Operation, Any, Mapping[str, Any]], None]


def operations_in(
    rows: Iterable[Mapping[str, Any]], *, regions: Mapping[str, Region], profile_id: str
) -> dict[str, list[Operation]]:
    """Return the operations that *rows* ask for, by kind.

    The first row of each handle is an operation on the product as well: an update where it has a product's
    id. Every row is one on a variant: an update where it has a variant's id.
    regions: by name. profile_id: of the shipping profile that products get. Raises WorkFailed.
    """
    steps: dict[str, Step] = {}
    placed = [_placed(row, steps, regions, line=line) for line, row in enumerate(rows, start=1)]
    found: dict[str, list[Operation]] = {
        kind: [] for kind in (PRODUCT_CREATE, PRODUCT_UPDATE, VARIANT_CREATE, VARIANT_UPDATE)
    }
    seen = set()
    for row in placed:
        if (handle := row["product.handle"]) not in seen:
            seen.add(handle)
            row["product.profile_id"] = profile_id
            found[PRODUCT_UPDATE if row.get("product.id") else PRODUCT_CREATE].append(row)
        found[VARIANT_UPDATE if row.get("variant.id") else VARIANT_CREATE].append(row)
    return found


def _placed(
    row: Mapping[str, Any], steps: dict[str, Step], regions: Mapping[str, Region], *, line: int
) -> Operation:
    """Return *row* with each cell where it belongs. steps: how, by column; grows with the columns met."""
    operation: Operation = {}
    for column, cell in row.items():
        step = steps.get(column)
        if step is None:
            step = steps[column] = _step(column, regions)
        step(operation, cell, row)
    if operation.get("product.handle") is None:
        message = f'No value found for target column "{HANDLE}" in line {line} of the given csv file'
        raise parse_failure(message)
    return operation


def _step(column: str, regions: Mapping[str, Region]) -> Step:
    """Return how the cells of *column* find their place. Raises WorkFailed when no such column is known."""
    if column in FIXED:
        return _fixed(FIXED[column])
    if OPTION_NAME.search(column):
        return _option_name
    if OPTION_VALUE.search(column):
        return _option_value(column.replace("Value", "Name"))
    if IMAGE.search(column):
        return lambda operation, cell, _row: _append(operation, "product.images", cell, cell)
    if match := SALES_CHANNEL.search(column):
        part = match["part"].lower()
        return lambda operation, cell, _row: _append(operation, "product.sales_channels", cell, {part: cell})
    priced = price_reader(column, regions)
    return lambda operation, cell, _row: _append(operation, "variant.prices", cell, priced(cell))


def _append(operation: Operation, key: str, cell: Any, entry: Any) -> None:
    entries = operation.setdefault(key, [])
    if cell is not None:
        entries.append(entry)


def _fixed(key: str) -> Step:
    if key == "product.tags":
        return _tags
    if key == "product.type.value":
        return _type
    return lambda operation, cell, _row: operation.__setitem__(key, cell)


def _tags(operation: Operation, cell: Any, _row: Mapping[str, Any]) -> None:
    operation["product.tags"] = None if cell is None else [{"value": each} for each in text(cell).split(",")]


def _type(operation: Operation, cell: Any, _row: Mapping[str, Any]) -> None:
    if cell is not None:
        operation["product.type.value"] = cell


def _option_name(operation: Operation, cell: Any, _row: Mapping[str, Any]) -> None:
    _append(operation, "product.options", cell, {"title": cell})


def _option_value(name_column: str) -> Step:
    return lambda operation, cell, row: _append(
        operation, "variant.options", cell, {"value": cell, "_title": row.get(name_column)}
    )
