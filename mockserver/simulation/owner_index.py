"""The batch jobs of one owner as a list: which match, how many, and which stand on a page, at any instant.

Knows moments and shapes, not jobs. Nothing is scanned: jobs with one shape lie in chains, in which every
column is in order, so that every filter leaves one stretch of each chain and stage, and the page asked for is
found by bisection in all of them at once.

Costs, c being chains times stages (about five for the jobs of one type and outcome that nobody interfered
with; see `chains` for the others): a count is 5 us times c; a page adds 50 us times c, and 2 us for each of
its rows. Where the stage of a job neither decides whether it is meant nor where it stands, as in the usual
list, the newest first, c is chains alone. Ordered by id, the jobs that were created in the milliseconds of
the page are sorted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any

from mockserver.simulation.chains import BLOCK_ROWS, Chain, Chains, Stretch, places_of
from mockserver.simulation.timetable import Shape, Shapes, Timetable

MILLISECOND = 1000
FIRST, LAST = -(2**62), 2**62  # before and after every moment

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the jobs of a page have in common.

    spans: by column, the moments that its value may have: from the first up to, but not with, the second.
    unset: columns without a value. fixed: tests by column, for columns that hold for all jobs of a shape.
    """

    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    fixed: Mapping[str, Test] = field(default_factory=dict)

    def holds_for(self, shape: Shape, owner: str) -> bool:
        """Return whether jobs of *shape* can be among those meant."""
        values = {"type": shape.type, "dry_run": shape.dry_run, "created_by": owner, "deleted_at": None}
        return all(test(values[name]) for name, test in self.fixed.items())


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of jobs that match, of the same shape.

    columns: the moments that all of them show, by column: those of their stage, where all are in the same.
    """

    chain: Chain
    start: int
    stop: int
    shape: Shape
    columns: Mapping[str, int]

    def by(self, column: str | None) -> Stretch:
        """Return the stretch, to be merged by *column*; None for the order of creation."""
        # the first number of a row tells the order of creation, then come its moments
        number = 0 if column is None else 1 + self.columns[column]
        return Stretch(self.chain, self.start, self.stop, column=number)


class OwnerIndex:
    """The jobs of one owner. Mutable, but only for the one whose token it has."""

    __slots__ = ("_block_rows", "_chains", "_owner", "_token")

    def __init__(self, owner: str, token: object, *, block_rows: int = BLOCK_ROWS) -> None:
        self._owner, self._token, self._block_rows = owner, token, block_rows
        self._chains: dict[int, Chains] = {}  # by shape

    def owned(self, token: object) -> "OwnerIndex":
        """Return this index for the holder of *token*: itself, or a copy that shares what it holds."""
        if token is self._token:
            return self
        copy = OwnerIndex(self._owner, token, block_rows=self._block_rows)
        copy._chains = self._chains.copy()
        return copy

    def add(self, number: int, job_id: str, timetable: Timetable) -> int:
        """Lay a job down, the *number*-th that was created, and return the number of its chain."""
        return self._own(timetable.shape).add((number, *timetable.moments), job_id)

    def extend(
        self, first: int, ids: Sequence[str], *, shape: int, moments: Sequence[Sequence[int]]
    ) -> Sequence[int]:
        """Lay jobs of one shape down, the *first*-th that was created and those after it.

        moments: the first one of each job, then the second ones, and so on. Return the numbers of their
        chains.
        """
        return self._own(shape).extend([range(first, first + len(ids)), *moments], ids)

    def remove(self, number: int, *, shape: int, chain: int) -> None:
        """Take the *number*-th job away."""
        self._own(shape).remove(chain, number)

    def _own(self, shape: int) -> Chains:
        chains = self._chains.get(shape)
        if chains is None:
            chains = self._chains[shape] = Chains(self._token, block_rows=self._block_rows)
        elif (own := chains.owned(self._token)) is not chains:
            chains = self._chains[shape] = own
        return chains

    def matching(self, condition: Condition, shapes: Shapes, now: int, *, order: str) -> list[Found]:
        """Return where the jobs lie that meet *condition* at *now*.

        order: the column of instants by which they are going to be put in order.
        """
        compared = {order, *condition.spans, *condition.unset}
        return [
            found
            for number, chains in self._chains.items()
            if condition.holds_for(shape := shapes[number], self._owner)
            for chain in chains.chains
            if chain.size
            for found in (
                _stretch(chain, shape, condition)
                if compared <= shape.lasting.keys()
                else _stretches(chain, shape, condition, now)
            )
        ]

    def changing(self, shapes: Shapes, since: int) -> Iterator[str]:
        """Yield the ids of the jobs that reach their last stage at *since* or later."""
        for number, chains in self._chains.items():
            last = shapes[number].stages[-1].since
            if last is not None:
                for chain in chains.chains:
                    start = chain.rows_below(1 + last, since)
                    yield from (chain.row_id(place) for place in range(start, chain.size))

    def next_moment(self, shapes: Shapes, after: int) -> int | None:
        """Return the first moment after *after* at which a job reaches another stage, or None."""
        return min(self._moments_after(shapes, after), default=None)

    def _moments_after(self, shapes: Shapes, after: int) -> Iterator[int]:
        for number, chains in self._chains.items():
            columns = [1 + stage.since for stage in shapes[number].stages if stage.since is not None]
            for chain in chains.chains:
                for column in columns:
                    position = chain.rows_below(column, after + 1)
                    if position < chain.size:
                        yield chain.value(column, position)

    def changed(self, shapes: Shapes, after: int, until: int) -> set[str]:
        """Return the ids of the jobs of which an instant lies after *after*, and not after *until*."""
        return {
            chain.row_id(position)
            for number, chains in self._chains.items()
            for chain in chains.chains
            for column in range(1, 1 + shapes[number].width)
            for position in range(chain.rows_below(column, after + 1), chain.rows_below(column, until + 1))
        }


def _stretch(chain: Chain, shape: Shape, condition: Condition) -> Iterator[Found]:
    """Yield where the jobs lie, whatever their stage, that meet a *condition* on what lasts."""
    first, after = _narrowed(chain, shape.lasting, condition, (0, chain.size))
    if first < after:
        yield Found(chain, first, after, shape, shape.lasting)


def _stretches(chain: Chain, shape: Shape, condition: Condition, now: int) -> Iterator[Found]:
    start = 0
    for stage, columns in zip(reversed(shape.stages), reversed(shape.columns), strict=True):
        # from the last stage to the first, for the oldest jobs have come the furthest
        end = chain.size if stage.since is None else chain.rows_below(1 + stage.since, now + 1)
        first, after = _narrowed(chain, columns, condition, (start, end))
        start = end
        if first < after:
            yield Found(chain, first, after, shape, columns)


def _narrowed(
    chain: Chain, columns: Mapping[str, int], condition: Condition, stretch: tuple[int, int]
) -> tuple[int, int]:
    first, after = stretch
    if first == after or not condition.unset.isdisjoint(columns):
        return (0, 0)
    for name, (lowest, above) in condition.spans.items():
        if name not in columns:
            return (0, 0)
        if lowest != FIRST:
            first = max(first, chain.rows_below(1 + columns[name], lowest))
        if above != LAST:
            after = min(after, chain.rows_below(1 + columns[name], above))
    return first, after


def count_of(found: Sequence[Found]) -> int:
    """Return how many jobs lie in the stretches *found*."""
    return sum(each.stop - each.start for each in found)


def ids_of(found: Sequence[Found], order: str, span: tuple[int, int], *, created: str) -> list[str]:
    """Return the ids of those jobs *found* that have a place in *span* when all are in ascending *order*.

    order: `id`, a column that holds for all jobs of a shape, or one of instants; unset values come last, and
    jobs with equal values in the order of creation. created: the column of the instant of creation.
    """
    if order == "id":
        return _in_order_of_ids(found, span, created=created)
    ids: list[str] = []
    before = 0
    for stretches in _groups(found, order):
        size = sum(each.stop - each.start for each in stretches)
        start, stop = max(span[0] - before, 0), min(span[1] - before, size)
        before += size
        if start < stop:
            ids.extend(entry[2] for entry in islice(_from(stretches, start), stop - start))
    return ids


def _groups(found: Sequence[Found], order: str) -> list[list[Stretch]]:
    """Return the jobs *found* in groups that follow each other in *order*."""
    if order in ("type", "dry_run"):
        values = sorted({getattr(each.shape, order) for each in found})
        return [[each.by(None) for each in found if getattr(each.shape, order) == value] for value in values]
    set_ones = [each.by(order) for each in found if order in each.columns]
    return [set_ones, [each.by(None) for each in found if order not in each.columns]]


def _from(stretches: Sequence[Stretch], rank: int) -> Iterator[tuple[int, int, str]]:
    """Yield the rows of *stretches*, merged, from the one with *rank* on."""
    places = places_of(stretches, rank)
    if len(stretches) == 1:
        return stretches[0].entries(places[0])
    return merge(*(each.entries(place) for each, place in zip(stretches, places, strict=True)))


def _in_order_of_ids(found: Sequence[Found], span: tuple[int, int], *, created: str) -> list[str]:
    """Return ids in the order of ids, which tell the millisecond of creation first, and then are chance."""
    stretches = [each.by(created) for each in found]
    start, stop = span[0], min(span[1], count_of(found))
    if start >= stop:
        return []
    earliest = next(_from(stretches, start))[0] // MILLISECOND * MILLISECOND
    latest = next(_from(stretches, stop - 1))[0] // MILLISECOND * MILLISECOND + MILLISECOND
    before = 0
    ids: list[str] = []
    for each in stretches:
        first = max(each.start, min(each.stop, each.chain.rows_below(each.column, earliest)))
        after = max(each.start, min(each.stop, each.chain.rows_below(each.column, latest)))
        before += first - each.start
        ids.extend(each.chain.row_id(position) for position in range(first, after))
    return sorted(ids)[start - before : stop - before]
