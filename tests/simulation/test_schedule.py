"""When the simulated worker moves a batch job."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.document import load, shipped_folder
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.scenario import Failure, Scenario, ScenarioUnknown, scenario_named
from mockserver.simulation.schedule import Step, advance, next_progress, next_step, processed_part
from tests.simulation.test_duration import DRAWN

LIFECYCLE = load(shipped_folder()).lifecycle
BEGINNING = datetime(2026, 11, 22, 1, 44, 43, 796000, tzinfo=UTC)
STEADY = scenario_named("steady")
NAMES = ("pre_process", "confirm_automatically", "start", "complete")


def new_job(*, scenario: Scenario = STEADY, dry_run: bool = False) -> BatchJob:
    """Return a job that was created at the beginning."""
    return BatchJob(
        id="batch_01M80ETNGME8N7K4M9H4M66QY1",
        type="product-export",
        created_by="usr_01M80ETNG852M9YHEPHHPQVRGV",
        context={},
        dry_run=dry_run,
        instants={"created_at": BEGINNING},
        updated_at=BEGINNING,
        lifecycle=LIFECYCLE,
        scenario=scenario,
    )


def perform(job: BatchJob, step: Step) -> BatchJob:
    """Return *job* after a step whose work succeeds, unless the scenario lets it fail."""
    fails = step.transition.name in job.scenario.failures
    made = LIFECYCLE.failure_of(step.transition) if fails else step.transition
    return LIFECYCLE.apply(made, job, at=step.at)


def at(now: datetime, job: BatchJob) -> BatchJob:
    return advance(job, now, perform=perform)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


DURATIONS = st.none() | st.timedeltas(min_value=timedelta(), max_value=timedelta(days=2)) | DRAWN
FAILURES = st.builds(Failure, errors=st.just(["boom"]), done=st.floats(0, 1))
SCENARIO = st.builds(
    Scenario,
    name=st.just("drawn"),
    description=st.just(""),
    otherwise=DURATIONS,
    durations=st.dictionaries(st.sampled_from(NAMES), DURATIONS),
    failures=st.dictionaries(st.sampled_from(NAMES), FAILURES),
)
JOBS = st.builds(new_job, scenario=SCENARIO, dry_run=st.booleans())
LATER = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9)).map(
    lambda passed: BEGINNING + passed
)
TWO_INSTANTS = st.tuples(LATER, LATER).map(sorted)


# ---- laws


@given(JOBS, TWO_INSTANTS)
def test_advancing_twice_is_advancing_once(job: BatchJob, instants: list[datetime]) -> None:
    first, second = instants

    assert at(second, at(first, job)) == at(second, job)


@given(JOBS, LATER)
def test_advancing_to_the_same_instant_changes_nothing(job: BatchJob, now: datetime) -> None:
    advanced = at(now, job)

    assert at(now, advanced) == advanced


@given(JOBS, TWO_INSTANTS)
def test_a_status_is_never_taken_back(job: BatchJob, instants: list[datetime]) -> None:
    ranks = [LIFECYCLE.statuses.index(at(now, job).status) for now in instants]

    assert ranks == sorted(ranks)


@given(JOBS, LATER)
def test_nothing_is_stamped_with_an_instant_that_is_still_to_come(job: BatchJob, now: datetime) -> None:
    advanced = at(now, job)

    assert min(advanced.instants.values()) >= BEGINNING
    assert max(advanced.instants.values()) <= now
    assert advanced.updated_at == max(advanced.instants.values())


@given(JOBS, LATER)
def test_every_step_is_stamped_with_the_instant_it_was_due(job: BatchJob, now: datetime) -> None:
    steps: list[Step] = []

    def note(before: BatchJob, step: Step) -> BatchJob:
        steps.append(step)
        return perform(before, step)

    advanced = advance(job, now, perform=note)

    due = [job.scenario.duration(step.transition.name, job.id) or timedelta() for step in steps]
    expected = {BEGINNING, *(BEGINNING + sum(due[: n + 1], timedelta()) for n, _ in enumerate(steps))}
    assert set(advanced.instants.values()) == expected
    assert len(advanced.instants) == len(steps) + 1


# ---- examples


@pytest.mark.parametrize(
    ("passed", "status"),
    [
        (0, "created"),
        (0.999, "created"),
        (1, "pre_processed"),
        (2, "confirmed"),
        (3, "processing"),
        (5.999, "processing"),
        (6, "completed"),
        (999, "completed"),
    ],
)
def test_a_steady_job_passes_through_every_status(passed: float, status: str) -> None:
    assert at(BEGINNING + seconds(passed), new_job()).status == status


def test_a_steady_job_looked_at_late_has_the_instants_of_one_looked_at_often() -> None:
    job = at(BEGINNING + timedelta(days=1), new_job())

    assert job.instants == {
        "created_at": BEGINNING,
        "pre_processed_at": BEGINNING + seconds(1),
        "confirmed_at": BEGINNING + seconds(2),
        "processing_at": BEGINNING + seconds(3),
        "completed_at": BEGINNING + seconds(6),
    }
    assert job.updated_at == BEGINNING + seconds(6)


WAITING = ["steady", "instant", "slow", "stuck-in-processing", "partial-failure"]


@pytest.mark.parametrize("name", WAITING)
def test_a_dry_run_waits_to_be_confirmed_for_ever(name: str) -> None:
    job = at(BEGINNING + timedelta(days=365), new_job(scenario=scenario_named(name), dry_run=True))

    assert job.status == "pre_processed"
    assert next_step(job) is None


def test_a_confirmed_dry_run_is_processed_from_its_confirmation_on() -> None:
    waiting = at(BEGINNING + seconds(100), new_job(dry_run=True))
    confirmed = LIFECYCLE.apply(LIFECYCLE.transitions["confirm"], waiting, at=BEGINNING + seconds(100))

    job = at(BEGINNING + seconds(1000), confirmed)

    assert job.instants["processing_at"] == BEGINNING + seconds(101)
    assert job.instants["completed_at"] == BEGINNING + seconds(104)


def test_an_instant_job_ends_at_the_instant_it_was_created() -> None:
    job = at(BEGINNING, new_job(scenario=scenario_named("instant")))

    assert job.status == "completed"
    assert set(job.instants.values()) == {BEGINNING}


def test_a_stuck_job_never_leaves_processing() -> None:
    job = at(BEGINNING + timedelta(days=365), new_job(scenario=scenario_named("stuck-in-processing")))

    assert job.status == "processing"
    assert next_step(job) is None


@pytest.mark.parametrize("passed", [0, 1, 2, 3, 5])
def test_a_canceled_job_is_left_alone(passed: float) -> None:
    job = at(BEGINNING + seconds(passed), new_job())
    canceled = LIFECYCLE.apply(LIFECYCLE.transitions["cancel"], job, at=BEGINNING + seconds(passed))

    assert next_step(canceled) is None
    assert at(BEGINNING + timedelta(days=1), canceled) == canceled


def test_a_job_whose_work_failed_is_left_alone() -> None:
    failed = LIFECYCLE.apply(LIFECYCLE.transitions["fail"], new_job(), at=BEGINNING + seconds(1))

    assert next_step(failed) is None


# ---- how far processing has come


@pytest.mark.parametrize(
    ("passed", "part"),
    [(0, None), (2, None), (3, 0.0), (4.5, 0.5), (5.25, 0.75), (6, None)],
)
def test_the_processed_part_grows_with_the_time_that_has_passed(passed: float, part: float | None) -> None:
    now = BEGINNING + seconds(passed)

    assert processed_part(at(now, new_job()), now) == part


def test_a_stuck_job_has_processed_nothing() -> None:
    now = BEGINNING + timedelta(days=1)
    job = at(now, new_job(scenario=scenario_named("stuck-in-processing")))

    assert processed_part(job, now) == 0


@given(JOBS, LATER)
def test_the_processed_part_is_a_part_exactly_while_processing(job: BatchJob, now: datetime) -> None:
    advanced = at(now, job)

    part = processed_part(advanced, now)

    assert (part is not None) == (advanced.status == "processing")
    assert 0 <= (part or 0) <= 1


def units_done(job: BatchJob, now: datetime) -> int:
    return floor(job.units * (processed_part(job, now) or 0))


@given(
    st.integers(1, 10**6), st.timedeltas(timedelta(microseconds=1), timedelta(days=2)), st.floats(0, 0.9999)
)
def test_no_more_is_done_before_the_next_progress(units: int, duration: timedelta, part: float) -> None:
    scenario = replace(STEADY, durations={**STEADY.durations, "complete": duration})
    began = BEGINNING + seconds(3)
    job = replace(at(began, new_job(scenario=scenario)), units=units)
    now = began + duration * part

    progress = next_progress(job, now) or now
    just_before = max(now, progress - timedelta(microseconds=1))

    assert units_done(job, just_before) == units_done(job, now)
    assert progress >= now or units_done(job, now + timedelta(microseconds=2)) > units_done(job, now)


def test_the_next_progress_comes_with_the_next_unit() -> None:
    job = replace(at(BEGINNING + seconds(3), new_job()), units=3)

    progress = next_progress(job, BEGINNING + seconds(4.5))

    assert progress == BEGINNING + seconds(5) - timedelta(microseconds=1)


@pytest.mark.parametrize(("scenario", "units"), [("stuck-in-processing", 3), ("steady", 0)])
def test_there_is_no_next_progress_where_nothing_is_left_to_be_done(scenario: str, units: int) -> None:
    job = replace(at(BEGINNING + seconds(3), new_job(scenario=scenario_named(scenario))), units=units)

    assert next_progress(job, BEGINNING + seconds(4)) is None


# ---- scenarios


def test_an_unknown_scenario_is_refused_with_those_that_are_known() -> None:
    known = (
        r"unknown scenario 'slwo'; did you mean 'slow'\? known: steady, instant, slow, manual, "
        "fails-in-pre-processing, fails-in-processing, partial-failure, stuck-in-processing, "
        "import-stuck-in-processing, import-hangs-at-pre-processing, export-yields-one-product, "
        "parser-error-midway, import-of-37040-rows"
    )

    with pytest.raises(ScenarioUnknown, match=f"^{known}$"):
        scenario_named("slwo")


def test_a_transition_that_no_scenario_names_lasts_as_long_as_the_others() -> None:
    assert STEADY.duration("polish") == seconds(1)
