"""The report as one page that is sent round: nothing is fetched, and without JavaScript nothing is missing.

The verdict comes first; then each violation with what shows it, the lifecycle and the grid status x verb, and
what was covered. A policy in the page lets no script run but its own, whatever a target may have sent.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import resources

from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.legible import legible
from mockserver.conformance.rendering.lifecycle_svg import legend, lifecycle_svg
from mockserver.conformance.rendering.markup import Markup, as_is, joined, tag
from mockserver.conformance.rendering.places import Documents, transitions_at
from mockserver.conformance.rendering.sequence_svg import sequence_svg
from mockserver.conformance.report import Coverage, Known, Reach, Reached, Report, Rule, Sighting, Violation


def html(report: Report, documents: Documents) -> str:
    """Return the report as one self-contained HTML page."""
    report = legible(report)
    style, script = _shipped("page.css"), _shipped("page.js")
    page = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("title", f"{wording.VERDICTS[report.verdict]}: {report.target}"),
            tag("style", as_is(style)),
        ),
        tag(
            "body",
            tag("a", "Skip to the report", href="#main", class_="skip"),
            _header(report),
            tag("main", *_sections(report, documents), id="main"),
            tag("footer", f"mockserver conform, {wording.judged_by(report)}"),
            tag("script", as_is(script)),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n"


def _shipped(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    own = f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _header(report: Report) -> Markup:
    trouble = wording.broken_off(report)
    sign = tag("span", wording.VERDICT_SIGNS[report.verdict], class_="sign", aria_hidden="true")
    return tag(
        "header",
        tag("p", "Conformance report", class_="eyebrow"),
        tag("h1", sign, tag("span", wording.verdict_sentence(report))),
        tag("p", tag("code", report.target), f", judged by {wording.judged_by(report)}", class_="target"),
        tag("p", kept) if (kept := wording.kept_and_broken(report)) else None,
        tag("p", tag("strong", trouble)) if trouble else None,
        _figures(report),
        class_=f"verdict {report.verdict.value}",
    )


def _figures(report: Report) -> Markup:
    coverage = report.coverage
    reachable = len(coverage.refusals) - wording.count(coverage.refusals, Reach.UNREACHABLE)
    figures = (
        (str(len(report.violations)), "new violations", "#violations"),
        (str(len(report.known)), "known, let pass", "#known"),
        (str(len(report.stale)), "known, not seen", "#stale"),
        (_share(coverage.transitions), "transitions", "#lifecycle"),
        (f"{wording.count(coverage.refusals, Reach.COVERED)}/{reachable}", "reachable cells", "#grid"),
        (
            f"{sum(map(bool, coverage.operations.values()))}/{len(coverage.operations)}",
            "operations",
            "#coverage",
        ),
    )
    return tag(
        "ul",
        (
            tag("li", tag("a", tag("b", number), tag("span", what), href=where))
            for number, what, where in figures
        ),
        class_="figures",
    )


def _share(reached: Mapping[str, Reached]) -> str:
    return f"{wording.count(reached, Reach.COVERED)}/{len(reached)}"


def _sections(report: Report, documents: Documents) -> Iterator[Markup]:
    yield _glance(report)
    yield _lifecycle(report)
    yield _grid(report)
    yield _violations(report, documents)
    yield _known(report, documents)
    yield _stale(report)
    yield _coverage(report.coverage)
    if report.notes:
        yield _section("notes", "Notes", tag("ul", (tag("li", note) for note in report.notes)))


def _section(name: str, heading: str, *children: Markup | None) -> Markup:
    title = tag("h2", heading, id=f"{name}-heading")
    return tag("section", title, children, id=name, aria_labelledby=f"{name}-heading")


def _glance(report: Report) -> Markup:
    """Return what was tried and which rules are broken, in a few lines."""
    rows = (
        tag(
            "tr",
            tag("th", part.value, scope="row"),
            tag("td", wording.PARTS[part]),
            tag("td", wording.found_in(part, report)),
        )
        for part in wording.told_of(report)
    )
    heads = tag("tr", *(tag("th", name, scope="col") for name in ("part", "what was tried", "found")))
    table = tag("table", tag("thead", heads), tag("tbody", rows))
    tried = _wide(table) if wording.told_of(report) else tag("p", "Nothing was tried.")
    groups = wording.by_rule(report.violations)
    return _section("glance", "At a glance", _index(groups) if groups else None, tried)


def _violations(report: Report, documents: Documents) -> Markup:
    groups = wording.by_rule(report.violations)
    if not groups:
        words = "Nothing was found." if not report.trouble else "Nothing was found before the run broke off."
        return _section("violations", "Violations", tag("p", words))
    return _section(
        "violations",
        "Violations",
        tag("p", "Each one is shown by the shortest exchanges that show it, which its curl lines repeat."),
        *(_rule(rule, group, report, documents) for rule, group in groups.items()),
        _advice(report),
    )


def _advice(report: Report) -> Markup:
    entry = "\n".join(wording.known_entry(report.violations[0]))
    return tag(
        "details",
        tag("summary", "To let one pass meanwhile"),
        tag(
            "p",
            "Add it to the file that ",
            tag("code", "--known"),
            " names. It will not fail a run until its day.",
        ),
        _pre(entry, "An entry of that file"),
    )


def _index(groups: Mapping[Rule, tuple[Violation, ...]]) -> Markup:
    rows = (
        tag(
            "li",
            tag("a", rule.says, href=f"#{group[0].id}"),
            f" ({wording.counted(len(group), 'violation')})" if len(group) > 1 else None,
        )
        for rule, group in groups.items()
    )
    return tag("nav", tag("ol", rows), aria_label="The rules that are broken")


def _rule(rule: Rule, violations: tuple[Violation, ...], report: Report, documents: Documents) -> Markup:
    return tag(
        "div",
        tag("h3", rule.says),
        _stated(rule, documents),
        *(_violation(each, documents, target=report.target) for each in violations),
        class_="rule",
    )


def _stated(rule: Rule, documents: Documents) -> Markup:
    places = (
        tag(
            "li",
            tag("a", tag("code", str(each)), href=each.address) if each.address else tag("code", str(each)),
        )
        for each in documents.locate(rule.place)
    )
    rows = (("stated in", tag("ul", places)), ("rule", tag("code", rule.id)), ("part", rule.part.value))
    return tag("dl", (tag("div", tag("dt", name), tag("dd", value)) for name, value in rows), class_="stated")


def _violation(violation: Violation, documents: Documents, *, target: str) -> Markup:
    heading = f"{violation.id}-heading"
    return tag(
        "article",
        tag("h4", tag("code", violation.operation), " ", tag("code", violation.where), id=heading),
        tag(
            "p",
            tag(
                "a",
                tag("code", violation.id),
                href=f"#{violation.id}",
                class_="id",
                aria_label="Link to this violation",
            ),
            f" {wording.times(violation)}",
            class_="seen",
        ),
        tag(
            "dl",
            tag("div", tag("dt", "Expected"), tag("dd", violation.expected), class_="expected"),
            tag("div", tag("dt", "Found"), tag("dd", violation.found), class_="found"),
            class_="difference",
        ),
        joined(_evidence(violation, target=target)) if violation.evidence else None,
        tag("p", tag("b", "To do: "), wording.next_step(violation, documents), class_="todo"),
        id=violation.id,
        aria_labelledby=heading,
    )


def _evidence(violation: Violation, *, target: str) -> Iterator[Markup]:
    *earlier, last = violation.evidence
    answered = last.body if last.status else ""
    caption = tag("figcaption", "The last exchange shows it.", " It was answered:" if answered else None)
    yield tag("figure", _wide(sequence_svg(violation)), caption)
    if answered:
        yield tag("pre", answered, tabindex=0, class_="answer")
    if earlier:
        answers = tag("ol", (tag("li", _answer(each)) for each in earlier), class_="answers")
        yield tag("details", tag("summary", "What the target answered before"), answers)
    yield tag("h5", "See it yourself")
    yield _pre("\n".join(wording.commands(violation, target=target)), "The curl lines that show it")


def _answer(sighting: Sighting) -> Markup:
    status = str(sighting.status) if sighting.status else "no answer"
    job = f", job {sighting.job} is {sighting.job_status}" if sighting.job_status else ""
    return joined(
        tag("p", tag("code", sighting.request), f" by {sighting.by}: ", tag("b", status), job),
        tag("pre", sighting.body, tabindex=0, class_="answer") if sighting.body else None,
    )


def _pre(text: str, label: str) -> Markup:
    """Return *text* as it is, in a box that the page's script gives a button to copy it."""
    lines = (tag("span", f"{line}\n", class_="line") for line in text.split("\n"))
    box = tag("pre", tag("code", lines), tabindex=0, role="region", aria_label=label)
    return tag("div", box, class_="copied")


