"""The load: `wrk` where it is installed, otherwise a client of our own.

Either one is a process beside the servers.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.benchmarks.calls import Call, Client
from tests.benchmarks.failure import BenchmarkFailed
from tests.benchmarks.process import ROOT, Server

CONNECTIONS = 16
GRACE_SECONDS = 20
BUILTIN = [sys.executable, "-m", "tests.benchmarks.programs.asyncio_driver"]
# its requests are written once, before the load begins
WRK_SCRIPT = """\
local calls = {%s}
local requests, at = {}, 0
init = function()
  for i, call in ipairs(calls) do
    requests[i] = wrk.format(call.method, call.path, call.headers, call.body)
  end
end
request = function()
  at = at %% #requests + 1
  return requests[at]
end
done = function(summary)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.stderr:write(string.format('{"requests": %%d, "seconds": %%f, "failures": %%d}',
    summary.requests, summary.duration / 1e6, failures))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a server answers.

    rate: requests a second. processor: seconds of processor time for each; None where there is no /proc.
    """

    rate: float
    processor: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """What loads a server.

    name: `wrk` or `builtin`. workplace: a folder for its scripts.
    """

    name: str
    workplace: Path
    wrk: str | None

    @classmethod
    def chosen(cls, wanted: str, *, seconds: float, workplace: Path) -> "Driver":
        """Return the driver *wanted*: `auto`, `wrk` or `builtin`. Raises BenchmarkFailed where it is not.

        `wrk` knows whole seconds only.
        """
        wrk, is_whole = shutil.which("wrk"), seconds == int(seconds)
        if wanted == "wrk" and wrk is None:
            raise BenchmarkFailed("wrk is not installed; install it, or take --driver builtin")
        if wanted == "wrk" and not is_whole:
            raise BenchmarkFailed("wrk counts whole seconds; give --seconds so, or take --driver builtin")
        name = "wrk" if wanted != "builtin" and wrk is not None and is_whole else "builtin"
        return cls(name=name, workplace=workplace, wrk=wrk)

    @property
    def described(self) -> str:
        """Return what it is, for the reader of the table."""
        return f"wrk -t1 -c{CONNECTIONS}" if self.name == "wrk" else f"built-in, {CONNECTIONS} connections"

    def pace(self, server: Server, calls: Sequence[Call], *, seconds: float) -> Pace:
        """Return how fast *calls*, made in turn, are answered.

        Raises BenchmarkFailed when one is answered otherwise than it has to be.
        """
        with Client(server.port) as client:
            client.ask(calls[0])
        before = server.processor_seconds()
        with self.loading(server, calls, seconds=seconds) as load:
            requests, took = load.done()
        after = server.processor_seconds()
        used = None if before is None or after is None else after - before
        return Pace(rate=requests / took, processor=used and used / requests)

    def warm(self, server: Server, calls: Sequence[Call], *, seconds: float) -> None:
        """Let a server that compiles as it runs do so. By the built-in load: wrk counts whole seconds."""
        Load(server.name, *_builtin(server.port, calls, seconds=seconds), seconds=seconds).done()

    def loading(self, server: Server, calls: Sequence[Call], *, seconds: float) -> "Load":
        """Begin the load, and return it as it goes on."""
        command, task = (
            self._wrk(server.port, calls, seconds)
            if self.name == "wrk"
            else _builtin(server.port, calls, seconds=seconds)
        )
        return Load(server.name, command, task, seconds=seconds)

    def _wrk(self, port: int, calls: Sequence[Call], seconds: float) -> tuple[list[str], bytes]:
        script = self.workplace / "load.lua"
        script.write_text(WRK_SCRIPT % ", ".join(map(_lua, calls)), encoding="utf-8")
        url = f"http://127.0.0.1:{port}"
        command = [
            str(self.wrk),
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{int(seconds)}s",
            "--timeout",
            "30s",
            "-s",
            str(script),
            url,
        ]
        return command, b""


def _builtin(port: int, calls: Sequence[Call], *, seconds: float) -> tuple[list[str], bytes]:
    task: dict[str, Any] = {
        "port": port,
        "seconds": seconds,
        "connections": CONNECTIONS,
        "calls": [call.to_json() for call in calls],
    }
    return BUILTIN, json.dumps(task).encode()


def _lua(call: Call) -> str:
    """Return *call* as a Lua table. A string of JSON without \\u is one of Lua's too."""
    headers = ", ".join(f"[{json.dumps(key)}] = {json.dumps(value)}" for key, value in call.headers.items())
    body = json.dumps(call.body) if call.body else "nil"
    return (
        f"{{method = {json.dumps(call.method)}, path = {json.dumps(call.path)}, "
        f"headers = {{{headers}}}, body = {body}}}"
    )


class Load:
    """A load that goes on in a process of its own. Mutable."""

    def __init__(self, whom: str, command: Sequence[str], task: bytes, *, seconds: float) -> None:
        self._whom = whom
        self._seconds = seconds
        self._process = subprocess.Popen(  # noqa: S603  # commands of our own
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self._process.stdin is not None
        self._process.stdin.write(task)
        self._process.stdin.close()
        self._process.stdin = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    @property
    def goes_on(self) -> bool:
        """Return whether it is still loading."""
        return self._process.poll() is None

    def done(self) -> tuple[int, float]:
        """Return how many requests were answered in how many seconds, when it is over.

        Raises BenchmarkFailed if any failed.
        """
        try:
            out, errors = self._process.communicate(timeout=self._seconds + GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            raise BenchmarkFailed(f"{self._whom}: the load did not end in time") from None
        # wrk keeps its own output for its own words
        said = (out if out.startswith(b"{") else errors).decode(errors="replace")
        try:
            done = json.loads(said)
        except ValueError:
            raise BenchmarkFailed(
                f"{self._whom}: the load ended with {self._process.returncode}: {said[-1000:]}"
            ) from None
        if done["failures"] or not done["requests"]:
            failed = str(done["failures"])[:500]
            raise BenchmarkFailed(f"{self._whom}: {done['requests']} requests; these failed: {failed}")
        return int(done["requests"]), float(done["seconds"])
