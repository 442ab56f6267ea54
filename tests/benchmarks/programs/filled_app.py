"""Our server with many jobs in its store, which is filled before it serves.

They were created one after the other over the last day.
"""

import argparse
import logging
from datetime import UTC, datetime, timedelta

import uvicorn
from starlette.types import ASGIApp

from mockserver.contract.document import load, shipped_folder
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.server.wire import BoundedHttpProtocol
from mockserver.simulation.clock import RunningClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.world import World
from tests.benchmarks.calls import SEED_BODY

PAST = timedelta(days=1)


class FillingClock:
    """Tells instants of the past while the world is filled, and the present afterwards. Mutable."""

    def __init__(self, beginning: datetime) -> None:
        self.past: datetime | None = beginning
        self._running = RunningClock()

    def now(self) -> datetime:
        """Return the instant that is set, or the present one when none is."""
        return self._running.now() if self.past is None else self.past


def main() -> None:
    """Fill a world and serve it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--jobs", type=int, required=True)
    options = parser.parse_args()
    document, settings = load(shipped_folder()), Settings()
    beginning = datetime.now(UTC) - PAST
    clock = FillingClock(beginning)
    world = build_world(document, settings, clock=clock, scenario=scenario_named("steady"))
    fill(world, clock, beginning=beginning, jobs=options.jobs, email=settings.admin_email)
    serve(build_app(document, world, settings), options.port)


def fill(world: World, clock: FillingClock, *, beginning: datetime, jobs: int, email: str) -> None:
    """Let the user with *email* create *jobs* jobs, from *beginning* to now; then let the present begin."""
    user = world.users.with_email(email)
    assert user is not None
    step = PAST / jobs
    for number in range(jobs):
        clock.past = beginning + number * step
        world.create(job_type="product-export", context=SEED_BODY["context"], dry_run=False, by=user.id)  # type: ignore[arg-type]  # the body is JSON
    clock.past = None


def serve(app: ASGIApp, port: int) -> None:
    """Serve *app* as `mockserver serve` does. Source: mockserver/cli.py, _serve."""
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    uvicorn.run(
        app,
        port=port,
        http=BoundedHttpProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        server_header=False,
    )


if __name__ == "__main__":
    main()
