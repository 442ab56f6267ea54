"""Where ASGI ends and requests begin: the outermost middleware, and the one place that sends answers.

It makes the request, answers preflights, turns refusals into answers, and adds what every answer carries:
CORS, entity tags and 304.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.quirk import NO_QUIRKS, Quirk, Quirks
from mockserver.server.addressing import HEADER, SIGN, addressed
from mockserver.server.bodies import ClientGone, Incoming
from mockserver.server.credentials import Credentials
from mockserver.server.eager import DONE
from mockserver.server.errors import response_for, unforeseen_response
from mockserver.server.exchange import LONGEST_LOGGED, Exchanged, Headers, Request, Response, entity_tag
from mockserver.server.faulty import BrokenOff
from mockserver.server.pipeline import REQUEST
from mockserver.server.preferences import NO_PREFERENCES, PREFER, parse_prefer
from mockserver.server.wire import HEAD, WHOLE, answered_at_once
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds

EXPRESS_HEADERS = Quirk(
    name="express-headers",
    does="every answer says X-Powered-By: Express, and each one without a session opens a new session",
    matters="a client that keeps the last cookie it was sent loses nothing, but answers cannot be cached",
    evidence="http/health",
)
METHODS = b"GET,HEAD,PUT,PATCH,POST,DELETE"
CREDENTIALS = (b"access-control-allow-credentials", b"true")
SAME_ORIGIN = ((b"vary", b"Origin"), CREDENTIALS)  # for a request that says nothing of its origin
TRANSACTION_SECONDS = 0.007  # Source: recorded, races/confirm big import took 7.3 ms
log = logging.getLogger(__name__)


class Edge:
    """The outermost middleware."""

    def __init__(
        self, app: ASGIApp, *, worlds: Worlds, transmitter: "Transmitter", quirks: Quirks = NO_QUIRKS
    ) -> None:
        self.app = app
        self.worlds = worlds
        self.transmitter = transmitter
        self.quirks = quirks

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Answer one request: at once where nothing has to be waited for."""
        if scope["type"] != "http":
            return _decline(scope, receive, send)
        request = _request(scope, self.worlds.default)
        scope[REQUEST], headers = request, request.headers
        is_whole = WHOLE in scope.get("extensions", ())
        if not is_whole and ("content-length" in headers or "transfer-encoding" in headers):
            receive = incoming = Incoming(receive)
            send = _lingering(send, incoming)
        try:
            answering = self._answer(request, scope, receive, send)
        except Exception as error:  # noqa: BLE001  # the last one who can answer
            return self._answer_failure(request, error, send)
        return answering if answering is DONE else self._wait(answering, request, send)

    def _answer(
        self, request: Request, scope: Scope, receive: Receive, send: Send
    ) -> Coroutine[Any, Any, None]:
        if HEADER in request.headers or request.path.startswith(SIGN):
            self._address(request, scope)
        if request.method == "OPTIONS" and self.transmitter.has_cors(request.path):
            return self.transmitter.preflight(request, send)
        return cast("Coroutine[Any, Any, None]", self.app(scope, receive, send))

    async def _wait(self, answering: Coroutine[Any, Any, None], request: Request, send: Send) -> None:
        try:
            await answering
        except Exception as error:  # noqa: BLE001  # the last one who can answer
            await self._answer_failure(request, error, send)

    def _answer_failure(self, request: Request, error: Exception, send: Send) -> Coroutine[Any, Any, None]:
        """Answer with what *error* says; what is unknown is logged whole."""
        if isinstance(error, ClientGone):
            log.debug("the client left before its request was whole: %s %s", request.method, request.path)
            return DONE
        if isinstance(error, BrokenOff):
            raise error
        response = response_for(error, self.quirks)
        if response is None:
            log.error("%s %s could not be answered", request.method, request.path, exc_info=error)
            response = unforeseen_response()
        return self.transmitter(request, response, send)

    def _address(self, request: Request, scope: Scope) -> None:
        """Let *request* be for the world that it names. Raises WorldNameRefused or TooManyWorlds."""
        request.named_by_path = request.path.startswith(SIGN)
        header = request.headers.get(HEADER)
        request.world, request.mount, request.path = addressed(scope, header, request.path, self.worlds)


def _lingering(send: Send, incoming: Incoming) -> Send:
    """Return *send*, which ends an answer only when the client has sent its body.

    Some clients read only then, and a connection that is closed before would take the answer with it.
    """

    async def linger(message: Message) -> None:
        if message["type"] == "http.response.body" and not incoming.is_whole:
            await send({**message, "more_body": True})
            await incoming.drain()
            message = {"type": "http.response.body"}
        await send(message)

    return linger


