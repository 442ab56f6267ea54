"""Our server with many jobs in its store, which is filled before the first request is answered.

They were created one after the other over the last day.
"""

import argparse
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.contract.document import load, shipped_folder
from mockserver.server.app import build_app, build_world
from mockserver.server.serving import serve
from mockserver.server.settings import Settings
from mockserver.simulation.clock import Clock, WallClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.benchmarks.calls import SEED_BODY

PAST = timedelta(days=1)


class Filling:
    """Tells instants of the past while the world is filled, and the present afterwards. Mutable."""

    def __init__(self, beginning: datetime) -> None:
        self.past: datetime | None = beginning
        self._wall = WallClock()

    def now(self) -> datetime:
        """Return the instant that is set, or the present one when none is."""
        return self._wall.now() if self.past is None else self.past


def main() -> None:
    """Fill a world and serve it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--jobs", type=int, required=True)
    options = parser.parse_args()
    document, settings = load(shipped_folder()), Settings()
    beginning = datetime.now(UTC) - PAST
    source = Filling(beginning)
    world = build_world(document, settings, clock=Clock(source), scenario=scenario_named("steady"))
    filling = partial(fill, world, source, beginning=beginning, jobs=options.jobs, email=settings.admin_email)
    with socket.create_server(("127.0.0.1", options.port), backlog=2048) as listener:
        serve(FilledFirst(build_app(document, Worlds(world), settings), filling), listener)


class FilledFirst:
    """Fills the world before it answers the first request. Mutable: it does so once.

    The server runs by then, so that whatever it arranges at its start (what the garbage collector is to leave
    alone) holds for these jobs as it does for those that clients create.
    """

    def __init__(self, app: ASGIApp, filling: Callable[[], None]) -> None:
        self._app = app
        self._filling: Callable[[], None] | None = filling

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, the world being filled."""
        if self._filling is not None:
            filling, self._filling = self._filling, None
            filling()
        await self._app(scope, receive, send)


def fill(world: World, source: Filling, *, beginning: datetime, jobs: int, email: str) -> None:
    """Let the user with *email* create *jobs* jobs, from *beginning* to now; then let the present begin."""
    user = world.users.with_email(email)
    assert user is not None
    step = PAST / jobs
    for number in range(jobs):
        source.past = beginning + number * step
        world.create(job_type="product-export", context=SEED_BODY["context"], dry_run=False, by=user.id)  # type: ignore[arg-type]  # the body is JSON
    source.past = None


if __name__ == "__main__":
    main()
