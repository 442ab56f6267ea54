"""Defects of the fourth kind: an update is lost, or what is told is older than what has happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mockserver.grading.defect import (
    CANCEL,
    CONFIRM,
    CREATE,
    CREDENTIALS,
    LIST,
    RETRIEVE,
    Answered,
    Ask,
    Asked,
    Defect,
    Lie,
)
from mockserver.grading.kind import Kind
from mockserver.grading.telling import OK, Job, of_each_job, pages, shows
from mockserver.simulation.clock import to_json

CREATED = 201
TIME_TO_LIVE = timedelta(seconds=5)
SET_LATER = ("pre_processed_at", "confirmed_at", "processing_at", "completed_at", "canceled_at", "failed_at")
_update = partial(Defect, kind=Kind.UPDATES)


def _lost(operation: str, status: str) -> Lie:
    """Return the lie that answers as if *operation* had led to *status*, and does nothing."""

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            seen = await ask(asked.retrieving(asked.job_id))
            if not seen.job or not _may_be_asked(operation, seen.job):
                return await ask(asked)
            now = to_json(asked.world.settle())
            told = {**seen.job, "status": status, f"{status}_at": now, "updated_at": now}
            return seen.saying({"batch_job": told})

        return tell

    return Lie(operations=(operation,), make=make)


def _may_be_asked(operation: str, job: Job) -> bool:
    if operation == CONFIRM:
        return bool(job["status"] == "pre_processed")
    return job["status"] not in ("completed", "failed")


def _answers_before(operation: str) -> Lie:
    """Return the lie that answers *operation* with the job as it was before."""

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            before, answered = await ask(asked.retrieving(asked.job_id)), await ask(asked)
            return before if answered.status == OK else answered

        return tell

    return Lie(operations=(operation,), make=make)


def _read_from_before(operation: str) -> Lie:
    """Return the lie that answers the first read after *operation* with the job as it was before."""

    def make(ask: Ask) -> Ask:
        kept: dict[str, Answered] = {}

        async def tell(asked: Asked) -> Answered:
            if asked.operation == RETRIEVE:
                answered = await ask(asked)
                return kept.pop(asked.job_id, answered) if answered.status == OK else answered
            before, answered = await ask(asked.retrieving(asked.job_id)), await ask(asked)
            if answered.status == OK:
                kept[asked.job_id] = before
            return answered

        return tell

    return Lie(operations=(operation, RETRIEVE), make=make)


def _cached(ask: Ask) -> Ask:
    kept: dict[tuple[str, ...], tuple[datetime, Answered]] = {}

    async def tell(asked: Asked) -> Answered:
        key = (asked.query, *(asked.headers.get(name, "") for name in sorted(CREDENTIALS)))
        now = asked.world.settle()
        if key in kept and now - kept[key][0] < TIME_TO_LIVE:
            return kept[key][1]
        answered = await ask(asked)
        if answered.status == OK:
            kept[key] = (now, answered)
        return answered

    return tell


def _equal_creates_are_one(ask: Ask) -> Ask:
    kept: dict[bytes, str] = {}

    async def tell(asked: Asked) -> Answered:
        if asked.body in kept:
            again = await ask(asked.retrieving(kept[asked.body]))
            if again.job:
                return again.saying(again.payload, status=CREATED)
        answered = await ask(asked)
        if answered.job:
            kept[asked.body] = answered.job["id"]
        return answered

    return tell


def _context_of_the_last(ask: Ask) -> Ask:
    last: dict[str, Any] = {}

    async def tell(asked: Asked) -> Answered:
        answered = await ask(asked)
        if asked.operation == CREATE and answered.job:
            last["context"] = answered.job["context"]
        return of_each_job(answered, lambda job: {**job, **last}) if asked.operation == RETRIEVE else answered

    return tell


def _vanishing(status: str) -> Lie:
    """Return the lie that lists no job with *status*, and counts none of those on the page."""

    def change(page: dict[str, Any], _asked: Asked) -> Mapping[str, Any]:
        shown = [job for job in page["batch_jobs"] if job["status"] != status]
        return {"batch_jobs": shown, "count": page["count"] - len(page["batch_jobs"]) + len(shown)}

    return pages(change)


def _one_type(page: dict[str, Any], _asked: Asked) -> Mapping[str, Any]:
    jobs = page["batch_jobs"]
    return {"batch_jobs": [{**job, "type": jobs[0]["type"]} if "type" in job else job for job in jobs]}


def _backwards(job: Job) -> Mapping[str, Any]:
    result = job.get("result") or {}
    if job["status"] != "processing" or "progress" not in result:
        return {}
    left = {
        "advancement_count": result["count"] - result["advancement_count"],
        "progress": 1 - result["progress"],
    }
    return {"result": {**result, **left}}


UPDATES = (
    _update(
        name="confirm-is-lost",
        lies="A confirmation is answered 200 with a confirmed job, and does not happen.",
        missing="Confirm a dry run, read it again, and expect it to be confirmed or further.",
        lie=_lost(CONFIRM, "confirmed"),
    ),
    _update(
        name="cancel-is-lost",
        lies="A cancellation is answered 200 with a canceled job, and does not happen.",
        missing="Cancel a job, read it again, and expect it to be canceled.",
        lie=_lost(CANCEL, "canceled"),
    ),
    _update(
        name="confirm-answers-the-job-before",
        lies="A confirmation is answered with the job as it was before.",
        missing="Confirm a dry run, and expect the answer to show the status confirmed.",
        lie=_answers_before(CONFIRM),
    ),
    _update(
        name="cancel-answers-the-job-before",
        lies="A cancellation is answered with the job as it was before.",
        missing="Cancel a job, and expect the answer to show the status canceled.",
        lie=_answers_before(CANCEL),
    ),
    _update(
        name="stale-read-after-confirm",
        lies="The first read after a confirmation shows the job from before it.",
        missing="Confirm a dry run, read it at once, and expect it not to be pre_processed any more.",
        lie=_read_from_before(CONFIRM),
    ),
    _update(
        name="stale-read-after-cancel",
        lies="The first read after a cancellation shows the job from before it.",
        missing="Cancel a job, read it at once, and expect it to be canceled.",
        lie=_read_from_before(CANCEL),
    ),
    _update(
        name="list-is-cached",
        lies="A list is answered from memory for five seconds after it was asked for, whatever has happened.",
        missing="List jobs, create one, list again at once, and expect the new one to be there.",
        lie=Lie(operations=(LIST,), make=_cached),
    ),
    _update(
        name="list-shows-the-beginning",
        lies="A list shows every job as it was created: status created, no instant set, no result.",
        missing="Let a job move on, and expect a list to show the status that a read of the job shows.",
        lie=shows(
            lambda job: {
                **dict.fromkeys((*SET_LATER, "result")),
                "status": "created",
                "updated_at": job["created_at"],
            },
            LIST,
        ),
    ),
    _update(
        name="new-jobs-listed-late",
        lies="A job is in no list while its status is created.",
        missing="Create a job, list at once, and expect it to be there.",
        lie=_vanishing("created"),
    ),
    _update(
        name="canceled-jobs-vanish",
        lies="Canceled jobs are in no list.",
        missing="Cancel a job, list, and expect it to be there still.",
        lie=_vanishing("canceled"),
    ),
    _update(
        name="list-shows-one-type",
        lies="Every job of a page has the type of the page's first one.",
        missing="List jobs of two types, and expect each to have the type that it was created with.",
        lie=pages(_one_type),
    ),
    _update(
        name="context-lost-at-confirm",
        lies="A confirmed dry run has lost its context.",
        missing="Confirm a dry run that was created with a context, and expect the context to stay.",
        lie=shows(lambda job: {"context": {}} if job["dry_run"] and job.get("confirmed_at") else {}),
    ),
    _update(
        name="context-of-the-last",
        lies="A job that is read has the context of the job that was created last.",
        missing="Create two jobs with different contexts, read the first, and expect its own context.",
        lie=Lie(operations=(CREATE, RETRIEVE), make=_context_of_the_last),
    ),
    _update(
        name="result-lost-on-completion",
        lies="A completed job has no result.",
        missing="Let an export complete, and expect its result to name the file.",
        lie=shows(lambda job: {"result": None} if job["status"] == "completed" else {}),
    ),
    _update(
        name="progress-runs-backwards",
        lies="While a job is processed, its progress falls from one to nothing.",
        missing="Read a job repeatedly while it is processed, and expect its progress never to fall.",
        lie=shows(_backwards),
    ),
    _update(
        name="dry-run-lost-at-confirm",
        lies="A confirmed dry run is shown as none.",
        missing="Confirm a dry run, and expect dry_run to stay true.",
        lie=shows(lambda job: {"dry_run": False} if job.get("confirmed_at") else {}),
    ),
    _update(
        name="creator-lost-at-cancel",
        lies="A canceled job has no created_by.",
        missing="Cancel a job, and expect created_by to stay.",
        lie=shows(lambda job: {"created_by": None} if job.get("canceled_at") else {}),
    ),
    _update(
        name="equal-creates-are-one",
        lies="A create that equals an earlier one is answered with the earlier job, and makes none.",
        missing="Create two jobs by the same request, and expect two different ids.",
        lie=Lie(operations=(CREATE,), make=_equal_creates_are_one),
    ),
)
