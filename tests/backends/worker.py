"""The worker that moves batch jobs on, in a thread of its own or, in tests, by hand.

Knows the order of the stages and how long each lasts. Ignores HTTP and what the work is.
"""

import threading
from dataclasses import replace
from typing import Any

from tests.backends.csv_work import WORK, JobFailed
from tests.backends.store import Job, Store

QUARTERS = 4  # a job that is processing tells so often how far it has come


class Worker:
    """Moves the jobs of one store. pace: how long a stage lasts, in milliseconds."""

    def __init__(self, store: Store, *, pace: int, defect: str | None) -> None:
        self._store, self._pace, self._defect = store, pace, defect
        self._in_hand: dict[str, Job] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until it has."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._pace / 1000 / 8):
            self.step()

    def take(self, job: Job) -> None:
        """Take a job up: it is looked at when its stage has lasted long enough."""
        self._store.due[job.id] = self._store.clock() + self._pace

    def step(self) -> None:
        """Make the next move of every job that is due."""
        with self._store.lock:
            now = self._store.clock()
            for job_id in [job_id for job_id, due in self._store.due.items() if due <= now]:
                del self._store.due[job_id]
                self._move(job_id, now)

    def _move(self, job_id: str, now: int) -> None:
        job = self._store.jobs[job_id]
        if self._defect == "lost-cancel":
            job = self._in_hand.get(job_id, job)
        try:
            if job.status == "created":
                self._pre_process(job, now)
            elif job.status == "pre_processed" and (not job.dry_run or self._defect == "dry-run-unasked"):
                job.confirmed_at = now
                self._saved(job, now)
                self.take(job)
            elif job.status == "confirmed":
                self._begin(job, now)
            elif job.status == "processing":
                self._process(job, now)
        except JobFailed as failure:
            self._fail(job, str(failure), now)

    def _pre_process(self, job: Job, now: int) -> None:
        try:
            job.rows, job.result = WORK[job.type].foresee(job, self._store)
        except JobFailed:
            if self._defect != "failures-swallowed":
                raise
            job.rows, job.result = 0, {"count": 0}
        job.pre_processed_at = now
        self._saved(job, now)
        self.take(job)

    def _begin(self, job: Job, now: int) -> None:
        if self._defect == "completed-without-processing":
            self._complete(job, now)
            return
        job.processing_at = now
        self._advance(job, 0)
        self._saved(job, now)
        self._in_hand[job.id] = replace(job)
        self._store.due[job.id] = now + self._pace // QUARTERS

    def _process(self, job: Job, now: int) -> None:
        job.quarters += 1
        if job.quarters == QUARTERS:
            self._complete(job, now)
            return
        self._advance(job, job.quarters)
        self._saved(job, now)
        self._store.due[job.id] = now + self._pace // QUARTERS

    def _complete(self, job: Job, now: int) -> None:
        work: dict[str, Any] = {"count": job.rows}
        try:
            work = WORK[job.type].perform(job, self._store, self._defect)
        except JobFailed:
            if self._defect != "failures-swallowed":
                raise
        job.rows = work["count"]
        self._advance(job, QUARTERS)
        job.result = {**(job.result or {}), **work}
        job.completed_at = now
        self._saved(job, now)

    def _advance(self, job: Job, quarters: int) -> None:
        whole = 100 if self._defect == "progress-in-percent" else 1
        job.result = {
            **(job.result or {}),
            "count": job.rows,
            "advancement_count": job.rows * quarters // QUARTERS,
            "progress": whole * quarters / QUARTERS,
        }

    def _fail(self, job: Job, reason: str, now: int) -> None:
        errors = [{"message": reason, "code": "unknown", "err": {}}, reason]
        job.result = {**(job.result or {}), "errors": errors}
        job.failed_at = now
        self._saved(job, now)

    def _saved(self, job: Job, now: int) -> None:
        job.updated_at = now
        if self._defect == "created-at-moves":
            job.created_at = now
        self._store.jobs[job.id] = job
