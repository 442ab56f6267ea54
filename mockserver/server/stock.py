"""The stock engine: the same server with Connexion's own parts at work. Slower, and to a client alike.

Connexion's, as they come: the router (Starlette's); the order of security requirements, which heeds the
schemes that each operation names; the parser of queries; the judgement, by JSON Schema, of parameters, of
JSON bodies and of our own answers; the binding of operations to functions by its resolver. What one of them
refuses is refused.

Ours, at its seams: what comes before it (`Edge`; `Parse`, which refuses malformed JSON before anything else)
and behind it (`Transmitter`); the refusal of what leads nowhere (`Secure`: Connexion wants credentials for
all such paths or for none); whose a credential is (`Credentials`); the reading of uploads, for its own
reader knows no bounds; the spelling in which it is shown a request (`stock_spelling`); and the words of a
refusal. `Validate` comes once more behind its validators: it reads the values that operations get, and
refuses what the contract refuses and Connexion lets pass; the log tells, at level info.

Because of the defects of connexion 3.3: it is shown each JSON body as UTF-8 with a content type and a
length, and never NaN or endless nesting, for `Parse` was there; where its parser trips over a malformed
query, that is a bad request; an answer of ours that breaks the contract is logged and sent, as by the
compiled engine.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.contract.operation import Contract, Operation
from mockserver.contract.routes import PathRefused, Route, Routes, decoded
from mockserver.server.credentials import Credentials
from mockserver.server.errors import INVALID, RequestRefused, Unauthorized
from mockserver.server.exchange import Operate, Request, Response, whole
from mockserver.server.framework import (
    ROUTING_CONTEXT,
    AbstractOperation,
    ApiKeySecurityHandler,
    BearerSecurityHandler,
    ConnexionRequest,
    NonConformingResponse,
    ProblemException,
    RequestValidationMiddleware,
    ResponseValidationMiddleware,
    RoutedAPI,
    RoutedMiddleware,
    RoutingMiddleware,
    SecurityMiddleware,
    Specification,
)
from mockserver.server.pipeline import REQUEST, Transmit
from mockserver.server.stock_spelling import encoded, fitted, squeezed
from mockserver.server.stock_validation import JudgeAgain, Present, validators

__all__ = ["Application", "fitted", "options", "stations"]

ANSWER = "mockserver.answer"
UNAUTHORIZED, NO_SUCH_METHOD, INTERNAL = 401, 405, 500

Station = Callable[[ASGIApp], ASGIApp]

log = logging.getLogger(__name__)


def stations(
    contract: Contract,
    routes: Routes,
    *,
    between: Sequence[Station],
    secure: Station,
    validate: Station,
    transmit: Transmit,
) -> list[Any]:
    """Return the middlewares between our `Parse` and the application, outermost first.

    between: make what stands behind the router in either engine. secure, validate: make the compiled engine's
    stations.
    """
    return [
        partial(_Translate, validate=validate),
        _Routing,
        partial(_Locate, operations=contract.operations, routes=routes, secure=secure),
        *between,
        SecurityMiddleware,
        Present,
        RequestValidationMiddleware,
        partial(JudgeAgain, validate=validate),
        partial(_Answer, transmit=transmit),
        ResponseValidationMiddleware,
    ]


def options(credentials: Credentials, *, judged: bool) -> dict[str, Any]:
    """Return what Connexion is told besides: how to find out who calls, and how to judge.

    judged: it judges every answer of ours too.
    """
    return {
        "security_map": {
            "apiKey": partial(_ApiKey, credentials),
            "bearer": partial(_Bearer, credentials),
        },
        "strict_validation": True,
        "validate_responses": judged,
        "validator_map": validators(),
    }


# ---- refusals


class _Translate:
    """Says in the contract's words what Connexion refuses. The one place that knows its exceptions."""

    def __init__(self, app: ASGIApp, *, validate: Station) -> None:
        self.app = app
        self.complain = validate(_nothing_wrong)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        try:
            await self.app(scope, receive, send)
        except ProblemException as problem:
            if problem.status >= INTERNAL:
                raise
            if problem.status == UNAUTHORIZED:
                raise Unauthorized from problem
            await self.complain(scope, receive, send)  # which raises, unless Connexion is the stricter one
            raise RequestRefused(problem.status, INVALID, str(problem.detail)) from problem


