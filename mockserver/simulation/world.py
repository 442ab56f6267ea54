"""One isolated universe: its clock, batch jobs, users, sessions, files and catalogue. No HTTP, no OpenAPI.

Mutable: it remembers. Nothing in it runs by itself: what was due has happened by the time somebody looks.

A job that only reads the shop (an export) is worked out when somebody looks at it, from the shop as it stood
at the instant each step was due. A job that alters the shop (an import) has its steps on the agenda, which is
worked off in order before anything else is done, so that everybody finds the shop as it should be.
"""

import heapq
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from mockserver.bounded import make_room
from mockserver.lifecycle import PRE_PROCESS, PROCESS, Lifecycle, Transition
from mockserver.quirk import NO_QUIRKS, Quirk, Quirks
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import Clock, instant_of, microseconds_of
from mockserver.simulation.columns import (
    HIDDEN_MICROSECONDS,
    KEPT_IN_MICROSECONDS,
    job_column,
    microseconds_column,
)
from mockserver.simulation.contents import Contents
from mockserver.simulation.course import Moved, course_of
from mockserver.simulation.faults import Faults
from mockserver.simulation.files import File, Files, upload_key
from mockserver.simulation.identity import Mint
from mockserver.simulation.listing import Listing
from mockserver.simulation.log import Log
from mockserver.simulation.memo import MOST, Memo
from mockserver.simulation.order import Order
from mockserver.simulation.owner_index import MILLISECOND
from mockserver.simulation.packed_json import packed_json, unpacked_json
from mockserver.simulation.query import QUERY_ONLY, Page
from mockserver.simulation.refusals import CreatorNotFound, NotTheOwner, StrategyUnknown
from mockserver.simulation.scenario import Failure, Scenario
from mockserver.simulation.schedule import (
    CONFIRMED,
    Step,
    advance,
    is_in_hand,
    next_progress,
    next_step,
    processed_part,
)
from mockserver.simulation.store import Store
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import (
    Outlook,
    Shop,
    Strategy,
    Work,
    WorkFailed,
    WorkNeverEnds,
    outlook_of,
)
from mockserver.simulation.timetable import NEVER, Foresight, Timetable, timetable_of
from mockserver.simulation.trail import TRAILING_STAMPS, trailing
from mockserver.simulation.user_query import page_of_users
from mockserver.simulation.users import User, Users

if TYPE_CHECKING:  # it takes long to load, and a server need not
    from mockserver.simulation.catalogue import Catalogue

ROLLED_BACK = Quirk(
    name="failed-processing-rolled-back",
    does="what processing had written when it failed is taken back, the instant at which it began with it",
    matters="a job that failed while processing looks as if processing had never begun",
    evidence="import/get settled unknown product id",
)
RACED_CONFIRMS = Quirk(
    name="raced-confirms",
    does="confirms that arrive before the first is answered are let through, and the job is run twice",
    matters="both clients are told that they confirmed it; the job completes, and then fails",
    evidence="races/get after simultaneous confirms",
)
LONGEST_REMEMBERED = 1024  # bytes of a context, as long as it is remembered what it comes to
MOST_VIEWS = 1024  # jobs of which it is remembered how they were last seen
COPIED_BY_FORKS = (
    "_sessions",
    "_catalogue_since",
    "_stock",
    "_agenda",
    "_unanswered",
    "_views",
    "_foresight",
)
JOBS_PER_PAGE = 10

Value = TypeVar("Value")


