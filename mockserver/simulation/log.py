"""What was said to and fro in one world, lately, and who is told of it. Knows nothing of what was said.

Mutable, and bounded: it forgets what came first. What is remembered crowds the processor's caches, so that
the world which every server has, and which load is put on, remembers little; a copy, as tests have, much.
"""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

FEW, MANY = 64, 1000  # entries


class Log:
    """Entries, numbered from 1 in the order in which they came."""

    __slots__ = ("_entries", "_numbers", "is_closed", "watchers")

    def __init__(self, *, most: int = FEW, first: int = 1) -> None:
        self._entries: deque[tuple[int, Any]] = deque(maxlen=most)
        self._numbers = count(first)
        self.is_closed = False
        # called when something has happened, without being told what
        self.watchers: set[Callable[[], None]] = set()

    def add(self, entry: Any) -> None:
        """Take *entry*."""
        self._entries.append((next(self._numbers), entry))
        if self.watchers:
            self.wake()

    @property
    def added(self) -> int:
        """Return the number of the last entry, 0 before there is one."""
        return int(repr(self._numbers)[len("count(") : -1]) - 1

    def after(self, number: int) -> Iterator[tuple[int, Any]]:
        """Yield what came after the entry with *number*, as far as it is known, each with its number."""
        yield from [each for each in self._entries if each[0] > number]

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
        copy: Log = Log(most=MANY, first=self.added + 1)
        copy._entries.extend(self._entries)
        return copy
