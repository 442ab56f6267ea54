"""Targets that are hard to judge, in a time of their own: slow, skewed, flapping, lossy, late to show.

The honest backend is behind each of them, and what is hard lies before it, in the wire. Time passes only
when somebody waits for it or for an answer, so that a run of minutes is over at once.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from mockserver.conformance.in_process import transport_of
from mockserver.conformance.inquiry import Credentials
from mockserver.conformance.report import Part, Report
from mockserver.conformance.run import Conformance, Options
from mockserver.contract.document import Document
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import Clock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds

TOKEN = Credentials(token="tok_admin_0123456789")
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
JOBS = "/admin/batch-jobs"
REQUEST = 0.004  # seconds, of an answer of a target that is quick


@dataclass(kw_only=True)
class Time:
    """The time of one run, in seconds. Mutable: it passes."""

    now: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.0)


@dataclass(frozen=True, kw_only=True)
class TargetTime:
    """What the target's clock runs by; it may be set wrong."""

    time: Time
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time.now) + self.skew


@dataclass(kw_only=True)
class Wire(httpx.BaseTransport):
    """What lies before the honest backend, and troubles nobody by itself. Mutable: it counts the requests."""

    time: Time
    inner: httpx.BaseTransport
    latency: float = REQUEST
    requests: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        patience = request.extensions["timeout"]["read"]
        if self.latency > patience:
            self.time.sleep(patience)
            raise httpx.ReadTimeout("late", request=request)
        self.time.sleep(self.latency)
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


@dataclass(kw_only=True)
class Lossy(Wire):
    """Breaks some connections: half of them before the request has arrived, half of them after it."""

    share: float
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311  # no secret

    def answer(self, request: httpx.Request) -> httpx.Response:
        is_lost, is_done = self.chance.random() < self.share, self.chance.random() < 0.5
        response = super().answer(request) if is_done or not is_lost else None
        if response is None or is_lost:
            raise httpx.ReadError("reset", request=request)
        return response


@dataclass(kw_only=True)
class EverySecond(Wire):
    """Breaks every second connection before the request has arrived."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.requests % 2 == 0:
            raise httpx.ReadError("reset", request=request)
        return super().answer(request)


@dataclass(kw_only=True)
class Flapping(Wire):
    """Is down for two of every five seconds."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.time.now % 5 >= 3:
            raise httpx.ConnectError("refused", request=request)
        return super().answer(request)


@dataclass(kw_only=True)
class Throttling(Wire):
    """Answers at most so many requests in a second, and tells the others to wait."""

    most: int = 40
    second: int = 0
    answered: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if int(self.time.now) != self.second:
            self.second, self.answered = int(self.time.now), 0
        self.answered += 1
        if self.answered > self.most:
            return httpx.Response(429, headers={"retry-after": "1"}, text="Too Many Requests")
        return super().answer(request)


@dataclass(kw_only=True)
class Caching(Wire):
    """Reads each list from a cache, for so many seconds. Mutable: it keeps what was read."""

    lag: float
    kept: dict[str, tuple[float, httpx.Response]] = field(default_factory=dict)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" or request.url.path != JOBS:
            return super().answer(request)
        key = f"{request.url.query.decode()} {request.headers.get('authorization')}"
        read_at, response = self.kept.get(key, (float("-inf"), None))
        if response is None or self.time.now - read_at >= self.lag:
            response = super().answer(request)
            response.read()
            self.kept[key] = (self.time.now, response)
        headers = {"content-type": response.headers["content-type"]}
        return httpx.Response(response.status_code, headers=headers, content=response.content)


@dataclass(kw_only=True)
class ClosesCancel(Wire):
    """Closes the connection of whoever asks to cancel."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/cancel"):
            raise httpx.RemoteProtocolError("closed", request=request)
        return super().answer(request)


@dataclass(kw_only=True)
class HangsOnCancel(Wire):
    """Never answers whoever asks to cancel."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/cancel"):
            self.time.sleep(request.extensions["timeout"]["read"])
            raise httpx.ReadTimeout("never", request=request)
        return super().answer(request)


@dataclass(kw_only=True)
class FallsSilent(Wire):
    """Answers nobody any more after so many seconds."""

    after: float

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.time.now > self.after:
            self.time.sleep(request.extensions["timeout"]["read"])
            raise httpx.ReadTimeout("never", request=request)
        return super().answer(request)


