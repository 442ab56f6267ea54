"""A server of which nothing can be told is served anew, and is told apart from one that deviates."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.real.judging import Judged, NothingTold, told_of

SOUND = Judged(exit_code=0, new=(), known=frozenset(), stale=(), trouble="")
DEVIATING = Judged(exit_code=1, new=("a-new-one",), known=frozenset(), stale=(), trouble="")
HANGING = Judged(exit_code=2, new=("a-new-one",), known=frozenset(), stale=(), trouble="no answer")


@contextmanager
def a_server() -> Iterator[str]:
    yield "http://127.0.0.1:9000"


def judging(*verdicts: Judged) -> Callable[[str], Judged]:
    """Return a judge that comes to each of *verdicts* in turn."""
    left = iter(verdicts)
    return lambda _: next(left)


def test_a_server_that_hangs_is_served_anew() -> None:
    assert told_of(a_server, judge=judging(HANGING, HANGING, SOUND)) is SOUND


def test_a_server_that_deviates_is_believed_at_once() -> None:
    assert told_of(a_server, judge=judging(DEVIATING, SOUND)) is DEVIATING


def test_a_server_that_hangs_every_time_is_no_finding() -> None:
    with pytest.raises(NothingTold, match=r"(?s)tried 3 times.no answer.no answer.no answer"):
        told_of(a_server, judge=judging(HANGING, HANGING, HANGING))
