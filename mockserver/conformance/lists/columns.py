"""Columns: what fields and expand show of a job, and that they change nothing else."""

from mockserver.conformance.evidence import canonical
from mockserver.conformance.lists.known_jobs import KnownJobs
from mockserver.conformance.lists.laws import EXPANDED, SELECTED
from mockserver.conformance.lists.page import Page


class Columns(KnownJobs):
    """Checks which columns the list of batch jobs shows."""

    def check(self, whole: Page) -> None:
        """Check them beside the *whole* list, of which nothing was chosen."""
        self._check_fields(whole)
        self._check_expand(whole)

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
                if not self.is_reported(name):
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
            self.check_rows(page)
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
