"""What no context may hold, whatever the type of its job."""

from collections.abc import Mapping
from typing import Any

from mockserver.simulation.refusals import ContextRefused


def storable(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return *context* as it can be stored: the same, without any `__proto__`, at any depth.

    Raises ContextRefused for the NUL character, and for the key `constructor` unless its value is null. The
    real server answers 500 to both. Source: recorded, create/export context NUL char and create/export
    context proto key, which has both keys; measured one by one, `__proto__` alone is dropped silently.
    """
    return {key: _storable(value) for key, value in _allowed(context)}


def _storable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _storable(each) for key, each in _allowed(value)}
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    if isinstance(value, str):
        _refuse_nul(value)
    return value


def _allowed(entries: Mapping[str, Any]) -> list[tuple[str, Any]]:
    for key, value in entries.items():
        _refuse_nul(key)
        if key == "constructor" and value is not None:
            message = "context must not contain the key constructor"
            raise ContextRefused(message)
    return [(key, value) for key, value in entries.items() if key not in {"__proto__", "constructor"}]


def _refuse_nul(text: str) -> None:
    if "\0" in text:
        message = "context must not contain the NUL character"
        raise ContextRefused(message)
