"""How far a job under way has come. Knows its units, and not what they are."""

import math
from collections.abc import Mapping
from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.strategies.stored_order import in_stored_order


def under_way(job: BatchJob, done: float) -> dict[str, Any]:
    """Return the result of a job of which *done* (0 to 1) of the time has passed.

    `count` and `advancement_count` are in units, `progress` is the share of them, 0 to 1; a job without units
    stays at 0. Ours: the real server hides all of it in one transaction.
    """
    advancement = math.floor(job.units * done)
    more = {"count": job.units, "advancement_count": advancement, "progress": share(advancement, job.units)}
    result: dict[str, Any] = in_stored_order({**(job.result or {}), **more})
    return result


def share(part: int, whole: float) -> float:
    """Return *part* of *whole*, 0 of nothing; an integer where it is one, for JSON writes 1 and not 1.0."""
    quotient = part / whole if whole else 0
    return int(quotient) if quotient == int(quotient) else quotient


def told_rows(job: BatchJob, found: int) -> int:
    """Return how many rows *job* says it goes through: those *found*, or what its scenario has it say."""
    return found if job.scenario.rows is None else job.scenario.rows


def told_operations(job: BatchJob, found: Mapping[str, int]) -> Mapping[str, int]:
    """Return how many operations of each kind *job* says it makes: those *found*.

    A scenario may have it say another number of rows: it is shared out as those found are, to the last one;
    where none was found, the first kind has them all.
    """
    rows, in_all = told_rows(job, -1), sum(found.values())
    if rows < 0:
        return found
    weights = found if in_all else {kind: int(place == 0) for place, kind in enumerate(found)}
    bounds, before = [0], 0
    for weight in weights.values():
        before += weight
        bounds.append(rows * before // (in_all or 1))
    return {kind: bounds[place + 1] - bounds[place] for place, kind in enumerate(weights)}
