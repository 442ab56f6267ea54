"""Servers that tell the truth, and servers that lie."""

from collections.abc import Callable

import pytest
from starlette.types import ASGIApp

from mockserver.contract.document import Document
from mockserver.grading.liar import build_lying_app
from mockserver.grading.table import defect_named
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from tests.conftest import BEGINNING
from tests.grading.stage import Stage

Lying = Callable[..., Stage]


@pytest.fixture(scope="session")
def healthy_app(document: Document) -> tuple[ASGIApp, ManualClock]:
    """Return one healthy server for all probes, each of which comes with users of its own."""
    clock = ManualClock(BEGINNING)
    world = build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))
    return build_app(document, world, Settings()), clock


@pytest.fixture
def healthy(healthy_app: tuple[ASGIApp, ManualClock]) -> Stage:
    return Stage.on(*healthy_app)


@pytest.fixture
def lying(document: Document) -> Lying:
    """Return a function that gives a stage on a server with the defect of that name."""

    def build(name: str, *, scenario: str = "steady") -> Stage:
        clock = ManualClock(BEGINNING)
        app = build_lying_app(
            document,
            Settings(),
            defect_named(name),
            build=lambda told: build_world(told, Settings(), clock=clock, scenario=scenario_named(scenario)),
        )
        return Stage.on(app, clock)

    return build
