"""What is done at once, and becomes a task only when it waits. Knows nothing of what that is."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any


class _Done(Coroutine[Any, Any, None]):
    """A coroutine that has nothing left to do: to make one that says just that would take longer."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, None]:
        yield from ()

    def send(self, _: Any) -> Any:
        """End, for there is nothing to do."""
        raise StopIteration

    def throw(self, *error: Any) -> Any:
        """Raise *error*."""
        raise error[0]

    def close(self) -> None:
        """Do nothing."""


DONE = _Done()


def begun(coroutine: Coroutine[Any, Any, None]) -> Awaitable[None]:
    """Run *coroutine* until it waits for something.

    Return the rest of it, for a task to await, DONE when it has ended. Raises what it raises. Until it first
    waits there is no current task: what needs one gives way first (`asyncio.sleep(0)`). Python's own eager
    tasks come with 3.12.
    """
    if coroutine is DONE:
        return DONE
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return DONE
    return _Rest(coroutine, awaited)


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
