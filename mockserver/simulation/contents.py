"""What a world holds at one instant, as one value: what has to be known for another to go on as it would.

Knows neither how a world keeps it nor how it is written. What is only remembered so that it need not be
worked out again is no part of it, nor is the log, which is about those who asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.files import File
from mockserver.simulation.identity import MintState
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.users import User

if TYPE_CHECKING:  # it takes long to load, and a server need not
    from mockserver.simulation.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A world at one instant, everything that was due being done.

    at, speed: what its clock shows, and how fast it runs. scenario: that of the jobs to come, without quirks.
    faults: as they write themselves as JSON.
    jobs: in the order of creation, as they are kept: with neither the progress nor the instants that only
    somebody who looks is shown. agenda: ids of the jobs that alter the shop, in the order in which they are
    dealt with where several are due at once. unanswered: ids of those jobs that others may still confirm.
    catalogue: the present one alone is needed. Jobs under way find the shop as it stands at the instants at
    which their steps are due, and these are still to come. sessions: the ids of their users.
    """

    at: datetime
    speed: float
    mint: MintState
    scenario: Scenario
    faults: Mapping[str, Any]
    users: tuple[User, ...]
    sessions: Mapping[str, str]
    jobs: tuple[BatchJob, ...]
    agenda: tuple[str, ...]
    unanswered: frozenset[str]
    catalogue: "Catalogue"
    files: Mapping[str, File]
    # what a world learns to remember stands here too; test_snapshot finds what does not
