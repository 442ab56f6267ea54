"""Defects of the sixth kind: an answer has another status or another shape than the contract says."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from mockserver.grading.defect import (
    CANCEL,
    CONFIRM,
    CREATE,
    EVERYWHERE,
    LIST,
    OF_ONE_JOB,
    RETRIEVE,
    WHO_AM_I,
    Answered,
    Defect,
    Lie,
)
from mockserver.grading.kind import Kind
from mockserver.grading.telling import BAD_REQUEST, OK, answers, not_theirs

CREATED, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 201, 401, 403, 404, 409
GUARDED = (*EVERYWHERE, WHO_AM_I)
_request = partial(Defect, kind=Kind.REQUESTS)


def _is_refusal(answered: Answered) -> bool:
    return answered.status >= BAD_REQUEST and isinstance(answered.payload, dict)


def _refusals(change: Callable[[dict[str, Any]], Any], *operations: str) -> Lie:
    """Return the lie that gives the body of each JSON refusal as *change* makes it."""
    return answers(
        lambda answered: answered.saying(change(answered.payload)) if _is_refusal(answered) else answered,
        *(operations or EVERYWHERE),
    )


def _as_status(status: int, when: Callable[[Answered], bool], *operations: str) -> Lie:
    """Return the lie that gives another *status*, *when* an answer is so."""
    return answers(
        lambda answered: replace(answered, status=status) if when(answered) else answered, *operations
    )


def _refused_transition(answered: Answered) -> bool:
    return answered.status == BAD_REQUEST and not not_theirs(answered)


def _unknown_job_is_null(answered: Answered) -> Answered:
    return answered.saying({"batch_job": None}, status=OK) if answered.status == NOT_FOUND else answered


def _without_keys(*names: str) -> Callable[[dict[str, Any]], Any]:
    return lambda body: {name: value for name, value in body.items() if name not in names}


def _json_unauthorized(answered: Answered) -> Answered:
    if answered.status != UNAUTHORIZED:
        return answered
    return answered.saying({"type": "unauthorized", "message": "Unauthorized"})


SHAPES = (
    _request(
        name="others-are-forbidden",
        lies="Another user's job is refused with 403.",
        missing="Read a job as a second user, and expect 400 not_allowed, not 403.",
        lie=_as_status(FORBIDDEN, not_theirs, *OF_ONE_JOB),
    ),
    _request(
        name="unauthorized-is-forbidden",
        lies="Whoever is not logged in is answered 403.",
        missing="Read without credentials, and expect 401, not 403.",
        lie=_as_status(FORBIDDEN, lambda answered: answered.status == UNAUTHORIZED, *GUARDED),
    ),
    _request(
        name="unauthorized-as-json",
        lies="A 401 has a JSON body.",
        missing="Read without credentials, and expect text/plain that says Unauthorized.",
        lie=answers(_json_unauthorized, *GUARDED),
    ),
    _request(
        name="refused-transitions-conflict",
        lies="A refused transition is answered 409.",
        missing="Cancel a completed job, and expect 400, not 409.",
        lie=_as_status(CONFLICT, _refused_transition, CONFIRM, CANCEL),
    ),
    _request(
        name="refused-transitions-are-invalid-data",
        lies="A refused transition has the type invalid_data.",
        missing="Confirm a job that is not pre-processed, and expect the type not_allowed.",
        lie=_refusals(
            lambda body: {**body, "type": "invalid_data"} if body.get("type") == "not_allowed" else body,
            CONFIRM,
            CANCEL,
        ),
    ),
    _request(
        name="unknown-job-is-a-bad-request",
        lies="A job that there is not is answered 400.",
        missing="Read, confirm and cancel an unknown job, and expect 404.",
        lie=_as_status(BAD_REQUEST, lambda answered: answered.status == NOT_FOUND, *OF_ONE_JOB),
    ),
    _request(
        name="unknown-job-is-null",
        lies="Reading a job that there is not is answered 200 with null.",
        missing="Read an unknown job, and expect 404.",
        lie=answers(_unknown_job_is_null, RETRIEVE),
    ),
    _request(
        name="created-is-ok",
        lies="A create is answered 200.",
        missing="Create a job, and expect 201, not 200.",
        lie=_as_status(OK, lambda answered: answered.status == CREATED, CREATE),
    ),
    _request(
        name="created-without-status",
        lies="The job that a create answers has no status.",
        missing="Create a job, and expect the status created in the answer.",
        lie=answers(
            lambda answered: (
                answered.saying({"batch_job": _without_keys("status")(dict(answered.job))})
                if answered.job
                else answered
            ),
            CREATE,
        ),
    ),
    _request(
        name="job-under-another-key",
        lies="One job is shown under the key batchJob.",
        missing="Read a job, and expect it under the key batch_job.",
        lie=answers(
            lambda answered: answered.saying({"batchJob": answered.job}) if answered.job else answered,
            CREATE,
            *OF_ONE_JOB,
        ),
    ),
    _request(
        name="json-as-text",
        lies="Lists come with the content type text/html.",
        missing="List, and expect the content type application/json.",
        lie=answers(
            lambda answered: (
                answered.with_body(answered.body, content_type="text/html; charset=utf-8")
                if answered.status == OK
                else answered
            ),
            LIST,
        ),
    ),
    _request(
        name="errors-without-type",
        lies="A refusal has no type.",
        missing="Have a request refused, and expect the type in the body.",
        lie=_refusals(_without_keys("type")),
    ),
    _request(
        name="errors-without-message",
        lies="A refusal has no message.",
        missing="Have a request refused, and expect a message in the body.",
        lie=_refusals(_without_keys("message")),
    ),
    _request(
        name="errors-in-an-envelope",
        lies="A refusal is wrapped into the key error.",
        missing="Have a request refused, and expect type and message at the top of the body.",
        lie=_refusals(lambda body: {"error": body}),
    ),
)
