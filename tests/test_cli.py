"""The command line as a user meets it: what it prints, how it refuses, and how it ends."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli import EXAMPLES, FINE, USAGE, main
from mockserver.server.settings import Settings
from mockserver.simulation.scenario import SCENARIOS
from mockserver.simulation.scenario_file import scenarios_schema

PATIENCE = 20  # seconds until a test gives up on a process; machines are noisy
PROMPTLY = 2  # seconds; a stopped server needs a quarter of one, but machines are noisy
JOBS = "/admin/batch-jobs"
NO_FOLDER = "nowhere/openapi.yaml: no such file; --spec takes a folder laid out as the package's own openapi/"
VARIABLES = {
    "MOCKSERVER_ADMIN_EMAIL": "env@example.com",
    "MOCKSERVER_ADMIN_PASSWORD": "env-password",
    "MOCKSERVER_API_TOKEN": "env-token",
}


@contextmanager
def started(
    *options: str, variables: Mapping[str, str] | None = None, lines: int = 6
) -> Iterator[tuple[Any, list[str]]]:
    """Run `mockserver serve` on a free port; give the process and the *lines* of its greeting."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", *options]
    environment = {**os.environ, **(variables or {})}
    with subprocess.Popen(  # noqa: S603  # our own
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield process, [process.stdout.readline().rstrip("\n") for _ in range(lines)]
        finally:
            process.kill()


def address(greeting: list[str]) -> tuple[str, int]:
    """Return host and port, as the first line of the greeting tells them."""
    found = re.search(r"http://([\d.]+):(\d+)$", greeting[0])
    assert found is not None
    return found[1], int(found[2])


def asked(
    greeting: list[str], method: str, path: str, payload: Any = None, **headers: str
) -> tuple[int, Any]:
    """Return status and body of the answer of the server that greeted."""
    client = http.client.HTTPConnection(*address(greeting), timeout=PATIENCE)
    sent = {"Content-Type": "application/json", **{key.replace("_", "-"): headers[key] for key in headers}}
    client.request(method, path, None if payload is None else json.dumps(payload), sent)
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer.status, json.loads(body) if body.startswith(b"{") else body.decode()


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line that the command line says to *arguments*, which it refuses."""
    assert main(arguments) == USAGE
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n"), captured.err[:12]) == ("", 1, "mockserver: ")
    return captured.err.removeprefix("mockserver: ").rstrip("\n")


# ---- help


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"]])
def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == FINE
    assert EXAMPLES in capsys.readouterr().out


def test_each_example_is_one_command_and_what_it_is_for() -> None:
    commands = re.findall(r"^  (.*mockserver serve(?: --[a-z]+ \S+)?)(?:  +\S|$)", EXAMPLES, re.MULTILINE)

    assert commands == [
        "mockserver serve",
        "mockserver serve --port 0",
        "mockserver serve --scenario instant",
        "mockserver serve --scenario mine.yaml#busy",
        "mockserver serve --clock 60",
        "mockserver serve --cors http://localhost:4000",
        "mockserver serve --like medusa-1.20.11",
        "cp -r openapi mine && mockserver serve --spec mine",
    ]
    assert max(map(len, EXAMPLES.splitlines())) < 110


def test_help_tells_every_default_scenario_and_variable(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])

    said = "".join(capsys.readouterr().out.split())  # wherever the lines were broken
    assert all(variable in said for variable in VARIABLES)
    assert all(name in said for name in ("steady", "instant", "slow", "manual", "mockserverscenarios"))
    assert all(default in said for default in (Settings().admin_email, Settings().api_token, "9000"))


# ---- refusals


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND; see mockserver --help"),
        (["serve", "--nope"], "unrecognized arguments: --nope; see mockserver --help"),
        (["serve", "extra"], "unrecognized arguments: extra; see mockserver --help"),
        (
            ["serve", "--port", "http"],
            "argument --port: 'http' is no port; give a number from 0 to 65535; see mockserver serve --help",
        ),
        (
            ["serve", "--port", "65536"],
            "argument --port: '65536' is no port; give a number from 0 to 65535; see mockserver serve --help",
        ),
        (
            ["serve", "--port", "-1"],
            "argument --port: '-1' is no port; give a number from 0 to 65535; see mockserver serve --help",
        ),
        (["serve", "--port"], "argument --port: expected one argument; see mockserver serve --help"),
        (
            ["serve", "--api-token", ""],
            "argument --api-token: it must not be empty; see mockserver serve --help",
        ),
        (
            ["serve", "--jwt-secret="],
            "argument --jwt-secret: it must not be empty; see mockserver serve --help",
        ),
        (
            ["serve", "--port", "0", "--scenario", "slwo"],
            f"unknown scenario 'slwo'; did you mean 'slow'? known: {', '.join(SCENARIOS)}",
        ),
        (["serve", "--port", "0", "--spec", "nowhere"], NO_FOLDER),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert refused(capsys, *arguments) == said


@pytest.mark.parametrize(
    "arguments",
    [["nope"], ["serve", "--log-level", "loud"], ["serve", "--seed", "x"], ["serve", "--port", "9" * 9]],
)
def test_any_other_slip_is_one_line_too(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert "; see mockserver" in refused(capsys, *arguments)


def test_a_port_in_use_is_named_with_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(capsys, "serve", "--port", str(port))

    assert said == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; try another --port, or --port 0"
    )


@pytest.mark.parametrize("host", ["256.0.0.1.", "x" * 300, "192.0.2.1"])
def test_an_address_that_cannot_be_had_is_named(capsys: pytest.CaptureFixture[str], host: str) -> None:
    assert refused(capsys, "serve", "--host", host, "--port", "0").startswith(f"cannot listen on {host}:0: ")


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        pytest.param(
            ("openapi.yaml", "openapi: 3.0.3", "openapi: 3.0.3\nopenapi: [3"),
            "openapi.yaml, line ",
            id="YAML",
        ),
        pytest.param(
            ("schemas/User.yaml", "title: User", "title: User\n\tx: 1"), "schemas/User.yaml, line 2", id="tab"
        ),
        pytest.param(
            ("schemas/User.yaml", "title: User", "title: User\x07"),
            "schemas/User.yaml",
            id="control character",
        ),
        pytest.param(
            ("openapi.yaml", "paths/auth.yaml", "paths/nope.yaml"), "openapi.yaml: $ref", id="dangling $ref"
        ),
        pytest.param(("openapi.yaml", "title: Medusa batch jobs", "titel: x"), "", id="no OpenAPI"),
    ],
)
def test_documents_that_cannot_be_served_are_refused_with_the_place(
    capsys: pytest.CaptureFixture[str], edited: Callable[..., Path], edit: tuple[str, str, str], place: str
) -> None:
    folder = edited(edit)

    said = refused(capsys, "serve", "--port", "0", "--spec", str(folder))

    assert str(folder) in said
    assert place in said


# ---- serving


def test_the_greeting_tells_in_six_lines_how_to_use_the_server() -> None:
    with started() as (_, greeting):
        host, port = address(greeting)
        status, listed = asked(greeting, "GET", JOBS, x_medusa_access_token=Settings().api_token)

    url = f"http://{host}:{port}"
    assert greeting[1] == "log in as    admin@example.com / supersecret"
    assert greeting[2] == "API token    x-medusa-access-token: tok_admin_0123456789"
    assert greeting[3].startswith(f"read         {url}/docs; scenario steady: ")
    assert greeting[4] == f"try          curl -H 'x-medusa-access-token: tok_admin_0123456789' {url}{JOBS}"
    assert greeting[5] == f"control      {url}/_mock"
    assert (port > 0, status, listed["count"]) == (True, 200, 0)


def test_secrets_come_from_the_environment_and_an_option_beats_a_variable() -> None:
    options = ("--api-token", "option-token", "--scenario", "instant")

    with started(*options, variables={**VARIABLES, "MOCKSERVER_JWT_SECRET": ""}) as (_, greeting):
        login = {"email": "env@example.com", "password": "env-password"}
        statuses = [
            asked(greeting, "POST", "/admin/auth", login)[0],
            asked(greeting, "POST", "/admin/auth/token", login)[0],
            asked(greeting, "GET", JOBS, x_medusa_access_token="option-token")[0],
            asked(greeting, "GET", JOBS, x_medusa_access_token="env-token")[0],
            asked(greeting, "GET", JOBS, x_medusa_access_token=Settings().api_token)[0],
        ]

    assert statuses == [200, 200, 200, 401, 401]
    assert greeting[1:3] == [
        "log in as    env@example.com / env-password",
        "API token    x-medusa-access-token: option-token",
    ]
    assert "scenario instant: " in greeting[3]


# ---- the end


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(None, id="nobody is connected"),
        pytest.param(b"", id="a client says nothing"),
        pytest.param(b"GET /hea", id="a client is in its head"),
        pytest.param(b"GET /health HTTP/1.1\r\n\r\n", id="a client keeps its connection"),
        pytest.param(
            b"POST /admin/auth HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
            id="a client is in its body",
        ),
        pytest.param(
            b"POST /nope HTTP/1.1\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{",
            id="a client is in a body that is thrown away",
        ),
        pytest.param(b"GET /openapi.json HTTP/1.1\r\n\r\n" * 500, id="a client does not read"),
    ],
)
def test_an_interrupt_ends_the_server_promptly_and_quietly(sent: bytes | None) -> None:
    with started() as (process, greeting), socket.create_connection(address(greeting)) as client:
        client.sendall(sent or b"")
        asked(greeting, "GET", "/health")

        interrupted = time.monotonic()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
        took = time.monotonic() - interrupted

    assert (process.returncode, output, errors) == (FINE, "", "")
    assert took < PROMPTLY


def test_the_stock_engine_serves_too() -> None:
    token = {"x_medusa_access_token": Settings().api_token}

    with started("--engine", "stock") as (_, greeting):
        created = asked(greeting, "POST", JOBS, {"type": "product-export", "context": {}}, **token)
        listed = asked(greeting, "GET", f"{JOBS}?limit=0x1", **token)
        refused = asked(greeting, "POST", JOBS, {"type": 1}, **token)

    assert (created[0], listed[0], refused[0]) == (201, 200, 400)
    assert listed[1]["batch_jobs"][0]["id"] == created[1]["batch_job"]["id"]
    assert "context must be an object" in refused[1]["message"]


def test_an_unknown_engine_is_refused_with_those_that_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--engine", "diesel"]) == USAGE
    assert re.search(r"diesel.*compiled.*stock", capsys.readouterr().err)


# ---- scenarios


MINE = """\
scenarios:
  quick: {durations: {otherwise: 0s}}
  rushed: {description: mine, durations: {otherwise: 10ms}}
"""
WRONG = "scenarios:\n  quick: {rows: -1}\n  rushed: {durations: {compleat: 1s}, row: 1}\n"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Return a file of two scenarios."""
    file = tmp_path / "mine.yaml"
    file.write_text(MINE, "utf-8")
    return file


def test_scenarios_are_listed_with_what_they_are_and_where_they_were_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["scenarios"]) == FINE

    listed = capsys.readouterr().out
    assert listed.startswith(
        "steady\n  each status lasts about a second, processing three: a person sees them all\n"
    )
    assert (
        "\nexport-yields-one-product\n"
        "  an export says that it wrote every product, and its file has the first one only\n"
        "  for: product-export\n"
        "  met: https://github.com/medusajs/medusa/issues/7545\n"
    ) in listed


