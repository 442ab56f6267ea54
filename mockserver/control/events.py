"""The events of a world as a stream: server-sent events, told as they happen.

Nobody looks in vain: it sleeps until something is said or set in the world, or until the worker's next move
is due.
"""

import asyncio
import math
from collections.abc import Coroutine
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from mockserver.control.journal import Event, Journal, Journals
from mockserver.server.edge import Transmitter
from mockserver.server.pipeline import REQUEST, Station
from mockserver.server.wire import ABORT, WAIT
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds

OPERATION = "GetWorldEvents"
HEARTBEAT_SECONDS = 15.0
HEARTBEAT = b": still here\n\n"
STREAM = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class Events:
    """A station: it answers who asks for events, and hands on all others."""

    def __init__(
        self,
        app: Station,
        *,
        worlds: Worlds,
        journals: Journals,
        transmitter: Transmitter,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        """Make the station. heartbeat: the seconds of silence after which a client is told of it."""
        self.app = app
        self._transmitter = transmitter
        self._worlds = worlds
        self._journals = journals
        self._heartbeat = heartbeat

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Answer, or hand on."""
        request = scope[REQUEST]
        if request.operation is None or request.operation.id != OPERATION:
            return self.app(scope, receive, send)
        return self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = scope[REQUEST]
        world = self._worlds.existing(request.path_parameters["world"])
        await asyncio.sleep(0)  # into a task of its own; see eager.begun
        headers = [*STREAM, *self._transmitter.cors(request, vary=b"Origin")]
        journal = self._journals.of(world)
        told = _resumed(journal, request.headers.get("last-event-id"), latest=journal.look(world))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if request.method == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.Event()
        if ABORT in scope.get("extensions", ()):
            await send({"type": WAIT, "gone": gone})
            await self._tell(world, journal, told, gone, send)
            if not gone.is_set():
                await send({"type": WAIT, "gone": None})
        else:
            watch = asyncio.ensure_future(_watch(receive, gone))
            try:
                await self._tell(world, journal, told, gone, send)
            finally:
                watch.cancel()
        if not gone.is_set():
            await send({"type": "http.response.body", "body": b""})

    async def _tell(self, world: World, journal: Journal, told: int, gone: asyncio.Event, send: Send) -> None:
        """Send the events after the one that was *told*, until the world ends or the client is *gone*."""
        woken = asyncio.Event()
        world.log.watchers.add(woken.set)
        content = HEARTBEAT  # so that a client knows at once that it is heard
        try:
            while not gone.is_set():
                woken.clear()
                is_closed = world.log.is_closed
                latest = journal.look(world)
                content += b"".join(_written(journal, each) for each in journal.after(told))
                told = latest
                if content:
                    await send({"type": "http.response.body", "body": content, "more_body": True})
                if is_closed:
                    return
                seconds = seconds_to_next_move(world)
                is_quiet = await _sleep(min(seconds, self._heartbeat), woken, gone)
                content = HEARTBEAT if is_quiet and seconds > self._heartbeat else b""
        finally:
            world.log.watchers.discard(woken.set)


async def _sleep(seconds: float, *events: asyncio.Event) -> bool:
    """Sleep until one of the *events* comes, or so many seconds; return whether it was the seconds."""
    waiting = [asyncio.ensure_future(each.wait()) for each in events]
    try:
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
    return not done


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    """Set *gone* when the client leaves."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


def seconds_to_next_move(world: World) -> float:
    """Return how many real seconds pass until a worker moves something in *world*; infinity for never."""
    at, speed = world.next_transition_at(), world.clock.speed
    if at is None or not speed:
        return math.inf
    return max(0.0, (at - world.clock.now()).total_seconds() / speed) + 0.001  # timers may be early


def _resumed(journal: Journal, last_id: str | None, *, latest: int) -> int:
    """Return the number after which a client is to be told, which says that it was told *last_id*.

    A new client is told what comes from now on; one that knows another journal, all that this one knows.
    """
    if not last_id:
        return latest
    name, _, number = last_id.partition("-")
    return int(number) if name == journal.name and number.isdecimal() else 0


def _written(journal: Journal, event: Event) -> bytes:
    """Return *event* as a stream writes it."""
    return b"event: %b\nid: %b-%d\ndata: %b\n\n" % (
        event.kind.encode(),
        journal.name.encode(),
        event.number,
        orjson.dumps(event.payload),
    )
