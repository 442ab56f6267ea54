"""The way of a request through Connexion's middlewares: route, secure, validate, dispatch.

Each station is a Connexion middleware, told the document once and compiled then; during a request nothing is
derived from it. The request travels in the scope under REQUEST; a station that refuses raises, and the edge
answers. A station that has nothing to wait for hands on what the next one returns, to be awaited at the edge.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from mockserver.contract.complaints import Complaint
from mockserver.contract.parameters import ParameterRefused
from mockserver.contract.routes import NOWHERE, PathRefused, Routes
from mockserver.quirk import NO_QUIRKS, Quirk, Quirks
from mockserver.server.bodies import JSON_LIMIT, KnownBodies, read_body, read_files
from mockserver.server.errors import (
    INVALID,
    NOT_ALLOWED,
    NOT_FOUND,
    UNFORESEEN_ERRORS,
    RequestRefused,
    cannot,
)
from mockserver.server.exchange import Operate, Parts, Request, Response
from mockserver.server.framework import (
    ROUTING_CONTEXT,
    AbstractOperation,
    RoutedAPI,
    RoutedMiddleware,
    Specification,
    SpecMiddleware,
)
from mockserver.server.guard import Guard
from mockserver.server.wire import WHOLE

REQUEST = "mockserver.request"
BODILESS = ("GET", "HEAD", "OPTIONS", "TRACE")
FILES_FIELD = "files"
UNDERSCORES = "__"  # with which preferences in a query begin
JSON_TYPE = "application/json"

log = logging.getLogger(__name__)

Station = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]
"""An ASGI application, or what stands before one."""


class Parse:
    """Reads and parses a JSON body. It comes first: malformed JSON is refused even without credentials.

    Source: recorded, auth/create invalid json without auth.
    """

    def __init__(self, app: Station, *, limit: int = JSON_LIMIT) -> None:
        """Make the station. limit: of a body, in bytes."""
        self.app = app
        self.limit = limit
        self.known = KnownBodies(limit)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Parse the body, if it is JSON."""
        request: Request = scope[REQUEST]
        if request.method in BODILESS or media_type(request.headers.get("content-type", "")) != JSON_TYPE:
            return self.app(scope, receive, send)
        whole = scope["extensions"].get(WHOLE) if "extensions" in scope else None
        if whole is not None and len(whole["body"]) <= JSON_LIMIT:
            request.sent = self.known.read(bytes(whole["body"]), request.headers)
            return self.app(scope, receive, send)
        return self._parsed(request, scope, receive, send)

    async def _parsed(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        request.sent = self.known.read(await read_body(receive, limit=self.limit), request.headers)
        await self.app(scope, receive, send)


@lru_cache(256)
def media_type(content_type: str) -> str:
    """Return the media type without its parameters, in small letters."""
    return content_type.partition(";")[0].strip().lower()


class Route(SpecMiddleware):
    """Finds the operation, by a tree made once, and tells Connexion which it is.

    aside: makes the way of the requests that faults or preferences may concern; the others pass by it.
    """

    def __init__(self, app: Station, *, routes: Routes, aside: Callable[[Station], Station]) -> None:
        self.app = app
        self.aside = aside(app)
        self.routes = routes
        self.base_path = ""

    def add_api(self, specification: Specification, **_: Any) -> None:
        """Take the base path of the document, under which Connexion keeps its operations."""
        self.base_path = specification.base_path

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Attach the operation to the request, or none."""
        request: Request = scope[REQUEST]
        try:
            request.route = route = self.routes.find(request.path)
        except PathRefused as refused:
            route, request.unreadable = NOWHERE, str(refused)
        method = "GET" if request.method == "HEAD" else request.method
        request.operation = operation = route.operations.get(method)
        found = {"api_base_path": self.base_path, "operation_id": operation.id if operation else None}
        scope.setdefault("extensions", {})[ROUTING_CONTEXT] = found
        if request.world.faults.held or request.preferences or UNDERSCORES in request.query_string:
            return self.aside(scope, receive, send)
        return self.app(scope, receive, send)


GUARDED_BY_ID = Quirk(
    name="guarded-by-id",
    does="whatever lies below a job's path, with any method, is looked up before it is called unknown",
    matters="DELETE of an unknown job says that the job is unknown, not that there is no such method",
    evidence="retrieve/get confirm path of unknown",
)


class Secure:
    """Finds out who calls, where the operation wants to know, and below paths that are guarded as a whole.

    guards: by operationId. elsewhere: of the guarded paths where no operation is.
    """

    def __init__(
        self,
        app: Station,
        *,
        guards: Mapping[str, Guard | None],
        elsewhere: Guard | None,
        is_guarded: Callable[[str], bool],
        job_path: str | None,
        quirks: Quirks = NO_QUIRKS,
    ) -> None:
        self.app = app
        self.guards = guards
        self.elsewhere = elsewhere
        self.is_guarded = is_guarded
        guarded_path = (job_path or "").replace("{id}", "(?P<id>[^/]+)") + "(/.*)?"
        looks_up = GUARDED_BY_ID in quirks and job_path is not None
        self.below_a_job = re.compile(guarded_path, re.IGNORECASE) if looks_up else None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Let the request pass, or refuse it."""
        request: Request = scope[REQUEST]
        operation = request.operation
        if operation is not None:
            guard = self.guards[operation.id]
        else:
            guard = self.elsewhere if self.is_guarded(request.path) else None
        if guard is not None:
            request.caller = guard.caller(request)
        if request.unreadable is not None:
            raise RequestRefused(400, INVALID, request.unreadable, unforeseen=True)
        if operation is None:
            if self.below_a_job is not None and (below := self.below_a_job.fullmatch(request.path)):
                request.world.retrieve(unquote(below["id"]), by=request.caller or "")
            raise _nothing_there(request)
        return self.app(scope, receive, send)


def _nothing_there(request: Request) -> RequestRefused:
    """Return the refusal of a path or a method that is not there.

    Ours: the real server sends 404 as HTML for both.
    """
    allowed = {*request.route.operations}
    if not allowed:
        return cannot(request, 404, NOT_FOUND)
    allow = ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed)).encode()
    return cannot(request, 405, NOT_ALLOWED, headers=((b"allow", allow),))


