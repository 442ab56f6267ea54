"""How a probe tells that an answer is not as the document has it. Knows no probe."""

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.probes.laws import NO_SIDE_EFFECT
from mockserver.conformance.report import Rule
from mockserver.conformance.target import Asked
from mockserver.conformance.witness import LIST

UNAUTHORIZED, BAD_REQUEST, NOT_FOUND = 401, 400, 404
UNKNOWN_JOB, UNKNOWN_USER = "batch_00000000000000000000000000", "usr_00000000000000000000000000"


def check(  # what a violation is made of
    inquiry: Inquiry,
    rule: Rule,
    *asked: Asked,
    holds: bool,
    where: str,
    expected: str,
    found: str,
    kind: str = "",
) -> bool:
    """Report a violation of *rule* unless it *holds*; return whether it does."""
    if not holds:
        subject = f"{asked[-1].exchange.method} {asked[-1].exchange.path} {kind}"
        inquiry.witness.report(
            rule, *asked, where=where, expected=expected, found=found, kind=kind, subject=subject
        )
    return holds


def check_status(  # the same
    inquiry: Inquiry, rule: Rule, *asked: Asked, wanted: int, kind: str = "", where: str = "response.status"
) -> bool:
    """Report an answer whose status is not *wanted*, unless it is undocumented, which is reported already."""
    answer = asked[-1]
    operation, _ = inquiry.witness.route(answer)
    if operation is not None and answer.status not in operation.responses:
        return False
    return check(
        inquiry,
        rule,
        *asked,
        holds=answer.status == wanted,
        where=where,
        expected=str(wanted),
        found=str(answer.status),
        kind=kind,
    )


def check_count(inquiry: Inquiry, refused: Asked, before: int) -> None:
    """Check that there are as many jobs as *before* a creation that was *refused*."""
    after = count_of_jobs(inquiry)
    if after is not None:
        check(
            inquiry,
            NO_SIDE_EFFECT,
            refused,
            holds=before == after,
            where="response.body.count",
            expected="as many jobs as before",
            found="more or fewer",
        )


def count_of_jobs(inquiry: Inquiry) -> int | None:
    """Return how many jobs the caller has, where that is told."""
    asked = inquiry.target.get(inquiry.path(LIST), [("limit", "1")], by=inquiry.user)
    count = asked.json.get("count") if isinstance(asked.json, dict) else None
    return count if isinstance(count, int) else None
