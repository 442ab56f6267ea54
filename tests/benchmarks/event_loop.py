"""GET one while a slow client, a big upload and a deep list are under way: does the loop stay free?"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.calls import Call
from tests.benchmarks.deadline import say
from tests.benchmarks.failure import BenchmarkFailed
from tests.benchmarks.probe import latencies
from tests.benchmarks.process import ROOT, Server, end
from tests.benchmarks.spread import percentile

DISTURB = [sys.executable, "-m", "tests.benchmarks.programs.disturbance"]
GRACE_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLoop:
    """The latencies of GET one under disturbance, in seconds.

    answered: how often each disturber was.
    """

    p50: float
    p99: float
    longest: float
    requests: int
    answered: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "get_one_p50_seconds": self.p50,
            "get_one_p99_seconds": self.p99,
            "get_one_longest_seconds": self.longest,
            "requests": self.requests,
            "disturbances_answered": dict(self.answered),
        }


def measure(server: Server, calls: Sequence[Call], *, deep: Call, seconds: float) -> EventLoop:
    """Return the latencies of *calls* to *server*, which holds many jobs, over *seconds* of disturbance."""
    say("the event loop under a slow client, a 10 MB upload and a deep list")
    command = [*DISTURB, str(server.port), deep.path]
    disturber = subprocess.Popen(  # noqa: S603  # our own
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # our own
    try:
        assert disturber.stdout is not None
        disturber.stdout.readline()
        until = time.monotonic() + seconds
        took = latencies(server.port, calls, while_=lambda count: count == 0 or time.monotonic() < until)
        out, errors = disturber.communicate(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        raise BenchmarkFailed(f"the disturbing clients got no answers for {GRACE_SECONDS} s") from None
    finally:
        if disturber.poll() is None:
            end(disturber)
    if disturber.returncode != 0:
        raise BenchmarkFailed(f"a disturbing client failed: {errors.decode(errors='replace')[-2000:]}")
    return EventLoop(
        p50=percentile(took, 50),
        p99=percentile(took, 99),
        longest=max(took),
        requests=len(took),
        answered=json.loads(out),
    )
