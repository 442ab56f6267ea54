"""The biography of a job: what a run knows of one job that it made. Judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mockserver.conformance.oracle import Oracle
from mockserver.conformance.rules import Job
from mockserver.conformance.target import Asked
from mockserver.lifecycle import Transition


@dataclass(kw_only=True)
class Biography:
    """What is known of one job that the run made. Mutable: it goes on.

    trail: the exchanges that made the job what it is: its creation, and what was granted. seen: when each
    status was first seen, by this machine's clock. granted: the transitions granted since the last answer
    that showed the job; unsure: whether some of them may have been refused, for no answer came. looks: how
    often the job was seen since it changed. moved_at: when anything of it was last seen to change. newest:
    the sight with the latest `updated_at`, with that and the instants that it showed, by status. late: a
    read after it that shows an older sight, or no job. sights: how the job was seen to be.
    """

    id: str
    owner: str
    created: Asked
    sent: Mapping[str, Any]
    first: Job
    oracle: Oracle | None
    last: Job
    last_asked: Asked
    trail: list[Asked] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)
    seen_last: dict[str, float] = field(default_factory=dict)
    changed_at: float = 0.0
    moved_at: float = 0.0
    looks: int = 0
    granted: list[Transition] = field(default_factory=list)
    unsure: bool = False
    granted_at: dict[str, float] = field(default_factory=dict)
    contested: set[frozenset[str]] = field(default_factory=set)
    newest: Asked | None = None
    newest_at: datetime | None = None
    newest_instants: Mapping[str, datetime] = field(default_factory=dict)
    late: Asked | None = None
    sights: set[bytes] = field(default_factory=set)

    @property
    def dry_run(self) -> bool:
        """Return whether the job was asked to be a dry run."""
        return bool(self.sent.get("dry_run", False))

    @property
    def type(self) -> str:
        """Return the type that was asked for."""
        return str(self.sent.get("type"))

    @property
    def status(self) -> str:
        """Return the status seen last."""
        return str(self.last.get("status"))
