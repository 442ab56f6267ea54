"""How defects and grades are shown: as text for people, as JSON for machines, as a bar while it lasts."""

import json
import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from mockserver.grading.defect import Defect
from mockserver.grading.grader import Grade, Outcome, Run
from mockserver.grading.kind import Kind

BAR = 30
CLEAR = "\r\x1b[K"
RED, GREEN, BOLD, PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


class Progress:
    """A bar on a terminal, and nothing elsewhere. Mutable: it counts.

    shows_output: what each run wrote is shown too.
    """

    def __init__(self, stream: TextIO, *, total: int, shows_output: bool) -> None:
        self._stream = stream
        self._total = total
        self._shows_output = shows_output
        self._is_drawn = stream.isatty()
        self._done = 0
        self._noticed = 0
        self._draw()

    def __call__(self, run: Run) -> None:
        """Count *run*."""
        self._done += 1
        self._noticed += run.noticed
        if self._shows_output:
            self.clear()
            self._stream.write(f"==== {run.defect.name}: {run.outcome}\n{run.output.rstrip()}\n")
        self._draw()

    def _draw(self) -> None:
        if self._is_drawn:
            filled = BAR * self._done // self._total
            bar = "#" * filled + "." * (BAR - filled)
            self._stream.write(f"{CLEAR}[{bar}] {self._done}/{self._total} defects, {self._noticed} noticed")
            self._stream.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._is_drawn:
            self._stream.write(CLEAR)
            self._stream.flush()


def is_coloured(stream: TextIO) -> bool:
    """Return whether *stream* is a terminal whose user wants colours. Source: no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def as_text(grade: Grade, *, coloured: bool) -> str:
    """Return *grade* for people: the score, a line for each class, and what is missing for each survivor."""
    return "\n".join(_lines(grade, coloured=coloured))


def _lines(grade: Grade, *, coloured: bool) -> Iterator[str]:
    def painted(text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if coloured else text

    score = f"noticed {grade.noticed} of {len(grade.runs)} defects, {grade.percent:.1f} %"
    yield painted(score, BOLD)
    yield f"by {shlex.join(grade.command)}; scenario {grade.scenario}"
    yield ""
    for kind, runs in _by_kind(grade.runs):
        noticed = sum(run.noticed for run in runs)
        colour = GREEN if noticed == len(runs) else RED
        yield f"  {kind.key:9} {painted(f'{noticed:3} of {len(runs):3}', colour)}  {kind}"
    timed_out = [run.defect.name for run in grade.runs if run.outcome is Outcome.TIMED_OUT]
    if timed_out:
        yield ""
        yield f"timed out, and counted as noticed: {', '.join(timed_out)}"
    survivors = list(grade.survivors)
    if survivors:
        yield ""
        yield "not noticed:"
    for run in survivors:
        yield f"  {painted(run.defect.name, RED)} ({run.defect.kind.key})"
        yield f"    it lies   {run.defect.lies}"
        yield f"    missing   {run.defect.missing}"


def _by_kind(runs: Sequence[Run]) -> Iterator[tuple[Kind, list[Run]]]:
    for kind in Kind:
        of_kind = [run for run in runs if run.defect.kind is kind]
        if of_kind:
            yield kind, of_kind


def as_json(grade: Grade) -> str:
    """Return *grade* for machines."""
    classes = {
        kind.key: {"noticed": sum(run.noticed for run in runs), "defects": len(runs)}
        for kind, runs in _by_kind(grade.runs)
    }
    content = {
        "command": list(grade.command),
        "scenario": grade.scenario,
        "noticed": grade.noticed,
        "defects": len(grade.runs),
        "percent": round(grade.percent, 1),
        "classes": classes,
        "runs": [
            {**_shown(run.defect), "outcome": run.outcome, "seconds": round(run.seconds, 3)}
            for run in grade.runs
        ],
    }
    return json.dumps(content, indent=2)


def defects_as_json(defects: Iterable[Defect]) -> str:
    """Return *defects* for machines."""
    return json.dumps([_shown(each) for each in defects], indent=2)


def _shown(defect: Defect) -> dict[str, Any]:
    return {
        "name": defect.name,
        "class": defect.kind.key,
        "lies": defect.lies,
        "missing": defect.missing,
    }


def defects_as_text(defects: Sequence[Defect]) -> str:
    """Return *defects* for people, by class."""
    lines: list[str] = []
    for kind in Kind:
        of_kind = [each for each in defects if each.kind is kind]
        if of_kind:
            lines += [f"{kind.key}: {kind} ({len(of_kind)})", ""]
        for each in of_kind:
            lines += [f"  {each.name}", f"    lies      {each.lies}", f"    missing   {each.missing}", ""]
    return "\n".join(lines).rstrip()
