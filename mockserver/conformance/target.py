"""The target: where it is, as whom it is asked, and what becomes of a request that gets no answer.

Knows HTTP and nothing of batch jobs. Every exchange is shown to a witness. The target's instants are never
compared with this machine's clock, which only measures how long something has been waited for.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from mockserver.contract.judge import Exchange

if TYPE_CHECKING:
    import httpx

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ATTEMPTS = 6  # of a request that may be repeated, when its connection breaks
SECONDS_PER_REQUEST = 10.0
PATIENCE = 5.0  # seconds, with a target that has answered before and refuses connections now
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5  # seconds, between two attempts
THROTTLED = 429  # RFC 6585: too much was asked in a while, so nothing was done
LONGEST_THROTTLE = 5.0  # seconds, that a target may have itself waited for at a time
SILENCES_OF_ONE = 2  # of an operation that never answered, after which it is not asked any more
REFUSED, BROKEN = "the connection was refused", "the connection broke before there was an answer"
Query = Sequence[tuple[str, str]]


class NoAnswer(Exception):
    """A request got no answer, or none in time; the message says why, in words that do not vary."""


class _Refused(ConnectionError):
    """There was no connection, so nothing was asked."""


class OutOfTime(Exception):
    """The time that a part of the run may take is used up."""


class Enough(Exception):
    """No more needs to be known of the target."""


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
class Tally:
    """How often an operation answered, and how often not. Mutable. lost: the first request in vain."""

    answered: int = 0
    broken: int = 0
    silent: int = 0
    lost: Asked | None = None


@dataclass(kw_only=True)
class Target:
    """Asks the target, one request at a time.

    Mutable: it counts what broke, and knows when its time is up. enough: says whether no more needs to be
    asked. named: the operation of a method and a path. repeatable: paths whose POST may be repeated when its
    connection breaks, for it harms nothing when it is done twice. silent_for: seconds, since the last answer,
    that answers were waited for. answers, spent: how many there were, and how many seconds they took in all.
    """

    client: "httpx.Client"
    url: str
    witness: Witness
    ends: float
    timeout: float = SECONDS_PER_REQUEST
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    tick: Callable[[], None] = lambda: None
    enough: Callable[[], bool] = lambda: False
    named: Callable[[str, str], str] = lambda method, path: f"{method} {path}"
    repeatable: frozenset[str] = frozenset()
    broken: int = 0
    refused: int = 0
    throttled: int = 0
    silent_in_a_row: int = 0
    silent_for: float = 0.0
    tallies: dict[str, Tally] = field(default_factory=dict)
    answers: int = 0
    spent: float = 0.0

    @property
    def pace(self) -> float:
        """Return how long one question takes on the average, until its answer is judged, in seconds."""
        return self.spent / self.answers if self.answers else 0.0

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
        """Return the answer. Raises NoAnswer, OutOfTime when there is no time left to ask, and Enough.

        A request whose connection breaks is asked again where that harms nothing. Where there is no
        connection, nothing was asked: a target that has answered before may come back.
        """
        if self.enough():
            raise Enough
        headers = {**by.headers, **({"content-type": content_type} if content_type else {})}
        question = Exchange(
            method=method,
            path=path,
            query=query_text(query),
            request_headers=headers,
            request_body=body,
            status=0,
            response_headers={},
            response_body=b"",
        )
        begun, tally = self.clock(), self.tallies.setdefault(self.named(method, path), Tally())
        if not tally.answered and tally.silent >= SILENCES_OF_ONE:
            raise NoAnswer(self._silence())
        try:
            exchange = self._answer(question, tally)
        except NoAnswer as error:
            asked = Asked(exchange=question, by=by, at=self.clock(), upload=upload)
            told = replace(question, response_body=str(error).encode())
            tally.lost = tally.lost or replace(asked, exchange=told)
            raise
        tally.answered += 1
        asked = Asked(exchange=exchange, by=by, at=self.clock(), poll=poll, upload=upload)
        self.witness(asked)
        self.answers += 1
        self.spent += self.clock() - begun
        return asked

    def _answer(self, question: Exchange, tally: Tally) -> Exchange:
        """Return *question* with its answer, asked as often as is right. Raises NoAnswer, and OutOfTime."""
        may_repeat = question.method in SAFE_METHODS or question.path in self.repeatable
        begun, pause, attempts = self.clock(), FIRST_PAUSE, ATTEMPTS if may_repeat else 1
        while True:
            try:
                answered = self._exchange(question)
                if answered.status != THROTTLED or self.clock() - begun > self.timeout:
                    return answered
                self.throttled += 1
                self.sleep(_told_to_wait(answered, pause))
            except _Refused as error:
                self.refused += 1
                has_answered = any(each.answered for each in self.tallies.values())
                if not has_answered or self.clock() - begun > PATIENCE:
                    self.silent_in_a_row += 1
                    raise NoAnswer(REFUSED) from error
            except ConnectionError as error:
                self.broken += 1
                tally.broken += 1
                attempts -= 1
                if attempts == 0:
                    raise NoAnswer(BROKEN) from error
            except TimeoutError as error:
                self.silent_in_a_row += 1
                tally.silent += 1
                raise NoAnswer(self._silence()) from error
            self.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _silence(self) -> str:
        return f"no answer within {self.timeout:g} seconds"

    def _exchange(self, question: Exchange) -> Exchange:
        """Return *question* with its answer, asked once.

        Raises TimeoutError, ConnectionError, and OutOfTime.
        """
        import httpx  # noqa: PLC0415  # heavy, and only this verb needs it

        self.tick()
        left = self.ends - self.clock()
        if left <= 0:
            raise OutOfTime
        patience = min(self.timeout, max(left, 0.2))
        request = self.client.build_request(
            question.method,
            f"{self.url.rstrip('/')}{question.path}" + (f"?{question.query}" if question.query else ""),
            headers=question.request_headers,
            content=question.request_body,
            timeout=patience,
        )
        self.client.cookies.clear()
        try:
            response = self.client.send(request, stream=True)
            content = self._read(response, until=self.clock() + patience)
        except (httpx.TimeoutException, TimeoutError) as error:
            self.silent_for += patience
            if left < self.timeout:
                raise OutOfTime from error
            raise TimeoutError from error
        except httpx.ConnectError as error:
            raise _Refused from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ConnectionError from error
        self.silent_in_a_row, self.silent_for = 0, 0.0
        return replace(
            question,
            status=response.status_code,
            response_headers=dict(response.headers),
            response_body=content,
        )

    def _read(self, response: "httpx.Response", *, until: float) -> bytes:
        """Return the body, for which no more time is taken though it should come byte by byte."""
        chunks = []
        try:
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                if self.clock() > until:
                    raise TimeoutError
        finally:
            response.close()
        return b"".join(chunks)


def _told_to_wait(answered: Exchange, pause: float) -> float:
    """Return for how many seconds a target asks to be left alone; *pause* where it does not say."""
    told = answered.response_headers.get("retry-after", "")
    return min(float(told), LONGEST_THROTTLE) if told.isascii() and told.isdecimal() else pause


def query_text(query: Query) -> str:
    """Return *query* as it is sent: brackets stay as they are, for people to read."""
    return urlencode(list(query), quote_via=quote, safe="[],:*-")


def path_of(template: str, **values: str) -> str:
    """Return the path that *template* makes with *values*, each encoded."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template
