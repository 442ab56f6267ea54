"""The door before a server: what lies below `/_mock` is for its control, and made only when somebody asks."""

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from mockserver.control.door import Door


class Marked:
    """An application that notes the scopes it was given. Mutable."""

    def __init__(self) -> None:
        self.given: list[Scope] = []

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        self.given.append(scope)


async def nothing(*_: Any) -> Any:
    return None


def sent(door: Door, scope: Scope) -> None:
    async def send_it() -> None:
        await door(scope, nothing, nothing)

    asyncio.run(send_it())


@pytest.fixture
def server() -> Marked:
    return Marked()


@pytest.fixture
def control() -> Marked:
    return Marked()


@pytest.fixture
def door(server: Marked, control: Marked) -> Door:
    return Door(server, lambda: control)


@pytest.mark.parametrize("path", ["/_mock", "/_mock/", "/_mock/worlds/one"])
def test_what_lies_below_is_for_the_control(door: Door, server: Marked, control: Marked, path: str) -> None:
    sent(door, {"type": "http", "path": path, "headers": [(b"x-mock-world", b"one"), (b"host", b"here")]})

    assert server.given == []
    assert [each["headers"] for each in control.given] == [[(b"host", b"here")]]


@pytest.mark.parametrize("path", ["/", "/_mockery", "/admin/_mock", "/@one/_mock", "/_MOCK"])
def test_everything_else_is_for_the_server_as_it_is(
    door: Door, server: Marked, control: Marked, path: str
) -> None:
    scope = {"type": "http", "path": path, "headers": []}

    sent(door, scope)

    assert control.given == []
    assert server.given[0] is scope


def test_what_is_no_request_is_for_the_server(door: Door, server: Marked) -> None:
    sent(door, {"type": "lifespan"})

    assert [each["type"] for each in server.given] == ["lifespan"]


def test_the_control_is_made_once_and_only_when_it_is_asked(server: Marked, control: Marked) -> None:
    made: list[Marked] = []

    def make() -> Marked:
        made.append(control)
        return control

    door = Door(server, make)
    sent(door, {"type": "http", "path": "/health", "headers": []})
    before = len(made)
    sent(door, {"type": "http", "path": "/_mock", "headers": []})
    sent(door, {"type": "http", "path": "/_mock", "headers": []})

    assert (before, len(made)) == (0, 1)
