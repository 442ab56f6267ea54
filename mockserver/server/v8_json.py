"""What Node 20 says of a body it cannot read: V8 of one that is not JSON, zlib of one that does not inflate.

Word for word, with what body-parser adds; positions count UTF-16 units, as in JavaScript. Knows no HTTP.
Source: measured with Node 20.20.2 and body-parser 1.20.9, whose traces are those of the recordings.
"""

import re
import zlib
from dataclasses import dataclass

CONTEXT = 10  # units that V8 shows on either side of what it did not expect
NAME = "SyntaxError: "
NOT_BLAMED = "[object Object]"  # so common a mistake that V8 names no token
AFTER_VALUE = {
    "}": "Expected ',' or '}' after property value in JSON",
    "]": "Expected ',' or ']' after array element in JSON",
}
CLOSERS = {"{": "}", "[": "]"}
LITERALS = {"t": "true", "f": "false", "n": "null"}
DECIMAL = frozenset("0123456789")
LATIN_1 = "\xff"
KINDS = {**dict.fromkeys("-0123456789", "number"), '"': "string"}  # what V8 calls by its kind

BLANK = re.compile(r"[ \t\n\r]*+")
STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+')  # all but its closing quote
HEX = re.compile(r"[0-9a-fA-F]*+")
DIGITS = re.compile(r"[0-9]*+")
EXPONENT = re.compile(r"[eE][+-]?+")
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
SHOWN = re.compile(r"(?:[^$]++|\$[$&`]|\$(?!'))*+")
COMMAND = re.compile(r"\$[$&`]")

INFLATE_STEP = 16 * 1024  # bytes that Node hands on at once; before an error it hands on whole steps only
NO_DICTIONARY = {"Error 2 while decompressing data": "Missing dictionary"}  # Python has no words for it
WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


def json_complaint(text: str) -> str | None:
    """Return the message with which a JSON body is refused, or None when it is an object or an array.

    text: the body, decoded, its byte order mark taken off. An empty one passes: it is read as an empty
    object. Half of a surrogate pair, where V8 cuts one, comes as U+FFFD, which is how it leaves.
    Source: recorded, http/invalid json, truncated json, json string; the rest measured.
    """
    complaint = _complain(_units(text))
    return None if complaint is None else _text(complaint.message)


def json_headline(text: str) -> str | None:
    """Return what the page of a refused JSON body shows above the trace, or None when it is not refused.

    `SyntaxError: ` and the complaint, but for dollar signs: body-parser writes its message into the stack
    with JavaScript's `replace`, to which `$$`, `$&`, dollar and backtick, and `$'` are commands. The last one
    brings the trace, and what follows a trace is no headline.
    """
    complaint = _complain(_units(text))
    if complaint is None:
        return None
    shown = SHOWN.match(complaint.message)
    assert shown is not None  # noqa: S101  # it matches the empty text
    commands = {"$$": "$", "$&": complaint.replaced, "$`": NAME}
    return _text(NAME + COMMAND.sub(lambda command: commands[command[0]], shown[0]))


def inflate_complaint(body: bytes, *, encoding: str, limit: int) -> str | None:
    """Return zlib's message on a *body* that does not inflate, or None when it does.

    None too when more than *limit* bytes come out first: Node then says only that the body is too large.
    encoding: gzip or deflate. Source: recorded, http/content-encoding gzip but plain; the rest measured.
    """
    inflater, rest, size, room = zlib.decompressobj(WINDOWS[encoding]), body, 0, INFLATE_STEP
    while True:
        try:
            plain = inflater.decompress(rest, room)
        except zlib.error as error:
            return NO_DICTIONARY.get(str(error)) or str(error).rpartition(": ")[2]
        size, room, rest = size + len(plain), room - len(plain), inflater.unconsumed_tail
        ended = inflater.eof
        if ended and encoding == "gzip" and inflater.unused_data[:1] not in (b"", b"\0"):  # NUL only pads
            inflater, rest, ended = zlib.decompressobj(WINDOWS[encoding]), inflater.unused_data, False
            if room:
                continue
        if ended or size > limit:
            return None
        if room and not rest:
            return "unexpected end of file"
        room = room or INFLATE_STEP


@dataclass(frozen=True, slots=True)
class _Complaint:
    """message: what body-parser says. replaced: what V8 had said, where body-parser puts it in its place."""

    message: str
    replaced: str


class _Fault(Exception):
    """The text goes wrong at *at*. expected: V8's words for it; None where it only names what it found."""

    def __init__(self, at: int, expected: str | None = None) -> None:
        super().__init__(expected)
        self.at, self.expected = at, expected


def _complain(units: str) -> _Complaint | None:
    start = _skip(units, 0)
    if units and start < len(units) and units[start] not in CLOSERS:
        # body-parser refuses it before V8 sees it, and lets V8 complain of number signs in its place
        masked = units[:start] + "#" * (len(units) - start)
        return _Complaint(_unexpected(units, start), _unexpected(masked, start))
    try:
        if units:
            _walk(units, start)
    except _Fault as fault:
        message = _message(units, fault)
        return _Complaint(message, message)
    return None


