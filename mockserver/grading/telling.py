"""What lies are built of: each function gives a Lie that is told at the door in one general way.

Knows how to tell, and no defect.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.grading.defect import EVERYWHERE, LIST, Answered, Ask, Asked, Lie

Job = Mapping[str, Any]
OK, BAD_REQUEST = 200, 400
NOT_THEIRS = "does not belong"


def shows(change: Callable[[Job], Mapping[str, Any]], *operations: str) -> Lie:
    """Return the lie that *change* tells of every job that *operations* show; of all when none is named.

    change: takes a job as it is and gives the properties that are told otherwise; those that the client
    did not select are left out.
    """

    def retold(job: Job) -> Job:
        return {**job, **{name: value for name, value in change(job).items() if name in job}}

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            return of_each_job(await ask(asked), retold)

        return tell

    return Lie(operations=operations or EVERYWHERE, make=make)


def of_each_job(answered: Answered, retold: Callable[[Job], Job]) -> Answered:
    """Return the answer with each job *retold* that it shows."""
    payload = answered.payload
    if answered.job:
        return answered.saying({**payload, "batch_job": retold(answered.job)})
    if answered.status == OK and isinstance(payload, dict) and "batch_jobs" in payload:
        return answered.saying({**payload, "batch_jobs": [retold(each) for each in payload["batch_jobs"]]})
    return answered


def answers(change: Callable[[Answered], Answered], *operations: str) -> Lie:
    """Return the lie that gives every answer of *operations* as *change* makes it."""

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            return change(await ask(asked))

        return tell

    return Lie(operations=operations, make=make)


def forgives(status: int, otherwise: Callable[[Asked], Asked | None], *operations: str) -> Lie:
    """Return the lie that asks *otherwise* where the truth is a refusal with *status*.

    otherwise: gives the request that is answered instead, or None where the refusal stays.
    """

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            answered = await ask(asked)
            instead = otherwise(asked) if answered.status == status else None
            return answered if instead is None else await ask(instead)

        return tell

    return Lie(operations=operations, make=make)


def refuses(
    operation: str, message: str, *, when: Callable[[Job, Asked], bool], kind: str = "not_allowed"
) -> Lie:
    """Return the lie that refuses what *operation* asks of a job, *when* that is so.

    when: takes the job as it is and the request. A create is judged before it happens, by its own
    body, if the caller is logged in.
    """

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            seen = await ask(asked.retrieving(asked.job_id) if asked.job_id else asked.listing("limit=1"))
            job = seen.job if asked.job_id else asked.payload
            if seen.status == OK and isinstance(job, dict) and when(job, asked):
                return refusal(message, kind=kind)
            return await ask(asked)

        return tell

    return Lie(operations=(operation,), make=make)


def refusal(message: str, *, status: int = BAD_REQUEST, kind: str = "not_allowed") -> Answered:
    """Return a refusal of the usual shape."""
    return Answered(status=status, headers=(), body=b"").saying({"type": kind, "message": message})


def shrugs_off(operation: str, *, when: Callable[[Job], bool]) -> Lie:
    """Return the lie that answers a refused transition with 200 and the job as it is, *when* that is so."""

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            answered = await ask(asked)
            if answered.status != BAD_REQUEST:
                return answered
            seen = await ask(asked.retrieving(asked.job_id))
            return seen if seen.job and when(seen.job) else answered

        return tell

    return Lie(operations=(operation,), make=make)


def lists(otherwise: Callable[[Asked], Asked]) -> Lie:
    """Return the lie that lists what *otherwise* asks for, where the truth is a list.

    Which limit and which offset were asked for is told truly.
    """

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            answered, instead = await ask(asked), otherwise(asked)
            if answered.status != OK or instead is asked:
                return answered
            other = await ask(instead)
            echo = {name: answered.payload[name] for name in ("offset", "limit")}
            return other.saying({**other.payload, **echo}) if other.status == OK else other

        return tell

    return Lie(operations=(LIST,), make=make)


def pages(change: Callable[[dict[str, Any], Asked], Mapping[str, Any]]) -> Lie:
    """Return the lie that tells of each list what *change* makes of it: its keys that are told otherwise."""

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            answered = await ask(asked)
            if answered.status != OK:
                return answered
            return answered.saying({**answered.payload, **change(answered.payload, asked)})

        return tell

    return Lie(operations=(LIST,), make=make)


def message_of(answered: Answered) -> str:
    """Return the message of a refusal; empty where there is none."""
    return str(answered.payload.get("message", "")) if isinstance(answered.payload, dict) else ""


def not_theirs(answered: Answered) -> bool:
    """Return whether it refuses a job because another user created it."""
    return answered.status == BAD_REQUEST and NOT_THEIRS in message_of(answered)
