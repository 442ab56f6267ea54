"""A type of job that has no work of its own: for types that a user added to the document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.strategies.context_keys import storable
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import Outlook, Shop, Work, WorkFailed


@dataclass(frozen=True, slots=True)
class PlainStrategy:
    """Takes any context and has nothing to show for it.

    Ours: the real server refuses types that it does not know.
    """

    type: str
    alters_shop: bool = False

    def prepare(self, context: Mapping[str, Any], shop: Shop) -> Mapping[str, Any]:  # noqa: ARG002  # Strategy
        """Return the context as it is. Raises ContextRefused when it cannot be stored."""
        return storable(context)

    def pre_process(self, job: BatchJob, shop: Shop) -> Work:  # noqa: ARG002  # Strategy
        """Return that there is nothing to show, and the context as it is stored."""
        return Work(result={}, context=in_stored_order(dict(job.context)), units=0)

    def process(self, job: BatchJob, shop: Shop) -> Work:  # noqa: ARG002  # Strategy
        """Return the result as it is."""
        return Work(result=dict(job.result or {}))

    def outlook(self, context: Mapping[str, Any], shop: Shop) -> Outlook:  # noqa: ARG002  # Strategy
        """Return that nothing fails."""
        return Outlook(units=0, succeeds=True)

    def failure(self, message: str) -> WorkFailed:
        """Return the failure: its text alone."""
        return WorkFailed(message)

    def progress(self, job: BatchJob, done: float) -> Mapping[str, Any]:  # noqa: ARG002  # Strategy
        """Return the result as it is."""
        return dict(job.result or {})
