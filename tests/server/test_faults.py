"""Faults, seen by real clients on a real socket, and in process by either engine."""

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from mockserver.contract.document import Document
from mockserver.contract.judge import Exchange, Judge
from mockserver.server.app import build_app
from mockserver.server.faulty import BrokenOff
from mockserver.server.settings import ENGINES, Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.faults import Fault
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client
from tests.in_thread import PATIENCE, Running, running

JOBS, HEALTH = "/admin/batch-jobs", "/health"
TOKEN = {"x-medusa-access-token": Settings().api_token}
A_JOB = {"type": "product-export", "context": {}, "dry_run": True}


def strike(world: World, kind: str, **members: Any) -> Fault:
    return world.faults.add(Fault.of_json({"kind": kind, **members}, at=world.settle()))


@pytest.fixture
def server(document: Document, world: World) -> Iterator[Running]:
    """Run a server of the world."""
    with running(build_app(document, Worlds(world), Settings())) as serving:
        yield serving


@pytest.fixture
def clients(server: Running) -> Iterator[httpx.Client]:
    """Return a real client that is logged in."""
    with server.client(TOKEN) as client:
        yield client


def received(connection: socket.socket) -> bytes:
    """Return all that comes until the connection is closed."""
    content = b""
    while data := connection.recv(65536):
        content += data
    return content


def received_of(connection: socket.socket, request: bytes) -> bytes:
    """Return all that comes for *request*."""
    connection.sendall(request)
    return received(connection)


