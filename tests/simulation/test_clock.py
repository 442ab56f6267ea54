"""The clocks, and instants as the API writes them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.clock import ManualClock, WallClock, to_json, to_milliseconds

BEGINNING = datetime(2026, 11, 22, 1, 44, 43, 725000, tzinfo=UTC)
ONE_MILLISECOND = timedelta(milliseconds=1)


def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock(BEGINNING)

    assert [clock.now(), clock.now()] == [BEGINNING, BEGINNING]


@given(st.lists(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=365)), max_size=20))
def test_a_manual_clock_stands_where_it_was_advanced_to(steps: list[timedelta]) -> None:
    clock = ManualClock(BEGINNING)

    list(map(clock.advance, steps))

    assert clock.now() == BEGINNING + sum(steps, timedelta())


def test_a_manual_clock_cannot_be_set_back() -> None:
    clock = ManualClock(BEGINNING)

    with pytest.raises(ValueError, match=r"a clock cannot be advanced by .*: time does not run backwards"):
        clock.advance(-ONE_MILLISECOND)

    assert clock.now() == BEGINNING


def test_the_wall_clock_never_runs_backwards_and_tells_utc() -> None:
    clock = WallClock()

    told = [clock.now() for _ in range(100)]

    assert told == sorted(told)
    assert {each.tzinfo for each in told} == {UTC}


def test_the_wall_clock_tells_the_present() -> None:
    before = datetime.now(UTC)

    now = WallClock().now()

    assert before <= now <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (BEGINNING, "2026-11-22T01:44:43.725Z"),
        (BEGINNING.replace(microsecond=0), "2026-11-22T01:44:43.000Z"),
        (BEGINNING.replace(microsecond=7999), "2026-11-22T01:44:43.007Z"),
        (BEGINNING.replace(microsecond=999999), "2026-11-22T01:44:43.999Z"),
    ],
)
def test_an_instant_is_written_with_three_decimals_and_a_z(instant: datetime, text: str) -> None:
    assert to_json(instant) == text


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001  # Hypothesis puts the zone on
def test_what_is_written_is_the_same_millisecond(instant: datetime) -> None:
    read = datetime.fromisoformat(to_json(instant))

    assert read <= instant < read + ONE_MILLISECOND


def test_milliseconds_are_counted_since_1970() -> None:
    assert to_milliseconds(datetime(2026, 11, 22, 1, 47, 20, 891000, tzinfo=UTC)) == 1795312040891
