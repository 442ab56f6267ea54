"""The rules that a schema cannot say: about one job as an answer shows it, and about two answers of one job.

Pure: answers in, discrepancies out. Each rule names the place in `openapi/` that states it. Knows nothing
of HTTP.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockserver.conformance.oracle import History, is_at_rest, misplaced, status_of
from mockserver.conformance.report import Part, Rule
from mockserver.contract.instants import read_instant
from mockserver.lifecycle import Lifecycle, Transition

Job = Mapping[str, Any]
BATCH_JOB = "schemas/BatchJob.yaml"
LIST_KEYS = frozenset(("limit", "offset", "order", "fields", "expand"))  # which become `list_config`
STABLE = ("id", "type", "created_by", "created_at", "dry_run", "deleted_at")
CLOSE = 0.02  # progress is rounded


def _judge_rule(name: str, says: str, place: str) -> Rule:
    return Rule(id=f"judge/{name}", says=says, place=place, part=Part.JUDGE)


STATUS_FOLLOWS = _judge_rule(
    "status-follows-from-instants",
    "The status is the furthest one whose instant is set.",
    f"{BATCH_JOB}, x-lifecycle, statuses",
)
INSTANTS_ARE_INSTANTS = _judge_rule(
    "instants-are-instants", "An instant is a date-time of RFC 3339, or null.", f"{BATCH_JOB}, properties"
)
INSTANTS_TELL_A_LIFE = _judge_rule(
    "instants-tell-a-legal-life",
    "In the order of its instants, a job has made only transitions that the lifecycle has.",
    f"{BATCH_JOB}, x-lifecycle, transitions",
)
INSTANTS_STAY = _judge_rule(
    "instants-stay-set", "An instant that was set once stays set.", f"{BATCH_JOB}, x-lifecycle"
)
INSTANTS_KEEP = _judge_rule(
    "instants-keep-their-value",
    "An instant changes only when its transition is made again.",
    f"{BATCH_JOB}, x-lifecycle, transitions",
)
SET_ANEW = _judge_rule(
    "instants-are-set-anew",
    "A transition that is made again sets its instant anew.",
    f"{BATCH_JOB}, x-lifecycle, transitions, to",
)
UPDATED_LAST = _judge_rule(
    "updated-at-is-the-last-change",
    "No instant of a job lies after its updated_at, the instant of the last change.",
    f"{BATCH_JOB}, properties, updated_at",
)
UPDATED_FORWARD = _judge_rule(
    "updated-at-never-runs-back", "updated_at never runs back.", f"{BATCH_JOB}, properties, updated_at"
)
UPDATED_WITH_CHANGE = _judge_rule(
    "updated-at-changes-only-with-the-job",
    "updated_at of a job that is at rest changes only when the job does.",
    f"{BATCH_JOB}, properties, updated_at",
)
NEVER_CHANGES = _judge_rule(
    "identity-never-changes",
    "id, type, created_by, created_at, dry_run and deleted_at never change, wherever they are shown.",
    f"{BATCH_JOB}, properties",
)
CREATED_AS_ASKED = _judge_rule(
    "created-as-asked",
    "A new job has the type and the dry_run that were asked for, and belongs to who asked.",
    "paths/batch_jobs.yaml, post; schemas/AdminPostBatchesReq.yaml",
)
CONTEXT_KEPT = _judge_rule(
    "context-is-kept",
    "What the strategy does not understand of a job's context is kept as it was sent.",
    "schemas/AdminPostBatchesReq.yaml, properties, context",
)
NO_RESULT_YET = _judge_rule(
    "no-result-before-pre-processing",
    "result is null before the job has been pre-processed.",
    "schemas/BatchJobResult.yaml, description",
)
FAILED_SAYS_WHY = _judge_rule(
    "failed-says-why",
    "result.errors of a failed job says why.",
    f"{BATCH_JOB}, x-lifecycle, transitions, fail",
)
DONE_IS_DONE = _judge_rule(
    "completed-is-all-done",
    "A completed job has done all of its count.",
    f"{BATCH_JOB}, x-lifecycle, transitions, complete; schemas/BatchJobResult.yaml",
)
PROGRESS_ADDS_UP = _judge_rule(
    "progress-adds-up",
    "advancement_count is at most count, and progress is the part of it that is done.",
    "schemas/BatchJobResult.yaml, properties, progress",
)
PROGRESS_FORWARD = _judge_rule(
    "progress-never-shrinks",
    "What a job has done stays done.",
    "schemas/BatchJobResult.yaml, properties, advancement_count",
)
RESULT_RESTS = _judge_rule(
    "a-job-at-rest-stays-as-it-is",
    "Nothing of a job changes while it is at rest and nobody asks anything of it.",
    f"{BATCH_JOB}, x-lifecycle",
)
IDS_ARE_UNIQUE = _judge_rule(
    "ids-are-unique", "Every new job has an id of its own.", f"{BATCH_JOB}, properties, id"
)
RETRIEVED = _judge_rule(
    "retrieved-is-what-was-asked-for", "Who asks for a job gets that job.", "paths/batch_job.yaml, get"
)
IS_THERE = _judge_rule(
    "a-job-that-was-made-is-there", "Who made a job can retrieve it.", "paths/batch_job.yaml, get"
)
IS_LISTED = _judge_rule(
    "a-job-that-was-made-is-listed",
    "A job is in its owner's list from its creation on.",
    "paths/batch_jobs.yaml, get",
)
READS_ARE_FRESH = _judge_rule(
    "reads-show-what-was-done",
    "A read shows what was done before it.",
    "paths/batch_job.yaml, get; paths/batch_jobs.yaml, get",
)
ONLY_ITS_TRANSITIONS = Rule(
    id="lifecycle/only-the-lifecycles-transitions",
    says="A job moves only by the transitions of the lifecycle.",
    place=f"{BATCH_JOB}, x-lifecycle, transitions",
    part=Part.LIFECYCLE,
)
NEVER_FINISHES = Rule(
    id="lifecycle/never-finishes",
    says="The worker takes every job on, sooner or later.",
    place=f"{BATCH_JOB}, x-lifecycle, transitions",
    part=Part.LIFECYCLE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """What is wrong with an answer. where: the key of the job. kind: keeps two of one rule apart."""

    rule: Rule
    where: str
    expected: str
    found: str
    kind: str = ""


def instant_of(value: Any) -> datetime | None:
    """Return the instant that *value* writes, or None where it writes none."""
    return read_instant(value, epoch=False) if isinstance(value, str) else None


def instants_of(lifecycle: Lifecycle, job: Job) -> dict[str, datetime] | None:
    """Return the instants of *job* that are set, by status; None where some are not shown, or are none."""
    instants = {}
    for status, name in lifecycle.instants.items():
        if name not in job:
            return None
        if job[name] is not None:
            instant = instant_of(job[name])
            if instant is None:
                return None
            instants[status] = instant
    return instants


def history_of(lifecycle: Lifecycle, job: Job) -> History | None:
    """Return the statuses whose instants *job* shows as set; None where it does not show them all."""
    instants = instants_of(lifecycle, job)
    return None if not instants else frozenset(instants)


def about_view(lifecycle: Lifecycle, job: Job) -> Iterator[Discrepancy]:
    """Yield what is wrong with *job* as one answer shows it whole."""
    yield from _about_notation(lifecycle, job)
    instants = instants_of(lifecycle, job)
    if not instants:
        return
    status, follows = job.get("status"), status_of(lifecycle, frozenset(instants))
    if status != follows:
        found = f"status {status}, while {lifecycle.instants[follows]} is the furthest instant that is set"
        yield Discrepancy(
            rule=STATUS_FOLLOWS,
            where="status",
            expected=f"status {follows}",
            found=found,
            kind=f"{status} {follows}",
        )
    yield from _about_updating(lifecycle, job, instants)
    yield from _about_result(lifecycle, job, instants, follows)


def about_life(lifecycle: Lifecycle, job: Job) -> Iterator[Discrepancy]:
    """Yield the instant of *job* that does not fit into any life that the lifecycle allows."""
    instants = instants_of(lifecycle, job)
    if not instants:
        return
    astray = misplaced(lifecycle, instants, dry_run=bool(job.get("dry_run")))
    if astray is None:
        return
    before = [each for each in instants if each != astray and instants[each] < instants[astray]]
    last = max(before, key=lambda each: instants[each], default=None)
    name = lifecycle.instants[astray]
    found = f"{name} lies " + (f"after {lifecycle.instants[last]}" if last else "before every other instant")
    expected = f"{name} where a transition to {astray} may be made"
    kind = f"{astray} after {last or 'nothing'}"
    yield Discrepancy(rule=INSTANTS_TELL_A_LIFE, where=name, expected=expected, found=found, kind=kind)


def _about_notation(lifecycle: Lifecycle, job: Job) -> Iterator[Discrepancy]:
    for name in (*lifecycle.instants.values(), "updated_at"):
        value = job.get(name)
        if value is not None and instant_of(value) is None:
            yield Discrepancy(
                rule=INSTANTS_ARE_INSTANTS,
                where=name,
                expected="a date-time",
                found=f"a {type(value).__name__} that is none",
            )


def _about_updating(
    lifecycle: Lifecycle, job: Job, instants: Mapping[str, datetime]
) -> Iterator[Discrepancy]:
    updated = instant_of(job.get("updated_at"))
    if updated is None:
        return
    later = [status for status in lifecycle.statuses if status in instants and instants[status] > updated]
    if later:
        name = lifecycle.instants[later[0]]
        yield Discrepancy(
            rule=UPDATED_LAST,
            where="updated_at",
            expected=f"updated_at at {name} or later",
            found=f"updated_at before {name}",
        )


def _about_result(
    lifecycle: Lifecycle, job: Job, instants: Mapping[str, datetime], status: str
) -> Iterator[Discrepancy]:
    result = job.get("result")
    has_begun = len(instants.keys() & set(lifecycle.statuses[1:]) - clients_own(lifecycle)) > 0
    tells_errors = isinstance(result, dict) and bool(result.get("errors"))  # it is about to fail
    if result is not None and not has_begun and not tells_errors:
        yield Discrepancy(rule=NO_RESULT_YET, where="result", expected="null", found="a result", kind=status)
    result = result if isinstance(result, dict) else {}
    if _is_failure(lifecycle, status) and not result.get("errors"):
        yield Discrepancy(
            rule=FAILED_SAYS_WHY, where="result.errors", expected="at least one error", found="none"
        )
    count, advanced, progress = (
        _number(result.get(key)) for key in ("count", "advancement_count", "progress")
    )
    if count is not None and advanced is not None:
        if advanced > count:
            yield Discrepancy(
                rule=PROGRESS_ADDS_UP,
                where="result.advancement_count",
                expected="at most count",
                found="more than count",
            )
        elif status in _work_done(lifecycle) and advanced < count:
            yield Discrepancy(
                rule=DONE_IS_DONE,
                where="result.advancement_count",
                expected="as much as count",
                found="less than count",
            )
        # it may be finer than whole rows are
        if count and progress is not None and abs(progress - advanced / count) > 1 / count + CLOSE:
            yield Discrepancy(
                rule=PROGRESS_ADDS_UP,
                where="result.progress",
                expected="advancement_count by count",
                found="another number",
            )
    if status in _work_done(lifecycle) and progress is not None and progress < 1 - CLOSE:
        yield Discrepancy(rule=DONE_IS_DONE, where="result.progress", expected="1", found="less than 1")


def clients_own(lifecycle: Lifecycle) -> set[str]:
    """Return the statuses that a client brings about, whatever the worker has done."""
    by_client = {each.to for each in lifecycle.transitions.values() if each.operation is not None}
    return by_client - {each.to for each in lifecycle.transitions.values() if each.operation is None}


def _is_failure(lifecycle: Lifecycle, status: str) -> bool:
    failures = {each.on_failure for each in lifecycle.transitions.values()}
    return any(each.name in failures and each.to == status for each in lifecycle.transitions.values())


def _work_done(lifecycle: Lifecycle) -> set[str]:
    return {each.to for each in lifecycle.transitions.values() if each.work == "process"}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def about_creation(
    job: Job, *, sent: Mapping[str, Any], creator: str | None, first: bool = False
) -> Iterator[Discrepancy]:
    """Yield where *job* is not what was *sent* to create it. creator: the user who did, when known."""
    if first:
        yield from _about_identity(job, sent=sent, creator=creator)
    context, asked = job.get("context"), sent.get("context")
    if not isinstance(asked, dict) or "context" not in job:
        return
    for key, value in asked.items():
        is_kept = isinstance(context, dict) and context.get(key) == value
        if key not in LIST_KEYS and not is_kept:
            yield Discrepancy(
                rule=CONTEXT_KEPT,
                where="context",
                expected="the key that was sent, unchanged",
                found="it is gone or changed",
            )
            return


def _about_identity(job: Job, *, sent: Mapping[str, Any], creator: str | None) -> Iterator[Discrepancy]:
    wanted = {"type": sent.get("type"), "dry_run": sent.get("dry_run", False), "created_by": creator}
    for key, value in wanted.items():
        if (value is not None or key == "type") and job.get(key) != value:
            expected = "the caller's id" if key == "created_by" else str(value).lower()
            found = "another" if key == "created_by" else str(job.get(key)).lower()
            yield Discrepancy(rule=CREATED_AS_ASKED, where=key, expected=expected, found=found, kind=found)


def about_identity(first: Job, job: Job) -> Iterator[Discrepancy]:
    """Yield what of a job's identity *job* shows otherwise than the *first* answer did."""
    for key in STABLE:
        if key in first and key in job and first[key] != job[key]:
            yield Discrepancy(
                rule=NEVER_CHANGES, where=key, expected=f"the {key} of the first answer", found="another"
            )


