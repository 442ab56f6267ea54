"""Measure what worlds cost: their beginnings, a day in them, their snapshots, and many of them under load.

Whatever is answered wrongly, and whatever is seen in a world that belongs to another, ends the benchmark with
exit code 1.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mockserver.contract.document import load, shipped_folder
from tests.benchmarks import machine
from tests.benchmarks.deadline import Deadline, say
from tests.benchmarks.failure import BenchmarkFailed
from tests.benchmarks.options import count, positive
from tests.benchmarks.table import Table
from tests.benchmarks.worlds import in_process, under_load

FINE, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when no world ever met another."""
    options = _parser().parse_args(arguments)
    try:
        figures = _measured(options)
    except BenchmarkFailed as failure:
        say("")
        sys.stderr.write(f"benchmark failed: {failure}\n")
        return FAILED
    say("")
    lines = [json.dumps(figures, indent=2)] if options.json else _lines(figures)
    sys.stdout.write("\n".join(lines) + "\n")
    return FINE


def _measured(options: argparse.Namespace) -> Mapping[str, Any]:
    clock, document = Deadline(seconds=0), load(shipped_folder())
    say(f"a world is filled with {options.jobs:,} jobs")
    world = in_process.filled(document, options.jobs)
    say("forks, resets, beginnings")
    took = in_process.beginnings(world, among=options.among, times=options.times)
    say("days")
    took += in_process.days(document, jobs=options.day_jobs)
    say("snapshots")
    kept, size = in_process.kept(world)
    say("worlds under load")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        loaded = under_load.measure(
            worlds=options.worlds, rounds=options.rounds, seconds=options.seconds, workplace=Path(folder)
        )
    return {
        "machine": machine.described(),
        "took_seconds": clock.spent,
        "took": [each.to_json() for each in (*took, *kept)],
        "snapshot_bytes": size,
        "load": loaded.to_json(),
    }


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    told = figures["machine"]
    yield f"{told['cpu']}, {told['cpus']} cores, {told['kernel']}, Python {told['python']}"
    yield f"{figures['took_seconds']:.0f} s in all; times are the processor's"
    yield ""
    rows = [
        [each["what"], f"{each['times']:,}", *(f"{us:,.0f} us" for us in each["microseconds"].values())]
        for each in figures["took"]
    ]
    yield from Table(head=["", "times", "median", "p99", "longest"], rows=rows).in_terminal()
    yield ""
    yield f"that snapshot has {figures['snapshot_bytes'] / 1e6:.1f} MB"
    of_load, ratio = figures["load"], figures["load"]["ratio"]
    yield (
        f"{of_load['worlds']:,} worlds at once: {of_load['requests_per_second']['median']:,.0f} requests a "
        f"second, {ratio['median']:.2f} times ({ratio['min']:.2f} to {ratio['max']:.2f}) those in one "
        f"world; of {of_load['looks']:,} looks none showed what is another's"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.worlds", description=__doc__)
    parser.add_argument(
        "--jobs", type=count, default=10_000, help="in the world that is forked (default: %(default)s)"
    )
    parser.add_argument(
        "--among", type=_counts, default=[1, 100, 1000], metavar="N,...", help="worlds (default: 1,100,1000)"
    )
    parser.add_argument("--times", type=count, default=300, help="for each figure (default: %(default)s)")
    parser.add_argument(
        "--day-jobs", type=_counts, default=[100, 1000], metavar="N,...", help="in a day (default: 100,1000)"
    )
    parser.add_argument("--worlds", type=count, default=1000, help="under load (default: %(default)s)")
    parser.add_argument("--rounds", type=count, default=2, help="of load (default: %(default)s)")
    parser.add_argument("--seconds", type=positive, default=4, help="for each load (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    return parser


def _counts(text: str) -> list[int]:
    return [count(each) for each in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
