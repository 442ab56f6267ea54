"""The examples pass in a project that is not ours: alone, with xdist, and against a server that is up."""

import json
from urllib.request import urlopen

import pytest

from tests.test_readme import block

EVERY_WARNING_IS_AN_ERROR = ("-W", "error")


def worlds_of(url: str) -> list[str]:
    with urlopen(f"{url}/_mock/worlds", timeout=10) as answer:  # noqa: S310  # our own server
        return [world["name"] for world in json.load(answer)["worlds"]]


def test_they_pass_beside_all_other_plugins_and_nothing_warns(
    examples: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS")

    result = examples.runpytest_subprocess(*EVERY_WARNING_IS_AN_ERROR)

    result.assert_outcomes(passed=26)


def test_they_pass_with_xdist(examples: pytest.Pytester) -> None:
    result = examples.runpytest_subprocess("-n", "2")

    result.assert_outcomes(passed=26)


def test_they_pass_with_xdist_against_a_server_that_is_up_and_leave_it_as_it_was(
    examples: pytest.Pytester, url: str
) -> None:
    before = worlds_of(url)

    result = examples.runpytest_subprocess("-n", "2", "-rs", "--mock-server-url", url)

    # one wants another personality, one another time
    result.assert_outcomes(passed=24, skipped=2)
    result.stdout.fnmatch_lines([f"*wants a server that is like medusa-1.20.11; the one at {url} is not*"])
    assert worlds_of(url) == before


def test_the_example_of_readme_does_what_it_says(project: pytest.Pytester) -> None:
    project.makepyfile(block("py pytest"))

    project.runpytest_inprocess().assert_outcomes(passed=2)
