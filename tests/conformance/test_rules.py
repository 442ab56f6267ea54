"""What two looks at one job have to do with each other, on jobs written out."""

from typing import Any

from mockserver.conformance.rules import about_change
from mockserver.contract.document import Document

CANCELED: dict[str, Any] = {
    "id": "batch_1",
    "status": "canceled",
    "dry_run": False,
    "created_at": "2026-11-22T01:44:39.286Z",
    "updated_at": "2026-11-22T01:44:40.000Z",
    "canceled_at": "2026-11-22T01:44:40.000Z",
    "result": None,
}
TOUCHED = {**CANCELED, "updated_at": "2026-11-22T01:44:42.469Z"}


def broken(document: Document, earlier: dict[str, Any], later: dict[str, Any]) -> list[str]:
    found = about_change(document.lifecycle, earlier, later, asked=(), apart=False)
    return [each.rule.id for each in found]


def test_updated_at_of_a_job_at_rest_may_not_change_alone(document: Document) -> None:
    assert broken(document, CANCELED, TOUCHED) == ["judge/updated-at-changes-only-with-the-job"]


def test_updated_at_of_a_job_at_rest_may_change_with_its_errors(document: Document) -> None:
    told = {**TOUCHED, "result": {"errors": ["Cannot mark a batch job as pre processed"]}}

    assert broken(document, CANCELED, told) == []
