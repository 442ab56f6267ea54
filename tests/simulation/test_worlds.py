"""Worlds by name: they begin as copies, never meet, and are forgotten when nobody wants them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mockserver.contract.document import Document
from mockserver.server.app import build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.refusals import (
    SimulationError,
    TooManyWorlds,
    WorldExists,
    WorldLasts,
    WorldNameRefused,
    WorldUnknown,
)
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.conftest import BEGINNING

SECOND = timedelta(seconds=1)


class Stopwatch:
    """Real time as a test wants it. Mutable."""

    def __init__(self) -> None:
        self.passed = 0.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def worlds(world: World, stopwatch: Stopwatch) -> Worlds:
    return Worlds(world, most=3, idle=timedelta(minutes=10), seconds=stopwatch)


def exported(world: World) -> str:
    admin = next(iter(world.users.by_id))
    return world.create(job_type="product-export", context={}, dry_run=False, by=admin).id


def ids_of(world: World) -> list[str]:
    return [job.id for job in world.jobs()]


def test_a_world_begins_when_it_is_first_asked_for(worlds: Worlds) -> None:
    assert worlds["one"] is worlds["one"]
    assert list(worlds.known()) == ["default", "template", "one"]


def test_what_happens_in_one_world_is_not_seen_in_another(worlds: Worlds) -> None:
    exported(worlds["one"])
    worlds["one"].upload("a.csv", b"1")
    worlds["one"].add_user(email="new@example.com", password="x")
    worlds["one"].clock.advance(SECOND)

    assert ids_of(worlds["two"]) == []
    assert len(worlds["two"].users.by_id) == len(worlds["one"].users.by_id) - 1
    assert worlds["two"].clock.now() == BEGINNING


def test_equal_calls_make_equal_worlds(worlds: Worlds) -> None:
    assert [exported(worlds["one"]) for _ in range(3)] == [exported(worlds["two"]) for _ in range(3)]


def test_a_fork_has_what_its_origin_had_and_goes_its_own_way(worlds: Worlds) -> None:
    before = exported(worlds["one"])
    worlds["one"].clock.advance(2 * SECOND)

    fork = worlds.fork("one", into="two")
    exported(worlds["one"])
    fork.clock.advance(60 * SECOND)

    assert ids_of(fork) == [before]
    assert fork.look_at(before).status == "completed"
    assert worlds["one"].look_at(before).status == "confirmed"


def test_a_reset_world_is_as_it_was_in_the_beginning(worlds: Worlds) -> None:
    exported(worlds["one"])
    worlds["one"].clock.advance(SECOND)

    worlds.reset("one")

    assert ids_of(worlds["one"]) == []
    assert worlds["one"].clock.now() == BEGINNING


def test_the_default_world_can_be_reset(worlds: Worlds, world: World) -> None:
    exported(world)

    worlds.reset("default")

    assert ids_of(worlds.default) == []
    assert worlds["default"] is worlds.default


def test_worlds_begin_as_the_template(worlds: Worlds) -> None:
    job_id = exported(worlds["one"])
    worlds.fork("one", into="template")

    assert ids_of(worlds["two"]) == [job_id]

    worlds.reset("template")
    assert ids_of(worlds["three"]) == []


def test_a_deleted_world_begins_anew_when_it_is_asked_for(worlds: Worlds) -> None:
    exported(worlds["one"])

    worlds.delete("one")

    assert "one" not in worlds.known()
    assert ids_of(worlds["one"]) == []


def test_worlds_that_nobody_asks_for_are_forgotten(worlds: Worlds, stopwatch: Stopwatch) -> None:
    exported(worlds["idle"])
    exported(worlds["used"])
    stopwatch.passed = 500
    ids = ids_of(worlds["used"])
    stopwatch.passed = 700

    known = list(worlds.known())

    assert known == ["default", "template", "used"]
    assert ids_of(worlds["used"]) == ids
    assert ids_of(worlds["idle"]) == []


def test_there_may_be_so_many_worlds_and_no_more(worlds: Worlds, stopwatch: Stopwatch) -> None:
    for name in ("one", "two", "three"):
        worlds[name]

    with pytest.raises(TooManyWorlds, match="there are 3 worlds, and there may be no more; delete some"):
        worlds["four"]

    stopwatch.passed = 601
    assert worlds["four"] is worlds["four"]


def test_whoever_watches_a_world_is_told_that_it_has_ended(worlds: Worlds) -> None:
    logs = [worlds[name].log for name in ("one", "two")]

    worlds.delete("one")
    worlds.reset("two")

    assert [log.is_closed for log in logs] == [True, True]
    assert not worlds["two"].log.is_closed


@pytest.mark.parametrize("name", ["", ".hidden", "a b", "a/b", "é", "x" * 101, "-a", "a\n"])
def test_a_name_that_cannot_stand_in_a_path_is_refused(worlds: Worlds, name: str) -> None:
    with pytest.raises(WorldNameRefused, match="cannot be the name of a world; take 1 to 100 letters"):
        worlds[name]

    assert list(worlds.known()) == ["default", "template"]


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda worlds: worlds.fork("nowhere", into="two"), WorldUnknown),
        (lambda worlds: worlds.existing("nowhere"), WorldUnknown),
        (lambda worlds: worlds.delete("nowhere"), WorldUnknown),
        (lambda worlds: worlds.fork("default", into="one"), WorldExists),
        (lambda worlds: worlds.fork("one", into="default"), WorldExists),
        (lambda worlds: worlds.fork("template", into="template"), WorldExists),
        (lambda worlds: worlds.fork("one", into="a b"), WorldNameRefused),
        (lambda worlds: worlds.delete("default"), WorldLasts),
        (lambda worlds: worlds.delete("template"), WorldLasts),
    ],
)
def test_what_would_lose_a_world_or_cannot_be_had_is_refused(
    worlds: Worlds, ask: Callable[[Worlds], object], refusal: type[SimulationError]
) -> None:
    exported(worlds["one"])

    with pytest.raises(refusal):
        ask(worlds)

    assert len(ids_of(worlds["one"])) == 1


def test_copies_of_a_world_make_up_its_people_and_its_shop_once(document: Document) -> None:
    clock, scenario = ManualClock(BEGINNING), scenario_named("steady")
    worlds = Worlds(build_world(document, Settings(), clock=clock, scenario=scenario))

    assert worlds["one"].catalogue is worlds["two"].catalogue
    assert worlds["one"].users.by_id is worlds["two"].users.by_id
