"""What the control API shows of worlds, clocks, batch jobs and what became of them, as JSON."""

from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import to_json
from mockserver.simulation.course import Moved, course_of
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.world import World

Json = dict[str, Any]


def shown_world(name: str, world: World) -> Json:
    """Return the world that has the *name*."""
    return {
        "name": name,
        "clock": shown_clock(world),
        "scenario": world.scenario.name,
        "seed": world.seed,
        "batch_jobs": world.count_jobs(),
        "exchanges": world.log.added,
    }


def shown_clock(world: World) -> Json:
    """Return the clock of *world*."""
    after = world.next_transition_at()
    return {
        "now": to_json(world.clock.now()),
        "speed": world.clock.speed,
        "frozen": not world.clock.speed,
        "next_transition_at": None if after is None else to_json(after),
    }


def shown_scenario(scenario: Scenario) -> Json:
    """Return a scenario."""
    return {"name": scenario.name, "description": scenario.description}


def shown_move(moved: Moved) -> Json:
    """Return what happened to a batch job."""
    return {
        "at": to_json(moved.at),
        "batch_job": moved.job_id,
        "type": moved.job_type,
        "status": moved.status,
        "before": moved.before,
    }


def shown_job(job: BatchJob) -> Json:
    """Return a batch job, with its course."""
    return {
        "id": job.id,
        "type": job.type,
        "created_by": job.created_by,
        "dry_run": job.dry_run,
        "status": job.status,
        "since": to_json(job.status_since),
        "course": [shown_move(each) for each in course_of(job)],
        "scenario": job.scenario.name,
        "context": dict(job.context),
        "result": None if job.result is None else dict(job.result),
    }
