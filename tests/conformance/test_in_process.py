"""The engine on applications in this process: the honest one keeps the contract, each liar is seen through.

Each lie is caught for its own reason: by the rule that it breaks.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import pytest

from mockserver.conformance.in_process import DoesNotConform, checks, conform_app
from mockserver.conformance.inquiry import Credentials
from mockserver.conformance.report import Part, Report, Verdict
from mockserver.contract.document import Document
from tests.conformance.liars import Lie, Request, backend

TOKEN = Credentials(token="tok_admin_0123456789")
LIST = "/admin/batch-jobs"


def judged(document: Document, lie: Lie, *parts: Part, seed: int = 0) -> Report:
    return conform_app(
        backend(document, lie), credentials=TOKEN, document=document, parts=parts or (Part.LISTS,), seed=seed
    )


def rules(report: Report) -> set[str]:
    return {each.rule.id for each in report.violations}


# lies about lists


def count_of_the_page(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    if request.path == LIST and "batch_jobs" in payload:
        payload["count"] = len(payload["batch_jobs"])
    return status, payload


def last_row_lost(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    if request.path == LIST and "limit" in request.query and "batch_jobs" in payload:
        payload["batch_jobs"] = payload["batch_jobs"][: max(1, int(request.query["limit"]) - 1)] or []
    return status, payload


def order_is_ignored(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    if "order" in request.query and "batch_jobs" in payload:
        payload["batch_jobs"].sort(key=lambda job: job["id"])
    return status, payload


def nulls_are_found(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    if "null" in request.query.values() and payload.get("batch_jobs"):
        payload["batch_jobs"].pop()
        payload["count"] -= 1
    return status, payload


def limit_is_not_echoed(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    if request.path == LIST and "limit" in payload:
        payload["limit"] = 10
    return status, payload


# lies about jobs


def confirm_is_anywhere(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    is_refusal = request.path.endswith("/confirm") and "that is not pre processed" in payload.get(
        "message", ""
    )
    return (200, {"batch_job": {}}) if is_refusal else (status, payload)


def updated_at_is_created_at(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    job = payload.get("batch_job", {})
    if job.get("canceled_at"):
        job["updated_at"] = job["created_at"]
    return status, payload


def completed_looks_canceled(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    job = payload.get("batch_job", {})
    if job.get("status") == "completed":
        job["status"] = "canceled"
    return status, payload


def context_is_lost(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    if request.method == "GET" and "batch_job" in payload:
        payload["batch_job"]["context"] = {}
    return status, payload


def unknown_is_forbidden(request: Request, status: int, payload: Any) -> tuple[int, Any]:
    return (400, {**payload, "type": "not_allowed"}) if status == 404 else (status, payload)


@pytest.mark.parametrize(
    ("lie", "part", "rule"),
    [
        (count_of_the_page, Part.LISTS, "lists/count-is-all-that-match"),
        (last_row_lost, Part.LISTS, "lists/pages-make-the-whole"),
        (order_is_ignored, Part.LISTS, "lists/are-in-order"),
        (nulls_are_found, Part.LISTS, "lists/filters-choose"),
        (limit_is_not_echoed, Part.LISTS, "lists/paging-is-echoed"),
        (confirm_is_anywhere, Part.LIFECYCLE, "lifecycle/confirm-only-from-pre_processed"),
        (updated_at_is_created_at, Part.LIFECYCLE, "judge/updated-at-never-runs-back"),
        (completed_looks_canceled, Part.LIFECYCLE, "judge/status-follows-from-instants"),
        (context_is_lost, Part.LIFECYCLE, "judge/context-is-kept"),
        (unknown_is_forbidden, Part.JUDGE, "judge/unknown-ids-are-404"),
    ],
)
def test_a_lie_is_seen_by_the_rule_that_it_breaks(
    document: Document, lie: Lie, part: Part, rule: str
) -> None:
    report = judged(document, lie, part)

    assert report.verdict is Verdict.VIOLATES
    assert rule in rules(report)


@pytest.fixture(scope="module")
def honest_reports(document: Document) -> list[Report]:
    app = backend(document)
    run: Callable[[], Report] = lambda: conform_app(app, credentials=TOKEN, document=document)  # noqa: E731  # said twice
    return [run(), run()]


def test_the_honest_backend_keeps_the_contract(honest_reports: list[Report]) -> None:
    assert [each.violations for each in honest_reports] == [(), ()]
    assert honest_reports[0].verdict is Verdict.CONFORMS


def test_one_seed_and_one_target_give_one_report(honest_reports: list[Report]) -> None:
    first, second = (json.dumps(asdict(each), default=_plain) for each in honest_reports)

    assert first == second


def test_one_seed_and_one_liar_give_one_report(document: Document) -> None:
    app = backend(document, count_of_the_page)
    reports = [conform_app(app, credentials=TOKEN, document=document, parts=(Part.LISTS,)) for _ in range(2)]
    first, second = (json.dumps(asdict(each), default=_plain) for each in reports)

    assert reports[0].violations
    assert first == second


def test_every_answer_of_the_honest_backend_leaves_its_trace_in_the_coverage(
    honest_reports: list[Report],
) -> None:
    coverage = honest_reports[0].coverage

    assert coverage.operations["PostBatchJobsBatchJobCancel"] > 0
    assert coverage.statuses["PostBatchJobsBatchJobConfirmProcessing 400"] > 0
    assert coverage.refusals["confirm in pre_processed"].reach == "covered"
    assert coverage.refusals["confirm in processing"].reason == "no job was ever seen in processing"


def test_the_checks_of_an_honest_application_pass(document: Document) -> None:
    for check in checks(backend(document), credentials=TOKEN, document=document, parts=(Part.LISTS,)):
        check()


def test_the_check_of_a_liar_tells_the_rule_and_what_shows_it(document: Document) -> None:
    app = backend(document, count_of_the_page)
    named = {
        str(each): each for each in checks(app, credentials=TOKEN, document=document, parts=(Part.LISTS,))
    }

    with pytest.raises(DoesNotConform, match="count is how many match, on all pages") as caught:
        named["lists"]()

    assert "GET /admin/batch-jobs -> 200" in str(caught.value)


def test_a_wsgi_application_is_judged_too(document: Document) -> None:
    def closed(environ: Any, start_response: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
        start_response("401 Unauthorized", [("content-type", "text/plain"), ("content-length", "12")])
        return [b"Unauthorized"]

    report = conform_app(closed, credentials=TOKEN, document=document)

    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.trouble.startswith("the target refuses the credentials")


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)
