"""What lets recordings be replayed against a running server: its door as an application, and the wall clock.

Compares nothing: that is tests/recorded.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

PATIENCE = 30.0  # seconds for an answer


class WaitedClock:
    """The wall clock, which is advanced by waiting: the server under test has no other."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        time.sleep(by.total_seconds())


@dataclass(frozen=True, slots=True)
class PassedOn:
    """An ASGI application that passes each request on to *url* to the byte, and what is answered back."""

    url: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        try:
            connection.putrequest(
                scope["method"], target.decode("latin-1"), skip_host=True, skip_accept_encoding=True
            )
            for name, value in scope["headers"]:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.getheaders()]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})
