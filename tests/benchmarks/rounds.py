"""The rounds: in each one every server does each work, next to the others.

Before them every server is started several times, for its first answer and its memory. Those that keep what
they are asked to create are started afresh in each round, so that they answer all rounds from the same jobs;
the others run through all of them, as a server does that is compiled while it runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.deadline import Deadline, say
from tests.benchmarks.driver import Driver, Pace
from tests.benchmarks.entrants import WORKS, Calls, Entrant
from tests.benchmarks.process import Server, running
from tests.benchmarks.spread import Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of one server, over all rounds.

    rates: requests a second, by work. processor: seconds of processor time for each request, by work, which a
    busy machine disturbs less. first_answer: seconds. resident: bytes. None where there is no /proc.
    """

    described: str
    rates: Mapping[str, Spread]
    processor: Mapping[str, Spread] | None
    first_answer: Spread
    resident: Spread | None

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "described": self.described,
            "requests_per_second": {work: each.to_json() for work, each in self.rates.items()},
            "processor_seconds_per_request": self.processor
            and {work: each.to_json() for work, each in self.processor.items()},
            "first_answer_seconds": self.first_answer.to_json(),
            "resident_bytes": self.resident and self.resident.to_json(),
        }


Paces = Mapping[tuple[str, str], Pace]
"""By the server's name and the work."""


def measure(
    entrants: Sequence[Entrant],
    *,
    rounds: int,
    seconds: float,
    driver: Driver,
    deadline: Deadline,
    reserve: float,
) -> Mapping[str, Measured]:
    """Return what was measured, by server: *rounds* times, or as often as the time allows.

    seconds: for each cell. reserve: seconds of the deadline that are for what comes afterwards.
    """
    starts = [_starts(entrants, number=number + 1, driver=driver) for number in range(rounds)]
    done: list[Paces] = []
    longest = 0.0
    with ExitStack() as stack:
        lasting = {}
        for entrant in entrants:
            if not entrant.afresh:
                server = stack.enter_context(_started(entrant, driver))
                lasting[entrant.name] = server, entrant.begin(server)
                _warm(entrant, *lasting[entrant.name], seconds=seconds, driver=driver)
        while len(done) < rounds and (not done or deadline.left(reserve=reserve) > longest):
            began = deadline.spent
            done.append(_round(entrants, lasting, number=len(done) + 1, seconds=seconds, driver=driver))
            longest = max(longest, deadline.spent - began)
    return {each.name: _measured(each, starts, done) for each in entrants}


def _started(entrant: Entrant, driver: Driver) -> AbstractContextManager[Server]:
    log = driver.workplace / f"{entrant.name}.log"
    return running(entrant.described, entrant.command, first=entrant.first, log=log)


def _starts(entrants: Sequence[Entrant], *, number: int, driver: Driver) -> Mapping[str, Server]:
    """Return each server as it was when it had answered; it has ended since."""
    servers = {}
    for entrant in entrants:
        say(f"start {number} of {entrant.described}")
        with _started(entrant, driver) as server:
            servers[entrant.name] = server
    return servers


Ready = tuple[Server, Calls]


def _round(
    entrants: Sequence[Entrant], lasting: Mapping[str, Ready], *, number: int, seconds: float, driver: Driver
) -> Paces:
    with ExitStack() as stack:
        say(f"round {number}: those that remember start")
        fresh = dict(_fresh(entrants, stack, seconds=seconds, driver=driver))
        paces = {}
        for work in WORKS:
            for entrant in entrants:
                say(f"round {number}: {work} of {entrant.described}")
                server, calls = {**lasting, **fresh}[entrant.name]
                paces[entrant.name, work] = driver.pace(server, calls[work], seconds=seconds)
    return paces


def _fresh(
    entrants: Sequence[Entrant], stack: ExitStack, *, seconds: float, driver: Driver
) -> Iterator[tuple[str, Ready]]:
    for entrant in entrants:
        if entrant.afresh:
            server = stack.enter_context(_started(entrant, driver))
            calls = entrant.begin(server)
            _warm(entrant, server, calls, seconds=seconds, driver=driver)
            yield entrant.name, (server, calls)


def _warm(entrant: Entrant, server: Server, calls: Calls, *, seconds: float, driver: Driver) -> None:
    """Let the server do what it will be measured at, but for creating what it would keep."""
    say(f"{entrant.described} warms up")
    firsts = [each for each, *_ in calls.values()]
    asked = [call for call in firsts if call.method == "GET" or not entrant.afresh]
    driver.warm(server, asked, seconds=seconds * entrant.warm_share)


def _measured(entrant: Entrant, starts: Sequence[Mapping[str, Server]], rounds: Sequence[Paces]) -> Measured:
    paces = {work: [each[entrant.name, work] for each in rounds] for work in WORKS}
    processor = {
        work: Spread.of(pace.processor for pace in of_work if pace.processor is not None)
        for work, of_work in paces.items()
    }
    servers = [each[entrant.name] for each in starts]
    weighed = [server.resident for server in servers if server.resident is not None]
    return Measured(
        described=entrant.described,
        rates={work: Spread.of(pace.rate for pace in of_work) for work, of_work in paces.items()},
        processor=processor if all(spread.values for spread in processor.values()) else None,
        first_answer=Spread.of(server.first_answer for server in servers),
        resident=Spread.of(weighed) if len(weighed) == len(servers) else None,
    )