def _wide(child: Markup) -> Markup:
    return tag("div", child, class_="wide")


def _lifecycle(report: Report) -> Markup:
    if not report.picture.statuses:
        return _section("lifecycle", "The lifecycle", tag("p", "It was not looked at."))
    blamed = Counter(name for each in report.violations for name in transitions_at(each.rule.place))
    drawing = tag("figure", _wide(lifecycle_svg(report.picture, blamed)), tag("figcaption", legend()))
    return _section("lifecycle", "The lifecycle", drawing, _reasons(report.coverage.transitions))


def _reasons(reached: Mapping[str, Reached]) -> Markup | None:
    """Return why something was not reached, None where all was."""
    missed = (
        tag(
            "li",
            tag("b", f"{wording.SIGNS[each.reach]} {name}"),
            f": {': '.join(filter(None, (wording.REACHES[each.reach], each.reason)))}",
        )
        for name, each in reached.items()
        if each.reach is not Reach.COVERED
    )
    items = joined(missed)
    return tag("ul", items, class_="reasons") if items else None


def _grid(report: Report) -> Markup:
    heading = "What clients may ask for, in each status"
    verbs, rows = wording.grid(report.coverage.refusals)
    if not verbs:
        return _section("grid", heading, tag("p", "It was not looked at."))
    allowed = {(arrow.start, arrow.transition) for arrow in report.picture.arrows}
    heads = tag("tr", *(tag("th", name, scope="col") for name in ("status", *verbs)))
    body = (
        tag(
            "tr",
            tag("th", status, scope="row"),
            *(_cell(cells.get(verb), allowed=(status, verb) in allowed) for verb in verbs),
        )
        for status, cells in rows.items()
    )
    caption = tag("caption", "What is to come of it, and whether the run asked for it in that status.")
    table = tag("table", caption, tag("thead", heads), tag("tbody", body), class_="grid")
    return _section("grid", heading, _wide(table), _reasons(report.coverage.refusals))


