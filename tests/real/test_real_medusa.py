"""The real Medusa answers as it was recorded."""

import pytest

from tests.real.live import PassedOn, WaitedClock, await_worker
from tests.recorded.comparison import Allowances, compare
from tests.recorded.recording import GROUPS, recording_of
from tests.recorded.replay import replay
from tests.recorded.score import differences, full_score

pytestmark = pytest.mark.real

QUICK_GROUPS = GROUPS[:3]  # auth, create, retrieve: a second; all of them, four minutes


def test_the_real_medusa_answers_as_it_was_recorded(medusa: str) -> None:
    await_worker(medusa)

    replayed = replay(PassedOn(medusa), WaitedClock(), map(recording_of, QUICK_GROUPS))
    verdicts = [compare(each, Allowances.of_files()) for each in replayed]

    assert full_score(verdicts).percent == 100, "\n".join(differences(verdicts))
