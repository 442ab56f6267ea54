"""The command line: one command per verb, thin. Exit codes: 0 fine, 1 below --at-least, 2 usage."""

import argparse
import contextlib
import gc
import json
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import mockserver
from mockserver import __version__
from mockserver.contract.diagram import mermaid
from mockserver.contract.document import Document, DocumentError, load, shipped_folder
from mockserver.control.options import Control, add_options, bounds_of, clock_of
from mockserver.grading.verbs import DEFECTS_EXAMPLES, GRADE_EXAMPLES, add_defects, add_grade, grade_suite
from mockserver.server.settings import ENGINES, USUAL_ORIGINS, Settings
from mockserver.simulation.scenario import PLAIN, SCENARIOS, Scenario, Scenarios, ScenarioUnknown

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockserver.grading.liar import Liar
    from mockserver.simulation.worlds import Worlds

FINE, USAGE = 0, 2
LOG_LEVELS = ("critical", "error", "warning", "info", "debug")
EXAMPLES = """\
examples:
  mockserver serve                               on 127.0.0.1:9000; log in as admin@example.com / supersecret
  mockserver serve --port 0                      on a free port, which is printed
  mockserver serve --scenario instant            every job is done by the next look
  mockserver serve --scenario mine.yaml#busy     as your own file says; `mockserver scenarios` lists more
  mockserver serve --clock 60                    a minute passes in each second; below /_mock time is steered
  mockserver serve --cors http://localhost:4000  a frontend of another origin may call
  mockserver serve --like medusa-1.20.11         with the recorded quirks of the real server
  cp -r openapi mine && mockserver serve --spec mine
                                                 your own edition of the documents
"""


class UsageError(Exception):
    """The command cannot be done as it was given; the message is one line that says what to change."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        words = sys.argv[1:] if arguments is None else arguments
        options = _parser(words).parse_args(words)
        return int(options.run(options))
    except UsageError as error:
        print("mockserver:", *str(error).split(), file=sys.stderr)  # noqa: T201  # the command's own output
        return USAGE
    except BrokenPipeError:  # who reads has read enough, as `head` does; what is left would be said to nobody
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of a line with these *words*; a heavy verb is loaded when it is among them."""
    parser = _Parser(
        prog="mockserver", description=mockserver.__doc__, epilog=EXAMPLES, formatter_class=_Formatter
    )
    parser.add_argument("--version", action="version", version=f"mockserver {__version__}")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(
        verbs.add_parser("serve", help="serve the fake backend", epilog=EXAMPLES, formatter_class=_Formatter)
    )
    add_defects(
        verbs.add_parser(
            "defects",
            help="list the lies that the server can be told to tell",
            epilog=DEFECTS_EXAMPLES,
            formatter_class=_Formatter,
        )
    )
    grade = verbs.add_parser(
        "grade",
        help="grade a test suite by the defects that it notices",
        usage="%(prog)s [options] -- CMD ...",
        epilog=GRADE_EXAMPLES,
        formatter_class=_Formatter,
    )
    add_grade(grade)
    grade.set_defaults(run=_grade)
    quirks = verbs.add_parser("quirks", help="list the quirks of the real server, with their evidence")
    quirks.add_argument("--json", action="store_true", help="as JSON, for machines")
    quirks.set_defaults(run=_list_quirks)
    told = verbs.add_parser("scenarios", help="list what the simulated worker can be told to do")
    told.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="a file of your own: judge and list it"
    )
    told.add_argument("--spec", type=Path, metavar="FOLDER", help="the documents that FILE is for")
    told.add_argument("--json", action="store_true", help="as JSON, for machines")
    told.add_argument("--schema", action="store_true", help="print the JSON Schema of such files instead")
    told.set_defaults(run=_list_scenarios)
    judged = verbs.add_parser("conform", help="judge a server by the contract", formatter_class=_Formatter)
    judged.set_defaults(run=_conform)
    if "conform" in words:
        from mockserver.conformance import verb  # noqa: PLC0415  # heavy, and only this verb needs it

        judged.epilog = verb.EXAMPLES
        verb.add_arguments(judged)
    picture = verbs.add_parser(
        "lifecycle", help="draw the lifecycle of a batch job, as a Mermaid state diagram"
    )
    picture.add_argument("--spec", type=Path, metavar="FOLDER", help="an edited copy of openapi/")
    picture.set_defaults(run=_draw)
    return parser


def _grade(options: argparse.Namespace) -> int:
    from mockserver.grading.suite import GradingError  # noqa: PLC0415  # heavy, and only this verb needs it
    from mockserver.grading.table import DefectUnknown  # noqa: PLC0415  # the same

    try:
        return grade_suite(options)
    except DefectUnknown as error:
        raise UsageError(str(error)) from error
    except GradingError as error:
        if error.output:
            print(error.output, file=sys.stderr)  # noqa: T201  # what the user has to read first
        raise UsageError(str(error)) from error


