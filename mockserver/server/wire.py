"""The HTTP protocol of the wire: uvicorn's, bounded and quicker. Knows nothing of what is asked or answered.

Uvicorn's fast protocol bounds neither a head nor a trailer nor the requests that wait behind another one,
takes trailers for headers, loses what follows an offered upgrade, goes on answering a client that has left,
and at its end waits for clients that send nothing.

It also makes a task, a timer and two writes for each request. Here a request that is whole is answered at
once, in one write, and becomes a task only when it has to wait for something. Answers to requests that came
together leave together: to wake a client that sleeps costs more than to make it an answer. A head that has
come before is not parsed again.
"""

import asyncio
import socket
import struct
from collections.abc import Coroutine, Sized
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import unquote

import httptools

from mockserver.server.eager import DONE, begun
from mockserver.server.heads import Head, KnownHeads
from mockserver.server.lean import put_off

with put_off("uvicorn.supervisors"):
    from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
    from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
    from uvicorn.protocols.utils import get_client_addr, get_path_with_query_string

HEAD_LIMIT = 64 * 1024  # bytes of request line and headers, and of what comes between two pieces of a body
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
NO_HTTP = "Invalid HTTP request received."
FRAMING = (b"content-length", b"transfer-encoding")
AT_ONCE = 8  # requests of one connection answered in a row before others have their turn
LONGEST_POSTED = 64 * 1024  # bytes of an answer's last part that may wait for others
CONTROLS = bytes({*range(32), 127} - {9})
LINES = 512  # of headers, of which it is remembered how they are written
# the ASGI extension of a request whose body has come; under `body` it stands there to be read, once or again
WHOLE = "mockserver.whole"
# the ASGI extension that breaks a connection off, by the message of this name: what was sent arrives, unless
# it is to be *reset*. The message WAIT gives an event, *gone*, that is set when the client leaves or the
# server ends; None, when nobody waits for that any more
ABORT, WAIT = "mockserver.abort", "mockserver.wait"
NO_LINGERING = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: to close is to reset
HEAD = "mockserver.head"  # the ASGI extension of a request whose head has come before; it is a `Head`
BODILESS = (204, 304)  # statuses whose answers have neither body nor framing


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses what never ends. Mutable, as every asyncio protocol."""

    cycle: "_Cycle"
    flow: "_OneAfterAnother"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._beside_bodies = 0  # bytes since the head began, or since the body last grew
        self._head_is_read = False
        self._is_rereading = False
        self._unbegun: _Cycle | None = None  # the request whose turn it is, until it is begun
        self._in_a_row = 0
        self._idle_since: float | None = None
        self._is_between = True  # two requests: of the next one, the parser has seen nothing
        self._begun = 0  # requests, in what is parsed now
        self._target = ("", b"", b"")  # the path, as it came too, and the query
        self._scope: dict[str, Any] = {}  # what all requests of the connection have in common
        # for all connections of a server, which share nothing else of ours
        shared = self.server_state.__dict__
        self.outbox: _Outbox = shared.setdefault("outbox", _Outbox(self.loop))
        self._heads: KnownHeads = shared.setdefault("heads", KnownHeads())

    def connection_made(self, transport: Any) -> None:
        """Take the connection."""
        super().connection_made(transport)
        self.flow = _OneAfterAnother(transport, self.pipeline)
        self._scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
        }

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits that nobody else does."""
        super().connection_lost(exc)
        if self.flow.gone is not None:
            self.flow.gone.set()

    # ---- what comes

    def data_received(self, data: bytes) -> None:
        """Take what came, unless too much of it is no body."""
        self._idle_since, self._in_a_row = None, 0
        self._beside_bodies += len(data)
        while data and not self.transport.is_closing():
            head = self._heads.at_start_of(data) if self._is_between else None
            data = self._rest_of(data) if head is None else self._behind(head, data)
        if self._beside_bodies > HEAD_LIMIT and not self.transport.is_closing():
            self.outbox.empty()
            self.transport.write(TOO_LARGE)
            self.transport.close()
        if self._unbegun is not None and not self.transport.is_closing():
            self._start_asgi_task(self._unbegun, self.app)
        self._unbegun = None

    def _behind(self, head: Head, data: bytes) -> bytes:
        """Take the request with a known *head* that *data* begins with, and return what stands behind it.

        The parser is not shown it: between two requests there is nothing in it that this would change.
        """
        end = head.size + head.length
        self._beside_bodies = 0
        scope = self._new_scope([*head.headers])
        scope["method"], scope["query_string"] = head.method, head.query_string
        scope["path"], scope["raw_path"] = head.path, head.raw_path
        scope["extensions"][HEAD] = head
        cycle = _Cycle(self, scope, keep_alive=True)
        cycle.body, cycle.more_body = data[head.size : end], False
        self._line_up(cycle)
        self._answer_whole(cycle)
        return data[end:]

    def _rest_of(self, data: bytes) -> bytes:
        """Parse *data*, and return what stands behind the head of a request that offers an upgrade."""
        was_between, self._begun = self._is_between, 0
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            self._decline_upgrade()
            return data[offered.args[0] :]
        except httptools.HttpParserError:
            self.logger.warning(NO_HTTP)
            self.outbox.empty()
            self.send_400_response(NO_HTTP)
        else:
            if was_between and self._is_between and self._begun == 1 and self.scope["http_version"] == "1.1":
                self._heads.learn(data, self.scope["method"], self._target, self.headers)
        return b""

    def _decline_upgrade(self) -> None:
        """Go on in HTTP/1.1, as RFC 9110, section 7.8 allows.

        The parser takes such a request to end with its head. It is told again how the body is framed, for
        Java's client offers HTTP/2 with each request, whether it has a body or not.
        """
        framing = b"".join(b"%b: %b\r\n" % header for header in self.headers if header[0] in FRAMING)
        self.cycle.more_body = True
        self._is_rereading = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n")
        self._is_rereading = False

    def on_message_begin(self) -> None:
        """Expect a head."""
        if self._is_rereading:
            return
        self._head_is_read = self._is_between = False
        self._begun += 1
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self.scope = self._new_scope(self.headers)

    def _new_scope(self, headers: list[tuple[bytes, bytes]]) -> Any:
        scope = self._scope.copy()
        scope["headers"], scope["state"], scope["extensions"] = headers, {}, {ABORT: {}}
        return scope

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        if not self._is_rereading:
            self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is none. Source: RFC 9110, section 6.5.1."""
        if self._head_is_read:
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Count anew: what follows is a body. Give the request its place in the row."""
        self._beside_bodies, self._head_is_read = 0, True
        if self._is_rereading:
            return
        version = self.parser.get_http_version()
        self.scope["http_version"] = version
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self._locate()
        cycle = _Cycle(self, self.scope, keep_alive=version != "1.0" and self.parser.should_keep_alive())
        cycle.waiting_for_100_continue, cycle.body = self.expect_100_continue, bytearray()
        self._line_up(cycle)

    def _line_up(self, cycle: "_Cycle") -> None:
        before, self.cycle = self.cycle, cycle
        if before is None or before.response_complete:
            self._unbegun = cycle
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def _locate(self) -> None:
        """Take path and query from the target.

        Uvicorn cuts a fragment off; a server that is sent one takes it for a part of the query.
        Source: recorded, http/collection with fragment-like.
        """
        path, _, query = self.url.partition(b"?")
        if not path.startswith(b"/") or b"#" in path:
            path = httptools.parse_url(self.url).path
        plain = path.decode("ascii")
        self._target = unquote(plain) if "%" in plain else plain, path, query
        self.scope["path"], self.scope["raw_path"], self.scope["query_string"] = self._target

    def on_body(self, body: bytes) -> None:
        """Count anew: the body has grown."""
        self._beside_bodies = 0
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.wake()

    def on_message_complete(self) -> None:
        """Count anew: what follows is the next request's head. Answer this one now, if it is its turn."""
        self._beside_bodies = 0
        upgrades = self.parser.should_upgrade()
        self._is_between = self.parser.should_keep_alive() and not upgrades and not self._is_rereading
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.more_body = False
        cycle.wake()
        if not upgrades:
            self._answer_whole(cycle)

    def _answer_whole(self, cycle: "_Cycle") -> None:
        if cycle is self._unbegun and self._in_a_row < AT_ONCE and not self.transport.is_closing():
            self._unbegun = None
            self._in_a_row += 1
            cycle.scope["extensions"][WHOLE] = {"body": cycle.body}
            if (rest := cycle.begin(self.app)) is not None:
                task = self.loop.create_task(rest)
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    # ---- what goes

    def on_response_complete(self) -> None:
        """Begin the next request that waits, or count the time until there is one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again_in(self.timeout_keep_alive)

    def _look_again_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle for too long. One timer serves all its requests."""
        self.timeout_keep_alive_task = None
        if self.transport.is_closing():
            return
        now = self.loop.time()
        left = self.timeout_keep_alive - (now - (now if self._idle_since is None else self._idle_since))
        if left > 0:
            self._look_again_in(left)
        else:
            self.transport.close()

    def shutdown(self) -> None:
        """Break off what waits for its client, its turn or a fault's end; a whole request is answered."""
        self.outbox.empty()
        cycle = self.cycle
        is_answered = cycle is None or cycle.response_complete
        is_stuck = not is_answered and (cycle.more_body or self.flow.gone is not None)
        if is_stuck or self.pipeline or self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().shutdown()


