"""What was recorded of a real Medusa 1.20.11, read from the files beside this one. See README.md.

Sends nothing and compares nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

HERE = Path(__file__).parent

# in the order in which they were recorded, on one server: later groups see what earlier ones left behind
GROUPS = (
    "auth",
    "create",
    "retrieve",
    "list_filters",
    "list_paging",
    "list_sort",
    "list_fields_expand",
    "transitions",
    "ownership",
    "lifecycle",
    "import",
    "export_files",
    "uploads",
    "price_list_import",
    "http",
    "export_failures",
    "races",
)

# what nearly every answer carries; a line of a recording states only where its answer differs
USUAL_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "content-type": "application/json; charset=utf-8",
        "vary": "Origin",
        "access-control-allow-credentials": "true",
        "etag": 'W/"-"',
        "set-cookie": "connect.sid=s%3A-.-; Path=/; Expires=Sun, 22 Nov 2026 11:44:43 GMT; HttpOnly",
    }
)

BodyKind = Literal["json", "text", "empty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, as the comparison reads it.

    headers: by lower-case name. body: JSON as Python has it, or text.
    """

    status: int
    headers: Mapping[str, str]
    kind: BodyKind
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, with `${variables}` still in it.

    body_kind: `none`, `json`, `raw` (text), `generated` (prefix, char, count, suffix) or `parts` (multipart).
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body_kind: str
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and the answer that the real server gave.

    is_case: whether it counts; the others only prepare. pause: from the start of the exchange before, or from
    the end of the wait before. derived: variables made of others just before sending. captures: variables
    read from the answer, each with its dotted path in `body` or its name in `headers`.
    """

    name: str
    is_case: bool
    pause: timedelta
    derived: Mapping[str, Mapping[str, Any]]
    request: Ask
    reply: Reply
    captures: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a poll saw that the one before had not seen. after: from the beginning of the wait."""

    after: timedelta
    status: str | None
    result_keys: Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A job that was polled until its status was one of *until*, and for *extra* after that; or gave up.

    job, authorization: with `${variables}`. result: the job's at the end.
    """

    name: str
    job: str
    until: Sequence[str]
    timeout: timedelta
    extra: timedelta
    authorization: str
    observations: Sequence[Observation]
    result: Any


Step = Exchange | Wait


@dataclass(frozen=True, slots=True)
class Recording:
    """All steps of one group, in order."""

    group: str
    steps: Sequence[Step]

    @property
    def exchanges(self) -> list[Exchange]:
        return [step for step in self.steps if isinstance(step, Exchange)]

    @property
    def waits(self) -> list[Wait]:
        return [step for step in self.steps if isinstance(step, Wait)]


def recording_of(group: str) -> Recording:
    """Return the recording of *group*, one of GROUPS."""
    lines = (HERE / f"{group}.jsonl").read_text(encoding="utf-8").splitlines()
    return Recording(group, list(_steps(json.loads(line) for line in lines)))


def _steps(lines: Iterator[dict[str, Any]]) -> Iterator[Step]:
    jobs: dict[int, Any] = {}
    for line in lines:
        if line["kind"] == "job":
            jobs[line["number"]] = _expanded(line["job"], jobs)
        elif line["kind"] == "wait":
            yield _wait(line)
        else:
            yield _exchange(line, jobs)


def _wait(line: Mapping[str, Any]) -> Wait:
    return Wait(
        name=line["name"],
        job=line["job"],
        until=line["until"],
        timeout=timedelta(milliseconds=line["timeout_ms"]),
        extra=timedelta(milliseconds=line.get("extra_ms", 0)),
        authorization=line["as"],
        observations=[
            Observation(after=timedelta(milliseconds=after), status=status, result_keys=keys)
            for after, status, keys in line["seen"]
        ],
        result=line["result"],
    )


def _exchange(line: Mapping[str, Any], jobs: Mapping[int, Any]) -> Exchange:
    request = line["request"]
    body_kind = next((kind for kind in ("json", "raw", "generated", "parts") if kind in request), "none")
    return Exchange(
        name=line["name"],
        is_case=line["kind"] == "case",
        pause=timedelta(milliseconds=line["pause_ms"]),
        derived=line.get("derive", {}),
        request=Ask(
            method=request["method"],
            target=request["target"],
            headers=request.get("headers", {}),
            body_kind=body_kind,
            body=_expanded(request.get(body_kind), jobs),
        ),
        reply=_reply(line["response"], jobs),
        captures=line.get("capture", {}),
    )


def _reply(response: Mapping[str, Any], jobs: Mapping[int, Any]) -> Reply:
    stated = {**USUAL_HEADERS, **response.get("headers", {})}
    kind: BodyKind = "json" if "json" in response else "text" if "text" in response else "empty"
    return Reply(
        status=response["status"],
        headers={name: value for name, value in stated.items() if value is not None},
        kind=kind,
        body=_expanded(response.get(kind, ""), jobs),
    )


def _expanded(value: Any, jobs: Mapping[int, Any]) -> Any:
    """Return *value* with what the file writes shortly written out: see README.md, "How a line is read"."""
    match value:
        case {"$job": number}:
            return jobs[number]
        case {"$generated": rule}:
            return generated(rule)
        case {"$rows": {"head": head, "row": row, "count": count}}:
            return head + "".join(row.replace("#", str(number)) for number in range(count))
        case dict():
            return {key: _expanded(each, jobs) for key, each in value.items()}
        case list():
            return [_expanded(each, jobs) for each in value]
        case _:
            return value


def generated(rule: Mapping[str, Any]) -> str:
    """Return the long text that *rule* states: prefix, char, count, suffix."""
    return str(rule["prefix"] + rule["char"] * rule["count"] + rule["suffix"])
