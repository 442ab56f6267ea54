"""What a strategy is: the part of a batch job that differs from type to type.

A strategy sees a shop (the catalogue and the files as they stood at one instant), and says what its work
yields. It changes nothing itself: the world does, with what it is given back.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mockserver.quirk import NO_QUIRKS, Quirks
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.files import Files

if TYPE_CHECKING:  # it takes long to load, and a server need not
    from mockserver.simulation.catalogue import Catalogue

Once = Callable[[Hashable, Callable[[], Any]], Any]


def make_anew(_key: Hashable, make: Callable[[], Any]) -> Any:
    """Return what *make* gives, whatever it gave before."""
    return make()


class Shop(NamedTuple):
    """What a job finds at one instant. A tuple, for one is made for every job.

    mint: gives a new id, `prefix_ULID`, drawn from the world's seed. quirks: those that the world has.
    once: gives what a function makes, or made before in a shop with the same catalogue under an equal key.
    """

    at: datetime
    catalogue: "Catalogue"
    files: Files
    mint: Callable[[str], str]
    quirks: Quirks = NO_QUIRKS
    once: Once = make_anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a part of the work yields.

    result: the job's new result, whole. context: the job's new context, None to leave it.
    units: rows that processing will go through, None to leave the number.
    catalogue, files: the shop's new contents, None to leave them.
    """

    result: Mapping[str, Any]
    context: Mapping[str, Any] | None = None
    units: int | None = None
    catalogue: "Catalogue | None" = None
    files: Files | None = None


class WorkFailed(Exception):
    """The work could not be done. errors: what `result.errors` shows, strings or objects, in order."""

    def __init__(self, *errors: str | Mapping[str, Any]) -> None:
        super().__init__(str(errors[-1]))
        self.errors = errors


class WorkNeverEnds(Exception):
    """The worker began the work, will never end it, and says nothing."""


class Outlook(NamedTuple):
    """How work goes. units: rows that processing will go through. succeeds: whether processing does.

    A job whose pre-processing fails has the outlook None.
    """

    units: int
    succeeds: bool


def outlook_of(strategy: "Strategy", context: Mapping[str, Any], shop: Shop) -> Outlook | None:
    """Return how the work of a job with *context* goes; None if it fails at once."""
    try:
        return strategy.outlook(context, shop)
    except WorkFailed:
        return None


class Strategy(Protocol):
    """What one type of batch job does with its context.

    type: the type as clients write it. alters_shop: whether its work reads uploads or changes the catalogue,
    so that it must be done in its turn; otherwise it may be computed when somebody looks.
    """

    @property
    def type(self) -> str:
        """Return the type of batch job that this strategy does, for example `product-export`."""

    @property
    def alters_shop(self) -> bool:
        """Return whether the work reads uploads or changes the catalogue or the files that others see."""

    def prepare(self, context: Mapping[str, Any], shop: Shop) -> Mapping[str, Any]:
        """Return the context that a new job keeps. Raises ContextRefused or PriceListNotFound."""

    def pre_process(self, job: BatchJob, shop: Shop) -> Work:
        """Return what pre-processing *job* yields. Raises WorkFailed."""

    def process(self, job: BatchJob, shop: Shop) -> Work:
        """Return what processing *job* yields. Raises WorkFailed; then nothing of the shop changes."""

    def outlook(self, context: Mapping[str, Any], shop: Shop) -> Outlook:
        """Return how the work of a job with *context* goes, and do none of it.

        It is asked only of strategies that do not alter the shop. Raises WorkFailed where `pre_process` does.
        """

    def failure(self, message: str) -> WorkFailed:
        """Return the failure of processing with *message*, as jobs of this type tell of it."""

    def progress(self, job: BatchJob, done: float) -> Mapping[str, Any]:
        """Return the result of *job* while it is processing and *done* (0 to 1) of the time has passed.

        It changes with whole units of the job only.
        """
