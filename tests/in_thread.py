"""A server on a real socket in a thread of this process, so that a test has its world in hand."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import uvicorn
from starlette.types import ASGIApp

from mockserver.server.serving import server_of

PATIENCE = 10  # seconds until a test gives up; machines are noisy


@dataclass(frozen=True)
class Running:
    """A running server. thread: in which it runs."""

    port: int
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, headers: Mapping[str, str], *, timeout: float = PATIENCE) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=timeout, headers=headers, trust_env=False)

    def connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def becomes_idle(self) -> bool:
        """Return whether all requests come to their end soon."""
        return self._becomes(busy=False)

    def becomes_busy(self) -> bool:
        """Return whether soon a request waits for something."""
        return self._becomes(busy=True)

    def _becomes(self, *, busy: bool) -> bool:
        until = time.monotonic() + PATIENCE
        while bool(self.server.server_state.tasks) is not busy and time.monotonic() < until:
            time.sleep(0.01)
        return bool(self.server.server_state.tasks) is busy

    def stop(self) -> None:
        """Stop the server, and wait for its end."""
        self.server.should_exit = True
        self.thread.join(PATIENCE)


@contextmanager
def running(app: ASGIApp) -> Iterator[Running]:
    """Serve *app* on a free port, as `mockserver serve` does, until the end."""
    server = server_of(app)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        serving = Running(port=listener.getsockname()[1], server=server, thread=thread)
        try:
            yield serving
        finally:
            serving.stop()
