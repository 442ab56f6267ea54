"""What is to be said of requests that got no answer: connections that break, and answers that never come.

Knows the tallies of a target, and neither jobs nor their lifecycle.
"""

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.report import Part, Rule
from mockserver.conformance.target import Tally

FEWEST, SHARE = 3, 0.02  # of the requests, below which a loss is what every network has
ANSWERED = Rule(
    id="target/requests-are-answered",
    says="Every request is answered.",
    place="openapi.yaml, paths",
    part=Part.JUDGE,
)


def say_losses(inquiry: Inquiry) -> None:
    """Note what was lost, and report it where it is no accident."""
    target, tallies = inquiry.target, inquiry.target.tallies
    never = {name: each for name, each in tallies.items() if _never(each)}
    others = [each for name, each in tallies.items() if name not in never]
    broken, answered = (sum(getattr(each, count) for each in others) for count in ("broken", "answered"))
    if broken >= FEWEST and broken >= SHARE * (broken + answered):
        operation, lost = next(
            ((name, each) for name, each in tallies.items() if each.lost is not None), ("none", Tally())
        )
        found = "connections break again and again before there is an answer, whatever is asked"
        _say(inquiry, lost, found=found, kind="now and then", operation=operation, subject="target")
        never = {name: each for name, each in never.items() if each.silent > 1}
    for name, each in never.items():
        _say(inquiry, each, found=_found(each), kind="never", operation=name, subject=name)
    if target.broken:
        inquiry.note(
            "Connections broke before there was an answer; what may be asked twice was asked again, and what "
            "may not was left open."
        )
    if target.refused and any(each.answered for each in tallies.values()):
        inquiry.note("The target refused connections for a while, and was waited for.")
    if target.throttled:
        inquiry.note(
            "The target limits how much it is asked in a while (429), and was waited for; lift that for "
            "tests, or give the run more --max-time."
        )


def _never(tally: Tally) -> bool:
    """Return whether an operation that was asked often enough never answered."""
    return not tally.answered and (tally.broken >= FEWEST or tally.silent > 1)


def _found(tally: Tally) -> str:
    if tally.silent > 1:
        return "no answer comes, however often it is asked"
    return "the connection is closed without an answer, however often it is asked"


def _say(  # what a violation is made of
    inquiry: Inquiry, tally: Tally, *, found: str, kind: str, operation: str, subject: str
) -> None:
    lost = () if tally.lost is None else (tally.lost,)
    inquiry.witness.report(
        ANSWERED,
        *lost,
        where="response",
        expected="an answer",
        found=found,
        kind=kind,
        operation=operation,
        anywhere=kind != "never",
        subject=subject,
    )
