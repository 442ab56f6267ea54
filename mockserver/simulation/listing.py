"""Lists of batch jobs: a page and a count for a query, at an instant.

Knows which queries the store's index answers. Those are all but these: a filter by id looks at the jobs with
these ids alone; an order by `context` or `result`, or a filter that is none of instants or of what holds for
all jobs of a shape, brings every job that is left by the other filters to the instant, and looks at it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import microseconds_of
from mockserver.simulation.owner_index import FIRST, LAST, MILLISECOND, Condition, count_of, ids_of
from mockserver.simulation.query import (
    NEWEST_FIRST,
    Page,
    matching,
    ordered,
    page,
    span,
    test_of,
    to_the_millisecond,
)
from mockserver.simulation.store import Store
from mockserver.simulation.timetable import UPDATED

FIXED = frozenset({"type", "dry_run", "created_by", "deleted_at"})  # holds for all jobs of a shape
SHORT = 100  # rows of a page that are looked at in one go
ABOVE = frozenset({"gt", "lte"})  # bounds that lie at the end of their millisecond


class _SeenLater(Sequence[BatchJob]):
    """The rows of a long page, each looked at when it is asked for: a reader may pause between them."""

    def __init__(self, ids: Sequence[str], seen: Callable[[str], BatchJob]) -> None:
        self._ids, self._seen = ids, seen

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> BatchJob: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[BatchJob]: ...

    def __getitem__(self, place: int | slice) -> BatchJob | Sequence[BatchJob]:
        if isinstance(place, slice):
            return _SeenLater(self._ids[place], self._seen)
        return self._seen(self._ids[place])


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How the batch jobs of one world are listed.

    columns: those of instants. created: the one of the instant of creation. ahead: by column, how many
    microseconds its value is compared as later than it is. column: the value of a job's column, as compared.
    """

    store: Store
    columns: frozenset[str]
    created: str
    ahead: Mapping[str, int]
    column: Callable[[BatchJob, str], Any]

    def page(  # each is a fact of its own
        self,
        filters: Mapping[str, Any],
        order: str | None,
        *,
        limit: float,
        offset: float,
        by: str,
        now: datetime,
        seen: Callable[[str], BatchJob],
    ) -> Page:
        """Return a page of the jobs that the user *by* created, as they stand at *now*, the present instant.

        seen: gives the job with an id as it stands then.
        """
        order = order or NEWEST_FIRST
        name = order.removeprefix("-")
        if "id" in filters:
            wanted = filters["id"]
            ids = self.store.among([wanted] if isinstance(wanted, str) else wanted or (), by)
        else:
            indexed = {name: value for name, value in filters.items() if self._is_indexed(name, value)}
            condition = self._condition(indexed)
            instants = name if name in self.columns or name == UPDATED else self.created
            found = self.store.matching(condition, owner=by, now=microseconds_of(now), order=instants)
            count = count_of(found)
            if len(indexed) == len(filters) and name in {"id", *FIXED, *self.columns, UPDATED}:
                start, stop = span(count, limit=limit, offset=offset)
                if order.startswith("-"):
                    ids = ids_of(found, name, (count - stop, count - start), created=self.created)
                    ids.reverse()
                else:
                    ids = ids_of(found, name, (start, stop), created=self.created)
                rows = _SeenLater(ids, seen) if len(ids) > SHORT else [seen(each) for each in ids]
                return Page(rows=rows, count=count, limit=limit, offset=offset)
            ids = ids_of(found, "created_by", (0, count), created=self.created)
        jobs = matching([seen(each) for each in ids], filters, column=self.column)
        shown = page(ordered(jobs, order, column=self.column), limit=limit, offset=offset)
        return Page(rows=shown, count=len(jobs), limit=limit, offset=offset)

    def _is_indexed(self, name: str, wanted: Any) -> bool:
        if name in self.columns or name == UPDATED:
            return wanted is None or isinstance(wanted, Mapping)
        return name in FIXED

    def _condition(self, filters: Mapping[str, Any]) -> Condition:
        instants = {
            name: wanted for name, wanted in filters.items() if name in self.columns or name == UPDATED
        }
        return Condition(
            spans={
                name: _span(wanted, ahead=self.ahead.get(name, 0))
                for name, wanted in instants.items()
                if wanted is not None
            },
            unset=frozenset(name for name, wanted in instants.items() if wanted is None),
            fixed={name: test_of(wanted) for name, wanted in filters.items() if name not in instants},
        )


def _span(bounds: Mapping[str, datetime], *, ahead: int) -> tuple[int, int]:
    """Return the moments that are within *bounds* when both are taken as clients see them."""
    first, after = FIRST, LAST
    for name, bound in bounds.items():
        limit = microseconds_of(to_the_millisecond(bound)) - ahead + (MILLISECOND if name in ABOVE else 0)
        if name.startswith("g"):
            first = max(first, limit)
        else:
            after = min(after, limit)
    return first, after
