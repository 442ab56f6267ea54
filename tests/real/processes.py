"""Programs that run until they are ended, and programs that are run to their end; neither outlives its time.

Knows nothing of what they do. Each is the leader of a process group, and is ended with all that it started.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOOK_AGAIN = 0.05  # seconds
TO_END = 15.0  # seconds that a program has to end by itself
SHOWN_LINES = 25


class NotStarted(RuntimeError):
    """Something that a test needs could not be started: that is no finding of the test."""


class ToolMissing(NotStarted):
    """A program that has to be installed is not; trying again is no use."""


def run(
    command: Sequence[str],
    *,
    timeout: float,
    cwd: Path | None = None,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run *command* to its end. Raises NotStarted with the last lines it printed when it fails.

    timeout: seconds. user: as whom, if not as ourselves. environment: added to our own.
    """
    with _begun(command, subprocess.PIPE, cwd, user, environment) as process:
        try:
            printed, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _end(process, signal.SIGKILL)
            printed, _ = process.communicate()
            raise NotStarted(_told(f"{_name(command)} took more than {timeout:g} s", printed)) from None
        finally:
            _end(process, signal.SIGKILL)
    if process.returncode != 0:
        raise NotStarted(_told(f"{_name(command)} exited with {process.returncode}", printed))


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    is_ready: Callable[[], bool],
    timeout: float,
    end_by: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run *command*, in the folder of its *log*, from when *is_ready* says so to the end of the block.

    Raises NotStarted with the last lines of *log* when it is not ready in *timeout* seconds, or ends before.
    user, environment: as for `run`.
    """
    with log.open("ab") as written, _begun(command, written, log.parent, user, environment) as process:
        try:
            _await(process, is_ready, name=_name(command), log=log, timeout=timeout)
            yield
        finally:
            _end(process, end_by)


def free_port() -> int:
    """Return a port of this machine that nobody listened at just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _begun(
    command: Sequence[str],
    output: int | IO[bytes],
    cwd: Path | None,
    user: str | None,
    environment: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # what is run is written in this folder
        command,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else (),
    )


def _await(
    process: subprocess.Popen[bytes], is_ready: Callable[[], bool], *, name: str, log: Path, timeout: float
) -> None:
    deadline = time.monotonic() + timeout
    while not is_ready():
        if (code := process.poll()) is not None:
            raise NotStarted(_told(f"{name} exited with {code} before it was ready", log.read_bytes()))
        if time.monotonic() > deadline:
            raise NotStarted(_told(f"{name} was not ready after {timeout:g} s", log.read_bytes()))
        time.sleep(LOOK_AGAIN)


def _end(process: subprocess.Popen[bytes], end_by: signal.Signals) -> None:
    """End the whole group: its leader by *end_by*, and what is left after a while by force."""
    process.send_signal(end_by)  # does nothing when it has ended
    with suppress(subprocess.TimeoutExpired):
        process.wait(TO_END)
    with suppress(ProcessLookupError):  # nothing is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _name(command: Sequence[str]) -> str:
    return " ".join([Path(command[0]).name, *command[1:3]])


def _told(what: str, printed: bytes) -> str:
    last = printed.decode("utf-8", "replace").strip().splitlines()[-SHOWN_LINES:] or ["(it printed nothing)"]
    return "\n    ".join([f"{what}; its last lines:", *last])