def _message(units: str, fault: _Fault) -> str:
    if fault.expected is not None:
        return f"{fault.expected} at position {fault.at}"
    if fault.at == len(units):
        return "Unexpected end of JSON input"
    if units == NOT_BLAMED:
        return f'"{units}" is not valid JSON'
    kind = KINDS.get(units[fault.at])
    return f"Unexpected {kind} in JSON at position {fault.at}" if kind else _unexpected(units, fault.at)


def _unexpected(units: str, at: int) -> str:
    whole = f'"{units}"'
    if len(units) > 2 * CONTEXT:
        before, after = units[:at], units[at:]
        left = f'..."{before[-CONTEXT:]}' if len(before) >= CONTEXT else f'"{before}'
        right = f'{after[:CONTEXT]}"...' if len(after) > CONTEXT else f'{after}"'
        whole = left + right
    return f"Unexpected token '{units[at]}', {whole} is not valid JSON"


def _walk(units: str, at: int) -> None:
    """Read the value that starts at *at*, and nothing may follow it. Raises _Fault."""
    closers: list[str] = []  # of the objects and arrays that are open, the innermost last
    while True:
        if closer := CLOSERS.get(units[at : at + 1]):
            at = _skip(units, at + 1)
            if units[at : at + 1] != closer:
                closers.append(closer)
                at = _first_name(units, at) if closer == "}" else at
                continue
            at += 1
        else:
            at = _scalar(units, at)
        at = _skip(units, at)
        while closers and units[at : at + 1] == closers[-1]:
            closers.pop()
            at = _skip(units, at + 1)
        if not closers:
            break
        if units[at : at + 1] != ",":
            raise _Fault(at, AFTER_VALUE[closers[-1]])
        at = _skip(units, at + 1)
        if closers[-1] == "}":
            at = _next_name(units, at)
    if at < len(units):
        raise _Fault(at, "Unexpected non-whitespace character after JSON")


def _first_name(units: str, at: int) -> int:
    """Return where the value of an object's first property starts; its name starts at *at*."""
    return _name(
        units, at, "Expected property name or '}' in JSON", "Expected ':' after property name in JSON"
    )


def _next_name(units: str, at: int) -> int:
    """Return where the value of a further property starts. V8 does not say there that it expected a colon."""
    return _name(units, at, "Expected double-quoted property name in JSON", None)


def _name(units: str, at: int, no_name: str, no_colon: str | None) -> int:
    if units[at : at + 1] != '"':
        raise _Fault(at, no_name)
    at = _skip(units, _string(units, at))
    if units[at : at + 1] != ":":
        raise _Fault(at, no_colon)
    return _skip(units, at + 1)


def _scalar(units: str, at: int) -> int:
    """Return where the scalar ends that starts at *at*."""
    first = units[at : at + 1]
    if first == '"':
        return _string(units, at)
    if first == "-" or first in DECIMAL:
        return _number(units, at)
    literal = LITERALS.get(first)
    if literal is None:
        raise _Fault(at)
    for expected in literal:
        if units[at : at + 1] != expected:
            raise _Fault(at)
        at += 1
    return at


def _string(units: str, at: int) -> int:
    at = _past(STRING, units, at)
    match units[at : at + 1]:
        case '"':
            return at + 1
        case "":
            raise _Fault(at, "Unterminated string in JSON")
        case "\\" if units[at + 1 : at + 2] == "u":
            raise _Fault(_past(HEX, units, at + 2), "Bad Unicode escape in JSON")
        case "\\" if "" < units[at + 1 : at + 2] <= LATIN_1:
            raise _Fault(at + 1, "Bad escaped character in JSON")
        case "\\":
            raise _Fault(at + 1)
        case _:
            raise _Fault(at, "Bad control character in string literal in JSON")


def _number(units: str, at: int) -> int:
    if units[at] == "-":
        at += 1
        if units[at : at + 1] not in DECIMAL:
            raise _Fault(at, "No number after minus sign in JSON")
    if units[at] == "0":
        at += 1
        if units[at : at + 1] in DECIMAL:
            raise _Fault(at)
    at = _past(DIGITS, units, at)
    if units[at : at + 1] == ".":
        at = _some_digits(units, at + 1, "Unterminated fractional number in JSON")
    if exponent := EXPONENT.match(units, at):
        at = _some_digits(units, exponent.end(), "Exponent part is missing a number in JSON")
    return at


def _some_digits(units: str, at: int, otherwise: str) -> int:
    end = _past(DIGITS, units, at)
    if end == at:
        raise _Fault(at, otherwise)
    return end


def _skip(units: str, at: int) -> int:
    return _past(BLANK, units, at)


def _past(pattern: re.Pattern[str], units: str, at: int) -> int:
    """Return where *pattern*, which always matches, ends its match."""
    found = pattern.match(units, at)
    assert found is not None  # noqa: S101  # see above
    return found.end()


def _units(text: str) -> str:
    """Return *text* as JavaScript keeps it: a pair of surrogates for what is beyond U+FFFF."""
    return ASTRAL.sub(lambda found: "".join(map(chr, _surrogates(found[0]))), text)


def _surrogates(character: str) -> tuple[int, int]:
    beyond = ord(character) - 0x10000
    return 0xD800 + (beyond >> 10), 0xDC00 + (beyond & 0x3FF)


def _text(units: str) -> str:
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
