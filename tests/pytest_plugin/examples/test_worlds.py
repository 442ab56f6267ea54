"""Each test has a world of its own, and holds it."""

from datetime import timedelta

import httpx

from mockserver.pytest_plugin.world import MockWorld

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}


def test_any_client_is_in_the_world_by_its_base_url(world: MockWorld) -> None:
    token = {"x-medusa-access-token": "tok_admin_0123456789"}

    answer = httpx.post(f"{world.url}/admin/batch-jobs", json=EXPORT, headers=token)

    assert answer.status_code == 201
    assert [job.id for job in world.jobs] == [answer.json()["batch_job"]["id"]]


def test_a_world_begins_without_jobs(world: MockWorld) -> None:
    assert world.jobs == []
    assert world.client.get("/admin/batch-jobs").json()["count"] == 0


def test_a_client_without_credentials_logs_in(world: MockWorld) -> None:
    assert world.anonymous.get("/admin/batch-jobs").status_code == 401

    world.anonymous.post("/admin/auth", json={"email": "admin@example.com", "password": "supersecret"})

    assert world.anonymous.get("/admin/batch-jobs").status_code == 200


def test_the_log_tells_what_was_said(world: MockWorld) -> None:
    world.client.post("/admin/batch-jobs", json=EXPORT)
    world.client.get("/admin/batch-jobs", params={"limit": 5})

    (created,) = world.log.requests("POST", "/admin/batch-jobs")
    assert (created.status, created.sent) == (201, EXPORT)
    assert [each.query for each in world.log.requests("GET", "/admin/*")] == ["limit=5"]
    assert world.log.violations == []


def test_what_a_client_does_wrong_is_a_violation(world: MockWorld) -> None:
    answer = world.client.post("/admin/batch-jobs", json={"type": "product-export"})

    assert answer.status_code == 400
    assert "context" in str(world.log.violations)


def test_a_job_fails_when_the_test_says_so(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=EXPORT).json()

    failed = world.fail(job, "the disk is full")

    assert failed.status == "failed"
    seen = world.client.get(f"/admin/batch-jobs/{failed.id}").json()["batch_job"]
    assert "the disk is full" in str(seen["result"]["errors"])


def test_a_job_is_moved_on_without_waiting(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=EXPORT).json()

    assert world.force(job, "completed").status == "completed"


def test_a_fork_goes_its_own_way(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=EXPORT).json()

    fork = world.fork()
    fork.fail(job)
    world.clock.advance_until(job, "completed")

    assert (world.job(job).status, fork.job(job).status) == ("completed", "failed")


def test_a_world_begins_anew(world: MockWorld) -> None:
    began = world.clock.now
    world.client.post("/admin/batch-jobs", json=EXPORT)
    world.clock.advance(60)

    world.reset()

    assert world.jobs == []
    assert world.clock.speed == 0
    assert world.clock.now - began < timedelta(seconds=60)


def test_a_world_is_kept_and_put_back(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=EXPORT).json()
    snapshot = world.snapshot()
    world.clock.advance(60)

    world.restore(snapshot)

    assert world.job(job).status == "created"


def test_what_goes_wrong_ends_by_itself(world: MockWorld) -> None:
    world.add_fault("status", status=503, count=1)

    answers = [world.client.get("/admin/batch-jobs").status_code for _ in range(2)]

    assert answers == [503, 200]
    assert world.faults == []
