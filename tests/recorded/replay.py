"""Sends what was recorded to an application, in the recorded order, on a clock that only this moves.

Compares nothing.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from mockserver.contract.judge import Exchange as Witnessed
from mockserver.simulation.clock import TimeSource
from tests.asgi_client import Answer, Client
from tests.recorded.recording import Ask, Exchange, Recording, Reply, Wait, generated

BEGINNING = datetime(2026, 11, 22, 1, 44, 43, tzinfo=UTC)
BETWEEN_POLLS = timedelta(milliseconds=50)  # as the recorder; where it looked oftener it saw no more
HOST = "127.0.0.1:9000"  # the recorded server's, and so the recorder said
POLL_HOST = "127.0.0.1"  # the recorder left the port out when it polled
JWT_SECRET = "supersecret-jwt"  # the recorded server's
BOUNDARY = "----recboundary7MA4YWxk"

Variables = dict[str, str]


class MovedClock(TimeSource, Protocol):
    """A clock that stands still, or runs, until a moment that is told by how far off it is."""

    def advance(self, by: timedelta) -> None:
        """Return when it is *by* later."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What an application answered to one group.

    replies: by the exchange's name. sightings: by the wait's name, every distinct job that a poll saw.
    """

    recording: Recording
    replies: Mapping[str, Reply]
    sightings: Mapping[str, Sequence[Mapping[str, Any]]]


def replay(app: ASGIApp, clock: MovedClock, recordings: Iterable[Recording]) -> Iterator[Replayed]:
    """Yield what *app* answers to each of *recordings*; *clock* must be its own."""
    client = Client(app, _unseen)
    for recording in recordings:
        yield _GroupReplay(client, clock).of(recording)


def _unseen(_exchange: Witnessed) -> None:
    """Judge nothing: the real server does not keep our contract, and so neither does what looks like it."""


class _GroupReplay:
    """One group being replayed. Mutable: it remembers the variables."""

    def __init__(self, client: Client, clock: MovedClock) -> None:
        self._client = client
        self._clock = clock
        self._variables: Variables = {}

    def of(self, recording: Recording) -> Replayed:
        replies, sightings = {}, {}
        for step in recording.steps:
            if isinstance(step, Wait):
                sightings[step.name] = self._waited(step)
            else:
                replies[step.name] = self._exchanged(step)
        return Replayed(recording, replies, sightings)

    def _exchanged(self, exchange: Exchange) -> Reply:
        self._clock.advance(exchange.pause)
        for variable, rule in exchange.derived.items():
            self._variables[variable] = self._derived(rule)
        request = exchange.request
        body = _body(request, self._variables)
        stated = filled(request.headers, self._variables)
        # a header loses the blanks around it on the wire
        headers = {"host": HOST, **_types(request), **{name: stated[name].strip() for name in stated}}
        if body is not None:
            headers["content-length"] = str(len(body))
        target = filled(request.target, self._variables)
        answer = self._client.request(request.method, target, body=body or b"", headers=headers)
        reply = reply_of(request.method, answer)
        for variable, path in exchange.captures.items():
            if (value := captured(reply, path)) is not None:
                self._variables[variable] = str(value)
        return reply

    def _waited(self, wait: Wait) -> list[Mapping[str, Any]]:
        """Return what was seen of the job until it was as the recorder wanted it, or the time was over."""
        began, reached, seen = self._clock.now(), None, list[Mapping[str, Any]]()
        while True:
            job, elapsed = self._polled(wait), self._clock.now() - began
            if not seen or seen[-1] != job:
                seen.append(job)
            if reached is None and job.get("status") in wait.until:
                reached = elapsed
            is_over = reached is not None and elapsed >= reached + wait.extra
            if is_over or elapsed > wait.timeout or "__UNSET_" in filled(wait.job, self._variables):
                return seen
            self._clock.advance(BETWEEN_POLLS)

    def _polled(self, wait: Wait) -> Mapping[str, Any]:
        target = filled(f"/admin/batch-jobs/{wait.job}", self._variables)
        headers = {"host": POLL_HOST, "authorization": filled(wait.authorization, self._variables)}
        answer = self._client.request("GET", target, headers=headers)
        job: Mapping[str, Any] = (
            answer.json()["batch_job"] if answer.status == 200 else {"http": answer.status}
        )
        return job

    def _derived(self, rule: Mapping[str, Any]) -> str:
        match filled(dict(rule), self._variables):
            case {"jwt": claims}:
                return signed_token(claims, at=self._clock.now(), secret=rule.get("secret", JWT_SECRET))
            case {"tampered": cookie}:
                return f"{cookie[:-3]}xyz"
            case {"upper": text}:
                return str(text.upper())
            case {"percent": text}:
                return str(text.replace("_", "%5F"))
            case {"epoch_seconds": instant}:
                return str(int(datetime.fromisoformat(str(instant)).timestamp()))
            case {"path": url}:
                return urlsplit(str(url)).path
            case unknown:
                raise LookupError(f"no rule makes a variable of {unknown}")


def filled(template: Any, variables: Mapping[str, str]) -> Any:
    """Return *template* with every `${variable}` replaced; one that is not set leaves a text that says so."""
    if isinstance(template, str):
        return re.sub(
            r"\$\{(\w+)\}", lambda found: variables.get(found[1], f"__UNSET_{found[1]}__"), template
        )
    if isinstance(template, list):
        return [filled(each, variables) for each in template]
    if isinstance(template, dict):
        return {name: filled(each, variables) for name, each in template.items()}
    return template


def captured(reply: Reply, path: str) -> Any:
    """Return the value at *path* of an answer; None when it has none.

    path: such as `body.batch_job.id`, or `headers.etag`; a header's value ends at its first semicolon.
    """
    where, _, rest = path.partition(".")
    if where == "headers":
        value = reply.headers.get(rest)
        return value and value.split(";")[0]
    found = reply.body
    try:
        for name in rest.split("."):
            found = found[int(name)] if isinstance(found, list) else found[name]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return found


def reply_of(method: str, answer: Answer) -> Reply:
    """Return *answer* as the recorder would have written it down."""
    content = b"" if method == "HEAD" else answer.body
    if "json" in answer.headers.get("content-type", ""):
        try:
            return Reply(status=answer.status, headers=answer.headers, kind="json", body=json.loads(content))
        except ValueError:
            pass
    text = content.decode("utf-8", "replace")
    return Reply(status=answer.status, headers=answer.headers, kind="text" if text else "empty", body=text)


def signed_token(claims: Mapping[str, Any], *, at: datetime, secret: str) -> str:
    """Return a JWT. claims: `iat` and `exp` in seconds from *at*."""
    now = int(at.timestamp())
    dated = {name: now + each if name in ("iat", "exp") else each for name, each in claims.items()}
    signing = f"{_packed(json.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_packed(json.dumps(dated))}"
    signature = hmac.digest(secret.encode(), signing.encode(), hashlib.sha256)
    return f"{signing}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _types(request: Ask) -> dict[str, str]:
    """Return the content type that the recorder adds to a body when the case states none."""
    if request.body_kind == "parts":
        return {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    if request.body_kind == "json" and not any(name.lower() == "content-type" for name in request.headers):
        return {"content-type": "application/json"}
    return {}


def _body(request: Ask, variables: Variables) -> bytes | None:
    """Return the request's body as it is sent; None when it has none."""
    body = filled(request.body, variables)
    match request.body_kind:
        case "json":
            return json.dumps(body, ensure_ascii=False).encode()
        case "raw":
            return str(body).encode()
        case "generated":
            return generated(body).encode()
        case "parts":
            return b"".join(map(_part, body)) + f"--{BOUNDARY}--\r\n".encode()
        case _:
            return None


def _part(part: Mapping[str, str]) -> bytes:
    disposition = f'form-data; name="{part["field"]}"; filename="{part["filename"]}"'
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\nContent-Type: {part['type']}\r\n\r\n"
    return f"{head}{part['content']}\r\n".encode()
