"""The look-alike answers as the recorded Medusa did."""

from mockserver.simulation.clock import ManualClock
from tests.recorded.comparison import Allowances, compare
from tests.recorded.look_alike import look_alike
from tests.recorded.recording import GROUPS, recording_of
from tests.recorded.replay import BEGINNING, replay
from tests.recorded.score import differences, full_score


def test_the_look_alike_answers_at_least_99_percent_of_the_cases_as_recorded() -> None:
    clock = ManualClock(BEGINNING)

    replayed = replay(look_alike(clock), clock, map(recording_of, GROUPS))
    verdicts = [compare(each, Allowances.of_files()) for each in replayed]

    assert full_score(verdicts).percent >= 99, "\n".join(differences(verdicts))
