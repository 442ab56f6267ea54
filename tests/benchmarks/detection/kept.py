"""The file that keeps trials, one a line, so that a benchmark that was interrupted goes on where it was.

Its first line says by which means they were made. Knows nothing of what they amount to.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mockserver.grading.table import DefectUnknown
from tests.benchmarks.detection.trials import Means, Trial


class KeptError(ValueError):
    """The file cannot be gone on with; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Trials in *file*, each made by *means*."""

    file: Path
    means: Means

    def trials(self) -> list[Trial]:
        """Return the trials that the file has; none where there is no file yet. Raises KeptError."""
        if not self.file.exists():
            return []
        try:
            first, *others = map(json.loads, self.file.read_text(encoding="utf-8").splitlines())
            trials = [Trial.from_json(each) for each in others]
        except (ValueError, TypeError, KeyError, DefectUnknown) as error:
            raise KeptError(f"{self.file} does not hold trials ({error}); name another file") from error
        if first != self._told_means():
            message = f"{self.file} was made with {first}, and not with {self._told_means()}"
            raise KeptError(f"{message}; give the same options, or name another file")
        return trials

    def add(self, trial: Trial) -> None:
        """Add *trial* to the file."""
        lines = [] if self.file.exists() else [self._told_means()]
        with self.file.open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(each)}\n" for each in (*lines, trial.to_json()))

    def _told_means(self) -> dict[str, Any]:
        told = asdict(self.means)
        del told["workers"]  # how many at a time changes how long they take, and not what they are
        return told
