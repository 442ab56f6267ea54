"""Frozen values as JSON values and back, by the types of their fields. Knows nothing of what they mean.

What is written is whole by construction: every field of a dataclass that its maker takes is written, and a
field of a type that has no form here is an error when the form is made, not a value that is lost. A field
that has its default is left out: the defaults are part of the format.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from math import isfinite
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from mockserver.simulation.packed_json import WRITTEN_BY_JSON, packed_json

# what keeps it, and is a date, can be read
INSTANT = r"^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{3}|\.[0-9]{6})?Z$"
DURATION = r"^PT[0-9]{1,10}(\.[0-9]{1,6})?S$"
SECOND = 1_000_000  # microseconds
INFINITE = ("Infinity", "-Infinity", "NaN")
# what not every JSON reader can take (half a surrogate pair, a number of a hundred digits) stands alone in an
# array, as JSON text
AS_TEXT: Mapping[str, Any] = {"items": {"type": "string"}, "minItems": 1, "maxItems": 1}
JSON_TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    NoneType: "null",
}

Schema = Mapping[str, Any]


class Misfit(ValueError):
    """A JSON value keeps its schema, and is none the less no value of its kind; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the values of one type are written. python: their class. json: the type of JSON that they become.

    read: takes what keeps *schema*; raises Misfit where that is not enough.
    """

    python: type | tuple[type, ...]
    json: str
    schema: Schema
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@cache
def form_of(kind: Any) -> Form:
    """Return how values of the type *kind* are written. Raises TypeError where that is nowhere said."""
    if kind in PLAIN:
        return PLAIN[kind]
    made_of_parts = MADE_OF_PARTS.get(get_origin(kind))
    if made_of_parts is not None:
        return made_of_parts(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _chosen([each.value for each in kind], python=kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return record_of(kind)
    raise TypeError(f"nothing says how a {kind} is written as JSON; give it a form in {__name__}")


def record_of(
    kind: type,
    *,
    without: frozenset[str] = frozenset(),
    narrower: Mapping[str, Schema] = MappingProxyType({}),
    make: Callable[..., Any] | None = None,
) -> Form:
    """Return how values of the dataclass *kind* are written: an object with a property for each field.

    without: fields that are not written. narrower: schemas in place of those of the fields' types. make: what
    makes a value of its fields; *kind* itself.
    """
    hints = get_type_hints(kind)
    written = [each for each in fields(kind) if each.init and each.name not in without]
    forms = {each.name: form_of(hints[each.name]) for each in written}
    writers = [(each.name, forms[each.name].write, _default(each)) for each in written]
    readers = {name: form.read for name, form in forms.items()}
    maker = kind if make is None else make

    def write(value: Any) -> dict[str, Any]:
        return {
            name: write(each)
            for name, write, default in writers
            if (each := getattr(value, name)) is not default and each != default
        }

    def read(value: Mapping[str, Any]) -> Any:
        return maker(**{name: readers[name](each) for name, each in value.items()})

    schema = {
        "type": "object",
        "properties": {name: narrower.get(name, form.schema) for name, form in forms.items()},
        "required": [each.name for each in written if _default(each) is MISSING],
        "additionalProperties": False,
    }
    return Form(python=kind, json="object", schema=schema, write=write, read=read)


def _default(each: "Field[Any]") -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


# ---- plain values


def written_instant(at: datetime) -> str:
    """Return *at*, aware and UTC, in all its six decimals: `2026-11-22T01:44:43.725000Z`."""
    return f"{at.isoformat(timespec='microseconds')[:-6]}Z"


def read_instant(written: str) -> datetime:
    """Return the instant that was written."""
    return datetime.fromisoformat(written)


def _written_duration(duration: timedelta) -> str:
    seconds, microseconds = divmod(duration // timedelta(microseconds=1), SECOND)
    return f"PT{seconds}.{microseconds:06d}S" if microseconds else f"PT{seconds}S"


def _read_duration(written: str) -> timedelta:
    seconds, _, decimals = written[2:-1].partition(".")
    return timedelta(seconds=int(seconds), microseconds=int(decimals.ljust(6, "0")))


def _written_float(number: float) -> Any:
    return number if isfinite(number) else str(json.dumps(number))


def _read_float(written: Any) -> float:
    return float(written) if isinstance(written, str) else written


def _exact(python: type, json_type: str) -> Form:
    """Return the form of values that are JSON already, as far as every reader can take them."""

    def write(value: Any) -> Any:
        if python is str and value.isascii():
            return value
        return [json.dumps(value)] if packed_json(value).startswith(WRITTEN_BY_JSON) else value

    def read(value: Any) -> Any:
        if not isinstance(value, list):
            return int(value) if python is int else value
        try:
            found = json.loads(value[0])
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, python):
            raise Misfit(f"{value[0][:60]!r} is no JSON text of a value of the type {json_type}")
        return found

    name = "integer" if python is int else json_type
    return Form(
        python=python,
        json=json_type,
        schema={"type": [name, "array"], **AS_TEXT},
        write=write,
        read=read,
    )


def _same(python: type, json_type: str, schema: Schema) -> Form:
    return Form(python=python, json=json_type, schema=schema, write=_itself, read=_itself)


def _itself(value: Any) -> Any:
    return value


FREE_OBJECT = _exact(dict, "object")
PLAIN: Mapping[Any, Form] = MappingProxyType(
    {
        str: _exact(str, "string"),
        int: _exact(int, "number"),
        bool: _same(bool, "boolean", {"type": "boolean"}),
        NoneType: _same(NoneType, "null", {"type": "null"}),
        float: Form(
            python=(float, int),
            json="number",
            schema={"anyOf": [{"type": "number"}, {"enum": list(INFINITE)}]},
            write=_written_float,
            read=_read_float,
        ),
        datetime: Form(
            python=datetime,
            json="string",
            schema={"type": "string", "format": "date-time", "pattern": INSTANT},
            write=written_instant,
            read=read_instant,
        ),
        timedelta: Form(
            python=timedelta,
            json="string",
            schema={"type": "string", "pattern": DURATION},
            write=_written_duration,
            read=_read_duration,
        ),
    }
)


# ---- values made of others


def _chosen(values: Sequence[Any], *, python: type = str) -> Form:
    return Form(
        python=python, json="string", schema={"enum": list(values)}, write=str, read=_one_of(python, values)
    )


def _one_of(python: type, values: Sequence[Any]) -> Callable[[Any], Any]:
    known = {value: python(value) for value in values}
    return known.__getitem__


def _sequence(parts: Sequence[Any]) -> Form:
    if parts[1:] not in ((), (...,)):
        raise TypeError(
            f"nothing says how a tuple of {parts} is written as JSON; give it a form in {__name__}"
        )
    form = form_of(parts[0])
    write, read = form.write, form.read
    return Form(
        python=(tuple, list),
        json="array",
        schema={"type": "array", "items": form.schema},
        write=lambda values: [write(each) for each in values],
        read=lambda values: tuple([read(each) for each in values]),
    )


def _set(parts: Sequence[Any]) -> Form:
    form = form_of(parts[0])
    write, read = form.write, form.read
    return Form(
        python=frozenset,
        json="array",
        schema={"type": "array", "items": form.schema, "uniqueItems": True},
        write=lambda values: [write(each) for each in sorted(values)],
        read=lambda values: frozenset(read(each) for each in values),
    )


def _mapping(parts: Sequence[Any]) -> Form:
    if parts[0] is not str:
        raise TypeError(f"a mapping from {parts[0]} is no JSON object; give it a form in {__name__}")
    if parts[1] is Any:
        return FREE_OBJECT
    form = form_of(parts[1])
    write, read = form.write, form.read
    return Form(
        python=(dict, MappingProxyType),
        json="object",
        schema={"type": "object", "additionalProperties": form.schema},
        write=lambda values: {name: write(each) for name, each in values.items()},
        read=lambda values: MappingProxyType({name: read(each) for name, each in values.items()}),
    )


def _union(parts: Sequence[Any]) -> Form:
    forms = [form_of(each) for each in parts]
    by_type = {form.json: form for form in forms}
    if len(by_type) < len(forms):
        raise TypeError(f"once they are JSON, nothing tells {' and '.join(map(str, parts))} apart")

    def write(value: Any) -> Any:
        if value is None:
            return None
        return next(form for form in forms if isinstance(value, form.python)).write(value)

    def read(value: Any) -> Any:
        form = by_type.get(JSON_TYPES[type(value)])
        if form is not None:
            return form.read(value)
        for each in forms:  # JSON text alone in an array
            try:
                return each.read(value)
            except Misfit:
                continue
        raise Misfit(f"{value[0][:60]!r} is no JSON text of a value that may stand here")

    kinds: tuple[type, ...] = ()
    for form in forms:
        kinds += form.python if isinstance(form.python, tuple) else (form.python,)
    return Form(python=kinds, json="union", schema=_either(forms), write=write, read=read)


def _either(forms: Sequence[Form]) -> Schema:
    """Return a schema for whichever of *forms*: one type more where that is all, for the sake of messages."""
    values = [form for form in forms if form.json != "null"]
    schema = values[0].schema
    if len(values) == len(forms) - 1 == 1 and "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return {**schema, "type": [*types, "null"]}
    return {"anyOf": [form.schema for form in forms]}


MADE_OF_PARTS: Mapping[Any, Callable[[Sequence[Any]], Form]] = MappingProxyType(
    {
        Union: _union,
        UnionType: _union,
        Literal: _chosen,
        tuple: _sequence,
        Sequence: _sequence,
        frozenset: _set,
        Mapping: _mapping,
    }
)
