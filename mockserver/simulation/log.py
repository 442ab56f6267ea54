"""What was said to and fro in one world, lately, and who is told of it. Knows nothing of what was said.

Mutable, and bounded: when there is too much of it, it forgets what came first.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

MOST_ENTRIES = 500
MOST_BYTES = 4 * 1024 * 1024


class Log:
    """Entries, numbered from 1 in the order in which they came."""

    __slots__ = ("_bytes", "_entries", "added", "is_closed", "watchers")

    def __init__(self) -> None:
        self._entries: deque[tuple[Any, int]] = deque()
        self._bytes = 0
        self.added = 0  # entries, those among them that are forgotten
        self.is_closed = False
        self.watchers: set[Callable[[], None]] = (
            set()
        )  # called when something has happened, without knowing what

    def add(self, entry: Any, *, size: int) -> None:
        """Take *entry*, which keeps so many bytes."""
        entries = self._entries
        entries.append((entry, size))
        self.added += 1
        self._bytes += size
        while len(entries) > MOST_ENTRIES or (self._bytes > MOST_BYTES and len(entries) > 1):
            self._bytes -= entries.popleft()[1]
        if self.watchers:
            self.wake()

    def after(self, number: int) -> Iterator[tuple[int, Any]]:
        """Yield what came after the entry with *number*, as far as it is known, each with its number."""
        first = self.added - len(self._entries) + 1
        start = max(number + 1, first)
        entries = list(islice(self._entries, start - first, None))
        yield from enumerate((entry for entry, _ in entries), start)

    def clear(self) -> None:
        """Forget all entries; the numbers go on."""
        self._entries.clear()
        self._bytes = 0

    def wake(self) -> None:
        """Tell those who watch that something has happened."""
        for watcher in list(self.watchers):
            watcher()

    def close(self) -> None:
        """Tell those who watch that nothing more will happen."""
        self.is_closed = True
        self.wake()

    def forked(self) -> "Log":
        """Return a log with the same entries, which nobody watches."""
        copy = Log()
        copy._entries, copy._bytes, copy.added = self._entries.copy(), self._bytes, self.added
        return copy
