r"""A report whose every text can be shown anywhere: what a target sends may hold anything at all.

Control characters, halves of surrogate pairs and marks that turn the direction of writing are spelt out
(`\x1b`), so that no answer of a target can drive a terminal, break XML, or show as something that it is not.
Knows nothing of the markup of a format: escaping that is each rendering's own business.
"""

import dataclasses
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

Value = TypeVar("Value")

_ILLEGIBLE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and newline
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"  # direction, and what has no width
    "\ud800-\udfff\ufffe\uffff"  # what no well-formed text holds
    "]"
)


def legible(value: Value) -> Value:
    """Return *value*, a report or any part of one, with every text in it legible."""
    shown: Any = value
    match value:
        case Enum():
            pass
        case str():
            shown = _ILLEGIBLE.sub(_spelt, value)
        case Mapping():
            shown = {legible(key): legible(each) for key, each in value.items()}
        case tuple() | frozenset():
            shown = type(value)(legible(each) for each in value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
            shown = dataclasses.replace(value, **{name: legible(each) for name, each in fields.items()})
    return shown  # type: ignore[no-any-return]  # the same kind of value


def _spelt(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004  # the last code of two digits
