"""The plugin in projects that are not ours: what it costs, which server it takes, and what it says."""

import json
import socket
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.pytest_plugin.conftest import EXAMPLES
from tests.serving import serving

ASKING = "def test_where(mock_server, world):\n    print('at', mock_server.url, 'in', world.name)\n"


@pytest.fixture
def nobody() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def stranger() -> Iterator[str]:
    """Serve something that is no mock server, and give its address."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


# ---- what it costs


def test_who_does_not_use_it_imports_nothing_for_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test_what_is_imported():
            ours = {name for name in sys.modules if name.startswith("mockserver")}
            assert ours == {"mockserver", "mockserver.pytest_plugin", "mockserver.pytest_plugin.plugin"}
        """
    )

    project.runpytest_subprocess("-W", "error").assert_outcomes(passed=1)


def test_its_marks_are_known_and_its_option_is_explained(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.mock_seed(7)\ndef test_it(): pass")

    project.runpytest_inprocess("--strict-markers").assert_outcomes(passed=1)
    project.runpytest_inprocess("--help").stdout.fnmatch_lines(["*--mock-server-url*URL*"])


def test_a_project_has_fixtures_of_these_names_for_itself(project: pytest.Pytester) -> None:
    project.makeconftest("import pytest\n@pytest.fixture\ndef world():\n    return 'round'")
    project.makepyfile("def test_it(world):\n    assert world == 'round'")

    project.runpytest_inprocess().assert_outcomes(passed=1)


# ---- which server


def test_the_option_names_a_server_that_is_up(project: pytest.Pytester, url: str) -> None:
    project.makepyfile(ASKING)

    result = project.runpytest_inprocess("-s", "--mock-server-url", url)

    result.stdout.fnmatch_lines([f"*at {url} in test-where-*"])


def test_the_variable_names_one_and_is_stronger_than_the_ini_file(
    project: pytest.Pytester, url: str, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(ASKING)
    project.makeini(f"[pytest]\nmock_server_url = {nobody}")
    monkeypatch.setenv("MOCK_SERVER_URL", url)

    result = project.runpytest_inprocess("-s")

    result.stdout.fnmatch_lines([f"*at {url} in test-where-*"])


def test_the_ini_file_names_one(project: pytest.Pytester, url: str) -> None:
    project.makepyfile(ASKING)
    project.makeini(f"[pytest]\nmock_server_url = {url}/")

    result = project.runpytest_inprocess("-s")

    result.stdout.fnmatch_lines([f"*at {url} in test-where-*"])


def test_a_server_that_does_not_answer_is_told_in_one_line(project: pytest.Pytester, nobody: str) -> None:
    project.makepyfile(ASKING)

    result = project.runpytest_inprocess("--mock-server-url", nobody)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"the mock server at {nobody} does not answer (*); start it, or name none*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_server_without_control_is_told_in_one_line(project: pytest.Pytester) -> None:
    project.makepyfile(ASKING)

    with serving("--no-control") as url:
        result = project.runpytest_inprocess("--mock-server-url", url)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"the mock server at {url} has no control API (*--no-control"])


def test_what_is_no_mock_server_is_told_in_one_line(project: pytest.Pytester, stranger: str) -> None:
    project.makepyfile(ASKING)

    result = project.runpytest_inprocess("--mock-server-url", stranger)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"the mock server at {stranger} has no control API (*501*"])


