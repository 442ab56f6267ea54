"""Everything about the list of batch jobs: of those that are known, and of all that the caller has."""

from mockserver.conformance.evidence import canonical
from mockserver.conformance.lists.columns import Columns
from mockserver.conformance.lists.filters import Filters
from mockserver.conformance.lists.known_jobs import KnownJobs
from mockserver.conformance.lists.laws import ECHOED, FILTERED, OWN, PAGED, STILL
from mockserver.conformance.lists.page import MOST_ROWS, Page, Pairs


class JobList(KnownJobs):
    """Checks every law of the list of batch jobs."""

    def check(self) -> None:
        """Check every law."""
        whole = self.page(*self.narrow, ("limit", "0"))
        if whole is None:
            return
        self.check_choice(whole, set(self.truth), where="query.id[]")
        self.check_count(whole, len(whole.rows))
        if not whole.rows:
            return
        self.check_rows(whole)
        self.check_newest_first(whole)
        if "limit" in self.parameters:
            self.check_paging(self.narrow, whole, key=lambda row: row.get("created_at"))
            self._check_pages_of_choices(whole)
        jobs = list(self.jobs.values())
        Filters(self.inquiry, jobs).check()
        columns = [each for each in self.schemas.get("order", {}).get("enum", []) if not each.startswith("-")]
        self.check_order(self.narrow, columns, self.value_of)
        Columns(self.inquiry, jobs).check(whole)
        self._check_everything()
        again = self.page(*self.narrow, ("limit", "0"))
        if again is not None and canonical(again.rows) != canonical(whole.rows) and again.ids != whole.ids:
            self.say(
                STILL, whole.asked, again.asked, where=self.key, expected="the same rows", found="others"
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
                self.check_pages(narrow, chosen, size=size, key=lambda row: row.get("created_at"))

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
        self.check_newest_first(first)
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
