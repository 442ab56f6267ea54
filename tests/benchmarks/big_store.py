"""A store with very many jobs, beside one with few.

How much slower it is, how long it pauses, what a job weighs.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.benchmarks.calls import Call, Client, create, get_one, page
from tests.benchmarks.deadline import Deadline, say
from tests.benchmarks.driver import Driver
from tests.benchmarks.entrants import CREATE, GET_ONE, HEALTH, LIST_TEN
from tests.benchmarks.probe import latencies
from tests.benchmarks.process import Server, running
from tests.benchmarks.spread import Spread, percentile

FEW = 1000
OF_STORES = (GET_ONE, LIST_TEN, CREATE)  # works whose pace depends on how many jobs there are
SPOTS, PER_SPOT = 10, 50  # of the jobs that are got one by one
AFTERWARDS = 8  # seconds of the deadline kept for the event loop
DEEP_SECONDS = 5  # at most, for each kind of deep page
DEEP_PAGES = 100  # at most, of each kind
FRESH = 10  # jobs that each server is asked to create before its first page is
FILL = [sys.executable, "-m", "tests.benchmarks.programs.filled_app", "--port", "{port}", "--jobs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BigStore:
    """What was measured of a store with *jobs* jobs, beside one with FEW.

    ratios: rates with many over rates with few, by work. deep_p99: seconds, by query. bytes_per_job: None
    where there is no /proc. pause: the longest latency of GET one during creates, in seconds; pause_of_few:
    the same with few jobs, which tells how much of it is the machine's.
    """

    jobs: int
    fill_seconds: float
    rates: Mapping[str, Spread]
    ratios: Mapping[str, Spread]
    deep_p99: Mapping[str, float]
    deep_all_p99: float
    deep_pages: int
    bytes_per_job: float | None
    pause: float
    pause_of_few: float

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "jobs": self.jobs,
            "few": FEW,
            "fill_seconds": self.fill_seconds,
            "requests_per_second": {work: each.to_json() for work, each in self.rates.items()},
            "ratio_to_few": {work: each.to_json() for work, each in self.ratios.items()},
            "deep_page_p99_seconds": self.deep_all_p99,
            "deep_page_p99_seconds_by_query": dict(self.deep_p99),
            "deep_pages": self.deep_pages,
            "bytes_per_job": self.bytes_per_job,
            "longest_pause_seconds": self.pause,
            "longest_pause_seconds_with_few": self.pause_of_few,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a server that was filled is asked.

    jobs: how many it was filled with. calls: by work; jobs are got from all over the store, not always the
    same one. deep_pages: pages with filter, sort and offset, by what they show.
    """

    jobs: int
    calls: Mapping[str, Sequence[Call]]
    deep_pages: Mapping[str, Sequence[Call]]

    @classmethod
    def of(cls, server: Server, jobs: int) -> "Asked":
        """Return what *server*, with *jobs* jobs, is asked."""
        with Client(server.port) as client:
            spots = range(0, jobs, max(1, jobs // SPOTS))
            pages = [client.ask(page(f"limit={PER_SPOT}&offset={at}")).json["batch_jobs"] for at in spots]
        # those of the last seconds are still being worked on
        done = [job for found in pages for job in found if job["status"] == "completed"]
        calls = {
            GET_ONE: [get_one(job["id"]) for job in done],
            LIST_TEN: [page("limit=10")],
            CREATE: [create()],
        }
        return cls(
            jobs=jobs, calls=calls, deep_pages=_deep_pages(done[len(done) // 4], done[len(done) // 2], jobs)
        )


@contextmanager
def filled(jobs: int, *, log: Path, seconds: float) -> Iterator[Server]:
    """Run a server of ours whose admin has *jobs* jobs; it must be filled within *seconds*."""
    name = f"a server with {jobs:,} jobs"
    with running(name, [*FILL, str(jobs)], first=HEALTH, log=log, seconds=seconds) as server:
        yield server


def measure(
    big: Server,
    asked: Asked,
    few_started: Callable[[], AbstractContextManager[Server]],
    *,
    rounds: int,
    seconds: float,
    driver: Driver,
    deadline: Deadline,
) -> BigStore:
    """Return what was measured of *big*, which is asked *asked*.

    few_started: starts a server with FEW; in each round a fresh one, so that it has no more than these.
    rounds: at most; as many as the deadline allows. The first page is asked for when its jobs were just
    created, of either server: what the worker has in hand changes while it is looked at, and the one with
    many has been asked to create jobs in the round before, while the one with few has only just begun.
    """
    deep = _deep_latencies(big, asked.deep_pages)
    all_deep = [each for took in deep.values() for each in took]
    rates: dict[tuple[str, str], list[float]] = {}
    pauses: list[Mapping[str, float]] = []
    of_few: list[Server] = []
    longest = 0.0
    while len(of_few) < rounds and (not of_few or deadline.left(reserve=AFTERWARDS) > longest):
        began, number = deadline.spent, len(of_few) + 1
        with few_started() as few:
            of_few.append(few)
            both = {"many": (big, asked.calls), "few": (few, Asked.of(few, FEW).calls)}
            for work in OF_STORES:
                for name, (server, calls) in both.items():
                    say(f"big store, round {number}: {work} with {name} jobs")
                    if work == LIST_TEN:
                        _create_fresh(server)
                    pace = driver.pace(server, calls[work], seconds=seconds)
                    rates.setdefault((name, work), []).append(pace.rate)
            pauses.append(
                {
                    name: _longest_pause(server, calls[GET_ONE], seconds=seconds, driver=driver)
                    for name, (server, calls) in both.items()
                }
            )
        longest = max(longest, deadline.spent - began)
    of_many = {work: Spread.of(rates["many", work]) for work in OF_STORES}
    return BigStore(
        jobs=asked.jobs,
        fill_seconds=big.first_answer,
        rates=of_many,
        ratios={work: of_many[work].over(Spread.of(rates["few", work])) for work in OF_STORES},
        deep_p99={query: percentile(took, 99) for query, took in deep.items()},
        deep_all_p99=percentile(all_deep, 99),
        deep_pages=len(all_deep),
        bytes_per_job=_bytes_per_job(big, of_few[0], asked.jobs),
        pause=max(each["many"] for each in pauses),
        pause_of_few=max(each["few"] for each in pauses),
    )


def _create_fresh(server: Server) -> None:
    with Client(server.port) as client:
        for _ in range(FRESH):
            client.ask(create())


def _bytes_per_job(big: Server, few: Server, jobs: int) -> float | None:
    if big.resident is None or few.resident is None:
        return None
    return (big.resident - few.resident) / (jobs - FEW)


def _deep_pages(young: Mapping[str, Any], old: Mapping[str, Any], jobs: int) -> Mapping[str, Sequence[Call]]:
    """Return deep pages of a list in which *young* stands at a quarter and *old* in the middle."""
    after, before = quote(old["created_at"]), quote(young["completed_at"])
    half, quarter = jobs // 2, jobs // 4
    queries = {
        "type, by -updated_at": ("type%5B%5D=product-export&order=-updated_at", half),
        "created_at[gt], by completed_at": (f"created_at%5Bgt%5D={after}&order=completed_at", quarter),
        "completed_at[lt], by -created_at": (f"completed_at%5Blt%5D={before}&order=-created_at", quarter),
    }
    # no two of them are the same page: what was found once is no answer to the next
    return {
        name: [page(f"{query}&limit=20&offset={start + number}") for number in range(DEEP_PAGES)]
        for name, (query, start) in queries.items()
    }


def _deep_latencies(server: Server, pages: Mapping[str, Sequence[Call]]) -> Mapping[str, Sequence[float]]:
    took = {}
    for name, calls in pages.items():
        say(f"big store: deep pages, {name}")
        until = time.monotonic() + DEEP_SECONDS
        took[name] = latencies(
            server.port,
            calls,
            while_=lambda count, until=until: (  # type: ignore[misc]  # bound now
                count == 0 or (count < DEEP_PAGES and time.monotonic() < until)
            ),
        )
    return took


def _longest_pause(server: Server, calls: Sequence[Call], *, seconds: float, driver: Driver) -> float:
    """Return the longest latency of GET one while jobs are created as fast as can be."""
    say("big store: the longest pause during creates")
    with driver.loading(server, [create()], seconds=seconds) as load:
        took = latencies(server.port, calls, while_=lambda count: count == 0 or load.goes_on)
        load.done()
    return max(took)
