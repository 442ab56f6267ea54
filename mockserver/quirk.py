"""A quirk: a recorded habit of the real server that contradicts its own contract. Off unless asked for.

Each is one value, which stands beside what it changes; code asks `SOME_QUIRK in quirks` at that one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One habit. does: what the real server does. matters: why that matters to a client.

    evidence: the recording that shows it, `group/case`.
    """

    name: str
    does: str
    matters: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Quirks:
    """The quirks that are on; none by default."""

    on: frozenset[Quirk] = frozenset()

    def __contains__(self, quirk: Quirk) -> bool:
        return quirk in self.on

    @classmethod
    def of(cls, quirks: Iterable[Quirk]) -> "Quirks":
        """Return those *quirks*, on."""
        return cls(frozenset(quirks))


NO_QUIRKS = Quirks()
