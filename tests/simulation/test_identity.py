"""New ids: ULIDs that sort by time and are equal for equal seeds. Source: github.com/ulid/spec."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.identity import ALPHABET, Mint, ulid

BEGINNING = datetime(2026, 11, 22, 1, 44, 43, tzinfo=UTC)
MILLISECONDS = st.integers(0, 2**48 - 1)
CHANCE = st.integers(0, 2**80 - 1)
WHOLE = re.compile(f"[{ALPHABET}]{{26}}")


@given(MILLISECONDS, CHANCE)
def test_a_ulid_is_26_letters_of_the_alphabet(milliseconds: int, chance: int) -> None:
    assert WHOLE.fullmatch(ulid(milliseconds, chance))


@given(st.lists(st.tuples(MILLISECONDS, CHANCE), max_size=10))
def test_ulids_sort_by_time_and_then_by_chance(drawn: list[tuple[int, int]]) -> None:
    letters = [ulid(*each) for each in sorted(drawn)]

    assert letters == sorted(letters)


@given(st.tuples(MILLISECONDS, CHANCE), st.tuples(MILLISECONDS, CHANCE))
def test_two_ulids_are_equal_exactly_when_time_and_chance_are(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    assert (ulid(*one) == ulid(*other)) == (one == other)


@pytest.mark.parametrize(
    ("milliseconds", "chance", "letters"),
    [
        (0, 0, "0" * 26),
        (2**48 - 1, 2**80 - 1, "7" + "Z" * 25),
        (1469918176385, 0, "01ARYZ6S41" + "0" * 16),
    ],
)
def test_a_ulid_is_written_as_its_specification_says(milliseconds: int, chance: int, letters: str) -> None:
    assert ulid(milliseconds, chance) == letters


def test_the_alphabet_leaves_out_letters_that_look_alike() -> None:
    assert set("ILOU").isdisjoint(ALPHABET)
    assert len(set(ALPHABET)) == 32


@given(st.integers(), st.lists(st.sampled_from(["batch", "usr", "prod"]), max_size=10))
def test_equal_seeds_give_equal_ids(seed: int, prefixes: list[str]) -> None:
    one, other = Mint(seed), Mint(seed)

    ids = [one.id(prefix, at=BEGINNING) for prefix in prefixes]

    assert ids == [other.id(prefix, at=BEGINNING) for prefix in prefixes]


def test_other_seeds_give_other_ids() -> None:
    assert Mint(1).id("batch", at=BEGINNING) != Mint(2).id("batch", at=BEGINNING)


def test_ids_of_one_instant_differ() -> None:
    mint = Mint(1)

    ids = {mint.id("batch", at=BEGINNING) for _ in range(1000)}

    assert len(ids) == 1000


def test_an_id_begins_with_what_it_names() -> None:
    assert re.fullmatch(r"batch_[0-9A-HJKMNP-TV-Z]{26}", Mint(1).id("batch", at=BEGINNING))


def test_a_later_id_sorts_after_an_earlier_one() -> None:
    mint = Mint(1)

    earlier = mint.id("batch", at=BEGINNING)
    later = mint.id("batch", at=BEGINNING + timedelta(milliseconds=2))

    assert earlier < later


def test_session_ids_are_32_letters_and_digits_that_differ() -> None:
    mint = Mint(1)

    one, other = mint.session_id(), mint.session_id()

    assert re.fullmatch("[0-9a-f]{32}", one)
    assert one != other
