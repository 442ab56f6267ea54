"""One server that many tests share, because making one takes long: for tests that leave nothing behind."""

import pytest

from mockserver.contract.document import Document
from mockserver.contract.judge import Exchange, Judge
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client
from tests.conftest import BEGINNING


@pytest.fixture(scope="session")
def shared_world(document: Document) -> World:
    """Return a world whose clock never moves."""
    return build_world(document, Settings(), clock=ManualClock(BEGINNING), scenario=scenario_named("steady"))


@pytest.fixture(scope="session")
def shared_anonymous(document: Document, judge: Judge, shared_world: World) -> Client:
    """Return a client without credentials; each exchange is judged at once."""

    def see(exchange: Exchange) -> None:
        assert judge.violations(exchange) == []

    return Client(build_app(document, Worlds(shared_world), Settings()), see)


@pytest.fixture(scope="session")
def shared_client(shared_anonymous: Client) -> Client:
    """Return a client that is logged in as the ready admin."""
    return shared_anonymous.with_headers(x_medusa_access_token=Settings().api_token)
