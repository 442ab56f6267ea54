"""The sentences that all renderings share, so that no two of them tell one report differently."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from mockserver.conformance.rendering.places import PLACES, Documents, Location
from mockserver.conformance.report import (
    Coverage,
    KnownDeviation,
    Part,
    Reach,
    Reached,
    Report,
    Rule,
    Sighting,
    Verdict,
    Violation,
)

PARTS = {
    Part.JUDGE: "every answer judged by two validators, and by the rules that no schema can say",
    Part.LIFECYCLE: "batch jobs led through every status; what clients may ask for, asked for in each",
    Part.LISTS: "lists held against themselves: pages, filters, orders, counts and fields",
    Part.FUZZ: "requests invented from the documents, valid ones and invalid ones",
}
SIGNS = {Reach.COVERED: "✓", Reach.UNCOVERED: "○", Reach.UNREACHABLE: "⊘"}
REACHES = {Reach.COVERED: "covered", Reach.UNCOVERED: "not covered", Reach.UNREACHABLE: "unreachable"}
MOST_IN_FULL = 3  # violations of one rule, where a reader scrolls; the rest is named
VERDICT_SIGNS = {Verdict.CONFORMS: "✓", Verdict.VIOLATES: "✗", Verdict.INCONCLUSIVE: "?"}
VERDICTS = {
    Verdict.CONFORMS: "The target conforms",
    Verdict.VIOLATES: "The target does not conform",
    Verdict.INCONCLUSIVE: "No verdict",
}
_VARIABLE = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)")
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_ASSIGNED = re.compile(r"^([A-Z][A-Z0-9_]*)=")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return *number* and the noun in the form that goes with it: `1 violation`, `2 violations`."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def listed(words: Iterable[str]) -> str:
    """Return *words* as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def by_rule(violations: Iterable[Violation]) -> Mapping[Rule, tuple[Violation, ...]]:
    """Return the violations grouped by the rule that they break, both in the report's order.

    A rule that is stated at several places, a violation naming one of them, is one rule: it names them all.
    """
    groups: dict[str, tuple[Violation, ...]] = {}
    for each in violations:
        groups[each.rule.id] = (*groups.get(each.rule.id, ()), each)
    return {_whole_rule(group): group for group in groups.values()}


def _whole_rule(violations: tuple[Violation, ...]) -> Rule:
    places = (place for each in violations for place in each.rule.place.split(PLACES))
    return replace(violations[0].rule, place=PLACES.join(dict.fromkeys(places)))


def verdict_sentence(report: Report) -> str:
    """Return the verdict in words, with its reason."""
    found, known = len(report.violations), len(report.known)
    beside = f", beside {counted(known, 'known deviation')}" if known else ""
    match report.verdict:
        case Verdict.VIOLATES:
            rules = counted(len(by_rule(report.violations)), "rule")
            return f"{VERDICTS[Verdict.VIOLATES]}: {counted(found, 'violation')} of {rules}{beside}."
        case Verdict.CONFORMS:
            unfinished = f", in what could be tried: {_cut_short(report)}" if report.unfinished else ""
            return f"{VERDICTS[Verdict.CONFORMS]}: no violation was found{beside}{unfinished}."
        case Verdict.INCONCLUSIVE:
            return f"{VERDICTS[Verdict.INCONCLUSIVE]}: {report.trouble}"


def _cut_short(report: Report) -> str:
    return f"{listed(report.unfinished)} {'was' if len(report.unfinished) == 1 else 'were'} cut short"


def broken_off(report: Report) -> str:
    """Return why a run that has a verdict is not whole all the same; empty when it is whole."""
    trouble = report.trouble if report.verdict is Verdict.VIOLATES else ""
    return trouble and f"The run broke off before its end, so there may be more: {trouble}"


def judged_by(report: Report) -> str:
    """Return what the target was judged by."""
    return f"{report.title} {report.version}, seed {report.seed}".strip()


def place_of(rule: Rule, documents: Documents) -> str:
    """Return where the rule is stated: the files, the lines where they are known, and the keys within."""
    return listed(str(each) for each in documents.locate(rule.place))


def stated_at(violation: Violation, documents: Documents) -> tuple[Location, ...]:
    """Return where the rule is stated for the operation that the violation was seen at."""
    return documents.locate(violation.rule.place, operation=violation.operation)


def times(violation: Violation) -> str:
    """Return how often the violation was seen."""
    return "seen once" if violation.times == 1 else f"seen {violation.times} times"


def told_of(report: Report) -> tuple[Part, ...]:
    """Return the parts to tell of: those that were run, and those whose rules are broken all the same.

    Every exchange of every part is judged, so that a rule of a part that was not run may be broken too.
    """
    found = (*report.violations, *(each.violation for each in report.known))
    broken = {each.rule.part for each in found}
    return tuple(part for part in Part if part in report.parts or part in broken)


def found_in(part: Part, report: Report) -> str:
    """Return what *part* found, in a few words."""
    new = sum(each.rule.part is part for each in report.violations)
    known = sum(each.violation.rule.part is part for each in report.known)
    beside = f", {known} known" if known else ""
    return f"{counted(new, 'violation') if new else 'nothing new' if known else 'nothing'}{beside}"


