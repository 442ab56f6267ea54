"""A request as the pipeline sees it, and a response before it is sent. Knows nothing of ASGI."""

from binascii import b2a_base64
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from jsonschema_rs import Draft202012Validator

from mockserver.contract.operation import Operation
from mockserver.contract.routes import NOWHERE, Route
from mockserver.server.preferences import NO_PREFERENCES
from mockserver.simulation.faults import Fault
from mockserver.simulation.packed_json import packed_json
from mockserver.simulation.world import World

Headers = Sequence[tuple[bytes, bytes]]
JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
NO_QUERY: Mapping[str, Any] = MappingProxyType({})
LONGEST_LOGGED = 16 * 1024  # bytes of a body, kept of an answer and shown of either side


@dataclass(slots=True)
class Sent:
    """A JSON body that was sent. Mutable: it remembers what was found out about it.

    value: what it says; many requests share it, and nobody changes it. approved_by: what has judged it and
    had nothing to complain about.
    """

    value: Any
    approved_by: object = None
    _context: bytes | None = None

    @property
    def context(self) -> bytes:
        """Return its `context` as packed JSON."""
        if self._context is None:
            self._context = packed_json(self.value["context"])
        return self._context


@dataclass(slots=True, kw_only=True)
class Request:
    """A request on its way through the pipeline. Mutable: each station adds what it has found out.

    path: percent-encoded, as it came. headers: by lower-case name, the last one of each.
    origin: scheme, and address with port, by which the server is reached, when the client names no host.
    preferences: what all lines of `Prefer` ask for, by name.
    sent: the JSON body; None when there was none. files: name and content of each uploaded file.
    unreadable: what is wrong with the path, where it cannot be read.
    mount: the path below which the client finds this world, `/@NAME`; empty for the world of those who name
    none. named_by_path: the client asked below it.
    caller: the id of the user who calls; None where no credentials are needed. session: the id in the cookie.
    faults: those of its world that struck it. damage: sends the answer, where one spoils it on its way.
    """

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    origin: tuple[str, tuple[str, int | None] | None]
    world: World
    preferences: Mapping[str, str] = field(default_factory=lambda: NO_PREFERENCES)
    mount: str = ""
    named_by_path: bool = False
    sent: Sent | None = None
    files: Sequence[tuple[str, bytes]] = ()
    operation: Operation | None = None
    unreadable: str | None = None
    route: Route = NOWHERE
    query: Mapping[str, Any] = field(default_factory=lambda: NO_QUERY)
    caller: str | None = None
    session: str | None = None
    faults: Sequence[Fault] = ()
    damage: Callable[..., Coroutine[Any, Any, None]] | None = None

    @property
    def body(self) -> Any:
        """Return the parsed JSON body; an empty object when there was none."""
        return {} if self.sent is None else self.sent.value

    @property
    def path_parameters(self) -> Mapping[str, str]:
        """Return the parameters in the path, decoded, by name."""
        return self.route.parameters

    @property
    def base_url(self) -> str:
        """Return the address of the world as the client knows it, without a slash at its end."""
        scheme, server = self.origin
        host, port = server or ("localhost", 80)
        forwarded = self.headers.get("x-forwarded-proto")  # of a proxy that clients reach it by
        if forwarded in ("http", "https"):
            scheme = forwarded
        return f"{scheme}://{self.headers.get('host') or f'{host}:{port}'}{self.mount}"


class Response(NamedTuple):
    """An answer. A tuple, for one is made for every request.

    payload: what the body says, for the contract to judge; None when the body is no JSON or text.
    validator: judges the payload, where that is only what of the body was not judged before.
    tagged: it gets an entity tag.
    commit: ends the transaction that it tells of, which stays open as long as the real server's do; None when
    it has ended.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Headers = ()
    payload: Any = None
    validator: Draft202012Validator | None = None
    tagged: bool = True
    commit: Callable[[], None] | None = None


class Exchanged(NamedTuple):
    """A request and what it was answered, as the log of its world keeps it.

    at: the world's instant. status: 0 where a fault let no answer come. body: the first LONGEST_LOGGED bytes
    of it, whole even where a fault spoilt it on its way.
    """

    at: datetime
    request: Request
    status: int
    headers: Headers
    body: bytes


class Parts(NamedTuple):
    """An answer that is made part by part, for it is long, and others are to have their turn between.

    parts: each of them keeps the contract as an answer of its own. joined: makes their bodies one.
    """

    parts: Iterator[Response]
    joined: Callable[[Sequence[bytes]], bytes]


Operate = Callable[[Request], Response | Parts]
"""What an operation does with a request that it may have."""


def whole(answer: Response | Parts) -> Response:
    """Return *answer*, made in one go."""
    if isinstance(answer, Response):
        return answer
    parts = list(answer.parts)
    return parts[-1]._replace(body=answer.joined([part.body for part in parts]))


def json_response(payload: Any, *, status: int = 200, headers: Headers = ()) -> Response:
    """Return *payload* as a JSON response."""
    # in the order of its fields: naming them takes a named tuple three times as long
    return Response(status, to_json(payload), JSON, headers, payload)


def text_response(
    text: str, *, status: int = 200, content_type: str = TEXT, headers: Headers = ()
) -> Response:
    """Return *text* as a response."""
    return Response(
        status=status, body=text.encode(), content_type=content_type, headers=headers, payload=text
    )


def to_json(payload: Any) -> bytes:
    """Return *payload* as JSON."""
    try:
        return orjson.dumps(payload)
    except TypeError:  # orjson writes 254 levels at most; a client's context may be deeper
        import json  # noqa: PLC0415  # needed for such contexts only

        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def entity_tag(body: bytes) -> bytes:
    """Return the weak entity tag that Express makes: the length in hex, then 27 letters of the SHA-1."""
    digest = b2a_base64(sha1(body, usedforsecurity=False).digest(), newline=False)
    return b'W/"%x-%b"' % (len(body), digest[:27])