async def _nothing_wrong(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Stand behind a judge who is asked for nothing but complaints."""


# ---- where to


class _Routing(RoutingMiddleware):
    """Connexion's routing. The contract's paths are alike in any letter case, and in the slashes they repeat.

    Nobody is sent from one spelling of a path to another.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self.base_path = ""

    def add_api(self, specification: Specification, *arguments: Any, **options: Any) -> None:
        """Route the operations of *specification*."""
        super().add_api(specification, *arguments, **options)
        self.base_path = specification.base_path
        inner: list[Any] = [mount.app for mount in self.router.routes if isinstance(mount, Mount)]
        for router in (self.router, *inner):
            router.redirect_slashes = False
        for route in (route for router in inner for route in router.routes):
            route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route the request by its path as it came, so that a slash that is encoded stays within a parameter.

        A path without the method leads on as one that leads nowhere: who may know that is asked first.
        """
        request: Request = scope[REQUEST]
        found = {"api_base_path": self.base_path, "operation_id": None}
        routed = {
            **scope,
            "path": self.base_path + squeezed(request.path),
            "root_path": "",
            "headers": encoded(request.headers),
            "extensions": {**scope.get("extensions", {}), ROUTING_CONTEXT: found},
        }
        try:
            await super().__call__(routed, receive, send)
        except HTTPException as refused:
            if refused.status_code != NO_SUCH_METHOD:
                raise
        else:
            return
        await self.app({**routed, "path_params": {}}, receive, send)


class _Locate:
    """Notes which operation the router has found. What leads nowhere is refused as by the compiled engine."""

    def __init__(
        self, app: ASGIApp, *, operations: Mapping[str, Operation], routes: Routes, secure: Station
    ) -> None:
        self.app = app
        self.operations = operations
        self.routes = routes
        self.nowhere = secure(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the operation, and the parameters of the path."""
        request: Request = scope[REQUEST]
        request.operation = self.operations.get(scope["extensions"][ROUTING_CONTEXT]["operation_id"])
        try:
            if request.operation is None:
                request.route = self.routes.find(request.path)  # which methods there are instead
            else:
                scope["path_params"] = {
                    name: decoded(raw, name) for name, raw in scope["path_params"].items()
                }
                request.route = Route({}, scope["path_params"])
        except PathRefused as refused:
            request.unreadable = str(refused)
        await (self.nowhere if request.operation is None else self.app)(scope, receive, send)


# ---- who calls


def _knowing(identify: Callable[[Request], str | None]) -> Callable[..., Any]:
    """Return what Connexion asks about a credential: who it belongs to, as it wants to be told."""

    def known(_credential: str, request: ConnexionRequest) -> Mapping[str, str] | None:
        user_id = identify(request.scope[REQUEST])
        return None if user_id is None else {"sub": user_id}

    return known


class _ApiKey(ApiKeySecurityHandler):
    """Connexion's security by cookie and by header."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def _resolve_func(self, security_scheme: Mapping[str, Any]) -> Callable[..., Any]:
        if security_scheme["in"] == "cookie":
            return _knowing(self.credentials.by_cookie)
        return _knowing(partial(self.credentials.by_api_token, header=security_scheme["name"].lower()))

    @staticmethod
    def get_cookie_value(cookies: str | None, name: str) -> str | None:  # noqa: ARG004  # Connexion's signature
        """Return all cookies: Connexion's reader loses them all for one odd one; ours finds its own."""
        return cookies or None


class _Bearer(BearerSecurityHandler):
    """Connexion's security by bearer token."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def _resolve_func(self, security_scheme: Mapping[str, Any]) -> Callable[..., Any]:  # noqa: ARG002  # the same
        return _knowing(self.credentials.by_bearer)


# ---- what is answered


class _Answer:
    """Sends what the operation answers, once Connexion has judged it. Its verdict goes to the log."""

    def __init__(self, app: ASGIApp, *, transmit: Transmit) -> None:
        self.app = app
        self.transmit = transmit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self.app(scope, receive, _heard_by_the_judge_alone)
        except NonConformingResponse as violation:
            log.error("our own answer breaks the contract: %s", violation.detail)  # noqa: TRY400  # it is sent
        await self.transmit(scope[REQUEST], scope[ANSWER], send)


async def _heard_by_the_judge_alone(_message: Message) -> None:
    """Take what has been judged; the answer itself is sent by our own transmitter."""


class _Function:
    """One operation and the function that Connexion's resolver found for it."""

    def __init__(self, operation: AbstractOperation) -> None:
        self.operate: Operate = operation.function

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        scope[ANSWER] = response = whole(self.operate(scope[REQUEST]))
        if response.payload is not None:  # a file is nothing that the contract could judge
            await _say(response, send)


async def _say(response: Response, send: Send) -> None:
    headers = [*response.headers, (b"content-type", (response.content_type or "").encode("latin-1"))]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


class _FunctionAPI(RoutedAPI[_Function]):
    def __init__(self, specification: Specification, **options: Any) -> None:
        super().__init__(specification, **options)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _Function:
        return _Function(operation)


class Application(RoutedMiddleware[_FunctionAPI]):
    """Calls the function of the operation. Connexion wraps it; it is made as AsyncApp makes its own."""

    api_cls = _FunctionAPI

    def __init__(self) -> None:
        """Make the application; behind it there is nothing."""
        super().__init__(_nothing_wrong)
