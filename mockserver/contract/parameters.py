"""Query parameters.

Their text turned into values, or into complaints, by readers made once from the document.

The readings are those that the real server was measured to make: `limit=0x3` is three, one `id[]=a,b` is two
ids.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockserver.contract.complaints import JUDGED, NOT_A_NUMBER, TYPES, UNKNOWN_VALUE, Resolve, about_value
from mockserver.contract.instants import read_instant
from mockserver.contract.json_schema import validator_of
from mockserver.quirk import NO_QUIRKS, Quirk, Quirks

Reader = Callable[[Any, str], Any]
"""Takes the raw value and its name, gives the value; raises ParameterRefused."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_PREFIXED = {"0x": 16, "0o": 8, "0b": 2}


PLAIN_INSTANTS = Quirk(
    name="plain-instants",
    does="an instant without an operator, confirmed_at=2026-11-22, is taken, and matches nothing",
    matters="a list is empty, and nothing says why",
    evidence="list_filters/updated_at null",
)
EMPTY_NUMBERS = Quirk(
    name="empty-numbers",
    does="limit= and offset= are taken for 0, so that all rows come",
    matters="a form that sends what was left empty gets every row",
    evidence="list_paging/limit empty",
)
PLAIN_IDS = Quirk(
    name="plain-ids",
    does="a list of products or variants takes one id without brackets, id=prod_1, for that whole text",
    matters="id=a,b is a list with nothing in it, where id[]=a,b is one of two",
    evidence="measured: GET /admin/products?id=prod_1",
)
ANY_TRUTH = Quirk(
    name="any-truth",
    does="is_giftcard takes any text: true and false in any case, null for neither; the rest is ignored",
    matters="a misspelled filter is no filter: is_giftcard=yes brings every product",
    evidence="measured: GET /admin/products?is_giftcard=yes",
)
_NOT_SENT: Any = object()  # read of what counts as if it had not been sent


class ParameterRefused(ValueError):
    """One parameter cannot be understood; the messages are what the client is told.

    recorded: those of the messages that the real server was recorded to give; the others are ours.
    """

    def __init__(self, *messages: str, ours: Sequence[str] = ()) -> None:
        super().__init__(*messages, *ours)
        self.messages = (*messages, *ours)
        self.recorded = messages


