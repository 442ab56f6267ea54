"""A defect: one named lie that a server can be told to tell. What it is, not how any of them is told.

A defect lives outside of the healthy server, which knows nothing of it. It is told in two ways, alone or
together: by an edit of the documents that the server is built from, or by a lie that stands between the
client and the healthy server, and hands the one another answer or the other another request.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote

from mockserver.grading.kind import Kind
from mockserver.server.credentials import Credentials
from mockserver.server.exchange import JSON, Headers, entity_tag, to_json
from mockserver.simulation.world import World

CREATE, RETRIEVE, LIST = "PostBatchJobs", "GetBatchJobsBatchJob", "GetBatchJobs"
CONFIRM, CANCEL = "PostBatchJobsBatchJobConfirmProcessing", "PostBatchJobsBatchJobCancel"
LOG_IN, LOG_OUT, TOKEN, WHO_AM_I = "PostAuth", "DeleteAuth", "PostToken", "GetAuth"
OF_ONE_JOB = (RETRIEVE, CONFIRM, CANCEL)
EVERYWHERE = (CREATE, RETRIEVE, LIST, CONFIRM, CANCEL)
CREDENTIALS = frozenset({"authorization", "cookie", "x-medusa-access-token"})
FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding"})
OF_THE_BODY = frozenset({b"content-length", b"etag"})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request at the door, whole.

    operation: its operationId. job_id: the `id` in its path, else empty. query: as it was sent, without the
    question mark. headers: by lower-case name, the last one of each. paths: of every operation, by its id.
    world: the one that it is for. credentials: of the server behind the door.
    """

    operation: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    job_id: str
    paths: Mapping[str, str]
    world: World
    credentials: Credentials

    @cached_property
    def payload(self) -> Any:
        """Return what the body says; None when it is no JSON."""
        return _parsed(self.body)

    def saying(self, payload: Any) -> "Asked":
        """Return the request with another JSON body."""
        kept = {name: value for name, value in self.headers.items() if name not in FRAMING}
        body = to_json(payload)
        headers = {**kept, "content-type": "application/json", "content-length": str(len(body))}
        return replace(self, body=body, headers=headers)

    def by(self, user_id: str) -> "Asked":
        """Return the request as the user *user_id* would send it."""
        token = self.credentials.bearer_token(user_id, at=self.world.settle())
        kept = {name: value for name, value in self.headers.items() if name not in CREDENTIALS}
        return replace(self, headers={**kept, "authorization": f"Bearer {token}"})

    def retrieving(self, job_id: str) -> "Asked":
        """Return the request for the job with *job_id*, with the credentials of this one."""
        path = self.paths[RETRIEVE].replace("{id}", quote(job_id, safe=""))
        return replace(self._reading(RETRIEVE), path=path, job_id=job_id)

    def listing(self, query: str) -> "Asked":
        """Return the request for the jobs that *query* asks for, with the credentials of this one."""
        return replace(self._reading(LIST), query=query)

    def _reading(self, operation: str) -> "Asked":
        kept = {name: value for name, value in self.headers.items() if name not in FRAMING}
        path = self.paths[operation]
        return replace(
            self, operation=operation, method="GET", path=path, query="", headers=kept, body=b"", job_id=""
        )


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer at the door. headers: without those that follow from the body."""

    status: int
    headers: Headers
    body: bytes

    @cached_property
    def payload(self) -> Any:
        """Return what the body says; None when it is no JSON."""
        return _parsed(self.body)

    @property
    def job(self) -> Mapping[str, Any]:
        """Return the one job that it shows; an empty mapping when it shows none."""
        job = self.payload.get("batch_job") if isinstance(self.payload, dict) else None
        return job if isinstance(job, dict) else {}

    def saying(self, payload: Any, *, status: int | None = None) -> "Answered":
        """Return the answer with another JSON body, and another *status* when one is given."""
        return self.with_body(to_json(payload), status=status, content_type=JSON)

    def with_body(self, body: bytes, *, content_type: str, status: int | None = None) -> "Answered":
        """Return the answer with another *body*."""
        kept = [each for each in self.headers if each[0] != b"content-type"]
        headers = [*kept, (b"content-type", content_type.encode("latin-1"))]
        return Answered(status=self.status if status is None else status, headers=headers, body=body)

    def sent(self) -> Headers:
        """Return all headers, those that follow from the body among them."""
        kept = [each for each in self.headers if each[0] not in OF_THE_BODY]
        tag = [(b"etag", entity_tag(self.body))] if self.body else []
        return [*kept, *tag, (b"content-length", str(len(self.body)).encode())]


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:  # text, a file, or a client's mistake
        return None


Ask = Callable[[Asked], Awaitable[Answered]]
"""What gives the answer to a request: the healthy server, or a liar before it."""

Edit = Callable[[Any], None]
"""Changes a copy of the bundled documents in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie:
    """How a defect is told at the door.

    operations: those whose exchanges it sees. make: called once for each world with what tells the truth, so
    that what a lie remembers is that world's own.
    """

    operations: Sequence[str]
    make: Callable[[Ask], Ask]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One named lie.

    lies: what the server does, in one sentence. missing: the assertion that a test suite lacks which does not
    notice.
    """

    name: str
    kind: Kind
    lies: str
    missing: str
    edits: Sequence[Edit] = ()
    lie: Lie | None = None
