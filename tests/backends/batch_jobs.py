"""Batch jobs over HTTP: create, list, retrieve, confirm, cancel.

Knows who may do what to which job, and when. Ignores who moves the jobs on.
"""

from typing import Any

from flask import Response, g, jsonify, request

from tests.backends.csv_work import WORK
from tests.backends.listing import Kind, asked_for, page_of, relations_asked, selected
from tests.backends.store import Job, Store, new_id
from tests.backends.wire import Refused, json_body, refuse_for, unknown_properties
from tests.backends.worker import Worker

NULLABLE = ("pre_processed_at", "confirmed_at", "completed_at", "canceled_at", "failed_at")
JOBS = Kind(
    columns=(
        "dry_run",
        "id",
        "created_at",
        "updated_at",
        "deleted_at",
        "type",
        "created_by",
        "context",
        "result",
        "pre_processed_at",
        "processing_at",
        "confirmed_at",
        "completed_at",
        "canceled_at",
        "failed_at",
    ),
    always=("dry_run", "id", "created_at", "status"),
    lists={"id": None, "type": None},
    instants={**dict.fromkeys(NULLABLE, True), "created_at": False, "updated_at": False},
    relations=("created_by_user",),
    one_relation=True,
    splits_commas=True,
    limit=10,
    order="-created_at",
)


class BatchJobs:
    """The operations on batch jobs."""

    def __init__(self, store: Store, worker: Worker, *, defect: str | None) -> None:
        self._store, self._worker, self._defect = store, worker, defect
        self._first_shown: dict[str, str] = {}

    def create(self) -> tuple[Response, int]:
        """Start a job."""
        body = json_body(request)
        refuse_for(_complaints_about(body))
        kind, context = body["type"], body["context"]
        if kind not in WORK:
            if self._defect != "unknown-type-accepted":
                raise Refused(404, "not_found", f"Unable to find a BatchJob strategy with the type {kind}")
            kind = "product-export"
        context = WORK[kind].prepare(context, self._store)
        if body.get("dry_run", False) is None:
            message = "Can't insert null value in field dry_run on insert in table batch_job"
            raise Refused(400, "invalid_data", message)
        if g.user_id not in self._store.users:
            raise Refused(404, "not_found", f"User with created_by {g.user_id} does not exist.")
        now = self._store.clock()
        job = Job(
            id=new_id("batch", now),
            type=kind,
            dry_run=body.get("dry_run", False),
            created_by=g.user_id,
            context=context,
            created_at=now,
            updated_at=now,
        )
        self._store.jobs[job.id] = job
        self._first_shown[job.id] = job.status
        self._worker.take(job)
        return self._shown(job), 201

    def list(self) -> Response:
        """Show a page of the caller's own jobs."""
        asked = asked_for(request.query_string, JOBS, defect=self._defect)
        mine = [
            job
            for job in self._store.jobs.values()
            if job.created_by == g.user_id or self._defect == "foreign-jobs-listed"
        ]
        rows = [self._row(job) for job in mine]
        page, counts = page_of(rows, asked, JOBS, defect=self._defect)
        shown = []
        for row in page:
            listed = selected(row, asked, JOBS)
            if self._defect == "stale-list":
                listed["status"] = self._first_shown[row["id"]]
            if self._defect == "fields-drop-status" and "fields" in asked.scalars:
                del listed["status"]
            if "created_by_user" in relations_asked(asked, JOBS):
                listed["created_by_user"] = self._store.users[row["created_by"]].row()
            shown.append(listed)
        return jsonify(batch_jobs=shown, **counts)

    def retrieve(self, job_id: str) -> Response:
        """Show one job."""
        if self._defect == "foreign-job-shown" and job_id in self._store.jobs:
            return self._shown(self._store.jobs[job_id])
        return self._shown(self._own(job_id))

    def confirm(self, job_id: str) -> Response:
        """Have a pre-processed job done."""
        job = self._own(job_id)
        allowed = job.status == "pre_processed" or self._defect == "confirm-anywhere"
        if self._defect == "confirm-refused-when-not-dry" and not job.dry_run:
            allowed = False
        if not allowed:
            message = "Cannot confirm processing for a batch job that is not pre processed"
            raise Refused(400, "not_allowed", message)
        job.confirmed_at = self._store.clock()
        if self._defect != "confirm-keeps-updated-at":
            job.updated_at = job.confirmed_at
        self._worker.take(job)
        return self._shown(job)

    def cancel(self, job_id: str) -> Response:
        """Have a job not done any more."""
        job = self._own(job_id)
        if job.status == "completed" and self._defect != "cancel-completed":
            raise Refused(400, "not_allowed", "Cannot cancel completed batch job")
        if job.status == "canceled" and self._defect == "cancel-twice-refused":
            raise Refused(400, "not_allowed", "Cannot cancel canceled batch job")
        job.canceled_at = job.updated_at = self._store.clock()
        return self._shown(job)

    def _own(self, job_id: str) -> Job:
        job = self._store.jobs.get(job_id)
        if job is None:
            raise Refused(404, "not_found", f"Batch job with id {job_id} was not found")
        if job.created_by != g.user_id:
            message = "Cannot access a batch job that does not belong to the logged in user"
            raise Refused(400, "not_allowed", message)
        return job

    def _shown(self, job: Job) -> Response:
        return jsonify(batch_job=self._row(job))

    def _row(self, job: Job) -> dict[str, Any]:
        row = job.row()
        if self._defect == "cancel-beats-failed" and job.canceled_at is not None:
            row["status"] = "canceled"
        if self._defect == "local-time":
            row |= {
                name: value.removesuffix("Z") for name, value in row.items() if name.endswith("_at") and value
            }
        return row


def _complaints_about(body: dict[str, Any]) -> list[str]:
    complaints = unknown_properties(body, ("type", "context", "dry_run"))
    if not isinstance(body.get("type"), str):
        complaints.append("type must be a string")
    if not isinstance(body.get("context"), dict):
        complaints.append("context must be an object")
    if not isinstance(body.get("dry_run", False), bool | None):
        complaints.append("dry_run must be a boolean value")
    if not complaints and body["type"] in ("product-export", "order-export"):
        context = body["context"]
        complaints += [
            f"context.{name} must be a string"
            for name in ("order", "fields", "expand")
            if not isinstance(context.get(name, ""), str)
        ]
    return complaints
