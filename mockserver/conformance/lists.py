"""The algebra of lists: what pages, filters, orders, columns and counts have to do with one another.

It is checked on jobs that stand still, against what each of them says of itself, and on the other lists of
the document as far as the document says what they do. Nothing here depends on what else the target holds.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from mockserver.conformance.errands import Errand, Wait, look
from mockserver.conformance.evidence import canonical
from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.recipes import Recipe, recipes_of
from mockserver.conformance.report import Part, Rule
from mockserver.conformance.rules import clients_own, instant_of
from mockserver.conformance.target import Asked, NoAnswer
from mockserver.conformance.witness import LIST, Biography, Witness

Row = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]
WANTED, MOST, MOST_ROWS = 11, 14, 3000  # so that they alone fill the usual page
NOWHERE = "batch_00000000000000000000000000"


def _rule(name: str, says: str, place: str) -> Rule:
    return Rule(id=f"lists/{name}", says=says, place=place, part=Part.LISTS)


ANSWERED = _rule("are-answered", "A query that the document allows is answered with a page.", "parameters/")
COUNTED = _rule("count-is-all-that-match", "count is how many match, on all pages.", "properties, count")
ECHOED = _rule(
    "paging-is-echoed",
    "offset and limit are answered as they were asked for.",
    "properties, offset and limit",
)
PAGED = _rule(
    "pages-make-the-whole",
    "A page holds at most limit rows; the pages one after the other are the whole list, no row on two.",
    "parameters/Limit.yaml, parameters/Offset.yaml",
)
SAME = _rule(
    "rows-are-what-retrieve-shows",
    "A list shows each row as it is shown when it is retrieved alone.",
    "schemas/SelectedBatchJob.yaml",
)
OWN = _rule("hold-the-callers-own", "A list holds the caller's own jobs.", "paths/batch_jobs.yaml, get")
ORDERED = _rule(
    "are-in-order",
    "Rows are in the order that is asked for, unset values last ascending and first descending; newest first "
    "when none is asked for.",
    "parameters/BatchJobOrder.yaml",
)
FILTERED = _rule(
    "filters-choose", "A filter chooses the rows that it describes, all of them and no other.", "parameters/"
)
SELECTED = _rule(
    "fields-choose-columns",
    "fields chooses the columns that are shown, and changes nothing else.",
    "parameters/BatchJobFields.yaml",
)
EXPANDED = _rule(
    "expand-adds-a-relation",
    "expand shows a relation along, and changes nothing else; without it none is shown.",
    "parameters/BatchJobExpand.yaml",
)
STILL = _rule(
    "hold-still", "A list of jobs at rest is the same when it is read again.", "paths/batch_jobs.yaml, get"
)


def run(inquiry: Inquiry, standing: "Standing") -> None:
    """Check every list of the document, that of batch jobs on those that are *standing*."""
    try:
        jobs = standing.jobs_at_rest()
        if len(jobs) < 2:  # noqa: PLR2004  # one job has no order
            inquiry.note("lists: fewer than two jobs came to rest, so that lists of them were not judged.")
            inquiry.unfinished.add(Part.LISTS)
        else:
            _JobLists(inquiry, jobs).check()
        for operation, rows in _other_lists(inquiry):
            _OtherList(inquiry, operation, rows).check()
    except NoAnswer as error:
        inquiry.note(f"lists: requests were not answered: {error}")
        inquiry.unfinished.add(Part.LISTS)


# -- jobs to list


@dataclass(kw_only=True)
class Standing:
    """Jobs of several statuses, types and both values of dry_run, which come to stand still.

    They are made for this part, one after the other, so that they are in the same order in every run; before
    it begins where another part waits for the worker anyway. Mutable: it keeps those that were made.
    """

    inquiry: Inquiry
    jobs: list[Biography] = field(default_factory=list)
    is_begun: bool = False

    def errands(self) -> Iterator[Errand]:
        """Yield the errands that make the jobs, and bring them to rest."""
        self.is_begun = True
        recipes = recipes_of(self.inquiry.contract.document.bundle)
        plain = [each for each in recipes if not each.needs]
        chosen = [plain[number % len(plain)] for number in range(WANTED) if plain]
        failing = [each for each in recipes if each.fails]
        for number, recipe in enumerate([*failing, *chosen]):
            yield self._to_rest(recipe, number)

    def jobs_at_rest(self) -> list[Biography]:
        """Return the jobs that stand still, oldest first; those that were not made yet are."""
        witness = self.inquiry.witness
        late = [each for each in self.jobs if not witness.at_rest(each)]
        left = [_resting(witness, each) for each in late] if self.is_begun else self.errands()
        self.inquiry.run(Part.LISTS, *left)
        if witness.eventual:
            self.inquiry.target.sleep(witness.eventual)
        made = [each for each in self.jobs if witness.at_rest(each)]
        for job in made:
            look(self.inquiry.workshop, job, poll=True)
        return [each for each in made if witness.at_rest(each)]

    def _to_rest(self, recipe: Recipe, number: int) -> Errand:
        """Make a job and let it come to rest; cancel every third that waits for a confirmation."""
        witness = self.inquiry.witness
        job = self.inquiry.workshop.make(recipe, dry_run=number % 3 != 0)
        self.jobs.append(job)
        yield Wait(job=job, until=witness.at_rest)
        by_client = clients_own(witness.lifecycle)
        if number % 3 == 1:
            for transition in witness.asks.values():
                if job.status in transition.starts and transition.to in by_client:
                    self.inquiry.workshop.ask(job, transition)
                    yield Wait(job=job, until=witness.at_rest)


def _resting(witness: Witness, job: Biography) -> Errand:
    """Let a job come to rest that was made before."""
    yield Wait(job=job, until=witness.at_rest)


# -- one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list."""

    asked: Asked
    rows: list[Row]
    count: Any
    offset: Any
    limit: Any

    @property
    def ids(self) -> list[Any]:
        """Return the ids of the rows, in their order."""
        return [each.get("id") for each in self.rows]


