"""When the simulated worker moves a batch job. A pure function of the job: no clock, no timer, no queue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from types import MappingProxyType

from mockserver.lifecycle import PROCESS, Transition
from mockserver.simulation.batch_job import BatchJob

CANCELED, CONFIRMED, COMPLETED = "canceled", "confirmed", "completed"
RUNS_MET = (
    "could not serialize access due to concurrent update"  # recorded, races/get after simultaneous confirms
)

# what the worker says of a canceled job, by the status in which it was canceled
# Source: recorded, transitions/get B after cancel in created settled and get E after cancel in confirmed
# settled
MET_CANCELED: Mapping[str, str] = MappingProxyType(
    {
        "created": "Cannot mark a batch job as pre processed if it is not in created status",
        "confirmed": "Cannot mark a batch job as processing if the status is different that confirmed",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """A transition that the worker is going to make, and the instant at which it is due.

    error: why it can only fail, when that is known beforehand.
    """

    transition: Transition
    at: datetime
    error: str | None = None


def next_step(job: BatchJob) -> Step | None:
    """Return what the worker does next with *job*, or None when it never moves it again by itself."""
    status, error = job.status, None
    if job.raced and status == COMPLETED:
        return Step(job.lifecycle.moves[(CONFIRMED, job.dry_run)], job.status_since, RUNS_MET)
    if job.scenario.fails_canceled and status == CANCELED:
        before = {name: at for name, at in job.instants.items() if name != job.lifecycle.instants[CANCELED]}
        status = job.lifecycle.status_of(before)
        if (error := MET_CANCELED.get(status)) is None:
            return None
    transition = job.lifecycle.moves.get((status, job.dry_run))
    if transition is None:
        return None
    since = job.instants[job.lifecycle.instants[status]]
    at = job.scenario.due(transition.name, since=since, units=job.units, job_id=job.id)
    return None if at is None else Step(transition, at, error)


def is_in_hand(job: BatchJob, now: datetime) -> bool:
    """Return whether the worker has taken *job* up at *now* and its transaction is still open, unseen."""
    step, begun = next_step(job), job.scenario.taken_up(job.status_since)
    return step is not None and begun is not None and begun <= now < step.at


def advance(job: BatchJob, now: datetime, *, perform: Callable[[BatchJob, Step], BatchJob]) -> BatchJob:
    """Return *job* as it stands at *now*.

    Every step its scenario had scheduled up to and including *now* is performed, oldest first, each stamped
    with the instant it was due. Advancing twice is advancing once.

    now: aware, UTC, not before ``job.created_at``. perform: does the step's work and gives the job after it.
    """
    while (step := next_step(job)) and step.at <= now:
        job = perform(job, step)
    return job


def processed_part(job: BatchJob, now: datetime) -> float | None:
    """Return which part of its processing *job* has behind it at *now*, from 0 to 1.

    None when it is not processing.

    A job whose scenario never ends its processing stays at 0, and one that is going to fail comes as far as
    its scenario says.
    """
    transition = job.lifecycle.moves.get((job.status, job.dry_run))
    if transition is None or transition.work != PROCESS:
        return None
    duration = job.scenario.duration(transition.name, job.id)
    if not duration:
        return 0.0
    part = min(1.0, max(0.0, (now - job.status_since) / duration))
    return part * job.scenario.done_by(transition.name)


def next_progress(job: BatchJob, now: datetime) -> datetime | None:
    """Return an instant before which *job*, which is processing, has no more units done than at *now*.

    It lies a microsecond before the next one is, for `processed_part` is rounded. None when the job is not
    processing, and when it has no unit left to do.
    """
    part = processed_part(job, now)
    if part is None:
        return None
    name = job.lifecycle.moves[job.status, job.dry_run].name
    duration, in_all = job.scenario.duration(name, job.id), job.units * job.scenario.done_by(name)
    done = floor(job.units * part)
    if not duration or done + 1 > in_all:
        return None
    return job.status_since + duration * ((done + 1) / in_all) - timedelta(microseconds=1)
