"""What a person at a terminal is shown during a run: one line, with the share of the time that is used.

Knows nothing of what a run does. Shows nothing where nobody looks.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

BAR, REDRAWN_AFTER = 20, 0.2  # columns; seconds
_CLEAR = "\r\x1b[2K"


@dataclass(kw_only=True)
class Progress:
    """One line on *output*, drawn over itself. Mutable: it knows what was told last, and when it was drawn.

    max_time: in seconds, from the making of this value on.
    """

    output: TextIO
    max_time: float
    clock: Callable[[], float] = time.monotonic
    text: str = ""
    drawn_at: float = float("-inf")
    begun: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun = self.clock()
        self.is_seen = self.output.isatty()

    def __call__(self, text: str = "") -> None:
        """Show *text*; or, without one, what was told last, where the line is old enough to be drawn anew."""
        now = self.clock()
        if not self.is_seen or (not text and now - self.drawn_at < REDRAWN_AFTER):
            return
        self.text, self.drawn_at = text or self.text, now
        share = min((now - self.begun) / self.max_time, 1.0) if self.max_time else 1.0
        full = round(share * BAR)
        line = f"[{'#' * full}{'.' * (BAR - full)}] {share:4.0%}  {self.text}"
        self.output.write(f"{_CLEAR}{line[: shutil.get_terminal_size().columns - 1]}")
        self.output.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self.is_seen:
            self.output.write(_CLEAR)
            self.output.flush()