def _cell(reached: Reached | None, *, allowed: bool) -> Markup:
    if reached is None:
        return tag("td", "")
    words = f"{wording.SIGNS[reached.reach]} {wording.REACHES[reached.reach]}"
    outcome = tag("span", "is made" if allowed else "is refused", class_="outcome")
    return tag("td", outcome, tag("span", words, class_=reached.reach.value), title=reached.reason or None)


def _known(report: Report, documents: Documents) -> Markup:
    if not report.known:
        return _section("known", "Known, and let pass", tag("p", "None."))
    items = (_known_item(each, target=report.target, documents=documents) for each in report.known)
    return _section("known", "Known, and let pass", *items)


def _known_item(known: Known, *, target: str, documents: Documents) -> Markup:
    return tag(
        "details",
        tag(
            "summary",
            tag("h3", known.violation.rule.says),
            " ",
            tag("span", wording.deviation(known.deviation), class_="why"),
        ),
        _stated(known.violation.rule, documents),
        _violation(known.violation, documents, target=target),
    )


def _stale(report: Report) -> Markup:
    if not report.stale:
        return _section("stale", "Known, but not seen any more", tag("p", "None."))
    items = (tag("li", tag("code", each.violation), f" {wording.deviation(each)}") for each in report.stale)
    return _section(
        "stale", "Known, but not seen any more", tag("p", "Strike them from the file."), tag("ul", items)
    )


def _coverage(coverage: Coverage) -> Markup:
    heads = tag("tr", *(tag("th", name, scope="col") for name in ("what", "how much")))
    rows = (
        tag("tr", tag("th", name, scope="row"), tag("td", line))
        for name, line in wording.coverage_lines(coverage)
    )
    return _section(
        "coverage",
        "What was covered",
        tag("table", tag("thead", heads), tag("tbody", rows)),
        _uses("Operations, and how often each was asked", "operation", "requests", coverage.operations),
        _uses("Answers, and how often each came", "answer", "times", coverage.statuses),
        _uses("Parameters, and how often each was given", "parameter", "requests", coverage.parameters),
    )


def _uses(summary: str, what: str, unit: str, uses: Mapping[str, int]) -> Markup:
    rows = (
        tag(
            "tr",
            tag("th", tag("code", name), scope="row"),
            tag("td", str(number) if number else "○ 0", class_="covered" if number else "uncovered"),
        )
        for name, number in uses.items()
    )
    heads = tag("tr", tag("th", what, scope="col"), tag("th", unit, scope="col"))
    return tag(
        "details", tag("summary", summary), _wide(tag("table", tag("thead", heads), tag("tbody", rows)))
    )
