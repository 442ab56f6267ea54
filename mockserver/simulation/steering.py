"""What those who hold the reins of a world may do: move its time on, and its worker. No client can.

Knows the world and the lifecycle; nothing of HTTP.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mockserver.lifecycle import Asker, Transition
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.refusals import CannotBecome, NotForeseen
from mockserver.simulation.schedule import next_step
from mockserver.simulation.world import World

FORCED = "The simulated worker was told to fail"  # ours: it is seen when no other error is given


def advance_to_next(world: World) -> datetime:
    """Move the clock to the next instant at which a worker moves a batch job, and return it.

    Raises NotForeseen.
    """
    at = world.next_transition_at()
    if at is None:
        raise NotForeseen("no batch job will move by itself: each has ended, waits for a client, or is stuck")
    world.clock.jump(max(at, world.clock.now()))
    return at


def advance_until(world: World, job_id: str, status: str) -> BatchJob:
    """Move the clock to the instant at which a batch job reaches *status*, and return the job.

    Nothing moves when it has reached that before. Raises BatchJobNotFound, or NotForeseen; then the clock
    stays where it is.
    """
    rehearsed = world.forked()
    rehearsed.clock.freeze()
    at = _reaching(rehearsed, job_id, status)
    if at is not None:
        world.clock.jump(max(at, world.clock.now()))
    return world.look_at(job_id)


def _reaching(world: World, job_id: str, status: str) -> datetime | None:
    """Move the clock until the job reaches *status*, and return that instant; None when that has passed."""
    statuses, at = world.lifecycle.statuses, None
    if status not in statuses:
        raise NotForeseen(f"there is no status {status!r}; known: {', '.join(statuses)}")
    while world.lifecycle.instants[status] not in (job := world.look_at(job_id)).instants:
        step = next_step(job)
        if step is None or statuses.index(job.status) > statuses.index(status):
            raise NotForeseen(f"batch job {job_id} will not be {status} by itself: {_why_it_rests(job)}")
        world.clock.jump(at := step.at)
    return at


def force(world: World, job_id: str, status: str, errors: Sequence[str | Mapping[str, Any]] = ()) -> BatchJob:
    """Return the batch job after its worker has moved it to *status*, now, doing the work that this takes.

    Work that cannot be done fails the job, as it always does. errors: what `result.errors` is to say of a
    failure, strings or objects. Raises BatchJobNotFound, or CannotBecome.
    """
    job = world.look_at(job_id)
    failure = _failure_of(job)
    if failure is not None and failure.to == status:
        return world.make([failure], job_id, *(errors or [FORCED]))
    if errors:
        raise CannotBecome(job_id, status, "errors are for a job that fails; leave them out")
    return world.make(_way_to(status, job), job_id)


def _failure_of(job: BatchJob) -> Transition | None:
    """Return the transition by which *job* can fail where it is, or None."""
    transitions = job.lifecycle.transitions.values()
    attempted = job.lifecycle.moves.get((job.status, job.dry_run), next(iter(transitions)))
    failure = job.lifecycle.failure_of(attempted)
    return failure if job.status in failure.starts else None


def _way_to(status: str, job: BatchJob) -> list[Transition]:
    """Return the transitions by which a worker moves *job* to *status*. Raises CannotBecome."""
    way: list[Transition] = []
    here = job.status
    if here == status:
        raise CannotBecome(job.id, status, "it is that already")
    while here != status:
        move = job.lifecycle.moves.get((here, job.dry_run))
        if move is None:
            raise CannotBecome(job.id, status, _why_it_rests(job, at=here))
        way.append(move)
        here = move.to
    return way


def _why_it_rests(job: BatchJob, *, at: str | None = None) -> str:
    """Return why a worker leaves *job* alone. at: the status in which it does; the present one."""
    status = at or job.status
    move = job.lifecycle.moves.get((status, job.dry_run))
    if move is not None:
        return f"its scenario, {job.scenario.name}, never makes the transition {move.name}"
    asked = [
        each.name
        for each in job.lifecycle.asked_by(Asker.CLIENT)
        if status in each.starts and (each.to, job.dry_run) in job.lifecycle.moves
    ]
    if asked:
        return f"when it is {status}, it waits for a client to {' or '.join(asked)} it"
    return f"it is {status}, from where a worker moves nothing"
