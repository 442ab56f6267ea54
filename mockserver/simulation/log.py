"""What was said to and fro in one world, lately, and who is told of it. Knows nothing of what was said.

Mutable, and bounded: it forgets what came first. What is remembered crowds the processor's caches, so that
the world which every server has, and which load is put on, remembers little; a copy, as tests have, much.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

FEW, MANY = 64, 1000  # entries


class Log:
    """Entries, numbered from 1 in the order in which they came. added: the number of the last one, or 0."""

    __slots__ = ("_entries", "added", "is_closed", "watchers")

    def __init__(self, *, most: int = FEW, added: int = 0) -> None:
        self._entries: deque[Any] = deque(maxlen=most)
        self.added = added
        self.is_closed = False
        # called when something has happened, without being told what
        self.watchers: set[Callable[[], None]] = set()

    def add(self, entry: Any) -> None:
        """Take *entry*."""
        self._entries.append(entry)
        self.added += 1
        if self.watchers:
            self.wake()

    def after(self, number: int) -> Iterator[tuple[int, Any]]:
        """Yield what came after the entry with *number*, as far as it is known, each with its number."""
        forgotten = self.added - len(self._entries)
        known = list(islice(self._entries, max(0, number - forgotten), None))
        yield from enumerate(known, max(number, forgotten) + 1)

    def clear(self) -> None:
        """Forget all entries; the numbers go on."""
        self._entries.clear()

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
        copy: Log = Log(most=MANY, added=self.added)
        copy._entries.extend(self._entries)
        return copy
