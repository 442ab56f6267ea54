"""Every built-in scenario and every kind of fault, seen by a real client on a real socket."""

import re
from typing import Any

import httpx
import pytest

from mockserver.pytest_plugin.refusals import MockServerRefused
from mockserver.pytest_plugin.servers import MockServer
from mockserver.pytest_plugin.world import MockWorld

JOBS = "/admin/batch-jobs"
EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
AT_ONCE = ("created",)
UNTIL_CONFIRMED = ("created", "pre_processed", "confirmed")
UNTIL_PROCESSING = (*UNTIL_CONFIRMED, "processing")

# scenario, type of the job, the statuses that a client sees who looks whenever something moves, and how many
# seconds that takes
LIVES = [
    ("steady", "product-export", (*UNTIL_PROCESSING, "completed"), 6),
    ("instant", "product-export", AT_ONCE, 0),
    ("slow", "product-export", (*UNTIL_PROCESSING, "completed"), 90),
    ("manual", "product-export", AT_ONCE, 0),
    ("fails-in-pre-processing", "product-import", ("created", "failed"), 1),
    ("fails-in-processing", "product-export", (*UNTIL_PROCESSING, "failed"), 6),
    ("partial-failure", "product-import", (*UNTIL_PROCESSING, "failed"), 6),
    ("stuck-in-processing", "product-export", UNTIL_PROCESSING, 3),
    ("import-stuck-in-processing", "product-import", UNTIL_PROCESSING, 3),
    ("import-hangs-at-pre-processing", "product-import", AT_ONCE, 0),
    ("export-yields-one-product", "product-export", (*UNTIL_PROCESSING, "completed"), 6),
    ("parser-error-midway", "product-import", (*UNTIL_PROCESSING, "failed"), 6),
    ("import-of-37040-rows", "product-import", (*UNTIL_PROCESSING, "completed"), 404),
]
RESULTS = [
    ("steady", "product-export", "progress", 1),
    ("instant", "product-export", "progress", 1),
    ("stuck-in-processing", "product-export", "progress", 0),
    ("partial-failure", "product-import", "progress", 0.5),
    ("parser-error-midway", "product-import", "advancement_count", 10),
    ("export-yields-one-product", "product-export", "count", 8),
    ("import-of-37040-rows", "product-import", "count", 37040),
]
ERRORS = [
    ("fails-in-pre-processing", "product-import", "Simulated failure: the job could not be pre-processed"),
    ("fails-in-processing", "product-export", "Simulated failure: the job could not be processed"),
    ("partial-failure", "product-import", "Simulated failure: the rows after it were not tried"),
    ("parser-error-midway", "product-import", "The csv file parsing failed due to: Simulated failure"),
]


def exported(world: MockWorld) -> str:
    """Return the key of a file with all products."""
    world.choose("instant")
    job = world.client.post(JOBS, json=EXPORT).json()["batch_job"]
    return str(world.client.get(f"{JOBS}/{job['id']}").json()["batch_job"]["result"]["file_key"])


def ordered(world: MockWorld, job_type: str, *, scenario: str) -> dict[str, Any]:
    """Return a new job, which lives by *scenario*; an import is of all products."""
    context = {} if job_type == "product-export" else {"fileKey": exported(world)}
    world.choose(scenario)
    order = {"type": job_type, "context": context, "dry_run": False}
    job: dict[str, Any] = world.client.post(JOBS, json=order).json()["batch_job"]
    return job


def seen(world: MockWorld, job: dict[str, Any]) -> dict[str, Any]:
    """Return the job as a client sees it now."""
    shown: dict[str, Any] = world.client.get(f"{JOBS}/{job['id']}").json()["batch_job"]
    return shown


def watched(world: MockWorld, job: dict[str, Any]) -> tuple[str, ...]:
    """Return the statuses of *job* that a client sees who looks whenever something moves, to the end."""
    statuses = [job["status"]]
    while True:
        try:
            world.clock.advance_to_next()
        except MockServerRefused:
            return tuple(statuses)
        statuses.append(seen(world, job)["status"])


def test_every_scenario_stands_in_the_table(mock_server: MockServer) -> None:
    known = mock_server.control.ask("GET", "scenarios")["scenarios"]

    assert [each["name"] for each in known] == [scenario for scenario, *_ in LIVES]


