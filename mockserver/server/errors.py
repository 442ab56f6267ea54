"""How refusals become answers: the one table that knows both the simulation's words and HTTP's numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from mockserver.lifecycle import Refusal, TransitionRefused
from mockserver.quirk import NO_QUIRKS, Quirk, Quirks
from mockserver.server.exchange import Headers, Request, Response, json_response, text_response
from mockserver.server.html_pages import HTML, HTML_HEADERS, cannot_page
from mockserver.simulation.refusals import (
    BatchJobNotFound,
    CannotBecome,
    ColumnUnknown,
    ContextRefused,
    CreatorNotFound,
    EmailTaken,
    NotForeseen,
    NotTheOwner,
    PriceListNotFound,
    ScenarioNotForType,
    ScenarioUnknown,
    SimulationError,
    SnapshotRefused,
    StrategyUnknown,
    TooManyWorlds,
    UserNotFound,
    WorldExists,
    WorldLasts,
    WorldNameRefused,
    WorldUnknown,
)

INVALID, NOT_FOUND, NOT_ALLOWED, TOO_MANY = "invalid_data", "not_found", "not_allowed", "too_many"


HTML_ERROR_PAGES = Quirk(
    name="html-error-pages",
    does="a malformed body, one too large or in another encoding, an unknown path or method get an HTML page",
    matters="a client that parses every answer as JSON fails while it reads the error; there is no 405",
    evidence="http/invalid json",
)
BARE_UNAUTHORIZED = Quirk(
    name="bare-unauthorized",
    does="the body of a 401 comes without a content type, except when a login fails",
    matters="a client that looks at the content type first finds none",
    evidence="auth/list without auth",
)
UNFORESEEN_ERRORS = Quirk(
    name="unforeseen-errors",
    does="what only its database or a type error refuses is answered with 500 unknown_error",
    matters="a client's own mistake, such as an unknown column, looks like a broken server",
    evidence="list_sort/order unknown column",
)
PHRASES = {status.value: status.phrase for status in HTTPStatus}
KINDS = {403: NOT_ALLOWED, 404: NOT_FOUND, 409: NOT_ALLOWED}  # of errors that the document does not show
UNFORESEEN = (ContextRefused, ColumnUnknown)


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
    ScenarioUnknown: Answer(400, INVALID),
    ScenarioNotForType: Answer(400, INVALID),
    NotForeseen: Answer(409, NOT_ALLOWED),
    CannotBecome: Answer(409, NOT_ALLOWED),
    WorldNameRefused: Answer(400, INVALID),
    WorldUnknown: Answer(404, NOT_FOUND),
    WorldExists: Answer(409, NOT_ALLOWED),
    WorldLasts: Answer(409, NOT_ALLOWED),
    TooManyWorlds: Answer(429, TOO_MANY),
    SnapshotRefused: Answer(400, INVALID),
}


class RequestRefused(Exception):
    """The pipeline refuses a request before any operation sees it.

    page: makes the HTML page that the real server sends instead; None for what it would not refuse.
    unforeseen: the real server answers 500 here.
    """

    def __init__(  # each is a part of the answer
        self,
        status: int,
        kind: str,
        message: str,
        *,
        headers: Headers = (),
        page: Callable[[], bytes | None] | None = None,
        unforeseen: bool = False,
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.headers = status, kind, message, headers
        self.page, self.unforeseen = page, unforeseen


def cannot(request: Request, status: int, kind: str, *, headers: Headers = ()) -> RequestRefused:
    """Return the refusal of a path, or of its method, which is not there."""
    page = partial(cannot_page, request.method, request.path)
    return RequestRefused(status, kind, f"Cannot {request.method} {request.path}", headers=headers, page=page)


class Unauthorized(Exception):
    """The caller is not logged in; or, at a *login*, the credentials are wrong."""

    def __init__(self, *, login: bool = False) -> None:
        super().__init__("Unauthorized")
        self.login = login


def response_for(error: Exception, quirks: Quirks = NO_QUIRKS) -> Response | None:
    """Return the answer to a refusal, or None when *error* is none."""
    if isinstance(error, RequestRefused):
        return _refused(error, quirks)
    if isinstance(error, Unauthorized):
        bare = BARE_UNAUTHORIZED in quirks and not error.login
        return (
            Response(status=401, body=b"Unauthorized") if bare else text_response("Unauthorized", status=401)
        )
    if isinstance(error, TransitionRefused) and error.transition.refusal is not None:
        return refusal_response(error.transition.refusal)
    if isinstance(error, SimulationError):
        answer = ANSWERS[type(error)]
        if UNFORESEEN_ERRORS in quirks and isinstance(error, UNFORESEEN):
            return unforeseen_response()
        return _error(answer.status, answer.type, str(error))
    return None


def _refused(error: RequestRefused, quirks: Quirks) -> Response:
    if error.unforeseen and UNFORESEEN_ERRORS in quirks:
        return unforeseen_response()
    page = error.page() if error.page is not None and HTML_ERROR_PAGES in quirks else None
    if page is not None:
        status = 404 if error.status == 405 else error.status  # noqa: PLR2004  # there is no 405 anywhere
        return Response(status=status, body=page, content_type=HTML, headers=HTML_HEADERS, tagged=False)
    return _error(error.status, error.kind, error.message, headers=error.headers)


def unforeseen_response() -> Response:
    """Return what the real server says of whatever it did not foresee.

    Source: recorded, retrieve/get id NUL.
    """
    kind = "unknown_error"
    return json_response({"code": kind, "type": kind, "message": "An unknown error occurred."}, status=500)


def error_response(status: int) -> Response:
    """Return an error with *status* that the document does not show, of the contract's usual shape."""
    if status == HTTPStatus.UNAUTHORIZED:
        return text_response("Unauthorized", status=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return unforeseen_response()._replace(status=status)
    kind = KINDS.get(status, INVALID)
    return _error(status, kind, PHRASES.get(status, "Error"))


def refusal_response(refusal: Refusal) -> Response:
    """Return the answer that the document states for a refusal."""
    return _error(refusal.status, refusal.type, refusal.message)


def _error(status: int, kind: str, message: str, *, headers: Headers = ()) -> Response:
    return json_response({"type": kind, "message": message}, status=status, headers=headers)
