"""One page, and the laws of every list: paging, echo, count and order. Knows nothing of batch jobs."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.lists.laws import ANSWERED, COUNTED, ECHOED, ORDERED, PAGED
from mockserver.conformance.report import Rule
from mockserver.conformance.target import Asked

Row = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]
MOST, MOST_ROWS = 14, 3000


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


class List:
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
            self.check_pages(narrow, whole, size=size, key=key)
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

    def check_pages(self, narrow: Pairs, whole: Page, *, size: int, key: Callable[[Row], Any]) -> None:
        """Cut *whole*, which *narrow* gives, into pages of so many rows."""
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
                if any(key is UNKNOWN for key in keys):
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


UNKNOWN = object()


def _nulls_last(value: Any) -> tuple[bool, Any]:
    return value is None, value if value is not None else 0


def _plain(name: str) -> str:
    return name if name.endswith("[]") else name.partition("[")[0]
