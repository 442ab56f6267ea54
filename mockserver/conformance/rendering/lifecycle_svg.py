"""The lifecycle as a drawing: every status and every transition, and which of them the run reached.

The layout follows from the order of the statuses and from the arrows, whatever they are called. The happy
path, which takes the smallest step at each status, lies on a line; each other status is a bar over or under
the statuses that it is connected with, the last one under the line, the one before it over it, and so on, so
that arrows are short and seldom cross. Text is measured by its number of characters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.markup import Markup, joined, tag
from mockserver.conformance.report import Arrow, Picture, Reach

CHARACTER = 7.3  # pixels of a character of a label, at most
LOWEST, BAR = 46, 38  # the heights of a status on the line, which many arrows make higher, and of a bar
STEP = 24  # between two arrows of one gap
GAP = 40  # between two statuses on the line, beside the label
LABEL, ARC = 18, 22  # from one line of labels to the next, and from one arc to the next
PORT = 16  # between two arrows at one edge
BEND = 22  # beside a bar, for an arrow to turn round
TIP = 2  # from the tip of an arrow to what it points at
MARGIN = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """Where a status is drawn. lane: 0 on the line, 1, 2, ... under it, -1, -2, ... over it."""

    x: float
    y: float
    width: float
    height: float
    lane: int = 0

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


def lifecycle_svg(picture: Picture, blamed: Mapping[str, int]) -> Markup:
    """Return the drawing as an `svg` element, which needs the page's style.

    blamed: how many violations break what the document says of a transition, by its name.
    """
    layout = Layout(picture)
    arrows = [_arrow(arrow, path, blamed.get(arrow.transition, 0)) for arrow, path in layout.paths()]
    statuses = [_status(status, box, seen=status in picture.seen) for status, box in layout.boxes.items()]
    return tag(
        "svg",
        tag("title", "The lifecycle of a batch job", id="lifecycle-title"),
        tag("desc", f"{wording.listed(_described(picture))}.", id="lifecycle-description"),
        tag("defs", *(_marker(reach) for reach in ("covered", "uncovered", "unreachable", "blamed"))),
        *(line for line, _ in arrows),
        *statuses,
        *(label for _, label in arrows),
        class_="lifecycle",
        viewBox=f"0 0 {layout.width:g} {layout.height:g}",
        width=layout.width,
        height=layout.height,
        role="img",
        aria_labelledby="lifecycle-title lifecycle-description",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The way of an arrow: SVG path commands, and where the middle of its label is."""

    commands: str
    x: float
    y: float