async def _decline(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what is no HTTP request.

    The server's start and stop, and WebSockets, of which there are none.
    """
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1000})
        return
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _request(scope: Scope, world: World) -> Request:
    head = scope["extensions"].get(HEAD) if "extensions" in scope else None
    if head is None:
        raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
        path = raw_path.decode("latin-1").partition("?")[0]
        query_string = scope["query_string"].decode("latin-1")
        headers: Mapping[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
    else:
        path, query_string, headers = head.texts
    return Request(
        method=scope["method"],
        path=path,
        query_string=query_string,
        headers=headers,
        origin=(scope.get("scheme", "http"), scope.get("server")),
        world=world,
        preferences=_preferences(scope) if PREFER in headers else NO_PREFERENCES,
    )


def _preferences(scope: Scope) -> Mapping[str, str]:
    """Return what the client prefers, in whichever of the lines of `Prefer` it says so."""
    lines = (
        value.decode("latin-1")
        for name, value in scope["headers"]
        if name.decode("latin-1").lower() == PREFER
    )
    return parse_prefer(",".join(lines))


class Transmitter:
    """Sends answers.

    cors: the origins that may call with credentials; `*` lets every origin. has_cors: whether a path is one
    that browsers of other origins may use. logs: every exchange is kept in the log of its world.
    """

    def __init__(
        self,
        *,
        cors: Sequence[str],
        has_cors: Callable[[str], bool],
        credentials: Credentials,
        logs: bool,
        quirks: Quirks = NO_QUIRKS,
    ) -> None:
        self._logs = logs
        self.has_cors = has_cors
        self._origins = frozenset(cors)
        self._any_origin = "*" in cors
        self._credentials = credentials
        self._express = EXPRESS_HEADERS in quirks

    def __call__(self, request: Request, response: Response, send: Send) -> Coroutine[Any, Any, None]:
        """Send *response*, once the transaction that it tells of has ended."""
        if response.commit is not None:
            return self._at_end_of_transaction(request, response, send)
        headers: list[tuple[bytes, bytes]] = [*response.headers]
        if self._express:
            headers += self._signs_of_express(request, response)
        if self.has_cors(request.path):
            headers += self.cors(request, vary=b"Origin") if "origin" in request.headers else SAME_ORIGIN
        if response.content_type is not None:
            headers.append(_content_type(response.content_type))
        body, status = response.body, response.status
        tag = dict(response.headers).get(b"etag") if response.headers else None
        if tag is None and body and response.tagged:
            tag = entity_tag(body)
            headers.append((b"etag", tag))
        if (
            tag is not None
            and "if-none-match" in request.headers
            and _is_fresh(request, status, tag.decode())
        ):
            status, body = 304, b""
            headers = [each for each in headers if each[0] != b"content-type"]
        if status != 304:  # noqa: PLR2004  # Not Modified carries no length
            headers.append((b"content-length", str(len(body)).encode()))
        body = b"" if request.method == "HEAD" else body
        if self._logs:
            world = request.world
            kept = body if len(body) <= LONGEST_LOGGED else body[:LONGEST_LOGGED]
            world.log.add(Exchanged(world.clock.now(), request, status, headers, kept))
        if request.damage is not None or not answered_at_once(send, status, headers, body):
            in_messages = _in_messages if request.damage is None else request.damage
            return in_messages(status, headers, body, send)
        return DONE

    async def _at_end_of_transaction(self, request: Request, response: Response, send: Send) -> None:
        assert response.commit is not None  # noqa: S101  # or there is no end to wait for
        try:
            await asyncio.sleep(TRANSACTION_SECONDS)
        finally:
            response.commit()
        await self(request, response._replace(commit=None), send)

    def lose(self, request: Request) -> None:
        """Note that *request* gets no answer."""
        if self._logs:
            request.world.log.add(Exchanged(request.world.clock.now(), request, 0, (), b""))

    def _signs_of_express(self, request: Request, response: Response) -> Headers:
        headers = [(b"x-powered-by", b"Express")]
        opens_one = any(name == b"set-cookie" for name, _ in response.headers)
        if not opens_one and not self._credentials.has_session(request):
            headers.append((b"set-cookie", self._credentials.new_cookie(request)))
        return headers

    async def preflight(self, request: Request, send: Send) -> None:
        """Answer a preflight, or any other OPTIONS: 204, without credentials, whatever the path.

        Source: recorded, http/OPTIONS unknown path and preflight allowed origin.
        """
        headers = [
            *self.cors(request, vary=b"Origin, Access-Control-Request-Headers"),
            (b"access-control-allow-methods", METHODS),
            (b"content-length", b"0"),
        ]
        if asked := request.headers.get("access-control-request-headers"):
            headers.append((b"access-control-allow-headers", asked.encode("latin-1")))
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def cors(self, request: Request, *, vary: bytes) -> Headers:
        """Return what an answer says to a browser of the pages that may read it."""
        headers = [(b"vary", vary), CREDENTIALS]
        origin = request.headers.get("origin")
        if origin is not None and (self._any_origin or origin in self._origins):
            headers.append((b"access-control-allow-origin", origin.encode("latin-1")))
        return headers


async def _in_messages(status: int, headers: Headers, body: bytes, send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@lru_cache(64)
def _content_type(text: str) -> tuple[bytes, bytes]:
    return b"content-type", text.encode("latin-1")


def _is_fresh(request: Request, status: int, tag: str) -> bool:
    """Return whether the client has this answer already. Source: recorded, retrieve/get if-none-match."""
    wanted = request.headers["if-none-match"]
    if status != 200 or request.method not in ("GET", "HEAD") or request.damage:  # noqa: PLR2004  # OK
        return False
    if "no-cache" in request.headers.get("cache-control", ""):
        return False
    strong = tag.removeprefix("W/")
    return wanted.strip() == "*" or any(
        each.strip().removeprefix("W/") == strong for each in wanted.split(",")
    )
