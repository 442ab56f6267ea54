"""Fixtures: a contract, a world on a clock that stands still, and a client whose every exchange is judged."""

import importlib.util
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mockserver.contract.document import Document, load, shipped_folder
from mockserver.contract.judge import Exchange, Judge
from mockserver.contract.operation import Contract
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client

# machines are noisy: a slow example is no failure
settings.register_profile("mockserver", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mockserver")

# the browser tests need the extra `browser`; without it not even their fixtures can be imported
collect_ignore = [] if importlib.util.find_spec("playwright") else ["browser"]

pytest_plugins = ["pytester"]  # makes projects that are not ours

BEGINNING = datetime(2026, 11, 22, 1, 44, 39, 286000, tzinfo=UTC)


@pytest.fixture(scope="session")
def document() -> Document:
    return load(shipped_folder())


@pytest.fixture(scope="session")
def contract(document: Document) -> Contract:
    return Contract(document)


@pytest.fixture(scope="session")
def judge(contract: Contract) -> Judge:
    return Judge(contract)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(BEGINNING)


@pytest.fixture
def world(document: Document, clock: ManualClock) -> World:
    return build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))


@pytest.fixture
def witness(judge: Judge) -> Iterator[Callable[[Exchange], None]]:
    """Hand out a witness that judges every exchange, and fail the test for each violation it saw."""
    violations: list[str] = []

    def see(exchange: Exchange) -> None:
        violations.extend(
            f"{exchange.method} {exchange.path}: {violation}" for violation in judge.violations(exchange)
        )

    yield see
    assert violations == []


@pytest.fixture
def anonymous(document: Document, world: World, witness: Callable[[Exchange], None]) -> Client:
    """Return a client without credentials."""
    return Client(build_app(document, Worlds(world), Settings()), witness)


@pytest.fixture
def client(anonymous: Client) -> Client:
    """Return a client that is logged in as the ready admin."""
    return anonymous.with_headers(x_medusa_access_token=Settings().api_token)


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that copies the documents, edits one file by replacing text, and gives the folder."""

    def edit(*edits: tuple[str, str, str]) -> Path:
        folder = tmp_path / "openapi"
        if not folder.exists():
            folder.mkdir()
            for file in shipped_folder().rglob("*.yaml"):
                target = folder / file.relative_to(shipped_folder())
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
        for name, old, new in edits:
            text = (folder / name).read_text(encoding="utf-8")
            assert old in text, f"{name} does not hold {old!r}"
            (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return edit
