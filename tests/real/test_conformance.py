"""`mockserver conform` on the real Medusa finds what is known of it, and on the look-alike finds the same.

The real server can stop answering of its own: its worker's update waits for another's open transaction, and
the routes of batch jobs with it, for good. Then nothing can be told of it, which is no finding: it is served
anew.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from mockserver.conformance.known import find, read
from mockserver.server.personality import MEDUSA
from tests.real.processes import NotStarted
from tests.real.running import MigratedMedusa
from tests.serving import ROOT, serving

pytestmark = pytest.mark.real

LOGIN = ("--email", "admin@example.com", "--password", "supersecret")
MAX_TIME = 90  # seconds; in sixty, its worker's steps of three leave the lists too few
TO_END = 60  # more, to begin and to write the report
TRIES = 3
SOMETIMES = frozenset(each.violation for each in read(find(MEDUSA)) if each.sometimes)
ALWAYS = frozenset(each.violation for each in read(find(MEDUSA))) - SOMETIMES


class NothingTold(NotStarted):
    """A server could not be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the verb said of a server. new, known: ids of violations."""

    exit_code: int
    new: tuple[str, ...]
    known: frozenset[str]
    stale: tuple[str, ...]
    trouble: str

    @classmethod
    def of(cls, exit_code: int, report: Mapping[str, Any]) -> "Judged":
        """Return what *report*, as the verb writes it, says."""
        return cls(
            exit_code=exit_code,
            new=tuple(_shown(each) for each in report["violations"]),
            known=frozenset(each["violation"]["id"] for each in report["known"]),
            stale=tuple(each["violation"] for each in report["stale"]),
            trouble=report["trouble"],
        )


def _shown(violation: Mapping[str, Any]) -> str:
    """Return a violation as it is to be read where it is new: nobody can run the same again."""
    shown = [f"{each['request']} -> {each['status']} {each['body']}" for each in violation["evidence"]]
    told = f"{violation['where']}: expected {violation['expected']}, found {violation['found']}"
    return "\n  ".join([violation["id"], told, *shown])


def conform(url: str) -> Judged:
    """Run the verb on *url*."""
    command = [sys.executable, "-m", "mockserver", "conform", url, *LOGIN, "--known", MEDUSA, "--json"]
    ended = subprocess.run(  # noqa: S603  # our own
        [*command, "--max-time", str(MAX_TIME)],
        capture_output=True,
        text=True,
        timeout=MAX_TIME + TO_END,
        cwd=ROOT,
        check=False,
    )
    if not ended.stdout:
        raise NothingTold(f"conform exited with {ended.returncode}: {ended.stderr}")
    return Judged.of(ended.returncode, json.loads(ended.stdout))


@pytest.fixture(scope="session")
def real(migrated: MigratedMedusa) -> Judged:
    """Return what is said of the real server, which is served anew when nothing could be told of it."""
    troubles: list[str] = []
    while len(troubles) < TRIES:
        with migrated.serving() as url:
            judged = conform(url)
        if not judged.trouble:
            return judged
        troubles.append(judged.trouble)
    raise NothingTold("\n".join([f"tried {TRIES} times", *troubles]))


@pytest.fixture(scope="session")
def look_alike() -> Judged:
    """Return what is said of the look-alike."""
    with serving("--like", MEDUSA) as url:
        return conform(url)


def test_nothing_is_found_on_the_real_medusa_that_is_not_known(real: Judged) -> None:
    assert real.new == ()
    assert real.exit_code == 0


def test_all_that_is_known_of_the_real_medusa_is_found_on_it(real: Judged) -> None:
    assert real.stale == ()
    assert ALWAYS - real.known == frozenset()


def test_the_same_is_found_on_the_look_alike(real: Judged, look_alike: Judged) -> None:
    assert look_alike.new == ()
    assert look_alike.exit_code == 0
    assert look_alike.known - SOMETIMES == real.known - SOMETIMES
