"""What is refused, and with which words: bodies, queries, ids and paths."""

from typing import Any

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.probes.laws import REFUSED_BODIES, REFUSED_QUERIES, SAY_WHAT, UNKNOWN
from mockserver.conformance.probes.telling import (
    BAD_REQUEST,
    NOT_FOUND,
    UNKNOWN_JOB,
    UNKNOWN_USER,
    check,
    check_count,
    check_status,
    count_of_jobs,
)
from mockserver.conformance.refusals import bad_bodies, bad_queries
from mockserver.conformance.target import NOBODY, Asked, path_of
from mockserver.conformance.witness import CREATE, RETRIEVE
from mockserver.contract.operation import Operation


def bodies(inquiry: Inquiry) -> None:
    """Send every operation that reads JSON bodies that break its schema, each in one way."""
    for operation in inquiry.contract.operations.values():
        if operation.body is None:
            continue
        before = count_of_jobs(inquiry) if operation.id == CREATE else None
        last = _send_bad_bodies(inquiry, operation)
        if before is not None and last is not None:
            check_count(inquiry, last, before)


def _send_bad_bodies(inquiry: Inquiry, operation: Operation) -> Asked | None:
    """Send all of one operation's, and return the last; None where one was not refused."""
    by = inquiry.user if operation.secured else NOBODY
    last: Asked | None = None
    all_refused = True
    path = path_of(operation.path, id=UNKNOWN_USER)
    for bad in bad_bodies(operation, inquiry.contract.document):
        asked = inquiry.target.send(
            operation.method, path, by=by, body=bad.body, content_type="application/json"
        )
        last, all_refused = asked, all_refused and asked.status >= BAD_REQUEST
        if check_status(
            inquiry,
            REFUSED_BODIES,
            asked,
            wanted=bad.status,
            where=f"request.body.{bad.where}",
            kind=bad.kind,
        ):
            _check_words(inquiry, asked, bad.type, bad.message, bad.named, bad.kind)
    return last if all_refused else None


def _check_words(  # what an error holds
    inquiry: Inquiry, asked: Asked, kind: str | None, message: str | None, named: str, what: str
) -> None:
    answer = asked.json if isinstance(asked.json, dict) else {}
    if kind is not None and "type" in answer:
        check(
            inquiry,
            SAY_WHAT,
            asked,
            holds=answer["type"] == kind,
            where="response.body.type",
            expected=kind,
            found=str(answer["type"]),
            kind=what,
        )
    text = answer.get("message")
    if not isinstance(text, str):
        return
    says = text == message if message is not None else named in text
    expected = message or f"a message that names {named}"
    check(
        inquiry,
        SAY_WHAT,
        asked,
        holds=says,
        where="response.body.message",
        expected=expected,
        found=text,
        kind=what,
    )


def queries(inquiry: Inquiry) -> None:
    """Send every operation that reads its query some that break it, each in one way."""
    for operation in inquiry.contract.operations.values():
        if operation.query is None or operation.method != "GET":
            continue
        by = inquiry.user if operation.secured else NOBODY
        for bad in bad_queries(operation, inquiry.contract.document):
            asked = inquiry.target.get(operation.path, [(bad.name, bad.value)], by=by)
            check_status(
                inquiry,
                REFUSED_QUERIES,
                asked,
                wanted=BAD_REQUEST,
                where=f"request.query.{bad.where}",
                kind=bad.kind,
            )


def unknown_ids(inquiry: Inquiry) -> None:
    """Ask for what is not there."""
    for operation in inquiry.contract.operations.values():
        if "{id}" not in operation.path and "{key}" not in operation.path:
            continue
        unknown = UNKNOWN_USER if "/users/" in operation.path else UNKNOWN_JOB
        path = path_of(operation.path, id=unknown, key="no-such-file.csv")
        payload: Any = {} if operation.body is not None else None
        asked = inquiry.target.post(path, payload, by=inquiry.user, method=operation.method)
        if check_status(inquiry, UNKNOWN, asked, wanted=NOT_FOUND) and isinstance(asked.json, dict):
            answer = asked.json.get("type")
            check(
                inquiry,
                UNKNOWN,
                asked,
                holds=answer == "not_found",
                where="response.body.type",
                expected="not_found",
                found=str(answer),
            )


def nowhere(inquiry: Inquiry) -> None:
    """Ask for paths and methods that no document has; the judge knows what may be answered."""
    inquiry.target.get("/admin/no-such-path", by=inquiry.user)
    inquiry.target.send("PUT", inquiry.path(CREATE), by=inquiry.user)
    inquiry.target.send("PATCH", path_of(inquiry.path(RETRIEVE), id=UNKNOWN_JOB), by=inquiry.user)