def test_a_server_that_demands_a_token_gets_the_one_in_the_environment(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(ASKING)

    with serving("--control-token", "open-sesame") as url:
        without = project.runpytest_inprocess("--mock-server-url", url)
        monkeypatch.setenv("MOCKSERVER_CONTROL_TOKEN", "open-sesame")
        with_it = project.runpytest_inprocess("--mock-server-url", url)

    without.assert_outcomes(errors=1)
    without.stdout.fnmatch_lines(["*wants a token (*); set MOCKSERVER_CONTROL_TOKEN"])
    with_it.assert_outcomes(passed=1)


def test_a_suite_with_the_plugin_is_graded_without_a_change(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_a_canceled_job_stays_canceled(world):
            export = {"type": "product-export", "context": {}, "dry_run": True}
            job = world.client.post("/admin/batch-jobs", json=export).json()["batch_job"]
            world.client.post(f"/admin/batch-jobs/{job['id']}/cancel")
            seen = world.client.get(f"/admin/batch-jobs/{job['id']}").json()["batch_job"]
            assert seen["status"] == "canceled"
        """
    )
    grade = (sys.executable, "-m", "mockserver", "grade", "--defect", "cancel-is-lost", "--json")

    result = project.run(*grade, "--", sys.executable, "-m", "pytest", "-q")

    assert result.ret == 0
    (run,) = json.loads(result.stdout.str())["runs"]
    assert run["outcome"] == "noticed"


# ---- worlds and marks


def test_worlds_of_tests_that_are_called_alike_are_two(project: pytest.Pytester) -> None:
    test = "import pytest\n@pytest.mark.parametrize('of', ['a b', 'ä/ß'])\n" + ASKING.replace("(", "(of, ", 1)
    project.makepyfile(test_one=test, test_two=test)

    result = project.runpytest_inprocess("-s", "-p", "no:randomly")

    result.assert_outcomes(passed=4)
    names = [line.rpartition(" in ")[2].split()[0] for line in result.outlines if " in test-where" in line]
    assert len(set(names)) == 4


def test_an_unknown_scenario_fails_the_test_with_those_that_are_known(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.mock_scenario('slwo')\ndef test_it(world): pass")

    result = project.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["unknown scenario 'slwo'; did you mean 'slow'? known: steady, *"])
    result.stdout.no_fnmatch_line("*During handling of the above exception*")


def test_an_unknown_personality_fails_the_test_with_those_that_are_known(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.mock_personality('magento')\ndef test_it(world): pass")

    result = project.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["unknown personality 'magento'; known: medusa-1.20.11"])


def test_a_mark_without_a_value_is_told(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.mock_seed\ndef test_it(world): pass")

    result = project.runpytest_inprocess()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["give the mark mock_seed one value, as in @pytest.mark.mock_seed(...)"])


# ---- what a failing test shows


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_failing_test_shows_what_happened_in_its_world(
    project: pytest.Pytester, options: tuple[str, ...]
) -> None:
    project.path.joinpath("test_that_fails.py").write_bytes((EXAMPLES / "test_that_fails.py").read_bytes())

    result = project.runpytest_subprocess(*options)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- mock world test-an-export-completes-* -*",
            "exchanges: 2",
            "  +0.000s 201 POST /admin/batch-jobs",
            "  +1.000s 400 POST /admin/batch-jobs/batch_*/confirm",
            "          < {*Cannot confirm processing for a batch job that is not pre processed*}",
            "          curl -i -X POST *http://127.0.0.1:*/@test-an-export-completes-*/confirm",
            "batch jobs: 1",
            "  batch_*  product-export, steady",
            "    created +0.000s -> pre_processed +1.000s -> failed +1.000s",
            "    error: the disk is full",
        ],
        consecutive=True,
    )


def test_a_failing_test_shows_its_forks_too(project: pytest.Pytester) -> None:
    project.makepyfile("def test_it(world):\n    world.fork().client.get('/health')\n    assert False")

    result = project.runpytest_inprocess()

    result.stdout.fnmatch_lines(
        ["*- mock world test-it-* -*", "*- mock world test-it-*.1 -*", "*200 GET  /health"]
    )


def test_a_test_that_passes_shows_nothing(project: pytest.Pytester) -> None:
    project.makepyfile("def test_it(world):\n    world.client.get('/nowhere')")

    result = project.runpytest_inprocess("-rA")

    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*mock world*")


def test_a_world_that_cannot_be_looked_at_is_told_and_the_failure_stands(project: pytest.Pytester) -> None:
    project.makepyfile(
        "def test_it(world):\n    world._control.ask('DELETE', 'worlds', world.name)\n    assert 1 > 2"
    )

    result = project.runpytest_inprocess()

    result.stdout.fnmatch_lines(["*assert 1 > 2*", "it cannot be looked at: *"])
