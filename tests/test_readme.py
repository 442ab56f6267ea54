"""README keeps its word: its picture is drawn from the documents, and its commands do what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.contract.diagram import mermaid
from mockserver.contract.document import Document
from mockserver.server.personality import MEDUSA_QUIRKS
from mockserver.simulation.faults import PARAMETERS, Fault
from mockserver.simulation.scenario import SCENARIOS
from mockserver.simulation.scenario_file import read_scenarios
from mockserver.simulation.strategies import builtin_strategies
from mockserver.simulation.world import World
from tests.serving import ROOT, serving

README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVED_AT = "http://127.0.0.1:9000"


def block(heading: str) -> str:
    """Return the code block of README whose fence says *heading*."""
    found = re.search(rf"^```{re.escape(heading)}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"README has no block ```{heading}"
    return found.group(1)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve on a free port, as README's command does, and give the address."""
    with serving() as address:
        yield address


def run(script: str, *, url: str) -> str:
    """Run a shell block of README against *url* and return what it printed."""
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(  # noqa: S603  # README's own commands
        [bash, "-euo", "pipefail", "-c", script.replace(SERVED_AT, url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_picture_is_drawn_from_the_lifecycle(document: Document) -> None:
    assert block("mermaid").strip() == mermaid(document.lifecycle)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
def test_the_tour_with_curl_does_what_it_says(url: str) -> None:
    printed = run(block("sh tour"), url=url)

    assert printed.startswith("OK")
    assert "There will be 8 products exported by this action" in printed
    assert "Product Id;Product Handle;Product Title" in printed
    assert printed.endswith('{"type":"not_allowed","message":"Cannot cancel completed batch job"}')


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
def test_a_world_is_reached_by_base_url_and_by_header(url: str) -> None:
    printed = run(block("sh worlds"), url=url)

    assert printed == '{"batch_jobs":[],"count":0,"offset":0,"limit":10}' * 2


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
def test_what_a_client_prefers_is_answered_as_readme_says(url: str) -> None:
    printed = run(block("sh prefer"), url=url)

    refusal, failed, made_up, every_status = printed.replace("}{", "}\n{").splitlines()
    assert json.loads(refusal)["type"] == "not_found"
    assert json.loads(failed)["batch_job"]["status"] == "failed"
    assert set(json.loads(made_up)) >= {"batch_jobs", "count", "offset", "limit"}
    assert json.loads(every_status)["count"] == 7


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
def test_a_world_is_given_a_fault_as_readme_says(url: str) -> None:
    printed = run(block("sh faults"), url=url)

    unknown = '{"code":"unknown_error","type":"unknown_error","message":"An unknown error occurred."}'
    assert printed.startswith('{"id":"fault_')
    assert printed.endswith(f'{unknown}OK{{"faults":[]}}')


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
def test_a_world_is_steered_as_readme_says(url: str) -> None:
    printed = run(block("sh control"), url=url)

    world, by, next_one, until, failed, log = printed.replace("}{", "}\n{").splitlines()
    assert json.loads(world)["clock"]["now"] == "2026-11-22T00:00:00.000Z"
    assert [
        [each["status"] for each in json.loads(advanced)["transitions"]] for advanced in (by, next_one, until)
    ] == [[], ["pre_processed"], ["confirmed", "processing"]]
    assert json.loads(failed)["status"] == "failed"
    assert json.loads(log)["exchanges"][0]["curl"].endswith("/@nightly/admin/batch-jobs")


FAULTS = re.findall(r"^\| `(\{\"kind\".*?\})` \|", README, re.MULTILINE)


def test_readme_shows_a_fault_of_each_kind() -> None:
    assert [json.loads(fault)["kind"] for fault in FAULTS] == [*PARAMETERS]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_readme_shows_is_one(fault: str, world: World) -> None:
    added = world.faults.add(Fault.of_json(json.loads(fault), at=world.settle()))

    assert json.loads(fault).items() <= added.to_json().items()


def test_an_edited_copy_is_served_as_readme_says(tmp_path: Path) -> None:
    script = block("sh spec").splitlines()
    assert script[-1] == ".venv/bin/mockserver serve --spec mine"
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    subprocess.run(["bash", "-c", "\n".join(script[:-1])], cwd=tmp_path, check=True)  # noqa: S603, S607  # README's own

    text = (tmp_path / "mine/schemas/BatchJob.yaml").read_text(encoding="utf-8")

    assert "message: Too late" in text


def test_a_scenario_is_asked_for_as_readme_says(url: str) -> None:
    printed = run(block("sh scenario"), url=url)

    assert printed.lower().strip() == "preference-applied: scenario=fails-in-processing"


def test_the_file_of_scenarios_in_readme_is_one(document: Document, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(block("yaml scenarios"), encoding="utf-8")
    transitions = {each.name for each in document.lifecycle.moves.values()}

    scenarios = read_scenarios(file, transitions=transitions, types=builtin_strategies())

    assert list(scenarios) == ["busy-evening", "disk-full"]


def test_every_scenario_stands_in_a_table_with_where_it_was_told() -> None:
    section = README.partition("## What the worker does\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?`) \| (.*) \|$", section, re.MULTILINE)
    told = {
        name: tuple(re.findall(r"\((https:.*?)\)", row))
        for names, row in rows
        for name in names[1:-1].split("`, `")
    }

    assert told == {name: each.source for name, each in SCENARIOS.items()}


def test_ci_runs_the_commands_of_readme_word_for_word() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)

    assert [command.rsplit("/", 1)[-1] for command in commands] == [
        "mockserver serve",
        "pytest --numprocesses auto",
    ]


def test_every_quirk_stands_in_the_table_with_what_it_does() -> None:
    rows = re.findall(r"^\| `([a-z][a-z-]+)` \| (.*?) \| .+ \|$", README, re.MULTILINE)

    assert rows == [(quirk.name, quirk.does) for quirk in MEDUSA_QUIRKS.values()]


WSGI = """
from tests.backends.flask_backend import create_app

app = create_app(pace=0.02)
"""
ASGI = """
from mockserver.contract.document import load, shipped_folder
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import RunningClock
from mockserver.simulation.scenario import scenario_named

document = load(shipped_folder())
world = build_world(document, Settings(), clock=RunningClock(), scenario=scenario_named("instant"))
app = build_app(document, world, Settings())
"""


@pytest.mark.parametrize("backend", [WSGI, ASGI], ids=["WSGI", "ASGI"])
def test_a_backend_in_the_same_process_is_judged_as_it_says(tmp_path: Path, backend: str) -> None:
    (tmp_path / "my_backend.py").write_text(backend, encoding="utf-8")
    (tmp_path / "test_mine.py").write_text(block("python in-process"), encoding="utf-8")

    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
