"""A server with a defect: the healthy one, built from edited documents, with a liar at its door.

Mutable: a lie may remember what it has seen; each world of each application has a lie of its own.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote
from weakref import WeakKeyDictionary

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.contract.document import Document, DocumentError
from mockserver.grading.defect import Answered, Ask, Asked, Defect
from mockserver.server.addressing import HEADER, SIGN, addressed
from mockserver.server.app import OPENAPI_JSON, build_app
from mockserver.server.credentials import Credentials
from mockserver.server.settings import Engine, Settings
from mockserver.simulation.refusals import SimulationError
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds

# answered anew, since it is about a body that a lie may change
CONDITION = "if-none-match"


def edited(document: Document, defect: Defect) -> Document:
    """Return the documents that a server with *defect* is built from. Raises DocumentError.

    Its lifecycle is what the world has to be built with.
    """
    present = {operation["operationId"] for _, _, operation in document.operations()}
    missing = set(defect.lie.operations) - present if defect.lie is not None else set()
    if missing:
        raise DocumentError(_unfit(document, defect, f"there is no operation {', '.join(sorted(missing))}"))
    if not defect.edits:
        return document
    bundle = copy.deepcopy(document.bundle)
    try:
        for edit in defect.edits:
            edit(bundle)
    except KeyError as place:
        raise DocumentError(_unfit(document, defect, f"there is no {place.args[0]}")) from place
    return replace(document, bundle=bundle)


def _unfit(document: Document, defect: Defect, reason: str) -> str:
    return f"{document.folder}: the defect {defect.name} cannot be told of these documents: {reason}"


def build_lying_app(
    document: Document,
    settings: Settings,
    defect: Defect,
    *,
    build: Callable[[Document], Worlds],
    engine: Engine = "compiled",
) -> "Liar":
    """Return the application that serves *document* with *defect*. Raises DocumentError.

    build: makes the worlds from the documents that it is given, which are the edited ones.
    """
    told = edited(document, defect)
    worlds = build(told)
    return Liar(build_app(told, worlds, settings, engine=engine), document, worlds, settings, defect)


class Liar:
    """Stands at the door of the healthy server *app*. What the documents say is told truly."""

    def __init__(
        self, app: ASGIApp, document: Document, worlds: Worlds, settings: Settings, defect: Defect
    ) -> None:
        """Make the liar. document: the honest one."""
        self.app = app
        self.worlds = worlds
        self._credentials = Credentials(settings.jwt_secret, settings.cookie_secret)
        honest = Answered(status=200, headers=(), body=b"").saying(document.bundle)
        self._contract = honest if defect.edits else None  # else the one that *app* serves is honest
        self._operations = {
            operation["operationId"]: (method, path) for path, method, operation in document.operations()
        }
        self._paths: Mapping[str, str] = {name: path for name, (_, path) in self._operations.items()}
        lie = defect.lie
        self._make = lie.make if lie is not None else _as_it_is
        self._tells: WeakKeyDictionary[World, Ask] = WeakKeyDictionary()
        self._doors = [(name, *self._door(name)) for name in (lie.operations if lie is not None else ())]

    def _door(self, name: str) -> tuple[str, re.Pattern[str]]:
        method, path = self._operations[name]
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        return method, re.compile(pattern + "/?", re.IGNORECASE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with the lie where the defect is about it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self._contract is not None and (scope["method"], scope["path"]) == ("GET", OPENAPI_JSON):
            await _send(self._contract, send)
            return
        path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1").partition("?")[0]
        if (within := self._within(scope, path)) is None:
            await self.app(scope, receive, send)
            return
        world, path, scope = within
        for name, method, pattern in self._doors:
            found = pattern.fullmatch(path) if method == scope["method"] else None
            if found is not None:
                body = await _body(receive)
                if body is not None:  # else the client left before its request was whole
                    if world not in self._tells:
                        self._tells[world] = self._make(self._truth)
                    asked = self._asked(scope, world, name, path, found, body)
                    await _send(await self._tells[world](asked), send)
                return
        await self.app(scope, receive, send)

    def _within(self, scope: Scope, path: str) -> tuple[World, str, Scope] | None:
        """Return a request's world, the path in it, and the request as one that names the world by header.

        None where there cannot be such a world, which is for the server to say.
        """
        headers = dict(scope["headers"])
        header = headers.get(HEADER.encode())
        if header is None and not path.startswith(SIGN):
            return self.worlds.default, path, scope
        inner = {**scope}
        try:
            world, mount, path = addressed(inner, (header or b"").decode("latin-1"), path, self.worlds)
        except SimulationError:
            return None
        headers[HEADER.encode()] = mount.removeprefix(SIGN).encode("latin-1")
        return world, path, {**inner, "headers": list(headers.items())}

    def _asked(  # each is a part of the request
        self, scope: Scope, world: World, name: str, path: str, found: re.Match[str], body: bytes
    ) -> Asked:
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        headers.pop(CONDITION, None)
        return Asked(
            operation=name,
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            job_id=unquote(found.groupdict().get("id", "")),
            paths=self._paths,
            world=world,
            credentials=self._credentials,
        )

    async def _truth(self, asked: Asked) -> Answered:
        """Return what the healthy server answers."""
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": asked.method,
            "scheme": "http",
            "path": unquote(asked.path),
            "raw_path": asked.path.encode("latin-1"),
            "query_string": asked.query.encode("latin-1"),
            "root_path": "",
            "headers": [
                (key.encode("latin-1"), value.encode("latin-1")) for key, value in asked.headers.items()
            ],
        }
        await self.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        headers = [each for each in messages[0]["headers"] if each[0] not in (b"content-length", b"etag")]
        return Answered(status=messages[0]["status"], headers=headers, body=body)


def _as_it_is(ask: Ask) -> Ask:
    return ask


async def _body(receive: Receive) -> bytes | None:
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _send(answered: Answered, send: Send) -> None:
    await send({"type": "http.response.start", "status": answered.status, "headers": answered.sent()})
    await send({"type": "http.response.body", "body": answered.body})
