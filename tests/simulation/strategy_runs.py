"""Runs a strategy as the worker would: prepared, pre-processed, processed. For the tests of strategies."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from mockserver.lifecycle import Lifecycle
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.files import Files
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.seeding import seeded_catalogue
from mockserver.simulation.strategies import builtin_strategies
from mockserver.simulation.strategy import Shop, Strategy, Work, WorkFailed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_MS = 1795348800000

# As short as a lifecycle can be: strategies do not look at it.
LIFECYCLE = {
    "statuses": {"created": {"instant": "created_at"}, "completed": {"instant": "completed_at"}},
    "transitions": {"complete": {"by": "worker", "from": ["created"], "to": "completed"}},
}


def counting() -> Callable[[str], str]:
    """Return a maker of ids that counts."""
    numbers = count(1)
    return lambda prefix: f"{prefix}_{next(numbers):026d}"


def a_shop(*, files: Mapping[str, str] | None = None) -> Shop:
    """Return a seeded shop at noon, with *files*: text by key."""
    mint = counting()
    contents = Files()
    for key, text in (files or {}).items():
        contents = contents.with_file(key, text.encode(), at=NOON)
    catalogue = seeded_catalogue(seed=1, at=NOON, mint=mint)
    return Shop(at=NOON, catalogue=catalogue, files=contents, mint=mint)


def strategy_of(job_type: str) -> Strategy:
    """Return the built-in strategy of that type."""
    return builtin_strategies()[job_type]


def a_job(job_type: str, context: Mapping[str, Any], shop: Shop) -> BatchJob:
    """Return a job just created."""
    return BatchJob(
        id="batch_01",
        type=job_type,
        created_by="usr_01",
        context=strategy_of(job_type).prepare(context, shop),
        dry_run=False,
        instants={"created_at": NOON},
        updated_at=NOON,
        lifecycle=Lifecycle.read(LIFECYCLE),
        scenario=scenario_named("instant"),
    )


def pre_processed(job: BatchJob, shop: Shop) -> tuple[BatchJob, Shop]:
    """Return the job and the shop after pre-processing. Raises WorkFailed."""
    return _after(strategy_of(job.type).pre_process(job, shop), job, shop)


def processed(job: BatchJob, shop: Shop) -> tuple[BatchJob, Shop]:
    """Return the job and the shop after processing. Raises WorkFailed."""
    return _after(strategy_of(job.type).process(job, shop), job, shop)


def run(job_type: str, context: Mapping[str, Any], shop: Shop) -> tuple[BatchJob, Shop]:
    """Return the job and the shop after all of its work. Raises WorkFailed."""
    return processed(*pre_processed(a_job(job_type, context, shop), shop))


def exported_lines(job_type: str, context: Mapping[str, Any], shop: Shop) -> list[str]:
    """Return the lines of the file that an export writes, the header first."""
    return export_of(*run(job_type, context, shop)).split("\r\n")[:-1]


def export_of(job: BatchJob, shop: Shop) -> str:
    """Return the file that *job* has written, as text."""
    written = shop.files.get((job.result or {})["file_key"])
    assert written is not None
    return written.content.decode()


def failure_of(job_type: str, context: Mapping[str, Any], shop: Shop) -> tuple[str, ...]:
    """Return the errors with which the work of a job fails, or none."""
    try:
        run(job_type, context, shop)
    except WorkFailed as failure:
        return tuple(str(error) for error in failure.errors)
    return ()


def _after(work: Work, job: BatchJob, shop: Shop) -> tuple[BatchJob, Shop]:
    job = replace(
        job,
        result=work.result,
        context=job.context if work.context is None else work.context,
        units=job.units if work.units is None else work.units,
    )
    catalogue = shop.catalogue if work.catalogue is None else work.catalogue
    files = shop.files if work.files is None else work.files
    return job, shop._replace(catalogue=catalogue, files=files)
