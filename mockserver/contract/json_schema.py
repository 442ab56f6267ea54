"""OpenAPI 3.0 schemas as plain JSON Schema, and as compiled validators. Knows nothing of requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOT_ASSERTIONS = ("example", "discriminator", "xml", "externalDocs", "deprecated", "readOnly", "writeOnly")


def to_json_schema(schema: Any) -> Any:
    """Return *schema*, OpenAPI 3.0, as JSON Schema.

    `nullable` becomes a type, and what asserts nothing is left out.

    References stay as they are: `#/components/schemas/NAME`.
    """
    if isinstance(schema, list):
        return [to_json_schema(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    converted = {
        key: _members(value)
        if key == "properties"
        else value
        if key in ("enum", "default")
        else to_json_schema(value)
        for key, value in schema.items()
        if key not in NOT_ASSERTIONS and key != "nullable" and not key.startswith("x-")
    }
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(converted.get(exclusive), bool) and converted.pop(exclusive) and limit in converted:
            converted[exclusive] = converted.pop(limit)
    if schema.get("nullable") and isinstance(converted.get("type"), str):
        converted["type"] = [converted["type"], "null"]
        if "enum" in converted and None not in converted["enum"]:
            converted["enum"] = [*converted["enum"], None]
    return converted


def validator_of(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Return a validator for *schema*, OpenAPI 3.0 without references; formats are asserted."""
    return jsonschema_rs.Draft202012Validator(to_json_schema(schema), validate_formats=True)


@cache
def _keyword_validator(keyword: str, bound: bytes) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({keyword: orjson.loads(bound)}, validate_formats=True)


def keeps(value: Any, keyword: str, bound: Any) -> bool:
    """Return whether *value* keeps one keyword of a schema, in the eyes of the compiled validator."""
    return _keyword_validator(keyword, orjson.dumps(bound)).is_valid(value)


def _members(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_json_schema(each) for name, each in properties.items()}


@dataclass(frozen=True)
class Compiler:
    """Compiles schemas of one bundle. schemas: its components, already converted.

    made: equal ones are made once.
    """

    schemas: Mapping[str, Any]
    made: dict[bytes, jsonschema_rs.Draft202012Validator] = field(default_factory=dict)

    @classmethod
    def of(cls, bundle: Mapping[str, Any]) -> "Compiler":
        """Return a compiler for the schemas of *bundle*."""
        return cls(schemas=_members(bundle.get("components", {}).get("schemas", {})))

    def compile(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        """Return a validator for *schema*; formats are asserted. Raises ValueError when it is no schema."""
        key = orjson.dumps(schema)
        if key not in self.made:
            whole = {**to_json_schema(schema), "components": {"schemas": self.schemas}}
            self.made[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self.made[key]

    def misfit(self) -> str | None:
        """Return where the first component stands that is no schema, and what is wrong with it.

        None if all are.
        """
        for name, schema in self.schemas.items():
            try:
                jsonschema_rs.meta.validate({"$schema": DIALECT, **schema})
            except jsonschema_rs.ValidationError as error:
                return f"schemas/{name}, {'.'.join(map(str, error.instance_path))}: {error.message}"
        return None
