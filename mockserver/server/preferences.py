"""What a client prefers: the header `Prefer` of RFC 7240. Knows its syntax, not what any of it asks for."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

PREFER, PREFERENCE_APPLIED = "prefer", b"preference-applied"
NO_PREFERENCES: Mapping[str, str] = MappingProxyType({})

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105  # the `token` of RFC 9110, section 5.6.2
_QUOTED = r'"(?:[^"\\]|\\.)*"'
# between commas; a quotation that is never ended goes to the end, so that no text takes long
_ELEMENTS = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.?)*(?:"|$))+', re.DOTALL)
_PREFERENCE = re.compile(
    rf"[ \t]*(?P<name>{_TOKEN})[ \t]*(?:=[ \t]*(?P<value>{_TOKEN}|{_QUOTED})[ \t]*)?(?:;.*)?", re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@lru_cache(256)
def parse_prefer(text: str) -> Mapping[str, str]:
    """Return the preferences that the field value *text* states, by name in small letters.

    A preference without a value has an empty one. Of several with one name the first holds; parameters are
    passed over, and so is what is no preference by the syntax: a client is never refused for it.

    text: of several header lines, joined by commas.
    Source: RFC 7240, section 2, with its erratum 4439.
    """
    preferences: dict[str, str] = {}
    for element in _ELEMENTS.findall(text):
        found = _PREFERENCE.fullmatch(element)
        if found is not None:
            preferences.setdefault(found["name"].lower(), _unquoted(found["value"] or ""))
    return MappingProxyType(preferences)


def applied(name: str, value: str) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers that say that the preference *name* was met with *value*, browsers included.

    Source: RFC 7240, section 3; the Fetch standard, CORS-exposed headers.
    """
    quoted = value if re.fullmatch(_TOKEN, value) else '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    said = f"{name}={quoted}".encode("latin-1", "replace")
    return (PREFERENCE_APPLIED, said), (b"access-control-expose-headers", b"Preference-Applied")


def _unquoted(word: str) -> str:
    return _ESCAPED.sub(r"\1", word[1:-1]) if word.startswith('"') else word
