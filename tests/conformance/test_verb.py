"""The verb: what it answers to a shell, and what it says to whom it cannot serve."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mockserver.cli import main
from mockserver.conformance.fuzz import run_bounded
from tests.serving import serving

LOGIN = ("--email", "admin@example.com", "--password", "supersecret")


def test_a_server_that_conforms_is_0() -> None:
    with serving("--scenario", "instant") as url:
        assert main(["conform", url, *LOGIN, "--only", "judge", "--max-time", "30"]) == 0


def test_a_server_that_violates_is_1_and_0_when_all_of_it_is_known(tmp_path: Path) -> None:
    known, written = tmp_path / "known.yaml", tmp_path / "report.json"
    command = ["--only", "judge", "--max-time", "30", "--report", f"json={written}"]

    with serving("--quirk", "lists-hide-dry-run") as url:
        first = main(["conform", url, *LOGIN, *command])
        ids = sorted(set(_ids(json.loads(written.read_text(encoding="utf-8")))))
        entries = [f"- {{violation: {each}, reason: it is so, owner: us}}\n" for each in ids]
        known.write_text("".join(entries), encoding="utf-8")
        second = main(["conform", url, *LOGIN, *command, "--known", str(known)])

    assert (first, second) == (1, 0)
    assert [each.rpartition("-")[0] for each in ids] == ["identity-never-changes"]


def test_who_wants_only_the_first_violation_waits_for_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "report.json"
    options = ["--stop-at-first", "--max-time", "60", "--report", f"json={written}"]

    with serving("--quirk", "lists-hide-dry-run") as url:
        code = main(["conform", url, *LOGIN, *options])
    report = json.loads(written.read_text(encoding="utf-8"))

    assert code == 1
    assert [each["rule"]["id"] for each in report["violations"]] == ["judge/identity-never-changes"]
    assert report["unfinished"] == ["judge"]
    assert "what comes after was not tried" in " ".join(capsys.readouterr().out.split())


def test_a_violation_that_is_known_does_not_stop_it(tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    entry = "violation: identity-never-changes-ac533778, reason: it is so, owner: us"
    known.write_text(f"- {{{entry}}}\n", encoding="utf-8")
    options = ["--stop-at-first", "--only", "judge", "--max-time", "60", "--known", str(known)]

    with serving("--quirk", "lists-hide-dry-run") as url:
        assert main(["conform", url, *LOGIN, *options]) == 0


def _ids(value: object) -> list[str]:
    """Return the ids of all violations in a report, whatever its shape."""
    if isinstance(value, dict):
        own = [value["id"]] if "evidence" in value and "id" in value else []
        return own + [each for inner in value.values() for each in _ids(inner)]
    return [each for inner in value for each in _ids(inner)] if isinstance(value, list) else []


def test_a_server_that_is_not_there_is_2_and_so_is_one_that_never_answers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        late = main(["conform", url, *LOGIN, "--max-time", "1"])
    gone = main(["conform", url, *LOGIN, "--max-time", "5"])

    assert (late, gone) == (2, 2)
    assert "give it more with --max-time" in " ".join(capsys.readouterr().out.split())


def test_a_wrong_password_is_2_and_says_what_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    with serving("--scenario", "instant") as url:
        code = main(
            ["conform", url, "--email", "admin@example.com", "--password", "wrong", "--only", "judge"]
        )

    assert code == 2
    assert "does not let user log in" in " ".join(capsys.readouterr().out.split())


def test_equal_seeds_print_and_write_equal_bytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    options = ["--only", "judge,lifecycle", "--max-time", "60", "--seed", "7"]

    with serving("--scenario", "instant", "--quirk", "lists-hide-dry-run") as url:
        main(["conform", url, *LOGIN, *options, "--report", f"json={first}"])
        printed = capsys.readouterr().out
        main(["conform", url, *LOGIN, *options, "--report", f"json={second}"])

    assert capsys.readouterr().out == printed
    assert second.read_bytes() == first.read_bytes()
    assert json.loads(first.read_bytes())["unfinished"] == []


def test_every_report_is_written_and_nothing_is_coloured_where_no_terminal_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = ("html", "json", "junit", "sarif", "markdown")
    targets = ",".join(f"{kind}={tmp_path / kind}" for kind in kinds)

    with serving("--scenario", "instant") as url:
        code = main(["conform", url, *LOGIN, "--only", "judge", "--max-time", "60", "--report", targets])
    told = capsys.readouterr()

    assert code == 0
    assert [(tmp_path / kind).stat().st_size > 0 for kind in kinds] == [True] * 5
    assert "\x1b" not in told.out + told.err
    assert "openapi/" in (tmp_path / "junit").read_text(encoding="utf-8")


def test_fuzzing_ends_with_its_time_though_schemathesis_does_not(tmp_path: Path) -> None:
    ticks: list[float] = []
    begun = time.monotonic()
    endless = [sys.executable, "-c", "import time; time.sleep(60)"]

    with (tmp_path / "log").open("wb") as output, pytest.raises(subprocess.TimeoutExpired):
        run_bounded(endless, output, folder=tmp_path, seconds=1.2, tick=lambda: ticks.append(0.0))

    assert time.monotonic() - begun < 5
    assert len(ticks) >= 2


def test_a_runner_of_github_is_given_annotations_beside_the_json_and_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    with serving("--scenario", "instant", "--quirk", "lists-hide-dry-run") as url:
        code = main(["conform", url, *LOGIN, "--only", "judge", "--max-time", "30", "--json"])
    told = capsys.readouterr()

    assert code == 1
    assert json.loads(told.out)["verdict"] == "violates"
    assert "::error title=id%2C type%2C created_by" in told.err
    assert "file=openapi/schemas/BatchJob.yaml,line=" in told.err
    assert "The target does not conform" in summary.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere", *LOGIN], "'nowhere' is no URL"),
        (["http://x"], "say as whom to ask"),
        (["http://x", "--email", "a@b.c"], "--email and --password go together"),
        (
            ["http://x", *LOGIN, "--only", "lifecycel"],
            "unknown part 'lifecycel'; known: judge, lifecycle, lists, fuzz",
        ),
        (["http://x", *LOGIN, "--second-user", "a@b.c"], "give EMAIL:PASSWORD"),
        (["http://x", *LOGIN, "--max-time", "soon"], "'soon' are no seconds"),
        (["http://x", *LOGIN, "--workers", "0"], "give one from 1 to 64"),
        (
            ["http://x", *LOGIN, "--known", "nobody.yaml"],
            "none of that name is shipped; shipped: medusa-1.20.11",
        ),
        (["http://x", *LOGIN, "--report", "json"], "json=FILE"),
        (["http://x", *LOGIN, "--spec", "/nowhere"], "/nowhere/openapi.yaml: no such file"),
    ],
)
def test_a_mistake_in_the_command_is_2_and_told_in_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["conform", *arguments])
    told = capsys.readouterr().err

    assert code == 2
    assert complaint in told
    assert told.count("\n") == 1
