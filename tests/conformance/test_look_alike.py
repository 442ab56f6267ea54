"""The look-alike is a sound stand-in: it deviates from the contract as the real server does, and no further.

In this process, on a clock that is moved by hand, so that the worker's three seconds take no time. That the
real server deviates so is shown in tests/real; fuzzing wants a socket, and is done there too.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from mockserver.conformance.in_process import IN_PROCESS, URL, _asgi_transport
from mockserver.conformance.inquiry import Credentials
from mockserver.conformance.known import find, read
from mockserver.conformance.report import Report
from mockserver.conformance.run import Conformance, Options
from mockserver.contract.document import Document
from mockserver.quirk import Quirks
from mockserver.server.app import build_app, build_world
from mockserver.server.personality import MEDUSA, quirks_of
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds

BEGINNING = datetime(2026, 11, 22, 1, 44, 39, 286123, tzinfo=UTC)
A_REQUEST, A_MOMENT = timedelta(milliseconds=10), timedelta(milliseconds=1)


def judged(document: Document, quirks: Quirks, *, seed: int) -> Report:
    """Return what is to be said of a server with *quirks*, on which each request takes a while."""
    clock, settings = ManualClock(BEGINNING), Settings(quirks=quirks)
    world = build_world(document, settings, clock=clock, scenario=scenario_named("steady"))
    app = build_app(document, Worlds(world), settings)

    async def taking_a_while(scope: Any, receive: Any, send: Any) -> None:
        clock.advance(A_REQUEST)
        await app(scope, receive, send)

    options = Options(
        url=URL,
        credentials=Credentials(token=settings.api_token),
        max_time=60,
        seed=seed,
        parts=IN_PROCESS,
    )
    with httpx.Client(transport=_asgi_transport(taking_a_while)) as client:
        return Conformance(
            document=document,
            options=options,
            client=client,
            clock=lambda: (clock.now() - BEGINNING).total_seconds(),  # noqa: PLW0108  # it moves
            sleep=lambda seconds: clock.advance(timedelta(seconds=seconds) + A_MOMENT),
        ).run()


def test_nothing_is_found_on_the_default_personality(document: Document) -> None:
    report = judged(document, Quirks(), seed=0)

    assert report.violations == ()
    assert report.notes == ()
    assert report.trouble == ""


def test_all_that_is_known_of_the_real_server_is_found_on_the_look_alike(document: Document) -> None:
    known = read(find(MEDUSA))
    always = {each.violation for each in known if not each.sometimes}

    report = judged(document, quirks_of(like=MEDUSA, names=()), seed=0)

    found = {each.id for each in report.violations}
    assert always <= found
    assert found <= {each.violation for each in known}
