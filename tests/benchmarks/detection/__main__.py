"""Measure how many defects `mockserver conform` finds, beside plain schemathesis at equal time.

Each defect is served twice, once for each tool, by `mockserver serve --defect NAME --scenario steady`; so is
the healthy server, on which neither may find anything. A look ends with the first thing that is found.
With --healthy instead: how often `conform` raises a false alarm.

Exit codes: 0 enough was found, and no false alarm was raised; 1 not so; 130 interrupted.
"""

import argparse
import asyncio
import json
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mockserver.grading.defect import Defect
from mockserver.grading.kind import Kind
from mockserver.grading.suite import GradingError
from mockserver.grading.table import DEFECTS, DefectUnknown, defect_named
from tests.benchmarks import machine
from tests.benchmarks.deadline import Deadline, say
from tests.benchmarks.detection.kept import Kept, KeptError
from tests.benchmarks.detection.tally import Calmness, Circumstances, Detection
from tests.benchmarks.detection.trials import (
    HEALTHY,
    Calm,
    Means,
    Trial,
    spread_evenly,
    try_defects,
    try_healthy,
)
from tests.benchmarks.options import count, positive

FINE, NOT_ENOUGH, INTERRUPTED = 0, 1, 130
EXAMPLES = """\
examples:
  python -m tests.benchmarks.detection --workers 4 --keep trials.jsonl --schemathesis-per-class 7
                                                                     every defect before conform, a third
                                                                     before both; again, it goes on
  python -m tests.benchmarks.detection --per-class 8 --seconds 25    some of each class
  python -m tests.benchmarks.detection --class lists --markdown      one class, as a table for README.md
  python -m tests.benchmarks.detection --defect created-is-ok        one defect
  python -m tests.benchmarks.detection --healthy 20 --seconds 15     false alarms over 20 seeds
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when enough was found, and no false alarm was raised."""
    parser = _parser()
    options = parser.parse_args(arguments)
    words = sys.argv[1:] if arguments is None else arguments
    means = Means(seconds=options.seconds, seed=options.seed, workers=options.workers)
    deadline = Deadline(seconds=float("inf"))
    circumstances = partial(
        Circumstances,
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        command=shlex.join(["python", "-m", "tests.benchmarks.detection", *words]),
        machine=machine.described(),
        seconds=means.seconds,
        workers=means.workers,
    )
    trials: list[Trial] = []
    calms: list[Calm] = []
    interrupted = False
    try:
        if options.healthy:
            asyncio.run(_healthy(options.healthy, means, calms))
        else:
            defects = _chosen(options)
            per_class = options.schemathesis_per_class
            beside = defects if per_class is None else spread_evenly(defects, per_class=per_class)
            kept = None if options.keep is None else Kept(file=options.keep, means=means)
            asyncio.run(_defects(defects, beside, means, trials, kept))
    except (GradingError, KeptError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        interrupted = True
    say("")
    seen = circumstances(took=deadline.spent)
    result = (
        Calmness(circumstances=seen, calms=sorted(calms, key=lambda each: (each.target, each.seed)))
        if options.healthy
        else Detection(circumstances=seen, trials=sorted(trials, key=_place))
    )
    shown = (
        [json.dumps(result.to_json(), indent=2)] if options.json else result.lines(markdown=options.markdown)
    )
    sys.stdout.write("\n".join(shown) + "\n")
    if interrupted:
        return INTERRUPTED
    return FINE if result.is_enough else NOT_ENOUGH


def _place(trial: Trial) -> int:
    return -1 if trial.defect is None else list(DEFECTS).index(trial.defect.name)


def _chosen(options: argparse.Namespace) -> Sequence[Defect]:
    if options.defect:
        named: list[Defect] = options.defect
        return named
    of_class = [each for each in DEFECTS.values() if not options.kind or each.kind.key in options.kind]
    return of_class if options.per_class is None else spread_evenly(of_class, per_class=options.per_class)


async def _defects(
    defects: Sequence[Defect],
    beside: Sequence[Defect],
    means: Means,
    trials: list[Trial],
    kept: Kept | None,
) -> None:
    wanted: Sequence[Defect | None] = [None, *defects]
    if kept is not None:
        trials += [each for each in kept.trials() if each.defect in wanted]

    def told(trial: Trial) -> None:
        trials.append(trial)
        if kept is not None:
            kept.add(trial)
        found = sum(each.conform.noticed for each in trials)
        say(f"{len(trials)} of {len(defects) + 1} servers, {found} noticed by conform")

    done = [each.defect for each in trials]
    left = [each for each in wanted if each not in done]
    await try_defects(left, [None, *beside] if beside else [], means, told)


async def _healthy(seeds: int, means: Means, calms: list[Calm]) -> None:
    def told(calm: Calm) -> None:
        calms.append(calm)
        alarms = sum(each.look.noticed for each in calms)
        say(f"{len(calms)} of {seeds * len(HEALTHY)} looks, {alarms} false alarms")

    await try_healthy(seeds, means, told)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.detection",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_argument_group("which servers")
    which.add_argument(
        "--per-class", type=count, metavar="N", help="so many defects of each class (default: all)"
    )
    which.add_argument(
        "--class",
        dest="kind",
        action="append",
        choices=[each.key for each in Kind],
        help="only defects of this class, repeatable",
    )
    which.add_argument(
        "--defect", type=_defect, action="append", metavar="NAME", help="only this defect, repeatable"
    )
    which.add_argument(
        "--healthy",
        type=count,
        metavar="SEEDS",
        help="the healthy servers, before conform alone, with so many seeds",
    )
    how = parser.add_argument_group("how")
    how.add_argument(
        "--seconds",
        "--max-time",
        type=positive,
        default=60,
        help="for each look of each tool (default: %(default)s)",
    )
    how.add_argument("--seed", type=int, default=0, help="of both tools; the first of --healthy (default: 0)")
    how.add_argument(
        "--workers",
        type=count,
        default=int(machine.described()["cpus"]),
        help="servers at a time (default: one for each core)",
    )
    how.add_argument(
        "--schemathesis-per-class",
        type=int,
        metavar="N",
        help="only so many of each class before schemathesis too, 0 for none (default: all that are tried)",
    )
    how.add_argument(
        "--keep",
        type=Path,
        metavar="FILE",
        help="keep each trial in this file once it is done, and do not repeat those that it has",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print everything for machines")
    form.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    return parser


def _defect(text: str) -> Defect:
    try:
        return defect_named(text)
    except DefectUnknown as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
