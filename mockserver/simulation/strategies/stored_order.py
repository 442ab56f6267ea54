"""The order of keys in stored JSON. Knows nothing of what the JSON means."""

from typing import Any


def in_stored_order(value: Any) -> Any:
    """Return *value* with the keys of every object, at every depth, ordered by their length, then bytewise.

    Clients of the real server see contexts and results in this order, for it keeps them as PostgreSQL's
    jsonb, whose binary form sorts keys so. Lists keep their order. Source: recorded, every read of a job.
    """
    if isinstance(value, dict):
        return {key: in_stored_order(value[key]) for key in sorted(value, key=_rank)}
    if isinstance(value, list | tuple):
        return [in_stored_order(each) for each in value]
    return value


def _rank(key: str) -> tuple[int, bytes]:
    encoded = key.encode("utf-8", "surrogatepass")
    return len(encoded), encoded
