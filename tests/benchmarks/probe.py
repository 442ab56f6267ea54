"""Latencies as one client sees them that asks again as soon as it is answered."""

import gc
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.benchmarks.calls import Call, Client


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Keep our own garbage collector from pausing the client: pauses are to be the server's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def latencies(port: int, calls: Sequence[Call], *, while_: Callable[[int], bool]) -> list[float]:
    """Return the seconds that each call took.

    *calls* are made in turn, for as long as *while_* holds, which is told how many there were.
    """
    took: list[float] = []
    turn = itertools.cycle(calls)
    with without_garbage_collection(), Client(port) as client:
        client.ask(calls[0])  # opens the connection
        while while_(len(took)):
            call = next(turn)
            began = time.perf_counter()
            client.ask(call)
            took.append(time.perf_counter() - began)
    return took
