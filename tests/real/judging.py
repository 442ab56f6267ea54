"""The verb `conform`, run on a server that may have to be served anew before anything can be told of it.

The real server can stop answering of its own: its worker's update waits for another's open transaction, and
the routes of batch jobs with it, for good. Then nothing can be told of it, which is no finding.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from mockserver.server.personality import MEDUSA
from tests.real.processes import NotStarted
from tests.serving import ROOT

LOGIN = ("--email", "admin@example.com", "--password", "supersecret")
MAX_TIME = 90  # seconds; in sixty, its worker's steps of three leave the lists too few
TO_END = 60  # more, to begin and to write the report
TRIES = 3


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


def told_of(
    serve: Callable[[], AbstractContextManager[str]], *, judge: Callable[[str], Judged] = conform
) -> Judged:
    """Return what is said of the server that *serve* starts, anew when nothing could be told of it.

    Raises NothingTold with all troubles when that happened three times.
    """
    troubles: list[str] = []
    while len(troubles) < TRIES:
        with serve() as url:
            judged = judge(url)
        if not judged.trouble:
            return judged
        troubles.append(judged.trouble)
    raise NothingTold("\n".join([f"tried {TRIES} times", *troubles]))