@dataclass(frozen=True, slots=True)
class QueryReader:
    """Reads the query parameters of one operation.

    strict: parameters that the document does not name are refused.
    """

    readers: Mapping[str, Reader]
    strict: bool

    def read(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values by name, those that were sent. Raises ParameterRefused with all complaints.

        Unknown parameters come first, in the query's order; the others follow in the document's order.
        """
        messages = (
            [f"property {name} should not exist" for name in query if name not in self.readers]
            if self.strict
            else []
        )
        ours: list[str] = []
        values = {}
        for name, reader in self.readers.items():
            if name in query:
                try:
                    value = reader(query[name], name)
                except ParameterRefused as refused:
                    messages += refused.recorded
                    ours += refused.messages[len(refused.recorded) :]
                    continue
                if value is not _NOT_SENT:
                    values[name] = value
        if messages or ours:
            raise ParameterRefused(*messages, ours=ours)
        return values


def query_reader(
    operation: Mapping[str, Any], *, resolve: Resolve, quirks: Quirks = NO_QUIRKS
) -> QueryReader | None:
    """Return the reader for *operation*'s query, or None when it ignores its query."""
    parameters = [resolve(each) for each in operation["parameters"]]
    queried = [each for each in parameters if each["in"] == "query"]
    if not queried and not operation.get("x-strict-query"):
        return None
    readers = {
        each["name"].removesuffix("[]"): _reader(
            resolve(each["schema"]),
            may_be_empty=bool(each.get("allowEmptyValue")) or EMPTY_NUMBERS in quirks,
            may_be_plain=PLAIN_INSTANTS in quirks,
            may_be_one=PLAIN_IDS in quirks and bool(each.get("x-one-plain")),
            may_be_any=ANY_TRUTH in quirks,
            resolve=resolve,
        )
        for each in queried
    }
    return QueryReader(readers=readers, strict=bool(operation.get("x-strict-query")))


def _reader(
    schema: Mapping[str, Any],
    *,
    resolve: Resolve,
    may_be_empty: bool = False,
    may_be_plain: bool = False,
    may_be_one: bool = False,
    may_be_any: bool = False,
) -> Reader:
    schema = resolve(schema)
    if "x-wrapped-complaint" in schema:
        return _wrapping(_operators(schema, resolve=resolve), title=schema["x-wrapped-complaint"])
    if "properties" in schema:
        return _operators(schema, may_be_plain=may_be_plain, resolve=resolve)
    if _is_instant(schema, resolve=resolve):
        return _instant(schema, resolve=resolve)
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return _number(schema, may_be_empty=may_be_empty, resolve=resolve)
    if kind == "array":
        return _array(schema, may_be_one=may_be_one, resolve=resolve)
    if kind == "boolean":
        return _any_truth if may_be_any else _boolean
    return _text(schema, resolve=resolve)


def _is_instant(schema: Mapping[str, Any], *, resolve: Resolve) -> bool:
    branches = [resolve(each) for each in schema.get("anyOf", [schema])]
    return any(each.get("format") == "date-time" for each in branches)


def _instant(schema: Mapping[str, Any], *, resolve: Resolve) -> Reader:
    epoch = any("pattern" in resolve(each) for each in schema.get("anyOf", []))
    sentence = schema.get("x-complaint", "{name} must be a Date instance")

    def read(raw: Any, name: str) -> datetime:
        instant = read_instant(raw, epoch=epoch) if isinstance(raw, str) else None
        if instant is None:
            raise ParameterRefused(ours=[sentence.replace("{name}", name)])
        return instant

    return read


def _operators(schema: Mapping[str, Any], *, resolve: Resolve, may_be_plain: bool = False) -> Reader:
    readers = {key: _reader(each, resolve=resolve) for key, each in schema["properties"].items()}
    words = [word for each in schema.get("anyOf", []) for word in resolve(each).get("enum", [])]

    def read(raw: Any, name: str) -> Any:
        if raw in words:
            return None
        if isinstance(raw, str) and raw and may_be_plain:
            return ()  # a list of values of which there is none
        if not isinstance(raw, dict):
            known = ", ".join([*(f"{name}[{key}]" for key in readers), *(f"{name}={word}" for word in words)])
            raise ParameterRefused(ours=[f"{name} must be a comparison, one of: {known}"])
        reader = QueryReader(readers={f"{key}": each for key, each in readers.items()}, strict=True)
        try:
            return reader.read(raw)
        except ParameterRefused as refused:
            raise ParameterRefused(ours=[f"{name}: {message}" for message in refused.messages]) from refused

    return read


def _wrapping(reader: Reader, *, title: str) -> Reader:
    """Return *reader* with its complaints wrapped as the real server wraps them: JSON inside the message."""

    def read(raw: Any, name: str) -> Any:
        try:
            return reader(raw, name)
        except ParameterRefused as refused:
            inner = [message.removeprefix(f"{name}: ") for message in refused.messages]
            details = {title: inner if isinstance(raw, dict) else [UNKNOWN_VALUE]}
            content = {"message": f"{name} must be one of: {title}", "details": details}
            message = json.dumps(content, separators=(",", ":"))
            if isinstance(raw, dict) and "" in raw.values():  # which passes the real server's validator
                raise ParameterRefused(ours=[message]) from refused
            raise ParameterRefused(message) from refused

    return read


def _number(schema: Mapping[str, Any], *, may_be_empty: bool, resolve: Resolve) -> Reader:
    sentence = TYPES[schema["type"]][1] if schema["type"] == "integer" else NOT_A_NUMBER
    check = _check(schema, resolve=resolve)

    def read(raw: Any, name: str) -> float:
        number = to_number(raw) if isinstance(raw, str) and (raw or may_be_empty) else math.nan
        if not math.isfinite(number):
            raise ParameterRefused(sentence.format(name=name))
        check(number, name)
        return number

    return read


def to_number(text: str) -> float:
    """Return the number that JavaScript's `Number(text)` gives.

    An int where it is written without a fraction.

    NaN where there is none; an infinity where it is too large.
    """
    text = text.strip()
    if not text:
        return 0
    base = _PREFIXED.get(text[:2].lower())
    if base is not None and _is_in_base(text[2:], base):
        return _written(_as_float(int(text[2:], base)))
    return _written(float(text)) if _NUMBER.fullmatch(text) else math.nan


def _as_float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _written(number: float) -> float:
    """Return *number* as JavaScript writes it: whole numbers below 1e21 without a fraction."""
    return int(number) if number.is_integer() and abs(number) < 1e21 else number  # noqa: PLR2004  # ECMA-262


def _is_in_base(digits: str, base: int) -> bool:
    return bool(digits) and set(digits.lower()) <= set("0123456789abcdef"[:base])


def _array(schema: Mapping[str, Any], *, may_be_one: bool, resolve: Resolve) -> Reader:
    check = _check({"type": "array", "items": resolve(schema.get("items", {}))}, resolve=resolve)

    def read(raw: Any, name: str) -> Sequence[str]:
        if may_be_one and isinstance(raw, str):
            return [raw]
        if not isinstance(raw, list):
            raise ParameterRefused(TYPES["array"][1].format(name=name))
        values = raw[0].split(",") if len(raw) == 1 and isinstance(raw[0], str) else raw
        check(values, name)
        return list(values)

    return read


def _boolean(raw: Any, name: str) -> bool:
    if raw not in ("true", "false"):
        raise ParameterRefused(TYPES["boolean"][1].format(name=name))
    return bool(raw == "true")


def _any_truth(raw: Any, name: str) -> Any:
    if not isinstance(raw, str):
        raise ParameterRefused(ours=[TYPES["boolean"][1].format(name=name)])
    return {"true": True, "false": False, "null": ()}.get(raw.lower(), _NOT_SENT)


def _text(schema: Mapping[str, Any], *, resolve: Resolve) -> Reader:
    check = _check({"type": "string", **schema}, resolve=resolve)

    def read(raw: Any, name: str) -> str:
        check(raw, name)
        return str(raw)

    return read


def _check(schema: Mapping[str, Any], *, resolve: Resolve) -> Callable[[Any, str], None]:
    """Return what raises ParameterRefused for a value, given with its name, that does not keep *schema*.

    The compiled validator lets pass what is right; why something is wrong is found out only then.
    """
    is_type, type_sentence = TYPES[schema["type"]]
    is_valid = validator_of(_judged(schema)).is_valid

    def check(value: Any, name: str) -> None:
        if is_type(value) and is_valid(value):
            return
        messages = [each.message for each in about_value(value, schema, name=name, resolve=resolve)]
        if not messages:
            return
        # the real server checks types; what the document says beyond them is for its database to find out
        if messages[0] == type_sentence.format(name=name) or "items" in schema:
            raise ParameterRefused(*messages)
        raise ParameterRefused(ours=messages)

    return check


def _judged(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return those keywords of *schema* about which there are complaints."""
    judged = {word: schema[word] for word in JUDGED if word in schema}
    return {**judged, "items": _judged(schema["items"])} if "items" in schema else judged
