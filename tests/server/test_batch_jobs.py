"""Batch jobs over HTTP, in the default personality: what a frontend relies on."""

from datetime import timedelta
from typing import Any

import pytest

from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.world import World
from tests.asgi_client import Client

JOBS = "/admin/batch-jobs"
ONE_SECOND = timedelta(seconds=1)
NEW_SHIRT = (
    b"Product Handle;Product Title;Variant Title;Variant SKU;Variant Inventory Quantity;Option 1 Name;"
    b"Option 1 Value\nnew-shirt;New Shirt;S;NS-1;3;Size;S\n"
)
STATUSES = ["created", "pre_processed", "confirmed", "processing", "completed"]


def created(client: Client, **fields: Any) -> Any:
    return client.post(JOBS, {"type": "product-export", "context": {}, **fields}).json()["batch_job"]


def status_of(client: Client, job: Any) -> str:
    return str(client.get(f"{JOBS}/{job['id']}").json()["batch_job"]["status"])


def test_a_job_passes_through_every_status_without_being_touched(client: Client, clock: ManualClock) -> None:
    job = created(client)

    seen = [status_of(client, job)]
    for _ in range(6):
        clock.advance(ONE_SECOND)
        seen.append(status_of(client, job))

    assert list(dict.fromkeys(seen)) == STATUSES


def test_looking_changes_nothing(client: Client, clock: ManualClock) -> None:
    watched, left_alone = created(client), created(client)

    for _ in range(20):
        clock.advance(timedelta(milliseconds=400))
        status_of(client, watched)

    ended = [client.get(f"{JOBS}/{job['id']}").json()["batch_job"] for job in (watched, left_alone)]
    instants = [{name: value for name, value in job.items() if name.endswith("_at")} for job in ended]
    assert instants[0] == instants[1]


def test_a_dry_run_waits_for_its_confirmation(client: Client, clock: ManualClock) -> None:
    job = created(client, dry_run=True)

    clock.advance(timedelta(days=1))

    assert status_of(client, job) == "pre_processed"


def test_a_confirmed_dry_run_completes(client: Client, clock: ManualClock) -> None:
    job = created(client, dry_run=True)
    clock.advance(ONE_SECOND)

    answer = client.post(f"{JOBS}/{job['id']}/confirm")
    clock.advance(timedelta(minutes=1))

    assert answer.json()["batch_job"]["status"] == "confirmed"
    assert status_of(client, job) == "completed"


def test_progress_grows_while_processing(client: Client, clock: ManualClock) -> None:
    job = created(client)
    clock.advance(timedelta(seconds=3))

    results = []
    for _ in range(3):
        results.append(client.get(f"{JOBS}/{job['id']}").json()["batch_job"]["result"])
        clock.advance(ONE_SECOND)

    assert [result["count"] for result in results] == [results[0]["count"]] * 3
    assert results[0]["advancement_count"] < results[1]["advancement_count"] < results[2]["advancement_count"]
    assert results[0]["progress"] < results[1]["progress"] < results[2]["progress"] < 1


def test_the_file_of_an_export_is_as_large_as_its_result_says(client: Client, clock: ManualClock) -> None:
    job = created(client)
    clock.advance(timedelta(minutes=1))
    result = client.get(f"{JOBS}/{job['id']}").json()["batch_job"]["result"]

    address = client.post("/admin/uploads/download-url", {"file_key": result["file_key"]}).json()[
        "download_url"
    ]
    file = client.get(address.removeprefix("http://testserver"))

    assert file.headers["content-type"] == "text/csv; charset=UTF-8"
    assert len(file.body) == result["file_size"]
    assert file.text.startswith("Product Id;Product Handle;Product Title")


def test_an_import_that_names_no_file_fails_and_says_so(client: Client, clock: ManualClock) -> None:
    job = created(client, type="product-import", context={"fileKey": "nope.csv"})

    clock.advance(timedelta(minutes=1))

    ended = client.get(f"{JOBS}/{job['id']}").json()["batch_job"]
    assert ended["status"] == "failed"
    assert "nope.csv" in ended["result"]["errors"][0]


def test_an_import_changes_the_catalogue_when_it_completes(client: Client, clock: ManualClock) -> None:
    key = client.upload(NEW_SHIRT).json()["uploads"][0]["key"]
    job = created(client, type="product-import", context={"fileKey": key})
    clock.advance(timedelta(seconds=5))
    before = client.get("/admin/products?handle=new-shirt").json()["count"]

    clock.advance(timedelta(minutes=1))

    assert (before, client.get("/admin/products?handle=new-shirt").json()["count"]) == (0, 1)
    assert status_of(client, job) == "completed"


def test_an_import_canceled_while_processing_changes_nothing(client: Client, clock: ManualClock) -> None:
    key = client.upload(NEW_SHIRT).json()["uploads"][0]["key"]
    job = created(client, type="product-import", context={"fileKey": key})
    clock.advance(timedelta(seconds=4))

    answer = client.post(f"{JOBS}/{job['id']}/cancel")
    clock.advance(timedelta(minutes=1))

    assert answer.json()["batch_job"]["status"] == "canceled"
    assert client.get("/admin/products?handle=new-shirt").json()["count"] == 0
    assert status_of(client, job) == "canceled"


def test_another_users_job_cannot_be_seen_confirmed_or_canceled(client: Client, world: World) -> None:
    world.add_user(email="other@example.com", password="supersecret", api_token="tok_other")
    other = client.with_headers(x_medusa_access_token="tok_other")
    job = created(client)

    answers = [
        other.get(f"{JOBS}/{job['id']}"),
        other.post(f"{JOBS}/{job['id']}/confirm"),
        other.post(f"{JOBS}/{job['id']}/cancel"),
    ]

    refusal = {
        "type": "not_allowed",
        "message": "Cannot access a batch job that does not belong to the logged in user",
    }
    assert [(answer.status, answer.json()) for answer in answers] == [(400, refusal)] * 3
    assert other.list_jobs()["count"] == 0


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "type must be a string, context must be an object"),
        ({"type": "nope", "context": {}}, 404, "Unable to find a BatchJob strategy with the type nope"),
        ({"type": "price-list-import", "context": {}}, 400, "Price list id is required"),
        (
            {"type": "price-list-import", "context": {"price_list_id": "pl_nope"}},
            404,
            "Price list with id: pl_nope was not found",
        ),
        ({"type": "product-export", "context": {"order": 5}}, 400, "context.order must be a string"),
        (
            {"type": "product-export", "context": {}, "dry_run": None},
            400,
            "Can't insert null value in field dry_run on insert in table batch_job",
        ),
    ],
)
def test_a_job_that_cannot_be_created_is_refused_in_the_recorded_words(
    client: Client, body: Any, status: int, message: str
) -> None:
    answer = client.post(JOBS, body)

    assert (answer.status, answer.message) == (status, message)


def test_the_selected_columns_are_shown_and_the_status_stays_true(client: Client, clock: ManualClock) -> None:
    created(client, dry_run=True)
    clock.advance(ONE_SECOND)

    listed = client.list_jobs(fields="type", expand="created_by_user")

    (job,) = listed["batch_jobs"]
    assert list(job) == ["dry_run", "id", "created_at", "type", "created_by_user", "status"]
    assert (job["dry_run"], job["status"]) == (True, "pre_processed")
    assert job["created_by_user"]["email"] == Settings().admin_email
