"""The lifecycle of a batch job: which status may follow which, who may ask, and what a refusal says.

It is read from `x-lifecycle` of the BatchJob schema and stated nowhere else. The simulation runs it; the
conformance oracle judges by it. Knows nothing of HTTP, of storage, or of what time it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

PLACE = "schemas/BatchJob.yaml, x-lifecycle"
KEYS = frozenset("by description from on_failure operation refusal to when work".split())  # noqa: SIM905  # legible
PRE_PROCESS, PROCESS = WORK = ("pre_process", "process")  # the parts of a strategy's work


class LifecycleError(ValueError):
    """The document's lifecycle contradicts itself; the message names the place and the remedy."""


class Asker(StrEnum):
    """Who may ask for a transition."""

    CLIENT = "client"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a client is answered who asks for a transition where it may not start."""

    status: int
    type: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A move to a status.

    starts: the statuses where it may start. sets: the instant that it sets.
    operation: the operationId by which a client asks for it; None when the worker moves on its own.
    dry_run: when not None, the move is made only for jobs with this value of `dry_run`.
    work: the part of the job's strategy that has to succeed first, `pre_process` or `process`.
    on_failure: the name of the transition made instead when that work fails.
    """

    name: str
    by: Asker
    starts: frozenset[str]
    to: str
    sets: str
    operation: str | None = None
    refusal: Refusal | None = None
    dry_run: bool | None = None
    work: str | None = None
    on_failure: str | None = None


class TransitionRefused(Exception):
    """A transition was asked for where it may not start."""

    def __init__(self, transition: Transition, status: str) -> None:
        super().__init__(f"{transition.name} may not start from {status}")
        self.transition = transition
        self.status = status


class Living(Protocol):
    """What the lifecycle needs to know of a batch job: its instants, by field name."""

    @property
    def instants(self) -> Mapping[str, datetime]:
        """Return the instants that are set, by field name, for example `confirmed_at`."""


Job = TypeVar("Job", bound=Living)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The table of all statuses and transitions.

    statuses: each outranked by those after it. instants: the instant that each sets, by status.
    transitions: by name, in the document's order; where the worker could make two, it makes the earlier one.
    moves: what the worker does next of its own accord, by status and `dry_run`.
    """

    statuses: tuple[str, ...]
    instants: Mapping[str, str]
    transitions: Mapping[str, Transition]
    moves: Mapping[tuple[str, bool], Transition]
    _furthest_first: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ranked = tuple((self.instants[status], status) for status in reversed(self.statuses))
        object.__setattr__(self, "_furthest_first", ranked)

    @property
    def initial(self) -> str:
        """Return the status of a job that was just created."""
        return self.statuses[0]

    def failure_of(self, attempted: Transition) -> Transition:
        """Return the transition made when *attempted* fails: its own, else the first that any other names.

        Raises LifecycleError where no work may fail.
        """
        names = [attempted.on_failure, *(each.on_failure for each in self.transitions.values())]
        name = next((name for name in names if name is not None), None)
        if name is None:
            raise LifecycleError(f"{PLACE}: no transition names an `on_failure`, so nothing may fail")
        return self.transitions[name]

    def status_of(self, instants: Mapping[str, datetime]) -> str:
        """Return the status that *instants* amount to: the furthest one whose instant is set."""
        for instant, status in self._furthest_first:
            if instant in instants:
                return status
        raise LifecycleError(f"no status has its instant among {_list(instants)}")

    def asked_by(self, asker: Asker) -> tuple[Transition, ...]:
        """Return the transitions that *asker* may ask for, in the document's order."""
        return tuple(each for each in self.transitions.values() if each.by is asker)

    def apply(self, transition: Transition, job: Job, *, at: datetime, anywhere: bool = False) -> Job:
        """Return *job* after *transition*, its instant set to *at*.

        anywhere: the table is not asked, for what only a quirk lets happen. Raises TransitionRefused where it
        may not start.
        """
        status = self.status_of(job.instants)
        if status not in transition.starts and not anywhere:
            raise TransitionRefused(transition, status)
        instants = {**job.instants, transition.sets: at}
        return replace(job, instants=instants, updated_at=at)  # type: ignore[type-var]  # every Living is a dataclass

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Lifecycle":
        """Return the lifecycle that *document*, the value of `x-lifecycle`, describes.

        Raises LifecycleError, which names the place, when it contradicts itself.
        """
        if not isinstance(document, Mapping):
            raise LifecycleError(
                f"{PLACE}: expected a mapping with statuses and transitions, found {document!r}"
            )
        instants = _read_instants(document)
        transitions = {
            name: _read_transition(name, entry, instants=instants)
            for name, entry in _mapping(document, "transitions", PLACE).items()
        }
        _check_failures(transitions)
        _check_operations(transitions)
        return cls(
            statuses=tuple(instants),
            instants=MappingProxyType(instants),
            transitions=MappingProxyType(transitions),
            moves=MappingProxyType(_moves(instants, transitions)),
        )


def _check_failures(transitions: Mapping[str, Transition]) -> None:
    for each in transitions.values():
        place = f"{PLACE}, transitions, {each.name}"
        if each.work is not None and each.on_failure is None:
            raise LifecycleError(f"{place}: work may fail; name the transition made then as `on_failure`")
        if each.on_failure is None:
            continue
        failure = transitions.get(each.on_failure)
        if failure is None:
            raise LifecycleError(
                f"{place}: on_failure names {each.on_failure!r}; known: {_list(transitions)}"
            )
        if failure.by is not Asker.WORKER or failure.work is not None:
            raise LifecycleError(
                f"{place}: on_failure names {failure.name}; name a worker's move without work"
            )
        if missing := each.starts - failure.starts:
            raise LifecycleError(
                f"{place}: when its work fails, {failure.name} is made, which may not start from "
                f"{_list(missing)}; add that to `from` of {failure.name}"
            )


