"""A mapping that is copied in an instant, compared with a plain one."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.sharing import SharingDict

CHANGES = st.lists(st.tuples(st.text("ab", max_size=3), st.none() | st.integers()), max_size=20)


def changed(mapping: SharingDict[int], changes: list[tuple[str, int | None]]) -> None:
    """Make *changes*: None takes a key away."""
    for key, value in changes:
        if value is None:
            mapping.remove(key)
        else:
            mapping.put(key, value)


def expected(*changes: tuple[str, int | None]) -> Mapping[str, int]:
    return {key: value for key, value in dict(changes).items() if value is not None}


@given(CHANGES)
def test_a_value_is_found_as_it_was_last_put(changes: list[tuple[str, int | None]]) -> None:
    mapping: SharingDict[int] = SharingDict()

    changed(mapping, changes)

    assert dict(mapping.items()) == expected(*changes)
    assert [mapping.get(key) for key, _ in changes] == [expected(*changes).get(key) for key, _ in changes]


@given(CHANGES, CHANGES, CHANGES)
def test_a_copy_and_its_origin_go_their_own_ways(
    shared: list[tuple[str, int | None]],
    one: list[tuple[str, int | None]],
    other: list[tuple[str, int | None]],
) -> None:
    origin: SharingDict[int] = SharingDict()
    changed(origin, shared)

    copy = origin.forked()
    changed(origin, one)
    changed(copy, other)

    assert dict(origin.items()) == expected(*shared, *one)
    assert dict(copy.items()) == expected(*shared, *other)
