import itertools
import re
from dataclasses import replace

import pytest

from mockserver.conformance.rendering.lifecycle_svg import CHARACTER, Layout, lifecycle_svg
from mockserver.conformance.report import Arrow, Picture, Reach
from tests.conformance.rendering import reports

PICTURES = [
    pytest.param(reports.picture(), id="medusa"),
    pytest.param(reports.other_lifecycle(), id="another"),
    pytest.param(Picture(statuses=("only",)), id="one status"),
    pytest.param(Picture(statuses=("a", "b", "c")), id="no arrows"),
]


def rectangles(layout: Layout) -> list[tuple[float, float, float, float]]:
    return [(box.x, box.y, box.right, box.bottom) for box in layout.boxes.values()]


def test_the_happy_path_lies_on_a_line_in_its_order() -> None:
    layout = Layout(reports.picture())

    assert layout.line == ("created", "pre_processed", "confirmed", "processing", "completed")
    boxes = [layout.boxes[status] for status in layout.line]
    assert len({box.y for box in boxes}) == 1
    assert [box.x for box in boxes] == sorted(box.x for box in boxes)


def test_what_ends_badly_lies_under_the_line_and_the_next_over_it() -> None:
    boxes = Layout(reports.picture()).boxes

    assert boxes["failed"].y > boxes["created"].bottom
    assert boxes["canceled"].bottom < boxes["created"].y


def test_a_bar_is_as_wide_as_what_leads_to_it() -> None:
    boxes = Layout(reports.picture()).boxes

    assert (boxes["failed"].x, boxes["failed"].right) == (boxes["created"].x, boxes["processing"].right)


@pytest.mark.parametrize("picture", PICTURES)
def test_every_status_has_a_box_and_no_two_boxes_overlap(picture: Picture) -> None:
    layout = Layout(picture)

    overlapping = [
        (one, other)
        for one, other in itertools.combinations(rectangles(layout), 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    assert tuple(layout.boxes) == picture.statuses
    assert overlapping == []


@pytest.mark.parametrize("picture", PICTURES)
def test_everything_lies_within_the_drawing(picture: Picture) -> None:
    layout = Layout(picture)

    corners = [*rectangles(layout), *((path.x, path.y, path.x, path.y) for _, path in layout.paths())]
    assert min(min(each) for each in corners) >= 0
    assert max(each[2] for each in corners) <= layout.width
    assert max(each[3] for each in corners) <= layout.height


@pytest.mark.parametrize("picture", PICTURES)
def test_every_arrow_is_drawn_and_labelled(picture: Picture) -> None:
    svg = lifecycle_svg(picture, {})

    assert svg.count("marker-end=") == len(picture.arrows)
    assert len(re.findall(r'class="label ', svg)) == len(picture.arrows)


@pytest.mark.parametrize("picture", PICTURES)
def test_no_label_lies_upon_another(picture: Picture) -> None:
    labels = [
        (path.x - half, path.y - 11, path.x + half, path.y)
        for arrow, path in Layout(picture).paths()
        for half in [(len(arrow.transition) + 2) * CHARACTER / 2]
    ]

    overlapping = [
        (one, other)
        for one, other in itertools.combinations(labels, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    assert overlapping == []


def test_an_arrow_to_a_bar_begins_and_ends_at_the_edges_that_face_each_other() -> None:
    layout = Layout(reports.picture())

    [path] = [path for arrow, path in layout.paths() if (arrow.start, arrow.to) == ("created", "failed")]
    created, failed = layout.boxes["created"], layout.boxes["failed"]
    assert path.commands == f"M{created.middle:g} {created.bottom:g}V{failed.y - 2:g}"


def test_what_was_not_covered_is_drawn_and_told_otherwise_than_what_was() -> None:
    svg = lifecycle_svg(reports.picture(), {})

    assert 'class="arrow uncovered"' in svg
    assert "○ confirm_automatically</text>" in svg
    assert "created to failed: fail by the worker, unreachable" in svg
    assert "failed: no job was seen in it" in svg


def test_a_transition_that_a_violation_breaks_is_marked() -> None:
    svg = lifecycle_svg(reports.picture(), {"confirm": 2})

    assert "✗ confirm</text>" in svg
    assert "pre_processed to confirmed: confirm by the client, covered, 2 violations" in svg


def test_a_status_may_be_called_anything() -> None:
    arrow = Arrow(start="<a>", to='"b"', transition="&", by="client", reach=Reach.COVERED)
    picture = Picture(statuses=("<a>", '"b"'), arrows=(arrow,))

    svg = lifecycle_svg(picture, {})

    assert "<a>" not in svg
    assert "✓ &amp;</text>" in svg


def test_the_drawing_follows_from_the_picture_alone() -> None:
    seen_otherwise = replace(reports.picture(), seen=frozenset(sorted(reports.picture().seen, reverse=True)))

    assert lifecycle_svg(reports.picture(), {}) == lifecycle_svg(seen_otherwise, {})
