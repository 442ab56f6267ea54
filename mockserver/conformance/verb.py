"""`mockserver conform URL`: the options, what is shown meanwhile, and the exit code.

Exit codes: 0 conforms, 1 violates, 2 could not be told, or was asked for wrongly.
"""

import argparse
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mockserver.conformance.inquiry import Credentials
from mockserver.conformance.known import Judgement, KnownFileError, find, read
from mockserver.conformance.progress import Progress
from mockserver.conformance.report import Part, Report
from mockserver.contract.document import DocumentError, load, shipped_folder

if TYPE_CHECKING:
    from mockserver.conformance.rendering import Documents

WIDEST = 120  # columns; longer lines are hard to read
EXAMPLES = """\
examples:
  mockserver conform http://127.0.0.1:9000 --email admin@example.com --password supersecret
                                                 judge a server, in a minute
  mockserver conform URL --token TOKEN           by an API token; --cookie VALUE by a session
  mockserver conform URL --token TOKEN --only lifecycle,lists --max-time 30
                                                 two parts only, in half a minute
  mockserver conform URL --token TOKEN --report html=report.html,junit=report.xml
                                                 a page to send round, and a file for the CI
  mockserver conform URL --token TOKEN --known known.yaml
                                                 violations that are listed there do not fail the run
  mockserver conform URL --token TOKEN --known medusa-1.20.11
                                                 those of a real Medusa 1.20.11

exit codes: 0 it conforms, 1 it violates the contract, 2 it could not be told
It creates batch jobs, users, uploads and, when it fuzzes, whatever else the contract lets it create: use
a server that may be thrown away. Nothing is imported but files without rows.
"""


class ConformUsageError(ValueError):
    """The command cannot be done as it was given; the message says what to change."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb to *parser*."""
    parser.description = (
        "Judge any implementation of the contract by its URL: fuzz it, judge each of its answers by two "
        "validators, walk its batch jobs through every status and verb, and check its lists."
    )
    parser.add_argument(
        "url", type=_url, metavar="URL", help="of the server, for example http://127.0.0.1:9000"
    )
    who = parser.add_argument_group("who asks")
    who.add_argument("--email", metavar="TEXT", help="log in as this user, with --password")
    who.add_argument("--password", metavar="TEXT", help="the password of --email")
    who.add_argument("--token", metavar="TEXT", help="an API token, x-medusa-access-token")
    who.add_argument("--cookie", metavar="TEXT", help="a session, the value of connect.sid")
    who.add_argument(
        "--second-user",
        type=_pair,
        metavar="EMAIL:PASSWORD",
        help="another user, to whom nothing of the first may be shown (default: one is made)",
    )
    how = parser.add_argument_group("how")
    how.add_argument("--only", type=_parts, metavar="PART,...", help=f"only these parts: {', '.join(Part)}")
    how.add_argument(
        "--max-time",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="for all of it (default: %(default)g)",
    )
    how.add_argument(
        "--seed", type=int, default=0, help="chance behind walks and fuzzing (default: %(default)s)"
    )
    how.add_argument(
        "--workers", type=_workers, default=1, metavar="N", help="that fuzz at once (default: %(default)s)"
    )
    how.add_argument(
        "--eventual",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="for how long a read may still show what was before (default: not at all)",
    )
    how.add_argument(
        "--stop-at-first",
        action="store_true",
        help="end at the first violation that is not known, which is the quickest way to a no",
    )
    how.add_argument("--spec", type=Path, metavar="FOLDER", help="judge by an edited copy of openapi/")
    what = parser.add_argument_group("what comes of it")
    what.add_argument(
        "--known",
        action="append",
        default=[],
        metavar="FILE",
        help="known deviations, which do not fail the run, repeatable; medusa-1.20.11 is shipped",
    )
    what.add_argument(
        "--report",
        action="append",
        default=[],
        metavar="KIND=FILE,...",
        help="write reports: junit, json, html, sarif, markdown",
    )
    what.add_argument("--json", action="store_true", help="print the report as JSON, for machines")


