"""Lists: the query string, and the page of rows that it asks for.

Knows filters, orders, pages, `fields` and `expand` for any kind of row. Ignores what the rows are.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from tests.backends.wire import refuse_for

Row = dict[str, Any]

NAME = re.compile(r"([^\[\]]+)(?:\[([^\[\]]*)\])?", re.DOTALL)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d)))?", re.ASCII
)
SECONDS = re.compile(r"[0-9]{1,10}", re.ASCII)
NANOSECONDS = 1_000_000_000
FOUR_CENTURIES = 146_097  # days
COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "lt": lambda left, right: left < right,
    "gt": lambda left, right: left > right,
    "lte": lambda left, right: left <= right,
    "gte": lambda left, right: left >= right,
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What may be asked of one kind of row.

    lists: the values that each may hold, None for any. instants: whether each may be asked for as `null`.
    relations: what `expand` may name. always: the columns that `fields` cannot take away.
    found_by: the texts of a row that `q` looks into.
    """

    columns: tuple[str, ...]
    always: tuple[str, ...] = ("id", "created_at")
    lists: Mapping[str, Collection[str] | None] = field(default_factory=dict)
    instants: Mapping[str, bool] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    usual_relations: tuple[str, ...] = ()
    has_fields: bool = True
    one_relation: bool = False
    splits_commas: bool = False
    limit: int = 50
    order: str | None = None
    found_by: Callable[[Row], Iterable[str | None]] | None = None

    @property
    def scalars(self) -> tuple[str, ...]:
        """Return the parameters that are one text each."""
        fields = ("fields",) if self.has_fields else ()
        expand = ("expand",) if self.relations else ()
        q = ("q",) if self.found_by else ()
        return ("limit", "offset", "order", *fields, *expand, *q, *self.texts, *self.flags)