class Validate:
    """Judges the query and the body by the compiled contract, and reads files."""

    def __init__(self, app: Station, *, quirks: Quirks = NO_QUIRKS) -> None:
        self.app = app
        self.quirks = quirks

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Judge the request."""
        request: Request = scope[REQUEST]
        operation = request.operation
        assert operation is not None  # noqa: S101  # Secure lets nothing else through
        if operation.query is not None and request.query_string:
            try:
                request.query = operation.read_query(request.query_string)
            except ParameterRefused as refused:
                raise _query_refused(refused, self.quirks) from refused
        reader, sent = operation.body, request.sent
        if reader is not None and (sent is None or sent.approved_by is not reader):
            if complaints := reader.complaints(request.body):
                raise _body_refused(complaints)
            if sent is not None:
                sent.approved_by = reader
        if operation.multipart:
            return self._with_files(request, scope, receive, send)
        return self.app(scope, receive, send)

    async def _with_files(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        content_type = request.headers.get("content-type", "")
        request.files = await read_files(receive, content_type=content_type, field=FILES_FIELD)
        await self.app(scope, receive, send)


def _query_refused(refused: ParameterRefused, quirks: Quirks) -> RequestRefused:
    # what its validator lets through is for its database to refuse, and then it says nothing of the rest
    recorded = refused.recorded if UNFORESEEN_ERRORS in quirks else ()
    messages = recorded or refused.messages
    return RequestRefused(400, INVALID, ", ".join(messages), unforeseen=not refused.recorded)


def _body_refused(complaints: Sequence[Complaint]) -> RequestRefused:
    plain = [each.message for each in complaints if each.refusal is None]
    if not plain:
        refusal = complaints[0].refusal
        assert refusal is not None  # noqa: S101  # there are complaints, and none of them is plain
        return RequestRefused(refusal.status, refusal.type, refusal.message)
    # the real server looks no deeper than the body's own properties
    inside = all(message.startswith("context.") for message in plain)
    return RequestRefused(400, INVALID, ", ".join(plain), unforeseen=inside)


class _BoundOperation:
    """One operation and the function that Connexion's resolver found for it."""

    def __init__(self, operation: AbstractOperation, transmit: "Transmit", *, judged: bool) -> None:
        self.operate: Operate = operation.function
        self.transmit = transmit
        self.judged = judged

    def __call__(self, scope: Scope, _receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        request: Request = scope[REQUEST]
        answer = self.operate(request)
        if isinstance(answer, Parts):
            return self._part_by_part(request, answer, send)
        if self.judged:
            _judge(request, answer)
        return self.transmit(request, answer, send)

    async def _part_by_part(self, request: Request, answer: Parts, send: Send) -> None:
        made: list[Response] = []
        for part in answer.parts:
            if self.judged:
                _judge(request, part)
            made.append(part._replace(payload=None))
            await asyncio.sleep(0)
        body = answer.joined([part.body for part in made])
        await self.transmit(request, made[-1]._replace(body=body), send)


def _judge(request: Request, response: Response) -> None:
    operation, validator, payload = request.operation, response.validator, response.payload
    if validator is not None and validator.is_valid(payload):
        return  # and the rest of it was judged before
    assert operation is not None  # noqa: S101  # Connexion called by its id
    answer = response.status, response.content_type, payload
    for violation in operation.response_violations(*answer, validator=validator):
        log.error("our own answer breaks the contract: %s", violation)


Transmit = Callable[[Request, Response, Send], Coroutine[Any, Any, None]]


class _DispatchAPI(RoutedAPI[_BoundOperation]):
    def __init__(
        self, specification: Specification, *, transmit: Transmit, judged: bool, **options: Any
    ) -> None:
        super().__init__(specification, **options)
        self.transmit = transmit
        self.judged = judged
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _BoundOperation:
        return _BoundOperation(operation, self.transmit, judged=self.judged)


async def _nobody(scope: Scope, _receive: Receive, _send: Send) -> None:
    """Stand behind the dispatcher, where no request comes."""
    message = f"{scope['type']} reached the end of the pipeline"
    raise RuntimeError(message)


class Dispatch(RoutedMiddleware[_DispatchAPI]):
    """Calls the function of the operation and sends what it answers. The application that Connexion wraps."""

    api_cls = _DispatchAPI

    def __init__(self, transmit: Transmit, *, judged: bool) -> None:
        """Make the dispatcher. judged: the contract judges every answer of ours, and the log tells."""
        super().__init__(_nobody)
        self.transmit = transmit
        self.judged = judged
        self.bound: Mapping[str | None, _BoundOperation] = {}

    def add_api(self, specification: Specification, **options: Any) -> _DispatchAPI:
        """Bind the document's operations to the functions that the resolver finds."""
        api = super().add_api(specification, transmit=self.transmit, judged=self.judged, **options)
        self.bound = api.operations
        return api

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Call the operation that the route found; there is one document, and every operation has its id."""
        request: Request = scope[REQUEST]
        assert request.operation is not None  # noqa: S101  # Secure lets nothing else through
        return self.bound[request.operation.id](scope, receive, send)
