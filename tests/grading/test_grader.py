"""The grader, by tiny suites: what they notice, how they end, and what is told of it."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli import FINE, USAGE, main
from mockserver.grading.defect import Defect
from mockserver.grading.grader import Grade, Outcome, Run
from mockserver.grading.kind import Kind
from mockserver.grading.report import Progress, as_text, is_coloured
from mockserver.grading.table import ALL, DEFECTS
from mockserver.grading.verbs import BELOW, DEFECTS_EXAMPLES, GRADE_EXAMPLES, INTERRUPTED
from tests.serving import serving

PATIENCE = 30  # seconds until a test gives up on a process; machines are noisy
ASK = """
import json, os, sys, urllib.request
url = os.environ["MOCK_SERVER_URL"] + "/admin/batch-jobs"
headers = {"x-medusa-access-token": "tok_admin_0123456789", "content-type": "application/json"}
body = json.dumps({"type": "product-export", "context": {}}).encode()
status = urllib.request.urlopen(urllib.request.Request(url, body, headers)).status
"""
LOOKS_AT_THE_STATUS = ASK + "sys.exit(status != 201)"
LOOKS_AT_NOTHING = ASK
HANGS_ON_200 = (
    ASK
    + """
import signal, subprocess
if status == 200:
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
    signal.pause()
"""
)
PASSES_ONCE = """
import os, sys
sys.exit(os.path.exists(sys.argv[1]) or open(sys.argv[1], "w").close())
"""
# what a shell starts in the background ignores interrupts, and so does what that starts
HEEDS_INTERRUPTS = """
import signal, sys
from mockserver.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""
ANNOUNCES_ITSELF_AND_HANGS = """
import os, signal, sys
pipe = open(sys.argv[1], "w")
pipe.write(str(os.getpid()))
pipe.close()
signal.pause()
"""
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which processes there are")
TWO = ("--defect", "created-is-ok", "--defect", "confirm-created")
Grading = Callable[..., tuple[int, str, str]]


@pytest.fixture
def grading(capsys: pytest.CaptureFixture[str]) -> Grading:
    """Return a function that grades the suite *script*, and gives exit status, report and the rest."""

    def run(script: str, *options: str, sees: tuple[str, ...] = ()) -> tuple[int, str, str]:
        status = main(["grade", *options, "--", sys.executable, "-c", script, *sees])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def is_running(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] != "Z"


# ---- what a suite notices


def test_a_grade_tells_what_was_noticed_and_what_is_missing_for_the_rest(
    grading: Grading,
) -> None:
    status, report, said = grading(LOOKS_AT_THE_STATUS, *TWO, "--at-least", "50")

    assert (status, said) == (FINE, "")
    assert report.startswith("noticed 1 of 2 defects, 50.0 %\n")
    assert "  illegal     0 of   1  illegal transition accepted\n" in report
    assert "  requests    1 of   1  validation, authentication, error shape\n" in report
    assert report.endswith(
        "not noticed:\n"
        "  confirm-created (illegal)\n"
        "    it lies   A job that has not been pre-processed yet can be confirmed.\n"
        "    missing   Confirm a dry run right after its creation, and expect 400 not_allowed.\n"
    )


def test_a_grade_below_what_was_asked_for_is_exit_1(grading: Grading) -> None:
    options = ("--json", "--scenario", "instant", "--workers", "1", "--at-least", "0.1")

    status, report, _ = grading(LOOKS_AT_NOTHING, *TWO, *options)

    grade = json.loads(report)
    assert status == BELOW
    assert (grade["noticed"], grade["defects"], grade["percent"]) == (0, 2, 0)
    assert grade["scenario"] == "instant"
    assert grade["classes"]["illegal"] == {"noticed": 0, "defects": 1}
    assert [(run["name"], run["outcome"]) for run in grade["runs"]] == [
        ("confirm-created", "not noticed"),
        ("created-is-ok", "not noticed"),
    ]
    assert grade["runs"][0]["missing"] == DEFECTS["confirm-created"].missing


