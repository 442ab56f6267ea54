"""The control API as an ASGI application: the stations of the server, around the worlds that it serves.

Made when somebody first asks for it. Its document stands beside this module.
"""

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.contract.complaints import Complaint
from mockserver.contract.document import Document, load
from mockserver.contract.judge import Judge
from mockserver.contract.operation import BodyReader, Contract, Operation
from mockserver.contract.routes import Routes
from mockserver.control.access import Access
from mockserver.control.events import HEARTBEAT_SECONDS, Events
from mockserver.control.journal import Journals
from mockserver.control.log_entries import LogEntries
from mockserver.control.operations import Operations
from mockserver.server.credentials import Credentials
from mockserver.server.edge import Edge, Transmitter
from mockserver.server.errors import INVALID, NOT_ALLOWED, NOT_FOUND, RequestRefused
from mockserver.server.framework import Framework, Resolver
from mockserver.server.pipeline import (
    BODILESS,
    JSON_TYPE,
    REQUEST,
    Dispatch,
    Parse,
    Route,
    Secure,
    Station,
    Validate,
    media_type,
)
from mockserver.server.settings import Settings
from mockserver.simulation.clock import EPOCH, ClockRefused
from mockserver.simulation.faults import Fault, FaultRefused, FaultUnknown
from mockserver.simulation.worlds import Worlds

ADDING_FAULTS = "PostWorldFaults"
LARGEST = 64 * 1024 * 1024  # bytes of a body; a snapshot may be large


def control_document() -> Document:
    """Return the document of the control API."""
    return load(Path(__file__).parent / "openapi")


def build_control(
    document: Document,
    worlds: Worlds,
    settings: Settings,
    *,
    access: Access,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> ASGIApp:
    """Return the application that steers *worlds*, which a server serves by *document*.

    access: who is let in. heartbeat: the seconds of silence after which a stream says that it is one.
    """
    own = Contract(control_document())
    entries = LogEntries(Judge(Contract(document), twice=False))
    operations = Operations(
        worlds=worlds,
        document=own.document,
        contract=document,
        quirks=settings.quirks,
        scenarios=settings.scenarios,
        entries=entries,
        struck=frozenset(operation["operationId"] for _, _, operation in document.operations()),
    )
    compiled = _operations(own)
    routes = Routes(compiled.values())
    transmitter = Transmitter(
        cors=settings.cors,
        has_cors=lambda _: True,
        credentials=Credentials(settings.jwt_secret, settings.cookie_secret),
        logs=False,
    )
    secure = partial(
        Secure,
        guards=dict.fromkeys(compiled),  # the threshold was first
        elsewhere=None,
        is_guarded=lambda _: False,
        job_path=None,
    )
    stations: list[Any] = [
        partial(Edge, worlds=worlds, transmitter=transmitter),
        partial(_Threshold, access=access),
        partial(Parse, limit=LARGEST),
        partial(Route, routes=routes, aside=lambda app: app),  # no faults and no preferences here
        secure,
        Validate,
        partial(
            Events, worlds=worlds, journals=Journals(entries), transmitter=transmitter, heartbeat=heartbeat
        ),
    ]
    app = Framework(
        Dispatch(transmitter, judged=True),
        middlewares=stations,
        resolver=Resolver(operations.by_id().__getitem__),
    )
    app.add_bundle(own.document.bundle)
    return app


class _FaultReader(BodyReader):
    """Judges the description of a fault, of which there are many kinds, in the words that know them all."""

    def complaints(self, body: Any) -> list[Complaint]:
        """Return what is wrong with *body*; an empty list when it keeps its schema."""
        if self.validator.is_valid(body):
            return []
        try:
            Fault.of_json(body, at=EPOCH)
        except FaultRefused as refused:
            return [Complaint(str(refused))]
        return super().complaints(body)


def _operations(contract: Contract) -> Mapping[str, Operation]:
    """Return the operations of the control API, by operationId."""
    operations = dict(contract.operations)
    adding = operations[ADDING_FAULTS]
    assert adding.body is not None  # noqa: S101  # the document says so
    body = _FaultReader(adding.body.schema, adding.body.validator, adding.body.resolve)
    return {**operations, ADDING_FAULTS: replace(adding, body=body)}


class _Threshold:
    """Lets in who may come, with a body that can be read, and says in HTTP's words what is refused inside."""

    def __init__(self, app: Station, *, access: Access) -> None:
        self.app = app
        self._access = access

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Let a request pass. Raises RequestRefused."""
        request = scope[REQUEST]
        self._access.check(request)
        has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
        content_type = request.headers.get("content-type", "")
        if has_body and request.method not in BODILESS and media_type(content_type) != JSON_TYPE:
            message = f"the body is sent as {content_type or 'nothing'}; send it as Content-Type: {JSON_TYPE}"
            raise RequestRefused(415, INVALID, message)
        return self._inside(scope, receive, send)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ClockRefused as refused:
            raise RequestRefused(409, NOT_ALLOWED, str(refused)) from refused
        except FaultRefused as refused:
            raise RequestRefused(400, INVALID, str(refused)) from refused
        except FaultUnknown as unknown:
            raise RequestRefused(404, NOT_FOUND, str(unknown)) from unknown
