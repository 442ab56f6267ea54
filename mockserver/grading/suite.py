"""Processes: a server with a defect, a suite that is run against it, and their certain end.

Knows nothing of scores. Every process leads a group of its own, and the whole group is ended with it, so that
what a suite started does not outlive it. POSIX only.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

URL_VARIABLE = "MOCK_SERVER_URL"
GREETING_SECONDS = 60  # until a server says where it is; it needs one, but machines are busy
GRACE_SECONDS = 2  # between the request to end and the end


class GradingError(Exception):
    """The grading cannot be done as it was asked for; the message is one line that says what to change.

    output: the last lines of the suite, where they tell more.
    """

    def __init__(self, message: str, *, output: str = "") -> None:
        super().__init__(message)
        self.output = output


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a suite ended. status: its exit status; None when it was ended because its time was over.

    seconds: how long it took. output: what it wrote, to both streams.
    """

    status: int | None
    seconds: float
    output: str


async def run_against(defect: str | None, command: Sequence[str], *, scenario: str, within: float) -> Ended:
    """Return how *command* ended against a server with *defect*, the healthy one for None.

    within: seconds after which the command is ended. Raises GradingError.
    """
    lie = () if defect is None else ("--defect", defect)
    server = (sys.executable, "-m", "mockserver", "serve", "--port", "0", "--scenario", scenario, *lie)
    async with serving(server, name=f"the server with {defect or 'no defect'}") as url:
        return await ended(command, url=url, within=within)


async def ended(command: Sequence[str], *, url: str, within: float, folder: Path | None = None) -> Ended:
    """Return how *command* ended, which finds *url* in its environment.

    within: seconds after which it is ended. folder: where it works; here for None. Raises GradingError.
    """
    with tempfile.TemporaryFile() as output:
        environment = {**os.environ, URL_VARIABLE: url}
        try:
            suite = await asyncio.create_subprocess_exec(
                *command,
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            message = f"cannot run {command[0]}: {error.strerror}; give the command after `--`"
            raise GradingError(message) from error
        begun = time.monotonic()
        async with _ending(suite):
            try:
                status = await asyncio.wait_for(suite.wait(), within)
            except TimeoutError:
                status = None
            seconds = time.monotonic() - begun
        return Ended(status=status, seconds=seconds, output=_text(output))


@contextlib.asynccontextmanager
async def serving(command: Sequence[str], *, name: str) -> AsyncIterator[str]:
    """Run *command*, whose first line ends with its address; give that, and end it with this context.

    name: what it is called when it does not start. Raises GradingError.
    """
    with tempfile.TemporaryFile() as complaints:
        server = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=complaints, start_new_session=True
        )
        async with _ending(server):
            assert server.stdout is not None  # noqa: S101  # it is a pipe
            try:
                greeting = await asyncio.wait_for(server.stdout.readline(), GREETING_SECONDS)
            except TimeoutError:
                greeting = b""
            if not greeting:
                said = _text(complaints).strip().removeprefix("mockserver: ") or "it says nothing"
                raise GradingError(f"{name} does not start: {said}")
            yield greeting.decode().split()[-1]


@contextlib.asynccontextmanager
async def _ending(process: Process) -> AsyncIterator[None]:
    """End *process* and all of its group with this context, however it is left."""
    try:
        yield
    finally:
        if process.returncode is None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), GRACE_SECONDS)
        _signal(process, signal.SIGKILL)
        await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the group is gone; macOS says EPERM then
        os.killpg(process.pid, number)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
