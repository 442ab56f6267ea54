"""A query string as nested data: `id[]=a&created_at[gt]=x` is `{"id": ["a"], "created_at": {"gt": "x"}}`.

The rules are those that the real server was measured to follow (Node's qs). Knows nothing of the document.
"""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

LIMIT = 1000  # parameters read; those after it are passed over, as the real server does
DEPTH = 5  # brackets read; what is deeper stays text
IGNORED = ("__proto__", "constructor")  # Source: recorded, http/query proto
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


def parse_query(text: str) -> dict[str, Any]:
    """Return the parameters in *text*, the part of a URL after its first question mark.

    A value is a string, a list or a mapping of those. Nothing is refused: a malformed escape stays as it is.
    """
    parameters: dict[str, Any] = {}
    for part in text.split("&", LIMIT)[:LIMIT]:
        if part and not part.startswith("="):  # a value without a name is passed over
            # the equals sign that ends the key is the first one after a closing bracket, if there is one
            bracket_end = part.find("]=")
            equals = part.find("=") if bracket_end == -1 else bracket_end + 1
            raw_key, raw_value = (part, "") if equals == -1 else (part[:equals], part[equals + 1 :])
            _put(parameters, _path(_decoded(raw_key)), _decoded(raw_value))
    return {key: _settled(value) for key, value in parameters.items() if key not in IGNORED}


def _decoded(text: str) -> str:
    text = text.replace("+", " ")
    try:
        return unquote_to_bytes(text).decode() if "%" in text and not _MALFORMED.search(text) else text
    except UnicodeError:
        return text


_MALFORMED = re.compile(r"%(?![0-9a-fA-F]{2})")


def _path(key: str) -> list[str]:
    """Return the name and the bracketed parts of *key*: `a[b][]` is a, b and the empty string."""
    opening = key.find("[")
    if opening <= 0 or not _BRACKETS.match(key, opening):
        return [key]
    path, position = [key[:opening]], opening
    while (bracket := _BRACKETS.match(key, position)) and len(path) <= DEPTH:
        path.append(bracket.group(1))
        position = bracket.end()
    if rest := key[position:]:
        path.append(rest)
    return path


def _put(parameters: dict[str, Any], path: list[str], value: str) -> None:
    name, *inner = path
    parameters[name] = _merged(parameters.get(name, _ABSENT), _nested(inner, value))


def _nested(path: list[str], value: str) -> Any:
    for part in reversed(path):
        nested = _Items([value]) if part == "" or part.isdecimal() else {part: value}
        value = nested  # type: ignore[assignment]  # from the inside out it grows from text to data
    return value


class _Items(list[Any]):
    """A list that was written with brackets."""


_ABSENT = object()


def _merged(old: Any, new: Any) -> Any:
    """Return both values of one name as one: repeated values become a list, mappings are joined."""
    if old is _ABSENT:
        return new
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key, _ABSENT), value) for key, value in new.items()}}
    if isinstance(old, dict) and isinstance(new, str):
        return {**old, new: True}
    olds = old if isinstance(old, list) else [old]
    news = new if isinstance(new, list) else [new]
    return _Items([*olds, *news])


def _settled(value: Any) -> Any:
    if isinstance(value, list):
        return [_settled(each) for each in value]
    if isinstance(value, dict):
        return {key: _settled(each) for key, each in value.items()}
    return value
