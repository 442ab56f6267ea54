import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from mockserver.conformance.rendering import Documents, render
from mockserver.conformance.rendering.markup import VOID, Markup, joined, tag
from mockserver.conformance.report import Report
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports

DOCUMENTS = Documents(folder=shipped_folder())
LOADS = (
    "src",
    "srcset",
    "data",
    "poster",
    "background",
    "action",
    "formaction",
    "manifest",
    "ping",
    "xlink:href",
)


class Page(HTMLParser):
    """A page as a list of elements with their attributes, and the mistakes of their nesting."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.mistakes: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if len(dict(attrs)) < len(attrs):
            self.mistakes.append(f"{tag} has an attribute twice")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(f"</{tag}> where {self.open} is open")

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for element, attributes in self.elements if element == name]

    def text(self, name: str) -> str:
        return " ".join(text for element, text in self.texts if element == name)


def read(report: Report, documents: Documents = DOCUMENTS) -> Page:
    return Page(render(report, "html", documents=documents))


@pytest.mark.parametrize("make", reports.EVERY)
def test_elements_are_nested_well(make: Callable[[], Report]) -> None:
    page = read(make())

    assert (page.mistakes, page.open) == ([], [])
    assert len(page.elements) > 50


@pytest.mark.parametrize("make", reports.EVERY)
def test_ids_are_unique_and_every_reference_is_to_one(make: Callable[[], Report]) -> None:
    page = read(make())

    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    references = [(attributes.get("href") or "").removeprefix("#") for attributes in page.all("a")]
    labels = [
        name for _, attributes in page.elements for name in (attributes.get("aria-labelledby") or "").split()
    ]
    assert len(ids) == len(set(ids))
    assert set(references) | set(labels) <= set(ids)


@pytest.mark.parametrize("make", reports.EVERY)
def test_nothing_is_loaded(make: Callable[[], Report]) -> None:
    page = read(make())

    assert [
        each for each, _ in page.elements if each in ("link", "img", "iframe", "object", "embed", "base")
    ] == []
    assert [attributes for _, attributes in page.elements if set(attributes) & set(LOADS)] == []
    assert "@import" not in page.text("style")
    assert re.findall(r"url\((?!#)|https?:", page.text("style") + page.text("script")) == []
    values = [value or "" for _, attributes in page.elements for value in attributes.values()]
    assert [value for value in values if "url(" in value and not value.startswith("url(#")] == []


def test_a_hostile_target_adds_no_element_and_no_attribute() -> None:
    page = read(reports.hostile())

    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert [name for _, attributes in page.elements for name in attributes if name.startswith("on")] == []
    assert "<script>alert(1)</script>" in page.text("pre")
    assert "<script>alert(1)</script>" in page.text("dd")


def test_only_the_scripts_and_styles_of_the_page_itself_may_run() -> None:
    page = read(reports.hostile())

    policies = [each["content"] or "" for each in page.all("meta") if each.get("http-equiv")]
    assert len(policies) == 1
    assert policies[0].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policies[0]
    assert [attributes for _, attributes in page.elements if "style" in attributes] == []


def test_the_verdict_is_the_first_heading() -> None:
    page = read(reports.rich())

    headings = [element for element, _ in page.elements if re.fullmatch(r"h\d", element)]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    assert "The target does not conform: 4 violations of 3 rules" in page.text("span")


def test_no_level_of_headings_is_skipped() -> None:
    page = read(reports.rich())

    levels = [int(element[1]) for element, _ in page.elements if re.fullmatch(r"h\d", element)]
    assert [pair for pair in itertools.pairwise(levels) if pair[1] - pair[0] > 1] == []


def test_every_drawing_and_every_part_of_the_page_has_a_name() -> None:
    page = read(reports.rich())

    drawings = [each for each in page.all("svg") if each.get("aria-hidden") != "true"]
    named = [*drawings, *page.all("section"), *page.all("article"), *page.all("nav")]
    assert len(drawings) == 1 + len(reports.rich().violations) + len(reports.rich().known)
    assert [each for each in drawings if each.get("role") != "img"] == []
    assert [each for each in named if not (each.get("aria-labelledby") or each.get("aria-label"))] == []
    assert page.all("html") == [{"lang": "en"}]
    assert [each for each in page.all("th") if "scope" not in each] == []


def test_without_a_script_every_button_is_missing_and_nothing_else() -> None:
    page = read(reports.rich())

    assert page.all("button") == []
    assert [each for each in page.elements if "hidden" in each[1]] == []
    assert page.text("span").count("curl -sS") == sum(
        len(each.evidence) for each in (*reports.rich().violations, reports.MISCOUNTED)
    )


def test_what_was_not_reached_is_told_in_words_and_signs() -> None:
    page = read(reports.rich())

    cells = page.text("span")
    assert "is made ○ not covered" in cells
    assert "is refused ⊘ unreachable" in cells
    assert ": not covered: processing was over too soon" in page.text("li")


def test_a_violation_is_drawn_with_the_statuses_that_its_answers_show() -> None:
    page = read(replace(reports.rich(), violations=(reports.EARLY,), known=()))

    drawn = page.text("text")
    assert "user second user" in " ".join(drawn.split())
    assert "2. POST /admin/batch-jobs/batch_<1>/confirm" in drawn
    assert "job 1: confirmed" in drawn


def test_a_request_without_an_answer_is_drawn_as_lost() -> None:
    page = read(replace(reports.rich(), violations=(reports.SILENT,), known=()))

    assert "no answer: the connection was reset" in page.text("text")
    assert [each for each in page.all("path") if "lost" in (each.get("class") or "")] != []


def test_a_place_links_to_the_web_where_the_documents_are_on_it() -> None:
    documents = Documents(folder=shipped_folder(), web="https://example.com/o")

    page = read(reports.rich(), documents)

    links = [each["href"] for each in page.all("a")]
    assert "https://example.com/o/schemas/BatchJob.yaml#L142" in links


def test_text_is_escaped_on_its_way_into_an_element_and_markup_is_not() -> None:
    assert tag("p", "<b>", tag("b", "&"), None, title='"') == '<p title="&quot;">&lt;b&gt;<b>&amp;</b></p>'
    assert joined("<", Markup("<br>"), ["a", None]) == "&lt;<br>a"


def luminance(color: str) -> float:
    """Return the relative luminance of *color*, `#rrggbb` or `#rgb`. Source: WCAG 2.2."""
    digits = color.lstrip("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    channels = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_every_text_has_a_contrast_of_four_and_a_half(scheme: int) -> None:
    style = read(reports.empty()).text("style")
    palette = dict(
        re.findall(r"--([\w-]+): (#\w+)", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme])
    )
    pairs = [
        *itertools.product(("ink", "soft", "link", "good", "bad", "warn"), ("paper", "card")),
        *itertools.product(("ink", "soft"), ("good-paper", "bad-paper", "warn-paper", "code")),
        *itertools.product(("good", "warn", "bad"), ("bad-paper",)),
        ("good", "good-paper"),
        ("warn", "warn-paper"),
    ]

    lights = {name: luminance(color) + 0.05 for name, color in palette.items()}
    contrasts = {
        pair: max(lights[each] for each in pair) / min(lights[each] for each in pair) for pair in pairs
    }

    assert {pair: contrast for pair, contrast in contrasts.items() if contrast < 4.5} == {}
