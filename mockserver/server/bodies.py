"""Request bodies: read from the wire within bounds, decoded and parsed. Knows no operation.

What the real server answers as an HTML page (malformed JSON, 413, 415) is answered as the contract's JSON
error.
"""

import asyncio
import codecs
import contextlib
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import orjson
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from mockserver.bounded import make_room
from mockserver.server.errors import INVALID, RequestRefused
from mockserver.server.exchange import Sent
from mockserver.server.html_pages import error_page
from mockserver.server.v8_json import inflate_complaint, json_headline

Receive = Callable[[], Awaitable[Any]]

JSON_LIMIT = 100 * 1024  # bytes, as recorded: http/body just over 100kb
UPLOAD_LIMIT = 64 * 1024 * 1024  # bytes; ours: the real server sets no bound
DEPTH_LIMIT = 512  # levels of JSON; ours: deeper than anything recorded, and safe for every reader
DRAIN_SECONDS = 5
DRAIN_LIMIT = 16 * 1024 * 1024  # bytes read and thrown away, so that the client can read why it was refused
FILES_LIMIT = 1000
MOST_KNOWN, LONGEST_KNOWN = 256, 8 * 1024  # bodies, and bytes of one
BOM = codecs.BOM_UTF8


class ClientGone(Exception):
    """The client closed the connection before its request was whole."""


class Incoming:
    """What the client sends, message by message; itself a Receive. Mutable: it knows whether all has come."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.is_whole = False

    async def __call__(self) -> Any:
        """Return the next message."""
        message = await self._receive()
        self.is_whole = not message.get("more_body")
        return message

    async def drain(self) -> None:
        """Throw away what is still coming, for as long and as much as is reasonable."""
        size = 0
        await asyncio.sleep(0)  # into a task of its own, which a timeout needs; see eager.begun
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.is_whole and size <= DRAIN_LIMIT:
                    size += len((await self()).get("body", b""))


async def read_body(receive: Receive, *, limit: int) -> bytes:
    """Return the whole body. Raises RequestRefused when it is larger than *limit* bytes, or ClientGone."""
    chunk, more = await _next_chunk(receive)
    if not more and len(chunk) <= limit:
        return chunk
    chunks, size = [chunk], len(chunk)
    while more:
        chunk, more = await _next_chunk(receive)
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > limit + DRAIN_LIMIT:
            raise _too_large(read_whole=False)
    if size > limit:
        raise _too_large(read_whole=True)
    return b"".join(chunks)


async def _next_chunk(receive: Receive) -> tuple[bytes, bool]:
    """Return a piece of the body, and whether there is more. Raises ClientGone."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message.get("body", b""), message.get("more_body", False)


def _too_large(*, read_whole: bool) -> RequestRefused:
    """Return the refusal of a body. What was not read whole leaves a connection that cannot be used again."""
    headers = () if read_whole else ((b"connection", b"close"),)
    page = partial(error_page, "PayloadTooLargeError: request entity too large")
    return RequestRefused(413, INVALID, "request entity too large", headers=headers, page=page)


def parse_json(body: bytes, headers: Mapping[str, str], *, limit: int = JSON_LIMIT) -> Any:
    """Return what *body*, sent as JSON, says: an object or a list; an empty body is an empty object.

    limit: of the body once its encoding is taken off, in bytes. Raises RequestRefused.
    Source: recorded, http/json string and empty body with json type.
    """
    charset = _charset(headers["content-type"])
    if charset not in ("utf-8", "utf8", "us-ascii", "ascii"):
        complaint = f'unsupported charset "{charset.upper()}"'
        page = partial(error_page, f"UnsupportedMediaTypeError: {complaint}")
        raise RequestRefused(415, INVALID, f"{complaint}; send UTF-8", page=page)
    if "content-encoding" in headers:
        body = inflated(body, headers["content-encoding"].strip().lower(), limit=limit)
    if not body:
        return {}
    body = body.removeprefix(BOM)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed(body, f"the body is not JSON: {error}") from error
    if not isinstance(value, dict | list):
        raise _malformed(body, "the body is not a JSON object")
    if body.count(b"{") + body.count(b"[") > DEPTH_LIMIT and _is_too_deep(value):
        raise RequestRefused(400, INVALID, f"the body is nested more than {DEPTH_LIMIT} levels deep")
    return value


def _malformed(body: bytes, message: str) -> RequestRefused:
    return RequestRefused(400, INVALID, message, page=partial(_malformed_page, body))


def _malformed_page(body: bytes) -> bytes | None:
    headline = json_headline(body.decode(errors="replace"))
    return None if headline is None else error_page(headline)


@lru_cache(256)
def _charset(content_type: str) -> str:
    _, options = parse_options_header(content_type)
    return options.get(b"charset", b"utf-8").decode("latin-1").lower()


