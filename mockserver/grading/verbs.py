"""The verbs `defects` and `grade`: their options, and what they run.

Light, for every command line loads it; what is heavy is loaded by the verb that is run.
"""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from mockserver.grading.kind import Kind

if TYPE_CHECKING:
    from mockserver.grading.defect import Defect

FINE, BELOW, INTERRUPTED = 0, 1, 130
CLASSES = ", ".join(f"{kind.key} ({kind})" for kind in Kind)
GRADE_EXAMPLES = """\
examples:
  mockserver grade -- pytest tests/e2e           which of all defects do these tests notice?
  mockserver grade --at-least 90 -- npm test     exit 1 below 90 percent
  mockserver grade --class lists -- pytest -k list
                                                 only the defects of one class
  mockserver grade --defect confirm-is-lost --show-output -- npx playwright test
                                                 one defect, and what the suite said of it
  mockserver grade --scenario instant --json -- pytest -q
                                                 jobs end at once, so that no suite can notice defects of
                                                 the statuses in between; the report for machines

The command finds the server's address in the variable MOCK_SERVER_URL. It has to pass against the healthy
server, which it is run against first. It notices a defect by an exit status that is not 0; a command that
had to be ended at its timeout counts as having noticed.
"""
DEFECTS_EXAMPLES = """\
examples:
  mockserver defects --class illegal             transitions that are accepted where they may not start
  mockserver serve --defect confirm-is-lost      a server that tells this lie
"""


def add_defects(defects: argparse.ArgumentParser) -> None:
    """Give the verb `defects` its options."""
    defects.description = "List the lies that `mockserver serve --defect NAME` can be told to tell."
    _add_class(defects)
    defects.add_argument("--json", action="store_true", help="as JSON, for machines")
    defects.set_defaults(run=list_defects)


def add_grade(grade: argparse.ArgumentParser) -> None:
    """Give the verb `grade` its options."""
    grade.description = (
        "Grade a test suite: serve the healthy backend and then each defect, run the suite against each, and "
        "report which defects it noticed and which assertion is missing for the others."
    )
    grade.add_argument("command", nargs="*", metavar="CMD", help="after --, the command that runs the suite")
    grade.add_argument(
        "--at-least", type=_percent, default=0.0, metavar="PERCENT", help="exit 1 when fewer are noticed"
    )
    grade.add_argument(
        "--defect", action="append", default=[], metavar="NAME", help="only this defect, repeatable"
    )
    _add_class(grade)
    workers = os.cpu_count() or 1
    grade.add_argument(
        "--workers",
        type=_at_least_one,
        default=workers,
        metavar="N",
        help=f"runs at a time (default: the number of cores, here {workers})",
    )
    grade.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="for each run (default: ten times what the healthy run took, and 30 at least)",
    )
    grade.add_argument(
        "--scenario", default="steady", metavar="NAME", help="as for serve (default: %(default)s)"
    )
    grade.add_argument("--show-output", action="store_true", help="show what the suite wrote in each run")
    grade.add_argument("--json", action="store_true", help="the report as JSON, for machines")
    grade.set_defaults(run=grade_suite)


def _add_class(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--class",
        dest="kinds",
        action="append",
        default=[],
        choices=[kind.key for kind in Kind],
        metavar="NAME",
        help=f"only defects of this class, repeatable: {CLASSES}",
    )


def _percent(text: str) -> float:
    number = _number(text)
    if not 0 <= number <= 100:  # noqa: PLR2004  # percent
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage; give a number from 0 to 100")
    return number


def _seconds(text: str) -> float:
    number = _number(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; give seconds above 0")
    return number


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of workers; give 1 or more")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124  # NaN
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return number


def list_defects(options: argparse.Namespace) -> int:
    """Print the defects."""
    from mockserver.grading.report import defects_as_json, defects_as_text  # noqa: PLC0415  # heavy
    from mockserver.grading.table import ALL  # noqa: PLC0415  # heavy

    chosen = [each for each in ALL if not options.kinds or each.kind.key in options.kinds]
    print(defects_as_json(chosen) if options.json else defects_as_text(chosen))  # noqa: T201  # its output
    return FINE


def grade_suite(options: argparse.Namespace) -> int:
    """Grade the suite and print its grade. Raises GradingError or DefectUnknown."""
    from mockserver.grading.grader import grade  # noqa: PLC0415  # heavy
    from mockserver.grading.report import Progress, as_json, as_text, is_coloured  # noqa: PLC0415  # heavy
    from mockserver.grading.suite import GradingError  # noqa: PLC0415  # heavy

    if not options.command:
        raise GradingError("give the command that runs the suite after `--`; see mockserver grade --help")
    defects = _chosen(options)
    progress = Progress(sys.stderr, total=len(defects), shows_output=options.show_output)
    try:
        graded = grade(
            options.command,
            defects,
            scenario=options.scenario,
            workers=options.workers,
            timeout=options.timeout,
            told=progress,
        )
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        progress.clear()
    print(as_json(graded) if options.json else as_text(graded, coloured=is_coloured(sys.stdout)))  # noqa: T201  # its output
    return FINE if graded.percent >= options.at_least else BELOW


def _chosen(options: argparse.Namespace) -> "list[Defect]":
    from mockserver.grading.suite import GradingError  # noqa: PLC0415  # heavy
    from mockserver.grading.table import ALL, defect_named  # noqa: PLC0415  # heavy

    named = {defect_named(name).name for name in options.defect}
    chosen = [
        each
        for each in ALL
        if (not named or each.name in named) and (not options.kinds or each.kind.key in options.kinds)
    ]
    if not chosen:
        raise GradingError("no defect has both that name and that class; leave one of the two options out")
    return chosen
