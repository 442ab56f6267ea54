"""What is shown again is what would be made anew."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import orjson
import pytest

from mockserver.contract.document import Document
from mockserver.server.app import build_app, build_world
from mockserver.server.recent import Recent
from mockserver.server.settings import Settings
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.users import Users
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client

LONG = 250  # more than are shown in one go, and no multiple of it
A_JOB: Mapping[str, Any] = {"type": "product-export", "context": {}, "dry_run": True}


@pytest.fixture
def job(world: World) -> BatchJob:
    user = next(iter(world.users.by_id))
    return world.create(job_type="product-export", context={}, dry_run=True, by=user)


def test_what_was_made_of_the_same_values_is_given_again(job: BatchJob, world: World) -> None:
    recent: Recent[str] = Recent(2)
    recent.keep(job, world.users, "made")

    assert recent.get(job, world.users) == "made"


def test_what_was_made_of_a_job_does_not_hold_for_what_became_of_it(job: BatchJob, world: World) -> None:
    recent: Recent[str] = Recent(2)
    recent.keep(job, world.users, "made")

    assert recent.get(replace(job), world.users) is None


def test_what_was_made_does_not_hold_when_users_have_changed(job: BatchJob, world: World) -> None:
    recent: Recent[str] = Recent(2)
    recent.keep(job, world.users, "made")

    assert recent.get(job, Users()) is None


def test_the_oldest_is_forgotten_when_there_is_no_more_room(job: BatchJob, world: World) -> None:
    recent: Recent[str] = Recent(2)
    jobs = [replace(job, id=f"batch_{number}") for number in range(3)]
    for each in jobs:
        recent.keep(each, world.users, each.id)

    kept = [recent.get(each, world.users) for each in jobs]

    assert kept == [None, "batch_1", "batch_2"]


def test_a_client_that_polls_gets_equal_answers_until_the_job_moves(
    client: Client, clock: ManualClock
) -> None:
    created = client.post("/admin/batch-jobs", A_JOB).json()["batch_job"]

    polled = [client.get(f"/admin/batch-jobs/{created['id']}") for _ in range(3)]
    clock.advance(timedelta(seconds=1))
    later = client.get(f"/admin/batch-jobs/{created['id']}")

    assert [each.json()["batch_job"] for each in polled] == [created] * 3
    assert polled[0].headers == polled[1].headers == polled[2].headers
    assert later.json()["batch_job"]["status"] == "pre_processed"


@pytest.mark.parametrize(
    "order",
    [
        A_JOB,
        {**A_JOB, "dry_run": False},
        {**A_JOB, "context": {"limit": 3}},
        {**A_JOB, "context": {"filterable_fields": {"title": '"%s%% {id} \u00e9\U0001f600'}}},
        {**A_JOB, "context": {"odd": [{"id": "batch_1", "created_at": None}, 1e300, ""]}},
        {**A_JOB, "type": "order-export"},
        {**A_JOB, "type": "product-import", "context": {"fileKey": "none"}},
    ],
)
def test_a_new_job_is_answered_as_it_is_retrieved_whatever_was_created_before(
    order: Mapping[str, Any], client: Client, clock: ManualClock
) -> None:
    for before in (A_JOB, order, {**order, "dry_run": True}):
        client.post("/admin/batch-jobs", before)
        clock.advance(timedelta(milliseconds=1001))

    answer = client.post("/admin/batch-jobs", order)
    created = answer.json()
    retrieved = client.get(f"/admin/batch-jobs/{created['batch_job']['id']}").json()

    assert created == retrieved
    assert answer.body == orjson.dumps(created)
    assert list(created["batch_job"]) == list(retrieved["batch_job"])
    assert created["batch_job"]["created_at"] == "2026-11-22T01:44:42.289Z"


def test_the_same_order_of_another_user_is_answered_with_a_job_of_theirs(client: Client) -> None:
    mine = client.post("/admin/batch-jobs", A_JOB).json()["batch_job"]
    login = {"email": "b@example.com", "password": "supersecret"}
    client.post("/admin/users", login)
    token = client.post("/admin/auth/token", login).json()["access_token"]

    theirs = client.with_headers(x_medusa_access_token="", authorization=f"Bearer {token}")
    answer = theirs.post("/admin/batch-jobs", A_JOB).json()["batch_job"]

    assert answer["created_by"] != mine["created_by"]
    assert answer["context"] == mine["context"]


def test_a_list_shows_old_and_new_jobs_in_their_order(client: Client) -> None:
    first = client.post("/admin/batch-jobs", A_JOB).json()["batch_job"]
    one = client.list_jobs()
    second = client.post("/admin/batch-jobs", A_JOB).json()["batch_job"]
    two = client.list_jobs()

    assert one == {"batch_jobs": [first], "count": 1, "offset": 0, "limit": 10}
    assert two == {"batch_jobs": [second, first], "count": 2, "offset": 0, "limit": 10}


def test_a_list_shows_a_job_as_it_has_become(client: Client, clock: ManualClock) -> None:
    client.post("/admin/batch-jobs", A_JOB)
    before = client.list_jobs()["batch_jobs"]
    clock.advance(timedelta(seconds=1))
    after = client.list_jobs()["batch_jobs"]

    assert [each["status"] for each in before + after] == ["created", "pre_processed"]


def test_a_list_with_chosen_fields_takes_nothing_from_whole_ones(client: Client) -> None:
    created = client.post("/admin/batch-jobs", A_JOB).json()["batch_job"]
    client.list_jobs()

    chosen = client.list_jobs(fields="type")["batch_jobs"]

    assert chosen == [{key: created[key] for key in ("dry_run", "id", "created_at", "type", "status")}]


def test_an_empty_list_is_one(client: Client) -> None:
    assert client.list_jobs() == {"batch_jobs": [], "count": 0, "offset": 0, "limit": ANY}


@pytest.mark.parametrize("query", ["", "&fields=type", "&order=created_at"])
def test_a_long_page_made_in_parts_is_what_short_pages_are_together(
    query: str, client: Client, world: World, clock: ManualClock
) -> None:
    user = next(iter(world.users.by_id))
    for _ in range(LONG):
        world.create(job_type="product-export", context={}, dry_run=True, by=user)
        clock.advance(timedelta(milliseconds=7))

    whole = client.get(f"/admin/batch-jobs?limit=0{query}")
    pages = [client.get(f"/admin/batch-jobs?limit=50&offset={start}{query}") for start in range(0, LONG, 50)]

    assert whole.json()["batch_jobs"] == [job for page in pages for job in page.json()["batch_jobs"]]
    assert {key: whole.json()[key] for key in ("count", "offset", "limit")} == {
        "count": LONG,
        "offset": 0,
        "limit": 0,
    }
    assert whole.headers["content-length"] == str(len(whole.body))


def test_others_have_their_turn_while_a_long_page_is_made(document: Document, clock: ManualClock) -> None:
    world = build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))
    user = next(iter(world.users.by_id))
    for _ in range(LONG):
        world.create(job_type="product-export", context={}, dry_run=True, by=user)
    answered: list[str] = []
    client = Client(
        build_app(document, Worlds(world), Settings()), lambda exchange: answered.append(exchange.path)
    )

    async def both() -> None:
        headers = {"x-medusa-access-token": Settings().api_token}
        await asyncio.gather(
            client._request("GET", "/admin/batch-jobs?limit=0", b"", headers),
            client._request("GET", "/health", b"", headers),
        )

    asyncio.run(both())

    assert answered == ["/health", "/admin/batch-jobs"]
