"""What goes wrong between a world and its clients, and when that ends by itself.

Knows whom a fault strikes, how often and how long; what it looks like on the wire is the server's.
`fault.schema.yaml`, beside this file, says what a fault is in JSON.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from types import MappingProxyType
from typing import Any

from mockserver.simulation.clock import to_json as instant_to_json
from mockserver.simulation.duration import DurationUnreadable, duration_of

LATENCY, STATUS, RESET = "latency", "status", "reset"
TRUNCATED, MALFORMED, STALLED = "truncated", "malformed", "stalled"
STALLED_SECONDS = 60.0


class FaultRefused(ValueError):
    """What was asked for is no fault; the message names the place and the remedy."""


class FaultUnknown(LookupError):
    """There is no such fault, or it has ended; the message lists those that hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    id: given when it is added. operation: the one it strikes, by its id; None strikes them all.
    count: how many requests it has yet to strike; None for any number. until: the first instant at which it
    does not hold any more. probability: of striking a request that comes its way.
    milliseconds, spread: of latency, drawn evenly from *milliseconds* less *spread* to as much more.
    status: the error with which it answers. after_bytes: of the body, until it stalls; None for half of them.
    seconds: how long it stalls.
    met: the requests that came its way. struck: those of them that it struck.
    """

    kind: str
    id: str = ""
    operation: str | None = None
    count: int | None = None
    until: datetime | None = None
    probability: float = 1
    milliseconds: float = 0
    spread: float = 0
    status: int | None = None
    after_bytes: int | None = None
    seconds: float = STALLED_SECONDS
    met: int = 0
    struck: int = 0

    @classmethod
    def of_json(cls, value: Any, *, at: datetime, operations: Collection[str] | None = None) -> "Fault":
        """Return the fault that *value* describes, by `fault.schema.yaml`. Raises FaultRefused.

        at: the present instant, from which `for` is counted. operations: those there are, by their ids; None
        lets every name pass.
        """
        if not isinstance(value, Mapping):
            raise FaultRefused('a fault is an object, such as {"kind": "latency", "milliseconds": 200}')
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in PARAMETERS:
            raise FaultRefused(f"kind: {_shown(kind)} is none; known: {', '.join(PARAMETERS)}")
        own = PARAMETERS[kind]
        for name in value:
            if name not in own and name not in COMMON:
                known = ", ".join([*own, *COMMON])
                raise FaultRefused(f"{name}: a fault of kind {kind} has no such member; it has {known}")
        missing = [name for name, number in own.items() if number.is_required and name not in value]
        if missing:
            raise FaultRefused(f"{missing[0]}: missing; give {own[missing[0]].description}")
        numbers: dict[str, Any] = {
            name: number.read(value[name], name)
            for name, number in {**own, **COUNTED}.items()
            if name in value
        }
        return cls(
            kind=kind,
            id=_text(value, "id") or "",
            operation=_operation(value, operations),
            until=_until(value, at=at),
            **numbers,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the fault as JSON; `of_json` reads it again."""
        members = {name: getattr(self, name) for name in PARAMETERS[self.kind]}
        members |= {"operation": self.operation, "count": self.count}
        members |= {"until": None if self.until is None else instant_to_json(self.until)}
        members |= {"probability": None if self.probability == 1 else self.probability}
        set_ = {name: value for name, value in members.items() if value is not None}
        return {"id": self.id, "kind": self.kind, **set_, "met": self.met, "struck": self.struck}

    def holds(self, at: datetime) -> bool:
        """Return whether it has not ended by itself at the instant *at*."""
        return self.count != 0 and (self.until is None or at < self.until)


