"""What every rendering keeps: equal bytes, nothing of the machine, no control character."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.conformance.rendering import (
    KINDS,
    Documents,
    ReportTargetError,
    parse_targets,
    render,
    terminal,
    write,
)
from mockserver.conformance.report import Report
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports

DOCUMENTS = Documents(folder=shipped_folder())


@pytest.mark.parametrize("make", reports.EVERY)
@pytest.mark.parametrize("kind", KINDS)
def test_equal_reports_give_equal_bytes(kind: str, make: Callable[[], Report]) -> None:
    first = render(make(), kind, documents=DOCUMENTS).encode()
    second = render(make(), kind, documents=DOCUMENTS).encode()

    assert first == second


@pytest.mark.parametrize("make", reports.EVERY)
@pytest.mark.parametrize("kind", KINDS)
def test_a_rendering_does_not_say_where_the_documents_lie(kind: str, make: Callable[[], Report]) -> None:
    text = render(make(), kind, documents=DOCUMENTS)

    assert str(shipped_folder()) not in text


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"json"}))
def test_no_control_character_of_a_target_comes_through(kind: str) -> None:
    text = render(reports.hostile(), kind)

    assert set(text).isdisjoint("\x00\x1b\u202e\ud800")
    assert r"\x1b[2J" in text.replace("\\\\", "\\").replace(r"\[", "[")


@pytest.mark.parametrize("kind", KINDS)
def test_every_violation_is_in_every_rendering(kind: str) -> None:
    text = render(reports.rich(), kind)

    ids = [each.id for each in reports.rich().violations]
    assert [each for each in ids if each not in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_why_there_is_no_verdict_is_in_every_rendering(kind: str) -> None:
    text = render(reports.inconclusive(), kind)

    assert "start the target first" in text


def test_a_report_is_written_into_a_folder_that_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"

    write(reports.rich(), "html", path, documents=DOCUMENTS)

    assert path.read_text(encoding="utf-8") == render(reports.rich(), "html", documents=DOCUMENTS)


def test_writing_a_report_replaces_the_old_one_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")

    write(reports.empty(), "json", path)

    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]
    assert path.read_text(encoding="utf-8") == render(reports.empty(), "json")


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.mkdir()

    with pytest.raises(OSError, match=r"report\.json"):
        write(reports.empty(), "json", path)

    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]


def test_targets_are_read_in_their_order() -> None:
    targets = parse_targets("junit=out/report.xml, json=report.json")

    assert list(targets.items()) == [("junit", Path("out/report.xml")), ("json", Path("report.json"))]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pdf=a", "unknown report 'pdf'; known: junit, json, html, sarif, markdown, each as KIND=FILE"),
        ("report.xml", "unknown report 'report.xml'; known: junit"),
        ("", "unknown report ''; known: junit"),
        ("json=a,", "unknown report ''; known: junit"),
        ("junit", "the report junit has no file; write junit=FILE"),
        ("junit= ,json=a", "the report junit has no file; write junit=FILE"),
        ("json=a,json=b", "the report json is asked for twice; leave one of them out"),
        ("json=a,html=a", "two reports would be written to a; give each a file of its own"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_the_remedy(text: str, message: str) -> None:
    with pytest.raises(ReportTargetError) as refusal:
        parse_targets(text)

    assert str(refusal.value).startswith(message)


def test_the_terminal_gets_equal_bytes_too() -> None:
    assert terminal(reports.rich(), documents=DOCUMENTS) == terminal(reports.rich(), documents=DOCUMENTS)
