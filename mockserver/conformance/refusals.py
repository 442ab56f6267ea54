"""Requests that must be refused, made from the document: each breaks one thing.

That a request breaks its schema is said by the contract's own readers, never assumed. Knows nothing of a target.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.contract.document import Document
from mockserver.contract.operation import Operation
from mockserver.contract.parameters import ParameterRefused
from mockserver.contract.query_string import parse_query

NOBODY_KNOWS = "nobody_knows"
INVALID = "invalid_data"
OF_OTHER_TYPES: tuple[tuple[str, Any], ...] = (
    ("a string", "text"),
    ("a number", 5),
    ("a boolean", True),
    ("a list", ["text"]),
    ("an object", {}),
    ("null", None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadBody:
    """A body that must be refused. type and message: of the refusal; None where the document leaves it open.

    named: what a free message has to name.
    """

    where: str
    kind: str
    body: bytes
    status: int = 400
    type: str | None = INVALID
    message: str | None = None
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadQuery:
    """A parameter with a value that must be refused. where: the parameter. kind: how it is wrong."""

    where: str
    kind: str
    name: str
    value: str


def bad_bodies(operation: Operation, document: Document) -> Iterator[BadBody]:
    """Yield bodies that *operation* must refuse."""
    assert operation.body is not None  # noqa: S101  # the caller has looked
    schema = document.resolve(operation.body.schema)
    good = _good_object(schema, document)
    candidates: list[tuple[str, str, Any]] = [("", "a list", ["text"])]
    candidates += [(NOBODY_KNOWS, "unknown", {**good, NOBODY_KNOWS: 1})]
    for name in schema.get("required", []):
        candidates.append((name, "missing", {key: value for key, value in good.items() if key != name}))
    for name, each in schema.get("properties", {}).items():
        for kind, value in (*OF_OTHER_TYPES, *_beyond(document.resolve(each))):
            candidates.append((name, kind, {**good, name: value}))
    for where, kind, payload in candidates:
        bad = _refused(operation, where, kind, payload)
        if bad is not None:
            yield bad
    yield BadBody(where="", kind="malformed", body=b'{"type": ', type=None)
    yield BadBody(where="", kind="a scalar", body=b'"text"', type=None)


def _beyond(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield values of the right type that a schema may refuse for another reason."""
    if "enum" in schema:
        yield "unknown value", NOBODY_KNOWS
    if schema.get("format") == "email":
        yield "no address", "not an address"
    if schema.get("minLength"):
        yield "empty", ""


def _good_object(schema: Mapping[str, Any], document: Document) -> dict[str, Any]:
    """Return an object that keeps *schema*: its example, or one made of its required properties."""
    if isinstance(schema.get("example"), dict):
        return dict(schema["example"])
    made = {}
    for name in schema.get("required", []):
        each = document.resolve(schema.get("properties", {}).get(name, {}))
        made[name] = _good_value(each)
    return made


def _good_value(schema: Mapping[str, Any]) -> Any:
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "email":
        return "nobody-of-conform@example.com"
    return {"string": "text", "object": {}, "array": [], "boolean": True, "integer": 1, "number": 1}.get(
        schema.get("type", ""), "text"
    )


def _refused(operation: Operation, where: str, kind: str, payload: Any) -> BadBody | None:
    assert operation.body is not None  # noqa: S101  # the caller has looked
    complaints = operation.body.complaints(payload)
    if not complaints:
        return None
    body = json.dumps(payload, separators=(",", ":")).encode()
    plain = [each for each in complaints if each.refusal is None]
    refusal = complaints[0].refusal
    if not plain and refusal is not None:
        return BadBody(
            where=where,
            kind=kind,
            body=body,
            status=refusal.status,
            type=refusal.type,
            message=refusal.message,
        )
    return BadBody(where=where, kind=kind, body=body, named=where)


def bad_queries(operation: Operation, document: Document) -> Iterator[BadQuery]:
    """Yield queries that *operation* must refuse, of one parameter each."""
    reader = operation.query
    assert reader is not None  # noqa: S101  # the caller has looked
    for where, kind, name, value in _odd_queries(operation, document):
        try:
            reader.read(parse_query(f"{name}={value}"))
        except ParameterRefused:
            yield BadQuery(where=where, kind=kind, name=name, value=value)


def _odd_queries(operation: Operation, document: Document) -> Iterator[tuple[str, str, str, str]]:
    yield NOBODY_KNOWS, "unknown", NOBODY_KNOWS, "1"
    source = next(each for _, _, each in document.operations() if each["operationId"] == operation.id)
    for each in source["parameters"]:
        parameter = document.resolve(each)
        if parameter["in"] != "query":
            continue
        name, schema = parameter["name"], document.resolve(parameter["schema"])
        if parameter.get("style") == "deepObject":
            yield name, "garbage", f"{name}[gt]", "garbage"
            yield name, "unknown operator", f"{name}[{NOBODY_KNOWS}]", "2026-11-22T00:00:00.000Z"
            yield name, "no operator", name, "2026-11-22"
            yield name, "null", name, "null"
        elif schema.get("type") == "array":
            yield name, "no list", name.removesuffix("[]"), "text"
        else:
            yield name, "garbage", name, "garbage"
            yield name, "empty", name, ""
            if schema.get("type") in ("number", "integer"):
                yield name, "negative", name, "-1"
