"""The report as SARIF 2.1.0, which code hosts and editors show beside the documents.

A result lies where its rule is stated, in the documents: a target's own source is not known. A known
violation is there too, as a suppressed result.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mockserver import __version__
from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.legible import legible
from mockserver.conformance.rendering.places import Documents, Location
from mockserver.conformance.report import KnownDeviation, Report, Rule, Violation

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(report: Report, documents: Documents) -> str:
    """Return the report as a SARIF log of one run."""
    report = legible(report)
    found: list[tuple[Violation, KnownDeviation | None]] = [(each, None) for each in report.violations]
    found += [(each.violation, each.deviation) for each in report.known]
    rules = tuple(wording.by_rule(violation for violation, _ in found))
    ids = [rule.id for rule in rules]
    run = {
        "tool": {
            "driver": {
                "name": "mockserver conform",
                "semanticVersion": __version__,
                "rules": [_rule(each, documents) for each in rules],
            }
        },
        "automationDetails": {"id": f"mockserver-conform/seed-{report.seed}"},
        "invocations": [_invocation(report)],
        "results": [
            _result(
                violation, deviation, index=ids.index(violation.rule.id), report=report, documents=documents
            )
            for violation, deviation in found
        ],
        "columnKind": "unicodeCodePoints",
        "properties": {"target": report.target, "verdict": report.verdict.value},
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(rule: Rule, documents: Documents) -> Mapping[str, Any]:
    place = wording.place_of(rule, documents)
    address = documents.locate(rule.place)[0].address
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": f"{rule.says} Stated in {place}."},
        "help": {"text": f"Stated in {place}. {wording.PARTS[rule.part].capitalize()}."},
        **({"helpUri": address} if address else {}),  # an absolute address or none, says the standard
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["conformance", rule.part.value]},
    }


def _result(
    violation: Violation,
    deviation: KnownDeviation | None,
    *,
    index: int,
    report: Report,
    documents: Documents,
) -> Mapping[str, Any]:
    text = (
        f"{violation.rule.says} At {violation.operation}, {violation.where}: expected {violation.expected}; "
        f"found {violation.found} ({wording.times(violation)}). {wording.next_step(violation, documents)}"
    )
    locations = wording.stated_at(violation, documents)
    name = f"{violation.operation} {violation.where}"
    return {
        "ruleId": violation.rule.id,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": text},
        "locations": [{**_location(locations[0]), "logicalLocations": [{"fullyQualifiedName": name}]}],
        **({"relatedLocations": [_location(each) for each in locations[1:]]} if locations[1:] else {}),
        "partialFingerprints": {
            "violation/v1": violation.id,
            "primaryLocationLineHash": violation.id,  # the only one that GitHub reads
        },
        "occurrenceCount": violation.times,
        **({"suppressions": [_suppression(deviation)]} if deviation else {}),
        "properties": {
            "operation": violation.operation,
            "where": violation.where,
            "expected": violation.expected,
            "found": violation.found,
            "commands": list(wording.commands(violation, target=report.target)),
        },
    }


def _location(location: Location) -> Mapping[str, Any]:
    place = {"artifactLocation": {"uri": quote(location.file)}, "region": {"startLine": location.line or 1}}
    return {"physicalLocation": place}


def _suppression(deviation: KnownDeviation) -> Mapping[str, Any]:
    return {"kind": "external", "status": "accepted", "justification": wording.deviation(deviation)}


def _invocation(report: Report) -> Mapping[str, Any]:
    notices = [{"level": "error", "message": {"text": report.trouble}}] if report.trouble else []
    notices += [
        {"level": "warning", "message": {"text": f"known, but not seen any more: {each.violation}"}}
        for each in report.stale
    ]
    notices += [{"level": "note", "message": {"text": note}} for note in report.notes]
    return {
        "executionSuccessful": not report.trouble,
        "exitCode": report.verdict.exit_code,
        "toolExecutionNotifications": notices,
    }
