"""Worlds as those who steer see them: begun, set, reset, forked, deleted."""

import pytest

from mockserver import __version__
from mockserver.control.app import control_document
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
JOBS = "/admin/batch-jobs"
ONE = "/_mock/worlds/one"


def test_the_server_says_what_it_is_and_where_the_rest_is(control: Client) -> None:
    said = control.get("/_mock").json()

    assert (said["name"], said["version"], said["quirks"]) == ("mockserver", __version__, [])
    assert said["contract"] == {"title": "Medusa batch jobs", "version": "1.20.11"}
    assert control.get(said["links"]["document"]).json() == control_document().bundle
    assert control.get(said["links"]["worlds"]).status == 200


def test_every_operation_of_the_document_has_an_id_and_names_its_refusals() -> None:
    operations = [operation for _, _, operation in control_document().operations()]

    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all({"400", "401", "403"} <= each["responses"].keys() for each in operations)


def test_a_world_is_begun_with_everything_that_can_be_said_of_it(control: Client) -> None:
    settings = {"scenario": "slow", "seed": 7, "clock": {"at": "2020-01-01T00:00:00Z", "speed": 0}}

    begun = control.send_json("PUT", ONE, settings)

    assert begun.status == 201
    assert begun.json() == {
        "name": "one",
        "clock": {
            "now": "2020-01-01T00:00:00.000Z",
            "speed": 0.0,
            "frozen": True,
            "next_transition_at": None,
        },
        "scenario": "slow",
        "seed": 7,
        "batch_jobs": 0,
        "exchanges": 0,
    }
    assert control.get(ONE).json() == begun.json()


def test_a_world_that_there_is_is_set(control: Client) -> None:
    control.send_json("PUT", ONE, None)

    again = control.send_json("PUT", ONE, {"scenario": "instant"})

    assert (again.status, again.json()["scenario"]) == (200, "instant")


def test_equal_seeds_give_equal_ids(control: Client, client: Client) -> None:
    for name in ("one", "two"):
        control.send_json("PUT", f"/_mock/worlds/{name}", {"seed": 5})

    ids = [client.post(f"/@{name}{JOBS}", EXPORT).json()["batch_job"]["id"] for name in ("one", "two", "six")]

    assert ids[0] == ids[1] != ids[2]


def test_a_world_with_a_batch_job_is_set_only_forward(control: Client, client: Client) -> None:
    client.post(f"/@one{JOBS}", EXPORT)

    back = control.send_json("PUT", ONE, {"clock": {"at": "2020-01-01T00:00:00Z"}})
    forward = control.send_json("PUT", ONE, {"clock": {"at": "2030-01-01T00:00:00Z"}})

    assert (back.status, forward.status) == (409, 200)
    assert "time does not run backwards" in back.message
    assert forward.json()["clock"]["now"] == "2030-01-01T00:00:00.000Z"


def test_all_worlds_are_listed(control: Client, client: Client) -> None:
    client.post(f"/@one{JOBS}", EXPORT)

    listed = control.get("/_mock/worlds").json()

    assert [each["name"] for each in listed["worlds"]] == ["default", "template", "one"]
    assert [each["batch_jobs"] for each in listed["worlds"]] == [0, 0, 1]
    assert listed["count"] == 3


def test_a_reset_world_begins_anew(control: Client, client: Client) -> None:
    client.post(f"/@one{JOBS}", EXPORT)

    reset = control.post(f"{ONE}/reset")

    assert (reset.status, reset.json()["batch_jobs"]) == (200, 0)
    assert client.get(f"/@one{JOBS}").json()["count"] == 0


def test_a_fork_goes_its_own_way(control: Client, client: Client) -> None:
    client.post(f"/@one{JOBS}", EXPORT)

    forked = control.post(f"{ONE}/fork", {"as": "two"})
    client.post(f"/@two{JOBS}", EXPORT)

    assert (forked.status, forked.json()["name"], forked.json()["batch_jobs"]) == (201, "two", 1)
    assert [client.get(f"/@{name}{JOBS}").json()["count"] for name in ("one", "two")] == [1, 2]


