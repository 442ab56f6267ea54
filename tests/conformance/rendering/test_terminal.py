import re
from dataclasses import replace

import pytest

from mockserver.conformance.rendering import Documents, terminal
from mockserver.conformance.report import Report
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports

DOCUMENTS = Documents(folder=shipped_folder())


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        pytest.param(
            reports.rich(),
            "✗ The target does not conform: 4 violations of 3 rules, beside 1 known deviation.",
            id="violates",
        ),
        pytest.param(reports.healthy(), "✓ The target conforms: no violation was found.", id="conforms"),
        pytest.param(
            reports.inconclusive(),
            "? No verdict: nothing listens at http://127.0.0.1:9000; start the target first",
            id="inconclusive",
        ),
    ],
)
def test_the_verdict_comes_first_and_in_words(report: Report, sentence: str) -> None:
    text = terminal(report, width=100)

    assert text.splitlines()[0] == sentence


def test_a_violation_is_told_with_all_that_is_needed_to_see_and_mend_it() -> None:
    text = terminal(reports.rich(), width=120, documents=DOCUMENTS)

    lines = [line.strip() for line in text.splitlines()]
    start = lines.index("2. A client may confirm a batch job in pre_processed only.")
    assert lines[start + 1 : start + 17] == [
        "rule      lifecycle/confirm-only-from-pre_processed",
        "stated in openapi/schemas/BatchJob.yaml:142 (x-lifecycle, transitions, confirm)",
        "",
        "✗ PostBatchJobsBatchJobConfirmProcessing, response.status (seen 3 times)",
        "expected  400, not_allowed",
        "found     200",
        "id        confirm-only-from-pre-processed-f27e0946",
        'POST /admin/batch-jobs {"type": "product-export", "context": {}, "dry_run": true} → 201, created',
        "POST /admin/batch-jobs/batch_<1>/confirm → 400",
        "POST /admin/batch-jobs/batch_<1>/confirm → 200, confirmed",
        "to see it:",
        "URL=http://127.0.0.1:9000",
        "# set TOKEN first: who is asking, as in the run",
        reports.CREATED.curl,
        reports.CONFIRMED_EARLY.curl,
        reports.CONFIRMED_EARLY.curl,
    ]


def test_of_many_violations_of_one_rule_the_last_are_only_named() -> None:
    many = tuple(
        reports.violation(reports.CONFIRM_RULE, reports.CREATED, where=f"response.body.{number}")
        for number in range(5)
    )

    text = terminal(replace(reports.rich(), violations=many), width=200)

    assert [text.count(each.id) for each in many] == [2, 1, 1, 1, 1]  # the first one in the advice too
    assert text.count("to see it:") == 3
    assert f"✗ {many[4].operation}, response.body.4 (seen once): {many[4].id}" in text


def test_coverage_is_told_in_five_lines() -> None:
    lines = terminal(reports.rich()).splitlines()

    start = lines.index("Covered")
    assert [line.split(maxsplit=1)[0] for line in lines[start + 1 : start + 6]] == [
        "operations",
        "answers",
        "parameters",
        "transitions",
        "status",
    ]
    assert lines[start + 4] == "  transitions    5 of 7, 1 unreachable"


def test_what_a_part_found_and_what_is_known_of_it_are_told_apart() -> None:
    text = terminal(reports.rich(), width=200)

    assert "  lists      found nothing new, 1 known: lists held against themselves" in text


def test_there_is_colour_only_where_it_is_asked_for() -> None:
    plain = terminal(reports.rich(), color=False)
    colored = terminal(reports.rich(), color=True)

    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain
    assert colored != plain


@pytest.mark.parametrize("width", [40, 60, 80, 132])
def test_words_keep_to_the_width(width: int) -> None:
    lines = terminal(reports.rich(), width=width).splitlines()

    prose = [line for line in lines if not re.search(r"^ {7}\S|^ {9}reason|\S{25}", line)]
    assert len(prose) > 50
    assert max(map(len, prose)) <= width


def test_a_curl_line_is_never_broken() -> None:
    lines = terminal(reports.rich(), width=40).splitlines()

    assert f"       {reports.CREATED.curl}" in lines


def test_a_run_that_found_something_and_broke_off_says_both() -> None:
    text = terminal(reports.hostile(), width=400)

    assert text.startswith("✗ The target does not conform: 1 violation of 1 rule")
    assert "The run broke off before its end, so there may be more" in text


def test_a_hostile_target_drives_no_terminal() -> None:
    text = terminal(reports.hostile())

    assert set(text).isdisjoint("\x1b\x00\u202e\ud800")
