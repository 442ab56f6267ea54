"""What those may do who hold the reins of a world: its time, and its worker."""

from datetime import timedelta

import pytest

from mockserver.simulation.clock import to_json
from mockserver.simulation.refusals import BatchJobNotFound, CannotBecome, NotForeseen
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.steering import advance_to_next, advance_until, force
from mockserver.simulation.world import World
from tests.conftest import BEGINNING

SECOND = timedelta(seconds=1)


def created(world: World, *, dry_run: bool = False) -> str:
    admin = next(iter(world.users.by_id))
    return world.create(job_type="product-export", context={}, dry_run=dry_run, by=admin).id


def test_the_clock_moves_to_the_next_transition(world: World) -> None:
    job_id = created(world)

    statuses = [(advance_to_next(world) - BEGINNING, world.look_at(job_id).status) for _ in range(4)]

    assert statuses == [
        (1 * SECOND, "pre_processed"),
        (2 * SECOND, "confirmed"),
        (3 * SECOND, "processing"),
        (6 * SECOND, "completed"),
    ]


def test_where_nothing_will_happen_there_is_no_next_transition(world: World) -> None:
    advance_until(world, created(world), "completed")
    created(world, dry_run=True)
    advance_to_next(world)

    with pytest.raises(NotForeseen, match="no batch job will move by itself"):
        advance_to_next(world)

    assert world.clock.now() == BEGINNING + 7 * SECOND


def test_the_clock_moves_until_a_job_is_completed(world: World) -> None:
    job_id = created(world)
    other = created(world, dry_run=True)

    job = advance_until(world, job_id, "completed")

    assert job.status == "completed"
    assert job.instants["completed_at"] == world.clock.now() == BEGINNING + 6 * SECOND
    assert world.look_at(other).instants["pre_processed_at"] == BEGINNING + SECOND


def test_the_clock_stays_when_the_job_has_been_there_before(world: World) -> None:
    job_id = created(world)
    world.clock.advance(10 * SECOND)

    advance_until(world, job_id, "processing")

    assert world.clock.now() == BEGINNING + 10 * SECOND


def test_an_import_is_awaited_as_any_other(world: World) -> None:
    key = world.upload("products.csv", b"Product Title,Product Handle\nA,a\n")
    admin = next(iter(world.users.by_id))
    job = world.create(job_type="product-import", context={"fileKey": key}, dry_run=False, by=admin)

    advance_until(world, job.id, "pre_processed")
    before = len(world.catalogue.products)

    with pytest.raises(NotForeseen, match=rf"batch job {job.id} will not be canceled by itself"):
        advance_until(world, job.id, "canceled")
    assert len(world.catalogue.products) == before


@pytest.mark.parametrize(
    ("scenario", "dry_run", "status", "why"),
    [
        (
            "stuck-in-processing",
            False,
            "completed",
            "in-processing, never makes the transition complete",
        ),
        ("steady", True, "completed", "when it is pre_processed, it waits for a client to confirm it"),
        ("steady", False, "failed", "it is completed, from where a worker moves nothing"),
        ("steady", False, "canceled", "it is completed, from where a worker moves nothing"),
        ("steady", False, "done", "there is no status 'done'; known: created, pre_processed, confirmed"),
    ],
)
def test_what_will_not_happen_by_itself_is_told_and_the_clock_stays(
    world: World, scenario: str, *, dry_run: bool, status: str, why: str
) -> None:
    world.scenario = scenario_named(scenario)
    job_id = created(world, dry_run=dry_run)

    with pytest.raises(NotForeseen, match=why):
        advance_until(world, job_id, status)

    assert world.clock.now() == BEGINNING


def test_a_job_is_failed_now_with_the_given_errors(world: World) -> None:
    job_id = created(world)
    world.clock.advance(4 * SECOND)

    job = force(world, job_id, "failed", ["Out of disk", {"code": "E1", "message": "again"}])

    assert job.status == "failed"
    assert job.result is not None
    assert job.result["errors"] == ["Out of disk", {"code": "E1", "message": "again"}]
    assert job.instants["failed_at"] == BEGINNING + 4 * SECOND
    world.clock.advance(60 * SECOND)
    assert world.look_at(job_id) == job


def test_a_job_is_completed_now_with_the_work_that_it_takes(world: World) -> None:
    job_id = created(world)

    job = force(world, job_id, "completed")

    assert job.status == "completed"
    assert {to_json(at) for at in job.instants.values()} == {to_json(BEGINNING)}
    assert job.result is not None
    assert world.file(job.result["file_key"]) is not None


def test_a_stuck_job_can_be_moved_on(world: World) -> None:
    world.scenario = scenario_named("stuck-in-processing")
    job_id = created(world)
    world.clock.advance(3600 * SECOND)

    assert force(world, job_id, "completed").status == "completed"


@pytest.mark.parametrize(
    ("dry_run", "status", "why"),
    [
        (True, "completed", "when it is pre_processed, it waits for a client to confirm it"),
        (False, "created", "it is that already"),
        (False, "canceled", "it is completed, from where a worker moves nothing"),
        (False, "done", "it is completed, from where a worker moves nothing"),
    ],
)
def test_where_no_worker_may_move_a_job_nothing_moves(
    world: World, *, dry_run: bool, status: str, why: str
) -> None:
    job_id = created(world, dry_run=dry_run)

    with pytest.raises(CannotBecome, match=rf"the worker cannot make batch job {job_id} {status}: .*{why}"):
        force(world, job_id, status)

    assert world.look_at(job_id).status == "created"


def test_a_job_that_has_ended_cannot_be_failed(world: World) -> None:
    job_id = created(world)
    force(world, job_id, "completed")

    with pytest.raises(CannotBecome):
        force(world, job_id, "failed", ["too late"])


def test_errors_are_for_jobs_that_fail(world: World) -> None:
    job_id = created(world)

    with pytest.raises(CannotBecome, match="errors are for a job that fails; leave them out"):
        force(world, job_id, "completed", ["no"])

    assert world.look_at(job_id).status == "created"


def test_a_job_that_is_not_there_cannot_be_steered(world: World) -> None:
    with pytest.raises(BatchJobNotFound):
        force(world, "batch_nowhere", "failed")
    with pytest.raises(BatchJobNotFound):
        advance_until(world, "batch_nowhere", "completed")
