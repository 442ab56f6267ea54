"""Judging an application that runs in this process: WSGI or ASGI, without a socket.

    ADMIN = Credentials(email="admin@example.com", password="supersecret")

    @pytest.mark.parametrize("check", checks(app, credentials=ADMIN), ids=str)
    def test_the_backend_conforms(check):
        check()

There is a check for each part of a run: `judge`, `lifecycle` and `lists`. The application is judged when the
first of them is called, for `max_time` seconds at most (30); the message of one that fails tells each rule
that is broken, where the documents state it, and the requests that show it. Knows nothing of pytest.
"""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.conformance.inquiry import Credentials
from mockserver.conformance.report import Part, Report, Violation
from mockserver.conformance.run import Conformance, Options
from mockserver.contract.document import Document, load, shipped_folder

if TYPE_CHECKING:
    import httpx

__all__ = ["Check", "Credentials", "DoesNotConform", "checks", "conform_app"]

URL = "http://in-process"
IN_PROCESS = (Part.JUDGE, Part.LIFECYCLE, Part.LISTS)  # schemathesis wants a socket


class DoesNotConform(AssertionError):
    """The application contradicts the contract; the message tells how, and what shows it."""


def conform_app(
    app: Any,
    *,
    credentials: Credentials,
    second: Credentials | None = None,
    document: Document | None = None,
    parts: tuple[Part, ...] = IN_PROCESS,
    max_time: float = 30.0,
    seed: int = 0,
) -> Report:
    """Return the report on *app*, a WSGI or ASGI application."""
    import httpx  # noqa: PLC0415  # heavy, and only this verb needs it

    options = Options(
        url=URL, credentials=credentials, second=second, max_time=max_time, seed=seed, parts=parts
    )
    with httpx.Client(transport=transport_of(app)) as client:
        return Conformance(document=document or load(shipped_folder()), options=options, client=client).run()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One named check of an application: of the rules of one part of a run.

    Call it; it raises or it does not. parts: those whose rules it tells of.
    """

    name: str
    judge: Callable[[], Report]
    parts: frozenset[Part]

    def __str__(self) -> str:
        return self.name

    def __call__(self) -> None:
        """Raise DoesNotConform where the application breaks a rule of this part, or could not be judged."""
        report = self.judge()
        broken = [each for each in report.violations if each.rule.part in self.parts]
        if broken:
            raise DoesNotConform("\n\n".join(("", *map(_told, broken))))
        if report.trouble:
            raise DoesNotConform(f"the application could not be judged: {report.trouble}")


@dataclass
class _Once:
    """Judges at the first call, and remembers. Mutable."""

    run: Callable[[], Report]
    reports: list[Report] = field(default_factory=list)

    def __call__(self) -> Report:
        if not self.reports:
            self.reports.append(self.run())
        return self.reports[0]


def checks(app: Any, *, credentials: Credentials, **options: Any) -> Iterator[Check]:
    """Yield a check for each part of a run; the application is judged once, when the first is called.

    options: those of `conform_app`. A rule of a part that is not run may be broken all the same, for every
    exchange is judged: the first check tells of it.
    """
    once = _Once(lambda: conform_app(app, credentials=credentials, **options))
    parts = tuple(options.get("parts", IN_PROCESS))
    for part in parts:
        others = frozenset(Part) - frozenset(parts) if part is parts[0] else frozenset()
        yield Check(name=str(part), judge=once, parts=frozenset((part,)) | others)


def _told(violation: Violation) -> str:
    lines = [
        f"{violation.rule.says} ({violation.rule.place})",
        f"  {violation.operation}, {violation.where}: expected {violation.expected}, found {violation.found}",
        *(f"  {each.request} -> {each.status} {each.body}" for each in violation.evidence),
        f"  {violation.id}",
    ]
    return "\n".join(lines)


def transport_of(app: Any) -> "httpx.BaseTransport":
    """Return what lets a client of httpx ask *app*, a WSGI or ASGI application."""
    import httpx  # noqa: PLC0415  # the same

    if _is_asgi(app):
        return _asgi_transport(app)
    return httpx.WSGITransport(app=app)


def _is_asgi(app: Any) -> bool:
    called = app if inspect.isfunction(app) or inspect.ismethod(app) else type(app).__call__
    if inspect.iscoroutinefunction(called):
        return True
    parameters = [each for each in inspect.signature(called).parameters if each != "self"]
    return len(parameters) == 3  # noqa: PLR2004  # scope, receive, send; WSGI takes two


def _asgi_transport(app: Any) -> "httpx.BaseTransport":
    import httpx  # noqa: PLC0415  # the same

    class AsgiTransport(httpx.BaseTransport):
        """Calls an ASGI application, each request in an event loop that runs until it is answered."""

        def __init__(self) -> None:
            self.inner = httpx.ASGITransport(app=app)
            self.runner = asyncio.Runner()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return self.runner.run(self._handle(request))

        async def _handle(self, request: httpx.Request) -> httpx.Response:
            sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            response = await self.inner.handle_async_request(sent)
            content = await response.aread()
            headers = [pair for pair in response.headers.raw if pair[0].lower() != b"content-encoding"]
            return httpx.Response(response.status_code, headers=headers, content=content)

        def close(self) -> None:
            self.runner.close()

    return AsgiTransport()
