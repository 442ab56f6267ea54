"""A report, rendered: for a terminal, for the reader of a CI, for a program, for a person who is sent a page.

Equal reports give equal bytes: no rendering knows what time it is, how long the run took, or where it ran.
What a target sent is escaped in each of them. Nothing but `write` and the summary of GitHub's step touches a
file.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from mockserver.conformance.rendering.html import html
from mockserver.conformance.rendering.json_report import json_report
from mockserver.conformance.rendering.junit import junit
from mockserver.conformance.rendering.markdown import markdown
from mockserver.conformance.rendering.places import Documents
from mockserver.conformance.rendering.sarif import sarif
from mockserver.conformance.rendering.terminal import terminal
from mockserver.conformance.report import Report

__all__ = ["KINDS", "Documents", "ReportTargetError", "parse_targets", "render", "terminal", "write"]

KINDS: Mapping[str, Callable[[Report, Documents], str]] = {
    "junit": junit,
    "json": json_report,
    "html": html,
    "sarif": sarif,
    "markdown": markdown,
}


class ReportTargetError(ValueError):
    """What was asked for with `--report` cannot be done; the message says what to write instead."""


def render(report: Report, kind: str, *, documents: Documents | None = None) -> str:
    """Return the report as *kind*, one of KINDS.

    documents: those that the target was judged by, to say the lines where rules are stated.
    """
    return KINDS[kind](report, documents or Documents())


def write(report: Report, kind: str, path: Path, *, documents: Documents | None = None) -> None:
    """Write the report as *kind* to *path*, whose folder is made when it is not there.

    A reader finds the old file or the new one, never half of one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(render(report, kind, documents=documents), encoding="utf-8", newline="\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def parse_targets(text: str) -> dict[str, Path]:
    """Return the file by kind that *text*, `junit=report.xml,json=report.json`, asks for, in its order.

    Raises ReportTargetError.
    """
    targets: dict[str, Path] = {}
    for entry in text.split(","):
        kind, _, name = (part.strip() for part in entry.partition("="))
        if kind not in KINDS:
            raise ReportTargetError(f"unknown report {kind!r}; known: {', '.join(KINDS)}, each as KIND=FILE")
        if not name:
            raise ReportTargetError(f"the report {kind} has no file; write {kind}=FILE")
        if kind in targets:
            raise ReportTargetError(f"the report {kind} is asked for twice; leave one of them out")
        if Path(name) in targets.values():
            raise ReportTargetError(f"two reports would be written to {name}; give each a file of its own")
        targets[kind] = Path(name)
    return targets
