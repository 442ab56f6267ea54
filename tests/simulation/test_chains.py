"""Rows that are in order by every column at once, compared with a plain list of rows."""

from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.chains import Chain, Chains, Stretch, places_of

ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)
BLOCK_ROWS = st.sampled_from([1, 2, 5, 2048])


def row_id(number: int) -> str:
    return f"batch_{number:026d}"


def laid_down(rows: Sequence[tuple[int, int]], *, block_rows: int) -> tuple[Chains, list[int]]:
    """Return the chains of the numbered *rows*, and the number of the chain of each."""
    chains = Chains(object(), block_rows=block_rows)
    return chains, [chains.add((number, *row), row_id(number)) for number, row in enumerate(rows)]


def rows_of(chain: Chain) -> list[tuple[int, ...]]:
    return [chain.row(position) for position in range(chain.size)]


def all_rows(chains: Chains) -> list[tuple[int, ...]]:
    return sorted(row for chain in chains.chains for row in rows_of(chain))


def numbered(rows: Sequence[tuple[int, int]]) -> list[tuple[int, ...]]:
    return [(number, *row) for number, row in enumerate(rows)]


@given(ROWS, BLOCK_ROWS)
def test_no_row_is_lost_and_no_column_of_a_chain_ever_falls(
    rows: list[tuple[int, int]], block_rows: int
) -> None:
    chains, _ = laid_down(rows, block_rows=block_rows)

    assert all_rows(chains) == numbered(rows)
    assert all(
        column == sorted(column)
        for chain in chains.chains
        for column in map(list, zip(*rows_of(chain), strict=True))
    )


@given(ROWS, BLOCK_ROWS)
def test_rows_in_one_order_make_one_chain(rows: list[tuple[int, int]], block_rows: int) -> None:
    chains, _ = laid_down([(first, first) for first, _ in sorted(rows)], block_rows=block_rows)

    assert len(chains.chains) <= 1


@given(ROWS, BLOCK_ROWS, st.integers(0, 2), st.integers(-1, 11))
def test_the_rows_below_a_value_are_the_first_ones(
    rows: list[tuple[int, int]], block_rows: int, column: int, value: int
) -> None:
    chains, _ = laid_down(rows, block_rows=block_rows)

    found = [rows_of(chain)[: chain.rows_below(column, value)] for chain in chains.chains]

    expected = [[row for row in rows_of(chain) if row[column] < value] for chain in chains.chains]
    assert found == expected


@given(ROWS, BLOCK_ROWS, st.data())
def test_rows_are_taken_away_and_the_others_stay(
    rows: list[tuple[int, int]], block_rows: int, data: st.DataObject
) -> None:
    chains, places = laid_down(rows, block_rows=block_rows)
    taken = data.draw(st.sets(st.sampled_from(range(len(rows))) if rows else st.nothing()))

    for number in taken:
        chains.remove(places[number], number)

    assert all_rows(chains) == [row for row in numbered(rows) if row[0] not in taken]


def test_a_row_that_is_not_there_cannot_be_taken_away() -> None:
    chains, _ = laid_down([(1, 1), (2, 2)], block_rows=1)

    with pytest.raises(KeyError, match="7"):
        chains.remove(0, 7)


@given(ROWS, BLOCK_ROWS, st.integers(0, 2), st.integers(0, 45))
def test_the_first_rows_of_all_chains_are_those_of_the_merged_ones(
    rows: list[tuple[int, int]], block_rows: int, column: int, rank: int
) -> None:
    chains, _ = laid_down(rows, block_rows=block_rows)
    stretches = [Stretch(chain, 0, chain.size, column=column) for chain in chains.chains]

    places = places_of(stretches, rank)

    merged = sorted(numbered(rows), key=lambda row: (row[column], row[0]))
    first = [
        row for chain, place in zip(chains.chains, places, strict=True) for row in rows_of(chain)[:place]
    ]
    assert sorted(first) == sorted(islice(merged, rank))


@given(ROWS, ROWS, ROWS, BLOCK_ROWS)
def test_a_copy_and_its_origin_go_their_own_ways(
    rows: list[tuple[int, int]], one: list[tuple[int, int]], other: list[tuple[int, int]], block_rows: int
) -> None:
    origin, places = laid_down(rows, block_rows=block_rows)
    left, right = origin.owned(object()), origin.owned(object())

    for chains, more in ((left, one), (right, other)):
        for number, row in enumerate(more, start=len(rows)):
            chains.add((number, *row), row_id(number))
        for number in range(0, len(rows), 2):
            chains.remove(places[number], number)

    assert all_rows(origin) == numbered(rows)
    assert all_rows(left) == sorted([*numbered(rows)[1::2], *numbered([*rows, *one])[len(rows) :]])
    assert all_rows(right) == sorted([*numbered(rows)[1::2], *numbered([*rows, *other])[len(rows) :]])


def test_a_row_is_found_with_its_id() -> None:
    chains, _ = laid_down([(1, 1), (2, 2), (3, 3)], block_rows=2)

    assert [chains.chains[0].row_id(position) for position in range(3)] == [row_id(n) for n in range(3)]