def test_scenarios_are_listed_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "--json"]) == FINE

    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert list(listed) == list(SCENARIOS)
    assert listed["export-yields-one-product"] == {
        "name": "export-yields-one-product",
        "description": "an export says that it wrote every product, and its file has the first one only",
        "types": ["product-export"],
        "source": ["https://github.com/medusajs/medusa/issues/7545"],
    }


def test_the_schema_of_scenarios_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "--schema"]) == FINE

    assert json.loads(capsys.readouterr().out) == scenarios_schema()


def test_a_file_of_scenarios_is_listed(capsys: pytest.CaptureFixture[str], mine: Path) -> None:
    assert main(["scenarios", str(mine)]) == FINE

    assert capsys.readouterr().out == "quick\nrushed\n  mine\n"


def test_everything_that_is_wrong_in_a_file_of_scenarios_is_told(
    capsys: pytest.CaptureFixture[str], mine: Path
) -> None:
    mine.write_text(WRONG, "utf-8")

    assert main(["scenarios", str(mine)]) == USAGE

    assert [line.partition(": ")[0] for line in capsys.readouterr().err.splitlines()] == [
        f"{mine}, line 2",
        f"{mine}, line 3",
    ]


def test_a_file_of_scenarios_is_judged_by_the_documents_that_it_is_for(
    capsys: pytest.CaptureFixture[str], edited: Callable[..., Path], mine: Path
) -> None:
    folder = edited(("schemas/BatchJob.yaml", "    complete:\n", "    finish:\n"))
    mine.write_text("scenarios: {quick: {durations: {complete: 1s}}}", "utf-8")

    assert main(["scenarios", str(mine), "--spec", str(folder)]) == USAGE

    assert "the worker makes no transition 'complete'; known: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scenario", "{mine}"], "{mine}: it has 2 scenarios; choose one, as {mine}#quick"),
        (["--scenario", "{mine}#slow"], "{mine}: it has no scenario 'slow'; known: quick, rushed"),
        (["--scenario", "quick"], "unknown scenario 'quick'; known: " + ", ".join(SCENARIOS)),
        (
            ["--scenarios", "{mine}", "--scenario", "quik"],
            "unknown scenario 'quik'; did you mean 'quick'? known: {known}",
        ),
        (
            ["--scenarios", "no.yaml"],
            "no.yaml: no such file or directory; give a YAML file that has scenarios",
        ),
    ],
)
def test_a_scenario_that_cannot_be_had_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], mine: Path, options: list[str], said: str
) -> None:
    plain, *others = list(SCENARIOS)[:4], *list(SCENARIOS)[4:]
    known = ", ".join([*plain, "quick", "rushed", *others])
    given = [each.format(mine=mine) for each in options]

    assert refused(capsys, "serve", "--port", "0", *given) == said.format(mine=mine, known=known)