def _list_quirks(options: argparse.Namespace) -> int:
    from mockserver.server.personality import MEDUSA_QUIRKS  # noqa: PLC0415  # heavy, and only two verbs need it

    if options.json:
        print(json.dumps([asdict(quirk) for quirk in MEDUSA_QUIRKS.values()], indent=2))  # noqa: T201  # its output
        return FINE
    for quirk in MEDUSA_QUIRKS.values():
        lines = (
            f"{quirk.name}\n",
            f"  {quirk.does}\n",
            f"  so: {quirk.matters}\n",
            f"  seen: {quirk.evidence}\n",
        )
        print(*lines, sep="")  # noqa: T201  # its output
    return FINE


def _list_scenarios(options: argparse.Namespace) -> int:
    from mockserver.server.scenario_verb import ScenariosUnusable, list_scenarios  # noqa: PLC0415  # heavy

    try:
        return list_scenarios(options)
    except ScenariosUnusable as error:
        raise UsageError(str(error)) from error


def _conform(options: argparse.Namespace) -> int:
    from mockserver.conformance import verb  # noqa: PLC0415  # heavy, and only this verb needs it

    try:
        return verb.run(options)
    except verb.ConformUsageError as error:
        raise UsageError(str(error)) from error


def _draw(options: argparse.Namespace) -> int:
    try:
        print(mermaid(load(options.spec or shipped_folder()).lifecycle))  # noqa: T201  # the command's own output
    except DocumentError as error:
        raise UsageError(str(error)) from error
    return FINE


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        raise UsageError(f"{message}; see {self.prog} --help")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the examples as they are written."""


def _add_serve(serve: argparse.ArgumentParser) -> None:
    serve.description = (
        "Serve a fake Medusa batch-job backend. People and secrets may be set by environment too; an option "
        "beats a variable."
    )
    where = serve.add_argument_group("where")
    where.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    where.add_argument(
        "--port", type=_port, default=9000, help="port; 0 takes a free one (default: %(default)s)"
    )
    where.add_argument(
        "--cors",
        action="append",
        metavar="ORIGIN",
        help="origin that may call with credentials, repeatable; * lets every origin "
        f"(default: localhost and 127.0.0.1 on {', '.join(_usual_ports())})",
    )
    what = serve.add_argument_group("what")
    what.add_argument("--spec", type=Path, metavar="FOLDER", help="serve an edited copy of openapi/ instead")
    what.add_argument(
        "--catalogue",
        metavar="FILE",
        help="serve the shop that this YAML file describes, instead of a made-up one; "
        "medusa-1.20.11 is the shop of the recordings, whose file tells the format",
    )
    what.add_argument(
        "--scenario",
        default="steady",
        metavar="NAME",
        help="what the worker does, and how fast: "
        + "; ".join(f"{s.name} ({s.description})" for s in PLAIN.values())
        + "; or another that `mockserver scenarios` lists; or FILE or FILE#NAME, of your own",
    )
    what.add_argument(
        "--scenarios",
        type=Path,
        metavar="FILE",
        help="a YAML file of scenarios that may be asked for by name too; `mockserver scenarios --schema` "
        "tells the format",
    )
    what.add_argument(
        "--seed", type=int, default=0, help="chance behind people, products and ids (default: %(default)s)"
    )
    who = serve.add_argument_group("who")
    for name, field, meaning in (
        ("--admin-email", "admin_email", "whom to log in as"),
        ("--admin-password", "admin_password", "with which password"),
        ("--api-token", "api_token", "the admin's x-medusa-access-token"),
        ("--jwt-secret", "jwt_secret", "signs bearer tokens"),
        ("--cookie-secret", "cookie_secret", "signs session cookies"),
    ):
        variable = f"MOCKSERVER_{field.upper()}"
        usual = getattr(Settings(), field)
        who.add_argument(
            name,
            type=_text,
            default=os.environ.get(variable) or usual,  # to some tools an empty variable is an unset one
            metavar="TEXT",
            help=f"{meaning} (default: {usual}; variable {variable})",
        )
    what.add_argument(
        "--like", metavar="PERSONALITY", help="show the recorded quirks of a real server too: medusa-1.20.11"
    )
    what.add_argument(
        "--quirk",
        action="append",
        default=[],
        metavar="NAME",
        help="show this quirk of the real server, repeatable; `mockserver quirks` lists them",
    )
    what.add_argument(
        "--defect", metavar="NAME", help="tell this one lie, to test tests; `mockserver defects` lists them"
    )
    serve.add_argument(
        "--engine",
        choices=ENGINES,
        default="compiled",
        metavar="NAME",
        help="what answers: compiled, or stock, which is Connexion's own parts, slower and to a client alike "
        "(default: %(default)s)",
    )
    serve.add_argument(
        "--log-level",
        choices=LOG_LEVELS,
        default="warning",
        metavar="LEVEL",
        help=f"{', '.join(LOG_LEVELS)}; info shows every request (default: %(default)s)",
    )
    add_options(serve)
    serve.set_defaults(run=_serve)


def _usual_ports() -> list[str]:
    return list(dict.fromkeys(origin.rpartition(":")[2] for origin in USUAL_ORIGINS))


def _text(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it must not be empty")
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004  # the last port there is
        message = f"{text!r} is no port; give a number from 0 to 65535"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _serve(options: argparse.Namespace) -> int:
    settings = Settings(
        admin_email=options.admin_email,
        admin_password=options.admin_password,
        api_token=options.api_token,
        jwt_secret=options.jwt_secret,
        cookie_secret=options.cookie_secret,
        cors=tuple(options.cors or USUAL_ORIGINS),
        seed=options.seed,
        logs=not options.no_control,
    )
    listener = _listener(options.host, options.port)
    gc.disable()  # until it serves: nearly all that is made now stays
    from mockserver.server.app import build_app, build_worlds  # noqa: PLC0415  # heavy, and only this verb needs it
    from mockserver.server.personality import PersonalityUnknown, quirks_of  # noqa: PLC0415  # the same
    from mockserver.server.serving import serve  # noqa: PLC0415  # the same

    control = Control.of(options, address=listener.getsockname()[0])
    wrong: tuple[type[Exception], ...] = (DocumentError, PersonalityUnknown, ScenarioUnknown, UsageError)
    if options.catalogue or options.like:
        from mockserver.simulation.catalogue_file import CatalogueFileError  # noqa: PLC0415  # the same

        wrong = (*wrong, CatalogueFileError)
    try:
        settings = replace(settings, quirks=quirks_of(like=options.like, names=options.quirk))
        document = load(options.spec or shipped_folder())
        scenarios, scenario = _scenarios(options, document)
        settings = replace(settings, scenarios=scenarios)
        catalogue_file = _catalogue_file(options)
        most, idle = bounds_of(options)
        build = partial(
            build_worlds,
            settings=settings,
            clock=clock_of(options),
            scenario=scenario,
            catalogue_file=catalogue_file,
            most=most,
            idle=idle,
        )
        app: ASGIApp
        if options.defect is None:
            worlds = build(document)
            app = build_app(document, worlds, settings, engine=options.engine)
        else:
            app = liar = _liar(options, document, settings, build=build)
            worlds = liar.worlds
        if control is not None:
            app = control.around(app, document, worlds, settings)
    except wrong as error:
        listener.close()
        raise UsageError(str(error)) from error
    pace = f"scenario {scenario.name}" + (f": {scenario.description}" if scenario.description else "")
    if options.like:
        pace = f"like {options.like}" + (f", {pace}" if scenario.name != "steady" else "")
    lie = "" if options.defect is None else f"; it lies: {options.defect}"
    _greet(listener, settings, pace + lie, control)
    serve(app, listener, log_level=options.log_level)
    return FINE


def _liar(
    options: argparse.Namespace,
    document: Document,
    settings: Settings,
    *,
    build: Callable[[Document], "Worlds"],
) -> "Liar":
    """Return the application with the defect that is asked for. Raises UsageError when there is none such."""
    from mockserver.grading.liar import build_lying_app  # noqa: PLC0415  # heavy, and only a liar needs it
    from mockserver.grading.table import DefectUnknown, defect_named  # noqa: PLC0415  # the same

    try:
        defect = defect_named(options.defect)
        return build_lying_app(document, settings, defect, build=build, engine=options.engine)
    except DefectUnknown as error:
        raise UsageError(str(error)) from error


def _scenarios(options: argparse.Namespace, document: Document) -> tuple[Scenarios, Scenario]:
    """Return the scenarios that are known, and the one that is chosen. Raises UsageError, ScenarioUnknown."""
    if options.scenarios is None and options.scenario in PLAIN:
        return SCENARIOS, PLAIN[options.scenario]
    from mockserver.server.scenario_verb import ScenariosUnusable, choose  # noqa: PLC0415  # reads YAML

    try:
        return choose(options.scenario, document, file=options.scenarios)
    except ScenariosUnusable as error:
        raise UsageError(str(error)) from error


def _catalogue_file(options: argparse.Namespace) -> Path | None:
    """Return the file of the shop: the one given, the shipped one of that name, or the personality's own."""
    name = options.catalogue or options.like
    if name is None or Path(name).exists():
        return None if name is None else Path(name)
    from mockserver.simulation.catalogue_file import shipped_catalogue  # noqa: PLC0415  # reads YAML

    return shipped_catalogue(name)


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket bound to *host* and *port*. Raises UsageError when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(2048)
            stack.pop_all()  # it stays open
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"cannot listen on {host}:{port}: {reason}; try another --port, or --port 0"
        raise UsageError(message) from error
    return listener


def _greet(listener: socket.socket, settings: Settings, pace: str, control: Control | None) -> None:
    host, port, *_ = listener.getsockname()
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    lines = [
        f"mockserver {__version__} serves Medusa batch jobs on {url}",
        f"log in as    {settings.admin_email} / {settings.admin_password}",
        f"API token    x-medusa-access-token: {settings.api_token}",
        f"read         {url}/docs; {pace}",
        f"try          curl -H 'x-medusa-access-token: {settings.api_token}' {url}/admin/batch-jobs",
        *([] if control is None else [control.greeting(url)]),
    ]
    print(*lines, sep="\n", flush=True)  # noqa: T201  # the command's own output
