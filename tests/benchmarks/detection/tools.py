"""The tools that look for what is wrong with a server: `conform` and plain schemathesis, as a user runs them.

Knows the files that they leave behind. Which server it is, and what is wrong with it, they are not told.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mockserver.grading.suite import Ended, ended
from tests.benchmarks.process import ROOT

EMAIL, PASSWORD = "admin@example.com", "supersecret"
STARTING_SECONDS = 10  # that a tool may take beside the time it was given: Python starts, reports are written
FINE, VIOLATED = 0, 1
REPORT, EVENTS = "report.json", "events.ndjson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a tool says is wrong. rule: its rule or check. says: the rest, in a line."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of one tool's look at one server.

    told: whether it came to a verdict. seconds: until it ended, its start among them. trouble: why it came to
    none, or the last line that it wrote.
    """

    findings: tuple[Finding, ...]
    told: bool
    seconds: float
    trouble: str = ""

    @property
    def noticed(self) -> bool:
        """Return whether it says that something is wrong."""
        return bool(self.findings)

    @classmethod
    def from_json(cls, told: Any) -> "Look":
        """Return the look that was written as *told*."""
        findings = tuple(Finding(rule=each["rule"], says=each["says"]) for each in told["findings"])
        return cls(findings=findings, told=told["told"], seconds=told["seconds"], trouble=told["trouble"])

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "noticed": self.noticed,
            "told": self.told,
            "seconds": round(self.seconds, 3),
            "trouble": self.trouble,
            "findings": [{"rule": each.rule, "says": each.says} for each in self.findings],
        }


async def conform(url: str, *, seconds: float, seed: int, stop_at_first: bool = False) -> Look:
    """Return what `mockserver conform` says of the server at *url*; one thing, where that is enough."""
    with tempfile.TemporaryDirectory(prefix="detection-") as name:
        folder = Path(name)
        command = [
            *(sys.executable, "-m", "mockserver", "conform", url, "--email", EMAIL, "--password", PASSWORD),
            *("--max-time", f"{seconds:g}", "--seed", str(seed), "--report", f"json={folder / REPORT}"),
            *(["--stop-at-first"] if stop_at_first else []),
        ]
        done = await ended(command, url=url, within=seconds + STARTING_SECONDS, folder=folder)
        return _look_of_conform(done, folder / REPORT)


def _look_of_conform(done: Ended, file: Path) -> Look:
    findings: tuple[Finding, ...] = ()
    trouble = "" if done.status in (FINE, VIOLATED) else _last_line(done)
    if file.exists() and done.status is not None:
        report = json.loads(file.read_text(encoding="utf-8"))
        trouble = report["trouble"] or trouble
        findings = tuple(_violation(each) for each in report["violations"]) if done.status == VIOLATED else ()
    return Look(
        findings=findings,
        told=done.status == FINE or bool(findings),
        seconds=done.seconds,
        trouble=trouble,
    )


def _violation(violation: Any) -> Finding:
    at = f"{violation['operation']} {violation['where']}"
    says = f"{at}: expected {violation['expected']}, found {violation['found']}"
    return Finding(rule=violation["rule"]["id"], says=says)


async def schemathesis(url: str, *, seconds: float, seed: int) -> Look:
    """Return what plain schemathesis says: the shipped documents and configuration, all phases and checks.

    With `--max-time` it repeats its phases until the time is over, or something was found. What it had found
    when it had to be ended counts, and so does a failure that it tells by its exit code only.
    """
    with tempfile.TemporaryDirectory(prefix="detection-") as name:
        folder = Path(name)
        command = [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(ROOT / "openapi/schemathesis.toml")),
            *("run", str(ROOT / "openapi/openapi.yaml"), "--url", url, "--seed", str(seed), "--no-color"),
            *("--max-time", str(max(1, round(seconds))), "--max-failures", "1"),
            *("--report", "ndjson", "--report-ndjson-path", str(folder / EVENTS)),
        ]
        done = await ended(command, url=url, within=seconds + STARTING_SECONDS, folder=folder)
        return _look_of_schemathesis(done, folder / EVENTS)


def _look_of_schemathesis(done: Ended, file: Path) -> Look:
    failures = set(_failures(file)) if file.exists() else set()
    findings = tuple(sorted(failures, key=lambda each: (each.rule, each.says)))
    if done.status == VIOLATED and not findings:
        findings = (Finding(rule="exit code", says=_last_line(done)),)
    told = done.status in (FINE, VIOLATED) or bool(findings)
    return Look(findings=findings, told=told, seconds=done.seconds, trouble="" if told else _last_line(done))


def _failures(file: Path) -> Iterator[Finding]:
    """Yield each failed check, as far as the events were written."""
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        match _event(line):
            case {"ScenarioFinished": {"recorder": {"checks": dict() as checks}} as scenario}:
                label = str(scenario["recorder"].get("label", ""))
                yield from (
                    Finding(rule=str(check["name"]), says=label)
                    for of_a_case in checks.values()
                    for check in of_a_case
                    if check["status"] == "failure"
                )


def _event(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError:  # the last line of a run that was ended
        return None


def _last_line(done: Ended) -> str:
    if done.status is None:
        return "ended, because its time was over"
    return (done.output.strip().splitlines() or ["it wrote nothing"])[-1].strip()
