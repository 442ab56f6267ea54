"""What lets recordings be replayed against a running server: its door as an application, and the wall clock.

Compares nothing: that is tests/recorded.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from tests.real.processes import LOOK_AGAIN, NotStarted
from tests.real.seeding import SECOND, Admin

PATIENCE = 30.0  # seconds for an answer, or for the worker


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


def await_worker(url: str) -> None:
    """Return just after the worker has looked for work, as it does every three seconds.

    What is asked for next is answered before it looks again, as when it was recorded. The job that shows it
    is the second admin's, of whom the recordings know nothing.
    """
    admin, deadline = Admin.logged_in(url, SECOND), time.monotonic() + PATIENCE
    export = {"type": "product-export", "context": {}, "dry_run": True}
    job = admin.post("/admin/batch-jobs", export)["batch_job"]
    while job["status"] == "created":
        if time.monotonic() > deadline:
            raise NotStarted(f"the worker did not look for work in {PATIENCE:g} s")
        time.sleep(LOOK_AGAIN)
        job = admin.get(f"/admin/batch-jobs/{job['id']}")["batch_job"]
