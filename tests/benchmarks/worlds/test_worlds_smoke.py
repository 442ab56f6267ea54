import json
import subprocess
import sys
from typing import Any

import pytest

from tests.benchmarks.process import ROOT

TINY = (
    *("--jobs", "20", "--among", "1,2", "--times", "2", "--day-jobs", "8"),
    *("--worlds", "32", "--rounds", "1", "--seconds", "0.1", "--json"),
)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """Return what the smallest run there can be prints for machines."""
    command = [sys.executable, "-m", "tests.benchmarks.worlds", *TINY]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)  # noqa: S603  # our own
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_forks_resets_beginnings_days_and_snapshots_are_timed(figures: dict[str, Any]) -> None:
    timed = [each["what"].split(" ")[0] for each in figures["took"]]

    assert timed == ["fork", "reset", "begin", "fork,"] * 2 + ["24"] * 2 + ["snapshot", "restore"]


def test_each_of_them_has_taken_some_time_and_none_less_than_its_median(figures: dict[str, Any]) -> None:
    times = [tuple(each["microseconds"].values()) for each in figures["took"]]

    assert all(0 < median <= p99 <= longest for median, p99, longest in times)


def test_every_world_under_load_was_looked_at(figures: dict[str, Any]) -> None:
    load = figures["load"]

    assert load["worlds"] == 32
    assert load["looks"] >= 32
    assert load["ratio"]["median"] > 0