class _List:
    """A list under judgement: how it is asked, and how a violation of it is told."""

    def __init__(self, inquiry: Inquiry, operation: str, key: str) -> None:
        self.inquiry, self.operation, self.key = inquiry, operation, key
        document = inquiry.contract.document
        source = next(each for _, _, each in document.operations() if each["operationId"] == operation)
        parameters = [document.resolve(each) for each in source["parameters"]]
        self.parameters = {each["name"]: each for each in parameters if each["in"] == "query"}
        self.schemas = {name: document.resolve(each["schema"]) for name, each in self.parameters.items()}

    def page(self, *query: tuple[str, str]) -> Page | None:
        """Return the page that *query* gives; report it and return None where it gives none."""
        asked = self.inquiry.target.get(self.inquiry.path(self.operation), query, by=self.inquiry.user)
        answer = asked.json if isinstance(asked.json, dict) else {}
        rows = answer.get(self.key)
        if asked.status != 200 or not isinstance(rows, list):  # noqa: PLR2004  # a page
            names = " ".join(sorted({_plain(name) for name, _ in query} - {"id[]"})) or "id[]"
            documented = asked.status in self.inquiry.contract.operations[self.operation].responses
            if documented:
                self.say(
                    ANSWERED,
                    asked,
                    where=f"query.{names}",
                    expected="200 and a page",
                    found=str(asked.status),
                )
            return None
        rows = [each for each in rows if isinstance(each, dict)]
        return Page(
            asked=asked,
            rows=rows,
            count=answer.get("count"),
            offset=answer.get("offset"),
            limit=answer.get("limit"),
        )

    def say(  # what a violation is made of
        self, rule: Rule, *asked: Asked, where: str, expected: str, found: str, kind: str = ""
    ) -> None:
        """Report a violation of this list."""
        self.inquiry.witness.report(
            rule,
            *self.creations(asked[-1]),
            *asked,
            where=where,
            expected=expected,
            found=found,
            kind=kind,
            subject=f"{asked[-1].exchange.path}?{asked[-1].exchange.query}",
            focus=tuple(where.split(".")),
        )

    def creations(self, asked: Asked) -> tuple[Asked, ...]:
        """Return what made the jobs that *asked* names, as far as they are few."""
        query = asked.exchange.query
        made = [job.created for job in self.inquiry.witness.jobs.values() if job.id in query]
        return tuple(made) if len(made) <= 3 else ()  # noqa: PLR2004  # more are hard to read

    # -- laws of every list

    def check_paging(self, narrow: Pairs, whole: Page, *, key: Callable[[Row], Any]) -> None:
        """Cut *whole*, which *narrow* gives, into pages in several ways."""
        total = len(whole.rows)
        for size in sorted({1, 2, 3, max(1, total - 1), total, total + 5}):
            if math.ceil(total / size) > MOST:
                continue
            self._check_pages(narrow, whole, size=size, key=key)
        self._check_beyond(narrow, whole)
        part = self.page(*narrow, ("limit", "2"), ("offset", "1"))
        if (
            part is not None
            and part.rows != whole.rows[1:3]
            and [key(each) for each in part.rows] != [key(each) for each in whole.rows[1:3]]
        ):
            self.say(
                PAGED,
                whole.asked,
                part.asked,
                where=self.key,
                expected="the second and third row",
                found="others",
                kind="middle",
            )
        rest = self.page(*narrow, ("offset", "1"))
        if rest is not None and rest.ids and total > 1 and key(rest.rows[0]) != key(whole.rows[1]):
            self.say(
                PAGED,
                whole.asked,
                rest.asked,
                where=self.key,
                expected="all but the first row",
                found="others",
                kind="offset",
            )

    def _check_pages(self, narrow: Pairs, whole: Page, *, size: int, key: Callable[[Row], Any]) -> None:
        pages: list[Page] = []
        for offset in range(0, len(whole.rows), size):
            page = self.page(*narrow, ("limit", str(size)), ("offset", str(offset)))
            if page is None:
                return
            pages.append(page)
            self.check_echo(page, limit=size, offset=offset)
            self.check_count(page, len(whole.rows))
            if len(page.rows) > size:
                self.say(
                    PAGED,
                    page.asked,
                    where=self.key,
                    expected="at most limit rows",
                    found="more rows",
                    kind="limit",
                )
        together = [row for page in pages for row in page.rows]
        ids = [row.get("id") for row in together]
        asked = [each.asked for each in pages[:3]]
        if len(set(map(str, ids))) < len(ids):
            self.say(
                PAGED,
                *asked,
                where=self.key,
                expected="each row once",
                found="a row on two pages",
                kind="twice",
            )
        elif set(map(str, ids)) != set(map(str, whole.ids)):
            self.say(
                PAGED,
                *asked,
                where=self.key,
                expected="every row on some page",
                found="rows on no page",
                kind="missing",
            )
        elif [key(row) for row in together] != [key(row) for row in whole.rows]:
            self.say(
                PAGED,
                *asked,
                where=self.key,
                expected="the order of the whole list",
                found="another",
                kind="order",
            )

    def _check_beyond(self, narrow: Pairs, whole: Page) -> None:
        page = self.page(*narrow, ("limit", "5"), ("offset", str(len(whole.rows) + 3)))
        if page is None:
            return
        self.check_echo(page, limit=5, offset=len(whole.rows) + 3)
        self.check_count(page, len(whole.rows))
        if page.rows:
            self.say(
                PAGED,
                page.asked,
                where=self.key,
                expected="no row beyond the last",
                found="rows",
                kind="beyond",
            )

    def check_echo(self, page: Page, *, limit: int, offset: int) -> None:
        """Compare the echo of a page with what was asked, where the document promises one."""
        answer = page.asked.json
        for name, wanted, found in (("limit", limit, page.limit), ("offset", offset, page.offset)):
            if found != wanted and name in answer:
                self.say(ECHOED, page.asked, where=name, expected=f"the {name} asked for", found="another")

    def check_count(self, page: Page, wanted: int) -> None:
        """Compare the count of a page with how many there are."""
        if page.count != wanted:
            found = "fewer" if isinstance(page.count, int) and page.count < wanted else "more"
            self.say(COUNTED, page.asked, where="count", expected="as many as match", found=found, kind=found)

    def check_order(self, narrow: Pairs, columns: Sequence[str], values: Callable[[Row, str], Any]) -> None:
        """Ask for every order, up and down, and compare with the rows' own values."""
        for column in columns:
            for sign in ("", "-"):
                page = self.page(*narrow, ("order", f"{sign}{column}"), ("limit", "0"))
                if page is None:
                    continue
                keys = [values(row, column) for row in page.rows]
                if any(key is _UNKNOWN for key in keys):
                    continue
                wanted = sorted(keys, key=_nulls_last, reverse=bool(sign))
                if keys != wanted:
                    direction = "descending" if sign else "ascending"
                    self.say(
                        ORDERED,
                        page.asked,
                        where=f"{self.key}.{column}",
                        expected=f"{direction} by {column}",
                        found="another order",
                        kind=direction,
                    )


