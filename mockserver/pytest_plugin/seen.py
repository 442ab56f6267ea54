"""What a test sees of its world: batch jobs with what became of them, and the exchanges that there were.

Reads what the control API tells. Values only; each is how it was when it was asked for.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A batch job reached a status. job_id: which one."""

    job_id: str
    status: str
    at: datetime

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return what the control API tells."""
        return cls(job_id=told["batch_job"], status=told["status"], at=instant_of(told["at"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A batch job. course: the statuses that it has had, the first one first. scenario: by which it goes."""

    id: str
    type: str
    created_by: str
    dry_run: bool
    status: str
    course: Sequence[Moved]
    scenario: str
    context: Mapping[str, Any]
    result: Mapping[str, Any] | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return the job that the control API tells of."""
        plain = ("id", "type", "created_by", "dry_run", "status", "scenario", "context", "result")
        return cls(course=[Moved.of(each) for each in told["course"]], **{name: told[name] for name in plain})


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One disagreement between an exchange and the contract."""

    operation: str
    where: str
    expected: str
    found: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return the violation that the control API tells of."""
        return cls(**{name: told[name] for name in ("operation", "where", "expected", "found")})

    def __str__(self) -> str:
        return f"{self.operation}, {self.where}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request with the response that it got.

    path: in its world. at: the world's instant. request_body, response_body: as text, their beginning when
    they are long; None for what is no text. curl: the line that asks for the same again.
    """

    method: str
    path: str
    query: str
    request_headers: Mapping[str, str]
    request_body: str | None
    status: int
    response_headers: Mapping[str, str]
    response_body: str | None
    at: datetime
    violations: Sequence[Violation]
    curl: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return the exchange that the control API tells of."""
        sides = {
            f"{side}_{name}": value
            for side in ("request", "response")
            for name, value in (
                ("headers", told[side]["headers"]),
                ("body", told[side]["body"]["text"]),
            )
        }
        plain = {name: told[name] for name in ("method", "path", "query", "status", "curl")}
        violations = [Violation.of(each) for each in told["violations"]]
        return cls(at=instant_of(told["at"]), violations=violations, **plain, **sides)

    @property
    def sent(self) -> Any:
        """Return the JSON that the request said; None for nothing. Raises ValueError when it is none."""
        return json.loads(self.request_body) if self.request_body else None

    @property
    def answer(self) -> Any:
        """Return the JSON that the response said; None for nothing. Raises ValueError when it is none."""
        return json.loads(self.response_body) if self.response_body else None


class Exchanges(tuple[Exchange, ...]):
    """Exchanges, the first one first."""

    __slots__ = ()

    def requests(self, method: str, path: str = "*") -> "Exchanges":
        """Return those with *method*, and with a *path* like this one, in which `*` is any text."""
        return Exchanges(each for each in self if each.method == method and fnmatchcase(each.path, path))

    @property
    def violations(self) -> Sequence[Violation]:
        """Return how all of them disagree with the contract."""
        return [violation for each in self for violation in each.violations]


def instant_of(text: str) -> datetime:
    """Return the instant that *text* is in JSON."""
    return datetime.fromisoformat(text)


def id_of(job: str | Job | Mapping[str, Any]) -> str:
    """Return the id of *job*: its id, what `world.jobs` has of it, or what the API answers of it."""
    if isinstance(job, Job):
        return job.id
    return job if isinstance(job, str) else str(job.get("batch_job", job)["id"])