def test_a_users_scenarios_are_served_and_asked_for(mine: Path) -> None:
    token = {"x_medusa_access_token": Settings().api_token}
    job = {"type": "product-export", "context": {}}

    with started("--scenario", f"{mine}#quick") as (_, greeting):
        created = asked(greeting, "POST", JOBS, job, **token)[1]["batch_job"]
        seen = asked(greeting, "GET", f"{JOBS}/{created['id']}", **token)[1]["batch_job"]
        rushed = asked(greeting, "POST", JOBS, job, prefer="scenario=rushed", **token)
        refused = asked(greeting, "POST", JOBS, job, prefer="scenario=rush", **token)

    assert greeting[3].endswith("; scenario quick")
    assert (seen["status"], rushed[0], refused[0]) == ("completed", 201, 400)
    assert refused[1]["message"].startswith("unknown scenario 'rush'; did you mean 'rushed'?")


def test_a_server_like_medusa_tells_its_scenario_too() -> None:
    with started("--like", "medusa-1.20.11", "--scenario", "partial-failure") as (_, greeting):
        pass

    assert "; like medusa-1.20.11, scenario partial-failure: as steady, but " in greeting[3]


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    listing = f"{sys.executable} -m mockserver quirks | head -n 1"

    read = subprocess.run(["bash", "-c", listing], capture_output=True, check=True, text=True)  # noqa: S603, S607  # our own

    assert (read.stdout, read.stderr) == ("worker-ticks\n", "")
