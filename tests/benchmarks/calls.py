"""The requests that are measured, as data, and a plain client that makes one. Knows no server."""

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Self

from tests.benchmarks.failure import BenchmarkFailed

TOKEN = "tok_admin_0123456789"  # the documented token of the fake admin
JOBS = "/admin/batch-jobs"
OK, CREATED = 200, 201
DIFFERING = 4000  # more than a server remembers
# what Medusa's own dashboard keeps of an export of products, as the seed documents show it
SEED_BODY = {
    "type": "product-export",
    "dry_run": False,
    "context": {
        "list_config": {
            "skip": 0,
            "take": 50,
            "order": {"created_at": "DESC"},
            "relations": ["variants", "variant.prices", "images"],
        },
        "shape": {
            "dynamicImageColumnCount": 4,
            "dynamicOptionColumnCount": 2,
            "prices": [{"region": None, "currency_code": "eur"}],
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, and the status that has to answer it."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: {"x-medusa-access-token": TOKEN})
    body: str = ""
    status: int = OK

    def to_json(self) -> dict[str, Any]:
        """Return it as another process reads it."""
        return asdict(self)


def get_one(job_id: str) -> Call:
    """Return the call that gets one job."""
    return Call(path=f"{JOBS}/{job_id}")


def page(query: str) -> Call:
    """Return the call that gets a page of the list. query: as in the URL, without the question mark."""
    return Call(path=f"{JOBS}?{query}")


def create() -> Call:
    """Return the call that creates a job with the seed's example."""
    return _create(SEED_BODY)


def create_differing() -> Sequence[Call]:
    """Return calls that create jobs, no two of them alike: what was found for one helps no other."""
    filters = ({"title": f"T-Shirt {number}"} for number in range(DIFFERING))
    return [_create({**SEED_BODY, "context": {"filterable_fields": each}}) for each in filters]


def _create(body: Mapping[str, Any]) -> Call:
    text = json.dumps(body, separators=(",", ":"))
    headers = {"x-medusa-access-token": TOKEN, "content-type": "application/json"}
    return Call(path=JOBS, method="POST", headers=headers, body=text, status=CREATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. headers: in order, with their names as sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)


class Client:
    """One connection that is kept alive. Mutable: it is open or closed."""

    def __init__(self, port: int, *, timeout: float = 60) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, call: Call) -> Answer:
        """Return the answer to *call*. Raises BenchmarkFailed when its status is another one."""
        try:
            answer = self.try_to_ask(call)
        except (OSError, HTTPException) as error:
            raise BenchmarkFailed(f"{call.method} {call.path}: no answer: {error!r}") from error
        if answer.status != call.status:
            said = f"expected {call.status}, got {answer.status}: {answer.body[:300]!r}"
            raise BenchmarkFailed(f"{call.method} {call.path}: {said}")
        return answer

    def try_to_ask(self, call: Call) -> Answer:
        """Return whatever answers. Raises OSError or HTTPException."""
        body = call.body.encode() if call.body else None
        self._connection.request(call.method, call.path, body=body, headers=dict(call.headers))
        response = self._connection.getresponse()
        return Answer(status=response.status, headers=tuple(response.getheaders()), body=response.read())


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