@dataclass(kw_only=True)
class Loses(Wire):
    """Grants what is asked by *verb*, and does nothing: the answer is that of a job that is like it."""

    verb: str
    status: str
    starts: tuple[str, ...]

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith(f"/{self.verb}"):
            return super().answer(request)
        job = request.url.path.removesuffix(f"/{self.verb}")
        asked = httpx.Request("GET", request.url.copy_with(path=job, query=None), headers=request.headers)
        asked.headers.pop("content-length", None)
        response = self.inner.handle_request(asked)
        if response.status_code != 200:
            return response
        shown = json.loads(response.read())["batch_job"]
        if shown["status"] not in self.starts:
            return super().answer(request)
        now = (START + timedelta(seconds=self.time.now)).isoformat(timespec="milliseconds")
        at = f"{now.removesuffix('+00:00')}Z"
        done = {**shown, "status": self.status, f"{self.status}_at": at, "updated_at": at}
        return httpx.Response(200, json={"batch_job": done})


@dataclass(kw_only=True)
class ErrorPages(Wire):
    """Answers a page of some proxy to whoever asks for one job."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path.startswith(f"{JOBS}/"):
            page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
            return httpx.Response(502, headers={"content-type": "text/html"}, content=page)
        return super().answer(request)


@dataclass(kw_only=True)
class Lagging(Wire):
    """Shows what a client did to a job only some seconds later: a replica answers reads.

    Mutable: it keeps, by job, what was to be seen before, and until when that is shown.
    """

    lag: float
    old: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path.startswith(JOBS):
            return self.read(request)
        job = request.url.path.removeprefix(f"{JOBS}/").partition("/")[0]
        before = self.primary(request, job) if request.url.path.startswith(f"{JOBS}/") else None
        response = super().answer(request)
        if request.method == "POST" and request.url.path == JOBS and response.status_code == 201:
            made = json.loads(response.read())["batch_job"]["id"]
            self.old[made] = (self.time.now + self.lag, None)
        elif before is not None and response.status_code == 200:
            until, oldest = self.old.get(job, (0.0, before))
            self.old[job] = (self.time.now + self.lag, oldest if until > self.time.now else before)
        return response

    def primary(self, request: httpx.Request, job: str) -> Any:
        headers = {key: value for key, value in request.headers.items() if key != "content-length"}
        asked = httpx.Request("GET", request.url.copy_with(path=f"{JOBS}/{job}", query=None), headers=headers)
        response = self.inner.handle_request(asked)
        return json.loads(response.read()).get("batch_job") if response.status_code == 200 else None

    def read(self, request: httpx.Request) -> httpx.Response:
        response = super().answer(request)
        if "json" not in response.headers.get("content-type", ""):
            return response
        late = {job: seen for job, (until, seen) in self.old.items() if until > self.time.now}
        answer = json.loads(response.read())
        job = answer.get("batch_job")
        if job and job.get("id") in late and job.keys() > {"id", "updated_at"}:
            seen = late[job["id"]]
            if seen is None:
                missing = {"type": "not_found", "message": f"Batch job with id {job['id']} was not found"}
                return httpx.Response(404, json=missing)
            return httpx.Response(200, json={"batch_job": {**job, **seen}})
        if "batch_jobs" in answer:
            return httpx.Response(200, json=self.page(answer, late))
        return httpx.Response(response.status_code, headers=response.headers, content=response.content)

    def page(self, answer: Any, late: dict[str, Any]) -> Any:
        rows = [self.row(each, late) for each in answer["batch_jobs"]]
        shown = [each for each in rows if each is not None]
        return {**answer, "batch_jobs": shown, "count": answer["count"] - rows.count(None)}

    def row(self, job: Any, late: dict[str, Any]) -> Any:
        if job.get("id") not in late:
            return job
        seen = late[job["id"]]
        return None if seen is None else {key: seen.get(key, value) for key, value in job.items()}


def judged(  # noqa: PLR0913  # what a run is made of
    document: Document,
    wire: Callable[..., Wire] = Wire,
    *,
    scenario: str = "instant",
    skew: timedelta = timedelta(),
    max_time: float = 60.0,
    eventual: float = 0.0,
    parts: tuple[Part, ...] = (Part.JUDGE, Part.LIFECYCLE, Part.LISTS),
    credentials: Credentials = TOKEN,
    **trouble: Any,
) -> tuple[Report, float]:
    """Return the report on the honest backend behind *wire*, and how many seconds the run took."""
    time, settings = Time(), Settings()
    world = build_world(
        document, settings, clock=Clock(TargetTime(time=time, skew=skew)), scenario=scenario_named(scenario)
    )
    app = build_app(document, Worlds(world), settings)
    options = Options(
        url="http://target", credentials=credentials, max_time=max_time, eventual=eventual, parts=parts
    )
    with httpx.Client(transport=wire(time=time, inner=transport_of(app), **trouble)) as client:
        run = Conformance(
            document=document, options=options, client=client, clock=time.clock, sleep=time.sleep
        )
        return run.run(), time.now