class Layout:
    """Where everything is drawn."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.rank = {status: number for number, status in enumerate(picture.statuses)}
        self.line = tuple(self._happy_path())
        self.column = {status: number for number, status in enumerate(self.line)}
        self.lanes = dict(self._lanes())
        self.arcs = self._arcs()
        self.boxes = self._boxes()

    @property
    def width(self) -> float:
        """Return the width of the whole, in pixels."""
        labels = [path.x + len(_label(arrow)) * CHARACTER / 2 for arrow, path in self.paths()]
        return max((*labels, *(box.right for box in self.boxes.values())), default=0) + MARGIN

    @property
    def height(self) -> float:
        """Return the height of the whole, in pixels."""
        return max((box.bottom for box in self.boxes.values()), default=0) + MARGIN

    def paths(self) -> Iterator[tuple[Arrow, Path]]:
        """Yield each arrow with its way, in the picture's order."""
        for arrow in self.picture.arrows:
            start, to = self.boxes[arrow.start], self.boxes[arrow.to]
            if start.lane and to.lane:
                yield arrow, self._beside(arrow, start, to)
            elif start.lane or to.lane:
                yield arrow, self._upright(arrow, start, to)
            elif arrow in self.arcs:
                yield arrow, self._arc(arrow, start, to)
            else:
                yield arrow, self._step(arrow, start, to)

    def _happy_path(self) -> Iterator[str]:
        """Yield the statuses of the line: from each the lowest ranked one that outranks it."""
        status = self.picture.statuses[0] if self.picture.statuses else None
        while status is not None:
            yield status
            after = [arrow.to for arrow in self.picture.arrows if arrow.start == status]
            above = [each for each in after if self.rank[each] > self.rank[status]]
            status = min(above, key=self.rank.__getitem__, default=None)

    def _lanes(self) -> Iterator[tuple[str, int]]:
        others = [status for status in reversed(self.picture.statuses) if status not in self.column]
        for number, status in enumerate(others):
            nearness = number // 2 + 1
            yield status, -nearness if number % 2 else nearness

    def _arcs(self) -> tuple[Arrow, ...]:
        """Return the arrows of the line that are no single step, the shortest and lowest first."""
        spans = {
            arrow: abs(self.column[arrow.start] - self.column[arrow.to])
            for arrow in self.picture.arrows
            if arrow.start in self.column and arrow.to in self.column
        }
        return tuple(sorted((arrow for arrow, span in spans.items() if span != 1), key=spans.__getitem__))

    def _boxes(self) -> dict[str, _Box]:
        """Return the box of each status, in the order of rank."""
        over = -min(self.lanes.values(), default=0)
        top = MARGIN + over * (BAR + MARGIN) + (self._shelf(over=True) if over else self._arc_room)
        boxes = {}
        x = float(MARGIN)
        for status, following in zip(self.line, (*self.line[1:], None), strict=True):
            ports = max(len(self._ports(status, over=True)), len(self._ports(status, over=False)))
            width = max(96.0, len(status) * (CHARACTER + 0.6) + 34, PORT * (ports + 1))
            boxes[status] = _Box(x=x, y=top, width=width, height=self._line_height)
            labels = [_label(arrow) for arrow in self._between(status, following)]
            x += width + GAP + max((len(label) * CHARACTER for label in labels), default=20)
        for status, lane in self.lanes.items():
            boxes[status] = self._bar(status, lane, boxes)
        return {status: boxes[status] for status in self.picture.statuses}

    def _bar(self, status: str, lane: int, boxes: Mapping[str, _Box]) -> _Box:
        """Return the box of a status that is not on the line: as wide as what it is connected with."""
        ends = [{arrow.start, arrow.to} for arrow in self.picture.arrows]
        near = [boxes[each] for pair in ends if status in pair for each in pair if each in self.column]
        near = near or [boxes[self.line[-1]]]
        left = min(box.x for box in near)
        width = max(max(box.right for box in near) - left, len(status) * CHARACTER + 60)
        distance = self._shelf(over=lane < 0) + (abs(lane) - 1) * (BAR + MARGIN)
        y = near[0].bottom + distance if lane > 0 else near[0].y - distance - BAR
        return _Box(x=left, y=y, width=width, height=BAR, lane=lane)

    @cached_property
    def _line_height(self) -> float:
        """Return the height of the line, at which the arrows of the fullest gap keep apart."""
        gaps = zip(self.line, self.line[1:], strict=False)
        return max(LOWEST, *(STEP * (len(self._between(*gap)) + 1) for gap in gaps), 0)

    @property
    def _arc_room(self) -> float:
        """Return the height of what arcs over the line, 0 when nothing does."""
        return ARC * len(self.arcs) + 12 if self.arcs else 0

    def _shelf(self, *, over: bool) -> float:
        """Return the height between the line and the nearest bar: its arcs, then a line for each label."""
        most = max((len(self._uprights(status, over=over)) for status in self.line), default=0)
        return 24 + LABEL * max(most, 1) + (self._arc_room if over else 0)

    def _between(self, status: str, following: str | None) -> list[Arrow]:
        """Return the arrows of a gap, those back included."""
        return [arrow for arrow in self.picture.arrows if {arrow.start, arrow.to} == {status, following}]

    def _uprights(self, status: str, *, over: bool) -> list[Arrow]:
        """Return the arrows between *status*, on the line, and the bars over it or under it."""
        return [
            arrow
            for arrow in self.picture.arrows
            if status in (arrow.start, arrow.to)
            and any(each in self.lanes and (self.lanes[each] < 0) is over for each in (arrow.start, arrow.to))
        ]

    def _ports(self, status: str, *, over: bool) -> list[tuple[Arrow, bool]]:
        """Return what ends at an edge of a status on the line, from left to right.

        Each is an arrow, and whether it starts there. Arcs to the left come first and arcs to the right last,
        the lowest outermost, so that none of them crosses what goes straight.
        """
        arcs = [
            (arrow, starts)
            for arrow in (self.arcs if over else ())
            for starts, end in ((True, arrow.start), (False, arrow.to))
            if end == status
        ]
        other = {True: lambda arrow: arrow.to, False: lambda arrow: arrow.start}
        here = self.column[status]
        leftward = [port for port in arcs if self.column[other[port[1]](port[0])] < here]
        rightward = [port for port in arcs if port not in leftward]
        straight = [(arrow, arrow.start == status) for arrow in self._uprights(status, over=over)]
        return [*leftward, *straight, *reversed(rightward)]

    def _port(self, status: str, arrow: Arrow, *, starts: bool, over: bool) -> float:
        """Return where along the edge of *status* an end of *arrow* is."""
        ports = self._ports(status, over=over)
        box = self.boxes[status]
        return box.x + box.width * (ports.index((arrow, starts)) + 1) / (len(ports) + 1)

    def _step(self, arrow: Arrow, start: _Box, to: _Box) -> Path:
        """Return the way to the next status of the line, or back: one under the other in a gap."""
        same = self._between(arrow.start, arrow.to)
        y = start.y + start.height * (same.index(arrow) + 1) / (len(same) + 1)
        left, right = (start.right, to.x - TIP) if start.x < to.x else (start.x, to.right + TIP)
        return Path(commands=f"M{left:g} {y:g}H{right:g}", x=(left + right) / 2, y=y - 5)

    def _arc(self, arrow: Arrow, start: _Box, to: _Box) -> Path:
        """Return the way over the line."""
        first = self._port(arrow.start, arrow, starts=True, over=True)
        last = self._port(arrow.to, arrow, starts=False, over=True)
        top = start.y - 10 - ARC * (self.arcs.index(arrow) + 1)
        turn = min(8, abs(last - first) / 2) * (1 if last > first else -1)
        up, down = f"V{top + 8:g}q0 -8 {turn:g} -8", f"q{turn:g} 0 {turn:g} 8V{to.y - TIP:g}"
        commands = f"M{first:g} {start.y:g}{up}H{last - turn:g}{down}"
        return Path(commands=commands, x=(first + last) / 2, y=top - 4)

    def _upright(self, arrow: Arrow, start: _Box, to: _Box) -> Path:
        """Return the way between the line and a bar: straight, its label on a line of its own."""
        name, bar = (arrow.start, to) if to.lane else (arrow.to, start)
        over = bar.lane < 0
        x = self._port(name, arrow, starts=name == arrow.start, over=over)
        number, box = self._uprights(name, over=over).index(arrow), self.boxes[name]
        edge, end = (box.y, bar.bottom) if over else (box.bottom, bar.y)
        label = edge - self._arc_room - 14 - LABEL * number if over else edge + 22 + LABEL * number
        first, last = (edge, end) if to.lane else (end, edge)
        last += TIP if first > last else -TIP
        return Path(commands=f"M{x:g} {first:g}V{last:g}", x=x, y=label)

    def _sides(self, status: str) -> list[tuple[Arrow, bool]]:
        """Return what ends at the right side of a bar, from top to bottom: loops lie away from the line."""
        ends = [
            (arrow, starts)
            for arrow in self.picture.arrows
            if arrow.start in self.lanes and arrow.to in self.lanes
            for starts, end in ((True, arrow.start), (False, arrow.to))
            if end == status
        ]
        loops = [port for port in ends if port[0].start == port[0].to]
        others = [port for port in ends if port not in loops]
        return [*loops, *others] if self.lanes[status] < 0 else [*others, *loops]

    def _side(self, status: str, arrow: Arrow, *, starts: bool) -> float:
        """Return how far down the right side of *status* an end of *arrow* is."""
        sides = self._sides(status)
        box = self.boxes[status]
        return box.y + box.height * (sides.index((arrow, starts)) + 1) / (len(sides) + 1)

    def _beside(self, arrow: Arrow, start: _Box, to: _Box) -> Path:
        """Return the way from one bar to another, or to itself: a bend right of all that lies between."""
        first = self._side(arrow.start, arrow, starts=True)
        last = self._side(arrow.to, arrow, starts=False)
        passing = [each for each in self.picture.arrows if self._passes(each)]
        number = passing.index(arrow) if arrow in passing else 0
        passed = [box.right for box in self.boxes.values() if start.lane * to.lane < 0 or box.lane]
        bend = (max(passed) if arrow in passing else start.right) + BEND + PORT * number
        turn = min(8, abs(last - first) / 2) * (1 if last > first else -1)
        commands = (
            f"M{start.right:g} {first:g}H{bend - 8:g}q8 0 8 {turn:g}V{last - turn:g}q0 {turn:g} -8 {turn:g}"
            f"H{to.right + TIP:g}"
        )
        half = len(_label(arrow)) * CHARACTER / 2
        return Path(commands=commands, x=bend + half + 6, y=(first + last) / 2 + 4 + LABEL * number)

    def _passes(self, arrow: Arrow) -> bool:
        """Return whether *arrow* leads from one bar to another."""
        return arrow.start in self.lanes and arrow.to in self.lanes and arrow.start != arrow.to


