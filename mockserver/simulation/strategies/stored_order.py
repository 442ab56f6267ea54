"""The order of keys in stored JSON. Knows nothing of what the JSON means."""

import json
from typing import Any


def in_stored_order(value: Any) -> Any:
    """Return *value*, JSON, with the keys of every object, at every depth, ordered by length, then bytewise.

    Clients of the real server see contexts and results in this order, for it keeps them as PostgreSQL's
    jsonb, whose binary form sorts keys so. Lists keep their order. Source: recorded, every read of a job.
    """
    # by way of JSON text, whose reader goes to any depth that the server lets in; Python's own recursion does
    # not
    return json.loads(json.dumps(value), object_pairs_hook=_ordered)


def _ordered(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(sorted(entries, key=_rank))


def _rank(entry: tuple[str, Any]) -> tuple[int, bytes]:
    encoded = entry[0].encode("utf-8", "surrogatepass")
    return len(encoded), encoded
