"""A snapshot says all of a world: what is restored of it goes on as the world itself would."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import __version__
from mockserver.contract.document import Document
from mockserver.quirk import Quirks
from mockserver.server.app import build_world
from mockserver.server.settings import Settings
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.catalogue import Catalogue
from mockserver.simulation.clock import Clock, ManualClock
from mockserver.simulation.contents import Contents
from mockserver.simulation.duration import Drawn
from mockserver.simulation.faults import Fault
from mockserver.simulation.json_form import form_of, record_of
from mockserver.simulation.refusals import SnapshotRefused
from mockserver.simulation.scenario import CANCELED_TURNS_FAILED, SCENARIOS, Failure, Scenario, scenario_named
from mockserver.simulation.snapshot import restored, snapshot_of, snapshot_schema
from mockserver.simulation.snapshot_parts import DERIVED, ELSEWHERE, KEYED, job_form
from mockserver.simulation.users import User
from mockserver.simulation.world import World
from tests.conftest import BEGINNING
from tests.simulation import eventful_world
from tests.simulation.test_store_laws import (
    EVENTS,
    HISTORIES,
    OWN_TYPE,
    Asked,
    Created,
    Event,
    History,
    Looked,
    Passed,
)

SORTED = orjson.OPT_SORT_KEYS


def packed(world: World) -> bytes:
    """Return the snapshot of *world* as one text."""
    return orjson.dumps(snapshot_of(world), option=SORTED)


def carried(world: World) -> World:
    """Return what *world* is when it was carried elsewhere as text."""
    return restored(orjson.loads(packed(world)), like=world)


def carried_history(history: History) -> History:
    """Return a history that has been the same so far, in a restored world."""
    twin = history.forked()
    twin.worlds[0] = carried(history.indexed)
    twin.clocks = [world.clock for world in twin.worlds]
    return twin


# ---- laws


@settings(max_examples=40)
@given(HISTORIES, EVENTS, EVENTS)
def test_a_restored_world_goes_on_as_a_fork_does(
    history: History, before: list[Event], after: list[Event]
) -> None:
    history.happen(before)
    fork, twin = history.forked(), carried_history(history)

    fork.happen(after)
    twin.happen(after)

    assert twin.ids == fork.ids
    assert twin.everything() == fork.everything()
    assert twin.indexed.jobs() == fork.indexed.jobs()
    assert twin.indexed.catalogue == fork.indexed.catalogue
    assert twin.indexed.users.by_id == fork.indexed.users.by_id
    assert snapshot_of(twin.indexed) == snapshot_of(fork.indexed)


IMPORTED = st.builds(
    Created,
    owner=st.just(0),
    type=st.sampled_from(["product-import", "product-import", "product-export", OWN_TYPE]),
    context=st.integers(0, 6),
    dry_run=st.booleans(),
    times=st.integers(1, 3),
)
MEDDLED = st.builds(
    Asked,
    transition=st.sampled_from(["confirm", "confirm", "cancel"]),
    job=st.integers(0, 8),
    owner=st.just(0),
    answered=st.booleans(),
)
TICKED = st.builds(Passed, st.sampled_from([0, 0.001, 500, 1000, 3000, 6000]))


@settings(max_examples=40)
@given(HISTORIES, st.lists(IMPORTED | MEDDLED | TICKED, max_size=14), st.lists(MEDDLED | TICKED, max_size=8))
def test_imports_under_way_and_raced_confirms_go_on_in_the_same_order(
    history: History, before: list[Event], after: list[Event]
) -> None:
    history.happen(before)
    fork, twin = history.forked(), carried_history(history)

    fork.happen([*after, Passed(60000)])
    twin.happen([*after, Passed(60000)])

    assert snapshot_of(twin.indexed) == snapshot_of(fork.indexed)


@settings(max_examples=12)
@given(HISTORIES, EVENTS)
def test_the_snapshot_of_a_restored_world_is_the_one_it_was_restored_from(
    history: History, events: list[Event]
) -> None:
    history.happen(events)

    snapshot = snapshot_of(history.indexed)

    assert packed(restored(snapshot, like=history.indexed)) == orjson.dumps(snapshot, option=SORTED)


@settings(max_examples=12)
@given(HISTORIES, EVENTS, st.lists(st.builds(Looked, st.integers(0, 60), st.just(0)), max_size=8))
def test_to_take_a_snapshot_changes_nothing(
    history: History, events: list[Event], looks: list[Event]
) -> None:
    history.happen(events)
    before = history.everything()

    snapshot = snapshot_of(history.indexed)
    history.happen(looks)

    assert history.everything() == before
    assert snapshot_of(history.indexed) == snapshot


@settings(max_examples=8)
@given(HISTORIES, EVENTS)
def test_every_snapshot_keeps_the_schema_that_is_published(history: History, events: list[Event]) -> None:
    history.happen(events)
    schema = snapshot_schema(history.indexed)

    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.validate(schema, snapshot_of(history.indexed))


# ---- determinism


def test_equal_seeds_and_calls_give_the_same_bytes_a_hundred_times() -> None:
    texts = {packed(eventful_world.lived()) for _ in range(100)}

    assert len(texts) == 1


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_whose_hashes_differ_gives_the_same_bytes(hash_seed: str) -> None:
    command = [sys.executable, "-m", "tests.simulation.eventful_world"]

    told = subprocess.run(  # noqa: S603  # our own interpreter
        command, capture_output=True, check=True, env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."}
    ).stdout

    assert told == packed(eventful_world.lived())


def test_another_seed_gives_other_bytes() -> None:
    assert packed(eventful_world.lived(seed=1)) != packed(eventful_world.lived())


# ---- nothing is lost

# where each thing goes that a world remembers
SAID = {
    "_clock": "at, speed",
    "_chosen": "scenario",
    "faults": "faults",
    "_mint": "mint",
    "_jobs": "jobs",
    "_users": "users",
    "_sessions": "sessions",
    "_files": "files",
    "_stock": "catalogue",
    "_agenda": "agenda",
    "_unanswered": "unanswered",
}
FROM_THE_OTHER = {"_quirks", "_lifecycle", "_strategies", "_created", "_shown_as", "_listing"}
MADE_AGAIN = {"_catalogue_since", "_opening", "_entries", "_memo", "_views", "_foresight", "_scenario", "log"}


def test_all_that_a_world_remembers_is_said_taken_over_or_made_again(world: World) -> None:
    assert set(vars(world)) == SAID.keys() | FROM_THE_OTHER | MADE_AGAIN


def test_all_contents_stand_in_a_snapshot(world: World) -> None:
    said = {name for names in SAID.values() for name in names.split(", ")}

    assert {each.name for each in fields(Contents)} == said


def test_every_field_of_a_job_is_written_but_those_that_stand_elsewhere() -> None:
    written = set(job_form().schema["properties"])

    assert written == {each.name for each in fields(BatchJob)} - ELSEWHERE


@pytest.mark.parametrize("kind", [Scenario, User])
def test_every_field_that_makes_a_value_is_written(kind: type) -> None:
    written = set(form_of(kind).schema["properties"])

    assert written == {each.name for each in fields(kind) if each.init}


def test_every_field_of_a_catalogue_is_written_or_follows_from_its_products(world: World) -> None:
    written = snapshot_of(world)["catalogue"].keys()

    assert written | DERIVED == {each.name for each in fields(Catalogue)}
    assert KEYED.keys() <= written


DRAWN = Drawn(family="normal", least=0.5, centre=3, spread=1.5)  # and no bound above


def test_a_scenario_comes_back_with_all_that_it_says(world: World) -> None:
    scenario = Scenario(
        name="odd",
        description="nothing is as usual",
        otherwise=timedelta(days=2, microseconds=1),
        durations=MappingProxyType({"start": None, "complete": timedelta(milliseconds=1), "x": DRAWN}),
        tick=timedelta(seconds=7),
        pace=timedelta(microseconds=3),
        failures={"complete": Failure(errors=("a", {"b": 1}), done=0.5), "start": Failure(errors=())},
        rows=7,
        rows_in_file=8,
        types=frozenset({"product-export", "order-export"}),
        source=("https://example.com/1",),
    )
    world.scenario = scenario

    assert carried(world).scenario == scenario


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_that_comes_with_the_server_comes_back(world: World, name: str) -> None:
    world.scenario = SCENARIOS[name]

    assert carried(world).scenario == SCENARIOS[name]


def test_faults_go_on_striking_whom_they_would_have_struck(world: World) -> None:
    latency = {"kind": "latency", "milliseconds": 50, "spread": 40, "probability": 0.5, "count": 9}
    now = world.clock.now()
    world.faults.add(Fault.of_json(latency, at=now))
    world.faults.add(Fault.of_json({"kind": "status", "status": 503, "for": "1m"}, at=now))
    world.faults.take("GetBatchJobs", at=now)

    twin = carried(world)

    struck = [world.faults.take("GetBatchJobs", at=now) for _ in range(20)]
    assert [twin.faults.take("GetBatchJobs", at=now) for _ in range(20)] == struck
    assert twin.faults.to_json() == world.faults.to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioToCome(Scenario):
    """A scenario with a field that nobody has thought of yet."""

    mood: complex = 0j


def test_a_field_that_nothing_says_how_to_write_is_an_error_and_no_loss() -> None:
    with pytest.raises(TypeError, match="nothing says how a <class 'complex'> is written as JSON"):
        record_of(ScenarioToCome)


def test_a_context_comes_back_that_no_json_reader_but_pythons_takes(world: World) -> None:
    history = History(
        lifecycle=world.lifecycle, scenario=scenario_named("slow"), quirks=Quirks(), block_rows=2
    )
    history.happen([Created(owner=0, type=OWN_TYPE, context=1, dry_run=True, times=1)])

    twin = carried(history.indexed)

    assert twin.jobs()[0].context == {"a": "\ud800", "b": 2**70, "c": [1.0, None, -0.0]}


def test_instants_that_came_at_once_are_written_in_the_lifecycles_order(world: World) -> None:
    admin = next(iter(world.users.by_id))
    job = world.create(job_type="product-import", context={"fileKey": "nowhere"}, dry_run=False, by=admin)
    world.clock.advance(timedelta(seconds=1))
    world.ask(world.lifecycle.transitions["cancel"], job.id, by=admin)

    snapshot = snapshot_of(world)

    instants = snapshot["jobs"][0]["instants"]
    assert list(instants) == ["created_at", "canceled_at", "failed_at"]
    assert instants["failed_at"] == instants["canceled_at"]
    assert orjson.dumps(snapshot_of(restored(snapshot, like=world))) == orjson.dumps(snapshot)


def test_a_clock_runs_on_as_fast_as_it_did(document: Document) -> None:
    source = ManualClock(BEGINNING)
    clock = Clock(source, speed=60)
    world = build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))
    source.advance(timedelta(seconds=1))

    twin = carried(world)
    source.advance(timedelta(seconds=1))

    assert twin.clock.now() == world.clock.now() == BEGINNING + timedelta(minutes=2)


def test_people_can_log_in_after_it_as_before(world: World) -> None:
    admin = world.authenticate("admin@example.com", "supersecret")
    assert admin is not None
    session = world.open_session(admin)

    twin = carried(world)

    assert twin.user_of_session(session) == admin.id
    assert twin.authenticate("admin@example.com", "supersecret") == admin
    assert twin.users.with_api_token("tok_admin_0123456789") == admin


def test_a_snapshot_says_its_format_and_who_wrote_it(world: World) -> None:
    snapshot = snapshot_of(world)

    assert (snapshot["format"], snapshot["mockserver"]) == (1, __version__)


def test_files_with_the_same_contents_are_written_once(world: World) -> None:
    world.upload("a.csv", b"same")
    world.upload("b.csv", b"same")

    snapshot = snapshot_of(world)

    assert [file["content"] for file in snapshot["files"]] == [0, 0]
    assert snapshot["file_contents"] == ["c2FtZQ=="]


# ---- what is refused

Edit = Callable[[dict[str, Any]], object]
NEVER = "2999-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda it: it.pop("jobs"), 'snapshot: "jobs" is a required property; add it'),
        (lambda it: it.update(more=1), "snapshot: Additional properties are not allowed"),
        (lambda it: it.update(format=2), "format: 1 was expected; take a new snapshot; this server reads no"),
        (lambda it: it["clock"].update(speed=-1), "clock.speed: -1 is less than the minimum of 0; leave it"),
        (lambda it: it["clock"].update(at="2026-02-30T00:00:00Z"), 'clock.at: "2026-02-30T00:00:00Z" is not'),
        (lambda it: it["clock"].update(at="9500-01-01T00:00:00Z"), "clock.at: no clock goes beyond 9000-01"),
        (lambda it: it["jobs"][0].update(dry_run="no"), 'jobs.0.dry_run: "no" is not of type "boolean"'),
        (lambda it: it["jobs"][0].update(type="nope"), "jobs.0.type: .*nope.* is not one of .*take one of"),
        (lambda it: it["jobs"][0]["instants"].clear(), 'jobs.0.instants: "created_at" is a required prop'),
        (
            lambda it: it["jobs"][0].update(scenario=9),
            "jobs.0.scenario: there is no number 9; take one below",
        ),
        (lambda it: it["jobs"][0].update(updated_at=NEVER), "jobs.0: its updated_at is yet to come; take an"),
        (
            lambda it: it["jobs"][0].update(updated_at="0000-01-01T00:00:00Z"),
            "jobs.0.updated_at: .*write an instant as",
        ),
        (lambda it: it["jobs"][0].update(context=["["]), "jobs.0: '\\[' is no JSON text of a value of the"),
        (lambda it: it["jobs"].append(it["jobs"][0]), "jobs: 2 have the id 'batch_.*'; give each its own"),
        (lambda it: it["agenda"].append("batch_x"), "agenda: no job has the id 'batch_x'; take it out"),
        (lambda it: it["unanswered"].append("b"), "unanswered: no job has the id 'b'; take it out"),
        (lambda it: it["users"].append(it["users"][0]), "users: 2 have the id 'usr_.*'; give each its own"),
        (
            lambda it: it["files"][0].update(content=5),
            "files.0.content: there is no number 5; take one below",
        ),
        (
            lambda it: it["file_contents"].insert(0, "%"),
            "file_contents.0: no base 64: .*; leave it as it was in",
        ),
        (lambda it: it["chance"].update(state="AAAA"), "chance: a state has 2500 bytes; leave it as it was"),
        (lambda it: it["chance"].update(state="/" * 3332 + "/w=="), "chance: .* at most 624; leave it as it"),
        (
            lambda it: it["scenarios"][0].update(otherwise="1 s"),
            "scenarios.0.otherwise: .*write a duration as PT1.5S",
        ),
        (lambda it: it["faults"]["held"].append({"kind": "x"}), "faults: kind: 'x' is none; known: latency"),
        (lambda it: it["scenarios"].clear(), "scenarios: \\[\\] has less than 1 item; leave it as it was in"),
        (lambda it: it["catalogue"]["products"][0].pop("title"), 'catalogue.products.0: "title" is a requir'),
        (lambda it: it["quirks"].append("worker-ticks"), "quirks: it is of a server with the quirks worker-"),
        (
            lambda it: it["lifecycle"]["statuses"].append("x"),
            "lifecycle.statuses: it is of a server with the",
        ),
        (
            lambda it: it["lifecycle"]["transitions"].pop(),
            "lifecycle.transitions: it is of a server with oth",
        ),
        (lambda it: it["clock"].update(at="\ud800"), "snapshot: no JSON that every reader can take"),
    ],
)
def test_what_cannot_be_restored_is_refused_with_its_place_and_the_remedy(edit: Edit, problem: str) -> None:
    world = eventful_world.lived()
    snapshot = snapshot_of(world)

    edit(snapshot)

    with pytest.raises(SnapshotRefused, match=f"the snapshot cannot be restored: {problem}"):
        restored(snapshot, like=world)


@pytest.mark.parametrize("snapshot", [None, [], "x", 1, {}])
def test_what_is_no_snapshot_is_refused(world: World, snapshot: Any) -> None:
    with pytest.raises(SnapshotRefused, match="the snapshot cannot be restored: snapshot: "):
        restored(snapshot, like=world)


def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    snapshot = {**snapshot_of(world), "jobs": 1, "users": 2, "files": 3}

    with pytest.raises(SnapshotRefused, match=r"\(and 2 more\)$") as refused:
        restored(snapshot, like=world)

    assert [each.partition(":")[0] for each in refused.value.problems] == ["users", "jobs", "files"]


def test_what_lies_beyond_all_calendars_is_refused() -> None:
    world = eventful_world.lived()
    snapshot = snapshot_of(world)
    waits: Mapping[str, Any] = {"otherwise": "PT9999999999S", "durations": {}}
    snapshot["clock"]["at"] = "8999-01-01T00:00:00Z"
    snapshot["scenarios"] = [{**each, **waits} for each in snapshot["scenarios"]]
    snapshot["jobs"][-1]["instants"] = {"created_at": "8999-01-01T00:00:00Z"}

    twin = restored(snapshot, like=world)

    assert twin.next_transition_at() == datetime(8999, 1, 1, tzinfo=UTC) + timedelta(seconds=9_999_999_999)
    snapshot["scenarios"] = [
        {**each, "tick": "PT1S", "pace": "PT9999999999S"} for each in snapshot["scenarios"]
    ]
    snapshot["jobs"] = [{**each, "units": 2**50} for each in snapshot["jobs"]]
    with pytest.raises(SnapshotRefused, match="jobs: what becomes of one lies beyond all calendars"):
        restored(snapshot, like=world)


def test_a_snapshot_of_a_real_servers_worker_is_refused_by_one_without_its_quirks(document: Document) -> None:
    quirky = Settings(quirks=Quirks.of([CANCELED_TURNS_FAILED]))
    clock, scenario = ManualClock(BEGINNING), scenario_named("steady")
    theirs = build_world(document, quirky, clock=clock, scenario=scenario)
    ours = build_world(document, replace(quirky, quirks=Quirks()), clock=clock, scenario=scenario)

    with pytest.raises(SnapshotRefused, match="quirks canceled-turns-failed, and this one has none; restore"):
        restored(snapshot_of(theirs), like=ours)
