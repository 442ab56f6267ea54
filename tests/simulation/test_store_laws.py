"""What the store's index answers is what looking at every job would, whatever has happened before.

Two worlds live through the same history: one as it is, and one that keeps its jobs as they are and looks at
each of them for every list.
"""

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract.document import shipped_folder
from mockserver.lifecycle import Lifecycle, TransitionRefused
from mockserver.quirk import Quirks
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import Clock, ManualClock, microseconds_of
from mockserver.simulation.columns import HIDDEN_MICROSECONDS, job_column, microseconds_column
from mockserver.simulation.course import course_of
from mockserver.simulation.duration import Drawn
from mockserver.simulation.identity import Mint
from mockserver.simulation.query import Page, matching, ordered, page
from mockserver.simulation.refusals import BatchJobNotFound, NotTheOwner
from mockserver.simulation.scenario import (
    CANCELED_TURNS_FAILED,
    SCENARIOS,
    WORKER_TICKS,
    Failure,
    Scenario,
)
from mockserver.simulation.seeding import seeded_catalogue
from mockserver.simulation.store import MOST_NEW, Store
from mockserver.simulation.strategies import PlainStrategy, builtin_strategies
from mockserver.simulation.strategies.import_source import LOST_SOURCE_HANGS
from mockserver.simulation.timetable import Foresight, Timetable
from mockserver.simulation.trail import TRAILING_STAMPS
from mockserver.simulation.world import RACED_CONFIRMS, ROLLED_BACK, World
from tests.simulation.test_product_import import csv, row

BEGINNING = datetime(2026, 11, 22, 1, 44, 39, 286123, tzinfo=UTC)
STOCK: Mapping[str, Any] = yaml.safe_load(
    (shipped_folder() / "schemas" / "BatchJob.yaml").read_text("utf-8")
)["x-lifecycle"]
POLISHED = {
    "statuses": {**STOCK["statuses"], "polished": {"instant": "polished_at"}},
    "transitions": {
        **STOCK["transitions"],
        "polish": {"by": "worker", "from": ["completed", "failed"], "to": "polished"},
    },
}
# under ticks, a transition of this name takes no time
HASTY = {
    "statuses": STOCK["statuses"],
    "transitions": {
        **{name: each for name, each in STOCK["transitions"].items() if name != "pre_process"},
        "confirm_automatically": STOCK["transitions"]["pre_process"],
        "confirm_later": STOCK["transitions"]["confirm_automatically"],
    },
}
LIFECYCLES = [Lifecycle.read(each) for each in (STOCK, STOCK, POLISHED, HASTY)]
QUIRKS = (
    WORKER_TICKS,
    CANCELED_TURNS_FAILED,
    ROLLED_BACK,
    LOST_SOURCE_HANGS,
    RACED_CONFIRMS,
    HIDDEN_MICROSECONDS,
    TRAILING_STAMPS,
)
CATALOGUE = seeded_catalogue(seed=1, at=BEGINNING, mint=partial(Mint(1).id, at=BEGINNING))
OWN_TYPE = "restock"
CONTEXTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "product-export": (
        {},
        {"a": 1, "bb": {"c": None}},
        {"fields": "nope"},
        {"expand": "options"},
        {"expand": "options", "filterable_fields": {"title": "Tee"}},
        {"filterable_fields": {"title": "Tee"}, "limit": 1e999},
        {"filterable_fields": {"q": "tee"}, "batch_size": 2},
    ),
    "order-export": ({}, {"order": "nope"}, {"filterable_fields": {"q": "nobody"}}, {"batch_size": 1}),
    "product-import": ({"fileKey": "tee"}, {"fileKey": "mug"}, {"fileKey": "broken"}, {}),
    OWN_TYPE: ({}, {"a": "\ud800", "b": 2**70, "c": [1.0, None, -0.0]}),
}
DRAWN = Scenario(
    name="drawn",
    description="",
    otherwise=Drawn(family="uniform", least=0.2, most=4),
    durations={"complete": Drawn(family="lognormal", centre=2, spread=1, most=60)},
)
# of one name, as two files may have them, and not alike
TWINS = tuple(
    Scenario(
        name="twin",
        description="",
        otherwise=timedelta(milliseconds=250),
        failures={name: Failure(errors=("boom", {"message": "boom", "code": 1}), done=0.7)},
        rows=rows,
    )
    for name, rows in (("start", 7), ("complete", None), ("confirm_automatically", 0))
)
SHARED = [*SCENARIOS.values(), DRAWN, *TWINS]
PREFERRED = [None, None, None, *(each for each in SHARED if each.types is None)]
FILES = {
    "tee": csv(row(), row(size="M")),
    "mug": csv(row("mug"), row("mug", Product_Id="prod_nope")),
    "broken": "nonsense",
}
INSTANTS = ("created_at", "pre_processed_at", "processing_at", "confirmed_at", "completed_at", "canceled_at")
FILTERED = (*INSTANTS, "failed_at", "updated_at", "polished_at")
ORDERS = (*FILTERED, "id", "type", "dry_run", "created_by", "deleted_at", "context", "result", "status")


