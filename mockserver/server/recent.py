"""The last answers to clients that poll, for as long as what they tell of has not changed.

Knows no operation.
"""

from collections.abc import Callable
from typing import Any

from mockserver.server.exchange import Response, entity_tag

MOST = 256  # answers kept; each takes about 1.5 KB


class RecentAnswers:
    """Answers by the values that they tell of. Mutable: it forgets what it has known longest."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, Any, Response]] = {}

    def of(self, name: str, value: Any, beside: Any, make: Callable[[], Response]) -> Response:
        """Return what *make* gives of the frozen *value* and *beside*, or gave when they were the same.

        name: what the values go by. An answer that is given again was judged before, and has its entity tag.
        """
        known = self._known.get(name)
        if known is not None and known[0] is value and known[1] is beside:
            return known[2]
        answer = make()
        if known is None and len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        tag = (b"etag", entity_tag(answer.body))
        self._known[name] = (value, beside, answer._replace(payload=None, headers=(*answer.headers, tag)))
        return answer
