"""Says where the answers of an application of ours differ from the recorded ones, and what counts.

The rules with which the recordings were made and compared; README.md lists them.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from tests.recorded.normal_form import (
    COMPARED_HEADERS,
    INSTANT,
    Namer,
    canonical,
    first_difference,
    normal_header,
    short,
)
from tests.recorded.recording import HERE, Exchange, Reply, Wait
from tests.recorded.replay import Replayed, captured

INSTANTS = (
    "created_at",
    "updated_at",
    "pre_processed_at",
    "confirmed_at",
    "processing_at",
    "completed_at",
    "canceled_at",
    "failed_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeVerdict:
    """How one answer compares. headers: by name, whether it is equal.

    differences: lines to read, of what counts. asides: the same, of what does not.
    """

    name: str
    status: bool
    body: bool
    key_order: bool
    content_type: bool
    headers: Mapping[str, bool]
    differences: Sequence[str]
    asides: Sequence[str]

    @property
    def full(self) -> bool:
        """Return whether status, body and content type are equal: what the score counts."""
        return self.status and self.body and self.content_type


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleVerdict:
    """How what polls saw of one job compares; None for what differs between two real servers."""

    name: str
    steps: bool | None
    final_status: bool
    final_result: bool | None
    differences: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVerdict:
    """How a group compares. skipped: cases and lifecycles that differ between two real servers."""

    group: str
    cases: Sequence[ExchangeVerdict] = ()
    setups: Sequence[ExchangeVerdict] = ()
    lifecycles: Sequence[LifecycleVerdict] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Allowances:
    """What two recordings of real servers do not agree in, by kind; and the orders of instants they all keep.

    kinds: see README.md. orders: by type and status of a job.
    """

    kinds: Mapping[str, Mapping[str, Any]]
    orders: Mapping[str, Sequence[str]]

    def covers(self, kind: str, name: str) -> bool:
        return name in self.kinds.get(kind, {})

    @classmethod
    def of_files(cls) -> "Allowances":
        kinds: dict[str, dict[str, Any]] = {}
        for entry in json.loads((HERE / "unstable.json").read_text(encoding="utf-8")):
            for name in entry["cases"]:
                kinds.setdefault(entry["kind"], {})[name] = entry.get("key")
        return cls(kinds, json.loads((HERE / "timestamp_orders.json").read_text(encoding="utf-8")))


def compare(replayed: Replayed, allowances: Allowances) -> GroupVerdict:
    """Return how *replayed* compares with its recording."""
    recording = replayed.recording
    group, real_namer, our_namer = recording.group, Namer(), Namer()
    cases, setups = list[ExchangeVerdict](), list[ExchangeVerdict]()
    lifecycles, skipped = list[LifecycleVerdict](), 0
    judge = _LifecycleJudge(real_namer, our_namer)
    for exchange in recording.exchanges:
        reply, where = replayed.replies[exchange.name], f"{group}/{exchange.name}"
        real = _normal_reply(exchange, exchange.reply, real_namer)
        ours = _normal_reply(exchange, reply, our_namer)
        if exchange.is_case and allowances.covers("case", where):
            skipped += 1
            continue
        sorted_by = allowances.kinds.get("order", {}).get(where)
        verdict = _verdict(exchange.name, real, ours, orders=allowances.orders, sorted_by=sorted_by)
        (cases if exchange.is_case else setups).append(verdict)
    for wait in recording.waits:  # after the exchanges, by which time all ids have their names
        where = f"{group}/{wait.name}"
        if allowances.covers("lifecycle", where):
            skipped += 1
            continue
        seen = replayed.sightings[wait.name]
        lifecycles.append(
            judge(
                wait,
                seen,
                judge_steps=not allowances.covers("lifecycle-steps", where),
                judge_result=not allowances.covers("lifecycle-result", where),
            )
        )
    return GroupVerdict(group=group, cases=cases, setups=setups, lifecycles=lifecycles, skipped=skipped)


# ---- one exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class _Normal:
    """A reply in normal form. raw: its body as it was."""

    status: int
    kind: str
    body: Any
    raw: Any
    headers: Mapping[str, Sequence[str] | None]
    etag: str | None


def _normal_reply(exchange: Exchange, reply: Reply, namer: Namer) -> _Normal:
    namer.forget_numbers()
    for variable, path in exchange.captures.items():
        namer.learn(variable, captured(reply, path))
    etag = reply.headers.get("etag")
    return _Normal(
        status=reply.status,
        kind=reply.kind,
        body=namer.normal(reply.body),
        raw=reply.body,
        headers={name: normal_header(name, reply.headers.get(name), namer) for name in COMPARED_HEADERS},
        etag=etag and ("weak" if etag.startswith("W/") else "strong"),
    )


def _verdict(
    name: str,
    real: _Normal,
    ours: _Normal,
    *,
    orders: Mapping[str, Sequence[str]],
    sorted_by: str | None,
) -> ExchangeVerdict:
    differences, asides, complaints = list[str](), list[str](), list[str]()
    if sorted_by:
        real, ours, complaints = _loosened(real, ours, sorted_by)
    if real.status != ours.status:
        differences.append(f"status: {real.status} != {ours.status}")
    is_equal = real.kind == ours.kind and canonical(real.body) == canonical(ours.body)
    if is_equal:
        complaints += _broken_orders(real, ours, orders)
    elif real.kind == ours.kind:
        complaints = [f"body: {first_difference(real.body, ours.body)}"]
    else:
        complaints = [f"body: {real.kind} {short(real.body)} != {ours.kind} {short(ours.body)}"]
    differences += complaints
    is_ordered = canonical(real.body, in_order=True) == canonical(ours.body, in_order=True)
    if is_equal and not complaints and not is_ordered:
        asides.append(f"key order: {_first_order(real.body, ours.body)}")
    headers = {
        name: real.headers[name] == ours.headers[name]
        for name in COMPARED_HEADERS
        if real.headers[name] is not None or ours.headers[name] is not None
    }
    if real.etag is not None or ours.etag is not None:
        headers["etag"] = real.etag == ours.etag
    stated = {**real.headers, "etag": real.etag}, {**ours.headers, "etag": ours.etag}
    for header, is_same in headers.items():
        if not is_same:
            line = f"header {header}: {short(stated[0][header])} != {short(stated[1][header])}"
            (differences if header == "content-type" else asides).append(line)
    return ExchangeVerdict(
        name=name,
        status=real.status == ours.status,
        body=not complaints,
        key_order=not complaints and is_ordered,
        content_type=headers.get("content-type", True),
        headers=headers,
        differences=differences,
        asides=asides,
    )


def _first_order(real: Any, ours: Any, where: str = "$") -> str | None:
    """Return where two equal values first have their keys in different orders."""
    if isinstance(real, dict):
        if list(real) != list(ours):
            return f"{where}: {', '.join(real)} != {', '.join(ours)}"
        pairs = [(f"{where}.{name}", real[name], ours[name]) for name in real]
    elif isinstance(real, list):
        pairs = [(f"{where}[{i}]", *pair) for i, pair in enumerate(zip(real, ours, strict=True))]
    else:
        return None
    found = (_first_order(each, other, place) for place, each, other in pairs)
    return next((place for place in found if place), None)


# ---- the instants of one job


def _jobs_in(body: Any) -> list[Mapping[str, Any]]:
    if not isinstance(body, dict):
        return []
    jobs = [body.get("batch_job"), *(body.get("batch_jobs") or [])]
    return [job for job in jobs if isinstance(job, dict)]


def _broken_orders(real: _Normal, ours: _Normal, orders: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the rules that the real answer keeps and ours breaks, job by job.

    A job in the answer that creates it has rules of its own.
    """
    broken: list[str] = []
    for index, (job, other) in enumerate(zip(_jobs_in(real.raw), _jobs_in(ours.raw), strict=False)):
        state = "new" if real.status == 201 else job.get("status")  # Created
        broken += [
            f"timestamps: job {index}: not {rule}: {_instants(other)}"
            for rule in orders.get(f"{job.get('type')}/{state}", ())
            if _holds(rule, job) and _holds(rule, other) is False
        ]
    return broken


