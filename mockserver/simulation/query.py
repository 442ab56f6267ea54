"""Lists: which rows match, in which order, and which page of them. Knows nothing of how a query is written.

A query is a mapping of values that were already read from it: `limit` and `offset` numbers, `order` a column
with or without a minus, filters by column: a list of texts, None for "not set", or `{"gt": instant}`.
"""

import json
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

Row = TypeVar("Row")
Column = Callable[[Row, str], Any]

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "gt": operator.gt,
    "lte": operator.le,
    "gte": operator.ge,
}
NEWEST_FIRST = "-created_at"
# everything else in a query filters a column
QUERY_ONLY = frozenset({"limit", "offset", "order", "fields", "expand", "q"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. count: of all that match. offset, limit: as asked, or the defaults."""

    rows: Sequence[Any]
    count: int
    offset: float
    limit: float


def matching(rows: Iterable[Row], filters: Mapping[str, Any], *, column: Column[Row]) -> list[Row]:
    """Return the rows that pass every filter. Instants are compared at the milliseconds that clients see."""
    tests = [(name, test_of(value)) for name, value in filters.items()]
    return [row for row in rows if all(test(column(row, name)) for name, test in tests)]


def test_of(wanted: Any) -> Callable[[Any], bool]:
    """Return whether a value passes a filter, as a function of the value."""
    if wanted is None:
        return lambda value: value is None
    if isinstance(wanted, Mapping):
        bounds = [(OPERATORS[name], to_the_millisecond(bound)) for name, bound in wanted.items()]
        return lambda value: (
            value is not None and all(holds(to_the_millisecond(value), bound) for holds, bound in bounds)
        )
    if isinstance(wanted, str):
        return lambda value: bool(value == wanted)
    return set(wanted).__contains__


def to_the_millisecond(instant: datetime) -> datetime:
    """Return *instant* as clients see it, without what is shorter than a millisecond."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def ordered(rows: list[Row], order: str | None, *, column: Column[Row]) -> list[Row]:
    """Return *rows*, which come oldest first, in *order*; newest first when it is None.

    Unset values come last ascending and first descending. Source: recorded, list_sort/order confirmed_at
    nulls.
    """
    name = (order or NEWEST_FIRST).removeprefix("-")
    rows = sorted(rows, key=lambda row: _sort_key(column(row, name)))
    if (order or NEWEST_FIRST).startswith("-"):
        rows.reverse()
    return rows


def _sort_key(value: Any) -> tuple[bool, Any]:
    if isinstance(value, Mapping):  # as jsonb is ordered: by the number of keys first
        value = (len(value), json.dumps(value, sort_keys=True, default=str))
    return (value is None, 0 if value is None else value)


def span(count: int, *, limit: float, offset: float) -> tuple[int, int]:
    """Return which of *count* rows stand on a page: from the first number up to, but not with, the second.

    limit: 0 means all; fractions are rounded, as the real server's SQL does.
    """
    start = min(_rounded(offset), count)
    return start, count if limit == 0 else min(start + min(_rounded(limit), count), count)


def page(rows: Sequence[Row], *, limit: float, offset: float) -> Sequence[Row]:
    """Return the rows of one page; see `span`."""
    start, stop = span(len(rows), limit=limit, offset=offset)
    return rows[start:stop]


def _rounded(number: float) -> int:
    return math.floor(number + 0.5)


def selected(fields: str | None, columns: Iterable[str]) -> frozenset[str]:
    """Return the columns that `fields` selects: plain names replace the usual *columns*, signs change them.

    `type,result` is those two; `+dry_run,-result` changes the usual ones; a star names a relation. None
    selects the usual ones. Source: recorded, list_fields_expand/fields -context,-result.
    """
    if fields is None:
        return frozenset(columns)
    names = [name for name in fields.split(",") if name]
    only_changes = bool(names) and all(name[0] in "+-*" for name in names)
    shown = set(columns) if only_changes else set()
    for name in names:
        if name.startswith("-"):
            shown.discard(name[1:])
        else:
            shown.add(name.lstrip("+*"))
    return frozenset(shown)
