"""Which rows of a list match, in which order, and which page of them is shown."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.query import matching, ordered, page

Row = Mapping[str, Any]

NOON = datetime(2026, 11, 22, 12, 0, 0, 500, tzinfo=UTC)
HOUR = timedelta(hours=1)


def column(row: Row, name: str) -> Any:
    return row[name]


ROWS: list[Row] = [
    {"id": "a", "type": "product-export", "created_at": NOON, "confirmed_at": None, "result": None},
    {
        "id": "b",
        "type": "order-export",
        "created_at": NOON + HOUR,
        "confirmed_at": NOON + 5 * HOUR,
        "result": {"count": 2},
    },
    {
        "id": "c",
        "type": "product-export",
        "created_at": NOON + 2 * HOUR,
        "confirmed_at": None,
        "result": None,
    },
    {
        "id": "d",
        "type": "order-export",
        "created_at": NOON + 3 * HOUR,
        "confirmed_at": NOON + 4 * HOUR,
        "result": {"count": 1},
    },
]


def ids(rows: list[Row]) -> str:
    return "".join(row["id"] for row in rows)


# ---- filters


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "abcd"),
        ({"id": ["a"]}, "a"),
        ({"id": ["d", "a"]}, "ad"),
        ({"id": ["nope"]}, ""),
        ({"id": [""]}, ""),
        ({"id": []}, ""),
        ({"type": ["order-export"]}, "bd"),
        ({"type": ["order-export"], "id": ["a"]}, ""),
        ({"type": "order-export"}, "bd"),
        ({"confirmed_at": None}, "ac"),
        ({"confirmed_at": {"gt": NOON}}, "bd"),
        ({"confirmed_at": {"lt": NOON + 9 * HOUR}}, "bd"),
        ({"created_at": {"gt": NOON + HOUR}}, "cd"),
        ({"created_at": {"gte": NOON + HOUR}}, "bcd"),
        ({"created_at": {"lt": NOON + HOUR}}, "a"),
        ({"created_at": {"lte": NOON + HOUR}}, "ab"),
        ({"created_at": {"gte": NOON + HOUR, "lt": NOON + 3 * HOUR}}, "bc"),
        ({"created_at": {}}, "abcd"),
    ],
)
def test_a_row_is_found_when_it_passes_every_filter(filters: Mapping[str, Any], found: str) -> None:
    assert ids(matching(ROWS, filters, column=column)) == found


@pytest.mark.parametrize(
    ("operator", "found"),
    [("gt", False), ("lt", False), ("gte", True), ("lte", True)],
)
@given(hidden=st.integers(0, 999))
def test_an_instant_equals_what_the_client_saw_of_it(operator: str, found: bool, hidden: int) -> None:  # noqa: FBT001  # a row
    shown = NOON.replace(microsecond=725000)
    row = {"created_at": shown + timedelta(microseconds=hidden)}

    rows = matching([row], {"created_at": {operator: shown}}, column=column)

    assert (rows == [row]) is found


# ---- order


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, "dcba"),
        ("created_at", "abcd"),
        ("-created_at", "dcba"),
        ("id", "abcd"),
        ("-id", "dcba"),
        ("type", "bdac"),
        ("confirmed_at", "dbac"),
        ("-confirmed_at", "cabd"),
        ("result", "dbac"),
        ("-result", "cabd"),
    ],
)
def test_rows_are_ordered_with_unset_values_last_ascending_and_first_descending(
    order: str | None, expected: str
) -> None:
    assert ids(ordered(ROWS, order, column=column)) == expected


@given(st.lists(st.none() | st.integers()))
def test_descending_is_ascending_read_backwards(values: list[int | None]) -> None:
    rows: list[Row] = [{"value": value} for value in values]

    assert ordered(rows, "-value", column=column) == ordered(rows, "value", column=column)[::-1]


@given(st.lists(st.none() | st.integers()))
def test_ordering_loses_no_row_and_leaves_the_rows_given_alone(values: list[int | None]) -> None:
    rows: list[Row] = [{"value": value} for value in values]

    result = ordered(rows, "value", column=column)

    assert [row["value"] for row in rows] == values
    assert sorted(map(id, result)) == sorted(map(id, rows))


# ---- pages


@pytest.mark.parametrize(
    ("limit", "offset", "rows"),
    [
        (2, 0, "ab"),
        (2, 2, "cd"),
        (3, 6, "g"),
        (10, 100, ""),
        (0, 0, "abcdefg"),
        (0, 5, "fg"),
        (1.5, 0, "ab"),
        (1.4, 0, "a"),
        (2, 0.5, "bc"),
        (1000000000000, 0, "abcdefg"),
        (1e300, 0, "abcdefg"),
        (2, 1e300, ""),
    ],
)
def test_a_page_holds_as_many_rows_as_asked_for(limit: float, offset: float, rows: str) -> None:
    assert "".join(page("abcdefg", limit=limit, offset=offset)) == rows


@given(st.lists(st.integers(), max_size=50), st.integers(1, 20))
def test_all_pages_one_after_the_other_are_the_whole(rows: list[int], limit: int) -> None:
    pages = [page(rows, limit=limit, offset=offset) for offset in range(0, len(rows), limit)]

    assert [row for each in pages for row in each] == rows


@given(st.lists(st.integers()), st.floats(0, 100), st.floats(0, 100))
def test_a_page_is_a_run_of_the_rows(rows: list[int], limit: float, offset: float) -> None:
    shown = list(page(rows, limit=limit, offset=offset))

    starts = [rows[start : start + len(shown)] for start in range(len(rows) + 1)]

    assert shown in starts