def _instants(job: Mapping[str, Any]) -> dict[str, str]:
    stamps = {name: job.get(name) for name in INSTANTS}
    return {name: at for name, at in stamps.items() if isinstance(at, str) and INSTANT.fullmatch(at)}


def _holds(rule: str, job: Mapping[str, Any]) -> bool | None:
    """Return whether a rule such as `created_at<=updated_at` holds; None when one of the two is not set."""
    found = re.fullmatch(r"(\w+?)(<=|<|=)(\w+)", rule)
    assert found is not None, rule
    first, sign, second = found.groups()
    at = _instants(job)
    if first not in at or second not in at:
        return None
    return {"<": at[first] < at[second], "<=": at[first] <= at[second], "=": at[first] == at[second]}[sign]


# ---- lists whose order the server does not fix


def _loosened(real: _Normal, ours: _Normal, key: str) -> tuple[_Normal, _Normal, list[str]]:
    """Return both with their lists in the order of the ids, and a complaint when they were not sorted alike.

    They must be sorted by *key* the same way; ties may come in any order.
    """
    lists = [each.raw.get("batch_jobs") if isinstance(each.raw, dict) else None for each in (real, ours)]
    if not all(lists):
        return real, ours, []
    shapes = [_order_shape(jobs or [], key) for jobs in lists]
    is_alike = all(part is None or part == other for part, other in zip(*shapes, strict=True))
    complaints = [] if is_alike else [f"order by {key}: {shapes[0]} != {shapes[1]}"]
    return _by_id(real), _by_id(ours), complaints


