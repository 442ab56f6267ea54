"""Measure how fast the server is, beside other mock servers and a bare web server that does nothing.

Each server is started here, on a free port, and ended here; the peers that need npm are installed into a
folder of their own. Rounds are interleaved, and a ratio is made within a round. Whatever is answered wrongly
ends the benchmark with exit code 1.
"""

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mockserver.simulation.scenario import PLAIN
from tests.benchmarks import big_store, event_loop, machine, rounds
from tests.benchmarks.deadline import Deadline, say
from tests.benchmarks.driver import Driver
from tests.benchmarks.entrants import GET_ONE, NAMES, NEED_NPM, OURS, entrants
from tests.benchmarks.failure import BenchmarkFailed
from tests.benchmarks.options import count, positive
from tests.benchmarks.peers import Peers, installed
from tests.benchmarks.report import Report
from tests.benchmarks.table import lines_of

FINE, FAILED, INTERRUPTED = 0, 1, 130
MILLION = 1_000_000
FOR_THE_BIG_STORE = 110  # seconds kept for it
AFTER_FILLING = 50  # seconds of these kept for measuring
EXAMPLES = """\
examples:
  python -m tests.benchmarks                               everything, within five minutes
  python -m tests.benchmarks --no-peers --jobs 0           what Python alone needs, in two minutes
  python -m tests.benchmarks --only ours,prism --rounds 5  these two, with more rounds
  python -m tests.benchmarks --driver builtin              as if wrk were not installed
  python -m tests.benchmarks --markdown                    the table of README.md
  python -m tests.benchmarks --json > figures.json         for machines
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything was answered as it has to be."""
    options = _parser().parse_args(arguments)
    words = sys.argv[1:] if arguments is None else arguments
    report: Report | None = None
    code = FINE
    try:
        for grown in _reports(options, shlex.join(["python", "-m", "tests.benchmarks", *words])):
            report = grown
    except BenchmarkFailed as failure:
        say("")
        sys.stderr.write(f"benchmark failed: {failure}\n")
        code = FAILED
    except KeyboardInterrupt:
        code = INTERRUPTED
    say("")
    if report is not None:
        lines = (
            [json.dumps(report.to_json(), indent=2)]
            if options.json
            else lines_of(report, markdown=options.markdown)
        )
        sys.stdout.write("\n".join(lines) + "\n")
    return code


def _reports(options: argparse.Namespace, command: str) -> Iterator[Report]:
    """Yield the report as it grows: what was measured before a failure is not lost."""
    names = [name for name in NAMES if name in options.only]
    peers, remarks = _peers(names)
    deadline = Deadline(seconds=options.within)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        workplace = Path(folder)
        driver = Driver.chosen(options.driver, seconds=options.seconds, workplace=workplace)
        with_big_store = options.jobs > 0 and OURS in names
        servers = rounds.measure(
            entrants(names, scenario=options.scenario, peers=peers, workplace=workplace),
            rounds=options.rounds,
            seconds=options.seconds,
            driver=driver,
            deadline=deadline,
            reserve=FOR_THE_BIG_STORE if with_big_store else 0,
        )
        done = max((len(each.rates[GET_ONE].values) for each in servers.values()), default=0)
        if done < options.rounds:
            remarks.append(f"the time allowed for {done} of {options.rounds} rounds")
        report = Report(
            date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            command=command,
            machine=machine.described(),
            driver=f"{driver.described}, {done} rounds of {options.seconds:g} s",
            seconds=options.seconds,
            took=deadline.spent,
            servers=servers,
            remarks=tuple(remarks),
        )
        yield report
        if with_big_store:
            seconds = min(1, options.seconds)
            yield from _with_big_store(report, options, _Means(driver, workplace, deadline, seconds))


@dataclass(frozen=True, slots=True)
class _Means:
    """What measuring takes. seconds: for each cell."""

    driver: Driver
    workplace: Path
    deadline: Deadline
    seconds: float


def _with_big_store(report: Report, options: argparse.Namespace, means: _Means) -> Iterator[Report]:
    say(f"a store is filled with {options.jobs:,} jobs")
    time_to_fill = means.deadline.left(reserve=AFTER_FILLING)
    with big_store.filled(options.jobs, log=means.workplace / "big.log", seconds=time_to_fill) as big:
        few = partial(big_store.filled, big_store.FEW, log=means.workplace / "few.log", seconds=time_to_fill)
        # before anything is created: the jobs of the last seconds are still being worked on
        asked = big_store.Asked.of(big, options.jobs)
        store = big_store.measure(
            big,
            asked,
            few,
            rounds=options.rounds,
            seconds=means.seconds,
            driver=means.driver,
            deadline=means.deadline,
        )
        yield replace(report, big_store=store, took=means.deadline.spent)
        deep = next(iter(asked.deep_pages.values()))[0]
        loop = event_loop.measure(big, asked.calls[GET_ONE], deep=deep, seconds=3 * means.seconds)
    yield replace(report, big_store=store, event_loop=loop, took=means.deadline.spent)


def _peers(names: Sequence[str]) -> tuple[Peers | None, list[str]]:
    """Return the peers, if any is wanted, and what the reader has to know about them."""
    if not set(NEED_NPM) & set(names):
        return None, []
    say("the peers are installed, unless they were before")
    peers = installed()
    missing = "left out, because npm is not installed: Prism, Mockoon CLI, json-server"
    return peers, [] if peers is not None else [missing]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=positive, default=2, help="for each cell (default: %(default)s)")
    parser.add_argument("--rounds", type=count, default=3, help="(default: %(default)s)")
    servers = parser.add_mutually_exclusive_group()
    servers.add_argument(
        "--only", type=_names, default=NAMES, metavar="NAME,...", help=f"of {', '.join(NAMES)} (default: all)"
    )
    servers.add_argument(
        "--no-peers",
        dest="only",
        action="store_const",
        const=[name for name in NAMES if name not in NEED_NPM],
        help="leave out the servers that need npm",
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=MILLION,
        help="in the big store; 0 leaves it out, and the event loop with it (default: %(default)s)",
    )
    parser.add_argument(
        "--scenario",
        choices=[name for name in PLAIN if name != "manual"],
        default="steady",
        help="of our server; each round waits until its jobs are completed (default: %(default)s)",
    )
    parser.add_argument(
        "--driver",
        choices=("auto", "wrk", "builtin"),
        default="auto",
        help="what makes the requests; auto takes wrk where it is installed and the seconds are whole",
    )
    parser.add_argument(
        "--within",
        type=positive,
        default=300,
        metavar="SECONDS",
        help="rounds are left out where it would take longer, without installing (default: %(default)s)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the figures for machines")
    form.add_argument("--markdown", action="store_true", help="print the tables in Markdown")
    return parser


def _jobs(text: str) -> int:
    if not text.isdecimal() or 0 < int(text) <= big_store.FEW:
        message = f"{text!r} is neither 0 nor more than {big_store.FEW}, with which it is compared"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in NAMES]:
        message = f"unknown server {unknown[0]!r}; known: {', '.join(NAMES)}"
        raise argparse.ArgumentTypeError(message)
    return names


if __name__ == "__main__":
    sys.exit(main())
