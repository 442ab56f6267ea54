"""What has been found so far: violations, each once, however often it was met.

Mutable: it fills during a run. Of several pieces of evidence for one violation it keeps the shortest, and
of equally short ones always the same.
"""

from dataclasses import dataclass, field, replace

from mockserver.conformance.report import Part, Rule, Sighting, Violation, violation_id
from mockserver.conformance.rules import READS_ARE_FRESH


@dataclass
class Findings:
    """Collects violations by id."""

    found: dict[str, Violation] = field(default_factory=dict)
    subjects: dict[str, set[str]] = field(default_factory=dict)

    def add(  # noqa: PLR0913  # what a violation is made of
        self,
        rule: Rule,
        *,
        operation: str,
        where: str,
        expected: str,
        found: str,
        subject: str,
        kind: str = "",
        anywhere: bool = False,
        evidence: tuple[Sighting, ...] = (),
    ) -> None:
        """Keep one violation.

        kind: what keeps two of one rule at one place apart. subject: the job or request. anywhere: it is
        the same violation, whichever operation shows it.
        """
        at = "" if anywhere else operation
        identifier = violation_id(rule, operation=at, where=where, kind=kind)
        violation = Violation(
            id=identifier,
            rule=rule,
            operation=operation,
            where=where,
            expected=expected,
            found=found,
            evidence=evidence,
        )
        subjects = self.subjects.setdefault(identifier, set())
        subjects.add(subject)
        self.found[identifier] = min(self.found.get(identifier, violation), violation, key=_weight)

    def violations(self) -> tuple[Violation, ...]:
        """Return the violations by part and rule; first those of which others may be the consequence."""
        order = list(Part)
        counted = [replace(each, times=len(self.subjects[each.id])) for each in self.found.values()]

        def place(each: Violation) -> tuple[bool, int, str, str]:
            return each.rule != READS_ARE_FRESH, order.index(each.rule.part), each.rule.id, each.id

        return tuple(sorted(counted, key=place))


def _weight(violation: Violation) -> tuple[int, int, str]:
    text = repr((violation.evidence, violation.expected, violation.found))
    return len(violation.evidence), len(text), text
