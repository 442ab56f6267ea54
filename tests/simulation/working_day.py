"""A day of work: jobs of every type, created, confirmed and canceled over 24 hours, imports among them."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mockserver.contract.document import Document
from mockserver.server.app import build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.world import World
from tests.conftest import BEGINNING
from tests.simulation.test_product_import import csv, row

DAY = timedelta(days=1)
PRICES = "Product Variant ID;SKU;Price EUR;Price USD\n{};;15.5;17\n"
TYPES = ("product-export", "order-export", "product-import", "price-list-import")

Move = Callable[[World, datetime], None]


def jump(world: World, until: datetime) -> None:
    """Move the clock at once."""
    world.clock.jump(until)


def in_steps_of(step: timedelta) -> Move:
    """Return what moves the clock by *step* and looks at everything, again and again."""

    def move(world: World, until: datetime) -> None:
        while (now := world.clock.now()) < until:
            world.clock.jump(min(until, now + step))
            world.jobs()

    return move


def new_world(document: Document, scenario: Scenario) -> World:
    """Return the world at the beginning of the day."""
    return build_world(document, Settings(), clock=ManualClock(BEGINNING), scenario=scenario)


def work(world: World, *, jobs: int, within: timedelta, move: Move) -> list[str]:
    """Return the ids of *jobs* jobs of every type that were created in *world* within that time from now on.

    Every fourth is a dry run; of these every other is confirmed a while later, and some others are canceled.
    """
    began, admin = world.clock.now(), next(iter(world.users.by_id))
    confirm, cancel = (world.lifecycle.transitions[name] for name in ("confirm", "cancel"))
    ids: list[str] = []
    for number in range(jobs):
        move(world, began + within * number / jobs)
        ids.append(_created(world, number, by=admin))
        former = ids[number - 7] if number >= 7 else None
        if former is not None and number % 8 == 3 and world.look_at(former).status == "pre_processed":
            world.ask(confirm, former, by=admin)
        if (
            former is not None
            and number % 11 == 5
            and world.look_at(former).status in ("created", "confirmed")
        ):
            world.ask(cancel, former, by=admin)
    move(world, began + within)
    return ids


def _created(world: World, number: int, *, by: str) -> str:
    job_type, catalogue = TYPES[number % len(TYPES)], world.catalogue
    context: dict[str, object] = {}
    if job_type == "product-import":
        content = csv(row(f"tee-{number % 5}"), row(f"tee-{number % 5}", size="M"))
        context = {"fileKey": world.upload(f"{number}.csv", content.encode())}
    elif job_type == "price-list-import":
        variant = next(iter(catalogue.product_ids_by_variant_id))
        key = world.upload(f"{number}.csv", PRICES.format(variant).encode())
        context = {"fileKey": key, "price_list_id": catalogue.price_lists[0].id}
    # neither the one nor the other type is always a dry run
    dry_run = number // len(TYPES) % 4 == number % len(TYPES)
    return world.create(job_type=job_type, context=context, dry_run=dry_run, by=by).id
