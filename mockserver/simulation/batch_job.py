"""The batch job itself: a frozen value. What happens to it is decided elsewhere.

Knows its lifecycle's table and nothing of time, storage or HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mockserver.lifecycle import Lifecycle, Transition
from mockserver.simulation.scenario import Scenario


class Done(Protocol):
    """What work yields for the job itself; None leaves what was there."""

    @property
    def result(self) -> Mapping[str, Any]:
        """Return the job's new result."""

    @property
    def context(self) -> Mapping[str, Any] | None:
        """Return the job's new context."""

    @property
    def units(self) -> int | None:
        """Return how many rows processing will go through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchJob:
    """An asynchronous task of the backend, as it stands at some instant.

    instants: those that are set, by field name, `created_at` among them.
    context: JSON object, what the client asked for as its strategy understood it.
    result: JSON object, what the strategy has to show so far; None before it has pre-processed.
    units: rows that processing will go through; 0 until it has pre-processed.
    raced: more than one client was let confirm it, so that two runs of the worker meet.
    scenario: what the simulated worker will do with it, and how long each stage takes.
    """

    id: str
    type: str
    created_by: str
    context: Mapping[str, Any]
    dry_run: bool
    instants: Mapping[str, datetime]
    updated_at: datetime
    lifecycle: Lifecycle
    scenario: Scenario
    result: Mapping[str, Any] | None = None
    units: int = 0
    raced: bool = False

    @classmethod
    def new(  # noqa: PLR0913  # each is a fact of its own
        cls,
        job_id: str,
        job_type: str,
        *,
        created_by: str,
        context: Mapping[str, Any],
        dry_run: bool,
        at: datetime,
        lifecycle: Lifecycle,
        scenario: Scenario,
    ) -> "BatchJob":
        """Return a job that is created *at* an instant, made more quickly than others."""
        job: Any = _Unfrozen()
        job.id, job.type, job.created_by = job_id, job_type, created_by
        job.context, job.dry_run = context, dry_run
        job.instants, job.updated_at = {lifecycle.instants[lifecycle.initial]: at}, at
        job.lifecycle, job.scenario = lifecycle, scenario
        job.result, job.units, job.raced = None, 0, False
        job.__class__ = cls
        return job  # type: ignore[no-any-return]  # from here on it is one

    @property
    def created_at(self) -> datetime:
        """Return the instant of creation."""
        return self.instants[self.lifecycle.instants[self.lifecycle.initial]]

    @property
    def status(self) -> str:
        """Return the furthest status whose instant is set. It is computed, so it cannot be wrong."""
        return self.lifecycle.status_of(self.instants)

    def moved(self, transition: Transition, work: "Done | None" = None, *, at: datetime) -> "BatchJob":
        """Return the job after *transition*, whose instant is set to *at*, and what *work* has yielded.

        The table is not asked whether it may start here.
        """
        return BatchJob(
            id=self.id,
            type=self.type,
            created_by=self.created_by,
            context=self.context if work is None or work.context is None else work.context,
            dry_run=self.dry_run,
            instants={**self.instants, transition.sets: at},
            updated_at=at,
            lifecycle=self.lifecycle,
            scenario=self.scenario,
            result=self.result if work is None else work.result,
            units=self.units if work is None or work.units is None else work.units,
            raced=self.raced,
        )

    @property
    def status_since(self) -> datetime:
        """Return the instant at which the present status was reached."""
        return self.instants[self.lifecycle.instants[self.status]]


class _Unfrozen:
    """A job while its fields are set: a frozen one's would go through `object.__setattr__`, one by one."""

    __slots__ = tuple(BatchJob.__dataclass_fields__)
