"""Defects of the second kind: a transition is refused where it may start, or the worker never makes it."""

from functools import partial
from typing import Any

from mockserver.grading.defect import CANCEL, CONFIRM, CREATE, Answered, Ask, Asked, Defect, Lie
from mockserver.grading.edits import LIFECYCLE as TABLE
from mockserver.grading.edits import removed, starts_not
from mockserver.grading.kind import Kind
from mockserver.grading.telling import OK, refusal, refuses

CANNOT_CONFIRM = "Cannot confirm processing for a batch job that is not pre processed"
CANNOT_CANCEL = "Cannot cancel this batch job"
ENDED = ("completed", "canceled", "failed")
_refused = partial(Defect, kind=Kind.REFUSED)


def _cancel_refused(status: str, *, how: str) -> Defect:
    return _refused(
        name=f"cancel-refused-when-{status.replace('_', '-')}",
        lies=f"A job whose status is {status} cannot be canceled.",
        missing=f"Cancel a job whose status is {status} ({how}), and expect 200.",
        edits=(starts_not("cancel", status),),
    )


def _is_export(job: Any, _asked: Asked) -> bool:
    return str(job.get("type")).endswith("-export")


def _once_only(ask: Ask) -> Ask:
    confirmed: set[str] = set()

    async def tell(asked: Asked) -> Answered:
        seen = await ask(asked.retrieving(asked.job_id))
        if seen.job and confirmed - {asked.job_id}:
            return refusal(CANNOT_CONFIRM)
        answered = await ask(asked)
        confirmed.update({asked.job_id} if answered.status == OK else ())
        return answered

    return tell


def _one_at_a_time(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        listed = await ask(asked.listing("limit=0"))
        jobs = listed.payload["batch_jobs"] if listed.status == OK else ()
        if any(job["status"] not in ENDED for job in jobs):
            return refusal("Another batch job is not finished yet")
        return await ask(asked)

    return tell


REFUSED = (
    _cancel_refused("created", how="right after its creation"),
    _cancel_refused("pre_processed", how="a dry run that waits"),
    _cancel_refused("confirmed", how="a dry run that was just confirmed"),
    _cancel_refused("processing", how="while its progress grows"),
    _cancel_refused("canceled", how="cancel it twice"),
    _cancel_refused("failed", how="an import that names no file"),
    _refused(
        name="cancel-refused-for-dry-runs",
        lies="A dry run that waits for its confirmation can only be confirmed, not canceled.",
        missing="Cancel a dry run whose status is pre_processed, and expect 200.",
        lie=refuses(
            CANCEL, CANNOT_CANCEL, when=lambda job, _: job["status"] == "pre_processed" and job["dry_run"]
        ),
    ),
    _refused(
        name="cancel-with-a-body-refused",
        lies="A cancellation that carries a JSON body is refused, although nothing in the body is read.",
        missing="Cancel a job with some JSON in the body, and expect 200.",
        lie=refuses(
            CANCEL, "property should not exist", when=lambda _, asked: bool(asked.body), kind="invalid_data"
        ),
    ),
    _refused(
        name="confirm-without-a-body-refused",
        lies="A confirmation without a body is refused, although nothing in the body is read.",
        missing="Confirm a pre-processed dry run without sending a body, and expect 200.",
        lie=refuses(
            CONFIRM, "the body is missing", when=lambda _, asked: not asked.body, kind="invalid_data"
        ),
    ),
    _refused(
        name="confirm-refused-for-exports",
        lies="A dry run of an export cannot be confirmed.",
        missing="Confirm a pre-processed dry run of an export, and expect 200.",
        lie=refuses(CONFIRM, CANNOT_CONFIRM, when=_is_export),
    ),
    _refused(
        name="confirm-only-once",
        lies="Once one dry run was confirmed, no other one can be.",
        missing="Confirm two dry runs one after the other, and expect 200 for both.",
        lie=Lie(operations=(CONFIRM,), make=_once_only),
    ),
    _refused(
        name="dry-run-refused-for-exports",
        lies="An export cannot be created as a dry run.",
        missing="Create an export with dry_run true, and expect 201.",
        lie=refuses(
            CREATE,
            "dry_run is for imports only",
            when=lambda job, asked: _is_export(job, asked) and job.get("dry_run") is True,
            kind="invalid_data",
        ),
    ),
    _refused(
        name="one-job-at-a-time",
        lies="No job can be created while another one is unfinished.",
        missing="Create a job while another one is still running, and expect 201.",
        lie=Lie(operations=(CREATE,), make=_one_at_a_time),
    ),
    _refused(
        name="worker-never-starts",
        lies="A confirmed job is never taken up by the worker.",
        missing="Wait, with a bound, until a job has completed, and fail when it has not.",
        edits=(removed(*TABLE, "transitions", "start"),),
    ),
    _refused(
        name="worker-never-ends",
        lies="A job that is being processed never completes.",
        missing="Wait, with a bound, until a job has completed, and fail when it has not.",
        edits=(removed(*TABLE, "transitions", "complete"),),
    ),
)
