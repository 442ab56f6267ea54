"""Reports to render: a rich one, an empty one, one without a verdict, one of a target that is hostile."""

from dataclasses import replace
from datetime import date

import pytest

from mockserver.conformance.report import (
    Arrow,
    Coverage,
    Known,
    KnownDeviation,
    Part,
    Picture,
    Reach,
    Reached,
    Report,
    Rule,
    Sighting,
    Violation,
    violation_id,
)

COVERED = Reached(reach=Reach.COVERED)
CONFIRM, CANCEL = "PostBatchJobsBatchJobConfirmProcessing", "PostBatchJobsBatchJobCancel"

CONFIRM_RULE = Rule(
    id="lifecycle/confirm-only-from-pre_processed",
    says="A client may confirm a batch job in pre_processed only.",
    place="schemas/BatchJob.yaml, x-lifecycle, transitions, confirm",
    part=Part.LIFECYCLE,
)
INSTANT_RULE = Rule(
    id="judge/created_at-never-changes",
    says="created_at of a batch job never changes.",
    place="schemas/BatchJob.yaml, properties, created_at",
    part=Part.JUDGE,
)
ANSWER_RULE = Rule(
    id="lifecycle/there-is-an-answer",
    says="Every request gets an answer.",
    place="paths/batch_job_cancel.yaml, post, responses",
    part=Part.LIFECYCLE,
)
COUNT_RULE = Rule(
    id="lists/count-is-the-number-of-all",
    says="count is the number of all batch jobs that match, not of those on the page.",
    place="schemas/AdminBatchJobListRes.yaml, properties, count",
    part=Part.LISTS,
)
KEPT_RULE = Rule(
    id="judge/every-job-has-an-id",
    says="Every batch job has an id of its own.",
    place="schemas/BatchJob.yaml, properties, id",
    part=Part.JUDGE,
)

CREATED = Sighting(
    by="user",
    operation="PostBatchJobs",
    request='POST /admin/batch-jobs {"type": "product-export", "context": {}, "dry_run": true}',
    curl='JOB_1=$(curl -sS -X POST "$URL/admin/batch-jobs" -H "x-medusa-access-token: $TOKEN" '
    "-H 'content-type: application/json' -d '"
    '{"type": "product-export", "context": {}, "dry_run": true}'
    "' | jq -r .batch_job.id)",
    status=201,
    body='{"batch_job": {"id": "batch_<1>", "type": "product-export", "dry_run": true, "status": "created"}}',
    job=1,
    job_status="created",
)
CONFIRMED_EARLY = Sighting(
    by="user",
    operation=CONFIRM,
    request="POST /admin/batch-jobs/batch_<1>/confirm",
    curl='curl -sS -X POST "$URL/admin/batch-jobs/$JOB_1/confirm" -H "x-medusa-access-token: $TOKEN"',
    status=200,
    body='{"batch_job": {"id": "batch_<1>", "confirmed_at": "<confirmed_at 1>", "status": "confirmed"}}',
    job=1,
    job_status="confirmed",
)
REFUSED = replace(
    CONFIRMED_EARLY,
    by="second user",
    status=400,
    body='{"type": "not_allowed", "message": "Cannot confirm processing"}',
    job_status=None,
)
UNANSWERED = Sighting(
    by="user",
    operation=CANCEL,
    request="POST /admin/batch-jobs/batch_<1>/cancel",
    curl='curl -sS -X POST "$URL/admin/batch-jobs/$JOB_1/cancel" -H "x-medusa-access-token: $TOKEN"',
    status=0,
    body="the connection was reset",
    job=1,
)
LISTED = Sighting(
    by="nobody",
    operation="GetBatchJobs",
    request="GET /admin/batch-jobs?limit=1&type[]=product-export&created_at[gt]=2020-01-01T00%3A00%3A00.000Z",
    curl='curl -sS -g "$URL/admin/batch-jobs?limit=1&type[]=product-export"',
    status=500,
    body='{"batch_jobs": [], "count": 1, "limit": 1, "offset": 0}',
)


def violation(
    rule: Rule,
    *evidence: Sighting,
    operation: str = CONFIRM,
    where: str = "response.status",
    expected: str = "400, not_allowed",
    found: str = "200",
    times: int = 1,
) -> Violation:
    return Violation(
        id=violation_id(rule, operation=operation, where=where),
        rule=rule,
        operation=operation,
        where=where,
        expected=expected,
        found=found,
        evidence=evidence,
        times=times,
    )


