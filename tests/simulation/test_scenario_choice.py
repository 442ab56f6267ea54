"""Which scenario is chosen by a text that a user gives: a name, a file, or one of a file's several."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mockserver.simulation.scenario import SCENARIOS
from mockserver.simulation.scenario_file import ScenarioFileError, chosen_in, names_file

NAMES: Mapping[str, list[str]] = {"transitions": ["complete"], "types": ["product-export"]}


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Return a file of two scenarios."""
    file = tmp_path / "mine.yaml"
    file.write_text("scenarios: {one: , two: }", "utf-8")
    return file


def test_a_file_with_one_scenario_is_chosen_by_its_path(several: Path) -> None:
    several.write_text("scenarios: {mine: }", "utf-8")

    _, chosen = chosen_in(str(several), **NAMES)

    assert chosen.name == "mine"


def test_one_of_several_is_chosen_by_its_name_and_all_are_known(several: Path) -> None:
    known, chosen = chosen_in(f"{several}#two", **NAMES)

    assert (sorted(known), chosen.name) == (["one", "two"], "two")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "it has 2 scenarios; choose one, as {file}#one"),
        ("#tow", "it has no scenario 'tow'; did you mean 'two'? known: one, two"),
    ],
)
def test_a_choice_that_a_file_does_not_offer_is_told(several: Path, name: str, said: str) -> None:
    with pytest.raises(ScenarioFileError) as raised:
        chosen_in(f"{several}{name}", **NAMES)

    assert str(raised.value) == f"{several}: {said.format(file=several)}"


@pytest.mark.parametrize(
    ("text", "is_file"),
    [
        ("steady", False),
        ("slwo", False),
        ("mine.yaml", True),
        ("mine.yml", True),
        ("here/mine", True),
        ("mine#one", True),
        ("mine", True),
    ],
)
def test_a_file_is_told_from_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, is_file: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").touch()
    (tmp_path / "steady").touch()

    assert names_file(text, SCENARIOS) is is_file
