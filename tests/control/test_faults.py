"""Faults of a world, added and ended by those who steer, and met by its clients."""

import pytest

from mockserver.server.settings import Settings
from tests.asgi_client import Client

FAULTS = "/_mock/worlds/one/faults"
CLOSED = {"kind": "status", "status": 503, "operation": "GetStore"}


@pytest.fixture
def client(control: Client) -> Client:
    """Return a client of the fake backend whose exchanges nobody judges: faults keep no contract."""
    unjudged = Client(control.app, lambda _: None)
    return unjudged.with_headers(x_medusa_access_token=Settings().api_token)


@pytest.fixture
def fault(control: Client) -> str:
    """Return the id of a fault of the world `one`."""
    return str(control.post(FAULTS, CLOSED).json()["id"])


def test_a_fault_is_met_by_the_clients_of_its_world_alone(
    control: Client, client: Client, fault: str
) -> None:
    statuses = [client.get(f"{base}/admin/store").status for base in ("/@one", "/@two", "")]

    assert statuses == [503, 200, 200]
    (met,) = control.get(FAULTS).json()["faults"]
    assert met == {"id": fault, **CLOSED, "met": 1, "struck": 1}


def test_a_fault_ends_by_itself_after_as_many_requests_as_are_said(control: Client, client: Client) -> None:
    added = control.post(FAULTS, {**CLOSED, "count": 1})

    statuses = [client.get("/@one/admin/store").status for _ in range(2)]

    assert (added.status, added.json()["count"]) == (201, 1)
    assert statuses == [503, 200]
    assert control.get(FAULTS).json() == {"faults": []}


def test_a_fault_ends_by_the_clock_of_its_world(control: Client, client: Client) -> None:
    control.send_json("PUT", "/_mock/worlds/one", {"clock": {"speed": 0}})
    control.post(FAULTS, {**CLOSED, "for": "P1W"})

    before = client.get("/@one/admin/store").status
    control.post("/_mock/worlds/one/clock/advance", {"by": "P1W"})

    assert (before, client.get("/@one/admin/store").status) == (503, 200)


def test_one_fault_is_ended(control: Client, client: Client, fault: str) -> None:
    control.post(FAULTS, {"kind": "latency", "milliseconds": 0})

    ended = control.delete(f"{FAULTS}/{fault}")

    assert (ended.status, ended.json()["id"]) == (200, fault)
    assert [each["kind"] for each in control.get(FAULTS).json()["faults"]] == ["latency"]


def test_all_faults_are_ended(control: Client, client: Client, fault: str) -> None:
    ended = control.delete(FAULTS)

    assert (ended.status, ended.json()) == (200, {"faults": []})
    assert client.get("/@one/admin/store").status == 200


def test_an_unknown_fault_is_not_found(control: Client, fault: str) -> None:
    answer = control.delete(f"{FAULTS}/fault_9")

    assert answer.status == 404
    assert f"there are: {fault}" in answer.message


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({}, "kind: None is none; known: latency, status, reset"),
        ([], 'a fault is an object, such as {"kind": "latency", "milliseconds": 200}'),
        ({"kind": "reset", "count": 0}, "count: 0 is not how often, from 1"),
        ({"kind": "status"}, "status: missing; give the status of an error, from 400 to 599"),
        ({"kind": "reset", "color": "red"}, "color: a fault of kind reset has no such member"),
        ({"kind": "reset", "operation": "GetNothing"}, "operation: 'GetNothing' is none; known: DeleteAuth"),
        ({"kind": "reset", "for": "PT1S", "until": "2030-01-01T00:00:00Z"}, "give either for or until"),
    ],
)
def test_what_is_no_fault_is_refused_with_the_place_and_the_remedy(
    control: Client, payload: object, said: str
) -> None:
    answer = control.post(FAULTS, payload)

    assert answer.status == 400
    assert said in answer.message


def test_the_log_tells_what_struck_and_takes_it_for_no_violation(
    control: Client, client: Client, fault: str
) -> None:
    client.get("/@one/admin/store")

    (told,) = control.get("/_mock/worlds/one/log").json()["exchanges"]

    assert (told["faults"], told["status"], told["violations"]) == (["status"], 503, [])
