"""Filters over the columns of a table, as `filterable_fields` writes them. Knows types of columns, no table.

A filter is a value, a list of values of which one must fit, null, or bounds: `{"gt": ..., "lte": ...}`.
"""

import json
import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from mockserver.simulation.strategy import WorkFailed

Reader = Callable[[Any], Any]
Test = Callable[[Any], bool]

LEAST_INTEGER, LARGEST_INTEGER = -(2**31), 2**31 - 1  # that the database's columns hold
BOUNDS = {"lt": operator.lt, "gt": operator.gt, "lte": operator.le, "gte": operator.ge}


def text(value: Any) -> str:
    """Return *value* as text, as a text column compares it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(map(text, value))
    return json.dumps(value, separators=(",", ":")) if isinstance(value, Mapping) else str(value)


def integer(value: Any) -> int:
    """Return *value* as an integer. Raises WorkFailed with the database's words."""
    try:
        read = value if type(value) is int else int(text(value))
    except ValueError:
        raise _unreadable(value, kind="integer") from None
    if not LEAST_INTEGER <= read <= LARGEST_INTEGER:
        message = f'value "{text(value)}" is out of range for type integer'
        raise WorkFailed(message)
    return read


def boolean(value: Any) -> bool:
    """Return *value* as a truth value. Raises WorkFailed with the database's words."""
    known = {
        "true": True,
        "t": True,
        "yes": True,
        "1": True,
        "false": False,
        "f": False,
        "no": False,
        "0": False,
    }
    try:
        return known[text(value).lower()]
    except KeyError:
        raise _unreadable(value, kind="boolean") from None


def instant(value: Any) -> datetime:
    """Return *value*, an ISO 8601 date or date-time, as an instant, UTC without a zone. Raises WorkFailed."""
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        raise _unreadable(value, kind="timestamp with time zone") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def one_of(name: str, *words: str) -> Reader:
    """Return a reader of the enumeration *name*, which refuses other *words* as the database does."""

    def read(value: Any) -> str:
        if text(value) not in words:
            message = f'invalid input value for enum {name}: "{text(value)}"'
            raise WorkFailed(message)
        return text(value)

    return read


def _unreadable(value: Any, *, kind: str) -> WorkFailed:
    return WorkFailed(f'invalid input syntax for type {kind}: "{text(value)}"')


def column_test(wanted: Any, read: Reader) -> Test:
    """Return whether a column's value fits *wanted*, as a test.

    Raises WorkFailed when *wanted* cannot be read.
    """
    if wanted is None:
        return lambda value: value is None
    if isinstance(wanted, (list, tuple)):
        choices = {read(each) for each in wanted}
        return lambda value: value in choices
    if isinstance(wanted, dict) and not wanted:
        return lambda _: True  # the dashboard sends `created_at: {}` where a person set no filter
    if isinstance(wanted, dict) and wanted.keys() <= BOUNDS.keys():
        bounds = [(BOUNDS[name], read(bound)) for name, bound in wanted.items()]
        return lambda value: value is not None and all(within(value, bound) for within, bound in bounds)
    choice = read(wanted)
    return lambda value: bool(value == choice)
