"""How much of the time allowed is left, and what the user is told meanwhile."""

import sys
import time
from dataclasses import dataclass, field

MINIMUM_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The end of the time that the whole benchmark may take.

    seconds: counted from when it is made.
    """

    seconds: float
    began: float = field(default_factory=time.monotonic)

    @property
    def spent(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self.began

    def left(self, *, reserve: float = 0) -> float:
        """Return the seconds that may still be spent when *reserve* of them are kept for later."""
        return max(MINIMUM_SECONDS, self.seconds - self.spent - reserve)


def say(message: str) -> None:
    """Tell a user who is watching what is being done."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{message}")
        sys.stderr.flush()