def _by_id(reply: _Normal) -> _Normal:
    pairs = zip(reply.body["batch_jobs"], reply.raw["batch_jobs"], strict=True)
    ordered = sorted(pairs, key=lambda pair: str(pair[0].get("id")))
    return replace(
        reply,
        body={**reply.body, "batch_jobs": [normal for normal, _ in ordered]},
        raw={**reply.raw, "batch_jobs": [raw for _, raw in ordered]},
    )


def _order_shape(jobs: Sequence[Mapping[str, Any]], key: str) -> tuple[str | None, str | None]:
    """Return the direction of a list and the place of its nulls; None where it cannot be told."""
    # jsonb is sorted by the number of keys first
    values = [len(value) if isinstance(value := job.get(key), dict | list) else value for job in jobs]
    nulls = [value is None for value in values]
    changes = sum(each != after for each, after in pairwise(nulls))
    place = None if changes == 0 else "scattered" if changes > 1 else "first" if nulls[0] else "last"
    present: list[Any] = [value for value in values if value is not None]
    steps = list(pairwise(present))
    try:
        is_up, is_down = all(a <= b for a, b in steps), all(a >= b for a, b in steps)
    except TypeError:
        return "mixed types", place
    if is_up and is_down:
        return None, place
    return "ascending" if is_up else "descending" if is_down else "unsorted", place


# ---- lifecycles

_Sight = tuple[str | None, list[str] | None]


@dataclass(frozen=True, slots=True)
class _LifecycleJudge:
    real_namer: Namer
    our_namer: Namer

    def __call__(
        self, wait: Wait, jobs: Sequence[Mapping[str, Any]], *, judge_steps: bool, judge_result: bool
    ) -> LifecycleVerdict:
        """Return how what polls saw of our *jobs* compares with *wait*."""
        self.real_namer.forget_numbers()
        self.our_namer.forget_numbers()
        real_steps = _merged(
            (each.status, None if each.result_keys is None else list(each.result_keys))
            for each in wait.observations
        )
        our_steps = _merged((job.get("status"), _keys(job.get("result"))) for job in jobs)
        real_result, our_result = (
            self.real_namer.normal(wait.result),
            self.our_namer.normal(jobs[-1].get("result")),
        )
        statuses = wait.observations[-1].status, jobs[-1].get("status")
        is_stepwise = real_steps == our_steps if judge_steps else None
        is_result = canonical(real_result) == canonical(our_result) if judge_result else None
        differences = []
        if is_stepwise is False:
            differences.append(f"steps: {short(real_steps, length=400)} != {short(our_steps, length=400)}")
        if statuses[0] != statuses[1]:
            differences.append(f"final status: {statuses[0]} != {statuses[1]}")
        if is_result is False:
            differences.append(f"final result: {first_difference(real_result, our_result)}")
        return LifecycleVerdict(
            name=wait.name,
            steps=is_stepwise,
            final_status=statuses[0] == statuses[1],
            final_result=is_result,
            differences=differences,
        )


def _keys(result: Any) -> Any:
    return sorted(result) if isinstance(result, dict) else result


def _merged(sights: Iterator[_Sight]) -> list[_Sight]:
    """Return the distinct consecutive statuses and result keys.

    The real server writes `result.errors` a few milliseconds before the status `failed`; whether a poll falls
    between the two is chance, so that step is merged with the next.
    """
    steps: list[_Sight] = []
    for sight in sights:
        if not steps or steps[-1] != sight:
            steps.append(sight)
    following: list[_Sight | None] = [*steps[1:], None]
    return [step for step, after in zip(steps, following, strict=True) if not _is_failing(step, after)]


def _is_failing(step: _Sight, after: _Sight | None) -> bool:
    return after is not None and after[0] == "failed" and step[1] == after[1] and "errors" in (step[1] or ())
