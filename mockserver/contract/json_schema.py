"""OpenAPI 3.0 schemas as plain JSON Schema, and as compiled validators. Knows nothing of requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# keywords that say something of each property of an object by itself, or nothing; `required` apart
OF_ONE_PROPERTY = frozenset({"type", "properties", "additionalProperties", "title", "description", "default"})
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

    def compile_part(
        self, schema: Mapping[str, Any], within: Sequence[str]
    ) -> jsonschema_rs.Draft202012Validator | None:
        """Return a validator for some properties of an object that lies within what *schema* describes.

        within: the names under which it lies there. What has kept *schema* once goes on doing so when these
        properties change, as long as they keep this. None where that is not so, for *schema* says something
        of several properties together.
        """
        part = self._part(to_json_schema(schema), within)
        if part is None:
            return None
        return jsonschema_rs.Draft202012Validator(
            {**part, "components": {"schemas": self.schemas}}, validate_formats=True
        )

    def _part(self, schema: Mapping[str, Any], within: Sequence[str]) -> Mapping[str, Any] | None:
        for _ in self.schemas:  # references may follow each other, but not for ever
            if schema.keys() == {"$ref"}:
                schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        properties = schema.get("properties", {})
        if schema.get("type") != "object" or not schema.keys() <= OF_ONE_PROPERTY | {"required"}:
            return None
        if within:
            inner = self._part(properties.get(within[0], {}), within[1:])
            if inner is None:
                return None
            properties = {**properties, within[0]: inner}
        part = {key: value for key, value in schema.items() if key != "required"}
        return {**part, "properties": properties}

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
