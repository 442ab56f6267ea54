"""The report as JUnit XML, as GitHub, GitLab and Jenkins read it.

A suite for each part; in it a case for each rule that was tried and kept, for each violation, which fails,
and for each known one, which is skipped.
The suites of the lifecycle hold what was covered too: each transition and each cell of the grid status x
client verb, skipped where it was not reached. There are no durations: equal runs give equal bytes.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.legible import legible
from mockserver.conformance.rendering.places import Documents
from mockserver.conformance.report import Known, Part, Reach, Reached, Report, Rule, Violation

NAME = "mockserver conform"


def junit(report: Report, documents: Documents) -> str:
    """Return the report as JUnit XML."""
    report = legible(report)
    suites = [suite for part in Part if (suite := _part(report, part, documents)) is not None]
    suites += _coverage_suites(report)
    suites.append(_run(report))
    root = ET.Element("testsuites", {"name": NAME, **_totals(suites)})
    root.extend(suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _part(report: Report, part: Part, documents: Documents) -> ET.Element | None:
    """Return the suite of *part*, None where it was not run and nothing was found."""
    new = [each for each in report.violations if each.rule.part is part]
    known = [each for each in report.known if each.violation.rule.part is part]
    if not (new or known or part in report.parts):
        return None
    broken = {each.rule.id for each in new} | {each.violation.rule.id for each in known}
    kept = [each for each in report.rules if each.part is part and each.id not in broken]
    cases = [_kept(each, documents) for each in kept]
    cases += [_violation(each, documents, target=report.target) for each in new]
    cases += [_known(each, documents) for each in known]
    return _suite(part, cases or [_case(part, wording.PARTS[part])])


def _kept(rule: Rule, documents: Documents) -> ET.Element:
    return _case(rule.id, rule.says, file=documents.locate(rule.place)[0].file)


def _violation(violation: Violation, documents: Documents, *, target: str) -> ET.Element:
    case = _case(violation.rule.id, violation.id, file=wording.stated_at(violation, documents)[0].file)
    message = f"{violation.rule.says} Expected {violation.expected}; found {violation.found}"
    failure = ET.SubElement(case, "failure", {"message": _line(message), "type": violation.rule.id})
    failure.text = "\n".join(
        (
            "",
            f"rule:      {violation.rule.says}",
            f"stated in: {wording.place_of(violation.rule, documents)}",
            f"at:        {violation.operation}, {violation.where} ({wording.times(violation)})",
            f"expected:  {violation.expected}",
            f"found:     {violation.found}",
            f"to do:     {wording.next_step(violation, documents)}",
            "",
            *wording.commands(violation, target=target),
            "",
        )
    )
    return case


def _known(known: Known, documents: Documents) -> ET.Element:
    rule = known.violation.rule
    case = _case(rule.id, known.violation.id, file=wording.stated_at(known.violation, documents)[0].file)
    return _skipped(case, f"known: {wording.deviation(known.deviation)}")


def _coverage_suites(report: Report) -> Iterator[ET.Element]:
    for name, reached in (
        ("transitions", report.coverage.transitions),
        ("status x verb", report.coverage.refusals),
    ):
        if reached:
            yield _suite(name, [_reached(name, each, reached) for each in reached])


def _reached(suite: str, name: str, reached: Mapping[str, Reached]) -> ET.Element:
    case, each = _case(suite, name), reached[name]
    if each.reach is Reach.COVERED:
        return case
    return _skipped(case, ": ".join(filter(None, (wording.REACHES[each.reach], each.reason))))


def _run(report: Report) -> ET.Element:
    """Return the suite that says whether the run came to its end, and which known deviations are stale."""
    case = _case("run", "the run came to its end")
    if report.trouble:
        ET.SubElement(case, "error", {"message": _line(report.trouble), "type": "inconclusive"})
    stale = [
        _skipped(_case("stale", each.violation), f"not seen any more: {wording.deviation(each)}")
        for each in report.stale
    ]
    return _suite("run", [case, *stale])


def _case(classname: str, name: str, *, file: str = "") -> ET.Element:
    return ET.Element("testcase", {"classname": classname, "name": name, **({"file": file} if file else {})})


def _skipped(case: ET.Element, message: str) -> ET.Element:
    ET.SubElement(case, "skipped", {"message": _line(message)})
    return case


def _suite(name: str, cases: list[ET.Element]) -> ET.Element:
    suite = ET.Element("testsuite", {"name": f"{NAME}: {name}", **_totals(cases)})
    suite.extend(cases)
    return suite


def _totals(elements: list[ET.Element]) -> dict[str, str]:
    """Return how many cases *elements* hold, themselves included, and how they ended."""
    every = [inner for element in elements for inner in element.iter()]
    names = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    return {total: str(sum(each.tag == tag for each in every)) for total, tag in names.items()}


def _line(text: str) -> str:
    return " ".join(text.split())
