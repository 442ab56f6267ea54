"""Scenarios chosen, and batch jobs looked at and moved by force."""

import pytest

from tests.asgi_client import Client

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
ONE = "/_mock/worlds/one"


@pytest.fixture
def job(control: Client, client: Client) -> str:
    """Return the id of a batch job that was just created in a world that stands still."""
    control.send_json("PUT", ONE, {"clock": {"speed": 0}})
    return str(client.post("/@one/admin/batch-jobs", EXPORT).json()["batch_job"]["id"])


def test_all_scenarios_are_told(control: Client) -> None:
    scenarios = {each["name"]: each for each in control.get("/_mock/scenarios").json()["scenarios"]}

    assert {"steady", "instant", "slow"} <= scenarios.keys()
    assert all(each["description"] for each in scenarios.values())


def test_a_scenario_counts_for_the_jobs_created_from_now_on(
    control: Client, client: Client, job: str
) -> None:
    chosen = control.send_json("PUT", f"{ONE}/scenario", {"name": "instant"})
    later = client.post("/@one/admin/batch-jobs", EXPORT).json()["batch_job"]["id"]

    assert (chosen.status, chosen.json()["name"]) == (200, "instant")
    assert control.get(f"{ONE}/scenario").json() == chosen.json()
    jobs = control.get(f"{ONE}/batch-jobs").json()["batch_jobs"]
    assert [(each["id"], each["status"], each["scenario"]) for each in jobs] == [
        (job, "created", "steady"),
        (later, "completed", "instant"),
    ]


def test_an_unknown_scenario_is_refused_with_those_that_are_known(control: Client) -> None:
    answer = control.send_json("PUT", f"{ONE}/scenario", {"name": "slwo"})

    assert answer.status == 400
    assert "unknown scenario 'slwo'; did you mean 'slow'? known: steady" in answer.message


def test_a_job_is_shown_with_its_course(control: Client, client: Client, job: str) -> None:
    control.post(f"{ONE}/clock/advance", {"by": "PT1S"})

    shown = control.get(f"{ONE}/batch-jobs/{job}").json()

    assert [(each["status"], each["before"]) for each in shown["course"]] == [
        ("created", None),
        ("pre_processed", "created"),
    ]
    assert (shown["id"], shown["status"], shown["dry_run"]) == (job, "pre_processed", False)
    assert shown["since"] == shown["course"][1]["at"]
    assert shown["result"]["stat_descriptors"]


def test_jobs_are_told_page_by_page(control: Client, client: Client, job: str) -> None:
    second = client.post("/@one/admin/batch-jobs", EXPORT).json()["batch_job"]["id"]

    page = control.get(f"{ONE}/batch-jobs?limit=1&offset=1").json()

    assert [each["id"] for each in page["batch_jobs"]] == [second]
    assert (page["count"], page["limit"], page["offset"]) == (2, 1, 1)


@pytest.mark.parametrize("query", ["limit=-1", "limit=1001", "limit=many", "offset=0.5", "size=1"])
def test_a_page_that_cannot_be_is_refused(control: Client, job: str, query: str) -> None:
    answer = control.get(f"{ONE}/batch-jobs?{query}")

    assert answer.status == 400
    assert query.partition("=")[0] in answer.message


def test_a_job_fails_now_with_the_error_that_is_given(control: Client, client: Client, job: str) -> None:
    errors = ["the disk is full", {"code": "E1", "message": "no"}]

    forced = control.post(f"{ONE}/batch-jobs/{job}/force", {"status": "failed", "errors": errors})

    assert (forced.status, forced.json()["status"]) == (200, "failed")
    seen = client.get(f"/@one/admin/batch-jobs/{job}").json()["batch_job"]
    assert (seen["status"], seen["result"]["errors"]) == ("failed", errors)


def test_a_job_is_completed_now_and_its_work_done(control: Client, client: Client, job: str) -> None:
    forced = control.post(f"{ONE}/batch-jobs/{job}/force", {"status": "completed"}).json()

    assert forced["status"] == "completed"
    assert client.get(f"/@one/uploads/{forced['result']['file_key']}").status == 200


@pytest.mark.parametrize(
    ("payload", "status", "said"),
    [
        ({"status": "created"}, 409, "it is that already"),
        ({"status": "canceled"}, 409, "the worker cannot make batch job"),
        ({"status": "completed", "errors": ["no"]}, 409, "errors are for a job that fails"),
        ({}, 400, "status must be a string"),
        ({"status": "failed", "errors": "no"}, 400, "errors must be an array"),
        ({"status": "failed", "errors": [1]}, 400, "the body must be an object with status and"),
        ({"status": "failed", "errors": [{"message": "a"}]}, 400, "the body must be an object with status"),
        ({"status": "failed", "errors": [{"message": 1, "code": 1}]}, 400, "the body must be an object"),
    ],
)
def test_what_no_worker_does_cannot_be_forced(
    control: Client, job: str, payload: object, status: int, said: str
) -> None:
    answer = control.post(f"{ONE}/batch-jobs/{job}/force", payload)

    assert answer.status == status
    assert said in answer.message


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/force")])
def test_an_unknown_job_is_not_found(control: Client, job: str, method: str, path: str) -> None:
    payload = {"status": "failed"} if path else None

    answer = control.send_json(method, f"{ONE}/batch-jobs/nope{path}", payload)

    assert (answer.status, "nope was not found" in answer.message) == (404, True)