@ON_LINUX
def test_a_suite_that_hangs_is_ended_with_all_it_started(grading: Grading, tmp_path: Path) -> None:
    pids = tmp_path / "pids"

    status, report, _ = grading(
        HANGS_ON_200, "--defect", "created-is-ok", "--timeout", "4", sees=(str(pids),)
    )

    assert status == FINE
    assert report.startswith("noticed 1 of 1 defects, 100.0 %\n")
    assert report.endswith("\ntimed out, and counted as noticed: created-is-ok\n")
    assert [is_running(pid) for pid in pids.read_text(encoding="utf-8").split()] == [False, False]


def test_what_a_suite_wrote_is_shown_on_request(grading: Grading) -> None:
    _, _, said = grading("print('the suite says hello')", "--defect", "created-is-ok", "--show-output")

    assert said == "==== created-is-ok: not noticed\nthe suite says hello\n"


# ---- what cannot be graded


def test_a_suite_that_fails_on_the_healthy_server_is_not_graded(grading: Grading) -> None:
    status, report, said = grading("print('expected 1, found 2'); raise SystemExit(3)", *TWO)

    assert (status, report) == (USAGE, "")
    assert said == (
        "expected 1, found 2\n"
        "mockserver: the suite fails against the healthy server; mend it first (exit status 3); its last "
        "lines are above\n"
    )


def test_a_suite_that_fails_in_the_crowd_is_not_graded(grading: Grading, tmp_path: Path) -> None:
    status, report, said = grading(PASSES_ONCE, *TWO, sees=(str(tmp_path / "mark"),))

    assert (status, report) == (USAGE, "")
    assert "passes alone, but fails in the crowd" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give the command that runs the suite after `--`; see mockserver grade --help"),
        (
            ["--", "no-such-command"],
            "cannot run no-such-command: No such file or directory; give the command",
        ),
        (["--defect", "nope-nope", "--", "true"], "unknown defect 'nope-nope'; known: none that is near;"),
        (["--class", "nope", "--", "true"], "argument --class: invalid choice: 'nope'"),
        (["--defect", "confirm-created", "--class", "lists", "--", "true"], "no defect has both that name"),
        (["--at-least", "101", "--", "true"], "argument --at-least: '101' is no percentage"),
        (["--timeout", "0", "--", "true"], "argument --timeout: '0' is no duration"),
        (["--timeout", "soon", "--", "true"], "argument --timeout: 'soon' is no number"),
        (["--workers", "0", "--", "true"], "argument --workers: '0' is no number of workers"),
        (["--scenario", "slwo", "--", "true"], "the server with no defect does not start: unknown scenario"),
        (["pytest", "-q"], "unrecognized arguments: -q"),
    ],
)
def test_what_cannot_be_graded_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["grade", *arguments]) == USAGE

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"mockserver: {said}")
    assert captured.err.count("\n") == 1


@ON_LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_every_process(number: signal.Signals, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    suite = [sys.executable, "-c", ANNOUNCES_ITSELF_AND_HANGS, str(pipe)]
    command = [sys.executable, "-c", HEEDS_INTERRUPTS, "grade", "--", *suite]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as grader:  # noqa: S603  # our own
        try:
            suite_pid = pipe.read_text(encoding="utf-8")
            family = children_of(grader.pid)
            grader.send_signal(number)
            out, said = grader.communicate(timeout=PATIENCE)
        finally:
            grader.kill()

    assert (grader.returncode, out, said) == (INTERRUPTED, "", "")
    assert suite_pid in family
    assert len(family) == 2
    assert [is_running(pid) for pid in family] == [False, False]


def children_of(pid: int) -> list[str]:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [child for each in threads for child in (each / "children").read_text(encoding="utf-8").split()]


# ---- the other verbs


def test_serve_tells_the_lie_that_it_is_told_to() -> None:
    with serving("--defect", "created-is-ok") as url:
        answered = subprocess.run(  # noqa: S603  # our own interpreter
            [sys.executable, "-c", ASK + "print(status)"],
            env={**os.environ, "MOCK_SERVER_URL": url},
            capture_output=True,
            check=True,
            text=True,
        )

    assert answered.stdout == "200\n"


def test_the_greeting_of_a_liar_names_the_defect() -> None:
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--defect", "created-is-ok"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own
        assert server.stdout is not None
        greeting = [server.stdout.readline() for _ in range(5)]
        server.terminate()

    assert greeting[3].endswith("; it lies: created-is-ok\n")


def test_serve_refuses_a_defect_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["serve", "--port", "0", "--defect", "confirm-craeted"])

    assert status == USAGE
    assert capsys.readouterr().err.startswith("mockserver: unknown defect 'confirm-craeted'; known: confirm-")