EARLY = violation(CONFIRM_RULE, CREATED, REFUSED, CONFIRMED_EARLY, times=3)
LATE = violation(CONFIRM_RULE, CREATED, CONFIRMED_EARLY, where="response.body.batch_job.confirmed_at")
SILENT = violation(
    ANSWER_RULE, CREATED, UNANSWERED, operation=CANCEL, expected="an answer", found="the connection was reset"
)
MOVED = violation(
    INSTANT_RULE,
    CREATED,
    operation="GetBatchJobsBatchJob",
    where="response.body.batch_job.created_at",
    expected="<created_at 1>",
    found="<created_at 2>",
)
MISCOUNTED = violation(
    COUNT_RULE,
    LISTED,
    operation="GetBatchJobs",
    where="response.body.count",
    expected="3",
    found="1",
    times=12,
)

STATUSES = ("created", "pre_processed", "confirmed", "processing", "completed", "canceled", "failed")
STEPS = (
    ("pre_process", "worker", ("created",), "pre_processed"),
    ("confirm", "client", ("pre_processed",), "confirmed"),
    ("confirm_automatically", "worker", ("pre_processed",), "confirmed"),
    ("start", "worker", ("confirmed",), "processing"),
    ("complete", "worker", ("processing",), "completed"),
    ("cancel", "client", (*STATUSES[:4], "canceled", "failed"), "canceled"),
    ("fail", "worker", STATUSES[:4], "failed"),
)
NOT_COVERED = {
    "confirm_automatically": Reached(reach=Reach.UNCOVERED, reason="time ran out before it was seen"),
    "fail": Reached(reach=Reach.UNREACHABLE, reason="no input is known that makes this target fail"),
}


def picture() -> Picture:
    return Picture(
        statuses=STATUSES,
        seen=frozenset(STATUSES) - {"failed"},
        arrows=tuple(
            Arrow(start=start, to=to, transition=name, by=by, reach=NOT_COVERED.get(name, COVERED).reach)
            for name, by, starts, to in STEPS
            for start in starts
        ),
    )


def coverage() -> Coverage:
    missed = {
        "confirm in failed": Reached(reach=Reach.UNREACHABLE, reason="no job was seen to fail"),
        "cancel in failed": Reached(reach=Reach.UNREACHABLE, reason="no job was seen to fail"),
        "cancel in processing": Reached(reach=Reach.UNCOVERED, reason="processing was over too soon"),
    }
    cells = [f"{verb} in {status}" for verb in ("confirm", "cancel") for status in STATUSES]
    return Coverage(
        operations={"PostBatchJobs": 41, "GetBatchJobs": 120, CONFIRM: 22, CANCEL: 19, "PostUploads": 0},
        statuses={"PostBatchJobs 201": 38, "PostBatchJobs 400": 3, "PostUploads 200": 0},
        parameters={"GetBatchJobs limit": 60, "GetBatchJobs offset": 55, "GetBatchJobs expand": 0},
        transitions={name: NOT_COVERED.get(name, COVERED) for name, *_ in STEPS},
        refusals={cell: missed.get(cell, COVERED) for cell in cells},
    )


def rich() -> Report:
    """Return a report in which there is something of everything but trouble."""
    deviation = KnownDeviation(
        violation=MISCOUNTED.id,
        reason="Counts the page; ticket SHOP-12.",
        owner="Ada",
        until=date(2027, 3, 31),
    )
    return Report(
        target="http://127.0.0.1:9000",
        title="Medusa batch jobs",
        version="1.20.11",
        seed=7,
        parts=tuple(Part),
        rules=(INSTANT_RULE, KEPT_RULE, CONFIRM_RULE, ANSWER_RULE, COUNT_RULE),
        violations=(MOVED, EARLY, LATE, SILENT),
        known=(Known(violation=MISCOUNTED, deviation=deviation),),
        stale=(KnownDeviation(violation="gone-since-0badcafe", reason="Was slow.", owner="Ada"),),
        coverage=coverage(),
        picture=picture(),
        notes=("Nobody gave a second user, so ownership was not judged.",),
    )


