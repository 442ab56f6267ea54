"""Everything that one run measured, and what it was to reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.big_store import BigStore
from tests.benchmarks.entrants import CREATE, GET_ONE, LIST_TEN, OURS, PRISM, STARLETTE
from tests.benchmarks.event_loop import EventLoop
from tests.benchmarks.rounds import Measured
from tests.benchmarks.spread import Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run. remarks: what the reader has to know about it. took: seconds, without installing the peers."""

    date: str
    command: str
    machine: Mapping[str, str | int]
    driver: str
    seconds: float
    took: float
    servers: Mapping[str, Measured]
    big_store: BigStore | None = None
    event_loop: EventLoop | None = None
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it for machines. Seconds, bytes and requests per second throughout."""
        return {
            "date": self.date,
            "command": self.command,
            "machine": dict(self.machine),
            "driver": self.driver,
            "seconds_per_cell": self.seconds,
            "took_seconds": self.took,
            "remarks": list(self.remarks),
            "servers": {name: each.to_json() for name, each in self.servers.items()},
            "goals": [each.to_json() for each in self.goals()],
            "big_store": self.big_store and self.big_store.to_json(),
            "event_loop": self.event_loop and self.event_loop.to_json(),
        }

    def goals(self) -> Iterator["Reached"]:
        """Yield what each goal asks and what was measured, of those that this run measured."""
        yield from self._against_prism()
        yield from self._against_starlette()
        yield from self._with_many_jobs()
        if self.event_loop is not None:
            name = "p99 of GET one beside a slow client, a 10 MB upload and a deep list"
            yield Reached(name, _one(self.event_loop.p99), at_most=0.020, unit="s")

    def _against_prism(self) -> Iterator["Reached"]:
        if not {OURS, PRISM} <= self.servers.keys():
            return
        ours, prism = self.servers[OURS], self.servers[PRISM]
        for work, name, goal in (
            (GET_ONE, "GET one, x Prism", 10),
            (CREATE, "POST create, x Prism", 8),
            (LIST_TEN, "GET list of 10, x Prism", 8),
        ):
            yield Reached(name, ours.rates[work].over(prism.rates[work]), at_least=goal)
        yield Reached(
            "first answer after start, x Prism", ours.first_answer.over(prism.first_answer), at_most=0.4
        )
        if ours.resident is not None and prism.resident is not None:
            yield Reached("memory after start, x Prism", ours.resident.over(prism.resident), at_most=0.5)

    def _against_starlette(self) -> Iterator["Reached"]:
        if not {OURS, STARLETTE} <= self.servers.keys():
            return
        ours, bare = self.servers[OURS].rates, self.servers[STARLETTE].rates
        yield Reached("GET one, x bare Starlette", ours[GET_ONE].over(bare[GET_ONE]), at_least=0.9)
        yield Reached("POST create, x bare Starlette", ours[CREATE].over(bare[CREATE]), at_least=0.8)

    def _with_many_jobs(self) -> Iterator["Reached"]:
        store = self.big_store
        if store is None:
            return
        many = f"with {store.jobs:,} jobs"
        for work, name, goal in (
            (GET_ONE, f"GET one {many}, x with 1,000", 0.9),
            (CREATE, f"POST create {many}, x with 1,000", 0.9),
            (LIST_TEN, f"first page of the list, its jobs under way, {many}, x with 1,000", 0.8),
        ):
            yield Reached(name, store.ratios[work], at_least=goal)
        yield Reached(f"p99 of a deep page {many}", _one(store.deep_all_p99), at_most=0.010, unit="s")
        if store.bytes_per_job is not None:
            yield Reached("memory per job", _one(store.bytes_per_job), at_most=1500, unit="B")
        yield Reached(f"longest pause during creates {many}", _one(store.pause), at_most=0.050, unit="s")


def _one(value: float) -> Spread:
    return Spread.of([value])


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal and what was measured. unit: `x` for a ratio, `s`, `B`."""

    name: str
    measured: Spread
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "x"

    @property
    def is_reached(self) -> bool:
        """Return whether the median is on the right side."""
        enough = self.at_least is None or self.measured.median >= self.at_least
        return enough and (self.at_most is None or self.measured.median <= self.at_most)

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "name": self.name,
            "unit": self.unit,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "reached": self.is_reached,
            **self.measured.to_json(),
        }
