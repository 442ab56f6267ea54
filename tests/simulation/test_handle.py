"""Handles that follow from titles, as Medusa 1.20.11 derives them. The expected ones are lodash's own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.handle import handle_of


@pytest.mark.parametrize(
    ("title", "handle"),
    [
        ("Medusa T-Shirt", "medusa-t-shirt"),
        ('Medusa; "Quoted" Cap', "medusa-quoted-cap"),
        ("iPhone 15Pro", "i-phone-15-pro"),
        ("XMLHttp", "xml-http"),
        ("Mug 2XL", "mug-2-xl"),
        ("21st Century", "21st-century"),
        ("Bob's Mug", "bobs-mug"),
        ("Ünï Straße", "uni-strasse"),
        ("日本 Tシャツ", "日本-tシャツ"),
        ("a✂b", "a-✂-b"),
        ("!?", ""),
    ],
)
def test_a_title_gives_its_words_in_small_letters_with_hyphens(title: str, handle: str) -> None:
    assert handle_of(title) == handle


@given(title=st.text(st.characters(codec="ascii")))
def test_an_ascii_title_gives_small_letters_digits_and_single_hyphens(title: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", handle_of(title))


@given(title=st.text(st.characters(codec="ascii")))
def test_a_handle_keeps_every_letter_and_digit(title: str) -> None:
    kept = [letter for letter in title.lower() if letter.isalnum()]

    assert handle_of(title).replace("-", "") == "".join(kept)
