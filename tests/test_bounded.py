"""Mappings that forget."""

import pytest

from mockserver.bounded import make_room


@pytest.mark.parametrize("most", [1, 2, 3, 8])
def test_what_was_kept_last_is_known_and_never_more_than_there_is_room_for(most: int) -> None:
    known: dict[int, str] = {}

    for number in range(5 * most):
        make_room(known, most=most)
        known[number] = "known"

        assert list(known) == list(range(min(known), number + 1))
        assert min(number + 1, (most + 1) // 2) <= len(known) <= most


def test_nothing_is_forgotten_while_there_is_room() -> None:
    known = dict.fromkeys(range(7), "known")

    make_room(known, most=8)

    assert len(known) == 7
