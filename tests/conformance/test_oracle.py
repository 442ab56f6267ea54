"""The oracle: examples of what it can tell, and laws of what it must never lose."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.conformance.oracle import History, Oracle, is_at_rest, misplaced, moved, status_of
from mockserver.contract.document import load, shipped_folder
from mockserver.lifecycle import Lifecycle

LIFECYCLE: Lifecycle = load(shipped_folder()).lifecycle
CONFIRM, CANCEL = LIFECYCLE.transitions["confirm"], LIFECYCLE.transitions["cancel"]
BEGINNING = datetime(2026, 11, 22, tzinfo=UTC)


def history(*statuses: str) -> History:
    return frozenset(("created", *statuses))


def created(*, dry_run: bool) -> Oracle:
    return Oracle.created(LIFECYCLE, dry_run=dry_run)


def seen(*statuses: str, dry_run: bool = True) -> Oracle:
    return Oracle.at(LIFECYCLE, history(*statuses), dry_run=dry_run)


def instants(*statuses: str) -> dict[str, datetime]:
    """Return instants a second apart, in that order."""
    return {status: BEGINNING + timedelta(seconds=number) for number, status in enumerate(statuses)}


# examples


def test_a_new_job_may_be_anything_the_worker_makes_of_it_by_the_next_look() -> None:
    assert created(dry_run=False).after_time().statuses == {
        "created",
        "pre_processed",
        "confirmed",
        "processing",
        "completed",
        "failed",
    }


def test_a_dry_run_is_never_confirmed_by_the_worker() -> None:
    assert created(dry_run=True).after_time().statuses == {"created", "pre_processed", "failed"}


def test_a_job_that_jumped_over_several_statuses_between_two_looks_is_believed() -> None:
    after = created(dry_run=False).observe(history("pre_processed", "confirmed", "processing", "completed"))

    assert after.statuses == {"completed"}


def test_a_job_that_completed_without_having_been_processed_is_not_believed() -> None:
    assert not created(dry_run=False).observe(history("pre_processed", "confirmed", "completed")).possible


def test_a_status_that_was_left_is_not_believed_again() -> None:
    assert not seen("pre_processed", "confirmed").observe(history("pre_processed")).possible


def test_a_confirm_that_is_granted_to_a_new_dry_run_tells_that_it_was_pre_processed() -> None:
    assert created(dry_run=True).ask(CONFIRM, accepted=True).possible == {
        history("pre_processed", "confirmed")
    }


def test_a_confirm_that_is_refused_to_a_new_dry_run_tells_that_it_was_not_pre_processed() -> None:
    assert created(dry_run=True).ask(CONFIRM, accepted=False).statuses == {"created", "failed"}


def test_a_confirm_that_is_granted_to_a_completed_job_is_not_believed() -> None:
    done = seen("pre_processed", "confirmed", "processing", "completed")

    assert not done.ask(CONFIRM, accepted=True).possible


def test_a_confirm_that_is_refused_to_a_waiting_dry_run_is_believed_only_of_a_failure() -> None:
    assert seen("pre_processed").ask(CONFIRM, accepted=False).statuses == {"failed"}


def test_a_cancel_may_come_before_or_after_any_move_of_the_worker() -> None:
    after = seen("pre_processed", "confirmed").ask(CANCEL, accepted=True)

    assert after.possible == {
        history("pre_processed", "confirmed", "canceled"),
        history("pre_processed", "confirmed", "processing", "canceled"),
        history("pre_processed", "confirmed", "failed", "canceled"),
        history("pre_processed", "confirmed", "processing", "failed", "canceled"),
    }


def test_a_canceled_job_is_not_moved_by_the_worker() -> None:
    assert not seen("canceled").observe(history("canceled", "failed")).possible


def test_a_failed_job_that_is_canceled_stays_failed() -> None:
    assert seen("failed").ask(CANCEL, accepted=True).statuses == {"failed"}


def test_a_request_without_an_answer_may_have_been_granted_or_not() -> None:
    after = seen("pre_processed").ask(CONFIRM, accepted=None)

    assert {"pre_processed", "confirmed"} <= after.statuses


@pytest.mark.parametrize(
    "told",
    [
        ("created",),
        ("created", "pre_processed", "confirmed", "processing", "completed"),
        ("created", "pre_processed", "canceled"),
        ("created", "failed", "canceled"),
        ("created", "pre_processed", "confirmed", "processing", "failed"),
    ],
)
def test_the_instants_of_a_legal_life_fit(told: tuple[str, ...]) -> None:
    assert misplaced(LIFECYCLE, instants(*told), dry_run=False) is None


@pytest.mark.parametrize(
    ("told", "astray"),
    [
        (("created", "confirmed", "pre_processed"), "confirmed"),
        (("created", "canceled", "failed"), "failed"),
        (("created", "pre_processed", "confirmed", "completed", "processing"), "completed"),
        (("created", "processing"), "processing"),
        (("pre_processed", "created"), "pre_processed"),
    ],
)
def test_the_first_instant_that_does_not_fit_is_named(told: tuple[str, ...], astray: str) -> None:
    assert misplaced(LIFECYCLE, instants(*told), dry_run=False) == astray


def test_instants_that_are_the_same_may_be_told_in_any_order() -> None:
    at_once = dict.fromkeys(("completed", "processing", "confirmed", "pre_processed", "created"), BEGINNING)

    assert misplaced(LIFECYCLE, at_once, dry_run=False) is None


# laws

dry_runs = st.booleans()
accepted = st.sampled_from([True, False, None])
asks = st.lists(st.tuples(st.sampled_from([CONFIRM, CANCEL]), accepted), max_size=5)


def lived(choices: list[int], *, dry_run: bool) -> list[History]:
    """Return the histories of a job that the worker moves, or a client, as *choices* say."""
    now = history()
    life = [now]
    for choice in choices:
        status = status_of(LIFECYCLE, now)
        after = [
            *moved(LIFECYCLE, now, dry_run=dry_run),
            *(now | {each.to} for each in (CONFIRM, CANCEL) if status in each.starts),
        ]
        now = [now, *after][choice % (len(after) + 1)]
        life.append(now)
    return life


@given(dry_runs, asks)
def test_waiting_twice_is_waiting_once(dry_run: bool, asked: list[tuple[object, bool | None]]) -> None:  # noqa: FBT001  # given by Hypothesis
    oracle = created(dry_run=dry_run)
    once = oracle.after_time()

    assert once.after_time() == once
    assert oracle.possible <= once.possible


@given(dry_runs, st.lists(st.integers(min_value=0, max_value=9), max_size=12))
def test_no_legal_life_is_ever_doubted(dry_run: bool, choices: list[int]) -> None:  # noqa: FBT001  # the same
    """Whatever happens to a job, the oracle that is told of it holds it for possible."""
    life = lived(choices, dry_run=dry_run)
    oracle = created(dry_run=dry_run)

    for before, after in pairwise(life):
        by_client = [each for each in (CONFIRM, CANCEL) if after == before | {each.to} != before]
        granted = next(iter(by_client), None)
        oracle = oracle if granted is None else oracle.ask(granted, accepted=True)
        oracle = oracle.observe(after)

        assert oracle.possible == {after}


@given(dry_runs, st.lists(st.integers(min_value=0, max_value=9), max_size=12))
def test_granted_and_refused_share_out_what_is_possible(dry_run: bool, choices: list[int]) -> None:  # noqa: FBT001  # the same
    oracle = Oracle.at(LIFECYCLE, lived(choices, dry_run=dry_run)[-1], dry_run=dry_run)
    before = oracle.after_time().possible
    refused = oracle.ask(CANCEL, accepted=False).possible

    assert refused | {each for each in before if status_of(LIFECYCLE, each) in CANCEL.starts} == before
    assert all(status_of(LIFECYCLE, each) not in CANCEL.starts for each in refused)


@given(dry_runs, st.lists(st.integers(min_value=0, max_value=9), max_size=12))
def test_a_job_at_rest_stays_where_it_is_unless_it_fails(dry_run: bool, choices: list[int]) -> None:  # noqa: FBT001  # the same
    now = lived(choices, dry_run=dry_run)[-1]
    status = status_of(LIFECYCLE, now)
    later = Oracle.at(LIFECYCLE, now, dry_run=dry_run).after_time().statuses

    assert not is_at_rest(LIFECYCLE, status, dry_run=dry_run) or later <= {status, "failed"}
