"""Filters: each chooses the jobs that it describes, all of them and no other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from mockserver.conformance.lists.known_jobs import KnownJobs
from mockserver.conformance.lists.page import Pairs

NOWHERE = "batch_00000000000000000000000000"


class Filters(KnownJobs):
    """Checks every filter of the list of batch jobs."""

    def check(self) -> None:
        """Check those by instants, and those that take lists."""
        self._check_filters()
        self._check_lists()

    def _check_filters(self) -> None:
        for name, parameter in self.parameters.items():
            if parameter.get("style") != "deepObject":
                continue
            words = {
                word
                for each in self.schemas[name].get("anyOf", [])
                for word in self.inquiry.contract.document.resolve(each).get("enum", [])
            }
            if "null" in words:
                unset = {job for job in self.truth if self.instant_of_job(job, name) is None}
                self._filter([(name, "null")], unset, name, "null")
            self._check_comparisons(name)

    def _check_comparisons(self, name: str) -> None:
        """Compare with the jobs' own instants: below, at and above each of a few."""
        instants = sorted(
            {each for job in self.truth if (each := self.instant_of_job(job, name)) is not None}
        )
        operators: Mapping[str, Callable[[datetime, datetime], bool]] = {
            "lt": lambda a, b: a < b,
            "lte": lambda a, b: a <= b,
            "gt": lambda a, b: a > b,
            "gte": lambda a, b: a >= b,
        }
        known = self.schemas[name].get("properties", {})
        pivots = sorted({instants[0], instants[len(instants) // 2], instants[-1]}) if instants else []
        for pivot in pivots:
            for operator, compares in operators.items():
                if operator in known:
                    wanted = self._where(name, partial(_swapped(compares), pivot))
                    self._filter([(f"{name}[{operator}]", _written(pivot))], wanted, name, operator)
        if len(instants) > 1 and {"gte", "lt"} <= known.keys():
            low, high = instants[0], instants[-1]
            wanted = self._where(name, lambda at: low <= at < high)
            query = [(f"{name}[gte]", _written(low)), (f"{name}[lt]", _written(high))]
            self._filter(query, wanted, name, "between")

    def _where(self, name: str, holds: Callable[[datetime], bool]) -> set[str]:
        """Return the jobs whose instant *name* is set, and *holds*."""
        instants = {job: self.instant_of_job(job, name) for job in self.truth}
        return {job for job, at in instants.items() if at is not None and holds(at)}

    def _filter(self, query: Pairs, wanted: set[str], name: str, kind: str) -> None:
        page = self.page(*self.narrow, *query, ("limit", "0"))
        if page is None:
            return
        self.check_choice(page, wanted, where=f"query.{name}", kind=kind)
        if set(map(str, page.ids)) == wanted:
            self.check_count(page, len(wanted))

    def _check_lists(self) -> None:
        """Check the filters that take lists: one, two, none, and several in one value."""
        ids = list(self.truth)
        self._choose("id[]", [ids[0]], {ids[0]}, "one")
        self._choose("id[]", ids[:2], set(ids[:2]), "two")
        self._choose("id[]", [",".join(ids[:2])], set(ids[:2]), "in one value")
        self._choose("id[]", [NOWHERE], set(), "unknown")
        types = list(dict.fromkeys(str(self.truth[job].get("type")) for job in ids))
        for kind in types:
            self._of_types([kind], "one")
        if len(types) > 1:
            self._of_types(types[:2], "two")
            self._of_types(list(reversed(types[:2])), "two")
            self._of_types([",".join(types[:2])], "in one value")
        self._of_types(["no-such-type"], "unknown")
        unconfirmed = {job for job in ids if self.instant_of_job(job, "confirmed_at") is None}
        if "confirmed_at" in self.parameters and types:
            both = {job for job in unconfirmed if self.truth[job].get("type") == types[0]}
            self._filter(
                [("type[]", types[0]), ("confirmed_at", "null")], both, "type[]", "with another filter"
            )
        if {"confirmed_at", "canceled_at"} <= self.parameters.keys():
            both = {job for job in unconfirmed if self.instant_of_job(job, "canceled_at") is None}
            query = [("confirmed_at", "null"), ("canceled_at", "null")]
            self._filter(query, both, "canceled_at", "with another filter")

    def _of_types(self, types: Sequence[str], kind: str) -> None:
        if "type[]" not in self.parameters:
            return
        names = {each for value in types for each in value.split(",")}
        query = [("type[]", each) for each in types]
        wanted = {job for job in self.truth if str(self.truth[job].get("type")) in names}
        self._filter(query, wanted, "type[]", kind)

    def _choose(self, name: str, values: Sequence[str], wanted: set[str], kind: str) -> None:
        if name not in self.parameters:
            return
        page = self.page(*[(name, each) for each in values], ("limit", "0"))
        if page is not None:
            self.check_choice(page, wanted, where=f"query.{name}", kind=kind)
            if set(map(str, page.ids)) == wanted:
                self.check_count(page, len(wanted))


def _swapped(compares: Callable[[datetime, datetime], bool]) -> Callable[[datetime, datetime], bool]:
    return lambda pivot, at: compares(at, pivot)


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
