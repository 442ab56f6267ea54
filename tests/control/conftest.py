"""A server with its control, on a clock that stands still; the control's document judges what it answers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.types import ASGIApp

from mockserver.contract.document import Document
from mockserver.contract.judge import Exchange, Judge
from mockserver.contract.operation import Contract
from mockserver.control.access import Access
from mockserver.control.app import build_control, control_document
from mockserver.control.door import Door
from mockserver.server.app import build_app
from mockserver.server.settings import Settings
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client


@pytest.fixture(scope="session")
def control_judge() -> Judge:
    return Judge(Contract(control_document()))


@pytest.fixture
def worlds(world: World) -> Worlds:
    return Worlds(world, most=5)


@pytest.fixture
def app(document: Document, worlds: Worlds) -> ASGIApp:
    settings = Settings()
    control = build_control(document, worlds, settings, access=Access())
    return Door(build_app(document, worlds, settings), lambda: control)


@pytest.fixture
def control(app: ASGIApp, control_judge: Judge) -> Iterator[Client]:
    """Return a client that steers; the test fails for each answer that its document does not allow."""
    violations: list[str] = []

    def see(exchange: Exchange) -> None:
        found = control_judge.violations(exchange)
        violations.extend(f"{exchange.method} {exchange.path}: {each}" for each in found)

    yield Client(app, see)
    assert violations == []


@pytest.fixture
def client(app: ASGIApp, witness: Callable[[Exchange], None]) -> Client:
    """Return a client of the fake backend, logged in as the ready admin."""

    def see(exchange: Exchange) -> None:
        witness(replace(exchange, path=re.sub("^/@[^/]+", "", exchange.path)))

    return Client(app, see).with_headers(x_medusa_access_token=Settings().api_token)
