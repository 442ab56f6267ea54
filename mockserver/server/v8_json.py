"""What V8 (Node 20) and body-parser say of a body that is not JSON, word for word. Knows nothing of HTTP.

Measured, not derived: see tests/server/test_v8_json.py. Positions count UTF-16 units, as JavaScript does.
"""

import re
import zlib
from dataclasses import dataclass

STEP = 16 * 1024  # bytes that Node inflates at a time; an error within a step hides what it had inflated
CONTEXT = 10  # units that V8 shows on either side of a token it did not expect
CLOSERS = {"{": "}", "[": "]"}
LITERALS = {literal[0]: literal for literal in ("true", "false", "null")}
NOT_NAMED = "[object Object]"  # a common mistake, of which V8 names no token
AFTER_VALUE = {
    "}": "Expected ',' or '}' after property value",
    "]": "Expected ',' or ']' after array element",
}

BLANK = re.compile(r"[ \t\n\r]*+")
STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+')  # up to its closing quote
HEX = re.compile(r"[0-9a-fA-F]{0,4}")
DIGITS = re.compile(r"[0-9]*+")
INTEGER = re.compile(r"0|[1-9][0-9]*+")
EXPONENT = re.compile(r"[eE][+-]?+")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
REPLACEMENT = re.compile(r"\$[$&`']")


def json_complaint(text: str) -> str | None:
    r"""Return the message with which a JSON body is refused; None when it is an object or an array.

    text: the body, decoded, its byte order mark taken off. An empty one passes as an empty object. Half of a
    surrogate pair, where V8 cuts one, comes as U+FFFD, which is how it leaves.
    Source: recorded, http/invalid json, truncated json, json string; else measured with body-parser 1.20.9.
    """
    refused = _refuse(text)
    return None if refused is None else _text(refused.shown)


def json_stack_headline(text: str) -> str | None:
    r"""Return the first line of the stack that body-parser makes of the complaint: what its page shows.

    It is `SyntaxError: ` and the complaint, except where the complaint has a dollar sign: body-parser puts it
    in the place of V8's own with JavaScript's `replace`, to which `$$`, `$&`, `` $` `` and `$'` are commands.
    `$'` brings the trace itself, after which nothing but the trace is left to be shown.
    """
    refused = _refuse(text)
    if refused is None:
        return None
    head, trace, _ = REPLACEMENT.sub(lambda found: _replaced(found[0], refused), refused.shown).partition(
        TRACE
    )
    return _text(f"{NAME}{head}") if trace else _text(f"{NAME}{head}")
