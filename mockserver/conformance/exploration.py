"""The lifecycle part: every cell of the grid status x client verb, then walks by chance.

Whatever is asked here is judged by the witness and its oracle; this module only sees to it that it is asked
where it matters, and says which cells could not be reached. Nothing depends on how fast the target is.
"""

import heapq
import random
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field

from mockserver.conformance.biography import Biography
from mockserver.conformance.errands import Errand, Wait, look
from mockserver.conformance.oracle import is_at_rest
from mockserver.conformance.recipes import Recipe, Workshop
from mockserver.conformance.report import Part, Reach, Reached, Rule
from mockserver.conformance.target import NOBODY, Asked, NoAnswer, path_of
from mockserver.conformance.witness import LIST
from mockserver.lifecycle import Asker, Lifecycle, Transition

ATTEMPTS = 3  # at a status that does not last
CHANCE, CERTAIN = 5, 1  # what it costs to ask where the worker may come first, and where it may not
BETWEEN_REPEATS = 0.15  # seconds, so that an instant that is set anew can be told from the old one
WALKS, ACTIONS = 8, 5
FETCH = "GetUploadsKey"
FILE_IS_THERE = Rule(
    id="lifecycle/exported-files-are-there",
    says="The file that a job wrote can be fetched, and has the size that the job tells, in bytes.",
    place="schemas/BatchJobResult.yaml, properties, file_size; paths/upload.yaml",
    part=Part.LIFECYCLE,
)
IMPOSSIBLE_FAILS = Rule(
    id="lifecycle/what-cannot-be-done-fails",
    says="A job fails when its work cannot be done, such as to import a column that nobody knows.",
    place="schemas/BatchJob.yaml, x-lifecycle, transitions, fail",
    part=Part.LIFECYCLE,
)


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to send a request of which only the path is read."""

    body: bytes = b""
    query: tuple[tuple[str, str], ...] = ()


_WAYS = (_Way(), _Way(body=b"{}"), _Way(query=(("expand", "created_by_user"),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way to a status: transitions, those of the worker waited for, those of a client asked for."""

    dry_run: bool
    fails: bool
    transitions: tuple[Transition, ...]


def route_to(lifecycle: Lifecycle, status: str, *, dry_run: bool) -> Route | None:
    """Return the surest way to *status* for a job with that *dry_run*; None where there is none.

    A way on which something must fail is taken only where there is no other.
    """
    for fails in (False, True):
        found = _cheapest(lifecycle, status, dry_run=dry_run, fails=fails)
        if found is not None:
            return Route(dry_run=dry_run, fails=fails, transitions=found)
    return None


def _cheapest(
    lifecycle: Lifecycle, goal: str, *, dry_run: bool, fails: bool
) -> tuple[Transition, ...] | None:
    number = 0
    waiting: list[tuple[int, int, str, tuple[Transition, ...]]] = [(0, number, lifecycle.initial, ())]
    done: set[str] = set()
    while waiting:
        cost, _, status, way = heapq.heappop(waiting)
        if status == goal:
            return way
        if status in done:
            continue
        done.add(status)
        for each in _ways_on(lifecycle, status, dry_run=dry_run, fails=fails):
            number += 1
            sure = each.by is Asker.WORKER or is_at_rest(lifecycle, status, dry_run=dry_run)
            price = CERTAIN if sure else CHANCE
            heapq.heappush(waiting, (cost + price, number, each.to, (*way, each)))
    return None


def _ways_on(lifecycle: Lifecycle, status: str, *, dry_run: bool, fails: bool) -> Iterator[Transition]:
    move = lifecycle.moves.get((status, dry_run))
    if move is not None and fails and move.on_failure is not None:
        yield lifecycle.transitions[move.on_failure]
    elif move is not None:
        yield move
    yield from (each for each in lifecycle.asked_by(Asker.CLIENT) if status in each.starts)