def about_change(
    lifecycle: Lifecycle, earlier: Job, later: Job, *, asked: tuple[Transition, ...], apart: bool
) -> Iterator[Discrepancy]:
    """Yield what is wrong between two answers of one job.

    asked: the transitions that a client was granted between them, or with the later one. apart: whether so
    much time lies between them that an instant set anew must differ.
    """
    renewed, is_undone = {each.sets for each in asked}, False
    for name in lifecycle.instants.values():
        if name == lifecycle.instants[lifecycle.initial]:
            continue
        before, after = earlier.get(name), later.get(name)
        if before is None or name not in later:
            continue
        if after is None:
            is_undone = True
            yield Discrepancy(
                rule=INSTANTS_STAY, where=name, expected=f"{name} stays set", found="null again", kind=name
            )
        elif name in renewed:
            yield from _about_renewal(name, before, after, apart=apart)
        elif before != after:
            yield Discrepancy(
                rule=INSTANTS_KEEP,
                where=name,
                expected="the same instant as before",
                found="another",
                kind=name,
            )
    if not is_undone:  # which tells already that the job is what it was before
        yield from _about_updates(lifecycle, earlier, later, asked=asked)
    yield from about_progress(earlier, later)


def _about_renewal(name: str, before: Any, after: Any, *, apart: bool) -> Iterator[Discrepancy]:
    old, new = instant_of(before), instant_of(after)
    if old is None or new is None:
        return
    if new < old:
        yield Discrepancy(rule=SET_ANEW, where=name, expected="a later instant", found="an earlier one")
    elif new == old and apart:
        yield Discrepancy(rule=SET_ANEW, where=name, expected="a later instant", found="the same one")


