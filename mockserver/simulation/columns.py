"""The columns of batch jobs, by which lists are filtered and ordered. Knows jobs, and no list."""

from datetime import timedelta
from typing import Any

from mockserver.quirk import Quirk
from mockserver.simulation.batch_job import BatchJob

HIDDEN_MICROSECONDS = Quirk(
    name="hidden-microseconds",
    does="created_at and updated_at are kept and compared in microseconds, and shown in milliseconds",
    matters="created_at[gt] with a job's own created_at still finds that job; created_at[lte] does not",
    evidence="list_filters/created_at[gt] l4",
)
KEPT_IN_MICROSECONDS = ("created_at", "updated_at")  # the database sets them, the worker the others
ONE_MILLISECOND = timedelta(milliseconds=1)


def job_column(job: BatchJob, name: str) -> Any:
    """Return the value of a batch job's column, instants that are not set as None."""
    if name in job.instants:
        return job.instants[name]
    return getattr(job, name, None)


def microseconds_column(job: BatchJob, name: str) -> Any:
    """Return the value of a column as its database compares it: some have microseconds that are not shown."""
    value = job_column(job, name)
    return value + ONE_MILLISECOND if name in KEPT_IN_MICROSECONDS else value