class World:
    """A universe of its own. Two worlds never meet.

    faults: what goes wrong between it and its clients.
    """

    def __init__(  # noqa: PLR0913  # each is a fact of its own
        self,
        *,
        clock: Clock,
        lifecycle: Lifecycle,
        scenario: Scenario,
        strategies: Mapping[str, Strategy],
        catalogue: "Callable[[], Catalogue]",
        mint: Mint,
        quirks: Quirks = NO_QUIRKS,
        store: Store | None = None,
    ) -> None:
        """Make a world in which nothing has happened yet.

        strategies: by the type of job they do. catalogue: gives what the shop sells at the beginning, when
        somebody first needs it. store: where it keeps its jobs; an empty one.
        """
        self.faults = Faults(_chance_of_faults(mint))
        self._quirks = quirks
        self._clock = clock
        self._lifecycle = lifecycle
        self.scenario = scenario
        self._strategies = strategies
        self._mint = mint
        self._jobs = Store() if store is None else store
        self._users = Users()
        self._sessions: dict[str, str] = {}
        self._files = Files()
        self._catalogue_since: list[datetime] = [clock.now()]
        self._opening = catalogue
        self._stock: list[Catalogue] = []
        self._agenda: list[tuple[datetime, int, str]] = []
        self._entries = 0
        self._unanswered: set[str] = set()
        self._memo = Memo()
        # jobs as they were last seen: what was kept of each, what was shown of it, and before which moment
        self._views: dict[str, tuple[BatchJob, BatchJob, int]] = {}
        # by the type, dry_run, tick, scenario's name and outlook of a job that was just created
        self._foresight: dict[Hashable, Foresight] = {}
        self.log = Log()
        self._created = lifecycle.instants[lifecycle.initial]
        self._shown_as = trailing if TRAILING_STAMPS in quirks else None
        self._listing = Listing(
            store=self._jobs,
            columns=frozenset(lifecycle.instants.values()),
            created=self._created,
            ahead=dict.fromkeys(KEPT_IN_MICROSECONDS, MILLISECOND) if HIDDEN_MICROSECONDS in quirks else {},
            column=microseconds_column if HIDDEN_MICROSECONDS in quirks else job_column,
        )

    def chance(self, name: str) -> Random:
        """Return the chance of the one thing called *name*: the same each time, by the world's seed."""
        return self._mint.chance(name)

    def forked(self) -> "World":
        """Return a copy of this world, its clock, chance and log among it: the two never meet again.

        Takes about 35 us, whatever the number of jobs: copies share what neither has changed.
        """
        fork: World = copy(self)
        fork._clock, fork._mint, fork._jobs = self._clock.forked(), self._mint.forked(), self._jobs.forked()
        fork._listing = replace(self._listing, store=fork._jobs)
        fork._memo, fork.log = self._memo.forked(), self.log.forked()
        fork.faults = self.faults.forked()
        for name in COPIED_BY_FORKS:
            setattr(fork, name, copy(getattr(self, name)))
        return fork

    def contents(self) -> Contents:
        """Return all that this world holds now, everything that was due being done.

        Costs a look at every job, and the work of those exports that ended while nobody looked.
        """
        now = self.settle()
        jobs = tuple([self._due_done(job_id, now) for job_id in self._jobs.ids()])
        agenda = [job_id for at, _, job_id in sorted(self._agenda) if self._is_next(job_id, at)]
        self.faults.listed(at=now)  # from now on, without those that have ended
        return Contents(
            at=now,
            speed=self._clock.speed,
            mint=self._mint.state,
            scenario=self._chosen,
            faults=self.faults.to_json(),
            users=tuple(self._users.by_id.values()),
            sessions=MappingProxyType(self._sessions.copy()),
            jobs=jobs,
            agenda=tuple(dict.fromkeys(agenda)),
            unanswered=frozenset(self._unanswered),
            catalogue=self._catalogues[-1],
            files=self._files.by_key,
        )

    def refilled(self, contents: Contents) -> "World":
        """Return a world with other *contents*, of the same lifecycle, strategies and quirks as this one.

        The two never meet. Raises FaultRefused.
        """
        world = World(
            clock=self._clock.like(at=contents.at, speed=contents.speed),
            lifecycle=self._lifecycle,
            scenario=contents.scenario,
            strategies=self._strategies,
            catalogue=lambda: contents.catalogue,
            mint=Mint.resumed(contents.mint),
            quirks=self._quirks,
            store=self._jobs.emptied(),
        )
        world.faults = Faults.of_json(contents.faults, _chance_of_faults(world._mint), at=contents.at)
        world._catalogue_since = [contents.at]
        world._users = Users(MappingProxyType({user.id: user for user in contents.users}))
        world._sessions, world._unanswered = dict(contents.sessions), set(contents.unanswered)
        world._files = Files(contents.files)
        for job in contents.jobs:
            world._jobs.put(job, world._timetable(job))
        altering = [job.id for job in contents.jobs if self._strategies[job.type].alters_shop]
        for job_id in dict.fromkeys((*contents.agenda, *altering)):
            world._note(world._jobs.get(job_id))
        return world

    @property
    def seed(self) -> int | str:
        """Return what the world's chance is drawn from."""
        return self._mint.seed

    def reseed(self, seed: int) -> None:
        """Draw what is drawn from now on, ids and faults, from another chance."""
        self._mint = Mint(seed)
        self.faults = self.faults.forked(_chance_of_faults(self._mint))

    # ---- what the worker does

    @property
    def scenario(self) -> Scenario:
        """Return the scenario of the jobs that are created from now on, unless one is chosen for a job."""
        return self._chosen

    @scenario.setter
    def scenario(self, scenario: Scenario) -> None:
        self._chosen, self._scenario = scenario, scenario.with_quirks(self._quirks)

    def _scenario_of(self, job_type: str, chosen: Scenario | None) -> Scenario:
        """Return what a new job lives through. chosen: for it alone; None for the world's own scenario."""
        if chosen is None and self._scenario.types is None:
            return self._scenario
        return (self._chosen if chosen is None else chosen).of_type(job_type).with_quirks(self._quirks)

    # ---- time

    @property
    def clock(self) -> Clock:
        """Return the world's clock."""
        return self._clock

    def set_clock(self, *, at: datetime | None = None, speed: float | None = None) -> None:
        """Set the clock: to any instant while there is no batch job yet, otherwise only forward.

        at, speed: what it is to show, and how fast it is to run; None leaves that as it is.
        Raises ClockRefused.
        """
        pace = self._clock.speed if speed is None else speed
        if at is not None and not len(self._jobs):
            self._clock = self._clock.like(at=at, speed=pace)
            self._catalogue_since[0] = at
            return
        if at is not None:
            self._clock.jump(at)
        self._clock.run(speed=pace)

    def next_transition_at(self) -> datetime | None:
        """Return the next instant at which a worker moves a batch job, if no client interferes; or None."""
        moment = self._jobs.next_moment(microseconds_of(self.settle()))
        foreseen = [] if moment is None else [instant_of(moment)]
        agenda = [at for at, _, job_id in self._agenda if self._is_next(job_id, at)]
        return min([*foreseen, *agenda], default=None)

    def _is_next(self, job_id: str, at: datetime) -> bool:
        """Return whether the worker goes on with a job at *at*; otherwise a client changed its mind."""
        step = next_step(self._jobs.get(job_id))
        return step is not None and step.at == at

    def transitions(self, *, after: datetime, until: datetime) -> list[Moved]:
        """Return what happened to batch jobs after *after* and not after *until*, the oldest first.

        until: not after the present instant. Instants that a quirk has taken back are not among it.
        """
        self.settle()
        jobs = map(self.look_at, self._jobs.changed(microseconds_of(after), microseconds_of(until)))
        moved = [each for job in jobs for each in course_of(job) if after < each.at <= until]
        return sorted(moved, key=lambda each: (each.at, each.job_id))

    def settle(self) -> datetime:
        """Return the present instant, everything that was due on the agenda being done."""
        now = self._clock.now()
        if self._agenda and self._agenda[0][0] <= now:
            self._work_off(now)
        return now

    def _work_off(self, now: datetime) -> None:
        """Do what is due on the agenda, in its order."""
        agenda, known = self._agenda, len(self._catalogue_since)
        while agenda and agenda[0][0] <= now:
            at, _, job_id = heapq.heappop(agenda)
            job = self._jobs.get(job_id)
            step = next_step(job)
            if step is not None and step.at == at:  # otherwise a client changed its mind since
                self._keep(self._perform(job, step))
        self._foresee_again(known)

    def _keep(self, job: BatchJob) -> BatchJob:
        self._jobs.put(job, self._timetable(job))
        if self._strategies[job.type].alters_shop:
            self._note(job)
        return job

    def _note(self, job: BatchJob) -> None:
        """Put the next step of *job*, which alters the shop, on the agenda."""
        if (step := next_step(job)) is not None:
            self._entries += 1
            heapq.heappush(self._agenda, (step.at, self._entries, job.id))

    def _foreseen(self, job: BatchJob) -> Iterator[BatchJob]:
        """Yield what will become of *job*, step by step, unless a client or an import interferes.

        Nothing for a job that alters the shop: what it will find is not known before its turn, and before
        anybody looks, its turn has come.
        """
        if self._strategies[job.type].alters_shop:
            return
        while (step := next_step(job)) is not None:
            job = self._perform(job, step, rehearsed=True)
            yield job

    def _foresight_of(self, job: BatchJob, order: Order, created: int) -> Foresight:
        """Return what will become of *job*, which was just *created* by *order*.

        What becomes of the first such job becomes, as much later, of all that are created after it.
        """
        if job.scenario.is_drawn:  # each goes its own way
            return Foresight(self._timetable_by(order, job), created, job.scenario)
        begun = job.scenario.taken_up(job.updated_at)
        key = (job.type, job.dry_run, begun, job.scenario.name, order.outlook_in(job.scenario))
        known = self._foresight.get(key)
        if known is not None and (known.scenario is job.scenario or known.scenario == job.scenario):
            return known
        timetable = self._timetable_by(order, job)
        if self._shown_as is not None or (begun is not None and timetable.due == created):
            return Foresight(timetable, created, job.scenario)  # it would be another for each instant
        make_room(self._foresight, most=MOST)
        foresight = Foresight(timetable, created, job.scenario, is_ticking=begun is not None)
        self._foresight[key] = foresight
        return foresight

    def _timetable_by(self, order: Order, job: BatchJob) -> Timetable:
        return self._timetable(replace(job, context=unpacked_json(order.stored)))

    def _timetable(self, job: BatchJob) -> Timetable:
        return timetable_of([job, *self._foreseen(job)], self._jobs.shapes, shown_as=self._shown_as)

    def _perform(self, job: BatchJob, step: Step, *, rehearsed: bool = False) -> BatchJob:
        """Return *job* after *step*, its work done; or failed, with the errors in its result.

        rehearsed: the work is done only as far as what becomes of the job depends on it, and nobody sees it.
        """
        transition = step.transition
        if step.error is not None:
            return self._failed(job, transition, WorkFailed(step.error), at=step.at)
        if (failure := job.scenario.failures.get(transition.name)) is not None:
            return self._failed_as_told(job, transition, failure, at=step.at)
        if transition.work is None:
            return job.moved(transition, at=step.at)
        strategy, shop = self._strategies[job.type], self._shop(step.at)
        try:
            if transition.work == PRE_PROCESS:
                work = strategy.pre_process(job, shop)
            elif rehearsed:
                work = _rehearsed(job, strategy.outlook(job.context, shop))
            else:
                work = strategy.process(job, shop)
        except WorkFailed as failed:
            return self._failed(self._taken_back(job, transition), transition, failed, at=step.at)
        except WorkNeverEnds:
            endless = MappingProxyType({transition.name: None})
            return replace(job, scenario=replace(job.scenario, durations=endless))
        if not rehearsed:
            self._change_shop(work, at=step.at)
        return job.moved(transition, work, at=step.at)

    def _failed_as_told(
        self, job: BatchJob, attempted: Transition, failure: Failure, *, at: datetime
    ) -> BatchJob:
        """Return *job* failed as its scenario tells, its result telling how far the work had come."""
        strategy, errors = self._strategies[job.type], failure.errors
        if attempted.work == PROCESS:
            errors = [shown for each in errors for shown in _shown_by(strategy, each)]
            if failure.done and ROLLED_BACK not in self._quirks:
                job = replace(job, result=strategy.progress(job, failure.done))
        job = self._taken_back(job, attempted)
        return self._failed(job, attempted, WorkFailed(*errors), at=at)

    def _taken_back(self, job: BatchJob, attempted: Transition) -> BatchJob:
        """Return *job*, whose work has failed, without what is taken back then."""
        if attempted.work != PROCESS or ROLLED_BACK not in self._quirks:
            return job
        began = self._lifecycle.instants[job.status]
        return replace(job, instants={name: at for name, at in job.instants.items() if name != began})

    def _failed(self, job: BatchJob, attempted: Transition, failure: WorkFailed, *, at: datetime) -> BatchJob:
        transition = self._lifecycle.failure_of(attempted)
        errors = [*(job.result or {}).get("errors", []), *failure.errors]
        # a worker that meets a canceled job fails it from there, which no contract lets it
        work = Work(result=in_stored_order({**(job.result or {}), "errors": errors}))
        return job.moved(transition, work, at=at)

    def _change_shop(self, work: Work, *, at: datetime) -> None:
        if work.files is not None:
            self._files = work.files
        if work.catalogue is not None:
            self._catalogue_since.append(at)
            self._catalogues.append(work.catalogue)

    def _foresee_again(self, known: int) -> None:
        """Keep anew the jobs of which something else becomes since there are more catalogues than *known*.

        However many there are, it costs about 10 us for each job under way; only those whose work goes
        otherwise than before cost more.
        """
        since = self._catalogue_since
        if len(since) == known:
            return
        goes_otherwise: dict[Hashable, bool] = {}
        for job_id in self._jobs.changing(microseconds_of(since[known])):
            job = self._jobs.get(job_id)
            strategy, context = self._strategies[job.type], packed_json(job.context)
            if (job.type, context) not in goes_otherwise:
                before, *after = (
                    outlook_of(strategy, job.context, self._shop_with(number, since[number]))
                    for number in range(known - 1, len(since))
                )
                goes_otherwise[job.type, context] = any(each != before for each in after)
            if goes_otherwise[job.type, context]:
                self._keep(job)

    def _shop(self, at: datetime) -> Shop:
        return self._shop_with(max(0, bisect_right(self._catalogue_since, at) - 1), at)

    def _shop_with(self, number: int, at: datetime) -> Shop:
        return Shop(
            at=at,
            catalogue=self._catalogues[number],
            files=self._files,
            mint=partial(self._mint.id, at=at),
            quirks=self._quirks,
            once=partial(self._once, number),
        )

    @property
    def _catalogues(self) -> "list[Catalogue]":
        """Return what the shop sold, from the beginning on."""
        if not self._stock:
            self._stock.append(self._opening())
        return self._stock

    def _once(self, catalogue: int, key: Hashable, make: Callable[[], Value]) -> Value:
        return self._memo.once((catalogue, key), make)

    # ---- batch jobs

    @property
    def lifecycle(self) -> Lifecycle:
        """Return the lifecycle that batch jobs have here."""
        return self._lifecycle

    @property
    def job_types(self) -> Iterable[str]:
        """Return the types of batch jobs that can be created here."""
        return self._strategies.keys()

    @property
    def quirks(self) -> Quirks:
        """Return the quirks that it has."""
        return self._quirks

    def jobs(self, *, offset: int = 0, limit: int | None = None) -> list[BatchJob]:
        """Return the batch jobs of all users as they stand now, the oldest first.

        offset: how many of them to leave out first. limit: how many at most; None for all.
        """
        now = self.settle()
        last = None if limit is None else offset + limit
        return [self._present(now, microseconds_of(now), job_id) for job_id in self._jobs.ids()[offset:last]]

    def count_jobs(self) -> int:
        """Return how many batch jobs there are, of all users."""
        return len(self._jobs)

    def look_at(self, job_id: str) -> BatchJob:
        """Return the batch job as it stands now, whoever created it. Raises BatchJobNotFound."""
        now = self.settle()
        return self._present(now, microseconds_of(now), job_id)

    def make(
        self, transitions: Iterable[Transition], job_id: str, *errors: str | Mapping[str, Any]
    ) -> BatchJob:
        """Return the batch job after its worker has made *transitions*, now, up to one whose work fails.

        errors: why the last one fails, if it is to fail. Raises BatchJobNotFound.
        """
        now = self.settle()
        job, known = self._due_done(job_id, now), len(self._catalogue_since)
        for transition in transitions:
            if errors:
                job = self._failed(job, transition, WorkFailed(*errors), at=now)
                break
            job = self._perform(job, Step(transition, now))
            if job.status != transition.to:
                break
        self._foresee_again(known)
        return self._seen(self._keep(job), now)

    def create(
        self,
        *,
        job_type: str,
        context: Mapping[str, Any],
        dry_run: bool,
        by: str,
        scenario: Scenario | None = None,
        packed: bytes | None = None,
    ) -> BatchJob:
        """Return a new batch job of the user *by*.

        scenario: for this job alone; None for the world's own. packed: *context* as `packed_json` gives it,
        where that is known. Jobs with equal contexts share one.
        Raises StrategyUnknown, ScenarioNotForType, ContextRefused, PriceListNotFound or CreatorNotFound.
        """
        now = self.settle()
        strategy = self._strategies.get(job_type)
        if strategy is None:
            raise StrategyUnknown(job_type)
        if scenario is not None:
            scenario.refuse_other_than(job_type)
        if strategy.alters_shop:
            prepared = strategy.prepare(context, self._shop(now))
        else:
            order = self._order(context, packed or packed_json(context), strategy, now)
            prepared = order.prepared
        if not self._users.is_one(by):
            raise CreatorNotFound(by)
        created = microseconds_of(now)
        job = BatchJob.new(
            self._mint.id_of_millisecond("batch", created // MILLISECOND),
            job_type,
            created_by=by,
            context=prepared,
            dry_run=dry_run,
            at=now,
            lifecycle=self._lifecycle,
            scenario=self._scenario_of(job_type, scenario),
        )
        if strategy.alters_shop:
            self._keep(replace(job, context=in_stored_order(prepared)))
        else:
            foresight = self._foresight_of(job, order, created)
            self._jobs.add(job, foresight, created=created, context=order.stored)
        return job

    def _order(self, context: Mapping[str, Any], packed: bytes, strategy: Strategy, now: datetime) -> Order:
        if len(packed) > LONGEST_REMEMBERED:
            return Order.of(context, strategy, self._shop(now))
        return self._once(
            len(self._catalogue_since) - 1,
            (strategy.type, "order", packed),
            lambda: Order.of(context, strategy, self._shop(now)),
        )

    def retrieve(self, job_id: str, *, by: str) -> BatchJob:
        """Return the batch job as it stands now. Raises BatchJobNotFound or NotTheOwner."""
        now = self.settle()
        job = self._present(now, microseconds_of(now), job_id)
        if job.created_by != by:
            raise NotTheOwner
        return job

    def ask(self, transition: Transition, job_id: str, *, by: str) -> BatchJob:
        """Return the batch job after *transition*, for which the user *by* asks.

        Raises BatchJobNotFound, NotTheOwner or TransitionRefused, in this order of checks.
        """
        now = self.settle()
        job = self._owned(job_id, by, now)
        if job_id in self._unanswered and job.status == transition.to == CONFIRMED:
            return self._seen(self._keep(replace(job, raced=True)), now)
        asked = self._lifecycle.apply(transition, job, at=now)
        if RACED_CONFIRMS in self._quirks and asked.status == CONFIRMED:
            self._unanswered.add(job_id)
        if is_in_hand(job, now):
            # the real server lets the client wait for the worker's transaction, and answers with what it read
            # before; ours ends the transaction at once. Source: recorded, races/get after the late cancel
            self._keep(self._lifecycle.apply(transition, self._ended(job, now), at=now, anywhere=True))
            return self._seen(asked, now)
        return self._seen(self._keep(asked), now)

    def commit_of(self, job: BatchJob) -> Callable[[], None] | None:
        """Return what ends the transaction in which *job* was confirmed.

        Until it is called, others may confirm the job too. None where no transaction is open.
        """
        return partial(self._unanswered.discard, job.id) if job.id in self._unanswered else None

    def _ended(self, job: BatchJob, now: datetime) -> BatchJob:
        """Return *job* with the worker's open transaction ended now."""
        known = len(self._catalogue_since)
        while (step := next_step(job)) is not None:
            job = self._perform(job, Step(step.transition, now))
        self._foresee_again(known)
        return job

    def list_jobs(self, query: Mapping[str, Any], *, by: str) -> Page:
        """Return a page of the batch jobs that the user *by* created. query: see `query`."""
        now = self.settle()
        return self._listing.page(
            {name: value for name, value in query.items() if name not in QUERY_ONLY},
            query.get("order"),
            limit=query.get("limit", JOBS_PER_PAGE),
            offset=query.get("offset", 0),
            by=by,
            now=now,
            seen=partial(self._present, now, microseconds_of(now)),
        )

    def _present(self, now: datetime, moment: int, job_id: str) -> BatchJob:
        """Return the job as it stands *now*, which is *moment*, in microseconds."""
        job, due = self._jobs.get_due(job_id)
        view = self._views.get(job_id)
        if view is not None and view[0] is job and moment < view[2]:
            return view[1]
        if due <= moment:
            return self._seen(self._brought_to(job, now), now)
        shown = self._seen(job, now)
        if view is None:
            make_room(self._views, most=MOST_VIEWS)
        progress = next_progress(job, now)
        until = due if progress is None else min(due, microseconds_of(progress))
        self._views[job_id] = job, shown, until
        return shown

    def _due_done(self, job_id: str, now: datetime) -> BatchJob:
        job, due = self._jobs.get_due(job_id)
        return job if due > microseconds_of(now) else self._brought_to(job, now)

    def _owned(self, job_id: str, by: str, now: datetime) -> BatchJob:
        job, due = self._jobs.get_due(job_id)
        if job.created_by != by:
            raise NotTheOwner
        return job if due > microseconds_of(now) else self._brought_to(job, now)

    def _brought_to(self, job: BatchJob, now: datetime) -> BatchJob:
        """Return *job*, with which something was due, as it stands at *now*."""
        job = advance(job, now, perform=self._perform)
        step = next_step(job)
        self._jobs.keep(job, due=NEVER if step is None else microseconds_of(step.at))
        return job

    def _seen(self, job: BatchJob, now: datetime) -> BatchJob:
        """Return *job* with the progress and the instants that can be seen at *now*; it is not kept."""
        part = processed_part(job, now)
        if part is not None:
            job = replace(job, result=self._strategies[job.type].progress(job, part))
        return job if self._shown_as is None else self._shown_as(job)

    # ---- users and sessions

    @property
    def users(self) -> Users:
        """Return all users as they are."""
        return self._users

    def add_user(self, **fields: Any) -> User:
        """Return a new user. fields: those of User but the id and the instants. Raises EmailTaken."""
        now = self.settle()
        email = fields.pop("email").lower()
        user = User(id=self._mint.id("usr", at=now), created_at=now, updated_at=now, email=email, **fields)
        self._users = self._users.added(user)
        return user

    def add_strangers(self, make: Callable[[], Iterable[User]]) -> None:
        """Let there be users whom *make* makes up when somebody first asks for one who is not known.

        They are newer than those who are known by now.
        """
        self._users = Users(self._users.by_id, make)

    def change_user(self, user_id: str, changes: Mapping[str, Any]) -> User:
        """Return the user after *changes*, by field. Raises UserNotFound."""
        self._users = self._users.changed(user_id, changes, at=self.settle())
        return self._users.get(user_id)

    def list_users(self, query: Mapping[str, Any]) -> Page:
        """Return a page of the users. query: see `query`; `q` looks in addresses and names."""
        return page_of_users(self._users, query)

    def authenticate(self, email: str, password: str) -> User | None:
        """Return the user who logs in with these, or None."""
        user = self._users.with_email(email)
        return user if user is not None and user.password == password else None

    def open_session(self, user: User) -> str:
        """Return the id of a new session of *user*."""
        session_id = self._mint.session_id()
        self._sessions[session_id] = user.id
        return session_id

    def new_session_id(self) -> str:
        """Return an id that no session has."""
        return self._mint.session_id()

    def user_of_session(self, session_id: str) -> str | None:
        """Return the id of the user whose session it is, or None."""
        return self._sessions.get(session_id)

    def close_session(self, session_id: str | None) -> None:
        """End the session; nothing happens when there is none."""
        self._sessions.pop(session_id or "", None)

    # ---- the shop

    @property
    def catalogue(self) -> "Catalogue":
        """Return the catalogue as it is now."""
        self.settle()
        return self._catalogues[-1]

    def upload(self, filename: str, content: bytes) -> str:
        """Return the key under which *content* is kept from now on."""
        now = self.settle()
        key = upload_key(filename, at=now)
        self._files = self._files.with_file(key, content, at=now)
        return key

    def file(self, key: str) -> File | None:
        """Return the file under *key*, or None."""
        self.settle()
        return self._files.get(key)

    def delete_file(self, key: str) -> None:
        """Forget the file under *key*; nothing happens when there is none."""
        self.settle()
        self._files = self._files.without(key)


def _rehearsed(job: BatchJob, outlook: Outlook) -> Work:
    """Return the work of processing *job*, of which nothing is done. Raises WorkFailed, without a reason."""
    if not outlook.succeeds:
        raise WorkFailed("")
    return Work(result=job.result or {})


def _chance_of_faults(mint: Mint) -> Callable[[str], Random]:
    return mint.branch("faults").chance


def _shown_by(strategy: Strategy, error: str | Mapping[str, Any]) -> Iterable[str | Mapping[str, Any]]:
    return strategy.failure(error).errors if isinstance(error, str) else (error,)
