"""Reading requests and refusing them.

Knows JSON bodies, the words of complaints about them, and what a refusal looks like.
Ignores what is asked for.
"""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any, NoReturn

from flask import Request

BODY_LIMIT = 100 * 1024  # bytes
DEPTH_LIMIT = 512
EMAIL = re.compile(
    r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}|\"[^\"\\]{0,62}\")"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
    r"|\[[0-9A-Fa-f.:IPv]+\])"
)
UNKNOWN_VALUE = "an unknown value was passed to the validate function"


class Refused(Exception):
    """The request is not done. status, type, message: as the contract states them."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message


def invalid(message: str) -> Refused:
    """Return the refusal of something that cannot be understood."""
    return Refused(400, "invalid_data", message)


def refuse_for(complaints: Collection[str]) -> None:
    """Refuse the request if there is anything to complain about."""
    if complaints:
        raise invalid(", ".join(complaints))


def json_body(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent; an empty one when something else than JSON was."""
    body = request.get_data()
    if request.mimetype != "application/json":
        return {}
    charset = request.mimetype_params.get("charset", "utf-8").strip('"')
    if charset.lower() not in ("utf-8", "utf8"):
        raise Refused(415, "invalid_data", f'unsupported charset "{charset}"')
    encoding = request.headers.get("Content-Encoding", "identity").strip() or "identity"
    if encoding.lower() != "identity":
        raise Refused(415, "invalid_data", f'unsupported content encoding "{encoding}"')
    if not body:
        return {}
    value = _parsed(body)
    if isinstance(value, list):
        raise invalid(UNKNOWN_VALUE)
    if not isinstance(value, dict):
        raise invalid("the body must be a JSON object")
    return value


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_json, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise invalid(f"the body is not JSON: {error}") from error
    _refuse_unstorable(value)
    return value


def _no_json(word: str) -> NoReturn:
    message = f"{word} is no JSON"
    raise ValueError(message)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        message = f"{digits[:20]} is too large a number"
        raise ValueError(message)
    return number


def _refuse_unstorable(value: Any) -> None:
    """Refuse what no database keeps: NUL, half a character, and depths nobody means."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEPTH_LIMIT + 1:
            raise invalid(f"the body is nested more than {DEPTH_LIMIT} levels deep")
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                below += each
            elif isinstance(each, str):
                _refuse_unstorable_text(each)
        level = below


def _refuse_unstorable_text(text: str) -> None:
    if "\0" in text:
        raise invalid("the body holds a NUL, which cannot be kept")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise invalid("the body holds half a surrogate pair")


def unknown_properties(body: dict[str, Any], known: Iterable[str]) -> list[str]:
    """Return a complaint for each property that nobody asked for, in the body's order."""
    return [f"property {name} should not exist" for name in body if name not in known]


def is_email(value: Any) -> bool:
    """Return whether *value* is an e-mail address."""
    return isinstance(value, str) and EMAIL.fullmatch(value) is not None and not _has_odd_dots(value)


def _has_odd_dots(address: str) -> bool:
    local = address.rpartition("@")[0]
    return not local.startswith('"') and (local.startswith(".") or local.endswith(".") or ".." in local)
