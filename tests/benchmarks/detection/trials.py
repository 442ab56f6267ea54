"""Trials: each defect before each tool, on a server of its own, and the healthy servers before `conform`.

Several at a time. A trial is told as soon as it is done, so that those before an interruption are not lost.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from mockserver.grading.defect import Defect
from mockserver.grading.kind import Kind
from mockserver.grading.suite import serving
from mockserver.grading.table import defect_named
from tests.benchmarks.detection.tools import Look, conform, schemathesis

MOCK = (sys.executable, "-m", "mockserver", "serve", "--port", "0", "--log-level", "critical", "--scenario")
STEADY = (*MOCK, "steady")
HEALTHY: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "mock server, steady": STEADY,
        "mock server, instant": (*MOCK, "instant"),
        "Flask backend": (sys.executable, "-m", "tests.backends", "--port", "0"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One defect before both tools, or before `conform` alone, and then *schemathesis* is None.

    defect: None for the healthy server, where neither may find any.
    """

    defect: Defect | None
    conform: Look
    schemathesis: Look | None

    @classmethod
    def from_json(cls, told: Any) -> "Trial":
        """Return the trial that was written as *told*. Raises DefectUnknown."""
        theirs = told["schemathesis"]
        return cls(
            defect=None if told["defect"] is None else defect_named(told["defect"]),
            conform=Look.from_json(told["conform"]),
            schemathesis=None if theirs is None else Look.from_json(theirs),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "defect": None if self.defect is None else self.defect.name,
            "conform": self.conform.to_json(),
            "schemathesis": None if self.schemathesis is None else self.schemathesis.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """One look of `conform` at a healthy server, whose name is *target*."""

    target: str
    seed: int
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a trial takes. seconds: for each tool. workers: trials at a time.

    A look at a defect ends with the first thing that is found, so that its seconds are those to detection.
    """

    seconds: float
    seed: int
    workers: int


def spread_evenly(defects: Sequence[Defect], *, per_class: int) -> list[Defect]:
    """Return *per_class* defects of each class, as far apart as can be; all of a class that has no more."""
    classes = [[each for each in defects if each.kind is kind] for kind in Kind]
    return [
        of_kind[at * len(of_kind) // taken]
        for of_kind in classes
        for taken in [min(per_class, len(of_kind))]
        for at in range(taken)
    ]


async def try_defects(
    defects: Sequence[Defect | None],
    beside: Collection[Defect | None],
    means: Means,
    told: Callable[[Trial], None],
) -> None:
    """Tell the trial of each of *defects*; of those in *beside*, before both tools. Raises GradingError."""

    async def trial(defect: Defect | None) -> None:
        name = "the healthy server" if defect is None else f"the server with {defect.name}"
        command = STEADY if defect is None else (*STEADY, "--defect", defect.name)
        async with serving(command, name=name) as url:
            ours = await conform(url, seconds=means.seconds, seed=means.seed, stop_at_first=True)
        theirs = None
        if defect in beside:
            async with serving(command, name=name) as url:
                theirs = await schemathesis(url, seconds=means.seconds, seed=means.seed)
        told(Trial(defect=defect, conform=ours, schemathesis=theirs))

    await _in_turns([partial(trial, each) for each in defects], workers=means.workers)


async def try_healthy(seeds: int, means: Means, told: Callable[[Calm], None]) -> None:
    """Tell the look at each healthy server with each of so many *seeds*. Raises GradingError."""

    async def calm(target: str, seed: int) -> None:
        async with serving(HEALTHY[target], name=target) as url:
            look = await conform(url, seconds=means.seconds, seed=seed)
        told(Calm(target=target, seed=seed, look=look))

    wanted = [(target, means.seed + number) for number in range(seeds) for target in HEALTHY]
    await _in_turns([partial(calm, *each) for each in wanted], workers=means.workers)


async def _in_turns(works: Sequence[Callable[[], Awaitable[None]]], *, workers: int) -> None:
    """Do all of *works*, so many at a time; the first that fails ends them all."""
    turns = asyncio.Semaphore(workers)

    async def in_turn(work: Callable[[], Awaitable[None]]) -> None:
        async with turns:
            await work()

    waiting = [asyncio.ensure_future(in_turn(each)) for each in works]
    try:
        await asyncio.gather(*waiting)
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)  # until all processes have ended