def _about_updates(
    lifecycle: Lifecycle, earlier: Job, later: Job, *, asked: tuple[Transition, ...]
) -> Iterator[Discrepancy]:
    before, after = instant_of(earlier.get("updated_at")), instant_of(later.get("updated_at"))
    if before is None or after is None:
        return
    if after < before:
        yield Discrepancy(
            rule=UPDATED_FORWARD,
            where="updated_at",
            expected="not before the updated_at seen last",
            found="an earlier one",
        )
    status = earlier.get("status")
    at_rest = status in lifecycle.statuses and is_at_rest(
        lifecycle, status, dry_run=bool(earlier.get("dry_run"))
    )
    if asked or not at_rest:
        return
    shown = [key for key in earlier.keys() & later.keys() if key not in (*STABLE, "updated_at")]
    changed = sorted(key for key in shown if _told(earlier[key]) != _told(later[key]))
    # errors are told before the status that they lead to. Measured: a canceled job that the worker fails
    if after != before and all(earlier[key] == later[key] for key in shown):
        yield Discrepancy(
            rule=UPDATED_WITH_CHANGE, where="updated_at", expected="the updated_at seen last", found="another"
        )
    silent = [key for key in changed if key in ("result", "context")]
    if silent and changed == silent:
        yield Discrepancy(
            rule=RESULT_RESTS, where=silent[0], expected="as it was", found="changed", kind=silent[0]
        )


def _told(value: Any) -> Any:
    """Return *value* without its `errors`, more of which may come; None where nothing else is there."""
    if not isinstance(value, dict):
        return value
    return {key: each for key, each in value.items() if key != "errors"} or None


def about_progress(earlier: Job, later: Job) -> Iterator[Discrepancy]:
    """Yield what of a job's work *later* shows as not done, which *earlier* showed as done."""
    before, after = earlier.get("result"), later.get("result")
    if not isinstance(before, dict):
        return
    if after is None and "result" in later:
        yield Discrepancy(
            rule=PROGRESS_FORWARD, where="result", expected="the result is kept", found="null again"
        )
    if not isinstance(after, dict):
        return
    for key in ("advancement_count", "progress"):
        old, new = _number(before.get(key)), _number(after.get(key))
        if old is not None and new is not None and new < old:
            yield Discrepancy(
                rule=PROGRESS_FORWARD, where=f"result.{key}", expected="no less than before", found="less"
            )
