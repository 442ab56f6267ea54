"""Exchanges as evidence: normalised, excerpted, and as curl lines that can be pasted.

What varies between runs (ids, instants, tokens) is numbered in the order in which the evidence shows it. Knows
nothing of rules.
"""

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from mockserver.conformance.report import Sighting
from mockserver.conformance.target import Asked

JOB_PATH, LONGEST_BODY, LONGEST_TEXT = "/admin/batch-jobs", 600, 160
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_ID = re.compile(r"\b([a-z]+)_(?:[0-9A-HJKMNP-TV-Z]{26})\b")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
_MILLISECONDS = re.compile(r"\b1\d{12}\b")
_ALWAYS_SHOWN = ("id", "type", "dry_run", "status", "updated_at")


@dataclass(kw_only=True)
class Numbering:
    """Numbers what varies. Mutable: it fills as things are met. jobs: the ids of the jobs that the run made."""

    jobs: frozenset[str] = frozenset()
    nonce: str = ""
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str, value: str) -> int:
        """Return the number of *value* among its *kind*, beginning with 1."""
        if (kind, value) not in self.numbers:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.numbers[kind, value] = self.counts[kind]
        return self.numbers[kind, value]

    def text(self, text: str) -> str:
        """Return *text* with everything numbered that varies."""
        for job in self.jobs:
            if job in text:
                text = text.replace(job, f"batch_<{self.number('batch', job)}>")
        if self.nonce:
            text = text.replace(self.nonce, "<nonce>")
        text = _JWT.sub("<token>", text)
        text = _INSTANT.sub(lambda found: f"<instant {self.number('instant', found[0])}>", text)
        text = _ID.sub(lambda found: f"{found[1]}_<{self.number(found[1], found[0])}>", text)
        return _MILLISECONDS.sub("<milliseconds>", text)

    def job(self, identifier: str) -> int:
        """Return the number of a job."""
        return self.number("batch", identifier)


def sightings(
    asked: Iterable[Asked],
    *,
    jobs: frozenset[str],
    operations: Mapping[int, str],
    focus: Sequence[str] = (),
    nonce: str = "",
) -> tuple[Sighting, ...]:
    """Return *asked* as evidence. operations: the operationId by `id()` of each. focus: the keys of a job to show."""
    numbering = Numbering(jobs=jobs, nonce=nonce)
    return tuple(_sighting(each, operations.get(id(each), ""), numbering, focus) for each in asked)


def _sighting(asked: Asked, operation: str, numbering: Numbering, focus: Sequence[str]) -> Sighting:
    exchange = asked.exchange
    target = exchange.path + (f"?{exchange.query}" if exchange.query else "")
    answer = asked.json
    job = _job_of(answer)
    identifier = (
        job["id"] if job is not None and isinstance(job.get("id"), str) else _id_in(exchange.path, numbering)
    )
    sent = _sent(asked)
    request = numbering.text(f"{exchange.method} {target}" + (f" {sent}" if sent else ""))
    number = numbering.job(identifier) if identifier in numbering.jobs else None
    return Sighting(
        by=asked.by.name,
        operation=operation,
        request=request,
        curl=_curl(asked, target, numbering, creates=number if _creates(asked, job) else None),
        status=exchange.status,
        body=_excerpt(asked, answer, numbering, focus),
        job=number,
        job_status=job["status"] if job is not None and isinstance(job.get("status"), str) else None,
    )


def _job_of(answer: Any) -> Mapping[str, Any] | None:
    """Return the one job that an answer is about: the job itself, or the only one of a list."""
    if not isinstance(answer, dict):
        return None
    job = answer.get("batch_job")
    jobs = answer.get("batch_jobs")
    if job is None and isinstance(jobs, list) and len(jobs) == 1:
        job = jobs[0]
    return job if isinstance(job, dict) else None


