"""How a request comes before Connexion's own validators, and before ours once more.

Connexion's are the judgements: of parameters and of bodies, by JSON Schema. Ours are the spelling in which it
is shown a request, the reading of uploads, and the second judge.
"""

import logging
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.contract.operation import Operation
from mockserver.contract.parameters import ParameterRefused
from mockserver.contract.query_string import parse_query
from mockserver.server.bodies import read_files
from mockserver.server.errors import INVALID, RequestRefused
from mockserver.server.exchange import Request, to_json
from mockserver.server.framework import (
    VALIDATOR_MAP,
    AbstractOperation,
    BadRequestProblem,
    MediaTypeDict,
    MultiPartFormDataValidator,
    ParameterValidator,
    RoutedAPI,
    RoutedMiddleware,
    Specification,
)
from mockserver.server.pipeline import FILES_FIELD, REQUEST
from mockserver.server.stock_spelling import spelled

FRAMING = (b"content-type", b"content-length", b"content-encoding", b"transfer-encoding")
TRIPS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

log = logging.getLogger(__name__)


def validators() -> dict[str, Any]:
    """Return Connexion's validators, as it wants to be told them: its own, but for two that need our help."""
    bodies: Any = VALIDATOR_MAP["body"]
    return {
        "parameter": _Parameters,
        "body": MediaTypeDict({**bodies, "multipart/form-data": _Files}),
    }


class _Presentation:
    """Shows Connexion's validators the requests of one operation, in the spelling that they read."""

    def __init__(self, app: ASGIApp, operation: AbstractOperation) -> None:
        self.app = app
        queried = [each["name"] for each in operation.parameters if each["in"] == "query"]
        self.names = {name.removesuffix("[]"): name for name in queried}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request = scope[REQUEST]
        if request.unreadable is not None:
            raise RequestRefused(400, INVALID, request.unreadable, unforeseen=True)
        request.caller = scope["extensions"].get("connexion_context", {}).get("user")
        operation = request.operation
        assert operation is not None  # noqa: S101  # Connexion called by its id
        headers = [each for each in scope["headers"] if each[0] not in FRAMING]
        if operation.body is not None:
            body = to_json(request.body)
            headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            receive = _saying(body)
        elif "content-type" in request.headers:
            media_type = request.headers["content-type"].partition(";")[0].strip().lower()
            headers.append((b"content-type", media_type.encode("latin-1")))
        query = self._query(request, operation).encode("latin-1")
        await self.app({**scope, "headers": headers, "query_string": query}, receive, send)

    def _query(self, request: Request, operation: Operation) -> str:
        if operation.query is None:
            return ""  # nobody looks at it
        sent = parse_query(request.query_string)
        try:
            return spelled(operation.query.read(sent), sent=sent, names=self.names)
        except ParameterRefused:
            return request.query_string  # as it came, for Connexion to refuse


def _saying(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


class _PresentingAPI(RoutedAPI[_Presentation]):
    def __init__(self, specification: Specification, **options: Any) -> None:
        super().__init__(specification, **options)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> _Presentation:
        return _Presentation(self.next_app, operation)


class Present(RoutedMiddleware[_PresentingAPI]):
    """Stands before Connexion's validators."""

    api_cls = _PresentingAPI


class _Parameters(ParameterValidator):
    """Connexion's judgement of parameters."""

    def validate(self, scope: Scope) -> None:
        """Judge the parameters; what Connexion's parser trips over is a bad request."""
        try:
            super().validate(scope)  # type: ignore[no-untyped-call]  # it is
        except TRIPS as trip:
            detail = f"the parameters cannot be parsed: {trip!r}"
            raise BadRequestProblem(detail) from trip  # type: ignore[no-untyped-call]  # it is


class _Files(MultiPartFormDataValidator):
    """Connexion's judgement of uploads. They are read by our reader, within its bounds."""

    async def wrap_receive(self, receive: Receive, *, scope: Scope) -> tuple[Receive, Scope]:
        """Read the files, judge the form that they make, and let the whole be read once more."""
        messages: list[Message] = []

        async def kept() -> Message:
            messages.append(await receive())
            return messages[-1]

        content_type = scope[REQUEST].headers.get("content-type", "")
        files = await read_files(kept, content_type=content_type, field=FILES_FIELD)
        self._validate({FILES_FIELD: [""] * len(files)})
        return self._insert_messages(receive, messages=messages), scope


class JudgeAgain:
    """Reads what the operation gets, and refuses what Connexion let pass and the contract does not."""

    def __init__(self, app: ASGIApp, *, validate: Callable[[ASGIApp], ASGIApp]) -> None:
        self.app = app
        self.judge = validate(_agreed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge the request."""
        try:
            await self.judge(scope, receive, send)
        except RequestRefused as refused:
            log.info("Connexion lets pass what the contract refuses: %s", refused)
            raise
        await self.app(scope, receive, send)


async def _agreed(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Stand behind a judge who is asked for nothing but complaints."""
