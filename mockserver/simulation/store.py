"""Where a world keeps its batch jobs. Mutable: the one place that forgets a job's former value.

Costs: putting and getting are one dictionary access; an owner's jobs are read in the order of creation.
"""

from collections.abc import Iterator

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.refusals import BatchJobNotFound


class Store:
    """Batch jobs by id and by owner."""

    def __init__(self) -> None:
        self._jobs: dict[str, BatchJob] = {}
        self._ids_by_owner: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: BatchJob) -> None:
        """Keep *job*, in place of its former value if there is one."""
        if job.id not in self._jobs:
            self._ids_by_owner.setdefault(job.created_by, []).append(job.id)
        self._jobs[job.id] = job

    def get(self, job_id: str) -> BatchJob:
        """Return the job with *job_id* as it was last kept. Raises BatchJobNotFound."""
        try:
            return self._jobs[job_id]
        except KeyError:
            raise BatchJobNotFound(job_id) from None

    def of_owner(self, user_id: str) -> Iterator[BatchJob]:
        """Yield the jobs that *user_id* created, oldest first."""
        return (self._jobs[job_id] for job_id in self._ids_by_owner.get(user_id, ()))