@dataclass
class Asked:
    """What a query string asks for. compared: the columns with operator and nanoseconds since 1970."""

    scalars: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    unset: list[str] = field(default_factory=list)
    compared: list[tuple[str, str, int]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def number(self, name: str, usual: int) -> int | float:
        """Return `limit` or `offset` as it was written: a whole number where it is one."""
        number = float(self.scalars.get(name, usual))
        return int(number) if number.is_integer() else number


def asked_for(query_string: bytes, kind: Kind, *, defect: str | None) -> Asked:
    """Return what is asked for. Refuses what the kind does not know."""
    asked = Asked()
    unwrapped: dict[str, list[str]] = {}
    for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        match = NAME.fullmatch(name)
        column, key = match.groups() if match else (name, None)
        if column in kind.lists:
            _take_list(asked, column, key, value)
        elif column in kind.instants:
            wrapped = unwrapped.setdefault(column, []) if not kind.instants[column] else asked.complaints
            _take_instant(asked, kind, column, key, value, wrapped)
        elif column in kind.scalars:
            _take_scalar(asked, column, key, value)
        elif defect != "unknown-query-accepted":
            asked.complaints.append(f"property {column} should not exist")
    _complain_about_values(asked, kind)
    if about := unwrapped.get("created_at"):
        details = {"DateComparisonOperator": about}
        message = {"message": "created_at must be one of: DateComparisonOperator", "details": details}
        asked.complaints.append(json.dumps(message, separators=(",", ":")))
    asked.complaints += unwrapped.get("updated_at", [])
    refuse_for(asked.complaints)
    return asked


def _take_list(asked: Asked, column: str, key: str | None, value: str) -> None:
    if key is None or not (key == "" or key.isdecimal()):
        asked.complaints.append(f"{column} must be an array")
    else:
        asked.lists.setdefault(column, []).append(value)


def _take_scalar(asked: Asked, name: str, key: str | None, value: str) -> None:
    if key is not None or name in asked.scalars:
        is_number = name in ("limit", "offset")
        wanted = "a number conforming to the specified constraints" if is_number else "a string"
        asked.complaints.append(f"{name} must be {wanted}")
    else:
        asked.scalars[name] = value


def _take_instant(
    asked: Asked, kind: Kind, column: str, key: str | None, value: str, complaints: list[str]
) -> None:
    plain = column == "created_at"
    written = str(key) if plain else f"{column}[{key}]"
    if key is None and kind.instants[column] and value == "null":
        asked.unset.append(column)
        if any(each[0] == column for each in asked.compared):
            complaints.append(f"{column} cannot be null and be compared")
    elif key is None:
        complaints.append(f"{column} must be compared by one of {', '.join(COMPARE)}, as in {column}[gte]")
    elif key not in COMPARE:
        complaints.append(f"property {key} should not exist")
    elif (instant := nanoseconds(value, seconds=not plain)) is None:
        complaints.append(f"{written} must be a Date instance")
    elif any(each[:2] == (column, key) for each in asked.compared):
        complaints.append(f"{written} must be given once")
    else:
        asked.compared.append((column, key, instant))
        if column in asked.unset:
            complaints.append(f"{column} cannot be null and be compared")


def nanoseconds(text: str, *, seconds: bool) -> int | None:
    """Return an instant in nanoseconds since 1970; None when *text* is none.

    text: an instant, a day, or with *seconds* so many whole seconds since 1970.
    """
    if seconds and SECONDS.fullmatch(text):
        return int(text) * NANOSECONDS
    match = INSTANT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(each or 0) for each in match.groups()[:6])
    try:
        # all is the same four centuries later; Python's calendar has neither a year 0 nor one after 9999
        days = date(year % 400 + 2000, month, day).toordinal() + (year // 400 - 5) * FOUR_CENTURIES
    except ValueError:
        return None
    days -= date(1970, 1, 1).toordinal()
    offset_hour, offset_minute = int(match[9] or 0), int(match[10] or 0)
    if hour > 23 or minute > 59 or second > 60 or offset_hour > 23 or offset_minute > 59:
        return None
    shift = (offset_hour * 60 + offset_minute) * (-1 if match[8] == "-" else 1)
    whole = ((days * 24 + hour) * 60 + minute - shift) * 60 + second
    return whole * NANOSECONDS + int((match[7] or "")[:9].ljust(9, "0"))


def _complain_about_values(asked: Asked, kind: Kind) -> None:
    for name, value in asked.scalars.items():
        if complaint := _complaint(name, value, kind):
            asked.complaints.append(complaint)
    for name, values in asked.lists.items():
        allowed = kind.lists[name]
        if allowed is not None and any(value not in allowed for value in values):
            words = ", ".join(allowed)
            asked.complaints.append(f"each value in {name} must be one of the following values: {words}")


def _complaint(name: str, value: str, kind: Kind) -> str | None:
    known = ", ".join(kind.columns)
    if name in ("limit", "offset"):
        return _about_number(name, value)
    if name == "order" and value.removeprefix("-") not in kind.columns:
        return f"order must be one of these columns, with a minus before it for descending order: {known}"
    if name == "fields" and not all(_is_field(each, kind) for each in value.split(",")):
        return f"fields may hold only these columns, separated by commas: {known}"
    if name == "expand" and value:
        named = [value] if kind.one_relation else value.split(",")
        if not all(each in kind.relations for each in named):
            words = ", ".join(kind.relations)
            return f"expand may name only these relations, separated by commas: {words}"
    if name in kind.flags and value not in ("true", "false"):
        return f"{name} must be a boolean value"
    return None


def _about_number(name: str, value: str) -> str | None:
    if not NUMBER.fullmatch(value.strip()) or float(value) in (float("inf"), float("-inf")):
        return f"{name} must be a number conforming to the specified constraints"
    return f"{name} must not be less than 0" if float(value) < 0 else None


def _is_field(part: str, kind: Kind) -> bool:
    if not part:
        return True
    if part.startswith("*"):
        return kind.one_relation and part[1:] in kind.relations
    return (part[1:] if part[0] in "+-" else part) in kind.columns


def page_of(rows: list[Row], asked: Asked, kind: Kind, *, defect: str | None) -> tuple[list[Row], Row]:
    """Return the rows of the page, whole, and `count`, `offset` and `limit` of the list."""
    found = [row for row in rows if _matches(row, asked, kind, defect=defect)]
    order = asked.scalars.get("order", kind.order)
    if defect == "order-ignored":
        order = kind.order
    if order is not None:
        column = order.removeprefix("-")
        found.sort(key=lambda row: sort_key(row.get(column)))
        if order.startswith("-"):
            found.reverse()
    limit, offset = asked.number("limit", kind.limit), asked.number("offset", 0)
    start = _rounded(offset)
    if defect == "offset-off-by-one" and start > 0:
        start -= 1
    page = (
        found[start:] if limit == 0 or defect == "limit-ignored" else found[start : start + _rounded(limit)]
    )
    count = len(page) if defect == "count-of-page" else len(found)
    return page, {"count": count, "offset": offset, "limit": limit}


def _rounded(number: float) -> int:
    return int(number + 0.5)


def sort_key(value: Any) -> tuple[bool, Any]:
    """Return what to sort values by, unset ones last."""
    if isinstance(value, dict):
        return (False, json.dumps(value, sort_keys=True))
    return (value is None, 0 if value is None else value)


def _matches(row: Row, asked: Asked, kind: Kind, *, defect: str | None) -> bool:
    for name, values in asked.lists.items():
        wanted = values[0].split(",") if kind.splits_commas and len(values) == 1 else values
        if defect == "type-filter-first-only" and name == "type":
            wanted = wanted[:1]
        if row[name] not in wanted:
            return False
    if defect != "null-filter-ignored" and any(row[name] is not None for name in asked.unset):
        return False
    for name, operator, instant in asked.compared:
        own = nanoseconds(row[name] or "", seconds=False)
        if own is None or not COMPARE[operator](own, instant):
            return False
    return _has_texts(row, asked, kind)


def _has_texts(row: Row, asked: Asked, kind: Kind) -> bool:
    if any(row[name] != asked.scalars[name] for name in kind.texts if name in asked.scalars):
        return False
    if any(row[name] != (asked.scalars[name] == "true") for name in kind.flags if name in asked.scalars):
        return False
    if kind.found_by is None or "q" not in asked.scalars:
        return True
    return any(asked.scalars["q"].lower() in (text or "").lower() for text in kind.found_by(row))


def selected(row: Row, asked: Asked, kind: Kind) -> Row:
    """Return the row with the columns that are asked for, without its relations."""
    columns = set(kind.columns)
    parts = [part for part in asked.scalars.get("fields", "").split(",") if part and part[0] != "*"]
    plain = {part for part in parts if part[0] not in "+-"}
    stars = "*" in asked.scalars.get("fields", "")
    if "fields" in asked.scalars and (plain or not (parts or stars)):
        columns = plain
    columns |= {part[1:] for part in parts if part[0] == "+"}
    columns -= {part[1:] for part in parts if part[0] == "-"}
    columns |= set(kind.always)
    return {name: value for name, value in row.items() if name in columns}


def relations_asked(asked: Asked, kind: Kind) -> set[str]:
    """Return the names of the relations to show along."""
    if "expand" in asked.scalars:
        named = {each for each in asked.scalars["expand"].split(",") if each}
    else:
        named = set(kind.usual_relations)
    starred = {part[1:] for part in asked.scalars.get("fields", "").split(",") if part.startswith("*")}
    return named | starred
