"""The lifecycle that the shipped documents state, and what a document is told that contradicts itself.

Source: the table of the measured server; recorded, transitions and lifecycle.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.document import load, shipped_folder
from mockserver.lifecycle import Asker, Lifecycle, LifecycleError, TransitionRefused

LIFECYCLE = load(shipped_folder()).lifecycle
STATED: Mapping[str, Any] = load(shipped_folder()).bundle["components"]["schemas"]["BatchJob"]["x-lifecycle"]
BEGINNING = datetime(2026, 11, 22, 1, 44, 43, tzinfo=UTC)
LATER = BEGINNING + timedelta(minutes=5)
PLACE = "schemas/BatchJob.yaml, x-lifecycle"
STATUSES = ("created", "pre_processed", "confirmed", "processing", "completed", "canceled", "failed")


@dataclass(frozen=True)
class Life:
    """The least that has a lifecycle: instants, and the instant of the last change."""

    instants: Mapping[str, datetime]
    updated_at: datetime = BEGINNING
    extra: str = "kept"
    more: Mapping[str, Any] = field(default_factory=dict)


def life_in(status: str) -> Life:
    """Return a life that was created and then moved to *status*."""
    return Life({"created_at": BEGINNING, LIFECYCLE.instants[status]: BEGINNING})


def stated_with(*path: str, value: Any) -> dict[str, Any]:
    """Return the stated lifecycle with *value* at *path*."""
    changed: dict[str, Any] = deepcopy(dict(STATED))
    node = changed
    *way, last = path
    for key in way:
        node = node[key]
    node[last] = value
    return changed


def stated_without(*path: str) -> dict[str, Any]:
    """Return the stated lifecycle without what stands at *path*."""
    changed: dict[str, Any] = deepcopy(dict(STATED))
    node = changed
    *way, last = path
    for key in way:
        node = node[key]
    del node[last]
    return changed


# ---- the table of statuses and transitions


def test_there_are_seven_statuses_each_outranked_by_those_after_it() -> None:
    assert LIFECYCLE.statuses == STATUSES


def test_a_job_begins_as_created() -> None:
    assert LIFECYCLE.initial == "created"


def test_every_status_sets_the_instant_of_its_own_name() -> None:
    assert LIFECYCLE.instants == {
        "created": "created_at",
        "pre_processed": "pre_processed_at",
        "confirmed": "confirmed_at",
        "processing": "processing_at",
        "completed": "completed_at",
        "canceled": "canceled_at",
        "failed": "failed_at",
    }


def test_a_client_may_ask_to_confirm_and_to_cancel_and_for_nothing_else() -> None:
    asked = {each.name: each.operation for each in LIFECYCLE.asked_by(Asker.CLIENT)}

    assert asked == {
        "confirm": "PostBatchJobsBatchJobConfirmProcessing",
        "cancel": "PostBatchJobsBatchJobCancel",
    }


def test_the_worker_makes_every_other_transition() -> None:
    names = [each.name for each in LIFECYCLE.asked_by(Asker.WORKER)]

    assert names == ["pre_process", "confirm_automatically", "start", "complete", "fail"]


@pytest.mark.parametrize(
    ("status", "dry_run", "name"),
    [
        ("created", False, "pre_process"),
        ("created", True, "pre_process"),
        ("pre_processed", False, "confirm_automatically"),
        ("confirmed", False, "start"),
        ("confirmed", True, "start"),
        ("processing", False, "complete"),
        ("processing", True, "complete"),
    ],
)
def test_the_worker_moves_of_its_own_accord(status: str, dry_run: bool, name: str) -> None:  # noqa: FBT001  # a row
    assert LIFECYCLE.moves[status, dry_run].name == name


@pytest.mark.parametrize(
    ("status", "dry_run"),
    [
        ("pre_processed", True),
        ("completed", False),
        ("completed", True),
        ("canceled", False),
        ("canceled", True),
        ("failed", False),
        ("failed", True),
    ],
)
def test_the_worker_leaves_a_job_alone(status: str, dry_run: bool) -> None:  # noqa: FBT001  # a row
    assert (status, dry_run) not in LIFECYCLE.moves


def test_work_that_fails_leads_to_failed() -> None:
    working = {
        each.name: (each.work, each.on_failure)
        for each in LIFECYCLE.transitions.values()
        if each.work is not None
    }

    assert working == {"pre_process": ("pre_process", "fail"), "complete": ("process", "fail")}


# ---- the grid: seven statuses, two verbs


NOT_PRE_PROCESSED = "Cannot confirm processing for a batch job that is not pre processed"
COMPLETED = "Cannot cancel completed batch job"


@pytest.mark.parametrize(
    ("status", "verb", "after"),
    [
        ("pre_processed", "confirm", "confirmed"),
        ("created", "cancel", "canceled"),
        ("pre_processed", "cancel", "canceled"),
        ("confirmed", "cancel", "canceled"),
        ("processing", "cancel", "canceled"),
        ("canceled", "cancel", "canceled"),
        ("failed", "cancel", "failed"),
    ],
)
def test_what_a_client_may_ask_for_is_done(status: str, verb: str, after: str) -> None:
    transition = LIFECYCLE.transitions[verb]

    job = LIFECYCLE.apply(transition, life_in(status), at=LATER)

    assert LIFECYCLE.status_of(job.instants) == after
    assert job.instants[transition.sets] == LATER
    assert job.updated_at == LATER


@pytest.mark.parametrize(
    ("status", "verb", "message"),
    [
        ("created", "confirm", NOT_PRE_PROCESSED),
        ("confirmed", "confirm", NOT_PRE_PROCESSED),
        ("processing", "confirm", NOT_PRE_PROCESSED),
        ("completed", "confirm", NOT_PRE_PROCESSED),
        ("canceled", "confirm", NOT_PRE_PROCESSED),
        ("failed", "confirm", NOT_PRE_PROCESSED),
        ("completed", "cancel", COMPLETED),
    ],
)
def test_what_a_client_may_not_ask_for_is_refused(status: str, verb: str, message: str) -> None:
    transition = LIFECYCLE.transitions[verb]

    with pytest.raises(TransitionRefused) as refused:
        LIFECYCLE.apply(transition, life_in(status), at=LATER)

    refusal = refused.value.transition.refusal
    assert refusal is not None
    assert (refusal.status, refusal.type, refusal.message) == (400, "not_allowed", message)
    assert refused.value.status == status


@pytest.mark.parametrize("status", ["completed", "canceled", "failed"])
@pytest.mark.parametrize("name", ["pre_process", "confirm_automatically", "start", "complete", "fail"])
def test_the_worker_may_not_move_a_job_that_has_ended(status: str, name: str) -> None:
    with pytest.raises(TransitionRefused):
        LIFECYCLE.apply(LIFECYCLE.transitions[name], life_in(status), at=LATER)


def test_a_transition_touches_nothing_but_its_instant_and_the_last_change() -> None:
    job = Life({"created_at": BEGINNING}, extra="theirs", more={"a": 1})

    after = LIFECYCLE.apply(LIFECYCLE.transitions["cancel"], job, at=LATER)

    assert after == Life(
        {"created_at": BEGINNING, "canceled_at": LATER}, updated_at=LATER, extra="theirs", more={"a": 1}
    )
    assert job.instants == {"created_at": BEGINNING}


def test_canceling_again_sets_a_new_instant() -> None:
    canceled = life_in("canceled")

    again = LIFECYCLE.apply(LIFECYCLE.transitions["cancel"], canceled, at=LATER)

    assert again.instants["canceled_at"] == LATER


def test_canceling_a_failed_job_keeps_both_instants() -> None:
    job = LIFECYCLE.apply(LIFECYCLE.transitions["cancel"], life_in("failed"), at=LATER)

    assert job.instants == {"created_at": BEGINNING, "failed_at": BEGINNING, "canceled_at": LATER}


# ---- the furthest status wins


@pytest.mark.parametrize(
    ("instants", "status"),
    [
        (["created_at"], "created"),
        (["created_at", "pre_processed_at"], "pre_processed"),
        (["created_at", "pre_processed_at", "confirmed_at"], "confirmed"),
        (["created_at", "pre_processed_at", "confirmed_at", "processing_at"], "processing"),
        (["created_at", "processing_at", "completed_at"], "completed"),
        (["created_at", "completed_at", "canceled_at"], "canceled"),
        (["created_at", "canceled_at", "failed_at"], "failed"),
        (["created_at", "completed_at", "failed_at"], "failed"),
        (["created_at", "completed_at", "canceled_at", "failed_at"], "failed"),
        (["created_at", "confirmed_at"], "confirmed"),
    ],
)
def test_failed_outranks_canceled_outranks_completed(instants: list[str], status: str) -> None:
    assert LIFECYCLE.status_of(dict.fromkeys(instants, BEGINNING)) == status


@given(st.dictionaries(st.sampled_from(STATUSES), st.datetimes(timezones=st.just(UTC))))
def test_which_instants_are_set_decides_the_status_and_not_when(reached: dict[str, datetime]) -> None:
    instants = {LIFECYCLE.instants[status]: instant for status, instant in reached.items()}

    status = LIFECYCLE.status_of({"created_at": BEGINNING, **instants})

    assert STATUSES.index(status) == max(map(STATUSES.index, ["created", *reached]))


@given(st.lists(st.sampled_from(sorted(LIFECYCLE.transitions))))
def test_whatever_is_asked_for_a_status_is_never_taken_back(names: list[str]) -> None:
    lives = accumulate(names, moved_or_left, initial=Life({"created_at": BEGINNING}))

    ranks = [STATUSES.index(LIFECYCLE.status_of(life.instants)) for life in lives]

    assert ranks == sorted(ranks)


def moved_or_left(life: Life, name: str) -> Life:
    """Return *life* after the transition, or as it was when the transition is refused."""
    try:
        return LIFECYCLE.apply(LIFECYCLE.transitions[name], life, at=LATER)
    except TransitionRefused:
        return life


# ---- documents that contradict themselves


@pytest.mark.parametrize(
    ("document", "place", "remedy"),
    [
        pytest.param(
            stated_with("transitions", "start", "from", value=["confirmed", "asleep"]),
            "transitions, start",
            "['confirmed', 'asleep']; expected a list of statuses, known: canceled, completed, confirmed",
            id="unknown status in from",
        ),
        pytest.param(
            stated_with("transitions", "start", "from", value="confirmed"),
            "transitions, start",
            "expected a list of statuses",
            id="from is no list",
        ),
        pytest.param(
            stated_without("transitions", "start", "from"),
            "transitions, start",
            "expected a list of statuses",
            id="no from",
        ),
        pytest.param(
            stated_with("transitions", "start", "to", value="asleep"),
            "transitions, start",
            "`to` is 'asleep'; known statuses: canceled, completed, confirmed, created, failed",
            id="unknown status in to",
        ),
        pytest.param(
            stated_without("transitions", "start", "to"), "transitions, start", "known statuses:", id="no to"
        ),
        pytest.param(
            stated_with("transitions", "start", "by", value="nobody"),
            "transitions, start",
            "`by` is 'nobody'; known: client, worker",
            id="unknown by",
        ),
        pytest.param(
            stated_without("transitions", "start", "by"),
            "transitions, start",
            "known: client, worker",
            id="no by",
        ),
        pytest.param(
            stated_without("transitions", "cancel", "operation"),
            "transitions, cancel",
            "a client asks for it, so name the `operation` and the `refusal`",
            id="client without operation",
        ),
        pytest.param(
            stated_without("transitions", "cancel", "refusal"),
            "transitions, cancel",
            "a client asks for it, so name the `operation` and the `refusal`",
            id="client without refusal",
        ),
        pytest.param(
            stated_without("transitions", "cancel", "refusal", "message"),
            "transitions, cancel, refusal",
            "expected status (a number), type and message",
            id="refusal without message",
        ),
        pytest.param(
            stated_with("transitions", "cancel", "refusal", "status", value="often"),
            "transitions, cancel, refusal",
            "expected status (a number), type and message",
            id="refusal with a status that is no number",
        ),
        pytest.param(
            stated_with("transitions", "cancel", "refusal", value=None),
            "transitions, cancel, refusal",
            "expected status (a number), type and message",
            id="empty refusal",
        ),
        pytest.param(
            stated_with("transitions", "start", "when", value={"dry_run": "no"}),
            "transitions, start",
            "`when` is {'dry_run': 'no'}; known: {dry_run: true} and {dry_run: false}",
            id="when with a value that is no boolean",
        ),
        pytest.param(
            stated_with("transitions", "start", "when", value={"type": "product-export"}),
            "transitions, start",
            "known: {dry_run: true} and {dry_run: false}",
            id="when of another property",
        ),
        pytest.param(
            stated_with("transitions", "start", "when", value="dry_run"),
            "transitions, start",
            "known: {dry_run: true} and {dry_run: false}",
            id="when is no mapping",
        ),
        pytest.param(
            stated_with("transitions", "start", "work", value="nap"),
            "transitions, start",
            "`work` is 'nap'; known: pre_process, process",
            id="unknown work",
        ),
        pytest.param(
            stated_with("transitions", "complete", "on_failure", value="explode"),
            "complete",
            "on_failure names 'explode'; known: cancel, complete, confirm",
            id="unknown on_failure",
        ),
        pytest.param(
            stated_with("transitions", "start", "starts", value=["confirmed"]),
            "transitions, start",
            "unknown key starts",
            id="unknown key",
        ),
        pytest.param(
            stated_with("transitions", "start", value=None),
            "transitions, start",
            "expected a mapping with by, from and to",
            id="empty transition",
        ),
        pytest.param(
            stated_with("statuses", "canceled", "instant", value="failed_at"),
            "statuses",
            "two statuses set the same instant; give each one of its own",
            id="two statuses set one instant",
        ),
        pytest.param(
            stated_with("statuses", "canceled", value={}),
            "statuses, canceled",
            "say which instant it sets, for example `instant: canceled_at`",
            id="status without instant",
        ),
        pytest.param(
            stated_without("statuses"),
            "",
            "`statuses` must be a mapping with at least one entry",
            id="no statuses",
        ),
        pytest.param(
            stated_with("transitions", value={}),
            "",
            "`transitions` must be a mapping with at least one entry",
            id="no transitions",
        ),
        pytest.param(
            stated_with("transitions", "start", "from", value=["completed"]),
            "transitions, start",
            "from completed to processing, which does not outrank it, and never end; let it start",
            id="worker goes back",
        ),
        pytest.param(
            stated_with("transitions", "start", "from", value=["processing"]),
            "transitions, start",
            "from processing to processing, which does not outrank it, and never end; let it start",
            id="worker stands still",
        ),
    ],
)
def test_a_lifecycle_that_contradicts_itself_is_refused_with_place_and_remedy(
    document: Mapping[str, Any], place: str, remedy: str
) -> None:
    with pytest.raises(LifecycleError) as refused:
        Lifecycle.read(document)

    message = str(refused.value)
    assert message.startswith(PLACE)
    assert place in message
    assert remedy in message


def test_the_first_of_two_moves_that_the_worker_could_make_is_made() -> None:
    rest = {"by": "worker", "from": ["created"], "to": "failed"}
    stated = {"rest": rest, **STATED["transitions"]}

    lifecycle = Lifecycle.read({**STATED, "transitions": stated})

    assert lifecycle.moves["created", False].name == "rest"


def test_a_transition_that_only_follows_a_failure_is_no_move_of_the_workers_own() -> None:
    moved = {each.name for each in LIFECYCLE.moves.values()}

    assert "fail" not in moved
