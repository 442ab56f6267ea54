import json
import math
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.calls import Call
from tests.benchmarks.driver import Driver
from tests.benchmarks.failure import BenchmarkFailed
from tests.benchmarks.process import ROOT, Server, running
from tests.benchmarks.spread import Spread, percentile

TINY = (
    "--only",
    "ours,starlette",
    "--scenario",
    "instant",
    "--rounds",
    "1",
    "--seconds",
    "0.1",
    "--jobs",
    "1001",
)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """Return what the smallest run there can be prints for machines."""
    command = [sys.executable, "-m", "tests.benchmarks", *TINY, "--driver", "builtin", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)  # noqa: S603  # our own
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def numbers(node: Any) -> Iterator[float]:
    """Yield every number inside *node*, whatever it is."""
    match node:
        case bool() | str() | None:
            return
        case dict():
            yield from (each for value in node.values() for each in numbers(value))
        case list():
            yield from (each for value in node for each in numbers(value))
        case _:
            yield node


def test_each_server_has_a_rate_for_each_work(figures: dict[str, Any]) -> None:
    servers = figures["servers"]

    works = {name: set(each["requests_per_second"]) for name, each in servers.items()}

    four = {"get_one", "create", "create_differing", "list_ten"}
    assert works == {"ours": four, "starlette": four}


def test_every_figure_of_a_server_is_above_zero(figures: dict[str, Any]) -> None:
    measured = list(numbers(figures["servers"]))

    assert len(measured) >= 2 * 5 * 4
    assert all(0 < each < math.inf for each in measured)


def test_a_spread_tells_the_median_and_both_ends(figures: dict[str, Any]) -> None:
    spread = figures["servers"]["ours"]["first_answer_seconds"]

    assert spread["min"] == spread["median"] == spread["max"] == spread["rounds"][0]


def test_each_goal_that_was_measured_says_what_it_asks_and_whether_it_is_reached(
    figures: dict[str, Any],
) -> None:
    goals = {each["name"]: each for each in figures["goals"]}

    against_starlette = goals["GET one, x bare Starlette"]

    assert against_starlette["at_least"] == 0.9
    assert against_starlette["reached"] is (against_starlette["median"] >= 0.9)
    assert "GET one with 1,001 jobs, x with 1,000" in goals
    assert not any("Prism" in name for name in goals)


def test_the_big_store_is_measured_by_pages_pauses_and_ratios(figures: dict[str, Any]) -> None:
    store = figures["big_store"]

    assert store["jobs"] == 1001
    assert store["deep_pages"] > 0
    assert set(store["ratio_to_few"]) == {"get_one", "create", "list_ten"}
    assert store["longest_pause_seconds"] > 0
    assert all(each > 0 for each in store["deep_page_p99_seconds_by_query"].values())


def test_the_event_loop_is_measured_under_three_disturbances(figures: dict[str, Any]) -> None:
    loop = figures["event_loop"]

    assert 0 < loop["get_one_p50_seconds"] <= loop["get_one_p99_seconds"] <= loop["get_one_longest_seconds"]
    assert set(loop["disturbances_answered"]) == {"slow", "upload", "deep_list"}


def test_the_report_says_on_which_machine_and_by_which_command(figures: dict[str, Any]) -> None:
    assert figures["machine"]["cpus"] > 0
    assert figures["command"].startswith("python -m tests.benchmarks --only ours,starlette")


class Unavailable(BaseHTTPRequestHandler):
    """Says 503 to everything."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(503)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test output free of a line for each request."""


@pytest.fixture
def unavailable() -> Iterator[Server]:
    """Return a server that says 503 to everything."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Unavailable)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield Server(
        name="a server", pid=os.getpid(), port=listening.server_port, first_answer=0.1, resident=None
    )
    listening.shutdown()
    listening.server_close()
    thread.join()


def test_a_load_that_is_answered_with_another_status_fails(unavailable: Server, tmp_path: Path) -> None:
    driver = Driver.chosen("builtin", seconds=0.1, workplace=tmp_path)

    with (
        driver.loading(unavailable, [Call(path="/")], seconds=0.1) as load,
        pytest.raises(BenchmarkFailed, match=r"a server: 16 requests; these failed: .*expected 200"),
    ):
        load.done()


def test_a_pace_is_not_taken_of_a_server_that_refuses(unavailable: Server, tmp_path: Path) -> None:
    driver = Driver.chosen("builtin", seconds=0.1, workplace=tmp_path)

    with pytest.raises(BenchmarkFailed, match="GET /: expected 200, got 503"):
        driver.pace(unavailable, [Call(path="/")], seconds=0.1)


def test_a_server_that_ends_at_once_fails_with_what_it_printed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such luck')"]

    with (
        pytest.raises(BenchmarkFailed, match=r"(?s)unlucky ended with 1 .*no such luck"),
        running("unlucky", command, first=Call(path="/"), log=tmp_path / "log"),
    ):
        pytest.fail("it never answered")


def test_ratios_are_made_round_by_round() -> None:
    ours, theirs = Spread.of([10, 200, 30]), Spread.of([1, 100, 1])

    ratios = ours.over(theirs)

    assert ratios.values == (10, 2, 30)
    assert ratios.median == 10


@pytest.mark.parametrize(("percent", "expected"), [(50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_one_of_the_values(percent: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), percent) == expected


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--only", "ours,postgres"), "unknown server 'postgres'; known: ours, starlette"),
        (("--jobs", "1000"), "'1000' is neither 0 nor more than 1000"),
        (("--seconds", "0"), "'0' is no number of seconds above 0"),
        (("--rounds", "0"), "'0' is no number from 1"),
    ],
)
def test_a_wrong_option_is_refused_with_what_would_be_right(
    arguments: tuple[str, ...], complaint: str
) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  # our own

    assert done.returncode == 2
    assert complaint in done.stderr
