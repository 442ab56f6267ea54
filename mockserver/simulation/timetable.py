"""What will become of a batch job if nobody interferes: which instants it will show, and from when on.

Knows jobs and instants; not how they are kept, nor what the work of a job is: that is told by versions of the
job that were foreseen elsewhere. An instant here is a whole number of microseconds since 1970.

All jobs with which the same thing happens have one `Shape`, and differ only in their moments: a job that was
just created and one that was created an hour before it pass through the same stages an hour apart.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import microseconds_of
from mockserver.simulation.scenario import Scenario

UPDATED = "updated_at"
NEVER = 2**62  # as `Timetable.due`


@dataclass(frozen=True, slots=True)
class Stage:
    """What a job shows from one moment until its next stage.

    since: the number of that moment, None for the stage in which the job was kept. moments: the number of the
    moment that each column shows, `updated_at` among them; a column that is not set is missing.
    """

    since: int | None
    moments: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What happens to a job, without saying when. No stage begins earlier than the one before it.

    columns: the moments that each stage shows, by column. lasting: those that every stage shows, the same in
    each, such as that of `created_at`.
    """

    type: str
    dry_run: bool
    stages: tuple[Stage, ...]
    columns: tuple[Mapping[str, int], ...] = field(init=False, compare=False, repr=False)
    lasting: Mapping[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(dict(stage.moments) for stage in self.stages))
        lasting = set.intersection(*(set(stage.moments) for stage in self.stages))
        object.__setattr__(self, "lasting", dict(lasting))

    @property
    def width(self) -> int:
        """Return how many moments a job of this shape has."""
        return 1 + max(max(columns.values()) for columns in self.columns)


class Timetable(NamedTuple):
    """What will become of one job.

    shape: the number under which its shape is known. moments: in the shape's order. due: when the first stage
    begins that has to be worked out; `NEVER` where there is none.
    """

    shape: int
    moments: tuple[int, ...]
    due: int


@dataclass(frozen=True, slots=True)
class Foresight:
    """What becomes of a job that was just *created*, at that moment; and of those that are created after it.

    scenario: of all of them. is_ticking: the worker looks at a few moments only, so that the same happens to
    them at the same moments, and not as much later as they were created.
    """

    timetable: Timetable
    created: int
    scenario: Scenario
    is_ticking: bool = False

    def moments_of(self, created: Sequence[int]) -> list[Sequence[int]]:
        """Return the moments of jobs that were *created* then: the first one of each, the second ones, ..."""
        moments = self.timetable.moments
        if self.is_ticking:
            return [created, *([each] * len(created) for each in moments[1:])]
        return [[at + later for at in created] for later in [each - self.created for each in moments]]

    def due_of(self, created: Sequence[int]) -> Sequence[int]:
        """Return the `Timetable.due` of jobs that were *created* at these moments."""
        due = self.timetable.due
        if self.is_ticking or due == NEVER:
            return [due] * len(created)
        later = due - self.created
        return [at + later for at in created]


class Shapes:
    """Every shape that was met, by number. Mutable; it only ever grows, so all copies of a world share it."""

    def __init__(self) -> None:
        self._shapes: list[Shape] = []
        self._numbers: dict[Shape, int] = {}

    def __getitem__(self, number: int) -> Shape:
        return self._shapes[number]

    def number_of(self, shape: Shape) -> int:
        """Return the number of *shape*, a new one where it was not met before."""
        number = self._numbers.setdefault(shape, len(self._shapes))
        if number == len(self._shapes):
            self._shapes.append(shape)
        return number


def timetable_of(
    versions: Sequence[BatchJob], shapes: Shapes, *, shown_as: Callable[[BatchJob], BatchJob] | None = None
) -> Timetable:
    """Return the timetable of a job that is as the first of *versions* now, and will be as the others.

    Each of the others dates from its `updated_at`. shown_as: gives a version with the instants that it shows,
    where these are not those that it has. Costs about 20 us.
    """
    if shown_as is not None:
        versions = [shown_as(each) for each in versions]
    now = versions[0]
    moments: list[int] = []
    shown: dict[str, int] = {}
    updated = microseconds_of(now.updated_at)
    for name in now.lifecycle.instants.values():
        if name in now.instants:
            shown[name] = len(moments)
            moments.append(microseconds_of(now.instants[name]))
    if updated not in moments:
        moments.append(updated)
    shown[UPDATED] = moments.index(updated)
    stages = [Stage(None, tuple(shown.items()))]
    due = NEVER
    for before, after in pairwise(versions):
        number = len(moments)
        moments.append(microseconds_of(after.updated_at))
        due = moments[number] if len(stages) == 1 else due
        former, shown = shown, {}
        for name in now.lifecycle.instants.values():
            at = after.instants.get(name)
            if at is None:
                continue
            if before.instants.get(name) == at:
                shown[name] = former[name]
            elif shown_as is None:
                shown[name] = number
            else:
                shown[name] = len(moments)
                moments.append(microseconds_of(at))
        shown[UPDATED] = number
        stages.append(Stage(number, tuple(shown.items())))
    shape = Shape(now.type, now.dry_run, tuple(stages))
    return Timetable(shapes.number_of(shape), tuple(moments), due)
