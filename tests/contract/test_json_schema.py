"""OpenAPI 3.0 schemas as JSON Schema, and as compiled validators."""

from typing import Any

import pytest

from mockserver.contract.json_schema import Compiler, to_json_schema

NAMED = {"type": "object", "required": ["name", "size"], "properties": {"name": {"type": "string"}}}


@pytest.fixture
def compiler() -> Compiler:
    """Return a compiler of a bundle with one schema that refers to itself."""
    tree = {
        "type": "object",
        "required": ["next"],
        "properties": {"next": {"$ref": "#/components/schemas/Maybe"}},
    }
    maybe = {
        "type": "object",
        "nullable": True,
        "properties": {"tree": {"$ref": "#/components/schemas/Tree"}},
    }
    return Compiler.of({"components": {"schemas": {"Tree": tree, "Maybe": maybe}}})


@pytest.mark.parametrize(
    ("schema", "converted"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        (
            {"type": "string", "nullable": True, "enum": ["a"]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            {"type": "string", "nullable": True, "enum": ["a", None]},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        ({"type": "string", "example": "a", "x-complaint": "no", "deprecated": True}, {"type": "string"}),
        (
            {"$ref": "#/components/schemas/Tree", "description": "beside a reference nothing counts"},
            {"$ref": "#/components/schemas/Tree"},
        ),
        (
            {
                "type": "object",
                "properties": {"example": {"type": "string"}, "nullable": {"type": "boolean"}},
            },
            {
                "type": "object",
                "properties": {"example": {"type": "string"}, "nullable": {"type": "boolean"}},
            },
        ),
        (
            {"type": "array", "items": {"type": "integer", "nullable": True}},
            {"type": "array", "items": {"type": ["integer", "null"]}},
        ),
        (
            {"oneOf": [{"type": "string", "nullable": True}, {"type": "integer"}]},
            {"oneOf": [{"type": ["string", "null"]}, {"type": "integer"}]},
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string", "nullable": True}},
            {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        ),
        ({"enum": [{"nullable": True}]}, {"enum": [{"nullable": True}]}),
    ],
)
def test_a_schema_of_openapi_becomes_one_of_json_schema(schema: Any, converted: Any) -> None:
    assert to_json_schema(schema) == converted


@pytest.mark.parametrize(
    ("schema", "value", "valid"),
    [
        ({"type": "string", "nullable": True}, None, True),
        ({"type": "string"}, None, False),
        ({"type": "string", "format": "date-time"}, "2026-11-22T01:44:43.725Z", True),
        ({"type": "string", "format": "date-time"}, "yesterday", False),
        ({"type": "string", "format": "email"}, "admin@example.com", True),
        ({"type": "string", "format": "email"}, "abc", False),
        ({"type": "integer"}, 3, True),
        ({"type": "integer"}, "3", False),
        ({}, None, True),
        ({"$ref": "#/components/schemas/Tree"}, {"next": {"tree": {"next": None}}}, True),
        ({"$ref": "#/components/schemas/Tree"}, {"next": {"tree": {"next": 1}}}, False),
        ({"$ref": "#/components/schemas/Tree"}, {}, False),
    ],
)
def test_a_compiled_schema_judges(compiler: Compiler, schema: Any, value: Any, valid: bool) -> None:  # noqa: FBT001  # a row
    assert compiler.compile(schema).is_valid(value) is valid


def test_equal_schemas_are_compiled_once(compiler: Compiler) -> None:
    assert compiler.compile({"type": "string"}) is compiler.compile({"type": "string"})


@pytest.mark.parametrize(
    "schema", [{"type": "objekt"}, {"type": "string", "pattern": "("}, {"required": "name"}]
)
def test_what_is_no_schema_cannot_be_compiled(compiler: Compiler, schema: Any) -> None:
    with pytest.raises(ValueError, match=r"is not|Unexpected"):
        compiler.compile(schema)


def test_a_component_that_is_no_schema_is_named() -> None:
    compiler = Compiler.of(
        {"components": {"schemas": {"Fine": {"type": "string"}, "Odd": {"type": "objekt"}}}}
    )

    misfit = compiler.misfit()

    assert misfit is not None
    assert misfit.startswith("schemas/Odd, type:")


def test_a_bundle_of_schemas_has_no_misfit(compiler: Compiler) -> None:
    assert compiler.misfit() is None


# ---- a part of an object


def within(inner: Any, **keywords: Any) -> dict[str, Any]:
    """Return the schema of an object that holds another one."""
    return {"type": "object", "required": ["thing", "other"], "properties": {"thing": inner}, **keywords}


@pytest.mark.parametrize(
    ("part", "keeps"),
    [
        ({"thing": {"name": "a"}}, True),
        ({"thing": {}}, True),
        ({"thing": {"name": 1}}, False),
        ({"thing": []}, False),
    ],
)
@pytest.mark.parametrize("inner", [NAMED, {"$ref": "#/components/schemas/Alias"}])
def test_a_part_of_an_object_is_judged_property_by_property(inner: Any, part: Any, keeps: bool) -> None:  # noqa: FBT001
    schemas = {"Named": NAMED, "Alias": {"$ref": "#/components/schemas/Named"}}
    validator = Compiler.of({"components": {"schemas": schemas}}).compile_part(within(inner), ["thing"])

    assert validator is not None
    assert validator.is_valid(part) is keeps


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(within({**NAMED, "maxProperties": 3}), id="a bound on all of them"),
        pytest.param(within({"allOf": [NAMED]}), id="a combination"),
        pytest.param(within({**NAMED, "nullable": True}), id="or none at all"),
        pytest.param(within(NAMED, minProperties=1), id="a bound around it"),
        pytest.param(within({"$ref": "#/components/schemas/Itself"}), id="a reference without end"),
        pytest.param({"type": "object"}, id="nothing under that name"),
    ],
)
def test_an_object_of_which_more_is_said_has_no_parts(schema: Any) -> None:
    itself = {"$ref": "#/components/schemas/Itself"}
    compiler = Compiler.of({"components": {"schemas": {"Itself": itself}}})

    assert compiler.compile_part(schema, ["thing"]) is None
