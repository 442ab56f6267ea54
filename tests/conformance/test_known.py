"""The file of known deviations: what is wrong with it is said with its line and its remedy."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mockserver.conformance.known import Judgement, KnownFileError, find, read, shipped
from mockserver.conformance.report import KnownDeviation, Part, Report, Rule, Verdict, Violation

RULE = Rule(id="judge/some", says="Something holds.", place="openapi.yaml", part=Part.JUDGE)
TODAY = date(2026, 11, 22)


def found(identifier: str) -> Violation:
    return Violation(id=identifier, rule=RULE, operation="GetBatchJobs", where="x", expected="1", found="2")


def known(identifier: str, **more: object) -> KnownDeviation:
    return KnownDeviation(violation=identifier, reason="it is so", owner="us", **more)  # type: ignore[arg-type]  # of any key


def report(*identifiers: str) -> Report:
    return Report(
        target="http://x",
        title="",
        version="",
        seed=0,
        parts=tuple(Part),
        violations=tuple(map(found, identifiers)),
    )


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        file = tmp_path / "known.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_an_entry_is_read_whole(written: Callable[[str], Path]) -> None:
    file = written("- violation: a-1\n  reason: so\n  owner: us\n  until: 2027-01-31\n  sometimes: true\n")

    assert read(file) == (
        KnownDeviation(violation="a-1", reason="so", owner="us", until=date(2027, 1, 31), sometimes=True),
    )


def test_an_empty_file_lets_nothing_pass(written: Callable[[str], Path]) -> None:
    assert read(written("# nothing yet\n")) == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- violation: a\n  owner: us\n", "line 1: reason is missing; say it"),
        (
            "- violation: a\n  reason: so\n  owner: us\n  untill: 2027-01-31\n",
            "line 4: unknown key 'untill'; known:",
        ),
        (
            "- violation: a\n  reason: so\n  owner: us\n  until: soon\n",
            "line 4: until is 'soon'; write a day",
        ),
        ("- violation: a\n  reason: so\n  owner: us\n  sometimes: maybe\n", "line 4: sometimes is 'maybe'"),
        ("violation: a\n", "line 1: expected a list of entries"),
        ("- a\n", "line 1: expected an entry with violation"),
        ("- violation: [a]\n", "line 1: violation must be a text"),
        (
            "- {violation: a, reason: s, owner: u}\n- {violation: a, reason: s, owner: u}\n",
            "line 2: a is in the file already",
        ),
        ("- violation: 'a\n", "line 2: "),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_remedy(
    written: Callable[[str], Path], text: str, complaint: str
) -> None:
    with pytest.raises(KnownFileError) as caught:
        read(written(text))

    assert complaint in str(caught.value)


def test_a_name_that_is_not_shipped_is_told_with_those_that_are() -> None:
    with pytest.raises(KnownFileError, match=r"medusa-2: no such file, .*shipped: .*medusa-1\.20\.11"):
        find("medusa-2")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_file_can_be_read(name: str) -> None:
    assert read(find(name))


def test_a_known_violation_does_not_fail_the_run_and_a_new_one_does() -> None:
    judgement = Judgement(deviations=(known("a"),), today=TODAY)

    assert judgement.applied(report("a"), whole=True).verdict is Verdict.CONFORMS
    assert judgement.applied(report("a", "b"), whole=True).verdict is Verdict.VIOLATES


def test_an_entry_that_was_not_seen_is_stale_when_all_was_looked_at() -> None:
    judgement = Judgement(deviations=(known("a"), known("b", sometimes=True)), today=TODAY)

    assert [each.violation for each in judgement.applied(report(), whole=True).stale] == ["a"]
    assert judgement.applied(report(), whole=False).stale == ()


def test_an_entry_counts_on_its_last_day_and_not_on_the_next() -> None:
    judged = Judgement(deviations=(known("a", until=TODAY),), today=TODAY).applied(report("a"), whole=True)
    later = Judgement(deviations=(known("a", until=TODAY),), today=date(2026, 11, 23)).applied(
        report("a"), whole=True
    )

    assert judged.verdict is Verdict.CONFORMS
    assert later.verdict is Verdict.VIOLATES
    assert later.notes == ("a was known until 2026-11-22, and counts as new since; us answers for it.",)
