"""A world set from outside: its clock, and its chance."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockserver.simulation.clock import ClockRefused
from mockserver.simulation.faults import Fault
from mockserver.simulation.world import World

EARLIER = datetime(2020, 1, 1, tzinfo=UTC)
CREATION: dict[str, Any] = {"job_type": "product-export", "context": {}, "dry_run": False}
OFTEN = {"kind": "reset", "probability": 0.5}


@pytest.fixture
def admin(world: World) -> str:
    return next(iter(world.users.by_id))


def strikes(world: World) -> list[bool]:
    """Return which of forty requests are struck by a fault that strikes every other."""
    world.faults.clear()
    world.faults.add(Fault.of_json(OFTEN, at=world.clock.now()))
    return [bool(world.faults.take("GetStore", at=world.clock.now())) for _ in range(40)]


def test_a_world_without_jobs_is_set_to_any_instant(world: World, admin: str) -> None:
    world.set_clock(at=EARLIER, speed=0)

    job = world.create(**CREATION, by=admin)

    assert (world.clock.now(), world.clock.speed, job.created_at) == (EARLIER, 0, EARLIER)
    world.clock.advance(timedelta(minutes=1))
    assert world.look_at(job.id).status == "completed"


def test_a_world_with_jobs_goes_only_forward(world: World, admin: str) -> None:
    world.create(**CREATION, by=admin)

    with pytest.raises(ClockRefused, match="time does not run backwards"):
        world.set_clock(at=EARLIER)


def test_a_clock_whose_instant_is_not_said_stays_where_it_is(world: World) -> None:
    before = world.clock.now()

    world.set_clock(speed=0)

    assert (world.clock.now(), world.clock.speed) == (before, 0)


def test_a_fork_that_is_set_leaves_its_origin_alone(world: World) -> None:
    before = world.clock.now()

    world.forked().set_clock(at=EARLIER)

    assert world.clock.now() == before


def test_equal_seeds_give_equal_ids_and_faults(world: World, admin: str) -> None:
    worlds = [world.forked() for _ in range(3)]
    for each, seed in zip(worlds, (5, 5, 6), strict=True):
        each.reseed(seed)

    ids = [each.create(**CREATION, by=admin).id for each in worlds]
    struck = [strikes(each) for each in worlds]

    assert [each.seed for each in worlds] == [5, 5, 6]
    assert ids[0] == ids[1] != ids[2]
    assert struck[0] == struck[1] != struck[2]


def test_jobs_are_told_in_part(world: World, admin: str) -> None:
    ids = [world.create(**CREATION, by=admin).id for _ in range(5)]

    assert [each.id for each in world.jobs(offset=1, limit=2)] == ids[1:3]
    assert [each.id for each in world.jobs(offset=3)] == ids[3:]
    assert world.count_jobs() == 5
