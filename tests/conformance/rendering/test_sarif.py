import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.conformance.rendering import Documents, render
from mockserver.conformance.report import Report, Rule
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports

DOCUMENTS = Documents(folder=shipped_folder(), web="https://example.com/blob/main/openapi")


def read(report: Report, documents: Documents = DOCUMENTS) -> Any:
    return json.loads(render(report, "sarif", documents=documents))


@pytest.mark.parametrize("make", reports.EVERY)
def test_what_the_standard_requires_is_there(make: Callable[[], Report]) -> None:
    log = read(make())

    [run] = log["runs"]
    driver = run["tool"]["driver"]
    assert log["version"] == "2.1.0"
    assert driver["name"] == "mockserver conform"
    assert [rule for rule in driver["rules"] if not (rule["id"] and rule["shortDescription"]["text"])] == []
    assert [each for each in run["results"] if not each["message"]["text"]] == []
    assert [
        each for each in run["results"] if driver["rules"][each["ruleIndex"]]["id"] != each["ruleId"]
    ] == []
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)


def test_a_result_lies_in_the_documents_at_the_line_of_its_rule() -> None:
    result = read(reports.rich())["runs"][0]["results"][1]

    place = result["locations"][0]["physicalLocation"]
    line = (shipped_folder() / "schemas/BatchJob.yaml").read_text(encoding="utf-8").splitlines()
    assert place["artifactLocation"] == {"uri": "openapi/schemas/BatchJob.yaml"}
    assert line[place["region"]["startLine"] - 1].strip() == "confirm:"


def test_a_rule_that_is_stated_at_two_places_names_both() -> None:
    rule = replace(
        reports.CONFIRM_RULE, place="paths/batch_jobs.yaml, post; schemas/AdminPostBatchesReq.yaml"
    )
    report = replace(reports.rich(), violations=(replace(reports.EARLY, rule=rule),))

    result = read(report)["runs"][0]["results"][0]

    [place] = result["locations"]
    [related] = result["relatedLocations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "openapi/paths/batch_jobs.yaml"
    assert (
        related["physicalLocation"]["artifactLocation"]["uri"] == "openapi/schemas/AdminPostBatchesReq.yaml"
    )


def test_no_two_rules_have_one_id() -> None:
    elsewhere = replace(reports.CONFIRM_RULE, place="paths/batch_job_confirm.yaml, post")
    report = replace(reports.rich(), violations=(reports.EARLY, replace(reports.LATE, rule=elsewhere)))

    run = read(report)["runs"][0]

    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == [reports.CONFIRM_RULE.id, reports.COUNT_RULE.id]
    assert [each["ruleIndex"] for each in run["results"]] == [0, 0, 1]


def test_a_result_is_recognised_by_the_id_of_the_violation() -> None:
    results = read(reports.rich())["runs"][0]["results"]

    prints = [each["partialFingerprints"]["violation/v1"] for each in results]
    assert prints == [each.id for each in (*reports.rich().violations, reports.MISCOUNTED)]
    assert len(set(prints)) == len(prints)


def test_what_is_known_is_suppressed_with_its_reason() -> None:
    results = read(reports.rich())["runs"][0]["results"]

    suppressed = [each for each in results if "suppressions" in each]
    assert [each["partialFingerprints"]["violation/v1"] for each in suppressed] == [reports.MISCOUNTED.id]
    assert suppressed[0]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Counts the page; ticket SHOP-12. (Ada, until 2027-03-31)",
        }
    ]


def test_the_help_of_a_rule_is_an_absolute_address_of_its_place() -> None:
    rules = read(reports.rich())["runs"][0]["tool"]["driver"]["rules"]

    addresses = {each["id"]: each["helpUri"] for each in rules}
    assert addresses["lifecycle/confirm-only-from-pre_processed"] == (
        "https://example.com/blob/main/openapi/schemas/BatchJob.yaml#L142"
    )
    assert [each for each in addresses.values() if not urlsplit(each).scheme] == []


def test_there_is_no_address_where_the_documents_have_none() -> None:
    rules = read(reports.rich(), Documents())["runs"][0]["tool"]["driver"]["rules"]

    assert [each for each in rules if "helpUri" in each] == []
    assert "openapi/schemas/BatchJob.yaml (x-lifecycle, transitions, confirm)" in rules[1]["help"]["text"]


def test_a_line_that_is_not_known_is_the_first() -> None:
    rule = Rule(id="x/y", says="It is.", place="schemas/Gone.yaml, a", part=reports.CONFIRM_RULE.part)
    report = replace(reports.rich(), violations=(replace(reports.EARLY, rule=rule),))

    result = read(report)["runs"][0]["results"][0]

    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_run_without_a_verdict_did_not_succeed_and_says_why() -> None:
    [invocation] = read(reports.inconclusive())["runs"][0]["invocations"]

    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    assert "start the target first" in invocation["toolExecutionNotifications"][0]["message"]["text"]
