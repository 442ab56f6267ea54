"""The heads of requests that were read lately: a client says the same one over and over, load tests no other.

Knows how a head is framed; that it is one, and what it says, the parser has found out when it came before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mockserver.bounded import make_room

MOST, LONGEST = 256, 2 * 1024  # heads, and bytes of one
MOST_SEEN = 1024  # heads that came once
END = b"\r\n\r\n"
# where such a request ends, or what is sent before it has ended, is decided by more than a number of bytes
NOT_PLAIN = frozenset({b"transfer-encoding", b"expect", b"upgrade"})

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Head:
    """The head of a request that leaves its connection open. size, length: in bytes, of it and of the body.

    headers: with names in lower case, in the order in which they came.
    """

    method: str
    path: str
    raw_path: bytes
    query_string: bytes
    headers: tuple[Header, ...]
    size: int
    length: int

    @cached_property
    def texts(self) -> tuple[str, str, Mapping[str, str]]:
        """Return path and query, as they came, and the last header of each name, as texts."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers}
        return self.raw_path.decode("latin-1"), self.query_string.decode("latin-1"), headers


@dataclass(frozen=True, slots=True)
class KnownHeads:
    """Heads by their bytes. Mutable, and bounded: it forgets what it has known longest.

    A head is known from its second time on: many are never seen again.
    """

    _known: dict[bytes, Head] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def at_start_of(self, data: bytes) -> Head | None:
        """Return the head with which *data* begins, if it is known and its body has come too."""
        size = data.find(END, 0, LONGEST) + len(END)
        head = self._known.get(data[:size])
        return None if head is None or len(data) < size + head.length else head

    def learn(
        self, data: bytes, method: str, target: tuple[str, bytes, bytes], headers: Sequence[Header]
    ) -> None:
        """Remember the head of *data*, which was one whole request in HTTP/1.1, and left the connection open.

        method, target, headers: what the parser has found it to say; of the target path, raw path and query.
        """
        size = data.find(END, 0, LONGEST) + len(END)
        lengths = [value for name, value in headers if name == b"content-length"]
        length = int(lengths[0]) if lengths and lengths[0].isdigit() else 0
        # where the parser has found it to end elsewhere, it was framed in another way
        if size < len(END) or len(data) != size + length or len(lengths) > 1:
            return
        if (number := hash(data[:size])) not in self._seen:
            if len(self._seen) >= MOST_SEEN:
                self._seen.clear()
            self._seen.add(number)
        elif NOT_PLAIN.isdisjoint(name for name, _ in headers):
            make_room(self._known, most=MOST)
            self._known[data[:size]] = Head(method, *target, tuple(headers), size, length)
