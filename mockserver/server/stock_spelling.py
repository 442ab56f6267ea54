"""The document and a request in the spelling that Connexion's own parts can read.

Connexion judges by JSON Schema, draft 4, and by Python's own notations. Clients of the real server write
queries as Node's `qs` reads them, numbers as JavaScript does, and instants in several ways; and some of what
the document may say trips Connexion up. Here both are written anew, alike in meaning. Judges nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

TYPES = ("array", "boolean", "integer", "number", "object", "string")
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def fitted(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return *spec*, whose references are resolved, as Connexion can read it.

    Paths: what is fixed comes before what is a parameter, for Starlette takes the first that fits; and the
    parameter that takes slashes says so in Connexion's words. Query parameters: see `_readable`.
    """
    paths = sorted(spec["paths"], key=lambda path: [part.startswith("{") for part in path.split("/")])
    return {**spec, "paths": {path: _fitted_item(spec["paths"][path]) for path in paths}}


def _fitted_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a path with its own parameters and those of its operations fitted."""
    operations = {
        key: _with_parameters(each) if isinstance(each, Mapping) else each for key, each in item.items()
    }
    return _with_parameters(operations)


def _with_parameters(stated: Mapping[str, Any]) -> dict[str, Any]:
    if "parameters" not in stated:
        return {**stated}
    return {**stated, "parameters": [_fitted_parameter(each) for each in stated["parameters"]]}


def _fitted_parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = _readable(parameter["schema"])
    return {**parameter, "schema": {**schema, "format": "path"} if parameter.get("x-any-depth") else schema}


def _readable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return *schema* with what Connexion's parser takes for granted, and what draft 4 leaves out.

    The parser wants a type of everything, even of a choice between types, and properties of whatever stands
    in an object. Draft 4 knows no days.
    """
    readable: dict[str, Any] = {"properties": {}, **schema, "type": _type(schema)}
    readable["properties"] = {name: _readable(each) for name, each in readable["properties"].items()}
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            readable[word] = [_readable(each) for each in schema[word]]
    if "items" in schema:
        readable["items"] = _readable(schema["items"])
    if schema.get("format") == "date":
        readable.setdefault("pattern", DAY)
    return readable


def _type(schema: Mapping[str, Any]) -> Any:
    """Return the type of *schema*, or the list of those that it leaves open."""
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    named = dict.fromkeys(each["type"] for each in branches if "type" in each)
    return schema.get("type") or ([*named] if named else [*TYPES])


def spelled(values: Mapping[str, Any], *, sent: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return the query string that says *values* as the document would have them written.

    sent: the same as they were sent, parsed. names: what the document calls each.
    """
    pairs = (pair for name, value in values.items() for pair in _pairs(names[name], value, sent=sent[name]))
    return urlencode([*pairs])


def _pairs(name: str, value: Any, *, sent: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        yield name, sent  # a word such as `null`
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _pairs(f"{name}[{key}]", inner, sent=sent[key])
    elif isinstance(value, list | tuple):  # what a quirk takes for nothing is an empty one, and is left out
        yield from ((name, each) for each in value)
    elif isinstance(value, datetime):
        yield name, value.isoformat()
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def squeezed(path: str) -> str:
    """Return *path*, percent-encoded as it came, without repeated slashes and without one at its end."""
    return "/" + "/".join(part for part in path.split("/") if part)


def encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return *headers* as ASGI has them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
