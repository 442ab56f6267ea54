"""The order of keys in stored JSON. Knows nothing of what the JSON means."""

import json
from functools import lru_cache
from typing import Any

LEAVES = frozenset({str, int, bool, float, type(None)})
KEYS = 256  # sets of keys whose order is remembered: most objects have those of others
DEEPEST = 100  # levels that Python's own recursion is asked for


def in_stored_order(value: Any) -> Any:
    """Return *value*, JSON, with the keys of every object, at every depth, ordered by length, then bytewise.

    Clients of the real server see contexts and results in this order, for it keeps them as PostgreSQL's
    jsonb, whose binary form sorts keys so. Lists keep their order. Source: recorded, every read of a job.
    """
    try:
        return _in_order(value, DEEPEST)
    except RecursionError:
        # by way of JSON text, whose reader goes to any depth that the server lets in
        return json.loads(json.dumps(value), object_pairs_hook=_ordered)


def _in_order(value: Any, depth: int) -> Any:
    if not depth:
        raise RecursionError
    if isinstance(value, dict):
        stored = {}
        for key in _in_turn(tuple(value)):
            each = value[key]
            stored[key] = each if type(each) in LEAVES else _in_order(each, depth - 1)
        return stored
    if isinstance(value, list | tuple):
        return [each if type(each) in LEAVES else _in_order(each, depth - 1) for each in value]
    return value


@lru_cache(KEYS)
def _in_turn(keys: tuple[str, ...]) -> list[str]:
    # code points are in the order of their UTF-8, but take more or less room in it
    return sorted(sorted(keys), key=len if "".join(keys).isascii() else _bytes_in)


def _bytes_in(key: str) -> int:
    return len(key.encode("utf-8", "surrogatepass"))


def _ordered(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(sorted(entries, key=_rank))


def _rank(entry: tuple[str, Any]) -> tuple[int, bytes]:
    encoded = entry[0].encode("utf-8", "surrogatepass")
    return len(encoded), encoded
