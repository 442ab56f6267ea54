"""Bare Starlette under stock uvicorn: the answers that ours gave, byte for byte, by path, and nothing else.

The measure of what the wire itself costs: no request is read, judged or remembered.
"""

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

BY_UVICORN = ("date",)


def main() -> None:
    """Serve the answers in the file that is named first, on the port that is named second."""
    answers = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    routes = [
        Route("/health", _healthy),
        Route("/admin/batch-jobs/{id}", _endpoint(answers["get_one"])),
        Route("/admin/batch-jobs", _endpoint(answers["list_ten"]), methods=["GET"]),
        Route("/admin/batch-jobs", _endpoint(answers["create"]), methods=["POST"]),
    ]
    uvicorn.run(
        Starlette(routes=routes),
        port=int(sys.argv[2]),
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def _endpoint(answer: dict[str, Any]) -> Callable[[Request], Awaitable[Response]]:
    status, body = answer["status"], answer["body"].encode()
    headers = {name: value for name, value in answer["headers"] if name not in BY_UVICORN}

    async def endpoint(_: Request) -> Response:
        return Response(body, status, headers)

    return endpoint


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("OK")


if __name__ == "__main__":
    main()
