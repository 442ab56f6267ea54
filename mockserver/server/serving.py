"""An application on a socket: uvicorn, as this project runs it. Knows nothing of what is served."""

import contextlib
import gc
import logging
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from mockserver.server.wire import BoundedHttpProtocol

ACCESS_LOGGED = ("info", "debug")


def server_of(app: ASGIApp, *, log_level: str = "warning", **options: Any) -> uvicorn.Server:
    """Return a server of *app*, for `run` to serve with on sockets that listen.

    log_level: uvicorn's; `info` shows every request. options: more of uvicorn's.
    """
    # clients' malformed uploads are answered, not logged
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    config = uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        ws="none",
        interface="asgi3",  # or uvicorn would take a plain function that hands on a coroutine for ASGI 2
        lifespan="off",
        log_level=log_level,
        access_log=log_level in ACCESS_LOGGED,  # or uvicorn would write each line, and then throw it away
        server_header=False,
        proxy_headers=False,  # `Request.base_url` reads the one that matters
        timeout_graceful_shutdown=1,
        **options,
    )
    return uvicorn.Server(config)


def serve(app: ASGIApp, listener: socket.socket, *, log_level: str = "warning") -> None:
    """Serve *app* on *listener*, a socket that listens, until the process is told to stop."""
    server = server_of(app, log_level=log_level)
    gc.freeze()  # what has been imported and compiled stays: no collection need go through it
    gc.enable()
    with contextlib.suppress(KeyboardInterrupt):  # how a server is meant to be stopped
        server.run(sockets=[listener])