def asked(path: str = JOBS, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: x", f"x-medusa-access-token: {Settings().api_token}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def seconds_of(do: Callable[[], object]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


# ---- latency


def test_latency_lets_a_client_wait_for_the_right_answer(clients: httpx.Client, world: World) -> None:
    strike(world, "latency", milliseconds=150, count=1)

    slow = seconds_of(lambda: clients.get(JOBS).raise_for_status())

    assert slow >= 0.15
    assert not world.faults
    assert clients.get(JOBS).json()["count"] == 0


def test_a_client_with_less_patience_than_the_latency_gives_up(server: Running, world: World) -> None:
    strike(world, "latency", milliseconds=300, count=1)

    with server.client(TOKEN, timeout=0.05) as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.get(JOBS)

    assert server.becomes_idle()


def test_who_leaves_before_the_latency_is_over_has_asked_for_nothing(server: Running, world: World) -> None:
    strike(world, "latency", milliseconds=600_000, count=1)

    with server.client(TOKEN, timeout=0.05) as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.post(JOBS, json=A_JOB)

    assert server.becomes_idle()
    with server.client(TOKEN) as patient:
        assert patient.get(JOBS).json()["count"] == 0


def test_latency_does_not_hold_up_other_requests(server: Running, world: World) -> None:
    strike(world, "latency", milliseconds=500, count=1)

    with server.connection() as waiting, server.client(TOKEN) as other:
        waiting.sendall(asked(JOBS, "Connection: close"))
        assert other.get(HEALTH).text == "OK"
        waiting.settimeout(0)
        with pytest.raises(BlockingIOError):
            waiting.recv(1)
        waiting.settimeout(PATIENCE)
        assert received(waiting).startswith(b"HTTP/1.1 200")


# ---- error status


def test_an_error_status_comes_with_the_body_that_the_contract_shows(
    clients: httpx.Client, world: World
) -> None:
    strike(world, "status", status=404, operation="PostBatchJobs")

    answer = clients.post(JOBS, json=A_JOB)

    assert answer.status_code == 404
    assert answer.json() == {"type": "not_found", "message": "Batch job with id batch_nope was not found"}
    assert clients.get(JOBS).json()["count"] == 0


def test_an_error_that_the_contract_does_not_name_has_its_usual_shape(
    clients: httpx.Client, world: World
) -> None:
    strike(world, "status", status=503)

    answer = clients.get(JOBS)

    assert answer.status_code == 503
    assert answer.json() == {
        "code": "unknown_error",
        "type": "unknown_error",
        "message": "An unknown error occurred.",
    }


def test_an_error_status_ends_by_count(clients: httpx.Client, world: World) -> None:
    strike(world, "status", status=500, count=2)

    assert [clients.get(JOBS).status_code for _ in range(4)] == [500, 500, 200, 200]


def test_an_error_status_ends_by_the_clock_of_the_world(
    clients: httpx.Client, world: World, clock: ManualClock
) -> None:
    strike(world, "status", status=500, **{"for": "PT30S"})
    before = clients.get(JOBS).status_code
    clock.advance(timedelta(seconds=30))

    assert (before, clients.get(JOBS).status_code) == (500, 200)


def test_an_upload_that_is_answered_with_an_error_gets_its_answer(
    clients: httpx.Client, world: World
) -> None:
    strike(world, "status", status=413, count=1)

    answer = clients.post("/admin/uploads", files={"files": ("a.csv", b"a;b\r\n" * 100_000)})

    assert answer.status_code == 413
    assert clients.get(JOBS).status_code == 200


# ---- reset


def test_a_reset_is_one_to_a_client(clients: httpx.Client, world: World) -> None:
    strike(world, "reset", count=1)

    with pytest.raises(httpx.ReadError):
        clients.get(JOBS)

    assert clients.get(JOBS).status_code == 200


def test_a_reset_is_one_on_the_wire(server: Running, world: World) -> None:
    strike(world, "reset", count=1)

    with server.connection() as connection:
        connection.sendall(asked())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_nothing_happens_in_the_world_for_a_request_that_is_reset(
    clients: httpx.Client, world: World
) -> None:
    strike(world, "reset", operation="PostBatchJobs")

    with pytest.raises(httpx.ReadError):
        clients.post(JOBS, json=A_JOB)

    assert clients.get(JOBS).json()["count"] == 0


def test_an_answer_before_a_reset_on_the_same_connection_is_not_lost(server: Running, world: World) -> None:
    strike(world, "truncated", operation="GetBatchJobs")

    with server.connection() as connection:
        connection.sendall(asked(HEALTH) + asked(JOBS))
        content = received(connection)

    assert content.count(b"HTTP/1.1 200") == 2
    assert b"\r\n\r\nOKHTTP/1.1 200" in content


# ---- truncated


def test_a_truncated_answer_promises_more_than_it_holds(clients: httpx.Client, world: World) -> None:
    strike(world, "truncated", count=1)

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        clients.get(JOBS)

    assert clients.get(JOBS).status_code == 200


def test_half_of_a_truncated_answer_comes(server: Running, world: World) -> None:
    strike(world, "truncated")

    with server.connection() as connection:
        connection.sendall(asked())
        head, _, body = received(connection).partition(b"\r\n\r\n")

    whole = b'{"batch_jobs":[],"count":0,"offset":0,"limit":10}'
    assert f"content-length: {len(whole)}".encode() in head
    assert body == whole[: len(whole) // 2]


def test_a_request_whose_answer_is_truncated_is_done(clients: httpx.Client, world: World) -> None:
    strike(world, "truncated", operation="PostBatchJobs")

    with pytest.raises(httpx.RemoteProtocolError):
        clients.post(JOBS, json=A_JOB)

    assert clients.get(JOBS).json()["count"] == 1


def test_a_refusal_is_truncated_too(clients: httpx.Client, world: World) -> None:
    strike(world, "truncated")

    with pytest.raises(httpx.RemoteProtocolError):
        clients.get(f"{JOBS}/batch_nope")


# ---- malformed


def test_a_malformed_answer_comes_whole_and_is_no_json(clients: httpx.Client, world: World) -> None:
    strike(world, "malformed", count=1)

    answer = clients.get(JOBS)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.content) > 0
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert clients.get(JOBS).json()["count"] == 0


def test_a_malformed_answer_comes_even_to_a_client_that_has_the_right_one(
    clients: httpx.Client, world: World
) -> None:
    tag = clients.get(JOBS).headers["etag"]
    strike(world, "malformed", count=1)

    answer = clients.get(JOBS, headers={"if-none-match": tag})

    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert clients.get(JOBS, headers={"if-none-match": tag}).status_code == 304


# ---- stalled


def test_a_stalled_answer_begins_and_does_not_end(server: Running, world: World) -> None:
    strike(world, "stalled", after_bytes=7, count=1)

    with server.connection() as connection:
        connection.sendall(asked())
        connection.settimeout(0.3)
        content = connection.recv(65536)
        with pytest.raises(TimeoutError):
            connection.recv(1)

    assert content.endswith(b'\r\n\r\n{"batch')


def test_a_client_of_a_stalled_answer_gives_up_and_leaves_nothing_behind(
    server: Running, world: World
) -> None:
    strike(world, "stalled", count=1)

    with server.client(TOKEN, timeout=0.2) as client, pytest.raises(httpx.ReadTimeout):
        client.get(JOBS)

    assert server.becomes_idle()
    assert httpx.get(server.url + HEALTH, trust_env=False).text == "OK"


def test_a_stalled_answer_is_closed_when_its_seconds_have_passed(server: Running, world: World) -> None:
    strike(world, "stalled", seconds=0.2, count=1)

    with server.connection() as connection:
        waited = seconds_of(lambda: received_of(connection, asked()))

    assert 0.2 <= waited < PATIENCE
    assert server.becomes_idle()


@pytest.mark.parametrize("after", [0, 10**6])
def test_a_stalled_answer_is_never_whole(server: Running, world: World, after: int) -> None:
    strike(world, "stalled", after_bytes=after, seconds=0.01, count=1)

    with server.connection() as connection:
        connection.sendall(asked())
        _, _, body = received(connection).partition(b"\r\n\r\n")

    assert len(body) == min(after, len(b'{"batch_jobs":[],"count":0,"offset":0,"limit":10}') - 1)


@pytest.mark.parametrize(
    ("kind", "members"), [("stalled", {"seconds": 3600}), ("latency", {"milliseconds": 600_000})]
)
def test_what_waits_does_not_hold_up_the_end_of_the_server(
    server: Running, world: World, caplog: pytest.LogCaptureFixture, kind: str, members: dict[str, float]
) -> None:
    strike(world, kind, **members)
    logging.getLogger("uvicorn").addHandler(caplog.handler)

    with server.connection() as connection:
        connection.sendall(asked())
        assert server.becomes_busy()
        server.stop()
    logging.getLogger("uvicorn").removeHandler(caplog.handler)

    assert not server.thread.is_alive()
    assert caplog.messages == []  # uvicorn tells what it ends by force


# ---- whom


def test_a_fault_of_one_operation_leaves_the_others_alone(clients: httpx.Client, world: World) -> None:
    strike(world, "status", status=500, operation="GetBatchJobs")

    assert clients.get(JOBS).status_code == 500
    assert clients.get(HEALTH).status_code == 200
    assert clients.get(f"{JOBS}/batch_nope").status_code == 404


def test_what_is_no_operation_is_not_struck(clients: httpx.Client, world: World) -> None:
    fault = strike(world, "status", status=500)

    assert clients.get("/nowhere").status_code == 404
    assert clients.put(JOBS).status_code == 405
    assert clients.options(JOBS).status_code == 204
    assert clients.get("/openapi.json").status_code == 200
    assert world.faults.held == (fault,)


# ---- in process


@pytest.fixture(params=ENGINES)
def in_process(request: pytest.FixtureRequest, document: Document, world: World) -> Client:
    """Return a client in process whose exchanges nobody judges."""
    app = build_app(document, Worlds(world), Settings(), engine=request.param)
    return Client(app, lambda _: None).with_headers(**TOKEN)


@pytest.mark.parametrize(("kind", "members"), [("reset", {}), ("truncated", {}), ("stalled", {"seconds": 0})])
def test_who_calls_in_process_is_told_that_the_connection_was_broken_off(
    in_process: Client, world: World, kind: str, members: dict[str, float]
) -> None:
    strike(world, kind, count=1, **members)

    with pytest.raises(BrokenOff):
        in_process.get(JOBS)

    assert in_process.get(JOBS).status == 200


def test_the_log_of_the_world_tells_what_struck(in_process: Client, world: World) -> None:
    strike(world, "latency", milliseconds=0)
    strike(world, "reset", count=1)
    strike(world, "malformed", count=1)

    with pytest.raises(BrokenOff):
        in_process.get(JOBS)
    answer = in_process.get(JOBS)
    in_process.get(JOBS)

    entries = [entry for _, entry in world.log.after(0)]
    assert [(entry.status, [each.kind for each in entry.request.faults]) for entry in entries] == [
        (0, ["latency", "reset"]),
        (200, ["latency", "malformed"]),
        (200, ["latency"]),
    ]
    assert entries[1].body.startswith(answer.body)
    assert len(entries[1].body) > len(answer.body)


@pytest.mark.parametrize("kind", ["malformed", "status"])
def test_what_a_fault_does_is_no_error_of_ours(
    in_process: Client, world: World, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="mockserver")
    strike(world, kind, **({"status": 503} if kind == "status" else {}))

    in_process.get(JOBS)

    assert caplog.records == []


def test_head_is_struck_as_get_is(in_process: Client, world: World) -> None:
    strike(world, "status", status=503)

    answer = in_process.head(JOBS)

    assert (answer.status, answer.body) == (503, b"")


def test_a_browser_of_another_origin_may_read_an_error_status(in_process: Client, world: World) -> None:
    strike(world, "status", status=503)

    answer = in_process.get(JOBS, origin="http://localhost:7001")

    assert answer.headers["access-control-allow-origin"] == "http://localhost:7001"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, {"type": "not_allowed", "message": "Forbidden"}),
        (409, {"type": "not_allowed", "message": "Conflict"}),
        (404, {"type": "not_found", "message": "Not Found"}),
        (422, {"type": "invalid_data", "message": "Unprocessable Entity"}),
        (499, {"type": "invalid_data", "message": "Error"}),
        (502, {"code": "unknown_error", "type": "unknown_error", "message": "An unknown error occurred."}),
        (599, {"code": "unknown_error", "type": "unknown_error", "message": "An unknown error occurred."}),
    ],
)
def test_an_error_that_no_operation_names_keeps_the_contracts_shape(
    in_process: Client, world: World, status: int, body: object
) -> None:
    strike(world, "status", status=status, operation="GetHealth")

    answer = in_process.get(HEALTH)

    assert (answer.status, answer.json()) == (status, body)


def test_a_401_is_text_whether_the_operation_names_it_or_not(in_process: Client, world: World) -> None:
    strike(world, "status", status=401)

    answers = [in_process.get(path) for path in (HEALTH, JOBS)]

    assert [(each.status, each.text, each.headers["content-type"]) for each in answers] == [
        (401, "Unauthorized", "text/plain; charset=utf-8")
    ] * 2


def test_an_error_that_an_operation_names_keeps_its_contract(
    in_process: Client, world: World, judge: Judge
) -> None:
    strike(world, "status", status=415, operation="PostBatchJobs")

    answer = in_process.post(JOBS, A_JOB)

    exchange = Exchange(
        method="POST",
        path=JOBS,
        status=answer.status,
        response_headers=answer.headers,
        response_body=answer.body,
    )
    assert answer.status == 415
    assert judge.violations(exchange) == []
