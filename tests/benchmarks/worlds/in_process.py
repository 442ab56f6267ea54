"""What worlds cost by themselves, without a server. Knows no HTTP."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import orjson

from mockserver.contract.document import Document
from mockserver.simulation.scenario import Scenario, scenario_named
from mockserver.simulation.snapshot import restored, snapshot_of
from mockserver.simulation.world import World
from mockserver.simulation.worlds import TEMPLATE, Worlds
from tests.benchmarks.spread import percentile
from tests.simulation.working_day import DAY, jump, new_world, work

HOUR = timedelta(hours=1)
PAGE = {"limit": 20, "order": "-created_at"}
ONCE_OVER = 5  # times that what takes long is measured
# a job that nobody confirms otherwise has passed through all of it after fourteen hours
ALL_DAY = Scenario(
    name="all-day",
    description="two hours for each status, six of processing",
    otherwise=timedelta(hours=2),
    durations={"complete": timedelta(hours=6)},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How long something took, each time. what: in the words of the table.

    seconds: of processor time, for another process that has its turn meanwhile is no cost of ours.
    """

    what: str
    seconds: Sequence[float]

    def to_json(self) -> dict[str, Any]:
        """Return it for machines, in microseconds."""
        named = {"median": 50, "p99": 99, "max": 100}
        microseconds = {name: percentile(self.seconds, each) * 1e6 for name, each in named.items()}
        return {"what": self.what, "times": len(self.seconds), "microseconds": microseconds}


def filled(document: Document, jobs: int) -> World:
    """Return a world with *jobs* ended jobs, created over an hour."""
    world = new_world(document, scenario_named("steady"))
    admin = next(iter(world.users.by_id))
    for number in range(jobs):
        job_type = ("product-export", "order-export")[number % 2]
        world.create(job_type=job_type, context={"batch_size": 50}, dry_run=number % 4 == 0, by=admin)
        world.clock.advance(HOUR / jobs)
    world.clock.advance(HOUR)
    return world


def beginnings(world: World, *, among: Sequence[int], times: int) -> list[Took]:
    """Return what it takes to fork, reset and begin a world like *world* among so many others.

    Each of the others is a copy of it in which something happened since.
    """
    count = len(world.jobs())
    worlds = Worlds(world.forked(), most=max(among) + 2)
    worlds.fork("default", into=TEMPLATE)
    took: list[Took] = []
    for most in among:
        for number in range(most):
            _create(worlds[f"w{number}"])
        named = f"a world with {count:,} jobs among {most:,}"

        def drop(worlds: Worlds = worlds) -> None:
            worlds.delete("fresh")

        def fork_and_create(worlds: Worlds = worlds) -> None:
            _create(worlds.fork("w0", into="fresh"))

        took += [
            _took(f"fork {named}", partial(worlds.fork, "w0", into="fresh"), times=times, afterwards=drop),
            _took(f"reset {named}", partial(worlds.reset, "w0"), times=times),
            _took(f"begin {named}", partial(worlds.__getitem__, "fresh"), times=times, afterwards=drop),
            _took(f"fork, and create in, {named}", fork_and_create, times=times, afterwards=drop),
        ]
    return took


def days(document: Document, *, jobs: Sequence[int]) -> list[Took]:
    """Return what it takes to live through 24 hours with so many jobs, all under way at their beginning."""
    took = []
    for count in jobs:
        world = new_world(document, ALL_DAY)
        work(world, jobs=count, within=HOUR, move=jump)
        admin = next(iter(world.users.by_id))
        looks: Mapping[str, Callable[[World], Any]] = {
            "see the first page": lambda world, admin=admin: world.list_jobs(PAGE, by=admin),  # type: ignore[misc]
            "see every job": World.jobs,
        }
        for see, look in looks.items():
            forks = [world.forked() for _ in range(ONCE_OVER)]
            seconds = [_timed(partial(_live_and_look, fork, look)) for fork in forks]
            took.append(
                Took(what=f"24 hours of {count:,} jobs, a quarter of each type, and {see}", seconds=seconds)
            )
    return took


def kept(world: World) -> tuple[list[Took], int]:
    """Return what it takes to keep *world* as a text and to restore it, and the bytes of that text."""
    count = len(world.jobs())
    text = orjson.dumps(snapshot_of(world))
    return [
        _took(f"snapshot of {count:,} jobs", lambda: orjson.dumps(snapshot_of(world)), times=ONCE_OVER),
        _took(f"restore {count:,} jobs", lambda: restored(orjson.loads(text), like=world), times=ONCE_OVER),
    ], len(text)


def _live_and_look(world: World, look: Callable[[World], Any]) -> None:
    world.clock.advance(DAY)
    look(world)


def _create(world: World) -> None:
    admin = next(iter(world.users.by_id))
    world.create(job_type="product-export", context={"batch_size": 50}, dry_run=False, by=admin)


def _took(
    what: str, act: Callable[[], object], *, times: int, afterwards: Callable[[], object] = lambda: None
) -> Took:
    """Return how long *act* took each time. afterwards: undoes it, off the clock."""

    def seconds() -> Iterable[float]:
        for _ in range(times):
            yield _timed(act)
            afterwards()

    return Took(what=what, seconds=tuple(seconds()))


def _timed(act: Callable[[], object]) -> float:
    began = time.thread_time()
    act()
    return time.thread_time() - began
