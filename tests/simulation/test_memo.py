"""What was worked out once."""

import pytest

from mockserver.simulation.memo import Memo
from mockserver.simulation.strategy import WorkFailed


def test_what_was_worked_out_once_is_not_worked_out_again() -> None:
    memo, made = Memo(), [1, 2]

    answers = [memo.once("key", made.pop), memo.once("key", made.pop), memo.once("other", made.pop)]

    assert answers == [2, 2, 1]


def test_work_that_failed_fails_again_with_the_same_errors() -> None:
    memo = Memo()

    def fail() -> None:
        raise WorkFailed({"code": "unknown"}, "no such column")

    failures = []
    for make in (fail, lambda: None):
        with pytest.raises(WorkFailed) as failure:
            memo.once("key", make)
        failures.append(failure.value.errors)

    assert failures == [({"code": "unknown"}, "no such column")] * 2


def test_a_full_memo_forgets_what_it_learnt_first() -> None:
    memo, made = Memo(most=2), list("dcba")

    answers = [memo.once(key, made.pop) for key in (1, 2, 3, 2, 1)]

    assert "".join(answers) == "abcbd"