def run(options: argparse.Namespace) -> int:
    """Judge the target, show the report, and return the exit code. Raises ConformUsageError."""
    from mockserver.conformance import rendering  # noqa: PLC0415  # heavy, and only this verb needs it
    from mockserver.conformance.rendering import github  # noqa: PLC0415  # the same
    from mockserver.conformance.run import Options, conform, is_whole  # noqa: PLC0415  # the same

    try:
        targets = {
            kind: file for each in options.report for kind, file in rendering.parse_targets(each).items()
        }
        deviations = [each for name in options.known for each in read(find(name))]
        document = load(options.spec or shipped_folder())
    except (DocumentError, KnownFileError, rendering.ReportTargetError) as error:
        raise ConformUsageError(str(error)) from error
    judgement = Judgement(deviations=deviations, today=datetime.now(UTC).date())
    progress = Progress(output=sys.stderr, max_time=options.max_time)
    report = conform(
        document,
        Options(
            url=options.url,
            credentials=_credentials(options),
            second=options.second_user,
            max_time=options.max_time,
            seed=options.seed,
            parts=options.only or tuple(Part),
            workers=options.workers,
            eventual=options.eventual,
            stop_at_first=options.stop_at_first,
            known=judgement.ids,
            progress=progress,
        ),
    )
    progress.clear()
    if deviations:
        report = judgement.applied(report, whole=is_whole(report))
    documents = rendering.Documents(
        folder=options.spec or shipped_folder(),
        name="openapi",
        web=github.web_address(os.environ, "openapi"),
    )
    for kind, file in targets.items():
        try:
            rendering.write(report, kind, file, documents=documents)
        except OSError as error:
            raise ConformUsageError(f"cannot write {file}: {error.strerror}; choose another file") from error
    _show(report, documents, as_json=options.json)
    return report.verdict.exit_code


def _show(report: Report, documents: "Documents", *, as_json: bool) -> None:
    """Print the report; where GitHub runs it, annotations too, which must not stand between JSON."""
    from mockserver.conformance import rendering  # noqa: PLC0415  # the same
    from mockserver.conformance.rendering import github  # noqa: PLC0415  # the same

    if as_json:
        text = rendering.render(report, "json", documents=documents)
    else:
        color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        width = min(shutil.get_terminal_size().columns, WIDEST)
        text = rendering.terminal(report, color=color, width=width, documents=documents)
    sys.stdout.write(text)
    annotations = github.announce(report, os.environ, documents)
    (sys.stderr if as_json else sys.stdout).write(annotations)


def _credentials(options: argparse.Namespace) -> Credentials:
    given = Credentials(
        token=options.token, cookie=options.cookie, email=options.email, password=options.password
    )
    if (given.email is None) is not (given.password is None):
        raise ConformUsageError("--email and --password go together; give both")
    if given == Credentials():
        raise ConformUsageError("say as whom to ask: --email and --password, --token, or --cookie")
    return given


def _url(text: str) -> str:
    split = urlsplit(text)
    if split.scheme not in ("http", "https") or not split.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL; give one like http://127.0.0.1:9000")
    return text.rstrip("/")


def _pair(text: str) -> Credentials:
    email, separator, password = text.partition(":")
    if not (email and separator and password):
        raise argparse.ArgumentTypeError(f"{text!r} is no user; give EMAIL:PASSWORD")
    return Credentials(email=email, password=password)


def _parts(text: str) -> tuple[Part, ...]:
    names = text.split(",")
    for name in names:
        if name not in set(Part):
            raise argparse.ArgumentTypeError(f"unknown part {name!r}; known: {', '.join(Part)}")
    return tuple(each for each in Part if each in names)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:  # noqa: PLR2004  # eleven days
        raise argparse.ArgumentTypeError(f"{text!r} are no seconds; give a number")
    return seconds


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:  # noqa: PLR2004  # what schemathesis takes
        raise argparse.ArgumentTypeError(f"{text!r} is no number of workers; give one from 1 to 64")
    return int(text)