def _check_operations(transitions: Mapping[str, Transition]) -> None:
    asked: dict[str, str] = {}
    for each in transitions.values():
        if each.operation is None:
            continue
        if each.operation in asked:
            raise LifecycleError(
                f"{PLACE}, transitions, {each.name}: the operation {each.operation} asks for "
                f"{asked[each.operation]} already; give each transition an operation of its own"
            )
        asked[each.operation] = each.name


def _moves(
    instants: Mapping[str, str], transitions: Mapping[str, Transition]
) -> dict[tuple[str, bool], Transition]:
    """Return the worker's own moves. A transition that only follows a failure is none."""
    rank = {status: number for number, status in enumerate(instants)}
    failures = {each.on_failure for each in transitions.values()}
    moves: dict[tuple[str, bool], Transition] = {}
    for each in transitions.values():
        if each.by is not Asker.WORKER or each.name in failures:
            continue
        for start in each.starts:
            if rank[start] >= rank[each.to]:
                message = (
                    f"{PLACE}, transitions, {each.name}: the worker would move from {start} to {each.to}, "
                    "which does not outrank it, and never end; let it start from earlier statuses only"
                )
                raise LifecycleError(message)
            for dry_run in (False, True) if each.dry_run is None else (each.dry_run,):
                moves.setdefault((start, dry_run), each)
    return moves


def _read_instants(document: Mapping[str, Any]) -> dict[str, str]:
    instants = {}
    for status, entry in _mapping(document, "statuses", PLACE).items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("instant"), str):
            message = (
                f"{PLACE}, statuses, {status}: say which instant it sets, for example `instant: {status}_at`"
            )
            raise LifecycleError(message)
        instants[status] = entry["instant"]
    if len(set(instants.values())) < len(instants):
        message = f"{PLACE}, statuses: two statuses set the same instant; give each one of its own"
        raise LifecycleError(message)
    return instants


def _read_transition(name: str, entry: Any, *, instants: Mapping[str, str]) -> Transition:
    place = f"{PLACE}, transitions, {name}"
    if not isinstance(entry, Mapping):
        message = f"{place}: expected a mapping with by, from and to, found {entry!r}"
        raise LifecycleError(message)
    if unknown := entry.keys() - KEYS:
        message = f"{place}: unknown key {_list(unknown)}; known: {_list(KEYS)}"
        raise LifecycleError(message)
    by, starts, to = entry.get("by"), entry.get("from"), entry.get("to")
    if not isinstance(by, str) or by not in set(Asker):
        message = f"{place}: `by` is {by!r}; known: {_list(Asker)}"
        raise LifecycleError(message)
    if not isinstance(starts, list) or not starts or any(each not in instants for each in map(str, starts)):
        message = f"{place}: `from` is {starts!r}; expected a list of statuses, known: {_list(instants)}"
        raise LifecycleError(message)
    if not isinstance(to, str) or to not in instants:
        message = f"{place}: `to` is {to!r}; known statuses: {_list(instants)}"
        raise LifecycleError(message)
    if not isinstance(entry.get("on_failure", ""), str):
        message = f"{place}: `on_failure` is {entry['on_failure']!r}; name a transition"
        raise LifecycleError(message)
    if entry.get("work") not in (None, *WORK):
        message = f"{place}: `work` is {entry['work']!r}; known: {_list(WORK)}"
        raise LifecycleError(message)
    if by == Asker.CLIENT and not (isinstance(entry.get("operation"), str) and "refusal" in entry):
        message = f"{place}: a client asks for it, so name the `operation` and the `refusal`"
        raise LifecycleError(message)
    return Transition(
        name=name,
        by=Asker(by),
        starts=frozenset(starts),
        to=to,
        sets=instants[to],
        operation=entry.get("operation"),
        refusal=_read_refusal(entry["refusal"], place) if "refusal" in entry else None,
        dry_run=_read_condition(entry.get("when", {}), place),
        work=entry.get("work"),
        on_failure=entry.get("on_failure"),
    )


def _read_condition(entry: Any, place: str) -> bool | None:
    if (
        not isinstance(entry, Mapping)
        or entry.keys() - {"dry_run"}
        or not isinstance(entry.get("dry_run", True), bool)
    ):
        message = f"{place}: `when` is {entry!r}; known: {{dry_run: true}} and {{dry_run: false}}"
        raise LifecycleError(message)
    return entry.get("dry_run")


def _read_refusal(entry: Any, place: str) -> Refusal:
    try:
        return Refusal(status=int(entry["status"]), type=str(entry["type"]), message=str(entry["message"]))
    except (KeyError, TypeError, ValueError) as error:
        message = f"{place}, refusal: expected status (a number), type and message, found {entry!r}"
        raise LifecycleError(message) from error


def _mapping(document: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any]:
    value = document.get(key)
    if not isinstance(value, Mapping) or not value:
        message = f"{place}: `{key}` must be a mapping with at least one entry, found {value!r}"
        raise LifecycleError(message)
    return value


def _list(names: Any) -> str:
    return ", ".join(sorted(str(name) for name in names))
