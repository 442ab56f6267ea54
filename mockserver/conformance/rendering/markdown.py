"""The report as Markdown of GitHub's kind: for the summary of a step, or to paste into an issue.

What a target sent stands in code spans and fenced blocks only, whose fences are longer than any in it.
"""

import re
from collections.abc import Iterator, Mapping

from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.legible import legible
from mockserver.conformance.rendering.places import Documents
from mockserver.conformance.report import Picture, Reach, Reached, Report, Rule, Verdict, Violation

_SIGNS = {Verdict.CONFORMS: "✅", Verdict.VIOLATES: "❌", Verdict.INCONCLUSIVE: "⚠️"}


def markdown(report: Report, documents: Documents, *, most_characters: int | None = None) -> str:
    """Return the report as Markdown.

    most_characters: where the text would be longer, the last violations are only named. None: as long as it
    is.
    """
    report = legible(report)
    before = "\n".join(_before(report))
    after = "\n".join(_after(report))
    articles = ["\n".join(_rule(rule, group, report, documents)) for rule, group in _groups(report).items()]
    shown = len(articles)
    while True:
        text = "\n".join((before, *articles[:shown], *_rest(report, shown), after)) + "\n"
        if most_characters is None or len(text) <= most_characters or not shown:
            return text if most_characters is None else text[:most_characters]
        shown -= 1


def code(text: str) -> str:
    """Return *text* as a code span on one line, whatever it holds."""
    line = " ".join(text.split()) or " "
    fence = "`" * (_longest_run(line) + 1)
    padding = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def block(text: str, language: str) -> str:
    """Return *text* as a fenced block, whatever it holds."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def prose(text: str) -> str:
    """Return *text* so that Markdown and HTML leave it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~@&])", r"\\\1", " ".join(text.split()))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _groups(report: Report) -> Mapping[Rule, tuple[Violation, ...]]:
    return wording.by_rule(report.violations)


def _before(report: Report) -> Iterator[str]:
    yield f"## {_SIGNS[report.verdict]} {prose(wording.verdict_sentence(report))}"
    yield ""
    yield f"{code(report.target)}, judged by {prose(wording.judged_by(report))}"
    if kept := wording.kept_and_broken(report):
        yield ""
        yield kept
    yield ""
    if trouble := wording.broken_off(report):
        yield f"**{prose(trouble)}**"
        yield ""
    yield "| part | found | tried |"
    yield "|---|---|---|"
    for part in wording.told_of(report):
        yield f"| {part} | {wording.found_in(part, report)} | {wording.PARTS[part]} |"
    yield ""


def _rule(
    rule: Rule, violations: tuple[Violation, ...], report: Report, documents: Documents
) -> Iterator[str]:
    places = wording.listed(
        f"[{code(str(each))}]({each.address})" if each.address else code(str(each))
        for each in documents.locate(rule.place)
    )
    yield f"### {prose(rule.says)}"
    yield ""
    yield f"Stated in {places}, rule {code(rule.id)}."
    yield ""
    for each in violations[: wording.MOST_IN_FULL]:
        yield f"- **{code(each.operation)} {code(each.where)}**, {wording.times(each)}"
        yield f"  - expected {code(each.expected)}"
        yield f"  - found {code(each.found)}"
        yield f"  - id {code(each.id)}"
        yield f"  - {prose(wording.next_step(each, documents))}"
        yield ""
        if each.evidence:
            yield "<details><summary>How to see it</summary>"
            yield ""
            yield block("\n".join(wording.commands(each, target=report.target)), "sh")
            yield ""
            yield block("\n".join(_exchanges(each)), "text")
            yield ""
            yield "</details>"
            yield ""
    rest = violations[wording.MOST_IN_FULL :]
    if rest:
        yield from (f"- {code(each.operation)} {code(each.where)}, id {code(each.id)}" for each in rest)
        yield ""


def _exchanges(violation: Violation) -> Iterator[str]:
    for number, each in enumerate(violation.evidence, start=1):
        shown = f", job {each.job} is {each.job_status}" if each.job_status else ""
        yield f"{number}. {each.by}: {each.request}"
        yield f"   {wording.outcome(each.status, each.body)}{shown}"
        if each.status and each.body:
            yield f"   {each.body}"


def _rest(report: Report, shown: int) -> Iterator[str]:
    rest = [each for group in list(_groups(report).values())[shown:] for each in group]
    if rest:
        yield "### And more, which the other reports show whole"
        yield ""
        yield from (f"- {code(each.id)}" for each in rest)
        yield ""


def _after(report: Report) -> Iterator[str]:
    if report.known:
        yield "### Known, and let pass"
        yield ""
        for known in report.known:
            says, why = prose(known.violation.rule.says), prose(wording.deviation(known.deviation))
            yield f"- {says} {why} {code(known.violation.id)}"
        yield ""
    if report.stale:
        yield "### Known, but not seen any more: strike them from the file"
        yield ""
        for stale in report.stale:
            yield f"- {code(stale.violation)} {prose(wording.deviation(stale))}"
        yield ""
    yield "### Covered"
    yield ""
    yield "| what | how much |"
    yield "|---|---|"
    for name, line in wording.coverage_lines(report.coverage):
        yield f"| {name} | {line} |"
    yield ""
    if report.picture.arrows:
        yield "<details><summary>The lifecycle, and what was reached of it</summary>"
        yield ""
        yield block("\n".join(_mermaid(report.picture)), "mermaid")
        yield ""
        yield from _grid(report.coverage.refusals)
        yield "</details>"
        yield ""
    if report.notes:
        yield "### Notes"
        yield ""
        yield from (f"- {prose(note)}" for note in report.notes)
        yield ""


def _mermaid(picture: Picture) -> Iterator[str]:
    """Yield the state diagram. A status has a number for a name there, since it may be called anything."""
    names = {status: f"s{number}" for number, status in enumerate(picture.statuses)}
    yield "stateDiagram-v2"
    for status, name in names.items():
        sign = wording.SIGNS[Reach.COVERED if status in picture.seen else Reach.UNCOVERED]
        yield f'    state "{_label(f"{sign} {status}")}" as {name}'
    for arrow in picture.arrows:
        label = _label(f"{wording.SIGNS[arrow.reach]} {arrow.by}, {arrow.transition}")
        yield f"    {names[arrow.start]} --> {names[arrow.to]}: {label}"


def _label(text: str) -> str:
    return re.sub(r'["`:;#<>{}\\]', " ", text)


def _grid(refusals: Mapping[str, Reached]) -> Iterator[str]:
    verbs, rows = wording.grid(refusals)
    if not verbs:
        return
    yield f"| status | {' | '.join(prose(verb) for verb in verbs)} |"
    yield f"|---|{'---|' * len(verbs)}"
    for status, cells in rows.items():
        shown = (cells.get(verb) for verb in verbs)
        words = (
            "" if each is None else f"{wording.SIGNS[each.reach]} {wording.REACHES[each.reach]}"
            for each in shown
        )
        yield f"| {prose(status)} | {' | '.join(words)} |"
    yield ""