@dataclass(kw_only=True)
class Exploration:
    """Plans and walks. Mutable: it keeps which cells were reached.

    reached: by status and name of the client's transition. misses: how often a cell was tried in vain.
    unanswered: cells whose requests got no answer.
    """

    workshop: Workshop
    recipes: tuple[Recipe, ...]
    seed: int
    reached: dict[tuple[str, str], bool] = field(default_factory=dict)
    misses: dict[tuple[str, str], int] = field(default_factory=dict)
    unanswered: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.lifecycle = self.workshop.witness.lifecycle
        self.verbs = self.lifecycle.asked_by(Asker.CLIENT)

    # -- the grid

    def grid(self) -> Iterator[Errand]:
        """Yield an errand for every cell of the grid, and for every type of job a whole life."""
        for number, recipe in enumerate(each for each in self.recipes if not each.fails):
            yield self._life(recipe, dry_run=bool(number % 2))
            yield self._life(recipe, dry_run=not number % 2)
        for recipe in (each for each in self.recipes if each.fails):
            yield self._impossible(recipe)
        for status in self.lifecycle.statuses:
            for verb in self.verbs:
                routes = [route_to(self.lifecycle, status, dry_run=each) for each in (True, False)]
                known = [each for each in routes if each is not None]
                # a job that is made to fail shows no more as a dry run than otherwise
                for route in [each for each in known if not each.fails] or known[:1]:
                    yield self._cell(status, verb, route)

    def _plain(self) -> Recipe:
        return min((each for each in self.recipes if not each.fails), key=lambda each: len(each.needs))

    def _failing(self) -> Recipe | None:
        return next((each for each in self.recipes if each.fails), None)

    def _life(self, recipe: Recipe, *, dry_run: bool) -> Errand:
        """Live a job of that type to its end, confirmed where that is needed, and look at it in a list."""
        job = self.workshop.make(recipe, dry_run=dry_run)
        self._list(job)
        yield self._until_rest(job)
        self._list(job)
        for verb in self.verbs:
            if job.status in verb.starts and verb.to not in self._dead_ends():
                self._ask(job, verb)
                yield self._until_rest(job)
                self._list(job)
        self._fetch(job)

    def _fetch(self, job: Biography) -> None:
        """Fetch the file that *job* says it wrote, and compare its size with what the job says."""
        result = job.last.get("result")
        key = result.get("file_key") if isinstance(result, dict) else None
        if (
            not isinstance(result, dict)
            or not isinstance(key, str)
            or FETCH not in self.workshop.witness.contract.operations
        ):
            return
        path = path_of(self.workshop.path(FETCH), key=key).replace("%2F", "/")
        fetched = self.workshop.target.get(path, by=NOBODY)
        if fetched.status != 200:  # noqa: PLR2004  # the file
            self._say_file(job, fetched, where="response.status", expected="200", found=str(fetched.status))
        elif len(fetched.exchange.response_body) != result.get("file_size"):
            expected, found = "the bytes of the file", "another number"
            self._say_file(job, fetched, where="batch_job.result.file_size", expected=expected, found=found)

    def _say_file(self, job: Biography, fetched: Asked, *, where: str, expected: str, found: str) -> None:
        self.workshop.witness.report(
            FILE_IS_THERE,
            *job.trail,
            job.last_asked,
            fetched,
            where=where,
            expected=expected,
            found=found,
            subject=job.id,
            focus=("result",),
        )

    def _impossible(self, recipe: Recipe) -> Errand:
        """Let a job try what cannot be done, and say so where it claims to have done it."""
        job = self.workshop.make(recipe, dry_run=False)
        yield self._until_rest(job)
        done = {each.to for each in self.lifecycle.transitions.values() if each.work == "process"}
        if job.status in done:
            self.workshop.witness.report(
                IMPOSSIBLE_FAILS,
                *job.trail,
                job.last_asked,
                where="status",
                expected="failed, and result.errors says why",
                found=job.status,
                subject=job.id,
            )

    def _dead_ends(self) -> set[str]:
        """Return the statuses after which the worker does nothing."""
        return {
            status
            for status in self.lifecycle.statuses
            if all(is_at_rest(self.lifecycle, status, dry_run=dry_run) for dry_run in (True, False))
        }

    def _cell(self, status: str, verb: Transition, route: Route) -> Errand:
        """Bring a job to *status* and ask for *verb* there; try again where the worker was quicker."""
        recipe = self._failing() if route.fails else self._plain()
        for _ in range(ATTEMPTS if recipe is not None else 0):
            assert recipe is not None  # noqa: S101  # the line above sees to it
            try:
                job = self.workshop.make(recipe, dry_run=route.dry_run)
                if (yield from self._attempt(job, status, verb, route)):
                    return
            except NoAnswer:
                if self.workshop.target.silent_in_a_row:
                    raise
                self.unanswered.add((status, verb.name))

    def _attempt(
        self, job: Biography, status: str, verb: Transition, route: Route
    ) -> Generator[Wait, bool, bool]:
        """Bring *job* to *status* and ask for *verb* there; return whether no other attempt is worth it."""
        cell = (status, verb.name)
        arrived = yield from self._travel(job, route)
        if not arrived or job.status != status:
            self.misses[cell] = self.misses.get(cell, 0) + 1
            return arrived or not self.workshop.witness.at_rest(job)
        if verb.to == status:
            yield Wait(job=job, until=lambda _: True, at_least=BETWEEN_REPEATS)
        if not self._try(job, status, verb):
            self.misses[cell] = self.misses.get(cell, 0) + 1
            return False
        self.reached[cell] = True
        look(self.workshop, job)
        self._list(job)
        yield self._until_rest(job)
        return True

    def _travel(self, job: Biography, route: Route) -> Generator[Wait, bool, bool]:
        """Take *job* along *route*; return whether it arrived."""
        onwards = (*route.transitions[1:], *(None for _ in route.transitions[:1]))
        for each, after in zip(route.transitions, onwards, strict=True):
            if each.by is Asker.CLIENT:
                if self._ask(job, each).status >= 400:  # noqa: PLR2004  # refused
                    return False
            elif after is not None and after.by is Asker.WORKER:
                continue  # the worker may be too quick to be seen there
            elif not (yield Wait(job=job, until=_is_in(each.to))):
                return False
        return True

    def _try(self, job: Biography, status: str, verb: Transition) -> bool:
        """Ask for *verb*, and return whether the job was in *status* when it was asked."""
        before = job.last
        number = self.lifecycle.statuses.index(status) + self.verbs.index(verb) + job.dry_run
        asked = self._ask(job, verb, _WAYS[number % len(_WAYS)])
        if asked.status < 400 and verb.to not in (status, *job.contested):  # noqa: PLR2004  # granted
            came = {name for name in self.lifecycle.instants.values() if job.last.get(name) is not None}
            had = {name for name in self.lifecycle.instants.values() if before.get(name) is not None}
            return came - had <= {verb.sets}
        look(self.workshop, job)
        return job.status == status or asked.status < 400  # noqa: PLR2004  # granted

    def _ask(self, job: Biography, verb: Transition, way: "_Way | None" = None) -> Asked:
        """Ask for *verb*, in one *way* or another: nothing in the body or the query is read."""
        way = way or _WAYS[0]
        return self.workshop.ask(job, verb, query=way.query, body=way.body)

    def _list(self, job: Biography) -> None:
        path = self.workshop.path(LIST)
        self.workshop.target.get(path, [("id[]", job.id), ("limit", "1")], by=self.workshop.by)

    def _until_rest(self, job: Biography) -> Wait:
        return Wait(job=job, until=self.workshop.witness.at_rest)

    # -- walks

    def walks(self, number: int = WALKS) -> Iterator[Errand]:
        """Yield errands that do with a job what chance says, whatever comes of it."""
        for each in range(number):
            yield self._walk(random.Random(f"{self.seed}/{each}"))  # noqa: S311  # no secret

    def _walk(self, chance: random.Random) -> Errand:
        recipe = chance.choice([each for each in self.recipes if not each.needs] or [*self.recipes])
        job = self.workshop.make(recipe, dry_run=chance.random() < 0.7)  # noqa: PLR2004  # more can be asked of dry runs
        for _ in range(ACTIONS):
            action = chance.choice(["ask", "ask", "look", "list", "change", "rest"])
            if action == "ask":
                self._ask(job, chance.choice(self.verbs), chance.choice(_WAYS))
            elif action == "look":
                look(self.workshop, job)
            elif action == "list":
                self._list(job)
            elif action == "change":
                yield Wait(job=job, until=_is_not_in(job.status))
            else:
                yield self._until_rest(job)
        yield self._until_rest(job)

    # -- what came of it

    def cells(self) -> Mapping[str, Reached]:
        """Return for every cell whether it was reached, and if not, why."""
        cells = {}
        for verb in self.verbs:
            for status in self.lifecycle.statuses:
                cells[f"{verb.name} in {status}"] = self._cell_reached(status, verb)
        return cells

    def _cell_reached(self, status: str, verb: Transition) -> Reached:
        if self.reached.get((status, verb.name)):
            return Reached(reach=Reach.COVERED)
        if (status, verb.name) in self.unanswered:
            return Reached(reach=Reach.UNCOVERED, reason="requests were not answered")
        if self.misses.get((status, verb.name)):
            where = f"no job was caught in {status}"
            if status not in self.workshop.witness.seen_statuses:
                where = f"no job was ever seen in {status}"
            return Reached(reach=Reach.UNREACHABLE, reason=where)
        return Reached(reach=Reach.UNCOVERED, reason="the time was up before it was tried")


def _is_in(status: str) -> Callable[[Biography], bool]:
    return lambda job: job.status == status


def _is_not_in(status: str) -> Callable[[Biography], bool]:
    return lambda job: job.status != status
