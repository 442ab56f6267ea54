"""Durations as they are written, and as they are drawn."""

from datetime import timedelta
from math import inf
from statistics import median, pstdev, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.duration import LONGEST, Drawn, DurationUnreadable, Family, duration_of

SECONDS = st.floats(0, 1e6)
POSITIVE = st.floats(1e-3, 1e6)
BOUNDS = st.tuples(SECONDS, SECONDS | st.just(inf)).map(sorted)


def _bounded(family: Family, bounds: list[float], centre: float = 0, spread: float = 0) -> Drawn:
    return Drawn(family=family, least=bounds[0], most=bounds[1], centre=centre, spread=spread)


DRAWN = (
    st.builds(_bounded, st.just("uniform"), st.tuples(SECONDS, SECONDS).map(sorted))
    | st.builds(_bounded, st.just("normal"), BOUNDS, SECONDS, POSITIVE)
    | st.builds(_bounded, st.just("lognormal"), BOUNDS, POSITIVE, st.floats(0.01, 10))
    | st.builds(_bounded, st.just("exponential"), BOUNDS, POSITIVE)
)


def many(drawn: Drawn) -> list[float]:
    """Return many draws, in seconds."""
    return [drawn.draw(f"{number} complete").total_seconds() for number in range(4000)]


# ---- written


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (2, 2),
        (0, 0),
        (1.5, 1.5),
        ("2s", 2),
        ("250ms", 0.25),
        ("1.5m", 90),
        ("2h", 7200),
        ("1d", 86400),
        ("PT2S", 2),
        ("PT1M30S", 90),
        ("PT0.25S", 0.25),
        ("P1DT1H", 90000),
        ("P1W", 7 * 86400),
        ("2w", 14 * 86400),
        ("P366D", 366 * 86400),
    ],
)
def test_a_duration_is_read(written: str | float, seconds: float) -> None:
    assert duration_of(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "written",
    ["", "2", "2 s", "s", "-1s", "P", "PT", "P1DT", "P1Y", "P1M", "1:30", "٢s", "2S", -1, True, float("nan")],
)
def test_what_is_no_duration_is_refused_with_the_ways_to_write_one(written: str | float) -> None:
    with pytest.raises(DurationUnreadable, match=r"is no duration; write 2s, 250ms, 1\.5m, PT"):
        duration_of(written)


@pytest.mark.parametrize("written", ["367d", "P367D", 1e300, "9" * 400 + "s"])
def test_what_is_too_long_is_refused(written: str | float) -> None:
    with pytest.raises(DurationUnreadable, match="is longer than 366 days; write less, or never"):
        duration_of(written)


# ---- drawn


@given(DRAWN, st.text())
def test_a_draw_lies_within_its_bounds(drawn: Drawn, text: str) -> None:
    seconds = drawn.draw(text).total_seconds()

    assert min(drawn.least, LONGEST.total_seconds()) - 1e-6 <= seconds <= drawn.most + 1e-6


@given(DRAWN, st.text())
def test_equal_texts_draw_equal_times(drawn: Drawn, text: str) -> None:
    assert drawn.draw(text) == drawn.draw(text)


def test_a_draw_is_the_same_on_every_machine() -> None:
    uniform = Drawn(family="uniform", least=1, most=3)

    assert uniform.draw("G8T782965PYFG0 complete") == timedelta(seconds=2.157833)


def test_a_uniform_draw_is_spread_evenly() -> None:
    fourths = quantiles(many(Drawn(family="uniform", least=1, most=5)), n=4)

    assert fourths == pytest.approx([2, 3, 4], abs=0.1)


def test_a_normal_draw_has_its_mean_and_deviation() -> None:
    drawn = many(Drawn(family="normal", centre=10, spread=2))

    assert median(drawn) == pytest.approx(10, abs=0.15)
    assert pstdev(drawn) == pytest.approx(2, abs=0.1)


def test_a_lognormal_draw_has_its_median_and_a_long_tail() -> None:
    drawn = many(Drawn(family="lognormal", centre=2, spread=0.5))

    assert median(drawn) == pytest.approx(2, abs=0.1)
    assert quantiles(drawn, n=100)[97] == pytest.approx(2 * 2.79, rel=0.1)  # exp(0.5 * 2.05)


def test_an_exponential_draw_has_its_mean() -> None:
    drawn = many(Drawn(family="exponential", centre=3))

    assert sum(drawn) / len(drawn) == pytest.approx(3, rel=0.05)


def test_a_bound_cuts_off_and_gathers_nothing_at_the_bound() -> None:
    drawn = many(Drawn(family="normal", centre=1, spread=1, least=0, most=2))

    assert len({*drawn}) > 3900
    assert (min(drawn) >= 0, max(drawn) <= 2) == (True, True)
