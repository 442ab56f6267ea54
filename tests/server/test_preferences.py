"""What is read from `Prefer`, by RFC 7240."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.server.preferences import applied, parse_prefer


@pytest.mark.parametrize(
    ("text", "preferences"),
    [
        ("scenario=instant", {"scenario": "instant"}),
        ("code=409, example=gone,dynamic=true", {"code": "409", "example": "gone", "dynamic": "true"}),
        ("respond-async", {"respond-async": ""}),
        ('Scenario = "instant"', {"scenario": "instant"}),
        ('foo=""', {"foo": ""}),
        ('foo="a, \\"b\\"; c", bar', {"foo": 'a, "b"; c', "bar": ""}),
        ("scenario=slow; until=noon; x", {"scenario": "slow"}),
        ("wait=10, wait=20", {"wait": "10"}),
        (",, wait=10,", {"wait": "10"}),
        ("\twait=10 \t, x", {"wait": "10", "x": ""}),
        ("", {}),
    ],
)
def test_preferences_are_read_as_rfc_7240_writes_them(text: str, preferences: dict[str, str]) -> None:
    assert parse_prefer(text) == preferences


@pytest.mark.parametrize("text", ["=instant", "a b", "scenario=a/b", 'x="never ended', "scenario=", "a=b=c"])
def test_what_is_no_preference_is_passed_over(text: str) -> None:
    assert parse_prefer(f"wait=10, {text}") == {"wait": "10"}


def test_the_longest_head_of_quotes_and_backslashes_is_read_at_once() -> None:
    assert parse_prefer('"\\' * 32_000) == {}


@given(value=st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")))
def test_what_was_applied_can_be_read_back(value: str) -> None:
    (_, said), *_ = applied("scenario", value)

    assert parse_prefer(said.decode("latin-1")) == {"scenario": value}
