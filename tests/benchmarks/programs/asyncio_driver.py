"""The built-in load: requests over kept-alive connections, as fast as they are answered.

Reads its task from standard input as JSON, `{"port", "seconds", "connections", "calls": [...]}`, and prints
`{"requests", "seconds", "failures"}`. Understands only answers that state their length, as all servers
measured here do.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

try:
    import uvloop as loops
except ImportError:  # there is none for Windows
    loops = asyncio  # type: ignore[misc]  # its run() is called the same way


class Connection(asyncio.Protocol):
    """Sends a request, waits for the answer's end, and sends the next. Mutable: it counts."""

    def __init__(self, requests: Iterator[tuple[bytes, bytes]]) -> None:
        self.requests = requests
        self.answered = 0
        self.failures: list[str] = []
        self.is_over = False
        self._expected = b""
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        request, self._expected = next(self.requests)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer; at its end send the next request."""
        self._buffer = buffer = self._buffer + data if self._buffer else data
        head_end = buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = buffer[:head_end].lower()
        _, named, rest = head.partition(b"\r\ncontent-length:")
        if not named:
            self._fail(f"an answer without content-length: {head[:200]!r}")
            return
        if len(buffer) < head_end + 4 + int(rest.partition(b"\r\n")[0]):
            return
        self._buffer = b""
        if buffer[9:12] != self._expected:
            self._fail(f"expected {self._expected.decode()}: {buffer[:300]!r}")
        self.answered += 1
        if not self.is_over:
            self._send()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Count a connection that the server closed."""
        if not self.is_over:
            self.failures.append("the server closed the connection")

    def _fail(self, message: str) -> None:
        self.failures.append(message)
        self.end()

    def end(self) -> None:
        """Send nothing more."""
        self.is_over = True
        self._transport.close()


def _request(call: Mapping[str, Any], port: int) -> tuple[bytes, bytes]:
    """Return the bytes of the request and of the status that has to answer it."""
    body = call["body"].encode()
    headers = {"host": f"127.0.0.1:{port}", **call["headers"]}
    if body:
        headers["content-length"] = str(len(body))
    lines = [
        f"{call['method']} {call['path']} HTTP/1.1",
        *(f"{key}: {value}" for key, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body, str(call["status"]).encode()


async def load(
    port: int, *, calls: Sequence[Mapping[str, Any]], connections: int, seconds: float
) -> dict[str, Any]:
    """Return how many requests were answered within *seconds*, and what failed."""
    requests = itertools.cycle([_request(call, port) for call in calls])
    loop = asyncio.get_running_loop()
    opened: list[Connection] = []
    began = time.perf_counter()
    for _ in range(connections):
        _, connection = await loop.create_connection(lambda: Connection(requests), "127.0.0.1", port)
        opened.append(connection)
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    answered = sum(each.answered for each in opened)
    failures = [failure for each in opened for failure in each.failures]
    for each in opened:
        each.end()
    return {"requests": answered, "seconds": took, "failures": failures}


def main() -> None:
    """Do the task that standard input describes."""
    task = json.load(sys.stdin)
    done = loops.run(
        load(task["port"], calls=task["calls"], connections=task["connections"], seconds=task["seconds"])
    )
    json.dump(done, sys.stdout)


if __name__ == "__main__":
    main()