class PlainStore(Store):
    """Keeps jobs as they are, and looks at every one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, BatchJob] = {}

    def put(self, job: BatchJob, timetable: Timetable, *, context: bytes | None = None) -> None:
        assert job.type not in {"product-export", "order-export", OWN_TYPE} or timetable.moments
        self.jobs[job.id] = job if context is None else stored(job)

    def add(self, job: BatchJob, foresight: Foresight, *, created: int, context: bytes) -> None:
        assert created == microseconds_of(job.created_at)
        self.put(job, foresight.timetable, context=context)

    def keep(self, job: BatchJob, *, due: int) -> None:  # noqa: ARG002  # Store
        self.jobs[job.id] = job

    def get(self, job_id: str) -> BatchJob:
        try:
            return self.jobs[job_id]
        except KeyError:
            raise BatchJobNotFound(job_id) from None

    def get_due(self, job_id: str) -> tuple[BatchJob, int]:
        return self.get(job_id), 0

    def changing(self, since: int) -> list[str]:  # noqa: ARG002  # Store
        return []

    def forked(self) -> "PlainStore":
        fork = PlainStore()
        fork.shapes, fork.jobs = self.shapes, self.jobs.copy()
        return fork


def stored(job: BatchJob) -> BatchJob:
    """Return *job* with its context in the order in which the database keeps it."""

    def in_order(entries: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(sorted(entries, key=lambda entry: (len(entry[0]), entry[0])))  # our keys are ASCII

    context = json.loads(json.dumps(job.context), object_pairs_hook=in_order)
    return replace(job, context=context)


@dataclass
class History:
    """Two worlds to which the same happens."""

    lifecycle: Lifecycle
    scenario: Scenario
    quirks: Quirks
    block_rows: int
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clocks: list[Clock] = [ManualClock(BEGINNING), ManualClock(BEGINNING)]
        stores = (Store(block_rows=self.block_rows), PlainStore())
        self.worlds = [
            World(
                clock=clock,
                lifecycle=self.lifecycle,
                scenario=self.scenario,
                strategies={**builtin_strategies(), OWN_TYPE: PlainStrategy(OWN_TYPE)},
                catalogue=lambda: CATALOGUE,
                mint=Mint(7),
                quirks=self.quirks,
                store=store,
            )
            for clock, store in zip(self.clocks, stores, strict=True)
        ]
        self.owners = [
            self.both(partial(World.add_user, email=email, password="x")).id
            for email in ("a@example.com", "b@example.com")
        ]

    @property
    def indexed(self) -> World:
        return self.worlds[0]

    def forked(self) -> "History":
        """Return a history that has been the same so far."""
        fork = copy.copy(self)
        fork.ids = self.ids.copy()
        fork.worlds = [world.forked() for world in self.worlds]
        fork.clocks = [world.clock for world in fork.worlds]
        return fork

    def everything(self) -> list[Page]:
        """Return all jobs of all owners."""
        return [self.indexed.list_jobs({"limit": 0}, by=owner) for owner in self.owners]

    def happen(self, events: Iterable[Callable[["History"], None]]) -> None:
        """Let *events* happen, one after the other."""
        for event in events:
            event(self)

    def both(self, ask: Callable[[World], Any]) -> Any:
        """Return what both worlds answer, which is the same."""
        answers = [_answer(world, ask) for world in self.worlds]
        assert answers[0] == answers[1]
        return answers[0]

    def listed(self, query: Mapping[str, Any], *, by: str) -> Page:
        """Return the page that a look at every job gives."""
        world = self.worlds[1]
        store = world._jobs
        assert isinstance(store, PlainStore)
        jobs = [world.retrieve(job.id, by=by) for job in list(store.jobs.values()) if job.created_by == by]
        column = microseconds_column if HIDDEN_MICROSECONDS in self.quirks else job_column
        filters = {name: value for name, value in query.items() if name not in {"limit", "offset", "order"}}
        found = ordered(matching(jobs, filters, column=column), query.get("order"), column=column)
        limit, offset = query.get("limit", 10), query.get("offset", 0)
        return Page(
            rows=page(found, limit=limit, offset=offset), count=len(found), limit=limit, offset=offset
        )


def _answer(world: World, ask: Callable[[World], Any]) -> Any:
    try:
        return ask(world)
    except (TransitionRefused, NotTheOwner) as refusal:
        return str(refusal)


# ---- what may happen

Event = Callable[[History], None]


@dataclass(frozen=True)
class Created:
    owner: int
    type: str
    context: int
    dry_run: bool
    times: int
    scenario: Scenario | None = None

    def __call__(self, history: History) -> None:
        for _ in range(self.times):
            context = self._with_file(CONTEXTS[self.type][self.context % len(CONTEXTS[self.type])], history)
            create = partial(
                World.create,
                job_type=self.type,
                context=context,
                dry_run=self.dry_run,
                by=history.owners[self.owner],
                scenario=self.scenario,
            )
            history.ids.append(history.both(create).id)

    def _with_file(self, context: Mapping[str, Any], history: History) -> Mapping[str, Any]:
        """Return *context* with the key of the file that it names, which is uploaded."""
        if "fileKey" not in context:
            return context
        name = context["fileKey"]
        return {"fileKey": history.both(lambda world: world.upload(name, FILES[name].encode()))}


@dataclass(frozen=True)
class Asked:
    transition: str
    job: int
    owner: int
    answered: bool

    def __call__(self, history: History) -> None:
        if not history.ids:
            return
        transition, job_id = (
            history.lifecycle.transitions[self.transition],
            history.ids[self.job % len(history.ids)],
        )
        answer = history.both(lambda world: world.ask(transition, job_id, by=history.owners[self.owner]))
        if isinstance(answer, BatchJob) and self.answered:
            for world in history.worlds:
                (world.commit_of(answer) or (lambda: None))()


@dataclass(frozen=True)
class Looked:
    job: int
    owner: int

    def __call__(self, history: History) -> None:
        if history.ids:
            job_id = history.ids[self.job % len(history.ids)]
            history.both(lambda world: world.retrieve(job_id, by=history.owners[self.owner]))


@dataclass(frozen=True)
class Passed:
    milliseconds: float

    def __call__(self, history: History) -> None:
        for clock in history.clocks:
            clock.advance(timedelta(milliseconds=self.milliseconds))


@dataclass(frozen=True)
class Listed:
    query: Mapping[str, Any]
    owner: int

    def __call__(self, history: History) -> None:
        owner = history.owners[self.owner]
        page, expected = history.indexed.list_jobs(self.query, by=owner), history.listed(self.query, by=owner)
        assert [job.id for job in page.rows] == [job.id for job in expected.rows]
        assert page == expected


OWNER = st.integers(0, 1)
JOB = st.integers(0, 60)
MOMENTS = st.sampled_from([0, 0.5, 1, 900, 1000, 2000, 2999.9, 3000, 6000, 9000, 60000, 90000]).map(
    lambda passed: BEGINNING + timedelta(milliseconds=passed)
)
BOUNDS = st.dictionaries(st.sampled_from(["gt", "lt", "gte", "lte"]), MOMENTS, max_size=2)
QUERIES = st.fixed_dictionaries(
    {"order": st.sampled_from([sign + name for name in ORDERS for sign in ("", "-")])},
    optional={
        **{name: st.none() | BOUNDS for name in FILTERED},
        "type": st.lists(st.sampled_from([*CONTEXTS, "nope"]), max_size=3),
        "limit": st.sampled_from([0, 1, 2.5, 7, 1000]),
        "offset": st.sampled_from([0, 1, 3, 10.5, 1000]),
    },
)


def few(queries: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return the same queries with two filters at most, so that something is found."""

    def thinned(drawn: tuple[dict[str, Any], set[str]]) -> dict[str, Any]:
        query, kept = drawn
        return {name: value for name, value in query.items() if name not in FILTERED or name in kept}

    return st.tuples(queries, st.sets(st.sampled_from(FILTERED), max_size=2)).map(thinned)


