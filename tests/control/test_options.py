"""What the command line says of worlds, their clocks and who may steer; seen through a running server."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from mockserver.cli import FINE, main
from mockserver.server.settings import Settings
from mockserver.simulation.worlds import IDLE, MOST
from tests.test_cli import asked, refused, started

JOBS = "/admin/batch-jobs"
TOKEN = re.compile(r"; Authorization: Bearer (\S+)$")


def test_without_a_control_nothing_lies_there_and_nothing_is_greeted() -> None:
    with started("--no-control", lines=5) as (process, greeting):
        status, said = asked(greeting, "GET", "/_mock")
        process.terminate()
        rest = process.stdout.read()

    assert (status, said["message"]) == (404, "Cannot GET /_mock")
    assert "_mock" not in "".join([*greeting, rest])


def test_on_any_address_but_loopback_a_token_is_made_up_and_printed() -> None:
    with started("--host", "0.0.0.0") as (_, greeting):  # noqa: S104  # what the test is about
        demanded = asked(greeting, "GET", "/_mock")
        token = TOKEN.search(greeting[5])
        assert token is not None
        allowed = asked(greeting, "GET", "/_mock", authorization=f"Bearer {token[1]}")
        others = asked(greeting, "GET", JOBS, x_medusa_access_token=Settings().api_token)

    assert (demanded[0], allowed[0], others[0]) == (401, 200, 200)
    assert len(token[1]) >= 20


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        (("--control-token", "sesame"), {"MOCKSERVER_CONTROL_TOKEN": "other"}),
        ((), {"MOCKSERVER_CONTROL_TOKEN": "sesame"}),
    ],
)
def test_a_token_that_is_given_is_demanded_everywhere(
    options: tuple[str, ...], variables: Mapping[str, str]
) -> None:
    with started(*options, variables=variables) as (_, greeting):
        statuses = [
            asked(greeting, "GET", "/_mock")[0],
            asked(greeting, "GET", "/_mock", x_mock_token="other")[0],
            asked(greeting, "GET", "/_mock", x_mock_token="sesame")[0],
        ]

    assert statuses == [401, 401, 200]
    assert greeting[5].endswith("/_mock; Authorization: Bearer sesame")


def test_a_name_that_leads_here_from_elsewhere_does_not_steer() -> None:
    with started() as (_, greeting):
        statuses = [asked(greeting, "GET", "/_mock", Host=host)[0] for host in ("evil.example", "localhost")]

    assert statuses == [403, 200]


def test_worlds_begin_at_the_instant_and_the_speed_that_are_given() -> None:
    with started("--at", "2020-02-29T12:00:00+02:00", "--clock", "frozen") as (_, greeting):
        clocks = [
            asked(greeting, method, f"/_mock/worlds/{name}")[1]["clock"]
            for method, name in (("GET", "default"), ("PUT", "another"))
        ]

    assert [(each["now"], each["frozen"]) for each in clocks] == [("2020-02-29T10:00:00.000Z", True)] * 2


def test_a_clock_runs_as_fast_as_it_is_told() -> None:
    with started("--clock", "3600") as (_, greeting):
        clock = asked(greeting, "GET", "/_mock/worlds/default/clock")[1]

    assert clock["speed"] == 3600


def test_there_are_as_many_worlds_as_may_be_and_none_that_nobody_asks_for() -> None:
    with started("--worlds", "1", "--world-idle", "PT0S") as (_, greeting):
        begun = [asked(greeting, "PUT", f"/_mock/worlds/{name}")[0] for name in ("one", "two")]
        known = [each["name"] for each in asked(greeting, "GET", "/_mock/worlds")[1]["worlds"]]

    assert begun == [201, 201]  # the first was forgotten at once
    assert known == ["default", "template"]


def test_one_world_more_than_there_may_be_is_refused() -> None:
    with started("--worlds", "1") as (_, greeting):
        begun = [asked(greeting, "PUT", f"/_mock/worlds/{name}")[0] for name in ("one", "two")]

    assert begun == [201, 429]


def test_a_liar_is_steered_too() -> None:
    token: Any = {"x_medusa_access_token": Settings().api_token}

    with started("--defect", "cancel-is-lost", "--clock", "frozen") as (_, greeting):
        job = asked(greeting, "POST", JOBS, {"type": "product-export", "context": {}}, **token)[1][
            "batch_job"
        ]
        canceled = asked(greeting, "POST", f"{JOBS}/{job['id']}/cancel", **token)[1]["batch_job"]
        seen = asked(greeting, "GET", f"/_mock/worlds/default/batch-jobs/{job['id']}")[1]

    assert (canceled["status"], seen["status"]) == ("canceled", "created")


def test_help_tells_how_many_worlds_there_may_be_and_for_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])

    said = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == FINE
    assert f"there may be at once (default: {MOST})" in said
    assert f"(default: PT{IDLE.total_seconds() / 3600:g}H)" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--clock", "fast"), "'fast' is no speed; give a number from 0 to 1000000, or frozen"),
        (("--clock", "-1"), "'-1' is no speed; give a number from 0 to 1000000, or frozen"),
        (("--clock", "nan"), "'nan' is no speed; give a number from 0 to 1000000, or frozen"),
        (("--at", "noon"), "'noon' is no instant from 1970 to 8999; write 2026-11-22T01:44:43Z"),
        (("--at", "1969-01-01"), "'1969-01-01' is no instant from 1970 to 8999; write 2026-11-22T01:44:43Z"),
        (("--worlds", "0"), "'0' is no number of worlds; give one from 1 to 1000000"),
        (("--world-idle", "5"), "'5' is no duration; write PT30M, PT1H or P1D"),
        (("--control-token", "a b"), "it must be letters, digits and signs of ASCII, without a space"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], said: str
) -> None:
    expected = f"argument {arguments[0]}: {said}; see mockserver serve --help"

    assert refused(capsys, "serve", "=".join(arguments)) == expected


def test_an_interrupt_ends_the_server_though_somebody_listens_to_events() -> None:
    with started() as (process, greeting):
        url = greeting[0].rpartition(" ")[2]
        with httpx.stream("GET", f"{url}/_mock/worlds/default/events", trust_env=False) as stream:
            lines = stream.iter_lines()
            next(lines)
            process.terminate()
            output, errors = process.communicate(timeout=20)

    assert (output, errors) == ("", "")
