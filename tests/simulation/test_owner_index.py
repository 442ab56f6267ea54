"""The batch jobs of one owner as a list: how many stretches of the index a list has to merge."""

import pytest

from mockserver.simulation.owner_index import Condition, Found, OwnerIndex, count_of, ids_of
from mockserver.simulation.timetable import UPDATED, Shape, Shapes, Stage, Timetable

CREATED, COMPLETED = "created_at", "completed_at"
ENDING = Shape(
    type="product-export",
    dry_run=False,
    stages=(
        Stage(None, ((CREATED, 0), (UPDATED, 0))),
        Stage(1, ((CREATED, 0), (COMPLETED, 1), (UPDATED, 1))),
    ),
)
JOBS, DURATION = 10, 50
NOW = 54  # when the first five of them have completed


def found(condition: Condition, *, order: str) -> list[Found]:
    """Return where those jobs lie that meet *condition*; one is created at each moment from 0 on."""
    shapes, token = Shapes(), object()
    index = OwnerIndex("usr_a", token)
    number = shapes.number_of(ENDING)
    for moment in range(JOBS):
        job_id = f"batch_{moment:026d}"
        index.add(moment, job_id, Timetable(number, (moment, moment + DURATION), moment + DURATION))
    return index.matching(condition, shapes, NOW, order=order)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [(Condition(), range(10)), (Condition(spans={CREATED: (3, 8)}), range(3, 8))],
    ids=["all", "by creation"],
)
def test_jobs_of_all_stages_lie_in_one_stretch_where_their_stage_makes_no_difference(
    condition: Condition, expected: range
) -> None:
    stretches = found(condition, order=CREATED)

    assert len(stretches) == 1
    ids = ids_of(stretches, CREATED, (0, JOBS), created=CREATED)
    assert ids == [f"batch_{moment:026d}" for moment in expected]


@pytest.mark.parametrize(
    ("condition", "order", "count"),
    [
        (Condition(), UPDATED, 10),
        (Condition(), COMPLETED, 10),
        (Condition(unset=frozenset({COMPLETED})), CREATED, 5),
        (Condition(spans={UPDATED: (7, 53)}), CREATED, 6),
    ],
    ids=["by the last change", "by completion", "not completed", "changed lately"],
)
def test_jobs_are_told_apart_by_their_stage_where_it_makes_a_difference(
    condition: Condition, order: str, count: int
) -> None:
    stretches = found(condition, order=order)

    assert {frozenset(each.columns) for each in stretches} <= {
        frozenset({CREATED, UPDATED}),
        frozenset({CREATED, UPDATED, COMPLETED}),
    }
    assert count_of(stretches) == count
