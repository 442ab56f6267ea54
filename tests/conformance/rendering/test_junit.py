import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from mockserver.conformance.rendering import Documents, render
from mockserver.conformance.report import Report
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports

KEPT = reports.KEPT_RULE
TOTALS = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def read(report: Report) -> ET.Element:
    return ET.fromstring(render(report, "junit", documents=Documents(folder=shipped_folder())))  # noqa: S314  # ours


@pytest.mark.parametrize("make", reports.EVERY)
def test_the_totals_agree_with_what_is_there(make: Callable[[], Report]) -> None:
    root = read(make())

    suites = root.findall("testsuite")
    assert suites
    assert [
        (suite.get("name"), total)
        for suite in (root, *suites)
        for total, tag in TOTALS.items()
        if suite.get(total) != str(len(list(suite.iter(tag))))
    ] == []


@pytest.mark.parametrize("make", reports.EVERY)
def test_it_has_only_what_the_readers_of_junit_know(make: Callable[[], Report]) -> None:
    root = read(make())

    tags = {each.tag for each in root.iter()}
    cases = list(root.iter("testcase"))
    assert tags <= {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"}
    assert [case.attrib for case in cases if not (case.get("name") and case.get("classname"))] == []
    assert [case.attrib for case in cases if len(case) > 1] == []
    assert {key for each in root.iter() for key in each.attrib} <= {
        "name",
        "classname",
        "file",
        "message",
        "type",
        *TOTALS,
    }


def test_each_violation_fails_a_case_of_its_own() -> None:
    failed = [case for case in read(reports.rich()).iter("testcase") if case.find("failure") is not None]

    assert [case.get("name") for case in failed] == [each.id for each in reports.rich().violations]
    assert failed[1].get("classname") == "lifecycle/confirm-only-from-pre_processed"
    assert failed[1].get("file") == "openapi/schemas/BatchJob.yaml"


def test_a_failure_says_what_to_expect_what_was_found_and_how_to_see_it() -> None:
    failure = read(reports.rich()).findall(".//failure")[1]

    assert failure.get("message") == (
        "A client may confirm a batch job in pre_processed only. Expected 400, not_allowed; found 200"
    )
    assert "stated in: openapi/schemas/BatchJob.yaml:142 " in (failure.text or "")
    assert reports.CREATED.curl in (failure.text or "")


def test_what_is_known_is_skipped_with_its_reason() -> None:
    root = read(reports.rich())

    case = root.find(f".//testcase[@name='{reports.MISCOUNTED.id}']/skipped")
    assert case is not None
    assert case.get("message") == "known: Counts the page; ticket SHOP-12. (Ada, until 2027-03-31)"


def test_what_was_not_reached_is_skipped_with_its_reason() -> None:
    root = read(reports.rich())

    skipped = root.find(".//testcase[@name='cancel in processing']/skipped")
    assert skipped is not None
    assert skipped.get("message") == "not covered: processing was over too soon"
    assert root.find(".//testcase[@name='cancel in created']/*") is None


def test_a_run_without_a_verdict_is_an_error() -> None:
    root = read(reports.inconclusive())

    error = root.find(".//testcase[@name='the run came to its end']/error")
    assert error is not None
    assert (error.get("message") or "").startswith("nothing listens at")


def test_a_target_that_conforms_fails_nothing() -> None:
    root = read(reports.healthy())

    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert int(root.get("tests") or 0) > 20


def test_a_hostile_target_adds_no_element() -> None:
    tags = [each.tag for each in read(reports.hostile()).iter()]

    assert "script" not in tags
    assert tags.count("failure") == 1


def test_each_rule_that_was_tried_and_kept_passes_a_case_of_its_own() -> None:
    [case] = [each for each in read(reports.rich()).iter("testcase") if each.get("classname") == KEPT.id]
    broken = {each.get("classname") for each in read(reports.rich()).iter("testcase") if len(each)}

    assert (case.get("name"), case.get("file"), len(case)) == (KEPT.says, "openapi/schemas/BatchJob.yaml", 0)
    assert reports.CONFIRM_RULE.id in broken
    assert KEPT.id not in broken
