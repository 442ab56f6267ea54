"""JSON values as bytes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.packed_json import packed_json, unpacked_json

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just("\ud800")
)
VALUES = st.recursive(LEAVES, lambda each: st.lists(each) | st.dictionaries(st.text(), each), max_leaves=12)


@given(VALUES)
def test_a_value_is_unpacked_as_it_was_packed(value: Any) -> None:
    unpacked = unpacked_json(packed_json(value))

    assert json.dumps(unpacked) == json.dumps(value)


def nested(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize("value", [[float("inf"), None], {"a": [None, float("-inf")]}, 2**64, nested(900)])
def test_what_orjson_cannot_write_is_packed_all_the_same(value: Any) -> None:
    assert unpacked_json(packed_json(value)) == value


def test_nothing_and_an_infinite_number_are_packed_apart() -> None:
    assert packed_json([None]) != packed_json([float("inf")])