def empty() -> Report:
    """Return a report that found nothing and covered nothing."""
    return Report(target="http://127.0.0.1:9000", title="Medusa", version="1", seed=0, parts=())


def healthy() -> Report:
    """Return a report of a target that conforms."""
    return replace(rich(), violations=(), known=(), stale=())


def inconclusive() -> Report:
    """Return a report of a target that was not there."""
    return replace(empty(), trouble="nothing listens at http://127.0.0.1:9000; start the target first")


HOSTILE = (
    "</pre></title></style><script>alert(1)</script><img src=x onerror=alert(1)>]]>&amp;\"'`` ```\n"
    "::error::pwned\n# h\x1b[2J\x00\ud800\u202e|@all"
)


def hostile() -> Report:
    """Return a report whose every text from outside tries to break out of where it is shown."""
    seen = Sighting(
        by=HOSTILE,
        operation=HOSTILE,
        request=f"GET /{HOSTILE}",
        curl=f"curl '{HOSTILE}'",
        status=200,
        body=HOSTILE,
        job=1,
        job_status=HOSTILE,
    )
    unanswered = replace(seen, status=0, job=None, job_status=None)
    rule = Rule(id=f"judge/{HOSTILE}", says=HOSTILE, place=f"a.yaml, {HOSTILE}", part=Part.JUDGE)
    found = Violation(
        id="hostile-0badcafe",
        rule=rule,
        operation=HOSTILE,
        where=HOSTILE,
        expected=HOSTILE,
        found=HOSTILE,
        evidence=(seen, unanswered),
    )
    deviation = KnownDeviation(violation=HOSTILE, reason=HOSTILE, owner=HOSTILE)
    unreached = Reached(reach=Reach.UNREACHABLE, reason=HOSTILE)
    return Report(
        target=HOSTILE,
        title=HOSTILE,
        version=HOSTILE,
        seed=0,
        parts=(Part.JUDGE,),
        violations=(found,),
        known=(Known(violation=replace(found, id="known-0badcafe"), deviation=deviation),),
        stale=(deviation,),
        coverage=Coverage(
            operations={HOSTILE: 1},
            statuses={HOSTILE: 0},
            parameters={HOSTILE: 0},
            transitions={HOSTILE: unreached},
            refusals={f"{HOSTILE} in {HOSTILE}": unreached},
        ),
        picture=Picture(
            statuses=(HOSTILE, "b"),
            arrows=(Arrow(start=HOSTILE, to="b", transition=HOSTILE, by="client", reach=Reach.UNREACHABLE),),
        ),
        notes=(HOSTILE,),
        trouble=HOSTILE,
    )


def other_lifecycle() -> Picture:
    """Return a lifecycle of another shop: more statuses, a step back, a skip, a loop, three bad ends."""
    steps = (
        ("queued", "waiting_for_a_free_worker", "admit", "worker"),
        ("waiting_for_a_free_worker", "running", "begin_with_the_oldest_one", "worker"),
        ("running", "queued", "requeue", "client"),
        ("running", "waiting_for_a_free_worker", "yield", "worker"),
        ("running", "running", "touch", "client"),
        ("running", "verified", "verify", "worker"),
        ("verified", "archived", "archive", "client"),
        ("queued", "running", "jump_the_queue", "client"),
        ("queued", "rejected", "reject", "client"),
        ("queued", "expired", "expire", "worker"),
        ("running", "expired", "expire", "worker"),
        ("running", "broken", "break", "worker"),
        ("verified", "broken", "break", "worker"),
        ("expired", "queued", "revive", "client"),
        ("rejected", "rejected", "reject", "client"),
        ("expired", "broken", "give_up", "worker"),
    )
    statuses = (
        "queued",
        "waiting_for_a_free_worker",
        "running",
        "verified",
        "archived",
        "rejected",
        "expired",
        "broken",
    )
    arrows = tuple(
        Arrow(start=start, to=to, transition=name, by=by, reach=Reach.COVERED)
        for start, to, name, by in steps
    )
    return Picture(statuses=statuses, seen=frozenset(statuses), arrows=arrows)


EVERY = [pytest.param(make, id=make.__name__) for make in (rich, healthy, empty, inconclusive, hostile)]
