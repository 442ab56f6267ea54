"""The benchmark of `conform`: one small run of it, and what it makes of what the tools say."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver.grading.kind import Kind
from mockserver.grading.suite import Ended
from mockserver.grading.table import DEFECTS
from tests.benchmarks.detection.kept import Kept, KeptError
from tests.benchmarks.detection.tally import Calmness, Circumstances, Detection
from tests.benchmarks.detection.tools import Finding, Look, _look_of_conform, _look_of_schemathesis
from tests.benchmarks.detection.trials import Calm, Means, Trial, spread_evenly
from tests.benchmarks.process import ROOT

NOTHING = Look(findings=(), told=True, seconds=60)
SOMETHING = Look(findings=(Finding(rule="lists/count", says="it is one too few"),), told=True, seconds=50)
UNTOLD = Look(findings=(), told=False, seconds=70, trouble="the target does not answer")
HERE = Circumstances(
    date="2026-11-24 20:00 UTC",
    command="python -m tests.benchmarks.detection",
    machine={"cpu": "a CPU", "cpus": 2, "kernel": "Linux", "python": "3.11", "node": "none"},
    seconds=60,
    workers=2,
    took=120,
)


def trial(defect: str | None, *, ours: Look = NOTHING, theirs: Look | None = NOTHING) -> Trial:
    return Trial(defect=None if defect is None else DEFECTS[defect], conform=ours, schemathesis=theirs)


# ---- one small run


@pytest.fixture(scope="module")
def figures() -> Mapping[str, Any]:
    """Return what is printed for machines about one defect that every tool finds at once."""
    command = [sys.executable, "-m", "tests.benchmarks.detection", "--defect", "created-is-ok"]
    options = ["--seconds", "3", "--workers", "2", "--json"]
    done = subprocess.run(  # noqa: S603  # our own
        [*command, *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_a_run_tells_the_defect_and_the_healthy_server_apart(figures: Mapping[str, Any]) -> None:
    noticed = {each["defect"]: each["conform"]["noticed"] for each in figures["trials"]}

    assert noticed == {None: False, "created-is-ok": True}
    assert (figures["percent"], figures["missed"]) == (100.0, [])


def test_a_run_counts_per_class(figures: Mapping[str, Any]) -> None:
    assert list(figures["classes"]) == [Kind.REQUESTS, "all"]
    assert figures["classes"]["all"].keys() == {
        "defects",
        "conform",
        "before_schemathesis",
        "schemathesis",
        "conform_median_seconds",
        "schemathesis_median_seconds",
    }


def test_a_run_says_where_and_how_it_was_made(figures: Mapping[str, Any]) -> None:
    assert figures["machine"]["cpus"] > 0
    assert (figures["seconds_per_look"], figures["workers"]) == (3, 2)
    assert figures["command"].startswith("python -m tests.benchmarks.detection --defect created-is-ok")


def test_an_unknown_defect_is_refused_with_near_ones() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.detection", "--defect", "created-is-okay"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  # our own

    assert done.returncode == 2
    assert "unknown defect 'created-is-okay'; known: created-is-ok" in done.stderr


# ---- which defects


def test_some_of_each_class_are_as_far_apart_as_can_be() -> None:
    of_lists = [name for name, each in DEFECTS.items() if each.kind is Kind.LISTS]

    chosen = spread_evenly(list(DEFECTS.values()), per_class=3)

    assert Counter(each.kind for each in chosen) == dict.fromkeys(Kind, 3)
    assert [each.name for each in chosen if each.kind is Kind.LISTS] == [
        of_lists[0],
        of_lists[len(of_lists) // 3],
        of_lists[2 * len(of_lists) // 3],
    ]


def test_more_than_there_are_of_each_class_are_all() -> None:
    assert set(spread_evenly(list(DEFECTS.values()), per_class=1000)) == set(DEFECTS.values())


# ---- what a tool says


def test_what_schemathesis_had_found_when_it_was_ended_counts(tmp_path: Path) -> None:
    checks = {"a": [{"name": "not_a_server_error", "status": "failure"}, {"name": "x", "status": "success"}]}
    scenario = {"ScenarioFinished": {"recorder": {"label": "GET /store", "checks": checks}}}
    events = tmp_path / "events.ndjson"
    events.write_text(f'{json.dumps(scenario)}\n{{"ScenarioFin', encoding="utf-8")

    look = _look_of_schemathesis(Ended(status=None, seconds=70, output=""), events)

    assert look.findings == (Finding(rule="not_a_server_error", says="GET /store"),)
    assert look.told


def test_a_schemathesis_that_could_not_be_run_tells_nothing(tmp_path: Path) -> None:
    look = _look_of_schemathesis(Ended(status=2, seconds=1, output="no such file\n"), tmp_path / "none")

    assert (look.noticed, look.told, look.trouble) == (False, False, "no such file")


def test_a_conform_without_a_verdict_has_found_nothing(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text('{"trouble": "it does not answer", "violations": []}', encoding="utf-8")

    look = _look_of_conform(Ended(status=2, seconds=1, output="..."), report)

    assert (look.noticed, look.told, look.trouble) == (False, False, "it does not answer")


def test_a_conform_that_had_to_be_ended_has_found_nothing(tmp_path: Path) -> None:
    look = _look_of_conform(Ended(status=None, seconds=70, output=""), tmp_path / "none")

    assert (look.noticed, look.told, look.trouble) == (False, False, "ended, because its time was over")


# ---- what they amount to


def test_a_table_has_a_row_for_each_class_and_one_for_all() -> None:
    trials = [
        trial("created-is-ok", ours=SOMETHING, theirs=SOMETHING),
        trial("count-of-the-page", ours=SOMETHING),
        trial("default-limit-is-20"),
    ]

    lines = list(Detection(circumstances=HERE, trials=trials).lines(markdown=True))

    assert lines[3:8] == [
        "| class | defects | conform | schemathesis | conform, median s | schemathesis, median s |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| list, filter, order, paging | 2 | 1 | 0 | 55 | 60 |",
        "| validation, authentication, error shape | 1 | 1 | 1 | 50 | 50 |",
        "| all | 3 | 2 | 1 | 50 | 60 |",
    ]
    assert lines[9] == "`conform` found 66.7 %; 95 % are asked for."
    assert lines[-1].startswith("- default-limit-is-20: ")


@pytest.mark.parametrize(
    ("missed", "on_the_healthy", "enough"),
    [(0, NOTHING, True), (1, NOTHING, True), (2, NOTHING, False), (0, SOMETHING, False)],
)
def test_it_is_enough_when_95_percent_are_found_and_nothing_on_the_healthy(
    *, missed: int, on_the_healthy: Look, enough: bool
) -> None:
    found = [trial("created-is-ok", ours=SOMETHING)] * (20 - missed)

    detection = Detection(
        circumstances=HERE,
        trials=[trial(None, ours=on_the_healthy), *found, *[trial("default-limit-is-20")] * missed],
    )

    assert detection.is_enough is enough


def test_a_class_of_which_schemathesis_tried_some_says_of_how_many() -> None:
    trials = [
        trial("created-is-ok", ours=SOMETHING, theirs=SOMETHING),
        trial("logout-keeps-the-session", ours=SOMETHING, theirs=None),
        trial("default-limit-is-20", ours=SOMETHING, theirs=None),
    ]

    lines = list(Detection(circumstances=HERE, trials=trials).lines(markdown=True))

    assert lines[5:8] == [
        "| list, filter, order, paging | 1 | 1 | - | 50 | - |",
        "| validation, authentication, error shape | 2 | 2 | 1 of 1 | 50 | 50 |",
        "| all | 3 | 3 | 1 of 1 | 50 | 50 |",
    ]


def test_those_that_were_found_last_are_named() -> None:
    quick = Look(findings=SOMETHING.findings, told=True, seconds=2)
    trials = [trial("created-is-ok", ours=quick), trial("default-limit-is-20", ours=SOMETHING)]

    lines = list(Detection(circumstances=HERE, trials=trials).lines(markdown=False))

    assert lines[-1] == "Found last: default-limit-is-20 50 s, created-is-ok 2 s."


# ---- what is kept


MEANS = Means(seconds=60, seed=0, workers=2)


def test_trials_that_were_kept_are_read_again(tmp_path: Path) -> None:
    trials = [trial(None, theirs=None), trial("created-is-ok", ours=SOMETHING, theirs=UNTOLD)]
    kept = Kept(file=tmp_path / "trials.jsonl", means=MEANS)

    for each in trials:
        kept.add(each)

    assert kept.trials() == trials


def test_a_file_that_is_not_there_yet_keeps_none(tmp_path: Path) -> None:
    assert Kept(file=tmp_path / "trials.jsonl", means=MEANS).trials() == []


@pytest.mark.parametrize("text", ["", "[]\nno trial", '{"seconds": 60, "seed": 0}\n{"defect": "no-such"}'])
def test_a_file_that_holds_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "trials.jsonl"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(KeptError, match="does not hold trials"):
        Kept(file=file, means=MEANS).trials()


def test_trials_of_other_seconds_are_not_mixed_with_these(tmp_path: Path) -> None:
    file = tmp_path / "trials.jsonl"
    Kept(file=file, means=MEANS).add(trial(None))

    with pytest.raises(KeptError, match="give the same options"):
        Kept(file=file, means=Means(seconds=25, seed=0, workers=2)).trials()


def test_no_defects_at_all_are_not_enough() -> None:
    assert not Detection(circumstances=HERE, trials=[trial(None)]).is_enough


@pytest.mark.parametrize(
    ("look", "enough", "row", "said"),
    [
        (NOTHING, True, "| 2 | 0 | 0 | 60 |", ""),
        (SOMETHING, False, "| 2 | 1 | 0 | 55 |", "- Flask backend, seed 4: lists/count: it is one too few"),
        (
            UNTOLD,
            False,
            "| 2 | 0 | 1 | 65 |",
            "- Flask backend, seed 4: no verdict: the target does not answer",
        ),
    ],
)
def test_healthy_servers_are_enough_when_each_look_says_that_all_is_well(
    *, look: Look, enough: bool, row: str, said: str
) -> None:
    calms = [
        Calm(target="Flask backend", seed=3, look=NOTHING),
        Calm(target="Flask backend", seed=4, look=look),
    ]

    calmness = Calmness(circumstances=HERE, calms=calms)

    lines = list(calmness.lines(markdown=True))
    assert calmness.is_enough is enough
    assert (lines[5], lines[-1]) == (f"| Flask backend {row}", said)
