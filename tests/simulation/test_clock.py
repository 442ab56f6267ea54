"""The clocks, and instants as the API writes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.clock import (
    LAST,
    Clock,
    ClockRefused,
    ManualClock,
    WallClock,
    to_json,
    to_milliseconds,
)

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


class Source:
    """What a clock runs by, as a test wants it. Mutable."""

    def __init__(self) -> None:
        self.at = BEGINNING

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def source() -> Source:
    return Source()


def test_a_clock_shows_what_it_runs_by(source: Source) -> None:
    clock = Clock(source)
    source.at += timedelta(hours=1)

    assert clock.now() == source.at
    assert clock.speed == 1


def test_a_clock_that_runs_as_its_source_never_lags_behind_it(source: Source, monkeypatch: Any) -> None:
    def later() -> datetime:
        source.at += timedelta(microseconds=1)
        return source.at

    monkeypatch.setattr(source, "now", later)
    clock = Clock(source)

    assert clock.now() == source.at


def test_a_clock_runs_on_from_where_it_was_started(source: Source) -> None:
    clock = Clock(source, start=BEGINNING - timedelta(days=400))
    source.at += timedelta(hours=1)

    assert clock.now() == BEGINNING - timedelta(days=400) + timedelta(hours=1)


def test_a_scaled_clock_runs_so_many_times_as_fast(source: Source) -> None:
    clock = Clock(source, speed=60)
    source.at += timedelta(seconds=10)

    assert clock.now() == BEGINNING + timedelta(minutes=10)


def test_a_change_of_speed_moves_no_clock(source: Source) -> None:
    clock = Clock(source)
    source.at += timedelta(seconds=10)
    clock.run(speed=60)
    source.at += timedelta(seconds=10)
    clock.freeze()
    source.at += timedelta(seconds=10)
    frozen = clock.now()
    clock.run()
    source.at += timedelta(seconds=10)

    assert frozen == BEGINNING + timedelta(seconds=610)
    assert clock.now() == BEGINNING + timedelta(seconds=620)


def test_a_running_clock_can_be_moved_forward(source: Source) -> None:
    clock = Clock(source)
    clock.advance(timedelta(days=1))
    clock.jump(BEGINNING + timedelta(days=2))
    source.at += timedelta(seconds=1)

    assert clock.now() == BEGINNING + timedelta(days=2, seconds=1)


def test_a_copy_of_a_clock_shows_the_same_and_goes_its_own_way(source: Source) -> None:
    clock = Clock(source, speed=2)
    source.at += timedelta(seconds=10)
    copy = clock.forked()

    clock.freeze()
    source.at += timedelta(seconds=10)

    assert clock.now() == BEGINNING + timedelta(seconds=20)
    assert copy.now() == BEGINNING + timedelta(seconds=40)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.floats(0, 1e6)),
        st.tuples(st.just("run"), st.sampled_from([0, 0.5, 1, 60])),
        st.tuples(st.just("advance"), st.floats(0, 1e6)),
    ),
    max_size=20,
)


@given(STEPS)
def test_no_clock_runs_backwards(steps: list[tuple[str, float]]) -> None:
    source = Source()
    clock = Clock(source)
    shown = [clock.now()]

    for what, number in steps:
        {
            "pass": lambda number: setattr(source, "at", source.at + timedelta(seconds=number)),
            "run": lambda number: clock.run(speed=number),
            "advance": lambda number: clock.advance(timedelta(seconds=number)),
        }[what](number)
        shown.append(clock.now())

    assert shown == sorted(shown)


def test_a_clock_stands_still_at_the_end_of_time(source: Source) -> None:
    clock = Clock(source, speed=1e6)
    source.at += timedelta(days=365 * 100)

    assert clock.now() == LAST


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda clock: clock.advance(-ONE_MILLISECOND), "time does not run backwards"),
        (lambda clock: clock.jump(BEGINNING - ONE_MILLISECOND), "time does not run backwards"),
        (lambda clock: clock.advance(LAST - BEGINNING + ONE_MILLISECOND), "it ends at 9000-01-01"),
        (lambda clock: clock.jump(LAST + ONE_MILLISECOND), "it ends at 9000-01-01"),
        (lambda clock: clock.run(speed=-1), "give a speed from 0, which stands still, to 1e"),
        (lambda clock: clock.run(speed=1e7), "give a speed from 0, which stands still, to 1e"),
        (lambda clock: clock.run(speed=float("nan")), "give a speed from 0, which stands still, to 1e"),
    ],
)
def test_what_no_clock_does_is_refused_and_the_clock_stays(ask: Any, why: str) -> None:
    clock = ManualClock(BEGINNING)

    with pytest.raises(ClockRefused, match=why):
        ask(clock)

    assert clock.now() == BEGINNING
    assert clock.speed == 0


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


def test_a_setting_is_another_once_a_clock_is_set_and_the_same_until_then() -> None:
    source = ManualClock(BEGINNING)
    clock = Clock(source)
    before = clock.setting

    source.advance(timedelta(seconds=30))
    clock.now()
    later = clock.setting
    clock.advance(timedelta())
    clock.run(speed=60)

    assert before == later != clock.setting


@pytest.mark.parametrize("at", [datetime(1969, 12, 31, tzinfo=UTC), datetime(9000, 1, 2, tzinfo=UTC)])
def test_a_clock_begins_within_what_can_be_told(at: datetime) -> None:
    with pytest.raises(ClockRefused, match="give an instant from 1970-01-01T00"):
        ManualClock(BEGINNING).like(at=at, speed=0)


def test_the_latest_instant_is_that_of_the_clock_or_of_what_it_runs_by(source: Source) -> None:
    ahead, behind = (Clock(source, start=BEGINNING + timedelta(days=days), speed=0) for days in (1, -1))

    assert [ahead.latest(), behind.latest()] == [BEGINNING + timedelta(days=1), BEGINNING]
