"""The batch job itself: a frozen value. What happens to it is decided elsewhere.

Knows its lifecycle's table and nothing of time, storage or HTTP.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockserver.lifecycle import Lifecycle
from mockserver.simulation.scenario import Scenario


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

    @property
    def created_at(self) -> datetime:
        """Return the instant of creation."""
        return self.instants[self.lifecycle.instants[self.lifecycle.initial]]

    @property
    def status(self) -> str:
        """Return the furthest status whose instant is set. It is computed, so it cannot be wrong."""
        return self.lifecycle.status_of(self.instants)

    @property
    def status_since(self) -> datetime:
        """Return the instant at which the present status was reached."""
        return self.instants[self.lifecycle.instants[self.status]]
