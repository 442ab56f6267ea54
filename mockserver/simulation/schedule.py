"""When the simulated worker moves a batch job. A pure function of the job: no clock, no timer, no queue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mockserver.lifecycle import PROCESS, Transition
from mockserver.simulation.batch_job import BatchJob


@dataclass(frozen=True, slots=True)
class Step:
    """A transition that the worker is going to make, and the instant at which it is due."""

    transition: Transition
    at: datetime


def next_step(job: BatchJob) -> Step | None:
    """Return what the worker does next with *job*, or None when it never moves it again by itself."""
    status = job.status
    transition = job.lifecycle.moves.get((status, job.dry_run))
    if transition is None:
        return None
    duration = job.scenario.duration(transition.name)
    if duration is None:
        return None
    return Step(transition, job.instants[job.lifecycle.instants[status]] + duration)


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

    A job whose scenario never ends its processing stays at 0.
    """
    transition = job.lifecycle.moves.get((job.status, job.dry_run))
    if transition is None or transition.work != PROCESS:
        return None
    duration = job.scenario.duration(transition.name)
    if not duration:
        return 0.0
    return min(1.0, max(0.0, (now - job.status_since) / duration))
