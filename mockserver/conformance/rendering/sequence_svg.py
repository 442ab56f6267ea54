"""The exchanges that show a violation as a sequence diagram: who asked what, in order, and what came back.

Text is measured by its number of characters; what is too long for its arrow is cut, and whole in the
element's title.
"""

from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.markup import Markup, tag
from mockserver.conformance.report import Sighting, Violation

CHARACTER = 7.3  # pixels of a character, at most
WIDTH, TARGET = 960, 700  # of the whole, and where the target's line is
LANE = 120  # from one client's line to the next
TOP, ROW = 64, 62  # where the first exchange begins, and the height of one
SUCCESS, REDIRECT, REFUSED, BROKEN = 200, 300, 400, 500


def sequence_svg(violation: Violation) -> Markup:
    """Return the diagram as an `svg` element, which needs the page's style; the last exchange is marked."""
    clients = tuple(dict.fromkeys(each.by for each in violation.evidence))
    lines = {client: 70 + LANE * number for number, client in enumerate(clients)}
    height = TOP + ROW * len(violation.evidence) + 12
    last = len(violation.evidence)
    name = f"sequence-{violation.id}"
    return tag(
        "svg",
        tag("title", f"What shows it: {wording.counted(last, 'exchange')}", id=name),
        tag(
            "rect", x=4, y=TOP + ROW * (last - 1) - 6, width=WIDTH - 8, height=ROW + 2, rx=6, class_="telling"
        ),
        *(_lifeline(client, x, height) for client, x in lines.items()),
        _lifeline("target", TARGET, height),
        *(
            _exchange(number, each, lines[each.by], TOP + ROW * number)
            for number, each in enumerate(violation.evidence)
        ),
        class_="sequence",
        viewBox=f"0 0 {WIDTH} {height}",
        width=WIDTH,
        height=height,
        role="img",
        aria_labelledby=name,
    )


def _lifeline(name: str, x: float, height: float) -> Markup:
    width = len(name) * CHARACTER + 28
    return tag(
        "g",
        tag("path", d=f"M{x:g} 36V{height - 4:g}", class_="lifeline"),
        tag("rect", x=x - width / 2, y=8, width=width, height=28, rx=6),
        tag("text", name, x=x, y=27),
        class_="participant",
    )


def _exchange(number: int, sighting: Sighting, x: float, y: float) -> Markup:
    outcome = _kind(sighting.status)
    answer = wording.outcome(sighting.status, sighting.body)
    asked, answered = y + 18, y + 44
    room = int((TARGET - x - 30) / CHARACTER)
    return tag(
        "g",
        tag("title", f"{sighting.by}: {sighting.request}\n{sighting.status}: {sighting.body}"),
        tag("text", _cut(f"{number + 1}. {sighting.request}", room), x=x + 14, y=asked - 6, class_="request"),
        tag("path", d=f"M{x:g} {asked:g}H{TARGET - 2:g}", class_="ask"),
        tag("path", d=_head(TARGET - 2, asked, right=True), class_="ask head"),
        tag("text", _cut(answer, room), x=x + 14, y=answered - 6, class_=f"answer {outcome}"),
        tag("path", d=f"M{TARGET:g} {answered:g}H{x + 2:g}", class_=f"reply {outcome}"),
        tag("path", d=_head(x + 2, answered, right=False), class_=f"reply head {outcome}")
        if sighting.status
        else tag("path", d=f"M{x + 4:g} {answered - 5:g}l10 10m-10 0l10 -10", class_=f"reply lost {outcome}"),
        _shown_status(sighting, answered),
    )


def _shown_status(sighting: Sighting, y: float) -> Markup | None:
    """Return the pill that says which status the answer shows of the job, right of the target's line."""
    if sighting.job_status is None:
        return None
    text = _cut(f"job {sighting.job}: {sighting.job_status}", 30)
    width = len(text) * CHARACTER + 18
    return tag(
        "g",
        tag("rect", x=TARGET + 12, y=y - 13, width=width, height=24, rx=12),
        tag("text", text, x=TARGET + 12 + width / 2, y=y + 3.5),
        class_="pill",
    )


def _head(x: float, y: float, *, right: bool) -> str:
    back = -9 if right else 9
    return f"M{x:g} {y:g}l{back} -4.5v9z"


def _kind(status: int) -> str:
    match status:
        case 0:
            return "silent"
        case _ if SUCCESS <= status < REDIRECT:
            return "fine"
        case _ if REFUSED <= status < BROKEN:
            return "refused"
    return "broken"


def _cut(text: str, room: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= room else f"{line[: room - 1]}…"
