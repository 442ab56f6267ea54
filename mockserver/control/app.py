"""The control API as an ASGI application: the stations of the server, around the worlds that it serves.

Made when somebody first asks for it. Its document stands beside this module.
"""

from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.contract.document import Document, load
from mockserver.contract.judge import Judge
from mockserver.contract.operation import Contract
from mockserver.contract.routes import Routes
from mockserver.control.access import Access
from mockserver.control.events import Events
from mockserver.control.journal import Journals
from mockserver.control.log_entries import LogEntries
from mockserver.control.operations import Operations
from mockserver.server.credentials import Credentials
from mockserver.server.edge import Edge, Transmitter
from mockserver.server.errors import INVALID, NOT_ALLOWED, RequestRefused
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
from mockserver.simulation.clock import ClockRefused
from mockserver.simulation.durations import DurationUnreadable
from mockserver.simulation.worlds import Worlds

LARGEST = 64 * 1024 * 1024  # bytes of a body; a snapshot may be large


def control_document() -> Document:
    """Return the document of the control API."""
    return load(Path(__file__).parent / "openapi")


def build_control(document: Document, worlds: Worlds, settings: Settings, *, access: Access) -> ASGIApp:
    """Return the application that steers *worlds*, which a server serves by *document*.

    access: who is let in.
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
    )
    routes = Routes(own.operations.values())
    transmitter = Transmitter(
        cors=settings.cors,
        has_cors=lambda _: True,
        credentials=Credentials(settings.jwt_secret, settings.cookie_secret),
        logs=False,
    )
    secure = partial(
        Secure,
        guards=dict.fromkeys(own.operations),  # the threshold was first
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
        partial(Events, worlds=worlds, journals=Journals(entries), transmitter=transmitter),
    ]
    app = Framework(
        Dispatch(transmitter, judged=True),
        middlewares=stations,
        resolver=Resolver(operations.by_id().__getitem__),
    )
    app.add_bundle(own.document.bundle)
    return app


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
        except DurationUnreadable as refused:
            raise RequestRefused(400, INVALID, str(refused)) from refused