def test_a_world_forked_into_the_template_is_what_others_begin_as(control: Client, client: Client) -> None:
    client.post(JOBS, EXPORT)

    control.post("/_mock/worlds/default/fork", {"as": "template"})

    assert client.get(f"/@new{JOBS}").json()["count"] == 1


def test_a_deleted_world_is_no_more(control: Client) -> None:
    control.send_json("PUT", ONE, None)

    deleted = control.delete(ONE)

    assert (deleted.status, deleted.json()) == (200, {"name": "one", "deleted": True})
    assert control.get(ONE).status == 404


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", ["", "/clock", "/scenario", "/batch-jobs", "/log", "/batch-jobs/x"])
def test_reading_begins_no_world(control: Client, worlds: Worlds, method: str, path: str) -> None:
    answer = control.request(method, f"{ONE}{path}")

    assert answer.status in (404, 405)
    assert "one" not in worlds.known()


def test_the_header_of_clients_names_no_world_here(control: Client, worlds: Worlds) -> None:
    answer = control.with_headers(x_mock_world="stray").get("/_mock/worlds/default")

    assert (answer.status, answer.json()["name"]) == (200, "default")
    assert "stray" not in worlds.known()


def test_a_world_that_could_not_be_set_as_asked_does_not_begin(control: Client, worlds: Worlds) -> None:
    answer = control.send_json("PUT", ONE, {"scenario": "slwo"})

    assert answer.status == 400
    assert "unknown scenario 'slwo'; did you mean 'slow'? known: steady" in answer.message
    assert "one" not in worlds.known()


@pytest.mark.parametrize(
    ("method", "path", "payload", "status", "said"),
    [
        ("PUT", "/_mock/worlds/.one", None, 400, "cannot be the name of a world; take 1 to 100 letters"),
        ("PUT", "/_mock/worlds/one", {"sceanrio": "slow"}, 400, "property sceanrio should not exist"),
        ("PUT", "/_mock/worlds/one", [], 400, "the body must be an object with any of scenario, seed"),
        ("PUT", "/_mock/worlds/one", {"clock": {"speed": -1}}, 400, "clock.speed must not be less than 0"),
        ("PUT", "/_mock/worlds/one", {"clock": {"at": "noon"}}, 400, "clock.at must be a valid date-time"),
        ("PUT", "/_mock/worlds/one", {"clock": {"at": "0001-01-01T00:00:00Z"}}, 409, "a clock cannot begin"),
        ("POST", "/_mock/worlds/one/fork", {}, 400, "as must be a string"),
        ("POST", "/_mock/worlds/one/fork", {"as": "default"}, 409, "delete it, or take another name"),
        ("DELETE", "/_mock/worlds/default", None, 409, "is always there; reset it instead"),
        ("DELETE", "/_mock/worlds/nope", None, 404, "there is no world 'nope'"),
        ("DELETE", "/_mock/worlds", None, 405, "Cannot DELETE /_mock/worlds"),
        ("GET", "/_mock/nothing", None, 404, "Cannot GET /_mock/nothing"),
    ],
)
def test_a_refusal_names_the_place_and_the_remedy(
    control: Client, method: str, path: str, payload: object, status: int, said: str
) -> None:
    answer = control.send_json(method, path, payload)

    assert (answer.status, answer.json().keys()) == (status, {"type", "message"})
    assert said in answer.message


def test_there_may_be_so_many_worlds_and_no_more(control: Client) -> None:
    begun = [control.send_json("PUT", f"/_mock/worlds/w{number}", None).status for number in range(5)]

    one_more = control.send_json("PUT", "/_mock/worlds/w5", None)

    assert begun == [201] * 5
    assert (one_more.status, one_more.json()["type"]) == (429, "too_many")


def test_a_body_that_is_sent_as_no_json_is_refused_with_the_remedy(control: Client) -> None:
    sent_as = {"content-type": "application/x-www-form-urlencoded"}

    answer = control.request("PUT", ONE, body=b'{"seed": 1}', headers=sent_as)

    assert answer.status == 415
    assert "send it as Content-Type: application/json" in answer.message


def test_what_lies_beside_the_control_is_the_contracts_own(control: Client, client: Client) -> None:
    assert client.get("/_mockery").message == "Cannot GET /_mockery"
    assert client.get("/health").text == "OK"