class Faults:
    """The faults of one world, in the order in which they were added. Mutable: they are counted down.

    held: those that had not ended when somebody last looked.
    """

    __slots__ = ("_chance", "_numbered", "held")

    def __init__(self, chance: Callable[[str], Random]) -> None:
        """Make a world's faults; there are none. chance: gives the chance of a thing, by its name."""
        self.held: tuple[Fault, ...] = ()
        self._chance = chance
        self._numbered = 0

    def __bool__(self) -> bool:
        return bool(self.held)

    def add(self, fault: Fault) -> Fault:
        """Return *fault* with an id, having met nobody; from now on it holds, after those that do already."""
        self._numbered += 1
        added = replace(fault, id=f"fault_{self._numbered}", met=0, struck=0)
        self.held = (*self.held, added)
        return added

    def remove(self, fault_id: str) -> Fault:
        """Return the fault that has that id; it is at its end. Raises FaultUnknown."""
        for fault in self.held:
            if fault.id == fault_id:
                self.held = tuple(each for each in self.held if each is not fault)
                return fault
        known = ", ".join(each.id for each in self.held) or "none"
        raise FaultUnknown(f"there is no fault {fault_id!r}, or it has ended; there are: {known}")

    def clear(self) -> None:
        """End all of them."""
        self.held = ()

    def listed(self, *, at: datetime) -> Sequence[Fault]:
        """Return those that hold at the instant *at*, in the order in which they were added."""
        self.held = tuple(each for each in self.held if each.holds(at))
        return self.held

    def take(self, operation: str, *, at: datetime) -> Sequence[Fault]:
        """Return what strikes a request for *operation* at the instant *at*, and count it.

        Latencies add up, and another fault may come after them: the first of the others, at most, is last.
        The latency of each is drawn: it has no spread any more.
        """
        striking: list[Fault] = []
        kept: list[Fault] = []
        for fault in self.listed(at=at):
            is_over = bool(striking) and striking[-1].kind != LATENCY
            if is_over or fault.operation not in (None, operation):
                kept.append(fault)
                continue
            met, strikes = self._met(fault)
            kept.append(met)
            if strikes:
                striking.append(self._drawn(fault))
        self.held = tuple(each for each in kept if each.holds(at))
        return striking

    def _met(self, fault: Fault) -> tuple[Fault, bool]:
        chance = self._chance(f"{fault.id} whether {fault.met}").random() if fault.probability < 1 else 0
        if chance >= fault.probability:
            return replace(fault, met=fault.met + 1), False
        left = None if fault.count is None else fault.count - 1
        return replace(fault, met=fault.met + 1, struck=fault.struck + 1, count=left), True

    def _drawn(self, fault: Fault) -> Fault:
        if not fault.spread:
            return fault
        chance = self._chance(f"{fault.id} how long {fault.met}")
        drawn = fault.milliseconds + chance.uniform(-fault.spread, fault.spread)
        return replace(fault, milliseconds=max(0, drawn), spread=0)

    def forked(self, chance: Callable[[str], Random] | None = None) -> "Faults":
        """Return faults that go on from here on their own. chance: another one; None for the same."""
        fork = Faults(chance or self._chance)
        fork.held, fork._numbered = self.held, self._numbered
        return fork

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON; `of_json` reads it again."""
        return {"numbered": self._numbered, "held": [each.to_json() for each in self.held]}

    @classmethod
    def of_json(cls, value: Mapping[str, Any], chance: Callable[[str], Random], *, at: datetime) -> "Faults":
        """Return what `to_json` wrote. Raises FaultRefused."""
        faults = cls(chance)
        faults.held = tuple(Fault.of_json(each, at=at) for each in value["held"])
        faults._numbered = value["numbered"]
        return faults


# ---- reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """A number in the description of a fault. is_whole: it is an int. is_above: it is not *least* itself."""

    description: str
    least: float = 0
    most: float | None = None
    is_whole: bool = False
    is_required: bool = False
    is_above: bool = False

    def read(self, value: Any, name: str) -> float:
        """Return *value*, if it is such a number. Raises FaultRefused."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not self._allows(value) or (self.is_whole and value != int(value)):
            raise FaultRefused(f"{name}: {_shown(value)} is not {self.description}")
        return int(value) if self.is_whole else value

    def _allows(self, value: float) -> bool:
        is_enough = value > self.least if self.is_above else value >= self.least
        return is_enough and (self.most is None or value <= self.most)


PARAMETERS: Mapping[str, Mapping[str, _Number]] = MappingProxyType(
    {
        LATENCY: {
            "milliseconds": _Number(
                description="milliseconds, from 0 to 600000", most=600_000, is_required=True
            ),
            "spread": _Number(description="milliseconds, from 0 to 600000", most=600_000),
        },
        STATUS: {
            "status": _Number(
                description="the status of an error, from 400 to 599",
                least=400,
                most=599,
                is_whole=True,
                is_required=True,
            )
        },
        RESET: {},
        TRUNCATED: {},
        MALFORMED: {},
        STALLED: {
            "after_bytes": _Number(description="a number of bytes", most=2**53, is_whole=True),
            "seconds": _Number(description="seconds, from 0 to 3600", most=3600),
        },
    }
)
COUNTED: Mapping[str, _Number] = MappingProxyType(
    {
        "count": _Number(description="how often, from 1", least=1, most=2**53, is_whole=True),
        "probability": _Number(description="more than 0 and at most 1", most=1, is_above=True),
        "met": _Number(description="how often, from 0", most=2**53, is_whole=True),
        "struck": _Number(description="how often, from 0", most=2**53, is_whole=True),
    }
)
COMMON = ("kind", "operation", "count", "for", "until", "probability", "id", "met", "struck")


def _text(value: Mapping[str, Any], name: str) -> str | None:
    text = value.get(name)
    if text is not None and not isinstance(text, str):
        raise FaultRefused(f"{name}: {_shown(text)} is not a string")
    return text


def _operation(value: Mapping[str, Any], operations: Collection[str] | None) -> str | None:
    operation = _text(value, "operation")
    if operation is not None and operations is not None and operation not in operations:
        known = ", ".join(sorted(operations))
        raise FaultRefused(f"operation: {operation!r} is none; known: {known}; leave it out for all of them")
    return operation


def _until(value: Mapping[str, Any], *, at: datetime) -> datetime | None:
    lasts, until = _text(value, "for"), _text(value, "until")
    if lasts is not None and until is not None:
        raise FaultRefused("until: give either for or until; both say when the fault ends")
    try:
        if lasts is not None:
            return _in_milliseconds(at + duration_of(lasts))
    except (DurationUnreadable, OverflowError) as error:
        raise FaultRefused(f"for: {error}") from error
    if until is None:
        return None
    try:
        instant = datetime.fromisoformat(until)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise FaultRefused(f"until: {until!r} is no instant; write 2026-11-22T01:44:43.725Z")
    return _in_milliseconds(instant.astimezone(UTC))


def _in_milliseconds(instant: datetime) -> datetime:
    """Return *instant* as exactly as it can be shown."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004  # as much as fits in a line
