"""Applications that are begun at once, and what becomes of those that fail, wait, or forget to answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from mockserver.server.eager import DONE, begun
from mockserver.server.wire import BoundedHttpProtocol
from tests.server.test_heads import TURNS, Wire

Application = Callable[[Any, Any, Any], Awaitable[None]]
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
END = {"type": "http.response.body", "body": b"ok"}
OK = b"HTTP/1.1 200 OK\r\n"
FAILED = b"HTTP/1.1 500 Internal Server Error\r\n"


async def answers_at_once(_scope: Any, _receive: Any, send: Any) -> None:
    await send(START)
    await send(END)


async def waits_and_answers(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(0)
    await answers_at_once(scope, receive, send)


def fails_when_called(_scope: Any, _receive: Any, _send: Any) -> Awaitable[None]:
    raise LookupError("nothing here")


async def fails_at_once(_scope: Any, _receive: Any, _send: Any) -> None:
    raise LookupError("nothing here")


async def waits_and_fails(_scope: Any, _receive: Any, _send: Any) -> None:
    await asyncio.sleep(0)
    raise LookupError("nothing here")


async def forgets_to_answer(_scope: Any, _receive: Any, _send: Any) -> None: ...


def has_done_nothing(_scope: Any, _receive: Any, _send: Any) -> Awaitable[None]:
    return DONE


async def forgets_the_end(_scope: Any, _receive: Any, send: Any) -> None:
    await send({**START, "headers": []})


def answered(application: Application) -> Wire:
    """Return the other side of a connection on which *application* was asked once."""

    async def ask() -> Wire:
        config = uvicorn.Config(application, interface="asgi3", lifespan="off", log_config=None)
        config.load()
        protocol, wire = BoundedHttpProtocol(config=config, server_state=ServerState(), app_state={}), Wire()
        protocol.connection_made(wire)
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for _ in range(TURNS):
            await asyncio.sleep(0)
        return wire

    return asyncio.run(ask())


@pytest.mark.parametrize("application", [answers_at_once, waits_and_answers])
def test_an_application_that_answers_is_heard(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    wire = answered(application)

    assert wire.written.startswith(OK)
    assert wire.written.endswith(b"\r\n\r\nok")
    assert not wire.is_closed
    assert caplog.messages == []


@pytest.mark.parametrize("application", [fails_when_called, fails_at_once, waits_and_fails])
def test_an_application_that_fails_is_logged_and_answered_for(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    wire = answered(application)

    assert wire.written.startswith(FAILED)
    assert wire.is_closed
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert repr(record.exc_info[1]) == "LookupError('nothing here')"


@pytest.mark.parametrize("application", [forgets_to_answer, has_done_nothing])
def test_an_application_that_forgets_to_answer_is_answered_for(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    assert answered(application).written.startswith(FAILED)
    assert caplog.messages == ["ASGI callable returned without starting response."]


def test_an_answer_without_an_end_is_broken_off(caplog: pytest.LogCaptureFixture) -> None:
    assert answered(forgets_the_end).is_closed
    assert caplog.messages == ["ASGI callable returned without completing response."]


# ---- what is done already


def test_what_is_done_can_be_awaited_and_made_a_task() -> None:
    async def await_it() -> bool:
        await DONE
        task = asyncio.create_task(DONE)
        await task
        return task.done()

    assert asyncio.run(await_it())
    assert begun(DONE) is DONE


def test_what_ends_without_waiting_is_done() -> None:
    async def ends() -> None: ...

    assert begun(ends()) is DONE
