"""What a scenario decides: what fails, what is told, for whom it is, what a ticking worker makes of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.document import Document
from mockserver.quirk import NO_QUIRKS, Quirks
from mockserver.server.app import build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.duration import Drawn
from mockserver.simulation.refusals import ScenarioNotForType, ScenarioUnknown
from mockserver.simulation.scenario import (
    CANCELED_TURNS_FAILED,
    PLAIN,
    SCENARIOS,
    STEADY,
    TICK,
    WORKER_TICKS,
    Failure,
    Scenario,
    Scenarios,
    scenario_named,
)
from mockserver.simulation.strategies.progress import told_operations
from mockserver.simulation.world import ROLLED_BACK, World
from tests.conftest import BEGINNING
from tests.simulation.strategy_runs import a_job, a_shop

DRAWN = Scenario(name="drawn", description="", otherwise=Drawn(family="exponential", centre=5))
HALF_FAILS = replace(STEADY, name="half", failures={"complete": Failure(errors=("boom",), done=0.5)})
FAILS_AT_START = replace(STEADY, name="start", failures={"start": Failure(errors=("boom",))})


def created(world: World, *, scenario: Scenario | None = None, job_type: str = "product-export") -> str:
    """Return the id of a new job of the ready admin."""
    by = next(iter(world.users.by_id))
    return world.create(job_type=job_type, context={}, dry_run=False, by=by, scenario=scenario).id


def course(world: World, clock: ManualClock, job_id: str, *, seconds: int) -> list[str]:
    """Return the status of a job at each second from now on."""
    by, statuses = next(iter(world.users.by_id)), []
    for _ in range(seconds):
        statuses.append(world.retrieve(job_id, by=by).status)
        clock.advance(timedelta(seconds=1))
    return statuses


# ---- drawn durations


def instants_of_drawn_jobs(document: Document, *, seed: int, later: timedelta) -> list[list[timedelta]]:
    """Return, for three jobs with drawn durations, how long after its creation each of their stages came."""
    clock = ManualClock(BEGINNING + later)
    world = build_world(document, Settings(seed=seed), clock=clock, scenario=DRAWN)
    ids = [created(world) for _ in range(3)]
    clock.advance(timedelta(hours=1))
    jobs = [world.retrieve(each, by=next(iter(world.users.by_id))) for each in ids]
    return [[at - job.created_at for at in job.instants.values()] for job in jobs]


def test_equal_seeds_draw_equal_durations_whenever_it_is(document: Document) -> None:
    now = instants_of_drawn_jobs(document, seed=7, later=timedelta())
    tomorrow = instants_of_drawn_jobs(document, seed=7, later=timedelta(days=1, seconds=1.234))

    assert now == tomorrow
    assert len({tuple(each) for each in now}) == 3


def test_other_seeds_draw_other_durations(document: Document) -> None:
    seven = instants_of_drawn_jobs(document, seed=7, later=timedelta())

    assert instants_of_drawn_jobs(document, seed=8, later=timedelta()) != seven


def test_each_transition_of_a_job_draws_for_itself() -> None:
    job_id = "batch_01G8T782965PYFG0751G0Z38B4"
    drawn = {DRAWN.duration(each, job_id) for each in ("pre_process", "start", "complete")}

    assert len(drawn) == 3


# ---- the world's scenario, and one job's own


def test_a_worlds_new_scenario_is_for_jobs_created_from_then_on(world: World, clock: ManualClock) -> None:
    before = created(world)
    world.scenario = scenario_named("instant")
    after = created(world)

    assert world.scenario is scenario_named("instant")
    assert course(world, clock, after, seconds=1) == ["completed"]
    assert course(world, clock, before, seconds=1) == ["pre_processed"]


def test_a_job_may_have_a_scenario_of_its_own_among_others(world: World, clock: ManualClock) -> None:
    usual = created(world)
    stuck = created(world, scenario=scenario_named("stuck-in-processing"))
    failing = created(world, scenario=scenario_named("fails-in-pre-processing"))
    clock.advance(timedelta(seconds=60))

    statuses = [course(world, clock, each, seconds=1) for each in (usual, stuck, failing)]

    assert statuses == [["completed"], ["processing"], ["failed"]]


def test_jobs_of_types_that_a_scenario_is_not_for_live_through_steady(
    document: Document, clock: ManualClock
) -> None:
    hanging = scenario_named("import-hangs-at-pre-processing")
    world = build_world(document, Settings(), clock=clock, scenario=hanging)

    job_id = created(world)

    statuses = course(world, clock, job_id, seconds=7)
    assert statuses == ["created", "pre_processed", "confirmed", *["processing"] * 3, "completed"]


def test_a_scenario_is_refused_for_one_job_of_a_type_that_it_is_not_for(world: World) -> None:
    said = (
        "the scenario 'import-hangs-at-pre-processing' is for price-list-import and product-import, "
        "not for product-export; choose another"
    )

    with pytest.raises(ScenarioNotForType, match=f"^{said}$"):
        created(world, scenario=scenario_named("import-hangs-at-pre-processing"))


def test_two_scenarios_of_one_name_do_not_mix(world: World, clock: ManualClock) -> None:
    one = Scenario(name="mine", description="", otherwise=timedelta(seconds=1))
    other = Scenario(name="mine", description="", otherwise=timedelta(seconds=100))

    ids = [created(world, scenario=each) for each in (one, other, one)]
    clock.advance(timedelta(seconds=10))

    by = next(iter(world.users.by_id))
    completed = world.list_jobs({"completed_at": {"gt": BEGINNING}, "order": "created_at"}, by=by)
    assert [job.id for job in completed.rows] == [ids[0], ids[2]]


def test_a_thousand_jobs_of_a_few_scenarios_keep_a_few_scenarios(world: World) -> None:
    few = [scenario_named(each) for each in ("slow", "manual", "partial-failure")]

    for number in range(1000):
        created(world, scenario=few[number % 3])

    assert len(world._jobs._packer._scenarios.values) == 3


# ---- failures


def test_a_failure_keeps_how_far_the_work_had_come(world: World, clock: ManualClock) -> None:
    job_id = created(world, scenario=HALF_FAILS)
    clock.advance(timedelta(seconds=6))

    job = world.retrieve(job_id, by=next(iter(world.users.by_id)))

    assert job.status == "failed"
    assert job.instants["failed_at"] == BEGINNING + timedelta(seconds=6)
    assert job.result is not None
    assert {name: job.result[name] for name in ("count", "advancement_count", "progress")} == {
        "count": 8,
        "advancement_count": 4,
        "progress": 0.5,
    }


def test_a_failing_job_comes_no_further_than_its_failure(world: World, clock: ManualClock) -> None:
    job_id, by = created(world, scenario=HALF_FAILS), next(iter(world.users.by_id))
    clock.advance(timedelta(seconds=5.99))

    job = world.retrieve(job_id, by=by)

    assert (job.status, (job.result or {})["advancement_count"]) == ("processing", 3)


def test_where_a_failure_is_rolled_back_nothing_tells_how_far_the_work_had_come(
    document: Document, clock: ManualClock
) -> None:
    settings = Settings(quirks=Quirks.of([ROLLED_BACK]))
    world = build_world(document, settings, clock=clock, scenario=HALF_FAILS)
    job_id = created(world)
    clock.advance(timedelta(seconds=6))

    job = world.retrieve(job_id, by=next(iter(world.users.by_id)))

    assert "processing_at" not in job.instants
    assert set(job.result or {}) == {"errors", "stat_descriptors"}


def test_a_transition_without_work_may_fail_too(world: World, clock: ManualClock) -> None:
    job_id = created(world, scenario=FAILS_AT_START)

    assert course(world, clock, job_id, seconds=4) == ["created", "pre_processed", "confirmed", "failed"]


def test_a_failed_import_changes_nothing_in_the_shop(world: World, clock: ManualClock) -> None:
    before = world.catalogue
    key = world.upload("tee.csv", b"Product Handle;Product Title;Variant Title\ntee;Tee;S\n")
    by = next(iter(world.users.by_id))
    context = {"fileKey": key}
    job = world.create(job_type="product-import", context=context, dry_run=False, by=by, scenario=HALF_FAILS)

    clock.advance(timedelta(seconds=60))

    assert world.retrieve(job.id, by=by).status == "failed"
    assert world.catalogue == before
    assert world.file(key) is not None


# ---- what is told of rows


@given(
    rows=st.integers(0, 10**6),
    found=st.dictionaries(st.sampled_from("abcd"), st.integers(0, 10**4), min_size=1),
)
def test_told_operations_are_as_many_as_told(rows: int, found: dict[str, int]) -> None:
    scenario = replace(STEADY, rows=rows)
    job = replace(a_job("product-import", {}, a_shop()), scenario=scenario)

    told = told_operations(job, found)

    assert sum(told.values()) == rows
    assert list(told) == list(found)
    assert not any(told[kind] for kind, number in found.items() if number == 0 < sum(found.values()))


# ---- a worker that ticks


@given(
    st.sampled_from(list(SCENARIOS.values())), st.sets(st.sampled_from([WORKER_TICKS, CANCELED_TURNS_FAILED]))
)
def test_quirks_are_taken_on_once(scenario: Scenario, quirks: set[object]) -> None:
    chosen = Quirks(frozenset(quirks))  # type: ignore[arg-type]  # they are quirks

    lived = scenario.with_quirks(chosen)

    assert lived.with_quirks(chosen) == lived
    assert (lived.failures, lived.rows, lived.types) == (scenario.failures, scenario.rows, scenario.types)
    assert scenario.with_quirks(NO_QUIRKS) == scenario


def test_a_worker_that_ticks_never_makes_what_the_scenario_never_makes() -> None:
    ticking = Quirks.of([WORKER_TICKS])
    manual, stuck = (scenario_named(each).with_quirks(ticking) for each in ("manual", "stuck-in-processing"))

    assert {manual.duration(each) for each in ("pre_process", "start", "complete", "polish")} == {None}
    assert (stuck.duration("pre_process"), stuck.duration("start"), stuck.duration("complete")) == (
        TICK,
        None,  # one transaction with what never ends
        None,
    )


def test_a_worker_that_ticks_draws_nothing() -> None:
    lived = DRAWN.with_quirks(Quirks.of([WORKER_TICKS]))

    assert (lived.is_drawn, lived.duration("start")) == (False, TICK)


# ---- scenarios by name


def test_a_plain_scenario_is_had_without_reading_any_file() -> None:
    def read() -> dict[str, Scenario]:
        raise AssertionError

    assert Scenarios(PLAIN, read).named("slow") is PLAIN["slow"]


def test_more_scenarios_take_the_place_of_those_of_their_name() -> None:
    mine = replace(STEADY, description="mine")

    known = SCENARIOS.with_more({"steady": mine, "partial-failure": mine, "busy": mine})

    assert {known["steady"].description, known["partial-failure"].description} == {"mine"}
    assert len(known) == len(SCENARIOS) + 1
    assert list(known)[:4] == list(PLAIN)


def test_an_unknown_name_that_is_like_no_other_gets_the_list_alone() -> None:
    with pytest.raises(ScenarioUnknown, match=r"^unknown scenario 'xyz'; known: steady, instant, slow, "):
        SCENARIOS.named("xyz")
