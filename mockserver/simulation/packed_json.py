"""JSON values as bytes, packed and unpacked in about 1 us. Knows nothing of what they mean."""

import json
import math
from functools import lru_cache
from typing import Any

import orjson

WRITTEN_BY_JSON = b" "  # stands before what orjson could not write

SHARED, LONGEST_SHARED = 256, 1024  # values, and bytes of one
WITHOUT_FLOATS = frozenset({str, int, bool, type(None)})


def packed_json(value: Any) -> bytes:
    """Return *value* as JSON text from which `unpacked_json` makes an equal one."""
    try:
        packed = orjson.dumps(value)
    except TypeError:  # deeper, longer or stranger than orjson writes
        return WRITTEN_BY_JSON + json.dumps(value).encode("ascii")
    if b"null" in packed and not is_finite(value):
        return WRITTEN_BY_JSON + json.dumps(value).encode("ascii")
    return packed


def unpacked_json(packed: bytes) -> Any:
    """Return the value that was packed."""
    return json.loads(packed) if packed.startswith(WRITTEN_BY_JSON) else orjson.loads(packed)


def shared_json(packed: bytes) -> Any:
    """Return the value that was packed, as nobody may change it: equal texts that came lately have one."""
    return _shared_json(packed) if len(packed) <= LONGEST_SHARED else unpacked_json(packed)


_shared_json = lru_cache(SHARED)(unpacked_json)


def is_finite(value: Any) -> bool:
    """Return whether no number in *value* is infinite or none at all, which orjson would write as null."""
    if isinstance(value, float):
        return math.isfinite(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in parts:  # noqa: SIM110  # this is asked of every context with a null: a generator takes twice as long
        if type(each) not in WITHOUT_FLOATS and not is_finite(each):
            return False
    return True
