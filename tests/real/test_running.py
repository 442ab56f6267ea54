"""A start that fails is told apart from a finding, and nothing that was started is left behind."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.real import running
from tests.real.processes import NotStarted, ToolMissing, run
from tests.real.processes import running as running_program
from tests.real.running import MedusaNotStarted, migrated_medusa


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def readable(descriptor: int, *, within: float) -> bool:
    return bool(select.select([descriptor], [], [], within)[0])


@contextmanager
def raising(error: Exception) -> Iterator[str]:
    raise error
    yield ""


@contextmanager
def fine() -> Iterator[str]:
    yield "started"


class Starts:
    """What is given to each attempt, in turn. Mutable: it forgets what it gave."""

    def __init__(self, *attempts: AbstractContextManager[str]) -> None:
        self.left = list(attempts)

    def __call__(self) -> AbstractContextManager[str]:
        return self.left.pop(0)


def test_a_program_that_fails_is_told_with_what_it_printed_last() -> None:
    program = python("print('so far'); raise SystemExit(3)")

    with pytest.raises(NotStarted, match=r"exited with 3; its last lines:\n    so far"):
        run(program, timeout=30)


def test_a_program_that_takes_too_long_is_ended_and_told() -> None:
    program = python("print('so far', flush=True); import time; time.sleep(600)")

    with pytest.raises(NotStarted, match=r"took more than 2 s; its last lines:\n    so far"):
        run(program, timeout=2)


def test_a_server_that_ends_before_it_is_ready_is_told_with_its_log(tmp_path: Path) -> None:
    server = running_program(
        python("print('no such database')"), log=tmp_path / "log", is_ready=lambda: False, timeout=30
    )

    with pytest.raises(NotStarted, match=r"exited with 0 before .*\n    no such database"), server:
        pytest.fail("it was taken for ready")


def test_a_server_that_does_not_get_ready_is_ended_in_time(tmp_path: Path) -> None:
    server = running_program(
        python("import time; time.sleep(600)"), log=tmp_path / "log", is_ready=lambda: False, timeout=0.5
    )

    with pytest.raises(NotStarted, match=r"not ready after 0.5 s; its last lines:\n    \(it printed"), server:
        pytest.fail("it was taken for ready")


def test_what_a_server_started_is_ended_with_it(tmp_path: Path) -> None:
    pipe, log = tmp_path / "pipe", tmp_path / "log"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    server = ["sh", "-c", f"exec 3>{pipe}; sleep 600 & echo ready; wait"]

    with running_program(server, log=log, is_ready=lambda: "ready" in log.read_text(), timeout=30):
        meanwhile = readable(held, within=0)

    assert not meanwhile
    assert readable(held, within=10)  # the last process that could write to it has ended
    os.close(held)


def test_a_start_that_fails_once_is_no_failure() -> None:
    with running._tried_again(Starts(raising(NotStarted("no connection")), fine())) as given:
        assert given == "started"


def test_a_start_that_fails_twice_is_told_with_both_reasons() -> None:
    starts = Starts(raising(NotStarted("no connection")), raising(NotStarted("no space")), fine())

    with pytest.raises(MedusaNotStarted, match=r"(?s)no connection.*no space"), running._tried_again(starts):
        pytest.fail("it was taken for started")


def test_a_tool_that_is_missing_is_not_looked_for_twice() -> None:
    starts = Starts(raising(ToolMissing("apt-get install postgresql")), fine())

    with pytest.raises(ToolMissing, match="apt-get install"), running._tried_again(starts):
        pytest.fail("it was taken for started")


def test_a_finding_is_not_taken_for_a_failed_start() -> None:
    starts = Starts(fine(), fine())

    with pytest.raises(NotStarted, match="raised by a test"), running._tried_again(starts):
        raise NotStarted("raised by a test")

    assert len(starts.left) == 1


@pytest.mark.real
def test_a_medusa_that_cannot_start_is_told_with_its_reason() -> None:
    with (
        pytest.raises(
            MedusaNotStarted, match=r"(?s)tried 2 times.*JWT_SECRET is not set.*JWT_SECRET is not set"
        ),
        migrated_medusa(JWT_SECRET=""),
    ):
        pytest.fail("it was taken for started")
