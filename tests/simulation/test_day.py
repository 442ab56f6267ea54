"""A day passes: everything that is due happens at its own instant, by whatever steps the clock is moved."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract.document import Document, load, shipped_folder
from mockserver.quirk import Quirks
from mockserver.simulation.scenario import CANCELED_TURNS_FAILED, WORKER_TICKS, Scenario, scenario_named
from mockserver.simulation.snapshot import snapshot_of
from mockserver.simulation.world import World
from tests.conftest import BEGINNING
from tests.simulation.working_day import DAY, TYPES, in_steps_of, jump, new_world, work

if TYPE_CHECKING:
    from mockserver.simulation.course import Moved

DOCUMENT = load(shipped_folder())
MINUTE = timedelta(minutes=1)
# with it, jobs are under way all over the day
LONG = Scenario(
    name="long",
    description="hours for each stage",
    otherwise=timedelta(hours=2, minutes=7, seconds=3),
    durations={"complete": timedelta(hours=6, microseconds=17)},
)
SCENARIOS = {
    "steady": scenario_named("steady"),
    "long": LONG,
    "ticking": scenario_named("slow").with_quirks(Quirks.of([WORKER_TICKS, CANCELED_TURNS_FAILED])),
}


def after_an_hour_of_work(scenario: Scenario) -> World:
    world = new_world(DOCUMENT, scenario)
    work(world, jobs=40, within=timedelta(hours=1), move=jump)
    return world


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_day_in_one_jump_is_a_day_of_1440_minutes(name: str) -> None:
    at_once = after_an_hour_of_work(SCENARIOS[name])
    by_minutes = at_once.forked()

    at_once.clock.advance(DAY)
    in_steps_of(MINUTE)(by_minutes, by_minutes.clock.now() + DAY)

    assert snapshot_of(at_once) == snapshot_of(by_minutes)


@pytest.mark.parametrize("name", SCENARIOS)
def test_work_that_goes_on_all_day_is_the_same_however_often_somebody_looks(
    document: Document, name: str
) -> None:
    watched, unwatched = (new_world(document, SCENARIOS[name]) for _ in range(2))

    work(watched, jobs=96, within=DAY, move=in_steps_of(timedelta(minutes=5)))
    work(unwatched, jobs=96, within=DAY, move=jump)

    assert snapshot_of(watched) == snapshot_of(unwatched)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 24 * 3600 * 1_000_000), max_size=8).map(sorted), st.sampled_from([*SCENARIOS]))
def test_a_day_in_any_steps_is_the_same_day(stops: list[int], name: str) -> None:
    world = after_an_hour_of_work(SCENARIOS[name])
    stepping, began = world.forked(), world.clock.now()

    moved: list[Moved] = []
    for stop in (*(began + timedelta(microseconds=each) for each in stops), began + DAY):
        before = stepping.clock.now()
        stepping.clock.jump(stop)
        moved.extend(stepping.transitions(after=before, until=stop))
    world.clock.advance(DAY)

    assert moved == world.transitions(after=began, until=began + DAY)
    assert snapshot_of(stepping) == snapshot_of(world)


def test_a_day_has_work_of_every_type_that_ends_in_every_way(document: Document) -> None:
    world = new_world(document, LONG)
    work(world, jobs=96, within=DAY, move=jump)

    world.clock.advance(DAY)

    ended = {(job.type, job.status) for job in world.jobs()}
    assert ended >= {(job_type, "completed") for job_type in TYPES}
    assert {status for _, status in ended} == {"completed", "canceled", "pre_processed", "failed"}
    assert len(world.catalogue.products) == 8 + 5


def test_each_step_is_stamped_with_the_instant_it_was_due_and_not_with_that_of_the_look(
    document: Document,
) -> None:
    world = new_world(document, LONG)
    work(world, jobs=8, within=timedelta(hours=1), move=jump)

    world.clock.advance(30 * DAY)

    wait, processing = LONG.otherwise, LONG.duration("complete")
    assert wait is not None
    assert processing is not None
    completed = [job for job in world.jobs() if job.status == "completed"]
    stages = [
        (
            (job.created_at - BEGINNING) % timedelta(minutes=7, seconds=30),
            job.instants["pre_processed_at"] - job.created_at,
            job.instants["confirmed_at"] - job.instants["pre_processed_at"],
            job.instants["processing_at"] - job.instants["confirmed_at"],
            job.instants["completed_at"] - job.instants["processing_at"],
        )
        for job in completed
    ]
    assert set(stages) == {(timedelta(), wait, wait, wait, processing)}
    assert {job.type for job in completed} == set(TYPES)
