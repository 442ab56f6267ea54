"""The table of defects is whole, and each of them lies as it says."""

import re
from collections import Counter

import pytest

from mockserver.grading.kind import Kind
from mockserver.grading.table import ALL, DEFECTS
from tests.grading.conftest import Lying
from tests.grading.probes import PROBES
from tests.grading.stage import Stage


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_lies_as_it_says(name: str, healthy: Stage, lying: Lying) -> None:
    probe = PROBES[name]

    seen = probe.see(healthy), probe.see(lying(name))

    assert seen == (probe.healthy, probe.lying)


def test_every_defect_has_a_probe() -> None:
    assert set(PROBES) == set(DEFECTS)


def test_no_two_defects_have_the_same_name() -> None:
    assert len(DEFECTS) == len(ALL)


def test_there_are_enough_defects_of_each_kind() -> None:
    numbers = Counter(each.kind for each in ALL)

    assert len(ALL) >= 60
    assert set(numbers) == set(Kind)
    assert min(numbers.values()) >= 12


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_says_in_one_sentence_each_what_it_does_and_what_is_missing(name: str) -> None:
    defect = DEFECTS[name]

    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", defect.name)
    assert re.fullmatch(r"\w[^\n]{10,100}\.", defect.lies)
    assert re.fullmatch(r"[A-Z][^\n]{10,100}\.", defect.missing)
    assert bool(defect.edits) != (defect.lie is not None)


def test_no_two_defects_tell_the_same() -> None:
    assert len({each.lies for each in ALL}) == len(ALL)
