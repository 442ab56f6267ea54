"""A report, rendered: as JSON and in a few lines, until the renderings of their own take this place."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mockserver.conformance.report import Report


class ReportTargetError(ValueError):
    """What was asked for with `--report` cannot be done; the message says what to write instead."""


def terminal(report: Report, *, color: bool) -> str:
    """Return the report for a terminal."""
    lines = [f"{report.target} {report.verdict}" + (f": {report.trouble}" if report.trouble else "")]
    lines += [f"{'* ' if color else ''}{each.id}: {each.found}" for each in report.violations]
    return "\n".join([*lines, *report.notes]) + "\n"


def render(report: Report, kind: str) -> str:
    """Return the report as *kind*."""
    return json.dumps({"kind": kind, "report": asdict(report)}, default=_plain, indent=1) + "\n"


def write(report: Report, kind: str, path: Path) -> None:
    """Write the report as *kind* to *path*."""
    path.write_text(render(report, kind), encoding="utf-8")


def parse_targets(text: str) -> Mapping[str, Path]:
    """Return the file by kind that *text* asks for. Raises ReportTargetError."""
    targets = {}
    for entry in text.split(","):
        kind, _, name = entry.partition("=")
        if not name:
            raise ReportTargetError(f"the report {kind} has no file; write {kind}=FILE")
        targets[kind] = Path(name)
    return targets


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)
