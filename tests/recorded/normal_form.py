"""What may differ between two servers that behave alike, taken out: ids, instants, tokens, addresses, stacks.

The rules with which the recordings were made and compared; README.md lists them.
"""

import base64
import json
import re
from collections.abc import Sequence
from typing import Any

COMPARED_HEADERS = (
    "content-type",
    "set-cookie",
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "vary",
    "allow",
    "location",
)

ULID = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"
ID = re.compile(rf"(?<![0-9A-Za-z])(?:([A-Za-z]{{2,12}})_)?({ULID})(?![0-9A-Za-z])", re.IGNORECASE)
JWT = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*")
INSTANT = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
OTHER_INSTANT = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
HTTP_DATE = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT")
MILLISECONDS = re.compile(r"(?<!\d)1[6-9]\d{11}(?!\d)")
SECONDS = re.compile(r"(?<!\d)1[6-9]\d{8}(?!\d)")
BASE = re.compile(r"https?://(127\.0\.0\.1|localhost|0\.0\.0\.0)(:\d+)?(?=/|$|\")")
# Node's stack traces in HTML error pages
STACK = re.compile(r"(?:<br>|\n)\s*(?:&nbsp;\s*)*at (?:(?!</pre>).)*?(?=</pre>|\Z)", re.DOTALL)
SIGNED = re.compile(r"([?&](?:signature|sig|token|expires|X-Amz-[A-Za-z-]+)=)[^&\s\"]+", re.IGNORECASE)

EPOCH_NUMBERS = ((16e8, 20e8), (16e11, 20e11))


class Namer:
    """Gives ids the name of the variable they were captured into, others a number by first appearance.

    Mutable: it remembers what it has named.
    """

    def __init__(self) -> None:
        self._variables: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def learn(self, variable: str, value: Any) -> None:
        """Name *value* after *variable* from now on, if it is an id that has no name yet."""
        if isinstance(value, str) and (found := ID.fullmatch(value)):
            self._variables.setdefault(found.group(2).upper(), variable)

    def forget_numbers(self) -> None:
        """Begin to count unnamed ids from one again: for every exchange."""
        self._numbers = {}

    def normal(self, value: Any) -> Any:
        """Return the normal form of JSON or text."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            normals = []
            for each in value:  # a comprehension would need twice the stack, and there are deep bodies
                normals.append(self.normal(each))  # noqa: PERF401
            return normals
        if isinstance(value, dict):
            fields = {}
            for name, each in value.items():
                fields[self._text(name)] = self.normal(each)
            return fields
        if isinstance(value, float) and value == int(value):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            is_epoch = any(least <= value < end for least, end in EPOCH_NUMBERS)
            return "<epoch number>" if is_epoch else value
        return value

    def _text(self, text: str) -> str:
        text = JWT.sub(lambda found: _jwt_shape(found.group()), text)
        if "<pre>" in text:
            text = STACK.sub("", text)
        text = BASE.sub("<base>", text)
        text = SIGNED.sub(r"\1<signed>", text)
        text = INSTANT.sub("<ts>", text)
        text = OTHER_INSTANT.sub("<ts of another format>", text)
        text = HTTP_DATE.sub("<http date>", text)
        text = ID.sub(self._id, text)
        text = MILLISECONDS.sub("<ms>", text)
        return SECONDS.sub("<s>", text)

    def _id(self, found: re.Match[str]) -> str:
        prefix, ulid = found.group(1), found.group(2)
        key = ulid.upper()
        name = self._variables.get(key)
        if name is None:
            name = f"#{self._numbers.setdefault(key, len(self._numbers) + 1)}"
        case = "" if ulid == key else "~lower" if ulid == ulid.lower() else "~mixed"
        return f"{prefix + '_' if prefix else ''}<ulid {name}{case}>"


def _jwt_shape(token: str) -> str:
    """Return algorithm, names of the claims and life of *token*: all that is compared of it."""
    try:
        head, claims = (_unpacked(part) for part in token.split(".")[:2])
        life = claims["exp"] - claims["iat"] if "exp" in claims and "iat" in claims else None
        return f"<jwt {head.get('alg')} {','.join(sorted(claims))} life={life}>"
    except (ValueError, TypeError, AttributeError):
        return "<jwt unreadable>"


def _unpacked(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def normal_header(name: str, value: str | None, namer: Namer) -> Sequence[str] | None:
    """Return what is compared of a header; None where there is none."""
    if value is None:
        return None
    if name == "set-cookie":
        return [_cookie_shape(value)]
    if name == "location":
        return [str(namer.normal(value))]
    if name == "vary":
        return sorted(token.strip().lower() for token in value.split(","))
    return [value]


def _cookie_shape(header: str) -> str:
    """Return name, kind of value and attributes of one Set-Cookie."""
    pair, *attributes = (part.strip() for part in header.split(";"))
    name, _, value = pair.partition("=")
    kind = "s:signed" if re.match(r"s%3A[^.]+\.", value) else "plain" if value else "empty"
    return f"{name}={kind}; {'; '.join(sorted(map(_attribute_shape, attributes)))}"


def _attribute_shape(attribute: str) -> str:
    name, equals, value = attribute.partition("=")
    name = name.lower()
    if name == "expires" and HTTP_DATE.fullmatch(value):
        value = "<date>"
    if name == "max-age":
        value = "<n>"
    return f"{name}{equals}{value}"


def canonical(value: Any, *, in_order: bool = False) -> str:
    """Return JSON as one text; equal texts are equal values. in_order: the order of keys counts."""
    return json.dumps(value, sort_keys=not in_order, ensure_ascii=False)


def short(value: Any, *, length: int = 160) -> str:
    text = canonical(value, in_order=True)
    return text if len(text) <= length else text[:length] + "…"


def first_difference(real: Any, ours: Any, where: str = "$") -> str | None:
    """Return where and how the two differ first, as a line to read; None when they are equal."""
    if isinstance(real, dict) and isinstance(ours, dict):
        if missing := [name for name in real if name not in ours]:
            return f"{where}.{missing[0]}: missing in ours (real {short(real[missing[0]])})"
        if added := [name for name in ours if name not in real]:
            return f"{where}.{added[0]}: only in ours ({short(ours[added[0]])})"
        pairs = [(f"{where}.{name}", each, ours[name]) for name, each in real.items()]
    elif isinstance(real, list) and isinstance(ours, list):
        pairs = [(f"{where}[{i}]", *pair) for i, pair in enumerate(zip(real, ours, strict=False))]
        if len(real) != len(ours):
            pairs.append((f"{where}: length", len(real), len(ours)))
    elif type(real) is type(ours) and canonical(real) == canonical(ours):
        return None
    else:
        return f"{where}: {short(real)} != {short(ours)}"
    found = (first_difference(each, other, place) for place, each, other in pairs)
    return next((line for line in found if line), None)
