"""Coroutines that are begun at once, and become tasks only when they wait. Knows nothing of what they do."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any


def begun(coroutine: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
    """Run *coroutine* until it waits for something.

    Return the task that waits with it, None when it has ended. Until it first waits there is no current task:
    what needs one gives way first (`asyncio.sleep(0)`). Python's own eager tasks come with 3.12.
    """
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    return loop.create_task(_continued(coroutine, awaited))


async def _continued(coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    await _Rest(coroutine, awaited)


class _Rest:
    """What is left of a coroutine that was begun outside of its task. awaited: what it waits for."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._coroutine = coroutine
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, None]:
        """Pass on what the coroutine waits for, and what comes of it, until it ends."""
        awaited = self._awaited
        while True:
            proceed: Callable[[Any], Any] = self._coroutine.send
            try:
                given = yield awaited
            except BaseException as error:  # noqa: BLE001  # the coroutine's to deal with, cancellation included
                proceed, given = self._coroutine.throw, error
            try:
                awaited = proceed(given)
            except StopIteration:
                return
