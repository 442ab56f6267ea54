"""Servers that tell the truth, and servers that lie."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from starlette.types import ASGIApp

from mockserver.contract.document import Document
from mockserver.grading.liar import Liar, build_lying_app
from mockserver.grading.table import defect_named
from mockserver.server.app import build_app, build_worlds
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds
from tests.conftest import BEGINNING
from tests.grading.stage import Stage

Lying = Callable[[str], Stage]


@dataclass(frozen=True)
class Healthy:
    """One healthy server for all probes, each of which comes with users of its own: making one takes long."""

    app: ASGIApp
    worlds: Worlds
    clock: ManualClock


@pytest.fixture(scope="session")
def healthy_server(document: Document) -> Healthy:
    clock = ManualClock(BEGINNING)
    worlds = build_worlds(document, Settings(), clock=clock, scenario=scenario_named("steady"))
    return Healthy(build_app(document, worlds, Settings()), worlds, clock)


@pytest.fixture
def healthy(healthy_server: Healthy) -> Stage:
    return Stage.on(healthy_server.app, healthy_server.clock)


@pytest.fixture
def lying(document: Document, healthy_server: Healthy) -> Lying:
    """Return a function that gives a stage on a server with the defect of that name.

    A liar who needs no edited documents stands before the healthy server, as everywhere.
    """

    def before_the_healthy(name: str) -> Stage:
        liar = Liar(healthy_server.app, document, healthy_server.worlds, Settings(), defect_named(name))
        return Stage.on(liar, healthy_server.clock)

    def by_edited_documents(name: str) -> Stage:
        clock, scenario = ManualClock(BEGINNING), scenario_named("steady")
        app = build_lying_app(
            document,
            Settings(),
            defect_named(name),
            build=lambda told: build_worlds(told, Settings(), clock=clock, scenario=scenario),
        )
        return Stage.on(app, clock)

    return lambda name: by_edited_documents(name) if defect_named(name).edits else before_the_healthy(name)