LISTED = st.builds(Listed, few(QUERIES), OWNER)
CREATED = st.builds(
    Created,
    owner=st.sampled_from([0, 0, 0, 1]),
    type=st.sampled_from([*CONTEXTS, "product-export", "product-export"]),
    context=st.integers(0, 6),
    dry_run=st.booleans(),
    times=st.integers(1, 4),
    scenario=st.sampled_from(PREFERRED),
)
ASKED = st.builds(
    Asked,
    transition=st.sampled_from(["confirm", "cancel"]),
    job=JOB,
    owner=st.just(0),
    answered=st.booleans(),
)
PASSED = st.builds(Passed, st.sampled_from([0.001, 0.4, 1, 250, 1000, 1500, 3000, 60000]))
EVENTS = st.tuples(
    st.lists(CREATED | PASSED, min_size=3, max_size=8),
    st.lists(CREATED | ASKED | ASKED | st.builds(Looked, JOB, OWNER) | PASSED | PASSED | LISTED, max_size=20),
    st.lists(LISTED, min_size=4, max_size=12),
).map(lambda parts: [event for part in parts for event in part])
HISTORIES_WITH = partial(
    st.builds,
    History,
    lifecycle=st.sampled_from(LIFECYCLES),
    scenario=st.sampled_from(SHARED),
    block_rows=st.sampled_from([1, 2, 3, 2048]),
)
PLAIN_HISTORIES = HISTORIES_WITH(quirks=st.just(Quirks()))
HISTORIES = HISTORIES_WITH(quirks=st.just(Quirks()) | st.sets(st.sampled_from(QUIRKS)).map(Quirks.of))


