"""Defects of the first kind: a transition is accepted where it may not start."""

from functools import partial

from mockserver.grading.defect import CANCEL, CONFIRM, Defect
from mockserver.grading.edits import LIFECYCLE as TABLE
from mockserver.grading.edits import (
    PRE_PROCESS_AT_THE_START,
    first,
    of_transition,
    ranked,
    removed,
    starts_also,
)
from mockserver.grading.kind import Kind
from mockserver.grading.telling import shrugs_off

_illegal = partial(Defect, kind=Kind.ILLEGAL)
CONFIRM_AUTOMATICALLY = (*TABLE, "transitions", "confirm_automatically")

ILLEGAL = (
    _illegal(
        name="confirm-created",
        lies="A job that has not been pre-processed yet can be confirmed.",
        missing="Confirm a dry run right after its creation, and expect 400 not_allowed.",
        edits=(starts_also("confirm", "created"), PRE_PROCESS_AT_THE_START),
    ),
    _illegal(
        name="confirm-confirmed",
        lies="A job that is confirmed can be confirmed again.",
        missing="Confirm a dry run twice in a row, and expect 400 not_allowed for the second time.",
        edits=(starts_also("confirm", "confirmed"),),
    ),
    _illegal(
        name="confirm-processing",
        lies="A job that is being processed can be confirmed again, which sets confirmed_at anew.",
        missing="Confirm a job whose status is processing, and expect 400 not_allowed.",
        edits=(starts_also("confirm", "processing"),),
    ),
    _illegal(
        name="confirm-completed",
        lies="A job that has completed can be confirmed again, which sets confirmed_at anew.",
        missing="Confirm a job whose status is completed, and expect 400 not_allowed.",
        edits=(starts_also("confirm", "completed"),),
    ),
    _illegal(
        name="confirm-canceled",
        lies="A job that was canceled can still be confirmed.",
        missing="Cancel a dry run, confirm it, and expect 400 not_allowed.",
        edits=(starts_also("confirm", "canceled"),),
    ),
    _illegal(
        name="confirm-failed",
        lies="A job that has failed can be confirmed.",
        missing="Have an import fail by naming no file, confirm it, and expect 400 not_allowed.",
        edits=(starts_also("confirm", "failed"),),
    ),
    _illegal(
        name="confirm-running-shrugged-off",
        lies="A confirmation that comes too late is answered 200 with the job as it is.",
        missing="Confirm a job that is confirmed, processing or completed, and expect 400, not 200.",
        lie=shrugs_off(CONFIRM, when=lambda job: job["status"] in ("confirmed", "processing", "completed")),
    ),
    _illegal(
        name="cancel-completed",
        lies="A job that has completed can be canceled.",
        missing="Cancel a job whose status is completed, and expect 400 not_allowed.",
        edits=(starts_also("cancel", "completed"),),
    ),
    _illegal(
        name="cancel-completed-shrugged-off",
        lies="The cancellation of a completed job is answered 200, and nothing happens.",
        missing="Cancel a job whose status is completed, and expect 400, not 200.",
        lie=shrugs_off(CANCEL, when=lambda job: job["status"] == "completed"),
    ),
    _illegal(
        name="cancel-completed-dry-run",
        lies="The cancellation of a completed job is answered 200 if the job was a dry run.",
        missing="Confirm a dry run, wait until it has completed, cancel it, and expect 400 not_allowed.",
        lie=shrugs_off(CANCEL, when=lambda job: job["status"] == "completed" and job["dry_run"]),
    ),
    _illegal(
        name="dry-run-confirms-itself",
        lies="The worker confirms a dry run on its own, and processes it.",
        missing="Create a dry run, wait longer than a job takes, and expect it to be pre_processed still.",
        edits=(removed(*CONFIRM_AUTOMATICALLY, "when"),),
    ),
    _illegal(
        name="dry-run-needs-no-confirmation",
        lies="The worker processes a dry run that nobody confirmed; confirmed_at stays null.",
        missing="Create a dry run, wait longer than a job takes, and expect it to be pre_processed still.",
        edits=(starts_also("start", "pre_processed"),),
    ),
    _illegal(
        name="confirmation-skipped",
        lies="A job that is no dry run is processed without having been confirmed; confirmed_at stays null.",
        missing="Let a job complete, and expect its confirmed_at to be set.",
        edits=(of_transition("confirm_automatically", to="processing"),),
    ),
    _illegal(
        name="pre-processing-skipped",
        lies="A job that is no dry run is confirmed without having been pre-processed.",
        missing="Let a job complete, and expect its pre_processed_at to be set.",
        edits=(
            starts_also("confirm_automatically", "created"),
            first("confirm_automatically"),
            PRE_PROCESS_AT_THE_START,
        ),
    ),
    _illegal(
        name="processing-skipped",
        lies="A confirmed job completes at once; it is never seen processing, and processing_at stays null.",
        missing="Let a job complete, and expect its processing_at to be set.",
        edits=(starts_also("complete", "confirmed"), first("complete")),
    ),
    _illegal(
        name="canceled-is-processed",
        lies="A job that was canceled before its processing is processed nevertheless.",
        missing="Cancel a confirmed job, wait longer than a job takes, and expect it to be canceled still.",
        edits=(
            ranked("created", "pre_processed", "confirmed", "canceled", "processing", "completed", "failed"),
            starts_also("start", "canceled"),
            starts_also("fail", "canceled"),
            PRE_PROCESS_AT_THE_START,
        ),
    ),
)
