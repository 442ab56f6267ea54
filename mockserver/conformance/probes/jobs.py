"""Jobs: every way in which the schema lets them be made, and whose they are then."""

from collections.abc import Mapping
from typing import Any

from mockserver.conformance.errands import Errand, Wait
from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.probes.laws import OWNERSHIP, VALID_CREATIONS
from mockserver.conformance.probes.telling import BAD_REQUEST, check, check_count, check_status, count_of_jobs
from mockserver.conformance.recipes import MARK, Recipe, recipes_of
from mockserver.conformance.report import Part
from mockserver.conformance.target import Asked, Caller, path_of
from mockserver.conformance.witness import LIST, RETRIEVE

ODDITIES: Mapping[str, Any] = {  # which a careless hand drops, cuts or writes otherwise
    "words": '  Gr\u00fc\u00dfe, \u65e5\u672c \U0001f600 "quoted" \\ <b>&amp;</b>\t\'--\r\n ',
    "Key With Spaces.and-dots": "UPPER lower",
    "numbers": [0, -1, 0.5, 1e-7, 123456789012, 9007199254740991],
    "flags": [True, False, None],
    "nothing": {"text": "", "list": [], "object": {}, "null": None},
    "digits": "0012",
    "share": 0.25,
    "instant": "2026-01-02T03:04:05+02:00",
    "long": "x" * 3000,
}


def creations(inquiry: Inquiry) -> None:
    """Create jobs in every way that the schema allows; and in ways that it does not, which make nothing."""
    first: Asked | None = None
    for recipe in recipes_of(inquiry.contract.document.bundle):
        if recipe.needs:
            continue
        for extra in ({}, {"dry_run": False}, {"dry_run": True}, {"dry_run": True}):
            payload = {"type": recipe.type, "context": dict(MARK), **extra}
            asked = inquiry.workshop.create(payload)
            first = first or asked
            check_status(
                inquiry, VALID_CREATIONS, asked, wanted=201, kind=f"{recipe.type} {extra.get('dry_run')}"
            )
        for context in (
            {},
            {"limit": 3, "offset": 1, **MARK},
            {"order": "-created_at", "nested": {"a": [1, None, "x"]}},
            ODDITIES,
        ):
            asked = inquiry.workshop.create({"type": recipe.type, "context": context, "dry_run": True})
            check_status(inquiry, VALID_CREATIONS, asked, wanted=201, kind="context")
    before = count_of_jobs(inquiry)
    refused = inquiry.workshop.create({"type": "no-such-type", "context": {}})
    if before is not None and refused.status >= BAD_REQUEST:
        check_count(inquiry, refused, before)


def ownership(inquiry: Inquiry) -> None:
    """Let the second user ask for the first one's jobs, and the first for the second's."""
    recipe = next((each for each in recipes_of(inquiry.contract.document.bundle) if not each.needs), None)
    if inquiry.second is None or recipe is None:
        return
    pairs = ((inquiry.user, inquiry.second), (inquiry.second, inquiry.user))
    inquiry.run(
        Part.JUDGE,
        *(
            _owned(inquiry, recipe, *pair, verb)
            for pair in pairs
            for verb in (RETRIEVE, *inquiry.witness.asks)
        ),
    )


def _owned(inquiry: Inquiry, recipe: Recipe, owner: Caller, stranger: Caller, verb: str) -> Errand:
    """Make a job, and let a stranger ask for it, at once and when it waits for a confirmation."""
    job = inquiry.workshop.make(recipe, dry_run=True, by=owner)
    _strange(inquiry, job.id, job.created, stranger, verb)
    yield Wait(job=job, until=inquiry.witness.at_rest)
    _strange(inquiry, job.id, job.created, stranger, verb)
    after = inquiry.target.get(path_of(inquiry.path(RETRIEVE), id=job.id), by=owner)
    check_status(inquiry, OWNERSHIP, job.created, after, wanted=200, kind="owner")


def _strange(inquiry: Inquiry, identifier: str, created: Asked, stranger: Caller, verb: str) -> None:
    path = path_of(inquiry.path(verb), id=identifier)
    method = inquiry.contract.operations[verb].method
    asked = inquiry.target.send(method, path, by=stranger)
    check_status(inquiry, OWNERSHIP, created, asked, wanted=BAD_REQUEST, kind="stranger")
    answer = asked.json if isinstance(asked.json, dict) else {}
    if asked.status == BAD_REQUEST:
        check(
            inquiry,
            OWNERSHIP,
            created,
            asked,
            holds=answer.get("type") == "not_allowed",
            where="response.body.type",
            expected="not_allowed",
            found=str(answer.get("type")),
        )
    told = MARK["note"].encode() in asked.exchange.response_body
    check(
        inquiry,
        OWNERSHIP,
        created,
        asked,
        holds=not told,
        where="response.body",
        expected="nothing of the job",
        found="its context",
        kind="leak",
    )
    for query in ([("id[]", identifier)], [("limit", "0")], []):
        asked = inquiry.target.get(inquiry.path(LIST), query, by=stranger)
        is_listed = identifier.encode() in asked.exchange.response_body
        check(
            inquiry,
            OWNERSHIP,
            created,
            asked,
            holds=not is_listed,
            where="response.body.batch_jobs",
            expected="the caller's own jobs",
            found="another user's job",
            kind="list",
        )