class _Outbox:
    """Last parts of answers, sent as soon as all that has come by now is dealt with. Mutable."""

    __slots__ = ("_loop", "_posted")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._posted: list[tuple[asyncio.Transport, bytes]] = []

    def put(self, transport: asyncio.Transport, content: bytes) -> None:
        """Send *content* soon; what is put in earlier is sent earlier."""
        if not self._posted:
            self._loop.call_soon(self.empty)
        self._posted.append((transport, content))

    def empty(self) -> None:
        """Send everything now."""
        posted, self._posted = self._posted, []
        for transport, content in posted:
            if not transport.is_closing():
                transport.write(content)


class _Cycle(RequestResponseCycle):
    """One request and its answer. Mutable, as uvicorn's.

    head: of the answer, until it is written with what comes first of the body. has_given_all: whether the
    application has been given the end of the request's body.
    """

    flow: "_OneAfterAnother"

    def __init__(self, protocol: BoundedHttpProtocol, scope: Any, *, keep_alive: bool) -> None:
        # what uvicorn's sets, but for the event
        self.scope, self.keep_alive = scope, keep_alive
        self.transport, self.flow = protocol.transport, protocol.flow
        self.logger, self.access_logger = protocol.logger, protocol.access_logger
        self.access_log, self.default_headers = protocol.access_log, protocol.server_state.default_headers
        self.on_response = protocol.on_response_complete
        self.body: Any = b""
        self.more_body = True
        self.disconnected = self.waiting_for_100_continue = False
        self.response_started = self.response_complete = False
        self.chunked_encoding: bool | None = None
        self.expected_content_length = 0
        self.head, self.outbox = b"", protocol.outbox
        self.has_given_all = False

    def begin(self, app: Any) -> Coroutine[Any, Any, None] | None:
        """Run *app* until it waits for something; return the rest, for a task, unless all has ended well.

        Uvicorn's `run_asgi`, to which the rest is left, is one coroutine more.
        """
        try:
            rest = begun(app(self.scope, self.receive, self.send))
        except BaseException as error:  # noqa: BLE001  # for uvicorn to log and to answer
            rest = _raising(error)
        if rest is DONE and (self.response_complete or self.disconnected):
            self.on_response = _nothing
            return None
        return self.run_asgi(lambda *_: rest)

    @cached_property
    def message_event(self) -> asyncio.Event:  # type: ignore[override]  # most requests wait for nothing
        """Return what wakes the application when something has come, or nothing more will."""
        event = asyncio.Event()
        has_come = not self.has_given_all and (self.body or not self.more_body)
        if has_come or self.response_complete or self.disconnected:
            event.set()
        return event

    def wake(self) -> None:
        """Let the application go on, if it waits."""
        event: asyncio.Event | None = self.__dict__.get("message_event")
        if event is not None:
            event.set()

    async def receive(self) -> Any:
        """Return what has come of the body, without waiting when all of it has."""
        if self.more_body or self.has_given_all or self.disconnected or self.response_complete:
            return await super().receive()
        self.has_given_all = True
        if "message_event" in self.__dict__:
            self.message_event.clear()
        self.flow.resume_reading()
        body, self.body = bytes(self.body), b""
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        """Take a part of the answer; nothing is sent to a client that has left."""
        if self.flow.write_paused:
            await self.flow.drain()
        self.disconnected = self.disconnected or self.transport.is_closing()
        if self.disconnected:
            if message["type"] == WAIT and message["gone"] is not None:
                message["gone"].set()
            return
        expected = "http.response.body" if self.response_started else "http.response.start"
        if message["type"] != expected or self.response_complete:
            self._break_off(message, expected)
            return
        if self.response_started:
            self._send_body(message.get("body", b""), ends=not message.get("more_body", False))
        else:
            self.response_started, self.waiting_for_100_continue = True, False
            self.head = self._head_of(message["status"], message.get("headers", ()))

    def answer(self, status: int, headers: Any, body: bytes) -> bool:
        """Send a whole answer, as two messages would; return False where they would have to wait."""
        if self.flow.write_paused or self.response_started:
            return False
        self.disconnected = self.disconnected or self.transport.is_closing()
        if not self.disconnected:
            self.response_started, self.waiting_for_100_continue = True, False
            self.head = self._head_of(status, headers)
            self._send_body(body, ends=True)
        return True

    def _break_off(self, message: Any, expected: str) -> None:
        """Take what is no part of an answer: the messages of the extension ABORT."""
        if message["type"] == WAIT and not self.response_complete:
            self.flow.gone = message["gone"]
            return
        if message["type"] != ABORT or self.response_complete:
            raise RuntimeError(f"expected the ASGI message {expected}, got {message['type']}")
        self.outbox.empty()
        self.disconnected = True
        if message["reset"]:
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
            self.transport.abort()
        else:
            self.transport.close()

    def _head_of(self, status: int, headers: Any) -> bytes:
        if self.access_log:
            scope, path = self.scope, get_path_with_query_string(self.scope)
            whence = (get_client_addr(scope), scope["method"], path, scope["http_version"])
            self.access_logger.info(
                '%s - "%s %s HTTP/%s" %d', *whence, status
            )  # uvicorn's formatter takes five
        lines = [STATUS_LINE[status]]
        for name, value in (*self.default_headers, *headers):
            if name == b"content-length":
                self.expected_content_length, self.chunked_encoding = int(value), False
            elif name == b"connection" and b"close" in value.lower():
                self.keep_alive = False
                continue
            lines.append(_line(name, value) if name == b"etag" else _usual_line(name, value))
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in BODILESS:
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)

    def _send_body(self, body: bytes, *, ends: bool) -> None:
        head, self.head = self.head, b""
        if self.scope["method"] == "HEAD":
            self.expected_content_length, body = 0, b""
        elif self.chunked_encoding:
            size = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body = size + b"0\r\n\r\n" if ends else size
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (ends and self.expected_content_length):
                raise RuntimeError("the body of the answer is not as long as its content-length says")
        if ends and len(body) <= LONGEST_POSTED and self.keep_alive:
            self.outbox.put(self.transport, head + body)
        else:
            self.outbox.empty()
            if head or body:
                self.transport.write(head + body)
        if ends:
            self.response_complete = True
            self.wake()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()


