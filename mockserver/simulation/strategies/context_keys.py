"""What no context may hold, whatever the type of its job."""

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.simulation.refusals import ContextRefused

SUSPECT = re.compile(rb"\\u0000|__proto__|constructor")


def storable(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return *context* as it can be stored: the same, without any `__proto__`, at any depth.

    Raises ContextRefused for the NUL character, and for the key `constructor` unless its value is null. The
    real server answers 500 to both. Source: recorded, create/export context NUL char and create/export
    context proto key, which has both keys; measured one by one, `__proto__` alone is dropped silently.
    """
    try:
        encoded = orjson.dumps(context)
    except TypeError:  # too deep or too strange for it, but not for Python's own writer
        encoded = b""
    if encoded and SUSPECT.search(encoded) is None:
        return dict(context)
    # by way of JSON text: its reader goes to any depth that the server lets in, which our recursion would not
    text = json.dumps(context)
    if "\\u0000" in text and _holds_nul(text):
        message = "context must not contain the NUL character"
        raise ContextRefused(message)
    stored: dict[str, Any] = json.loads(text, object_pairs_hook=_storable)
    return stored


def _holds_nul(text: str) -> bool:
    """Return whether the escape is one, and no escaped backslash before the letters u0000."""
    return "\\u0000" in text.replace("\\\\", "")


def _storable(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    if any(key == "constructor" and value is not None for key, value in entries):
        message = "context must not contain the key constructor"
        raise ContextRefused(message)
    return {key: value for key, value in entries if key not in {"__proto__", "constructor"}}
