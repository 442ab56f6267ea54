"""A server as a child process: started, waited for, weighed, and ended by its own handle."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from tests.benchmarks.calls import OK, Call, Client, free_port
from tests.benchmarks.failure import BenchmarkFailed

ROOT = Path(__file__).parents[2]
POLL_SECONDS = 0.002
TO_THE_END_SECONDS = 10
PROC = Path("/proc")
PARENT = 1  # in what follows the name in /proc/PID/stat
TIMES = slice(11, 13)  # the same: in user mode and in the kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that has answered.

    first_answer: seconds from the start of its process to its first 200.
    resident: bytes of memory that it, with its children, held then; None where there is no /proc.
    """

    name: str
    pid: int
    port: int
    first_answer: float
    resident: int | None

    def processor_seconds(self) -> float | None:
        """Return the processor time that it, with its children, has had; None where there is no /proc."""
        if not _is_told(self.pid):
            return None
        ticks = sum(sum(map(int, _stat(pid)[TIMES])) for pid in _family(self.pid))
        return ticks / os.sysconf("SC_CLK_TCK")


def _compiled(environment: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the environment of a server whose Python modules are compiled once, as installed ones are."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if name != "PYTHONDONTWRITEBYTECODE"}


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    first: Call,
    log: Path,
    seconds: float = 30,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run *command*, in which `{port}` stands for a free port, and end it afterwards.

    first: what it is asked until it answers 200, for at most *seconds*. log: takes what it prints.
    """
    port = free_port()
    arguments = [each.replace("{port}", str(port)) for each in command]
    with log.open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  # commands of our own
            arguments, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=_compiled(environment)
        )
        try:
            took = _first_answer(name, process, port, first, began=began, seconds=seconds, log=log)
            yield Server(
                name=name, pid=process.pid, port=port, first_answer=took, resident=_resident(process.pid)
            )
        finally:
            end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End *process*: politely, and after some seconds in any case."""
    process.terminate()
    try:
        process.wait(TO_THE_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _first_answer(
    name: str,
    process: "subprocess.Popen[bytes]",
    port: int,
    first: Call,
    *,
    began: float,
    seconds: float,
    log: Path,
) -> float:
    while (spent := time.perf_counter() - began) < seconds:
        if process.poll() is not None:
            printed = log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise BenchmarkFailed(f"{name} ended with {process.returncode} before it answered:\n{printed}")
        if _answers(port, first, seconds=seconds - spent):
            return time.perf_counter() - began
        time.sleep(min(max(POLL_SECONDS, spent / 100), 0.1))
    printed = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise BenchmarkFailed(f"{name} gave no 200 within {seconds:.0f} s:\n{printed}")


def _answers(port: int, first: Call, *, seconds: float) -> bool:
    try:
        with Client(port, timeout=seconds) as client:
            return client.try_to_ask(first).status == OK
    except (OSError, HTTPException):  # it does not listen yet
        return False


def _resident(pid: int) -> int | None:
    """Return the bytes of memory that the process and its descendants hold, None where they are not told."""
    return sum(map(_own_resident, _family(pid))) if _is_told(pid) else None


def _is_told(pid: int) -> bool:
    return (PROC / str(pid) / "stat").exists()


def _family(pid: int) -> set[int]:
    """Return the process and its descendants."""
    parents = dict(_parents())
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _parents() -> Iterator[tuple[int, int]]:
    """Yield every process of the machine with its parent."""
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            pid = int(folder.name)
            with contextlib.suppress(OSError):  # it has ended meanwhile
                yield pid, int(_stat(pid)[PARENT])


def _stat(pid: int) -> list[str]:
    text = (PROC / str(pid) / "stat").read_text(encoding="ascii", errors="replace")
    return text.rpartition(")")[2].split()


def _own_resident(pid: int) -> int:
    lines = (PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
