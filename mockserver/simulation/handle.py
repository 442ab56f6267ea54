"""Handles: the names that addresses are made of. Knows letters, digits and words, and nothing of products."""

import re
import unicodedata

_COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_ACCENTED = re.compile("[\u00c0-\u017f]")
_PLAIN = str.maketrans(
    dict(zip("ØøÐðĐđĦħıĸĿŀŁłŉŊŋŦŧſ", "OoDdDdHhikLlLlnNnTts", strict=True))
    | {"Æ": "Ae", "æ": "ae", "Œ": "Oe", "œ": "oe", "Þ": "Th", "þ": "th", "ß": "ss", "Ĳ": "IJ", "ĳ": "ij"}
)

# What ends a word: ASCII and Latin-1 that is neither letter nor digit, and Unicode's general punctuation.
_BREAK = r"\x00-/:-@\[-`{-\xbf\xd7\xf7\u1680\u180e\u2000-\u206f\u3000\ufeff"
_PICTURE = "\u2700-\u27bf\U00010000-\U0010ffff"
_OTHER = f"[^{_BREAK}{_PICTURE}0-9A-Za-z]"  # a letter of another alphabet: small and capital at once
_WORD = re.compile(
    rf"[A-Z]?[a-z]+(?=[{_BREAK}A-Z]|\Z)"
    rf"|(?:[A-Z]|{_OTHER})+(?=[{_BREAK}]|[A-Z](?:[a-z]|{_OTHER})|\Z)"
    rf"|[A-Z]?(?:[a-z]|{_OTHER})+"
    r"|[A-Z]+"
    r"|[0-9]*(?:1ST|2ND|3RD|(?![123])[0-9]TH)(?![0-9A-Z])"
    r"|[0-9]*(?:1st|2nd|3rd|(?![123])[0-9]th)(?![0-9a-z])"
    r"|[0-9]+"
    rf"|[{_PICTURE}]\ufe0f?"
)


def handle_of(title: str) -> str:
    """Return the handle that a thing with that title gets when it is given none: `Mug 2XL` has `mug-2-xl`.

    Words in small letters with a hyphen between, accents dropped; a change of case or between letters and
    digits begins a word. Empty where the title has neither letters nor digits.
    Source: models/product.js of Medusa 1.20.11, which takes lodash's kebabCase; compared with that.
    """
    unaccented = _ACCENTED.sub(
        lambda letter: unicodedata.normalize("NFD", letter[0]), title.translate(_PLAIN)
    )
    plain = _COMBINING.sub("", unaccented).replace("'", "").replace("\u2019", "")
    return "-".join(_WORD.findall(plain)).lower()
