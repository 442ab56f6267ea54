"""Where faults strike: a station behind Route, and what each kind of fault looks like on the wire.

What is struck is decided in the world. A latency, an error status and a reset come before the request is
looked at, and a client that leaves meanwhile has asked for nothing; what spoils an answer spoils any, be it a
refusal.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from starlette.types import Receive, Scope, Send

from mockserver.contract.examples import Examples, NotShown
from mockserver.server.bodies import ClientGone
from mockserver.server.errors import error_response
from mockserver.server.exchange import Headers, Request, Response
from mockserver.server.pipeline import REQUEST, Station, Transmit
from mockserver.server.shown import response_of
from mockserver.server.wire import ABORT, WAIT
from mockserver.simulation.faults import LATENCY, MALFORMED, RESET, STALLED, STATUS, TRUNCATED, Fault

REVALIDATION = (b"etag", b"last-modified")  # a spoilt answer is not to be kept and taken for the right one


class BrokenOff(ConnectionResetError):
    """The connection was broken off, where there is none to break: the application is called in process."""


class Faulty:
    """Lets the faults of the world strike. A world without any costs a look at them."""

    def __init__(
        self, app: Station, *, examples: Examples, transmit: Transmit, lose: Callable[[Request], None]
    ) -> None:
        """Make the station. transmit: sends an answer. lose: notes that a request gets none."""
        self.app = app
        self.examples = examples
        self.transmit = transmit
        self.lose = lose

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Let the request pass, or strike it."""
        request: Request = scope[REQUEST]
        if request.world.faults.held and request.operation is not None:
            striking = request.world.faults.take(request.operation.id, at=request.world.settle())
            return self._struck(striking, scope, receive, send)
        return self.app(scope, receive, send)

    async def _struck(self, faults: Sequence[Fault], scope: Scope, receive: Receive, send: Send) -> None:
        request: Request = scope[REQUEST]
        request.faults = faults
        line = _Line(scope)
        for fault in faults:
            if fault.kind == LATENCY:
                await line.wait(send, seconds=fault.milliseconds / 1000)
            elif fault.kind == RESET:
                self.lose(request)
                await line.break_off(send, reset=True)
                return
            elif fault.kind == STATUS:
                await self.transmit(request, self._error(request, fault.status or 500), send)
                return
            else:
                request.damage = partial(DAMAGES[fault.kind], line, fault)
        await self.app(scope, receive, send)

    def _error(self, request: Request, status: int) -> Response:
        assert request.operation is not None  # noqa: S101  # nothing else is struck
        try:
            return response_of(self.examples.answer(request.operation.id, status=status))
        except NotShown:
            return error_response(status)


class _Line(NamedTuple):
    """The connection of one request, as far as it can be ill-treated."""

    scope: Scope

    @property
    def can_break(self) -> bool:
        """Return whether the server offers to break a connection off."""
        return ABORT in self.scope.get("extensions", ())

    async def break_off(self, send: Send, *, reset: bool) -> None:
        """Break the connection off. Raises BrokenOff where the server does not offer that."""
        if not self.can_break:
            raise BrokenOff("the connection was broken off on purpose, by a fault of the world")
        await send({"type": ABORT, "reset": reset})

    async def wait(self, send: Send, *, seconds: float) -> None:
        """Wait for *seconds*. Raises ClientGone when the client leaves meanwhile, or the server ends."""
        if not self.can_break:
            await asyncio.sleep(seconds)
            return
        gone = asyncio.Event()
        await send({"type": WAIT, "gone": gone})
        await asyncio.sleep(0)  # into a task of its own, which a timeout needs; see eager.begun
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await gone.wait()
                raise ClientGone
        await send({"type": WAIT, "gone": None})


# ---- spoilt answers: each is sent as no answer should be


async def _truncated(
    line: _Line, _fault: Fault, status: int, headers: Headers, body: bytes, send: Send
) -> None:
    """Send half of the body, and then the end of the connection."""
    await _send_part(status, headers, body[: len(body) // 2], send)
    await line.break_off(send, reset=False)


async def _malformed(
    _line: _Line, _fault: Fault, status: int, headers: Headers, body: bytes, send: Send
) -> None:
    """Send half of the body as if it were the whole."""
    half = body[: len(body) // 2]
    kept = [each for each in headers if each[0] != b"content-length" or not body]
    framed = [*kept, (b"content-length", str(len(half)).encode())] if body else kept
    await _send_part(status, framed, half, send, more=False)


async def _stalled(line: _Line, fault: Fault, status: int, headers: Headers, body: bytes, send: Send) -> None:
    """Send the beginning of the body, and then nothing."""
    after = len(body) // 2 if fault.after_bytes is None else fault.after_bytes
    # less than the whole, or it would have come
    await _send_part(status, headers, body[: min(after, max(len(body) - 1, 0))], send)
    await line.wait(send, seconds=fault.seconds)
    await line.break_off(send, reset=False)


DAMAGES: Mapping[str, Callable[..., Coroutine[Any, Any, None]]] = MappingProxyType(
    {TRUNCATED: _truncated, MALFORMED: _malformed, STALLED: _stalled}
)


async def _send_part(status: int, headers: Headers, part: bytes, send: Send, *, more: bool = True) -> None:
    kept = [each for each in headers if each[0] not in REVALIDATION]
    await send({"type": "http.response.start", "status": status, "headers": kept})
    await send({"type": "http.response.body", "body": part, "more_body": more})
