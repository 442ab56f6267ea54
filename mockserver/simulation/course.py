"""What has become of a batch job so far: the statuses that it has had, and since when.

Knows jobs, and keeps nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from mockserver.simulation.batch_job import BatchJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A batch job reached a status. before: the status that it had; None for a new one."""

    at: datetime
    job_id: str
    job_type: str
    status: str
    before: str | None


def course_of(job: BatchJob) -> list[Moved]:
    """Return what has become of *job* so far, the oldest first, as far as its instants tell."""
    names = job.lifecycle.instants.items()
    passed = [(job.instants[name], status) for status, name in names if name in job.instants]
    passed.sort(key=lambda each: each[0])  # those of one instant stay in their order
    before = [None, *(status for _, status in passed)]
    return [
        Moved(at=at, job_id=job.id, job_type=job.type, status=status, before=former)
        for former, (at, status) in zip(before, passed, strict=False)
    ]
