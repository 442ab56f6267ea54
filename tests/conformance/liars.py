"""The fake backend in process, honest or lying: WSGI around an ASGI application, with one answer changed."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mockserver.contract.document import Document
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import Clock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds


@dataclass(frozen=True, slots=True)
class Request:
    """What a lie may look at."""

    method: str
    path: str
    query: Mapping[str, str]


Lie = Callable[[Request, int, Any], tuple[int, Any]]
"""Takes a request, and the status and JSON of the honest answer; gives those that are told."""


def honest(_: Request, status: int, payload: Any) -> tuple[int, Any]:
    return status, payload


def backend(document: Document, lie: Lie = honest, *, scenario: str = "instant") -> Any:
    """Return an ASGI application that tells *lie*."""
    world = build_world(document, Settings(), clock=Clock(), scenario=scenario_named(scenario))
    app = build_app(document, Worlds(world), Settings())

    async def lying(scope: Any, receive: Any, send: Any) -> None:
        messages: list[Any] = []

        async def keep(message: Any) -> None:
            messages.append(message)

        await app(scope, receive, keep)
        start, body = messages[0], b"".join(each.get("body", b"") for each in messages[1:])
        headers = {name: value for name, value in start["headers"] if name != b"content-length"}
        if b"json" in headers.get(b"content-type", b""):
            query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
            request = Request(scope["method"], scope["path"], query)
            status, payload = lie(request, start["status"], json.loads(body))
            start, body = {**start, "status": status}, json.dumps(payload).encode()
        headers[b"content-length"] = str(len(body)).encode()
        await send({**start, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": body, "more_body": False})
        await asyncio.sleep(0)

    return lying