def _label(arrow: Arrow, violations: int = 0) -> str:
    return f"{'✗' if violations else wording.SIGNS[arrow.reach]} {arrow.transition}"


def _arrow(arrow: Arrow, path: Path, violations: int) -> tuple[Markup, Markup]:
    """Return the line and its label. The label is drawn over all lines."""
    kind = "blamed" if violations else arrow.reach.value
    said = (
        f"{arrow.start} to {arrow.to}: {arrow.transition} by the {arrow.by}, {wording.REACHES[arrow.reach]}"
    )
    if violations:
        said += f", {wording.counted(violations, 'violation')}"
    line = tag(
        "path", tag("title", said), d=path.commands, class_=f"arrow {kind}", marker_end=f"url(#head-{kind})"
    )
    label = tag(
        "text",
        tag("title", said),
        _label(arrow, violations),
        x=path.x,
        y=path.y,
        class_=f"label {kind} {'client' if arrow.by == 'client' else 'worker'}",
    )
    return line, label


def _status(status: str, box: _Box, *, seen: bool) -> Markup:
    kind = "covered" if seen else "uncovered"
    sign = wording.SIGNS[Reach.COVERED if seen else Reach.UNCOVERED]
    return tag(
        "g",
        tag("title", f"{status}: {'a job was seen in it' if seen else 'no job was seen in it'}"),
        tag(
            "rect",
            x=box.x,
            y=box.y,
            width=box.width,
            height=box.height,
            rx=box.height / 2 if box.lane else 10,
        ),
        tag("text", f"{sign} {status}", x=box.middle, y=box.y + box.height / 2 + 5),
        class_=f"status {kind}",
    )