async def _raising(error: BaseException) -> None:
    raise error


def _nothing() -> None:
    """Stand for what is called no more: a cycle that kept its protocol would outlive it."""


def answered_at_once(send: Any, status: int, headers: Any, body: bytes) -> bool:
    """Send a whole answer and return True, if *send* is of this protocol and nothing has to be waited for.

    It saves two messages, and the coroutines that would carry them.
    """
    cycle = getattr(send, "__self__", None)
    return isinstance(cycle, _Cycle) and cycle.answer(status, headers, body)


def _line(name: bytes, value: bytes) -> bytes:
    """Return the line of one header. Raises RuntimeError for one that holds a control character."""
    line = b"%b: %b\r\n" % (name, value)
    if line.translate(None, CONTROLS) != line[:-2]:
        raise RuntimeError(f"a header of the answer holds a control character: {line!r}")
    return line


_usual_line = lru_cache(LINES)(_line)  # answers carry the same few


class _OneAfterAnother(FlowControl):
    """Reads on only when no request waits: uvicorn would, for each body that is asked for. Mutable.

    waiting: the requests that came before the one in front of them was answered. gone: is set when the
    connection is lost; None while nobody waits for that.
    """

    gone: asyncio.Event | None = None

    def __init__(self, transport: Any, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Let more come in, unless there is enough to do."""
        if not self._waiting:
            super().resume_reading()
