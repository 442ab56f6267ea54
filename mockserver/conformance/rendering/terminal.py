"""The report for somebody at a terminal: the verdict first, then what was found, then what to do next."""

import textwrap
from collections.abc import Iterator

from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.legible import legible
from mockserver.conformance.rendering.places import Documents
from mockserver.conformance.report import Report, Rule, Sighting, Verdict, Violation

NARROWEST = 40  # columns; below, words are no longer kept apart
_BOLD, _DIM, _RED, _GREEN, _YELLOW = "1", "2", "31", "32", "33"
_VERDICT_INKS = {Verdict.CONFORMS: _GREEN, Verdict.VIOLATES: _RED, Verdict.INCONCLUSIVE: _YELLOW}
_LABEL = 10  # columns of the labels within a violation


def terminal(
    report: Report, *, color: bool = False, width: int = 80, documents: Documents | None = None
) -> str:
    """Return the report as lines for a terminal.

    color: with ANSI colours, which repeat what the words say. width: columns; only curl lines are longer, to
    be pasted.
    """
    page = _Page(width=max(width, NARROWEST), color=color, documents=documents or Documents())
    return "\n".join(page.lines(legible(report))) + "\n"


class _Page:
    """How wide, with which ink, by which documents."""

    def __init__(self, *, width: int, color: bool, documents: Documents) -> None:
        self.width = width
        self.color = color
        self.documents = documents

    def lines(self, report: Report) -> Iterator[str]:
        ink = _VERDICT_INKS[report.verdict]
        sign = wording.VERDICT_SIGNS[report.verdict]
        yield from self.wrapped(f"{sign} {wording.verdict_sentence(report)}", hang=2, inks=(_BOLD, ink))
        yield from self.wrapped(f"{report.target}, judged by {wording.judged_by(report)}", indent=2)
        if trouble := wording.broken_off(report):
            yield from self.wrapped(trouble, indent=2, inks=(_YELLOW,))
        yield from self.tried(report)
        for number, (rule, violations) in enumerate(wording.by_rule(report.violations).items(), start=1):
            yield from self.rule(number, rule, violations, target=report.target)
        yield from self.known(report)
        yield from self.stale(report)
        yield from self.heading("Covered")
        for name, line in wording.coverage_lines(report.coverage):
            yield from self.labelled(name, line, indent=2, label=15)
        yield from self.uncovered(report)
        if report.notes:
            yield from self.heading("Notes")
            for note in report.notes:
                yield from self.wrapped(f"- {note}", indent=2, hang=2)
        yield from self.next_steps(report)

    def tried(self, report: Report) -> Iterator[str]:
        yield from self.heading("Tried")
        if line := wording.kept_and_broken(report):
            yield from self.wrapped(line, indent=2)
        for part in wording.told_of(report):
            line = f"found {wording.found_in(part, report)}: {wording.PARTS[part]}"
            yield from self.labelled(part, line, indent=2, label=11)
        if not wording.told_of(report):
            yield "  nothing"

    def rule(
        self, number: int, rule: Rule, violations: tuple[Violation, ...], *, target: str
    ) -> Iterator[str]:
        yield ""
        yield from self.wrapped(f"{number}. {rule.says}", hang=len(f"{number}. "), inks=(_BOLD, _RED))
        yield from self.labelled("rule", rule.id)
        yield from self.labelled("stated in", wording.place_of(rule, self.documents))
        for violation in violations[: wording.MOST_IN_FULL]:
            yield ""
            yield from self.violation(violation, target=target)
        rest = violations[wording.MOST_IN_FULL :]
        if rest:
            yield ""
            yield from self.wrapped("and, which --report shows in full:", indent=3)
        for each in rest:
            yield from self.wrapped(
                f"✗ {each.operation}, {each.where} ({wording.times(each)}): {each.id}", indent=3, hang=2
            )

    def violation(self, violation: Violation, *, target: str) -> Iterator[str]:
        seen = wording.times(violation)
        yield from self.wrapped(
            f"✗ {violation.operation}, {violation.where} ({seen})", indent=3, hang=2, inks=(_BOLD,)
        )
        yield from self.labelled("expected", violation.expected, indent=5)
        yield from self.labelled("found", violation.found, indent=5, inks=(_RED,))
        yield from self.labelled("id", violation.id, indent=5)
        for each in violation.evidence:
            yield from self.labelled("", f"{each.request} → {_answer(each)}", indent=5, inks=(_DIM,))
        if violation.evidence:
            yield self.inked("     to see it:", _DIM)
            yield from (f"       {line}" for line in wording.commands(violation, target=target))
        yield from self.labelled("to do", wording.next_step(violation, self.documents), indent=5)

    def known(self, report: Report) -> Iterator[str]:
        if report.known:
            yield from self.heading("Known, and let pass")
        for each in report.known:
            yield from self.wrapped(f"- {each.violation.rule.says}", indent=2, hang=2)
            yield from self.wrapped(wording.deviation(each.deviation), indent=4, inks=(_DIM,))
            yield from self.wrapped(each.violation.id, indent=4, inks=(_DIM,))

    def stale(self, report: Report) -> Iterator[str]:
        if report.stale:
            yield from self.heading("Known, but not seen any more: strike them from the file")
        for each in report.stale:
            yield from self.wrapped(f"- {each.violation}", indent=2, hang=2, inks=(_YELLOW,))
            yield from self.wrapped(wording.deviation(each), indent=4, inks=(_DIM,))

    def uncovered(self, report: Report) -> Iterator[str]:
        reached = (*report.coverage.transitions.items(), *report.coverage.refusals.items())
        for name, each in reached:
            if each.reason:
                line = f"{wording.SIGNS[each.reach]} {name}: {wording.REACHES[each.reach]}, {each.reason}"
                yield from self.wrapped(line, indent=2, hang=2, inks=(_DIM,))

    def next_steps(self, report: Report) -> Iterator[str]:
        steps = []
        if report.violations:
            steps = [
                "Set the variables that the curl lines name, and paste the lines: they show it without us.",
                "Mend the target; or the documents, where the target is right.",
                "To let one pass meanwhile, add it to the file that --known names:",
            ]
        elif report.trouble:
            steps = ["Mend what is said above, and run it again: nothing can be told yet."]
        if steps:
            yield from self.heading("What to do next")
        for number, step in enumerate(steps, start=1):
            yield from self.wrapped(f"{number}. {step}", indent=2, hang=3)
        if report.violations:
            yield from (f"       {line}" for line in wording.known_entry(report.violations[0]))

    def heading(self, words: str) -> Iterator[str]:
        yield ""
        yield from self.wrapped(words, inks=(_BOLD,))

    def labelled(
        self, label_: str, words: str, *, indent: int = 3, label: int = _LABEL, inks: tuple[str, ...] = ()
    ) -> Iterator[str]:
        yield from self.wrapped(f"{label_:<{label}}{words}", indent=indent, hang=label, inks=inks)

    def wrapped(
        self, words: str, *, indent: int = 0, hang: int = 0, inks: tuple[str, ...] = ()
    ) -> Iterator[str]:
        """Yield *words* in lines of the width: *indent* before each, *hang* more from the second on."""
        first, later = " " * indent, " " * (indent + hang)
        wrapper = textwrap.TextWrapper(
            width=self.width,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
            drop_whitespace=True,
        )
        for number, paragraph in enumerate(words.split("\n")):
            wrapper.initial_indent = later if number else first
            wrapper.subsequent_indent = later
            yield from (self.inked(line, *inks) for line in wrapper.wrap(paragraph) or [""])

    def inked(self, line: str, *inks: str) -> str:
        return f"\x1b[{';'.join(inks)}m{line}\x1b[0m" if self.color and inks and line else line


def _answer(sighting: Sighting) -> str:
    answer = wording.outcome(sighting.status, sighting.body)
    return answer if sighting.job_status is None else f"{answer}, {sighting.job_status}"
