"""Defects of the third kind: a status or an instant is told wrongly, though the job lives as it should."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mockserver.grading.defect import (
    CANCEL,
    CREATE,
    EVERYWHERE,
    LIST,
    OF_ONE_JOB,
    RETRIEVE,
    Answered,
    Ask,
    Asked,
    Defect,
    Lie,
)
from mockserver.grading.edits import ranked
from mockserver.grading.kind import Kind
from mockserver.grading.telling import Job, of_each_job, shows
from mockserver.simulation.clock import to_json

AN_HOUR = timedelta(hours=1)
STEPS = ("created", "pre_processed", "confirmed", "processing", "completed")
_instant = partial(Defect, kind=Kind.INSTANTS)


def _lagging(job: Job) -> Mapping[str, Any]:
    """Return the status before the present one."""
    status = job["status"]
    return {"status": STEPS[max(0, STEPS.index(status) - 1)]} if status in STEPS else {}


def _swapped(job: Job) -> Mapping[str, Any]:
    if not (job.get("processing_at") and job.get("completed_at")):
        return {}
    return {"processing_at": job["completed_at"], "completed_at": job["processing_at"]}


def _moved(instant: str | None, by: timedelta) -> str | None:
    return None if instant is None else to_json(datetime.fromisoformat(instant) + by)


def _bare(job: Job) -> Mapping[str, Any]:
    return {name: at.removesuffix("Z") for name, at in job.items() if name.endswith("_at") and at}


def _whole_seconds(job: Job) -> Mapping[str, Any]:
    return {name: at[:-5] + ".000Z" for name, at in job.items() if name.endswith("_at") and at}


def _now_for(name: str) -> Lie:
    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            now = to_json(asked.world.settle())
            return of_each_job(await ask(asked), lambda job: {**job, name: now} if job.get(name) else job)

        return tell

    return Lie(operations=(RETRIEVE, LIST), make=make)


def _first_cancellation(ask: Ask) -> Ask:
    first: dict[str, str] = {}

    def retold(job: Job) -> Job:
        canceled_at = job.get("canceled_at")
        return {**job, "canceled_at": first.setdefault(job["id"], canceled_at)} if canceled_at else job

    async def tell(asked: Asked) -> Answered:
        return of_each_job(await ask(asked), retold)

    return tell


INSTANTS = (
    _instant(
        name="confirmed-at-missing",
        lies="confirmed_at is always null.",
        missing="Confirm a dry run, and expect confirmed_at to be set.",
        lie=shows(lambda _: {"confirmed_at": None}),
    ),
    _instant(
        name="canceled-at-missing",
        lies="A canceled job has the status canceled, and no canceled_at.",
        missing="Cancel a job, and expect canceled_at to be set.",
        lie=shows(lambda _: {"canceled_at": None}),
    ),
    _instant(
        name="failed-at-missing",
        lies="A failed job has the status failed, and no failed_at.",
        missing="Have an import fail by naming no file, and expect failed_at to be set.",
        lie=shows(lambda _: {"failed_at": None}),
    ),
    _instant(
        name="completed-before-processing",
        lies="processing_at and completed_at are mixed up, so that a job completes before it is processed.",
        missing="Let a job complete, and expect processing_at not to be later than completed_at.",
        lie=shows(_swapped),
    ),
    _instant(
        name="pre-processed-at-in-another-zone",
        lies="pre_processed_at is an hour early: local time that is called UTC.",
        missing="Expect pre_processed_at not to be earlier than created_at.",
        lie=shows(lambda job: {"pre_processed_at": _moved(job.get("pre_processed_at"), -AN_HOUR)}),
    ),
    _instant(
        name="updated-at-stays",
        lies="updated_at stays what it was at the creation.",
        missing="Let a job move on, and expect updated_at to move with it.",
        lie=shows(lambda job: {"updated_at": job["created_at"]}),
    ),
    _instant(
        name="created-at-moves",
        lies="When one job is read, created_at is the instant of its last change.",
        missing="Let a job move on, and expect its created_at to be what the create answered.",
        lie=shows(lambda job: {"created_at": job["updated_at"]}, *OF_ONE_JOB),
    ),
    _instant(
        name="completed-at-moves",
        lies="completed_at is the instant at which somebody looks.",
        missing="Read a completed job twice, some milliseconds apart, and expect the same completed_at.",
        lie=_now_for("completed_at"),
    ),
    _instant(
        name="canceled-again-keeps-canceled-at",
        lies="A second cancellation leaves canceled_at at the first one.",
        missing="Cancel a job twice, some milliseconds apart, and expect a later canceled_at.",
        lie=Lie(operations=EVERYWHERE, make=_first_cancellation),
    ),
    _instant(
        name="cancellation-forgets",
        lies="A canceled job has forgotten when it was pre-processed, confirmed and begun.",
        missing="Cancel a pre-processed job, and expect pre_processed_at to stay set.",
        lie=shows(
            lambda job: (
                dict.fromkeys(("pre_processed_at", "confirmed_at", "processing_at"))
                if job.get("canceled_at")
                else {}
            )
        ),
    ),
    _instant(
        name="status-lags",
        lies="Reads and lists tell the status before the present one, beside the right instants.",
        missing="Expect the status of a job to be the furthest one whose instant is set.",
        lie=shows(_lagging, RETRIEVE, LIST),
    ),
    _instant(
        name="canceled-shown-as-failed",
        lies="A canceled job has the status failed.",
        missing="Cancel a job, and expect the status canceled.",
        lie=shows(lambda job: {"status": "failed"} if job["status"] == "canceled" else {}),
    ),
    _instant(
        name="failed-shown-as-completed",
        lies="A failed job has the status completed.",
        missing="Have an import fail by naming no file, and expect the status failed.",
        lie=shows(lambda job: {"status": "completed"} if job["status"] == "failed" else {}),
    ),
    _instant(
        name="cancellation-hides-failure",
        lies="A failed job that is canceled afterwards has the status canceled.",
        missing="Cancel a failed job, and expect its status to stay failed.",
        edits=(
            ranked("created", "pre_processed", "confirmed", "processing", "completed", "failed", "canceled"),
        ),
    ),
    _instant(
        name="cancelled-with-two-l",
        lies="The status of a canceled job is spelled cancelled.",
        missing="Cancel a job, and expect the status canceled, to the letter.",
        lie=shows(lambda job: {"status": "cancelled"} if job["status"] == "canceled" else {}),
    ),
    _instant(
        name="canceled-is-deleted",
        lies="A canceled job has a deleted_at.",
        missing="Cancel a job, and expect deleted_at to stay null.",
        lie=shows(lambda job: {"deleted_at": job.get("canceled_at")}, RETRIEVE, LIST, CANCEL),
    ),
    _instant(
        name="instants-without-zone",
        lies="Instants are written without the Z at their end.",
        missing="Expect every instant to be an RFC 3339 date-time with its time zone.",
        lie=shows(_bare),
    ),
    _instant(
        name="instants-in-whole-seconds",
        lies="Reads and lists cut instants to whole seconds, where the create tells milliseconds.",
        missing="Expect the created_at of a read and of a list to be what the create answered.",
        lie=shows(_whole_seconds, RETRIEVE, LIST),
    ),
    _instant(
        name="born-pre-processed",
        lies="The create answers that the job is pre_processed already.",
        missing="Create a job, and expect the status created.",
        lie=shows(lambda _: {"status": "pre_processed"}, CREATE),
    ),
)
