"""The whole report as JSON, for programs. `report.schema.json` beside this module documents its shape."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

from mockserver.conformance.rendering.places import Documents
from mockserver.conformance.report import REPORT_VERSION, Report


def json_report(report: Report, documents: Documents) -> str:
    """Return the whole report as JSON, its keys in the order of the schema's properties."""
    whole = {
        "report_version": REPORT_VERSION,
        "verdict": report.verdict.value,
        "exit_code": report.verdict.exit_code,
        **_plain(report),
    }
    violations = (*whole["violations"], *(each["violation"] for each in whole["known"]))
    for rule in (*whole["rules"], *(each["rule"] for each in violations)):
        rule["locations"] = [
            {"file": each.file, "keys": each.keys, "line": each.line}
            for each in documents.locate(rule["place"])
        ]
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def schema() -> Mapping[str, Any]:
    """Return the JSON Schema (2020-12) that every JSON report keeps."""
    text = resources.files(__package__).joinpath("report.schema.json").read_text(encoding="utf-8")
    shape: Mapping[str, Any] = json.loads(text)
    return shape


def _plain(value: Any) -> Any:
    """Return *value* in JSON's own kinds. A set becomes a sorted list; half a surrogate pair is spelt out."""
    match value:
        case str():  # a StrEnum too
            return str(value).encode("utf-8", "backslashreplace").decode()
        case Mapping():
            return {_plain(key): _plain(each) for key, each in value.items()}
        case tuple():
            return [_plain(each) for each in value]
        case frozenset():
            return sorted(_plain(each) for each in value)
        case date():
            return value.isoformat()
        case _ if dataclasses.is_dataclass(value):
            return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return value
