"""Events as a client reads them, from a real socket."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from mockserver.contract.document import Document
from mockserver.control.access import Access
from mockserver.control.app import build_control
from mockserver.server.settings import Settings
from mockserver.simulation.worlds import Worlds
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
def place(caller: httpx.Client, request: pytest.FixtureRequest) -> str:
    """Return the path of a world that stands still."""
    path = f"/_mock/worlds/w{abs(hash(request.node.name))}"
    caller.put(path, json={"clock": {"at": "2026-11-22T00:00:00Z", "speed": 0}}).raise_for_status()
    return path


def base(place: str) -> str:
    return "/@" + place.rpartition("/")[2]


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


async def beginning(app: ASGIApp, path: str, *, parts: int) -> list[bytes]:
    """Return the first *parts* of the answer to a client that then leaves."""
    got: list[bytes] = []
    enough = asyncio.Event()

    async def receive() -> Any:
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        got.append(message.get("body", b""))
        if len(got) > parts:
            enough.set()

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    async with asyncio.timeout(PATIENCE):
        await app(scope, receive, send)
    return got[1 : parts + 1]


def first(events: Iterator[Event], count: int) -> list[Event]:
    return [next(events) for _ in range(count)]


def test_what_happens_is_told_as_it_happens(caller: httpx.Client, place: str) -> None:
    with caller.stream("GET", f"{place}/events") as stream:
        events = told(stream)
        job = caller.post(f"{base(place)}{JOBS}", json=EXPORT).json()["batch_job"]["id"]
        created = first(events, 2)
        caller.post(f"{place}/clock/advance", json={"by": "PT1S"})
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


def test_two_jobs_of_one_instant_are_both_told_once(caller: httpx.Client, place: str) -> None:
    with caller.stream("GET", f"{place}/events") as stream:
        events = told(stream)
        ids = [caller.post(f"{base(place)}{JOBS}", json=EXPORT).json()["batch_job"]["id"] for _ in range(2)]
        created = first(events, 4)

    moved = [each["data"]["batch_job"] for each in created if each["event"] == "transition"]
    assert sorted(moved) == sorted(ids)


def test_the_worker_is_heard_though_nobody_asks(caller: httpx.Client, place: str) -> None:
    caller.post(f"{base(place)}{JOBS}", json=EXPORT)

    with caller.stream("GET", f"{place}/events") as stream:
        events = told(stream)
        caller.patch(f"{place}/clock", json={"speed": 20})
        heard = first(events, 5)

    assert [each["data"].get("status") for each in heard] == [
        None,
        "pre_processed",
        "confirmed",
        "processing",
        "completed",
    ]


def test_who_comes_back_is_told_what_it_missed(caller: httpx.Client, place: str) -> None:
    with caller.stream("GET", f"{place}/events") as stream:
        caller.get(f"{base(place)}/health")
        (seen,) = first(told(stream), 1)
    caller.get(f"{base(place)}/admin/store")

    with caller.stream("GET", f"{place}/events", headers={"Last-Event-ID": seen["id"]}) as again:
        (missed,) = first(told(again), 1)

    assert missed["data"]["path"] == "/admin/store"


def test_who_knows_another_stream_is_told_all_that_is_known(caller: httpx.Client, place: str) -> None:
    with caller.stream("GET", f"{place}/events") as stream:
        caller.get(f"{base(place)}/health")
        first(told(stream), 1)

    with caller.stream("GET", f"{place}/events", headers={"Last-Event-ID": "other-99"}) as again:
        (known,) = first(told(again), 1)

    assert known["data"]["path"] == "/health"


@pytest.mark.parametrize(("method", "path"), [("POST", "/reset"), ("DELETE", "")])
def test_a_stream_ends_with_its_world(caller: httpx.Client, place: str, method: str, path: str) -> None:
    with caller.stream("GET", f"{place}/events") as stream:
        caller.request(method, f"{place}{path}")

        rest = list(told(stream))

    assert rest == []


def test_a_stream_says_at_once_that_it_listens(caller: httpx.Client, place: str) -> None:
    with caller.stream("GET", f"{place}/events") as stream:
        line = next(stream.iter_lines())

    assert line.startswith(":")


def test_there_are_no_events_of_a_world_that_there_is_not(caller: httpx.Client) -> None:
    answer = caller.get("/_mock/worlds/nowhere/events")

    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def test_a_head_of_events_ends(caller: httpx.Client, place: str) -> None:
    answer = caller.head(f"{place}/events")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_silent_world_is_told_to_be_silent(document: Document, worlds: Worlds) -> None:
    settings = Settings()
    control = build_control(document, worlds, settings, access=Access(), heartbeat=0.01)
    worlds["one"].clock.freeze()

    lines = asyncio.run(beginning(control, "/_mock/worlds/one/events", parts=4))

    assert lines == [b": still here\n\n"] * 4


def test_a_client_that_leaves_is_not_kept(document: Document, worlds: Worlds) -> None:
    control = build_control(document, worlds, Settings(), access=Access())

    asyncio.run(beginning(control, "/_mock/worlds/default/events", parts=1))

    assert worlds.default.log.watchers == set()
