"""How refusals become answers: the one table that knows both the simulation's words and HTTP's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.lifecycle import Refusal, TransitionRefused
from mockserver.server.exchange import Headers, Response, json_response, text_response
from mockserver.simulation.refusals import (
    BatchJobNotFound,
    ColumnUnknown,
    ContextRefused,
    CreatorNotFound,
    EmailTaken,
    NotTheOwner,
    PriceListNotFound,
    SimulationError,
    StrategyUnknown,
    UserNotFound,
)

INVALID, NOT_FOUND, NOT_ALLOWED = "invalid_data", "not_found", "not_allowed"


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the type with which a refusal is answered."""

    status: int
    type: str


ANSWERS: Mapping[type[SimulationError], Answer] = {
    BatchJobNotFound: Answer(404, NOT_FOUND),
    NotTheOwner: Answer(400, NOT_ALLOWED),
    StrategyUnknown: Answer(404, NOT_FOUND),
    ContextRefused: Answer(400, INVALID),
    PriceListNotFound: Answer(404, NOT_FOUND),
    UserNotFound: Answer(404, NOT_FOUND),
    CreatorNotFound: Answer(404, NOT_FOUND),
    EmailTaken: Answer(400, INVALID),
    ColumnUnknown: Answer(400, INVALID),
}


class RequestRefused(Exception):
    """The pipeline refuses a request before any operation sees it."""

    def __init__(self, status: int, kind: str, message: str, *, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.headers = status, kind, message, headers


class Unauthorized(Exception):
    """The caller is not logged in, or the credentials are wrong."""


def response_for(error: Exception) -> Response | None:
    """Return the answer to a refusal, or None when *error* is none."""
    if isinstance(error, RequestRefused):
        return _error(error.status, error.kind, error.message, headers=error.headers)
    if isinstance(error, Unauthorized):
        return text_response("Unauthorized", status=401)
    if isinstance(error, TransitionRefused) and error.transition.refusal is not None:
        return refusal_response(error.transition.refusal)
    if isinstance(error, SimulationError):
        answer = ANSWERS[type(error)]
        return _error(answer.status, answer.type, str(error))
    return None


def refusal_response(refusal: Refusal) -> Response:
    """Return the answer that the document states for a refusal."""
    return _error(refusal.status, refusal.type, refusal.message)


def _error(status: int, kind: str, message: str, *, headers: Headers = ()) -> Response:
    return json_response({"type": kind, "message": message}, status=status, headers=headers)
