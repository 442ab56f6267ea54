"""Values made up by a schema: whatever is made up keeps it, and equal chances make equal values."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.invention import Inventor, NothingFits
from mockserver.contract.json_schema import Compiler, validator_of

SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "nothing said": {},
    "a bounded text": {"type": "string", "minLength": 30, "maxLength": 40},
    "a very short text": {"type": "string", "maxLength": 1},
    "a pattern": {"type": "string", "pattern": "^batch_[0-9A-HJKMNP-TV-Z]{26}$"},
    "an enum": {"type": "string", "enum": ["a", "b"]},
    "a nullable enum": {"type": "string", "nullable": True, "enum": ["a", "b"]},
    "an integer": {"type": "integer", "minimum": -3, "maximum": 3},
    "an integer above and below": {
        "type": "integer",
        "minimum": 1,
        "exclusiveMinimum": True,
        "maximum": 4,
        "exclusiveMaximum": True,
    },
    "a multiple": {"type": "integer", "multipleOf": 7, "minimum": 8, "maximum": 30},
    "a number": {"type": "number", "minimum": 0, "maximum": 1},
    "a number with a ceiling": {"type": "number", "maximum": -5},
    "a boolean": {"type": "boolean", "nullable": True},
    "a list": {"type": "array", "items": {"type": "integer"}, "minItems": 5, "maxItems": 6},
    "a list of different": {
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 3},
        "uniqueItems": True,
        "minItems": 3,
    },
    "an object": {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "additionalProperties": False,
    },
    "an object of what is not listed": {
        "type": "object",
        "required": ["other"],
        "additionalProperties": {"type": "integer"},
        "minProperties": 2,
    },
    "all of": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
            {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}},
        ]
    },
    "one of": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    "any of, beside others": {
        "type": "object",
        "required": ["kind"],
        "anyOf": [
            {"properties": {"kind": {"type": "string", "enum": ["a"]}}},
            {"properties": {"kind": {"type": "string", "enum": ["b"]}}},
        ],
    },
    **{
        f"the format {name}": {"type": "string", "format": name}
        for name in ("date", "date-time", "time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid")
    },
}
PARAMETERS = [pytest.param(schema, id=name) for name, schema in SCHEMAS.items()]
A_TREE: Mapping[str, Any] = {
    "type": "object",
    "required": ["children"],
    "properties": {
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        "parent": {"$ref": "#/components/schemas/Tree"},
    },
}


def invented(schema: Mapping[str, Any], seed: int, *, by_example: bool = False) -> Any:
    """Return what is made up without a second try."""
    inventor = Inventor(dict, Random(seed), by_example=by_example)  # noqa: S311  # has to be repeatable
    return inventor.invent(schema, is_valid=lambda _: True)


@pytest.mark.parametrize("schema", PARAMETERS)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_what_is_drawn_keeps_its_schema(schema: Mapping[str, Any], seed: int) -> None:
    value = invented(schema, seed)

    assert [each.message for each in validator_of(schema).iter_errors(value)] == []


@pytest.mark.parametrize("schema", PARAMETERS)
def test_what_is_made_without_chance_keeps_its_schema(schema: Mapping[str, Any]) -> None:
    value = invented(schema, 0, by_example=True)

    assert [each.message for each in validator_of(schema).iter_errors(value)] == []


@pytest.mark.parametrize("schema", PARAMETERS)
def test_equal_chances_make_equal_values(schema: Mapping[str, Any]) -> None:
    assert invented(schema, 7) == invented(schema, 7)


def test_an_instant_does_not_depend_on_the_day() -> None:
    assert invented({"type": "string", "format": "date-time"}, 1) == "2026-11-26T02:39:17.821Z"


def test_examples_and_defaults_are_taken_without_chance_alone() -> None:
    schema = {
        "type": "object",
        "required": ["a", "b", "c"],
        "properties": {
            "a": {"type": "string", "example": "an example", "default": "a default"},
            "b": {"type": "integer", "default": 3},
            "c": {"type": "string", "nullable": True},
        },
    }

    assert invented(schema, 0, by_example=True) == {"a": "an example", "b": 3, "c": None}
    assert invented(schema, 0)["a"] != "an example"


def test_what_refers_to_itself_comes_to_an_end() -> None:
    bundle = {"components": {"schemas": {"Tree": A_TREE}}}
    is_valid = Compiler.of(bundle).compile(A_TREE).is_valid

    for_each = [
        Inventor(lambda schema: A_TREE if "$ref" in schema else schema, Random(seed)).invent(  # noqa: S311
            A_TREE, is_valid=is_valid
        )
        for seed in range(20)
    ]

    assert all(map(is_valid, for_each))


def test_another_try_is_made_until_something_fits() -> None:
    schema = {"type": "integer", "minimum": 1, "maximum": 4}
    inventor = Inventor(dict, Random(0))  # noqa: S311  # has to be repeatable

    assert inventor.invent(schema, is_valid=lambda value: value == 3) == 3


def test_where_nothing_fits_the_remedy_is_told() -> None:
    inventor = Inventor(dict, Random(0))  # noqa: S311  # has to be repeatable

    with pytest.raises(NothingFits, match="give it an example"):
        inventor.invent({"type": "integer"}, is_valid=lambda _: False)
