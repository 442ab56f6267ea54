import re
from dataclasses import replace

import pytest

from mockserver.conformance.rendering import Documents, render
from mockserver.conformance.rendering.markdown import block, code, markdown
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports


def test_the_verdict_is_the_heading() -> None:
    text = render(reports.rich(), "markdown")

    assert text.splitlines()[0] == (
        "## ❌ The target does not conform: 4 violations of 3 rules, beside 1 known deviation."
    )


def test_a_place_is_a_link_where_the_documents_have_an_address() -> None:
    documents = Documents(folder=shipped_folder(), web="https://example.com/o")

    text = render(reports.rich(), "markdown", documents=documents)

    assert (
        "[`openapi/schemas/BatchJob.yaml:142 (x-lifecycle, transitions, confirm)`]"
        "(https://example.com/o/schemas/BatchJob.yaml#L142)"
    ) in text


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("plain", "`plain`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("``x", "``` ``x ```"),
        ("two\nlines", "`two lines`"),
        ("", "` `"),
    ],
)
def test_a_code_span_holds_whatever_it_is_given(text: str, span: str) -> None:
    assert code(text) == span


def test_a_block_cannot_be_ended_from_within() -> None:
    assert block("a\n````\nb", "text") == "`````text\na\n````\nb\n`````"


def test_a_hostile_target_writes_no_markup_outside_of_code() -> None:
    text = render(reports.hostile(), "markdown")

    outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", text)
    outside = re.sub(r"(?s)(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", re.sub(r"\\.", "", outside))
    assert "alert" in outside
    assert [
        tag for tag in re.findall(r"<[^>]*>", outside) if "details" not in tag and "summary" not in tag
    ] == []
    assert "@all" not in outside


def test_of_many_violations_of_one_rule_the_last_are_only_named() -> None:
    many = tuple(
        reports.violation(reports.CONFIRM_RULE, reports.CREATED, where=f"response.body.{number}")
        for number in range(5)
    )

    text = render(replace(reports.rich(), violations=many), "markdown")

    assert text.count("How to see it") == 3
    assert f"- `{many[4].operation}` `response.body.4`, id `{many[4].id}`" in text


def test_the_grid_has_a_row_for_each_status() -> None:
    lines = render(reports.rich(), "markdown").splitlines()

    assert "| status | confirm | cancel |" in lines
    assert r"| processing | ✓ covered | ○ not covered |" in lines


def test_the_lifecycle_is_drawn_with_what_was_reached() -> None:
    text = render(reports.rich(), "markdown")

    assert '    state "○ failed" as s6\n' in text
    assert "    s1 --> s2: ○ worker, confirm_automatically\n" in text


def test_a_text_too_long_names_its_last_violations_only() -> None:
    whole = render(reports.rich(), "markdown")

    text = markdown(reports.rich(), Documents(), most_characters=len(whole) - 1)

    assert len(text) < len(whole)
    assert "### And more, which the other reports show whole" in text
    assert f"- `{reports.SILENT.id}`" in text
    assert "## Every request gets an answer" not in text


def test_a_text_is_never_longer_than_it_may_be() -> None:
    assert len(markdown(reports.rich(), Documents(), most_characters=300)) == 300
