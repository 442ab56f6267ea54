"""A world in which a little of everything has happened; as a program, it prints that world's snapshot."""

import sys
from datetime import UTC, datetime, timedelta

import orjson

from mockserver.contract.document import load, shipped_folder
from mockserver.server.app import build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.faults import Fault
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.snapshot import snapshot_of
from mockserver.simulation.world import World
from tests.simulation.test_product_import import csv, row

BEGINNING = datetime(2026, 11, 22, 1, 44, 39, 286000, tzinfo=UTC)
DOCUMENT = load(shipped_folder())
SECOND = timedelta(seconds=1)


def lived(*, seed: int = 0) -> World:
    """Return the world: jobs that have ended, failed, been canceled, and are under way; files, people."""
    scenario, settings = scenario_named("steady"), Settings(seed=seed)
    world = build_world(DOCUMENT, settings, clock=ManualClock(BEGINNING), scenario=scenario)
    new = world.add_user(email="new@example.com", password="secret", metadata={"b": 1, "a": None})
    world.change_user(new.id, {"first_name": "New"})
    admin = next(iter(world.users.by_id))
    world.open_session(new)
    key = world.upload("tees.csv", csv(row(), row(size="M")).encode())
    lifecycle = world.lifecycle
    created = [
        world.create(job_type=job_type, context=context, dry_run=dry_run, by=admin).id
        for dry_run in (False, True)
        for job_type, context in (
            ("product-import", {"fileKey": key}),
            ("product-export", {"filterable_fields": {"q": "tee"}}),
            ("order-export", {"order": "nope"}),
            ("product-import", {"fileKey": "nowhere"}),
        )
    ]
    world.clock.advance(2 * SECOND)
    world.ask(lifecycle.transitions["confirm"], created[4], by=admin)
    world.ask(lifecycle.transitions["cancel"], created[5], by=admin)
    world.clock.advance(30 * SECOND)
    world.scenario = scenario_named("slow")
    world.faults.add(Fault.of_json({"kind": "status", "status": 503, "for": "1m"}, at=world.clock.now()))
    world.create(job_type="product-export", context={}, dry_run=False, by=admin)
    world.create(job_type="product-import", context={"fileKey": key}, dry_run=False, by=admin)
    world.clock.advance(25 * SECOND)
    return world


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(snapshot_of(lived()), option=orjson.OPT_SORT_KEYS))
