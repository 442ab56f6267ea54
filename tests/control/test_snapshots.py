"""Snapshots taken and restored by those who steer."""

import json

import pytest

from tests.asgi_client import Client

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
JOBS = "/admin/batch-jobs"
ONE = "/_mock/worlds/one"


def test_a_restored_world_goes_on_as_the_one_that_was_taken(control: Client, client: Client) -> None:
    control.send_json("PUT", ONE, {"clock": {"speed": 0}})
    client.post(f"/@one{JOBS}", EXPORT)
    snapshot = control.get(f"{ONE}/snapshot").json()
    control.post(f"{ONE}/clock/advance", {"by": "PT1M"})

    again = control.send_json("PUT", "/_mock/worlds/two/snapshot", snapshot)
    earlier = client.get(f"/@two{JOBS}").json()["batch_jobs"]
    control.post("/_mock/worlds/two/clock/advance", {"by": "PT1M"})

    assert (again.status, again.json()["name"], again.json()["batch_jobs"]) == (201, "two", 1)
    assert [each["status"] for each in earlier] == ["created"]
    jobs = [control.get(f"/_mock/worlds/{name}/batch-jobs").json() for name in ("one", "two")]
    assert jobs[0] == jobs[1]


def test_a_snapshot_takes_the_place_of_a_world(control: Client, client: Client) -> None:
    snapshot = control.get("/_mock/worlds/default/snapshot").json()
    client.post(JOBS, EXPORT)

    restored = control.send_json("PUT", "/_mock/worlds/default/snapshot", snapshot)

    assert (restored.status, restored.json()["batch_jobs"]) == (200, 0)
    assert client.get(JOBS).json()["count"] == 0


def test_a_large_snapshot_is_restored(control: Client, client: Client) -> None:
    client.upload(b"x" * 300_000, filename="large.csv", target="/@one/admin/uploads")
    snapshot = control.get(f"{ONE}/snapshot").json()

    restored = control.send_json("PUT", f"{ONE}/snapshot", snapshot)

    assert len(json.dumps(snapshot)) > 100 * 1024
    assert restored.status == 200


def test_what_is_no_snapshot_is_refused_with_the_place(control: Client) -> None:
    snapshot = control.get("/_mock/worlds/default/snapshot").json()

    payloads: list[object] = [{}, [], {**snapshot, "clock": {"at": "noon", "speed": 1}}]
    answers = [control.send_json("PUT", f"{ONE}/snapshot", payload) for payload in payloads]

    assert [each.status for each in answers] == [400] * 3
    assert "format" in answers[0].message
    assert "that GET of the same path has given" in answers[1].message
    assert "clock.at" in answers[2].message
    assert control.get(ONE).status == 404


@pytest.mark.parametrize("seed", [b"5.0", b"5e9"])
def test_a_world_whose_seed_is_written_as_a_fraction_can_be_kept(control: Client, seed: bytes) -> None:
    headers = {"content-type": "application/json"}
    control.request("PUT", "/_mock/worlds/one", body=b'{"seed": ' + seed + b"}", headers=headers)

    kept = control.get("/_mock/worlds/one/snapshot")

    assert kept.status == 200
    assert kept.json()["chance"]["seed"] == int(float(seed))
    assert control.send_json("PUT", "/_mock/worlds/two/snapshot", kept.json()).status == 201
    assert control.get("/_mock/worlds/two/snapshot").json() == kept.json()