def test_defects_are_listed_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["defects", "--json"])

    listed = json.loads(capsys.readouterr().out)
    assert status == FINE
    assert [each["name"] for each in listed] == list(DEFECTS)
    assert {each["class"] for each in listed} == {kind.key for kind in Kind}
    assert set(listed[0]) == {"name", "class", "lies", "missing"}


def test_defects_of_one_class_are_listed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    main(["defects", "--class", "illegal"])

    listed = capsys.readouterr().out
    assert listed.startswith(
        "illegal: illegal transition accepted (16)\n\n  confirm-created\n    lies      A job"
    )
    assert "count-of-the-page" not in listed


@pytest.mark.parametrize(("verb", "examples"), [("grade", GRADE_EXAMPLES), ("defects", DEFECTS_EXAMPLES)])
def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str], verb: str, examples: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])

    assert ended.value.code == FINE
    assert examples in capsys.readouterr().out


# ---- how it looks


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def a_run(defect: Defect, outcome: Outcome) -> Run:
    return Run(defect=defect, outcome=outcome, seconds=1, output="said")


def test_a_terminal_sees_a_bar_that_grows() -> None:
    stream = Terminal()
    progress = Progress(stream, total=2, shows_output=False)

    progress(a_run(ALL[0], Outcome.NOTICED))

    assert stream.getvalue().rpartition("\r")[2] == f"\x1b[K[{'#' * 15}{'.' * 15}] 1/2 defects, 1 noticed"


def test_what_is_no_terminal_sees_no_bar() -> None:
    stream = io.StringIO()
    progress = Progress(stream, total=2, shows_output=False)

    progress(a_run(ALL[0], Outcome.NOTICED))
    progress.clear()

    assert stream.getvalue() == ""


@pytest.mark.parametrize(("no_color", "coloured"), [("1", False), ("", True)])
def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch, no_color: str, *, coloured: bool) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)

    assert is_coloured(Terminal()) is coloured


@pytest.mark.parametrize("coloured", [True, False])
def test_colours_are_all_that_a_terminal_sees_more(*, coloured: bool) -> None:
    runs = [a_run(ALL[0], Outcome.SURVIVED), a_run(ALL[1], Outcome.TIMED_OUT)]
    grade = Grade(command=["pytest"], scenario="steady", runs=runs)

    text = as_text(grade, coloured=coloured)

    assert ("\x1b[" in text) is coloured
    assert f"{ALL[0].name}" in text


def test_a_suite_that_had_to_be_ended_counts_as_having_noticed() -> None:
    outcomes = (Outcome.NOTICED, Outcome.TIMED_OUT, Outcome.SURVIVED, Outcome.SURVIVED)
    runs = [a_run(each, outcome) for each, outcome in zip(ALL, outcomes, strict=False)]
    grade = Grade(command=["pytest"], scenario="steady", runs=runs)

    noticed: Any = [run.noticed for run in grade.runs]

    assert noticed == [True, True, False, False]
    assert grade.percent == 50
