"""Which rules a run has tried: what the report counts, beside what it found.

A rule counts as tried where the part that looks for it came to its end, and there was something to judge by
it; so a rule that nothing could break is not among them. Knows nothing of how rules are judged.
"""

from collections.abc import Iterator

from mockserver.conformance import asking, exploration, fuzz, losses, rules, schema_rules
from mockserver.conformance.lists import laws as laws_of_lists
from mockserver.conformance.probes import laws as laws_of_probes
from mockserver.conformance.report import Part, Rule
from mockserver.conformance.witness import Witness


def tried(witness: Witness, *, parts: list[Part], unfinished: set[Part]) -> tuple[Rule, ...]:
    """Return the rules that were tried, each once, by part; the rules that are broken among them.

    parts: those that were run. unfinished: those of them that were cut short.
    """
    whole = [each for each in parts if each not in unfinished]
    found = {each.rule.id: each.rule for each in witness.findings.found.values()}
    known = {each.id: each for each in _tried(witness, parts, whole)}
    order = list(Part)
    return tuple(sorted({**known, **found}.values(), key=lambda each: order.index(each.part)))


def _tried(witness: Witness, parts: list[Part], whole: list[Part]) -> Iterator[Rule]:
    if witness.operations:
        yield losses.ANSWERED
        yield from schema_rules.EVERY
    if witness.jobs:
        yield from _constants(rules)
    if Part.JUDGE in whole:
        yield from _constants(laws_of_probes)
    for each in witness.lifecycle.transitions.values():
        if witness.jobs and each.operation is not None and witness.operations.get(each.operation):
            yield from asking.about(each, witness.lifecycle)
    if Part.LIFECYCLE in parts:
        yield from _constants(exploration)
    if Part.LISTS in whole:
        yield from _constants(laws_of_lists)
    if Part.FUZZ in whole:
        yield from fuzz.RULES


def _constants(module: object) -> Iterator[Rule]:
    """Yield the rules that *module* states by name, in the order in which it does."""
    yield from (each for each in vars(module).values() if isinstance(each, Rule))
