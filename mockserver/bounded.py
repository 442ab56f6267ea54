"""Mappings that forget: what was worked out once is kept, as long as there is room. Knows nothing of what."""

from itertools import islice
from typing import Any


def make_room(known: dict[Any, Any], *, most: int) -> None:
    """Let *known* take one entry more and have at most *most*: it forgets the older half when it is full.

    Half of them at once, because the first entry of a dict is found the more slowly the more of those before
    it were taken away one by one.
    """
    if len(known) >= most:
        for key in list(islice(known, max(1, most // 2))):
            del known[key]