def kept_and_broken(report: Report) -> str:
    """Return how many rules were tried and how many of them are broken; empty when nothing was tried."""
    if not report.rules:
        return ""
    broken = {each.rule.id for each in report.violations} | {each.violation.rule.id for each in report.known}
    kept = len({each.id for each in report.rules} - broken)
    return f"{counted(len(report.rules), 'rule')} tried: {kept} kept, {len(broken)} broken."


def next_step(violation: Violation, documents: Documents) -> str:
    """Return what to do about the violation."""
    if violation.rule.id.startswith("target/"):
        return (
            "See what closes the connection or is silent: the target, or something before it; its log tells."
        )
    at = "the answer" if violation.operation == "none" else f"the answer of {violation.operation}"
    file = stated_at(violation, documents)[0].file
    return f"Mend {at}: {violation.where}. Where the target is right, mend {file} instead."


def variables(violation: Violation) -> tuple[str, ...]:
    """Return the shell variables that the violation's curl lines need and do not set, in order."""
    used = dict.fromkeys(name for each in violation.evidence for name in _VARIABLE.findall(each.curl))
    assigned = {name for each in violation.evidence for name in _ASSIGNED.findall(each.curl)}
    return tuple(name for name in used if name not in assigned)


def commands(violation: Violation, *, target: str) -> tuple[str, ...]:
    """Return the shell lines that repeat the violation: what to set first, then a curl line an exchange."""
    names = variables(violation)
    lines = [f"URL={shlex.quote(target)}"] if "URL" in names else []
    lines += [f"# set {name} first: {_meaning(name)}" for name in names if name != "URL"]
    lines += [f"# by logging in: {_login(name)}" for name in names if _is_bearer(name, violation)]
    return (*lines, *_curl_lines(violation.evidence))


def _is_bearer(name: str, violation: Violation) -> bool:
    return any(f"Bearer ${name}" in each.curl for each in violation.evidence)


def _login(name: str) -> str:
    payload = '{"email": "...", "password": "..."}'
    sent = f"-H 'content-type: application/json' -d '{payload}'"
    return f'{name}=$(curl -sS "$URL/admin/auth/token" {sent} | jq -r .access_token)'


def _curl_lines(evidence: Iterable[Sighting]) -> Iterator[str]:
    """Yield the curl lines, and before a look that shows what the worker did, how long to repeat it.

    A status that is no plain word is not shown there: the lines are pasted into shells, some of which read
    comments as commands.
    """
    before: dict[int | None, str | None] = {}
    for each in evidence:
        looks = each.request.startswith("GET ") and before.get(each.job) not in (None, each.job_status)
        if looks and _WORD.fullmatch(each.job_status or ""):
            yield f"# repeat the next one until it shows {each.job_status}"
        before[each.job] = each.job_status or before.get(each.job)
        yield each.curl


def _meaning(name: str) -> str:
    match name.split("_"):
        case ["TOKEN" | "COOKIE"]:
            return "who is asking, as in the run"
        case ["SECOND", "TOKEN" | "COOKIE"]:
            return "another user, as in the run"
        case ["JOB", number]:
            return f"the id of job {number}"
    return "a value that an earlier answer shows"


def known_entry(violation: Violation) -> tuple[str, ...]:
    """Return the lines that let the violation pass, as a file for `--known` holds them."""
    return (
        f"- violation: {violation.id}",
        "  reason: why it may stay as it is",
        "  owner: who answers for it",
        "  until: YYYY-MM-DD",
    )


def deviation(known: KnownDeviation) -> str:
    """Return why a known deviation is let pass, by whom, and until when."""
    until = "" if known.until is None else f", until {known.until.isoformat()}"
    sometimes = ", seen in some runs only" if known.sometimes else ""
    return f"{known.reason} ({known.owner}{until}{sometimes})"


def coverage_lines(coverage: Coverage) -> Iterator[tuple[str, str]]:
    """Yield five names with what of each was exercised."""
    for name, uses in (
        ("operations", coverage.operations),
        ("answers", coverage.statuses),
        ("parameters", coverage.parameters),
    ):
        yield name, f"{sum(1 for number in uses.values() if number)} of {len(uses)}"
    yield "transitions", _reach_line(coverage.transitions)
    yield "status x verb", _reach_line(coverage.refusals)


def _reach_line(reached: Mapping[str, Reached]) -> str:
    if not reached:
        return "not tried"
    line = f"{count(reached, Reach.COVERED)} of {len(reached)}"
    if unreachable := count(reached, Reach.UNREACHABLE):
        line += f", {unreachable} unreachable"
    return line


def count(reached: Mapping[str, Reached], reach: Reach) -> int:
    """Return how many of *reached* have *reach*."""
    return sum(each.reach is reach for each in reached.values())


def grid(refusals: Mapping[str, Reached]) -> tuple[tuple[str, ...], Mapping[str, Mapping[str, Reached]]]:
    """Return the client's verbs, and by status the cell of each verb, from cells called `verb in status`."""
    rows: dict[str, dict[str, Reached]] = {}
    for name, reached in refusals.items():
        verb, _, status = name.partition(" in ")
        rows.setdefault(status, {})[verb] = reached
    verbs = tuple(dict.fromkeys(name.partition(" in ")[0] for name in refusals))
    return verbs, rows


def outcome(status: int, body: str) -> str:
    """Return what came back, in a few words: the status, or why there was none."""
    return str(status) if status else f"no answer: {body}"
