"""Events as a client reads them, from a real socket."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.serving import serving

PATIENCE = 20  # seconds until a test gives up; machines are noisy
EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
JOBS = "/admin/batch-jobs"
TOKEN = {"x-medusa-access-token": "tok_admin_0123456789"}

Event = dict[str, Any]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def caller(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers=TOKEN, timeout=PATIENCE, trust_env=False) as client:
        yield client


@pytest.fixture
def world(caller: httpx.Client, request: pytest.FixtureRequest) -> str:
    """Return the path of a world that stands still."""
    path = f"/_mock/worlds/w{abs(hash(request.node.name))}"
    caller.put(path, json={"clock": {"at": "2026-11-22T00:00:00Z", "speed": 0}}).raise_for_status()
    return path


def base(world: str) -> str:
    return "/@" + world.rpartition("/")[2]


def told(response: httpx.Response) -> Iterator[Event]:
    """Yield the events of a stream as they come."""
    event: Event = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            event[name] = json.loads(value) if name == "data" else value
        elif event:
            yield event
            event = {}


def first(events: Iterator[Event], count: int) -> list[Event]:
    return [next(events) for _ in range(count)]


def test_what_happens_is_told_as_it_happens(caller: httpx.Client, world: str) -> None:
    with caller.stream("GET", f"{world}/events") as stream:
        events = told(stream)
        job = caller.post(f"{base(world)}{JOBS}", json=EXPORT).json()["batch_job"]["id"]
        created = first(events, 2)
        caller.post(f"{world}/clock/advance", json={"by": "PT1S"})
        advanced = first(events, 2)

    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert [each["event"] for each in (*created, *advanced)] == [
        "transition",
        "exchange",
        "transition",
        "clock",
    ]
    assert created[0]["data"]["batch_job"] == job
    assert created[1]["data"]["path"] == JOBS
    assert advanced[0]["data"]["status"] == "pre_processed"
    assert advanced[1]["data"]["now"] == "2026-11-22T00:00:01.000Z"


def test_two_jobs_of_one_instant_are_both_told_once(caller: httpx.Client, world: str) -> None:
    with caller.stream("GET", f"{world}/events") as stream:
        events = told(stream)
        ids = [caller.post(f"{base(world)}{JOBS}", json=EXPORT).json()["batch_job"]["id"] for _ in range(2)]
        created = first(events, 4)

    moved = [each["data"]["batch_job"] for each in created if each["event"] == "transition"]
    assert sorted(moved) == sorted(ids)


def test_the_worker_is_heard_though_nobody_asks(caller: httpx.Client, world: str) -> None:
    caller.post(f"{base(world)}{JOBS}", json=EXPORT)

    with caller.stream("GET", f"{world}/events") as stream:
        events = told(stream)
        caller.patch(f"{world}/clock", json={"speed": 20})
        heard = first(events, 5)

    assert [each["data"].get("status") for each in heard] == [
        None,
        "pre_processed",
        "confirmed",
        "processing",
        "completed",
    ]


def test_who_comes_back_is_told_what_it_missed(caller: httpx.Client, world: str) -> None:
    with caller.stream("GET", f"{world}/events") as stream:
        caller.get(f"{base(world)}/health")
        (seen,) = first(told(stream), 1)
    caller.get(f"{base(world)}/admin/store")

    with caller.stream("GET", f"{world}/events", headers={"Last-Event-ID": seen["id"]}) as again:
        (missed,) = first(told(again), 1)

    assert missed["data"]["path"] == "/admin/store"


def test_who_knows_another_stream_is_told_all_that_is_known(caller: httpx.Client, world: str) -> None:
    with caller.stream("GET", f"{world}/events") as stream:
        caller.get(f"{base(world)}/health")
        first(told(stream), 1)

    with caller.stream("GET", f"{world}/events", headers={"Last-Event-ID": "other-99"}) as again:
        (known,) = first(told(again), 1)

    assert known["data"]["path"] == "/health"


@pytest.mark.parametrize(("method", "path"), [("POST", "/reset"), ("DELETE", "")])
def test_a_stream_ends_with_its_world(caller: httpx.Client, world: str, method: str, path: str) -> None:
    with caller.stream("GET", f"{world}/events") as stream:
        caller.request(method, f"{world}{path}")

        rest = list(told(stream))

    assert rest == []


def test_a_stream_says_at_once_that_it_listens(caller: httpx.Client, world: str) -> None:
    with caller.stream("GET", f"{world}/events") as stream:
        line = next(stream.iter_lines())

    assert line.startswith(":")


def test_there_are_no_events_of_a_world_that_there_is_not(caller: httpx.Client) -> None:
    answer = caller.get("/_mock/worlds/nowhere/events")

    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def test_a_head_of_events_ends(caller: httpx.Client, world: str) -> None:
    answer = caller.head(f"{world}/events")

    assert (answer.status_code, answer.content) == (200, b"")