@pytest.mark.parametrize(("scenario", "job_type", "statuses", "seconds"), LIVES)
def test_a_client_sees_what_a_scenario_makes_of_a_job(
    world: MockWorld, scenario: str, job_type: str, statuses: tuple[str, ...], seconds: int
) -> None:
    job = ordered(world, job_type, scenario=scenario)
    began = world.clock.now

    assert watched(world, job) == statuses

    assert (world.clock.now - began).total_seconds() == seconds
    assert world.log.violations == []


@pytest.mark.parametrize(("scenario", "job_type", "member", "value"), RESULTS)
def test_a_client_sees_what_a_scenario_leaves_in_the_result(
    world: MockWorld, scenario: str, job_type: str, member: str, value: float
) -> None:
    job = ordered(world, job_type, scenario=scenario)

    watched(world, job)

    assert seen(world, job)["result"][member] == value


@pytest.mark.parametrize(("scenario", "job_type", "error"), ERRORS)
def test_a_client_sees_the_errors_of_a_scenario(
    world: MockWorld, scenario: str, job_type: str, error: str
) -> None:
    job = ordered(world, job_type, scenario=scenario)

    watched(world, job)

    assert error in str(seen(world, job)["result"]["errors"])


def test_an_export_that_yields_one_product_writes_no_more(world: MockWorld) -> None:
    job = ordered(world, "product-export", scenario="export-yields-one-product")
    watched(world, job)

    file = world.client.get(f"/uploads/{seen(world, job)['result']['file_key']}").text

    assert len(set(re.findall(r"^prod_\w+", file, re.MULTILINE))) == 1


# ---- faults


def impatient(world: MockWorld, *, seconds: float) -> httpx.Client:
    """Return a client in *world* that waits so long for anything."""
    return httpx.Client(base_url=world.url, headers=world.client.headers, timeout=seconds, trust_env=False)


def test_latency_is_longer_than_an_impatient_client_waits(world: MockWorld) -> None:
    world.add_fault("latency", milliseconds=400, count=1)

    with impatient(world, seconds=0.2) as client, pytest.raises(httpx.ReadTimeout):
        client.get(JOBS)

    assert world.client.get(JOBS).status_code == 200


def test_an_error_status_has_the_contracts_own_body_and_ends_by_the_worlds_clock(world: MockWorld) -> None:
    world.add_fault("status", status=400, operation="GetBatchJobs", for_="PT30S")

    answer = world.client.get(JOBS)
    created = world.client.post(JOBS, json=EXPORT)
    world.clock.advance(30)

    assert (answer.status_code, answer.json()["type"]) == (400, "invalid_data")
    assert created.status_code == 201
    assert world.client.get(JOBS).status_code == 200
    assert world.log.violations == []


def test_a_reset_is_no_answer(world: MockWorld) -> None:
    world.add_fault("reset", count=1)

    with pytest.raises(httpx.TransportError):
        world.client.get(JOBS)

    assert world.client.get(JOBS).status_code == 200


def test_a_truncated_answer_is_no_whole_one(world: MockWorld) -> None:
    world.add_fault("truncated", count=1)

    with pytest.raises(httpx.RemoteProtocolError, match=r"without sending complete message body"):
        world.client.get(JOBS)


def test_a_malformed_answer_is_no_json(world: MockWorld) -> None:
    world.add_fault("malformed", count=1)

    answer = world.client.get(JOBS)

    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert answer.status_code == 200


def test_a_stalled_answer_begins_and_does_not_end(world: MockWorld) -> None:
    world.add_fault("stalled", after_bytes=5, count=1)

    with (
        impatient(world, seconds=2) as client,
        client.stream("GET", JOBS) as answer,  # the head comes
        pytest.raises(httpx.ReadTimeout),
    ):
        answer.read()

    assert answer.status_code == 200


def test_faults_hold_until_they_are_ended_and_in_their_own_world_only(world: MockWorld) -> None:
    calm = world.fork()
    added = world.add_fault("status", status=503)

    assert [each["id"] for each in world.faults] == [added["id"]]
    assert [each.client.get(JOBS).status_code for each in (world, calm)] == [503, 200]

    world.clear_faults()
    assert world.faults == []
    assert world.client.get(JOBS).status_code == 200
