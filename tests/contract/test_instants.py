"""Instants as clients write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.instants import read_instant

NEW_YEAR = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2020-01-01", NEW_YEAR),
        ("2020-01-01T00:00:00.000Z", NEW_YEAR),
        ("2020-01-01T00:00:00Z", NEW_YEAR),
        ("2020-01-01T00:00:00", NEW_YEAR),
        ("2020-01-01T00:00:00+02:00", NEW_YEAR - timedelta(hours=2)),
        ("2020-01-01T00:00:00-05:30", NEW_YEAR + timedelta(hours=5, minutes=30)),
        ("2020-01-01T00:00:00.123456789Z", NEW_YEAR + timedelta(microseconds=123456)),
        (" 2020-01-01 ", NEW_YEAR),
        ("Wed, 01 Jan 2020 00:00:00 GMT", NEW_YEAR),
        ("Wed, 01 Jan 2020 02:00:00 +0200", NEW_YEAR),
        ("2026-11-22T01:44:45.113Z", datetime(2026, 11, 22, 1, 44, 45, 113000, tzinfo=UTC)),
        ("2100-01-01", datetime(2100, 1, 1, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("epoch", [True, False])
def test_an_instant_is_understood(text: str, instant: datetime, epoch: bool) -> None:  # noqa: FBT001  # a row
    read = read_instant(text, epoch=epoch)

    assert read == instant
    assert read is not None
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "garbage",
        "null",
        "2020-02-30",
        "2020-13-01",
        "2020-01-01T25:00:00Z",
        "12345678901",
        "-1",
        "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:59:59-02:00",
    ],
)
@pytest.mark.parametrize("epoch", [True, False])
def test_what_names_no_instant_is_none(text: str, epoch: bool) -> None:  # noqa: FBT001  # a row
    assert read_instant(text, epoch=epoch) is None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1795311884", datetime(2026, 11, 22, 1, 44, 44, tzinfo=UTC)),
        ("9999999999", datetime(2286, 11, 20, 17, 46, 39, tzinfo=UTC)),
    ],
)
def test_seconds_since_1970_are_understood_where_they_are_asked_for(text: str, instant: datetime) -> None:
    assert read_instant(text, epoch=True) == instant


@pytest.mark.parametrize("text", ["0", "1795311884", "9999999999"])
def test_seconds_since_1970_are_not_understood_elsewhere(text: str) -> None:
    assert read_instant(text, epoch=False) is None


@given(st.text() | st.text("0123456789-+:TZ., JanFebWdGMT"), st.booleans())
def test_no_text_raises(text: str, epoch: bool) -> None:  # noqa: FBT001  # drawn
    instant = read_instant(text, epoch=epoch)

    assert instant is None or instant.tzinfo is UTC


@given(
    st.datetimes(
        min_value=datetime(1000, 1, 2),  # noqa: DTZ001  # Hypothesis puts the zone on
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
    )
)
def test_what_python_writes_as_iso_8601_is_read_back(instant: datetime) -> None:
    assert read_instant(instant.isoformat(), epoch=True) == instant
