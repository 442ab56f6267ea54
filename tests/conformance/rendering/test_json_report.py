import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from mockserver.conformance.rendering import Documents, render
from mockserver.conformance.rendering.json_report import schema
from mockserver.conformance.report import Report
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports

DOCUMENTS = Documents(folder=shipped_folder())


def read(report: Report) -> Any:
    return json.loads(render(report, "json", documents=DOCUMENTS))


def objects(node: Any) -> list[dict[str, Any]]:
    """Return every object schema in *node*."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    found = [each for child in inner for each in objects(child)]
    return [node, *found] if isinstance(node, dict) and "properties" in node and "required" in node else found


@pytest.mark.parametrize("make", reports.EVERY)
def test_every_report_keeps_the_schema(make: Callable[[], Report]) -> None:
    validator = jsonschema_rs.validator_for(dict(schema()), validate_formats=True)

    assert [error.message for error in validator.iter_errors(read(make()))] == []


def test_the_schema_is_itself_valid() -> None:
    jsonschema_rs.meta.validate(dict(schema()))


def test_the_schema_lets_nothing_in_that_it_does_not_describe() -> None:
    shapes = objects(schema())

    assert len(shapes) >= 10
    assert [each for each in shapes if each["additionalProperties"] is not False] == []
    assert [each for each in shapes if each["required"] != list(each["properties"])] == []
    described = [inner for each in shapes for inner in each["properties"].values()]
    assert [each for each in described if not {"description", "$ref"} & each.keys()] == []


def test_a_report_with_a_wrong_value_breaks_the_schema() -> None:
    report = read(reports.rich())
    report["verdict"] = "fine"

    errors = jsonschema_rs.validator_for(dict(schema())).iter_errors(report)

    assert [error.instance_path for error in errors] == [["verdict"]]


def test_the_keys_come_in_the_order_of_the_schema() -> None:
    report = read(reports.rich())

    assert list(report) == list(schema()["properties"])
    assert list(report["violations"][0]) == list(schema()["$defs"]["violation"]["properties"])


def test_nothing_of_the_report_is_left_out() -> None:
    report = read(reports.rich())

    assert [each["id"] for each in report["violations"]] == [each.id for each in reports.rich().violations]
    assert report["violations"][1]["evidence"][1]["body"] == reports.REFUSED.body
    assert report["known"][0]["deviation"]["until"] == "2027-03-31"
    assert report["coverage"]["refusals"]["cancel in processing"] == {
        "reach": "uncovered",
        "reason": "processing was over too soon",
    }
    assert report["picture"]["seen"] == sorted(reports.picture().seen)


def test_a_rule_has_the_line_where_it_is_stated() -> None:
    rule = read(reports.rich())["violations"][1]["rule"]

    [location] = rule["locations"]
    line = (shipped_folder() / "schemas/BatchJob.yaml").read_text(encoding="utf-8").splitlines()
    assert location["file"] == "openapi/schemas/BatchJob.yaml"
    assert line[location["line"] - 1].strip() == "confirm:"


def test_what_a_target_sent_is_kept_as_it_was_sent() -> None:
    report = read(reports.hostile())

    assert report["violations"][0]["found"] == reports.HOSTILE.replace("\ud800", "\\ud800")


def test_the_order_of_what_was_covered_is_the_reports_own() -> None:
    coverage = replace(reports.coverage(), operations={"b": 1, "a": 0})

    report = read(replace(reports.rich(), coverage=coverage))

    assert list(report["coverage"]["operations"]) == ["b", "a"]


def test_every_rule_that_was_tried_is_there_with_its_lines() -> None:
    tried = read(reports.rich())["rules"]

    assert [each["id"] for each in tried] == [each.id for each in reports.rich().rules]
    assert [each["locations"][0]["line"] for each in tried if each["id"] == reports.KEPT_RULE.id] != [None]