def _jobs_in(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the jobs of a list; one without an id, which is nobody's, for a list of anything else."""
    jobs = answer.get("batch_jobs", [{}] if "count" in answer else [])
    return [each for each in jobs if isinstance(each, dict)] if isinstance(jobs, list) else []


def _id_in(path: str, numbering: Numbering) -> str:
    return next((job for job in numbering.jobs if job in path), "")


def _creates(asked: Asked, job: Mapping[str, Any] | None) -> bool:
    return asked.exchange.method == "POST" and asked.exchange.path == JOB_PATH and job is not None


def _sent(asked: Asked) -> str:
    if asked.upload is not None:
        return f"(file {asked.upload.name})"
    return _shortened(asked.exchange.request_body.decode("utf-8", "replace"), LONGEST_TEXT)


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def _curl(asked: Asked, target: str, numbering: Numbering, *, creates: int | None) -> str:
    exchange = asked.exchange
    for job in numbering.jobs:
        if job in target:
            target = target.replace(job, f"$JOB_{numbering.job(job)}")
    target = numbering.text(target)
    words = ["curl -sS"]
    if exchange.method == "HEAD":
        words.append("-I")
    elif exchange.method != "GET":
        words.append(f"-X {exchange.method}")
    words.append(f'-g "$URL{target}"' if "[" in target else f'"$URL{target}"')
    words += [f'-H "{header}"' for header in asked.by.shown]
    body = exchange.request_body.decode("utf-8", "replace")
    if asked.upload is not None:
        content = shlex.quote(asked.upload.content.decode("utf-8", "replace"))
        words.append(f"-F 'files=@-;type=text/csv;filename={asked.upload.name}' <<< {content}")
    elif body:
        words.append(f"-H 'content-type: {exchange.request_headers.get('content-type', '')}'")
        quoted = shlex.quote(numbering.text(_shortened(body, 2000)))
        words.append(f"-d {quoted}")
    line = " ".join(words)
    return line if creates is None else f"JOB_{creates}=$({line} | jq -r .batch_job.id)"


def _excerpt(asked: Asked, answer: Any, numbering: Numbering, focus: Sequence[str]) -> str:
    if answer is None:
        text = asked.exchange.response_body.decode("utf-8", "replace")
        return _shortened(numbering.text(" ".join(text.split())), LONGEST_TEXT)
    if isinstance(answer, dict):
        mine = all(job.get("id") in numbering.jobs for job in _jobs_in(answer))
        answer = {
            key: "<count>" if key == "count" and not mine else _item(key, value, numbering, focus)
            for key, value in answer.items()
        }
    text = json.dumps(answer, ensure_ascii=False, separators=(", ", ": "))
    return _shortened(numbering.text(text), LONGEST_BODY)


def _item(key: str, value: Any, numbering: Numbering, focus: Sequence[str]) -> Any:
    if key == "batch_job" and isinstance(value, dict):
        return _job(value, numbering, focus)
    if key == "batch_jobs" and isinstance(value, list):
        mine = [
            _job(each, numbering, focus)
            for each in value
            if isinstance(each, dict) and each.get("id") in numbering.jobs
        ]
        return mine if len(mine) == len(value) else [*mine, "... jobs that this run did not make"]
    if isinstance(value, list) and len(value) > 3:  # noqa: PLR2004  # enough to see what they are
        return [*value[:3], "..."]
    return value


def _job(job: Mapping[str, Any], numbering: Numbering, focus: Sequence[str]) -> dict[str, Any]:
    """Return the part of *job* that tells how it stands, its instants numbered column by column."""
    shown = {}
    for key, value in job.items():
        if key in focus or key in _ALWAYS_SHOWN or (key.endswith("_at") and value is not None):
            is_instant = isinstance(value, str) and _INSTANT.fullmatch(value)
            shown[key] = f"<{key} {numbering.number(key, value)}>" if is_instant else value
    return shown


def canonical(value: Any) -> bytes:
    """Return *value* as bytes by which two such can be compared: keys in order."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
