"""Many worlds of a real server, used at once over loopback, beside the same load in one of its worlds."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.calls import TOKEN
from tests.benchmarks.driver import CONNECTIONS, GRACE_SECONDS
from tests.benchmarks.entrants import HEALTH, ours
from tests.benchmarks.failure import BenchmarkFailed
from tests.benchmarks.process import ROOT, Server, running
from tests.benchmarks.spread import Spread

VISITORS = [sys.executable, "-m", "tests.benchmarks.programs.visitors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What visitors did in *worlds* worlds, and in one.

    looks: how often somebody looked in the many whether all jobs were their own; they always were, or there
    would be no figures. many, one: requests a second.
    """

    worlds: int
    looks: int
    many: Spread
    one: Spread

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "worlds": self.worlds,
            "looks": self.looks,
            "requests_per_second": self.many.to_json(),
            "requests_per_second_in_one_world": self.one.to_json(),
            "ratio": self.many.over(self.one).to_json(),
        }


def measure(*, worlds: int, rounds: int, seconds: float, workplace: Path) -> Load:
    """Return what was measured, each round with a server of its own for the one world and for the many.

    Raises BenchmarkFailed when somebody saw what is another's, or too few worlds were used.
    """
    rates: dict[int, list[float]] = {1: [], worlds: []}
    looks = 0
    for _ in range(rounds):
        for count, of_count in rates.items():
            with running(
                "ours", ours("steady").command, first=HEALTH, log=workplace / "server.log"
            ) as server:
                done = _visited(server, worlds=count, seconds=seconds)
            of_count.append(done["requests"] / done["seconds"])
            looks += done["looks"] if count == worlds else 0
    return Load(worlds=worlds, looks=looks, many=Spread.of(rates[worlds]), one=Spread.of(rates[1]))


def _visited(server: Server, *, worlds: int, seconds: float) -> Mapping[str, Any]:
    task = {
        "port": server.port,
        "seconds": seconds,
        "connections": CONNECTIONS,
        "worlds": worlds,
        "token": TOKEN,
    }
    try:
        done = subprocess.run(  # noqa: S603  # a program of our own
            VISITORS,
            cwd=ROOT,
            input=json.dumps(task).encode(),
            capture_output=True,
            check=True,
            timeout=seconds + GRACE_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise BenchmarkFailed(
            f"the visitors ended with {error.returncode}: {error.stderr[-1000:]!r}"
        ) from None
    except subprocess.TimeoutExpired:
        raise BenchmarkFailed("the visitors did not end in time") from None
    told: Mapping[str, Any] = json.loads(done.stdout)
    if told["failures"]:
        raise BenchmarkFailed(f"worlds met, or were not answered: {told['failures']}")
    if told["worlds"] != worlds:
        raise BenchmarkFailed(f"{told['worlds']} worlds were used, and not {worlds}")
    return told