def _marker(kind: str) -> Markup:
    head = tag("path", d="M0 0L9 4.5L0 9z", class_=f"head {kind}")
    return tag(
        "marker",
        head,
        id=f"head-{kind}",
        viewBox="0 0 9 9",
        refX=8,
        refY=4.5,
        markerWidth=9,
        markerHeight=9,
        markerUnits="userSpaceOnUse",
        orient="auto",
    )


def _described(picture: Picture) -> list[str]:
    described = [
        f"{arrow.start} to {arrow.to} by {arrow.transition} ({wording.REACHES[arrow.reach]})"
        for arrow in picture.arrows
    ]
    return described or ["No transition is known"]


def legend() -> Markup:
    """Return what the signs and lines of the drawing mean."""
    kinds = (
        ("covered", f"{wording.SIGNS[Reach.COVERED]} covered"),
        ("uncovered", f"{wording.SIGNS[Reach.UNCOVERED]} not covered"),
        ("unreachable", f"{wording.SIGNS[Reach.UNREACHABLE]} unreachable"),
        ("blamed", "✗ a violation breaks it"),
    )
    lines = (
        tag(
            "li",
            tag(
                "svg",
                tag("path", d="M0 6H34", class_=f"arrow {kind}"),
                class_="key",
                width=34,
                height=12,
                viewBox="0 0 34 12",
                aria_hidden="true",
            ),
            meaning,
        )
        for kind, meaning in kinds
    )
    askers = (
        tag("li", tag("b", "bold"), ": a client asks for it"),
        tag("li", tag("i", "slanted"), ": the worker does it of its own accord"),
    )
    return tag("ul", joined(lines, askers), class_="legend")
