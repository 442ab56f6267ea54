"""How far the instants that the real worker sets lie behind the beginning of its transaction.

Knows jobs and instants, not when anything happens: a job keeps the instants at which its stages were due, by
which the worker goes on; this is what is shown, listed and compared of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from mockserver.quirk import Quirk
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import EPOCH
from mockserver.simulation.scenario import TICK

TRAILING_STAMPS = Quirk(
    name="trailing-stamps",
    does="updated_at is when the worker's transaction began; the instants it sets lie some milliseconds "
    "later",
    matters="updated_at is earlier than the instant of the status that the job has just reached",
    evidence="lifecycle/get completed export",
)
# how far behind the beginning of its transaction each instant lies, in milliseconds. Source: recorded, median
TRAILS: Mapping[str, int] = MappingProxyType(
    {"pre_processed": 20, "confirmed": 22, "processing": 2, "completed": 40, "failed": 4}
)
LAST_TURN = timedelta(milliseconds=90)  # from the first to the last job of one tick


def trailing(job: BatchJob) -> BatchJob:
    """Return *job* with the instants that the worker set as far behind as the real server's lie.

    Of jobs that one tick moves, those created later are dealt with later. No instant is shown before one that
    came before it; of those that came at once, the lifecycle's order decides.
    """
    turn = (job.created_at - EPOCH) % TICK / TICK * LAST_TURN
    fields = job.lifecycle.instants
    trails = {fields[status]: trail for status, trail in TRAILS.items() if status in fields}
    if job.instants.get("confirmed_at") != job.instants.get("pre_processed_at"):
        trails.pop("confirmed_at", None)  # a client confirmed it
    latest, shown = job.created_at, {}
    for name in sorted(
        (each for each in fields.values() if each in job.instants), key=job.instants.__getitem__
    ):
        trail = timedelta(milliseconds=trails[name]) + turn if name in trails else timedelta()
        latest = shown[name] = max(latest, job.instants[name] + trail)
    return replace(job, instants={name: shown[name] for name in job.instants})
