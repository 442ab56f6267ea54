"""The laws of lists, as rules: how pages, filters, orders, columns and counts agree with one another."""

from mockserver.conformance.report import Part, Rule


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
