"""A job moves when the test says so: its world's clock stands still."""

from datetime import UTC, datetime, timedelta

import pytest

from mockserver.pytest_plugin.world import MockWorld

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
DRY_RUN = {**EXPORT, "dry_run": True}


def test_nothing_happens_by_itself(world: MockWorld) -> None:
    world.client.post("/admin/batch-jobs", json=EXPORT)

    assert world.clock.speed == 0
    assert [job.status for job in world.jobs] == ["created"]


def test_a_job_moves_as_time_is_moved(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=EXPORT).json()["batch_job"]

    moved = world.clock.advance(3)

    assert [each.status for each in moved] == ["pre_processed", "confirmed", "processing"]
    assert world.client.get(f"/admin/batch-jobs/{job['id']}").json()["batch_job"]["status"] == "processing"


@pytest.mark.parametrize("by", [timedelta(minutes=1), 60, "PT1M"])
def test_time_is_moved_by_whatever_is_at_hand(world: MockWorld, by: timedelta | float | str) -> None:
    began = world.clock.now

    world.clock.advance(by)

    assert world.clock.now - began == timedelta(minutes=1)


def test_time_is_moved_to_what_is_next(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=EXPORT).json()

    world.clock.advance_to_next()
    assert world.job(job).status == "pre_processed"

    world.clock.advance_until(job, "completed")
    assert world.job(job).status == "completed"
    assert world.clock.now == world.job(job).course[-1].at


def test_a_job_that_waits_for_a_client_is_not_waited_for(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=DRY_RUN).json()

    with pytest.raises(Exception, match="it waits for a client to confirm"):
        world.clock.advance_until(job, "completed")


def test_a_day_passes_at_once(world: MockWorld) -> None:
    began = world.clock.now
    world.client.post("/admin/batch-jobs", json=EXPORT)

    world.clock.jump(began + timedelta(days=1))

    assert world.jobs[0].status == "completed"
    assert world.jobs[0].course[-1].at < began + timedelta(minutes=1)


def test_the_clock_may_run_too(world: MockWorld) -> None:
    world.clock.run(speed=100_000)
    began = world.clock.now
    assert world.clock.now > began

    world.clock.freeze()
    assert world.clock.speed == 0


def test_every_run_sees_the_same_instants(world: MockWorld, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("mock_server_url"):
        pytest.skip("the server that is up has a clock of its own")

    assert world.clock.now == datetime(2100, 1, 1, tzinfo=UTC)