_UNKNOWN = object()


def _nulls_last(value: Any) -> tuple[bool, Any]:
    return value is None, value if value is not None else 0


def _plain(name: str) -> str:
    return name if name.endswith("[]") else name.partition("[")[0]


# -- jobs


class _JobLists(_List):
    """The list of batch jobs, narrowed to some that stand still and are known one by one."""

    def __init__(self, inquiry: Inquiry, jobs: Sequence[Biography]) -> None:
        super().__init__(inquiry, LIST, "batch_jobs")
        self.jobs = {job.id: job for job in jobs}
        self.truth = {job.id: job.last for job in jobs}
        self.narrow: Pairs = [("id[]", job.id) for job in jobs]

    def check(self) -> None:
        """Check every law."""
        whole = self.page(*self.narrow, ("limit", "0"))
        if whole is None:
            return
        self.check_choice(whole, set(self.truth), where="query.id[]")
        self.check_count(whole, len(whole.rows))
        if not whole.rows:
            return
        self._check_rows(whole)
        self._check_newest_first(whole)
        if "limit" in self.parameters:
            self.check_paging(self.narrow, whole, key=lambda row: row.get("created_at"))
            self._check_pages_of_choices(whole)
        self._check_filters()
        self._check_lists()
        columns = [each for each in self.schemas.get("order", {}).get("enum", []) if not each.startswith("-")]
        self.check_order(self.narrow, columns, self._value)
        self._check_fields(whole)
        self._check_expand(whole)
        self._check_everything()
        again = self.page(*self.narrow, ("limit", "0"))
        if again is not None and canonical(again.rows) != canonical(whole.rows) and again.ids != whole.ids:
            self.say(
                STILL, whole.asked, again.asked, where=self.key, expected="the same rows", found="others"
            )

    def check_choice(self, page: Page, wanted: set[str], *, where: str, kind: str = "") -> None:
        """Compare the rows of a page with those that should be there."""
        found = set(map(str, page.ids))
        if found == wanted and len(page.ids) == len(found):
            return
        missing, extra = wanted - found, found - wanted
        what = " and ".join(
            text for text, there in (("rows are missing", missing), ("rows too many", extra)) if there
        )
        self.say(
            FILTERED,
            page.asked,
            where=where,
            expected="the rows that it describes",
            found=what or "a row twice",
            kind=kind,
        )

    def _check_rows(self, page: Page) -> None:
        """Compare every row with the job as it was retrieved."""
        for row in page.rows:
            truth = self.truth.get(str(row.get("id")))
            if truth is None:
                continue
            for name in truth:
                if name not in row or canonical(row[name]) != canonical(truth[name]):
                    retrieved = self.jobs[str(row["id"])].last_asked
                    found = "it is missing" if name not in row else "another"
                    if not self._is_reported(name):
                        self.say(
                            SAME,
                            retrieved,
                            page.asked,
                            where=f"batch_jobs.{name}",
                            expected="as retrieved",
                            found=found,
                        )

    def _is_reported(self, name: str) -> bool:
        """Return whether the witness has said already that a list shows *name* otherwise."""
        return any(
            each.operation == LIST and each.where == f"batch_job.{name}"
            for each in self.inquiry.witness.findings.found.values()
        )

    def _check_newest_first(self, page: Page) -> None:
        instants = [instant_of(row.get("created_at")) for row in page.rows]
        known = [each for each in instants if each is not None]
        if known != sorted(known, reverse=True):
            self.say(
                ORDERED,
                page.asked,
                where="batch_jobs",
                expected="newest first",
                found="another order",
                kind="usual",
            )

    def _check_pages_of_choices(self, whole: Page) -> None:
        """Cut into pages what an order and what a filter chose: both count on every page."""
        columns = self.schemas.get("order", {}).get("enum", [])
        choices: list[Pairs] = [[("order", "created_at")]] if "created_at" in columns else []
        unset = [each for each in ("canceled_at", "confirmed_at") if each in self.parameters]
        choices += [[(name, "null")] for name in unset[:1]]
        size = max(1, len(whole.rows) // 3)
        for choice in choices:
            narrow = (*self.narrow, *choice)
            chosen = self.page(*narrow, ("limit", "0"))
            if chosen is not None and chosen.rows:
                self._check_pages(narrow, chosen, size=size, key=lambda row: row.get("created_at"))

    # -- filters

    def _value(self, row: Row, column: str) -> Any:
        """Return what *row* is ordered by; the job's own word where the row does not show it."""
        truth = self.truth.get(str(row.get("id")), {})
        value = truth.get(column)
        if isinstance(value, dict | list) or column not in truth:
            return _UNKNOWN
        if column.endswith("_at") and value is not None:
            return instant_of(value)
        return value

    def _instant(self, job: str, column: str) -> datetime | None:
        return instant_of(self.truth[job].get(column))

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
                unset = {job for job in self.truth if self._instant(job, name) is None}
                self._filter([(name, "null")], unset, name, "null")
            self._check_comparisons(name)

    def _check_comparisons(self, name: str) -> None:
        """Compare with the jobs' own instants: below, at and above each of a few."""
        instants = sorted({each for job in self.truth if (each := self._instant(job, name)) is not None})
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
        instants = {job: self._instant(job, name) for job in self.truth}
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
        unconfirmed = {job for job in ids if self._instant(job, "confirmed_at") is None}
        if "confirmed_at" in self.parameters and types:
            both = {job for job in unconfirmed if self.truth[job].get("type") == types[0]}
            self._filter(
                [("type[]", types[0]), ("confirmed_at", "null")], both, "type[]", "with another filter"
            )
        if {"confirmed_at", "canceled_at"} <= self.parameters.keys():
            both = {job for job in unconfirmed if self._instant(job, "canceled_at") is None}
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

    # -- columns

    def _check_fields(self, whole: Page) -> None:
        if "fields" not in self.parameters:
            return
        schema = self.inquiry.contract.document.bundle["components"]["schemas"]["SelectedBatchJob"]
        always = set(schema.get("required", []))
        columns = [each for each in schema["properties"] if each not in always and each in whole.rows[0]]
        for column in ["", *columns]:
            self._selected(column, always | ({column} if column else set()), "one" if column else "none")
        if len(columns) > 1:
            self._selected(",".join(columns[:2]), always | set(columns[:2]), "two")
            everything = set(whole.rows[0])
            self._selected(f"-{columns[0]}", everything - {columns[0]}, "without")
            self._selected(f"+{columns[0]}", everything, "with")

    def _selected(self, fields: str, wanted: set[str], kind: str) -> None:
        page = self.page(*self.narrow, ("fields", fields), ("limit", "0"))
        if page is None:
            return
        for row in page.rows:
            truth = self.truth.get(str(row.get("id")), {})
            if row.keys() != wanted:
                what = "columns are missing" if wanted - row.keys() else "columns too many"
                self.say(
                    SELECTED,
                    page.asked,
                    where="batch_jobs",
                    expected="the columns that fields chooses",
                    found=what,
                    kind=kind,
                )
                break
        for row in page.rows:
            truth = self.truth.get(str(row.get("id")), {})
            other = [each for each in row if each in truth and canonical(row[each]) != canonical(truth[each])]
            for name in other:
                if not self._is_reported(name):
                    retrieved = self.jobs[str(row["id"])].last_asked
                    self.say(
                        SELECTED,
                        retrieved,
                        page.asked,
                        where=f"batch_jobs.{name}",
                        expected="as retrieved",
                        found="another",
                        kind="value",
                    )
        if set(map(str, page.ids)) != set(self.truth):
            self.check_choice(page, set(self.truth), where="query.fields")

    def _check_expand(self, whole: Page) -> None:
        relations = [each for each in self.schemas.get("expand", {}).get("enum", []) if each]
        for relation in relations:
            shown = [row for row in whole.rows if relation in row]
            if shown:
                self.say(
                    EXPANDED,
                    whole.asked,
                    where=f"batch_jobs.{relation}",
                    expected="it is not shown unasked",
                    found="it is",
                    kind="unasked",
                )
            page = self.page(*self.narrow, ("expand", relation), ("limit", "0"))
            if page is None:
                continue
            for row in page.rows:
                whose = row.get(relation)
                wanted = row.get(relation.removesuffix("_user"))
                if not isinstance(whose, dict) or (wanted is not None and whose.get("id") != wanted):
                    found = "another" if isinstance(whose, dict) else "it is missing"
                    self.say(
                        EXPANDED,
                        page.asked,
                        where=f"batch_jobs.{relation}",
                        expected="the row's own",
                        found=found,
                        kind=found,
                    )
                    break
            self._check_rows(page)
            self._check_selected_too(relation)

    def _check_selected_too(self, relation: str) -> None:
        """Ask for a relation beside the column that it belongs to; the one does not put out the other."""
        column = relation.removesuffix("_user")
        if (
            column not in self.schemas.get("order", {}).get("enum", [column])
            or "fields" not in self.parameters
        ):
            return
        page = self.page(*self.narrow, ("fields", column), ("expand", relation), ("limit", "0"))
        if page is None or all(relation in row and column in row for row in page.rows):
            return
        self.say(
            EXPANDED,
            page.asked,
            where=f"batch_jobs.{relation}",
            expected="the relation beside the columns that fields chooses",
            found="one of them is missing",
            kind="with fields",
        )

    # -- all jobs

    def _check_everything(self) -> None:
        """Check the list of all the caller's jobs, whatever they are."""
        first = self.page()
        everything = self.page(("limit", "0"))
        if first is None or everything is None or len(everything.rows) > MOST_ROWS:
            return
        self.check_count(everything, len(everything.rows))
        self.check_count(first, len(everything.rows))
        own = {job.id for job in self.inquiry.witness.jobs.values() if job.owner == self.inquiry.user.name}
        if not own <= set(map(str, everything.ids)):
            self.say(
                FILTERED,
                everything.asked,
                where="query.limit",
                expected="0 means all",
                found="rows are missing",
                kind="all",
            )
        self._check_one_long_page(everything)
        self._check_usual_page(first, len(everything.rows))
        self._check_newest_first(first)
        if first.ids != everything.ids[: len(first.ids)]:
            self.say(
                PAGED,
                everything.asked,
                first.asked,
                where="batch_jobs",
                expected="the first rows of all",
                found="others",
                kind="first",
            )
        creator = self.inquiry.witness.creator
        strangers = [
            row for row in everything.rows if creator and row.get("created_by") not in (None, creator)
        ]
        if strangers:
            self.say(
                OWN,
                everything.asked,
                where="batch_jobs.created_by",
                expected="the caller's id",
                found="another's",
            )

    def _check_one_long_page(self, everything: Page) -> None:
        """Ask for as many rows as there are: no limit is too high."""
        total = len(everything.rows)
        page = self.page(("limit", str(total)))
        if page is None:
            return
        self.check_echo(page, limit=total, offset=0)
        self.check_count(page, total)
        if len(page.rows) != total:
            self.say(
                PAGED,
                everything.asked,
                page.asked,
                where="batch_jobs",
                expected="as many rows as limit says",
                found="another number",
                kind="long",
            )

    def _check_usual_page(self, first: Page, total: int) -> None:
        limit = first.limit
        if not isinstance(limit, int | float) or isinstance(limit, bool):
            return
        usual = self.schemas.get("limit", {}).get("default")
        if usual is not None and limit != usual:
            self.say(
                ECHOED,
                first.asked,
                where="limit",
                expected=f"{usual} when it is absent",
                found="another",
                kind="usual",
            )
        wanted = total if limit == 0 else min(int(limit), total)
        if len(first.rows) != wanted:
            self.say(
                PAGED,
                first.asked,
                where="batch_jobs",
                expected="as many rows as limit says",
                found="another number",
                kind="usual",
            )
        if first.offset != 0:
            self.say(
                ECHOED,
                first.asked,
                where="offset",
                expected="0 when it is absent",
                found="another",
                kind="usual",
            )


def _swapped(compares: Callable[[datetime, datetime], bool]) -> Callable[[datetime, datetime], bool]:
    return lambda pivot, at: compares(at, pivot)


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# -- every other list


def _other_lists(inquiry: Inquiry) -> Iterator[tuple[str, str]]:
    """Yield the operations that answer pages, but that of batch jobs, with the key of their rows."""
    document = inquiry.contract.document
    for _, method, operation in document.operations():
        name = operation["operationId"]
        parameters = {document.resolve(each)["name"] for each in operation["parameters"]}
        if method != "GET" or name == LIST or not {"limit", "offset"} <= parameters:
            continue
        response = document.resolve(operation["responses"].get("200", {}))
        schema = document.resolve(response.get("content", {}).get("application/json", {}).get("schema", {}))
        arrays = [
            key
            for key, each in schema.get("properties", {}).items()
            if document.resolve(each).get("type") == "array"
        ]
        if len(arrays) == 1:
            yield name, arrays[0]


class _OtherList(_List):
    """A list of which nothing is known but what it says itself."""

    def check(self) -> None:
        """Check paging, order by instants, and that rows can be looked up by their ids."""
        if "order" in self.parameters:
            narrow: Pairs = [("order", "created_at")]
        else:
            narrow = []
        whole = self.page(*narrow, ("limit", "0"))
        if whole is None or not whole.rows or len(whole.rows) > MOST_ROWS:
            return
        self.check_count(whole, len(whole.rows))
        self._check_few_pages(narrow, whole)
        columns = self.schemas.get("order", {}).get("enum", [])
        self.check_order(
            [], [each for each in columns if each.endswith("_at") and not each.startswith("-")], self._value
        )
        if "id[]" in self.parameters and len(whole.rows) > 1:
            ids = [str(each) for each in whole.ids[:2]]
            page = self.page(*[("id[]", each) for each in ids])
            if page is not None and set(map(str, page.ids)) != set(ids):
                self.say(
                    FILTERED,
                    page.asked,
                    where="query.id[]",
                    expected="the rows with those ids",
                    found="others",
                )

    def _value(self, row: Row, column: str) -> Any:
        if column not in row:
            return _UNKNOWN
        return None if row[column] is None else instant_of(row[column]) or _UNKNOWN

    def _check_few_pages(self, narrow: Pairs, whole: Page) -> None:
        """Cut the first rows into two pages: such a list may be long."""
        size = max(1, min(len(whole.rows) // 2, 5))
        for offset in (0, size):
            page = self.page(*narrow, ("limit", str(size)), ("offset", str(offset)))
            if page is None:
                return
            self.check_echo(page, limit=size, offset=offset)
            self.check_count(page, len(whole.rows))
            wanted = [row.get("created_at") for row in whole.rows[offset : offset + size]]
            if [row.get("created_at") for row in page.rows] != wanted:
                self.say(
                    PAGED,
                    whole.asked,
                    page.asked,
                    where=self.key,
                    expected="a part of the whole list",
                    found="others",
                )
