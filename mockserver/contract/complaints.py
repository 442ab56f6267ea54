"""What is wrong with a JSON value, in the words the real server uses.

The compiled validator says whether a value keeps its schema; this module, off the hot path, says why not. The
words are those that class-validator was recorded to use; a schema that wants others carries them itself:

    x-complaint   the sentence for whatever is wrong beyond the type; `{name}` stands for the value's name
                  for an object, whatever is wrong with it as a whole
    x-refusals    by keyword (required, null, enum, ...): status, type and message, answered when nothing else
    is wrong
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.contract.json_schema import keeps, to_json_schema
from mockserver.lifecycle import Refusal

UNKNOWN_VALUE = "an unknown value was passed to the validate function"
NOT_A_NUMBER = "{name} must be a number conforming to the specified constraints"
TYPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "string": (lambda value: isinstance(value, str), "{name} must be a string"),
    "boolean": (lambda value: isinstance(value, bool), "{name} must be a boolean value"),
    "object": (lambda value: isinstance(value, dict), "{name} must be an object"),
    "array": (lambda value: isinstance(value, list), "{name} must be an array"),
    "number": (lambda value: isinstance(value, int | float) and not isinstance(value, bool), NOT_A_NUMBER),
    "integer": (
        lambda value: isinstance(value, int) and not isinstance(value, bool),
        "{name} must be an integer number",
    ),
}
EMAIL = "{name} must be an email"
SENTENCES: Mapping[str, str] = {
    "minLength": "{name} must be longer than or equal to {bound} characters",
    "maxLength": "{name} must be shorter than or equal to {bound} characters",
    "format": "{name} must be a valid {bound}",
    "pattern": "{name} must match {bound} regular expression",
    "enum": "{name} must be one of the following values: {bound}",
    "minimum": "{name} must not be less than {bound}",
    "maximum": "{name} must not be greater than {bound}",
    "exclusiveMinimum": "{name} must be greater than {bound}",
    "exclusiveMaximum": "{name} must be less than {bound}",
}
JUDGED = ("type", *SENTENCES)  # the keywords about which there are complaints, as OpenAPI 3.0 writes them

Resolve = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong. refusal: the answer of its own that the schema wants for it, if any."""

    message: str
    refusal: Refusal | None = None


def complaints_about(value: Any, schema: Mapping[str, Any], *, resolve: Resolve) -> list[Complaint]:
    """Return all that is wrong with *value*, a request's JSON body; an empty list when *schema* is kept.

    Unknown properties come first, in the body's order; the others follow in the schema's order.
    Source: recorded, create/everything wrong and auth/login extra property.
    """
    schema = resolve(schema)
    if schema.get("type") == "object" and not isinstance(value, dict):
        return [Complaint(schema.get("x-complaint", UNKNOWN_VALUE))]
    return list(_about_object(value, schema, prefix="", resolve=resolve))


def _about_object(
    value: dict[str, Any], schema: Mapping[str, Any], *, prefix: str, resolve: Resolve
) -> Iterator[Complaint]:
    properties = schema.get("properties", {})
    if schema.get("additionalProperties") is False:
        yield from (
            Complaint(f"property {prefix}{key} should not exist") for key in value if key not in properties
        )
    found = False
    for key, property_schema in properties.items():
        resolved = resolve(property_schema)
        for complaint in _about_property(
            value, key, resolved, required=key in schema.get("required", ()), prefix=prefix, resolve=resolve
        ):
            found = True
            yield complaint
    if not found and (branch := _matching_branch(value, schema, resolve=resolve)):
        yield from _about_object(value, branch, prefix=prefix, resolve=resolve)


def _about_property(
    value: dict[str, Any],
    key: str,
    schema: Mapping[str, Any],
    *,
    required: bool,
    prefix: str,
    resolve: Resolve,
) -> Iterator[Complaint]:
    name = prefix + key
    if key not in value:
        if required:
            yield from _missing(name, schema)
    elif value[key] is None:
        if "type" in schema and not schema.get("nullable"):
            yield from _refused("null", None, schema) or _missing(name, schema)
    else:
        yield from about_value(value[key], schema, name=name, resolve=resolve)


def _missing(name: str, schema: Mapping[str, Any]) -> list[Complaint]:
    if refused := _refused("required", None, schema):
        return refused
    empty = [Complaint(f"{name} should not be empty")] if schema.get("minLength", 0) > 0 else []
    return [*empty, Complaint(_type_sentence(schema).format(name=name))]


def _type_sentence(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "email":
        return EMAIL
    if "enum" in schema and "x-complaint" not in schema and "enum" not in schema.get("x-refusals", {}):
        return "{name} must be one of the following values: " + _listed(schema["enum"])
    return TYPES[schema["type"]][1] if "type" in schema else "{name} is missing"


def about_value(value: Any, schema: Mapping[str, Any], *, name: str, resolve: Resolve) -> list[Complaint]:
    """Return what is wrong with *value*, which is there and not null, called *name*."""
    schema = resolve(schema)
    is_type, _ = TYPES.get(schema.get("type", ""), (None, ""))
    if is_type is not None and not is_type(value):
        return _refused("type", value, schema) or [Complaint(_type_sentence(schema).format(name=name))]
    if isinstance(value, dict):
        return list(_about_object(value, schema, prefix=f"{name}.", resolve=resolve))
    if isinstance(value, list):
        return _about_items(value, resolve(schema.get("items", {})), name=name, resolve=resolve)
    return _about_scalar(value, schema, name)


def _about_items(
    values: list[Any], items: Mapping[str, Any], *, name: str, resolve: Resolve
) -> list[Complaint]:
    every = f"each value in {name}"
    wrong = [
        complaint for value in values for complaint in about_value(value, items, name=every, resolve=resolve)
    ]
    return wrong[:1]


def _about_scalar(value: Any, schema: Mapping[str, Any], name: str) -> list[Complaint]:
    plain = to_json_schema(schema)
    broken = next((word for word in SENTENCES if word in plain and not keeps(value, word, plain[word])), None)
    if broken is None:
        return []
    sentence = schema.get("x-complaint") or _sentence(broken, value, plain[broken])
    return _refused(broken, value, schema) or [Complaint(sentence.replace("{name}", name))]


def _sentence(keyword: str, value: Any, bound: Any) -> str:
    if keyword == "minLength" and not value:
        return "{name} should not be empty"
    if keyword == "format" and bound == "email":
        return EMAIL
    return SENTENCES[keyword].replace("{bound}", _listed(bound) if isinstance(bound, list) else str(bound))


def _matching_branch(
    value: dict[str, Any], schema: Mapping[str, Any], *, resolve: Resolve
) -> Mapping[str, Any] | None:
    """Return the branch of `oneOf` or `anyOf` whose fixed properties (an enum of one) *value* has."""
    for branch in [*schema.get("oneOf", []), *schema.get("anyOf", [])]:
        resolved = resolve(branch)
        fixed = {
            key: resolve(each)["enum"][0]
            for key, each in resolved.get("properties", {}).items()
            if len(resolve(each).get("enum", ())) == 1
        }
        if fixed and all(value.get(key) == constant for key, constant in fixed.items()):
            return resolved
    return None


def _refused(keyword: str, value: Any, schema: Mapping[str, Any]) -> list[Complaint]:
    entry = schema.get("x-refusals", {}).get(keyword)
    if entry is None:
        return []
    message = entry["message"].replace("{value}", str(value))
    return [Complaint(message, Refusal(status=entry["status"], type=entry["type"], message=message))]


def _listed(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values if value is not None)
