"""What was worked out once and need not be worked out again. Knows nothing of what it is.

Mutable, and bounded: when it is full, it forgets what it learnt first.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from mockserver.bounded import make_room
from mockserver.simulation.strategy import WorkFailed

Value = TypeVar("Value")
MOST = 1024


class Memo:
    """Values by key, and failures of work, which are raised anew."""

    def __init__(self, *, most: int = MOST) -> None:
        self._known: dict[Hashable, tuple[Any, Sequence[Any] | None]] = {}
        self._most = most

    def forked(self) -> "Memo":
        """Return a memo that knows the same, and learns on its own."""
        copy = Memo(most=self._most)
        copy._known = self._known.copy()
        return copy

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what *make* gives, or gave before for an equal *key*. Raises WorkFailed where it did."""
        known = self._known.get(key)
        if known is None:
            known = _outcome(make)
            make_room(self._known, most=self._most)
            self._known[key] = known
        value, errors = known
        if errors is not None:
            raise WorkFailed(*errors)
        return value  # type: ignore[no-any-return]  # as it was made


def _outcome(make: Callable[[], Any]) -> tuple[Any, Sequence[Any] | None]:
    try:
        return make(), None
    except WorkFailed as failure:
        return None, failure.errors
