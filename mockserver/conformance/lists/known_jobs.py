"""The list of batch jobs, narrowed to some that stand still and are known one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mockserver.conformance.biography import Biography
from mockserver.conformance.evidence import canonical
from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.lists.laws import FILTERED, ORDERED, SAME
from mockserver.conformance.lists.page import UNKNOWN, List, Page, Pairs, Row
from mockserver.conformance.rules import instant_of
from mockserver.conformance.witness import LIST


class KnownJobs(List):
    """The list of batch jobs, narrowed to some that stand still and are known one by one."""

    def __init__(self, inquiry: Inquiry, jobs: Sequence[Biography]) -> None:
        super().__init__(inquiry, LIST, "batch_jobs")
        self.jobs = {job.id: job for job in jobs}
        self.truth = {job.id: job.last for job in jobs}
        self.narrow: Pairs = [("id[]", job.id) for job in jobs]

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

    def check_rows(self, page: Page) -> None:
        """Compare every row with the job as it was retrieved."""
        for row in page.rows:
            truth = self.truth.get(str(row.get("id")))
            if truth is None:
                continue
            for name in truth:
                if name not in row or canonical(row[name]) != canonical(truth[name]):
                    retrieved = self.jobs[str(row["id"])].last_asked
                    found = "it is missing" if name not in row else "another"
                    if not self.is_reported(name):
                        self.say(
                            SAME,
                            retrieved,
                            page.asked,
                            where=f"batch_jobs.{name}",
                            expected="as retrieved",
                            found=found,
                        )

    def is_reported(self, name: str) -> bool:
        """Return whether the witness has said already that a list shows *name* otherwise."""
        return any(
            each.operation == LIST and each.where == f"batch_job.{name}"
            for each in self.inquiry.witness.findings.found.values()
        )

    def check_newest_first(self, page: Page) -> None:
        """Check the order of rows when none is asked for."""
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

    def value_of(self, row: Row, column: str) -> Any:
        """Return what *row* is ordered by; the job's own word where the row does not show it."""
        truth = self.truth.get(str(row.get("id")), {})
        value = truth.get(column)
        if isinstance(value, dict | list) or column not in truth:
            return UNKNOWN
        if column.endswith("_at") and value is not None:
            return instant_of(value)
        return value

    def instant_of_job(self, job: str, column: str) -> datetime | None:
        """Return the instant that the job *job* says it has as *column*."""
        return instant_of(self.truth[job].get(column))