# ---- laws


@settings(max_examples=200)
@given(HISTORIES, EVENTS)
def test_a_list_is_what_looking_at_every_job_gives(history: History, events: list[Event]) -> None:
    history.happen(events)


@settings(max_examples=60)
@given(
    HISTORIES, st.lists(CREATED | PASSED, min_size=3, max_size=8), st.lists(LISTED, min_size=1, max_size=6)
)
def test_an_import_changes_what_becomes_of_the_exports_under_way(
    history: History, events: list[Event], lists: list[Listed]
) -> None:
    imported = Created(owner=0, type="product-import", context=0, dry_run=False, times=1)
    hanging_on_it = Created(owner=0, type="product-export", context=4, dry_run=False, times=2)
    everything = Listed({"limit": 0, "order": "failed_at"}, owner=0)

    history.happen(
        [imported, *events, hanging_on_it, Passed(60000), *lists, everything, Passed(99000), *lists]
    )

    history.happen([everything])


@settings(max_examples=60)
@given(HISTORIES, EVENTS, EVENTS, EVENTS)
def test_a_fork_and_its_origin_go_their_own_ways(
    history: History, shared: list[Event], one: list[Event], other: list[Event]
) -> None:
    history.happen(shared)
    fork = history.forked()

    history.happen(one)
    fork.happen(other)

    history.happen([event for event in one if isinstance(event, Listed)])


@settings(max_examples=60)
@given(HISTORIES, EVENTS, st.lists(LISTED | st.builds(Looked, JOB, OWNER), max_size=10))
def test_looking_changes_nothing(history: History, events: list[Event], looks: list[Event]) -> None:
    history.happen(events)
    before = history.everything()

    history.happen(looks)

    assert history.everything() == before


@settings(max_examples=100)
@given(PLAIN_HISTORIES, EVENTS)
def test_the_next_transition_is_the_first_that_happens_when_time_passes(
    history: History, events: list[Event]
) -> None:
    history.happen(events)
    world = history.indexed
    now = world.clock.now()

    foreseen = world.next_transition_at()

    world.clock.advance(timedelta(days=1))
    happened = world.transitions(after=now, until=world.clock.now())
    assert foreseen == min((each.at for each in happened), default=None)


@settings(max_examples=100)
@given(PLAIN_HISTORIES, EVENTS, st.tuples(MOMENTS, MOMENTS).map(sorted))
def test_the_transitions_of_a_time_are_what_the_instants_of_all_jobs_tell(
    history: History, events: list[Event], window: list[datetime]
) -> None:
    history.happen(events)
    world = history.indexed
    after, until = (min(each, world.clock.now()) for each in window)

    told = world.transitions(after=after, until=until)

    courses = [each for job in world.jobs() for each in course_of(job)]
    expected = [each for each in courses if after < each.at <= until]
    assert sorted(told, key=repr) == sorted(expected, key=repr)


# ---- new jobs, which wait to be laid down together


@pytest.mark.parametrize("number", [1, 2, MOST_NEW - 1, MOST_NEW, MOST_NEW + 1, 3 * MOST_NEW + 5])
def test_every_new_job_is_found_alone_and_in_the_list_however_many_there_are(number: int) -> None:
    history = History(lifecycle=LIFECYCLES[0], scenario=SCENARIOS["steady"], quirks=Quirks(), block_rows=5)
    for context in range(number):
        Created(owner=0, type="product-export", context=context % 3, dry_run=False, times=1)(history)
        Passed(1)(history)

    newest = history.indexed.retrieve(history.ids[-1], by=history.owners[0])
    listed = history.indexed.list_jobs({"limit": 0, "order": "created_at"}, by=history.owners[0])

    assert newest.id == history.ids[-1]
    assert [job.id for job in listed.rows] == history.ids


def test_a_fork_made_while_new_jobs_wait_has_them_too() -> None:
    history = History(lifecycle=LIFECYCLES[0], scenario=SCENARIOS["steady"], quirks=Quirks(), block_rows=5)
    Created(owner=0, type="product-export", context=0, dry_run=False, times=3)(history)

    fork = history.forked()
    Created(owner=0, type="product-export", context=1, dry_run=False, times=2)(fork)

    assert [page.count for page in history.everything()] == [3, 0]
    assert [page.count for page in fork.everything()] == [5, 0]
    assert len(fork.indexed._jobs) == 5
