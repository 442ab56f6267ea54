"""Connexion comes without what a server never calls, and nobody else is deprived of it."""

import json
import subprocess
import sys


def modules_after(source: str) -> list[str]:
    """Return the names of the modules that a fresh interpreter has loaded after *source*."""
    asking = f"import json, sys\n{source}\nprint(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-W", "ignore", "-c", asking], capture_output=True, check=True, text=True
    )
    loaded: list[str] = json.loads(answer.stdout.splitlines()[-1])
    return loaded


def test_the_server_is_imported_without_what_it_seldom_calls() -> None:
    loaded = modules_after("import mockserver.server.app, mockserver.server.serving")

    assert {"flask", "httpx", "jinja2", "requests", "starlette.testclient"}.isdisjoint(loaded)


def test_the_compiled_engine_starts_without_the_stock_one() -> None:
    loaded = modules_after(
        ""
        "from mockserver.contract.document import load, shipped_folder\n"
        "from mockserver.server.app import build_app, build_world\n"
        "from mockserver.server.settings import Settings\n"
        "from mockserver.simulation.clock import Clock\n"
        "from mockserver.simulation.worlds import Worlds\n"
        "from mockserver.simulation.scenario import scenario_named\n"
        "document, settings = load(shipped_folder()), Settings()\n"
        "scenario = scenario_named('steady')\n"
        "world = build_world(document, settings, clock=Clock(), scenario=scenario)\n"
        "build_app(document, Worlds(world), settings)"
    )

    assert [name for name in loaded if name.startswith("mockserver.server.stock")] == []


def test_what_was_put_off_can_be_imported_afterwards() -> None:
    loaded = modules_after(
        "import mockserver.server.app, requests, httpx\n"
        "from starlette.testclient import TestClient\n"
        "assert requests.Session and httpx.Client and TestClient.__module__ == 'starlette.testclient'"
    )

    assert {"httpx._client", "requests.sessions", "starlette.testclient"} <= set(loaded)


def test_a_stand_in_gives_way_to_the_module_when_somebody_looks_into_it() -> None:
    loaded = modules_after(
        "import mockserver.server.app, connexion.json_schema as schema\nassert schema.requests.get.__code__"
    )

    assert "requests.sessions" in loaded


def test_the_test_client_of_connexion_is_starlettes() -> None:
    modules_after(
        "import mockserver.server.app, connexion\n"
        "client = connexion.AsyncApp('x').test_client()\n"
        "assert type(client).__module__ == 'starlette.testclient'"
    )


def test_connexion_can_still_serve_by_flask() -> None:
    loaded = modules_after(
        "import mockserver.server.app\n"
        "from connexion.decorators.main import FlaskDecorator\n"
        "assert FlaskDecorator.framework.is_framework_response(1) is False"
    )

    assert "flask" in loaded
