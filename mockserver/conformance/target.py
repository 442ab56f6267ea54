"""The target: where it is, as whom it is asked, and what becomes of a request that gets no answer.

Knows HTTP and nothing of batch jobs. Every exchange is shown to a witness. The target's instants are never
compared with this machine's clock, which only measures how long something has been waited for.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from mockserver.contract.judge import Exchange

if TYPE_CHECKING:
    import httpx

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ATTEMPTS = 4  # of a safe request whose connection breaks
SECONDS_PER_REQUEST = 10.0
Query = Sequence[tuple[str, str]]


class NoAnswer(Exception):
    """A request got no answer, or none in time; the message says why, in words that do not vary."""


class OutOfTime(Exception):
    """The time that a part of the run may take is used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """As whom the target is asked.

    headers: the credentials. shown: the same for a curl line, secrets as variables.
    """

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()


NOBODY = Caller(name="nobody")


def token_caller(name: str, token: str, *, variable: str) -> Caller:
    """Return who asks with an API token."""
    header = "x-medusa-access-token"
    return Caller(name=name, headers={header: token}, shown=(f"{header}: ${variable}",))


def bearer_caller(name: str, token: str, *, variable: str) -> Caller:
    """Return who asks with a JWT."""
    return Caller(
        name=name, headers={"authorization": f"Bearer {token}"}, shown=(f"Authorization: Bearer ${variable}",)
    )


def cookie_caller(name: str, cookie: str, *, variable: str) -> Caller:
    """Return who asks with a session cookie, *cookie* being `connect.sid=...`, or its value alone."""
    cookie = cookie if "=" in cookie else f"connect.sid={cookie}"
    return Caller(name=name, headers={"cookie": cookie}, shown=(f"Cookie: ${variable}",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to send as the multipart field `files`."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One exchange, with what the wire does not tell of it. poll: one of the many reads of a wait."""

    exchange: Exchange
    by: Caller
    at: float
    poll: bool = False
    upload: Upload | None = None

    @property
    def json(self) -> Any:
        """Return the JSON of the response, or None where it has none."""
        if "json" not in self.exchange.response_headers.get("content-type", ""):
            return None
        try:
            return orjson.loads(self.exchange.response_body)
        except orjson.JSONDecodeError:
            return None

    @property
    def status(self) -> int:
        """Return the response's status."""
        return self.exchange.status


Witness = Callable[[Asked], None]


@dataclass(kw_only=True)
class Target:
    """Asks the target, one request at a time.

    Mutable: it counts what broke, and knows when its time is up.
    """

    client: "httpx.Client"
    url: str
    witness: Witness
    ends: float
    timeout: float = SECONDS_PER_REQUEST
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    tick: Callable[[], None] = lambda: None
    broken: int = 0
    silent_in_a_row: int = 0

    def get(self, path: str, query: Query = (), *, by: Caller, poll: bool = False) -> Asked:
        """Return the answer to a GET."""
        return self.send("GET", path, query, by=by, poll=poll)

    def post(self, path: str, payload: Any = None, *, by: Caller, method: str = "POST") -> Asked:
        """Return the answer to a POST of JSON; of no body when *payload* is None."""
        if payload is None:
            return self.send(method, path, by=by)
        return self.send(method, path, by=by, body=orjson.dumps(payload), content_type="application/json")

    def upload(self, path: str, file: Upload, *, by: Caller) -> Asked:
        """Return the answer to the upload of *file*."""
        boundary = "mockserver-conform"
        disposition = f'form-data; name="files"; filename="{file.name}"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: text/csv\r\n\r\n"
        body = head.encode() + file.content + f"\r\n--{boundary}--\r\n".encode()
        content_type = f"multipart/form-data; boundary={boundary}"
        return self.send("POST", path, by=by, body=body, content_type=content_type, upload=file)

    def send(  # noqa: PLR0913  # what a request is made of
        self,
        method: str,
        path: str,
        query: Query = (),
        *,
        by: Caller,
        body: bytes = b"",
        content_type: str = "",
        poll: bool = False,
        upload: Upload | None = None,
    ) -> Asked:
        """Return the answer. Raises NoAnswer, and OutOfTime when there is no time left to ask.

        A safe request whose connection breaks is asked again; any other is not, for it may have been done.
        """
        headers = {**by.headers, **({"content-type": content_type} if content_type else {})}
        text = query_text(query)
        attempts = ATTEMPTS if method in SAFE_METHODS else 1
        for attempt in range(attempts):
            try:
                exchange = self._exchange(method, path, text, headers, body)
            except ConnectionError as error:
                self.broken += 1
                if attempt + 1 == attempts:
                    raise NoAnswer(str(error)) from error
                self.sleep(0.02 * (attempt + 1))
                continue
            asked = Asked(exchange=exchange, by=by, at=self.clock(), poll=poll, upload=upload)
            self.witness(asked)
            return asked
        raise AssertionError("a request is asked at least once")

    def _exchange(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> Exchange:
        import httpx  # noqa: PLC0415  # heavy, and only this verb needs it

        self.tick()
        left = self.ends - self.clock()
        if left <= 0:
            raise OutOfTime
        url = f"{self.url.rstrip('/')}{path}" + (f"?{query}" if query else "")
        request = self.client.build_request(
            method, url, headers=headers, content=body, timeout=min(self.timeout, max(left, 0.2))
        )
        self.client.cookies.clear()
        try:
            response = self.client.send(request)
        except httpx.TimeoutException as error:
            if left < self.timeout:
                raise OutOfTime from error
            self.silent_in_a_row += 1
            raise NoAnswer(f"no answer within {self.timeout:g} seconds") from error
        except httpx.ConnectError as error:
            raise ConnectionError("the connection was refused") from error
        except httpx.TransportError as error:
            raise ConnectionError("the connection broke before there was an answer") from error
        self.silent_in_a_row = 0
        return Exchange(
            method=method,
            path=path,
            query=query,
            request_headers=dict(headers),
            request_body=body,
            status=response.status_code,
            response_headers=dict(response.headers),
            response_body=response.content,
        )


def query_text(query: Query) -> str:
    """Return *query* as it is sent: brackets stay as they are, for people to read."""
    return urlencode(list(query), quote_via=quote, safe="[],:*-")


def path_of(template: str, **values: str) -> str:
    """Return the path that *template* makes with *values*, each encoded."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template