def inflated(body: bytes, encoding: str, *, limit: int) -> bytes:
    """Return *body* with its content encoding taken off. Raises RequestRefused."""
    if encoding in ("identity", ""):
        return body
    if encoding not in ("gzip", "deflate"):
        complaint = f'unsupported content encoding "{encoding}"'
        page = partial(error_page, f"UnsupportedMediaTypeError: {complaint}")
        raise RequestRefused(415, INVALID, f"{complaint}; known: gzip, deflate", page=page)
    page = partial(_encoding_page, body, encoding, limit)
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16 if encoding == "gzip" else zlib.MAX_WBITS)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise RequestRefused(400, INVALID, f"the body is not {encoding}: {error}", page=page) from error
    if len(plain) > limit:
        raise _too_large(read_whole=True)
    if not inflater.eof:
        raise RequestRefused(400, INVALID, f"the body is not {encoding}: it ends too early", page=page)
    return plain


def _encoding_page(body: bytes, encoding: str, limit: int) -> bytes:
    complaint = inflate_complaint(body, encoding=encoding, limit=limit)
    return error_page(f"Error: {complaint or 'unexpected end of file'}")


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return False
    return True


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


@dataclass(frozen=True, slots=True)
class KnownBodies:
    """What was sent lately: clients say the same over and over, and load tests nothing else.

    What a body says, whether it is JSON and whether it keeps the contract follow from its bytes and the two
    headers that tell how to read them, so that equal ones need not be read and judged anew. Mutable, and
    bounded: it forgets what it has known longest.

    limit: of a body, in bytes.
    """

    limit: int = JSON_LIMIT
    _known: dict[tuple[bytes, str | None, str | None], Sent] = field(default_factory=dict)

    def read(self, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Return what *body*, sent as JSON, says. Raises RequestRefused; see `parse_json`."""
        key = body, headers.get("content-type"), headers.get("content-encoding")
        known = self._known.get(key)
        if known is None:
            known = Sent(parse_json(body, headers, limit=self.limit))
            if len(body) <= LONGEST_KNOWN:
                make_room(self._known, most=MOST_KNOWN)
                self._known[key] = known
        return known


async def read_files(receive: Receive, *, content_type: str, field: str) -> list[tuple[str, bytes]]:
    """Return name and content of each file in the multipart body's *field*, read as it comes.

    Raises RequestRefused when it is no multipart body, when a file stands in another field, or when all is
    larger than UPLOAD_LIMIT; ClientGone.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise RequestRefused(
            400, INVALID, f"{field} must be sent as multipart/form-data with a boundary", unforeseen=True
        )
    collector, size = _Collector(field), 0
    try:
        parser = MultipartParser(boundary, collector.callbacks(), max_size=UPLOAD_LIMIT + 1)
        more = True
        while more:
            chunk, more = await _next_chunk(receive)
            size += len(chunk)
            if size > UPLOAD_LIMIT:
                raise _too_large(read_whole=False)
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise RequestRefused(
            400, INVALID, f"the multipart body is malformed: {error}", unforeseen=True
        ) from error
    if not collector.ended:
        raise RequestRefused(
            400, INVALID, f"{field} must be sent as multipart/form-data; its last boundary is missing"
        )
    return collector.files


class _Collector:
    """Gathers the parts of one multipart body as the parser meets them. Mutable."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._header_name, self._header_value = b"", b""
        self._disposition = b""
        self._content: list[bytes] = []
        self.files: list[tuple[str, bytes]] = []
        self.ended = False

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin_part,
            "on_part_data": lambda data, start, end: self._content.append(data[start:end]),
            "on_part_end": self._end_part,
            "on_header_begin": self._begin_header,
            "on_header_field": self._add_to_name,
            "on_header_value": self._add_to_value,
            "on_header_end": self._end_header,
            "on_end": self._end,
        }

    def _begin_part(self) -> None:
        self._disposition, self._content = b"", []

    def _begin_header(self) -> None:
        self._header_name, self._header_value = b"", b""

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value

    def _end_part(self) -> None:
        _, options = parse_options_header(self._disposition)
        filename, field = options.get(b"filename"), options.get(b"name", b"").decode("latin-1")
        if filename is None and field != self._field:
            return  # a plain form field; the real server passes it over
        if filename is None:
            raise RequestRefused(
                400, INVALID, f"{field} must be a file: its part needs a filename", unforeseen=True
            )
        if field != self._field:
            raise RequestRefused(
                400,
                INVALID,
                f"files are taken from the field {self._field}, not from {field!r}",
                unforeseen=True,
            )
        if len(self.files) == FILES_LIMIT:
            raise RequestRefused(
                400, INVALID, f"more than {FILES_LIMIT} files in one request", unforeseen=True
            )
        # the real server reads file names as latin-1; recorded, uploads/protected unicode name
        self.files.append((filename.decode("latin-1"), b"".join(self._content)))

    def _end(self) -> None:
        self.ended = True
