"""The rules about asking for a transition, one of each for every transition that a client may ask for.

Knows the lifecycle's words and nothing of answers: the witness judges by these.
"""

from collections.abc import Iterator

from mockserver.conformance.report import Part, Rule
from mockserver.lifecycle import Lifecycle, Transition

LONGEST_ID = 120


def about(transition: Transition, lifecycle: Lifecycle) -> Iterator[Rule]:
    """Yield every rule about asking for *transition*."""
    yield only_from(transition, lifecycle)
    yield is_granted(transition)
    yield is_answered(transition)
    yield shows_in_its_answer(transition)
    yield refusal_of(transition)


def only_from(transition: Transition, lifecycle: Lifecycle) -> Rule:
    """Return the rule that *transition* is refused where it may not start."""
    starts = [each for each in lifecycle.statuses if each in transition.starts]
    return _rule(
        transition,
        f"{transition.name}-only-from-{'-or-'.join(starts)}",
        f"{transition.name} may start only from {', '.join(starts)}.",
        ", from",
    )


def is_granted(transition: Transition) -> Rule:
    """Return the rule that *transition* is granted where it may start."""
    name = transition.name
    return _rule(
        transition,
        f"{name}-is-granted-where-it-may-start",
        f"{name} is granted where it may start.",
        ", from",
    )


def is_answered(transition: Transition) -> Rule:
    """Return the rule that who asks for *transition* learns what came of it."""
    name = transition.name
    says = f"Who asks for {name} is told that it was made, or is refused."
    return _rule(transition, f"{name}-is-answered", says)


def shows_in_its_answer(transition: Transition) -> Rule:
    """Return the rule that the answer which grants *transition* shows it."""
    name = transition.name
    says = f"The answer that grants {name} shows the job after it."
    return _rule(transition, f"{name}-shows-in-its-answer", says, ", to")


def refusal_of(transition: Transition) -> Rule:
    """Return the rule of the words in which *transition* is refused."""
    name = transition.name
    says = f"Who asks for {name} where it may not start is told so in these words."
    return _rule(transition, f"refusal-of-{name}", says, ", refusal")


def _rule(transition: Transition, name: str, says: str, key: str = "") -> Rule:
    place = f"schemas/BatchJob.yaml, x-lifecycle, transitions, {transition.name}{key}"
    return Rule(id=f"lifecycle/{name}"[:LONGEST_ID], says=says, place=place, part=Part.LIFECYCLE)
