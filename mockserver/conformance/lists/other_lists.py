"""Every other list of the document, of which nothing is known but what it says itself."""

from collections.abc import Iterator
from typing import Any

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.lists.laws import FILTERED, PAGED
from mockserver.conformance.lists.page import MOST_ROWS, UNKNOWN, List, Page, Pairs, Row
from mockserver.conformance.rules import instant_of
from mockserver.conformance.witness import LIST


def other_lists(inquiry: Inquiry) -> Iterator[tuple[str, str]]:
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


class OtherList(List):
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
            return UNKNOWN
        return None if row[column] is None else instant_of(row[column]) or UNKNOWN

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
