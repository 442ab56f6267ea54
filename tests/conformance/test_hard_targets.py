"""Hard targets: the verdict is right, the run ends in its time, and the report says what to do."""

from datetime import timedelta
from functools import partial

import pytest

from mockserver.conformance.rendering.wording import verdict_sentence
from mockserver.conformance.report import Part, Reach, Report, Verdict
from mockserver.contract.document import Document
from tests.conformance.hard_targets import (
    Caching,
    ClosesCancel,
    ErrorPages,
    EverySecond,
    FallsSilent,
    Flapping,
    HangsOnCancel,
    Lagging,
    Loses,
    Lossy,
    Throttling,
    judged,
)

LIFECYCLE, NO_FUZZ = (Part.LIFECYCLE,), (Part.JUDGE, Part.LIFECYCLE, Part.LISTS)


def found(report: Report) -> list[tuple[str, str]]:
    return [(each.rule.id, each.operation) for each in report.violations]


@pytest.mark.parametrize("skew", [-3600, -1, 1, 3600])
def test_a_clock_that_is_set_wrong_is_nobodys_fault(document: Document, skew: int) -> None:
    report, _ = judged(document, skew=timedelta(seconds=skew), parts=LIFECYCLE)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())
    assert {each.reach for each in report.coverage.transitions.values()} == {Reach.COVERED}


@pytest.mark.parametrize("parts", [(Part.JUDGE,), (Part.LISTS,)])
def test_a_clock_that_is_an_hour_slow_troubles_neither_doors_nor_lists(
    document: Document, parts: tuple[Part, ...]
) -> None:
    report, _ = judged(document, skew=timedelta(hours=-1), parts=parts)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())


def test_connections_that_break_now_and_then_are_one_finding_and_bring_no_false_one(
    document: Document,
) -> None:
    report, took = judged(document, Lossy, share=0.15, parts=NO_FUZZ)

    assert [each.id for each in report.violations] == ["requests-are-answered-now-and-then-9fe5a072"]
    assert "break again and again" in report.violations[0].found
    assert report.violations[0].evidence[0].status == 0
    assert took <= 60


def test_every_second_connection_that_breaks_is_one_finding_too(document: Document) -> None:
    report, took = judged(document, EverySecond, parts=NO_FUZZ)

    assert [each.id for each in report.violations] == ["requests-are-answered-now-and-then-9fe5a072"]
    assert any("Connections broke" in each for each in report.notes)
    assert took <= 60


def test_a_connection_that_breaks_once_in_a_thousand_is_no_finding(document: Document) -> None:
    report, _ = judged(document, Lossy, share=0.001, parts=LIFECYCLE)

    assert report.verdict is Verdict.CONFORMS


def test_a_target_that_is_down_for_two_seconds_now_and_then_is_waited_for(document: Document) -> None:
    report, took = judged(document, Flapping, scenario="steady", parts=LIFECYCLE)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())
    assert report.notes == ("The target refused connections for a while, and was waited for.",)
    assert took <= 60


def test_a_target_that_answers_after_30_seconds_is_not_judged_and_told_how_it_could_be(
    document: Document,
) -> None:
    report, took = judged(document, latency=30.0)

    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.trouble == (
        "the target does not answer: no answer within 10 seconds; see why it is so slow; with more "
        "--max-time, each request may take a sixth of that"
    )
    assert took <= 60


def test_with_more_time_it_is_judged_after_all(document: Document) -> None:
    report, took = judged(document, latency=30.0, max_time=3600, parts=LIFECYCLE)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())
    assert report.coverage.transitions["confirm"].reach is Reach.COVERED
    assert took <= 3600


@pytest.mark.parametrize("max_time", [60, 300])
def test_one_that_is_very_slow_but_right_breaks_nothing(document: Document, max_time: int) -> None:
    report, took = judged(document, latency=2.0, scenario="slow", max_time=max_time)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())
    assert any("give it more with --max-time" in each for each in report.notes)
    assert took <= max_time + 2


def test_a_worker_that_never_ends_is_found_however_fast_the_answers_are(document: Document) -> None:
    report, _ = judged(document, scenario="stuck-in-processing", parts=LIFECYCLE)

    assert {each.rule.id for each in report.violations} == {"lifecycle/never-finishes"}
    assert "still processing after many times as long" in report.violations[0].found


def test_a_target_that_falls_silent_is_not_said_to_conform(document: Document) -> None:
    report, took = judged(document, FallsSilent, after=2.0, max_time=30)

    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.trouble.startswith("the target does not answer any more: no answer")
    assert took <= 32


def test_a_run_that_was_cut_short_says_so_in_its_verdict(document: Document) -> None:
    report, _ = judged(document, scenario="slow", max_time=10, parts=LIFECYCLE)

    assert report.unfinished == LIFECYCLE
    assert verdict_sentence(report).endswith("in what could be tried: lifecycle was cut short.")


@pytest.mark.parametrize(
    ("verb", "status", "starts"),
    [
        ("cancel", "canceled", ("created", "pre_processed", "confirmed", "processing")),
        ("confirm", "confirmed", ("pre_processed",)),
    ],
)
def test_what_is_lost_is_not_taken_for_late_and_told_once(
    document: Document, verb: str, status: str, starts: tuple[str, ...]
) -> None:
    loses = partial(Loses, verb=verb, status=status, starts=starts)

    report, _ = judged(document, loses, scenario="steady", parts=LIFECYCLE)

    broken = {each.rule.id for each in report.violations}

    assert "judge/instants-stay-set" in broken
    assert not broken & {"judge/reads-show-what-was-done", "judge/updated-at-never-runs-back"}


def test_reads_that_are_late_are_named_so_with_what_to_do(document: Document) -> None:
    report, _ = judged(document, Lagging, lag=0.5, scenario="steady", parts=LIFECYCLE)
    [stale] = [each for each in report.violations if each.rule.id == "judge/reads-show-what-was-done"]

    assert stale.found == "a stale read: what was before, and only later what was done"
    assert "--eventual SECONDS" in stale.expected
    assert [each.request.split()[0] for each in stale.evidence[-2:]] == ["GET", "GET"]
    assert any("for example --eventual 1" in each for each in report.notes)


def test_reads_that_are_late_are_let_pass_where_that_was_said(document: Document) -> None:
    parts = (Part.LIFECYCLE, Part.LISTS)
    report, _ = judged(document, Lagging, lag=0.5, scenario="steady", eventual=1.0, parts=parts)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())


def test_a_cache_before_lists_is_let_pass_where_that_was_said(document: Document) -> None:
    parts = (Part.LIFECYCLE, Part.LISTS)
    report, _ = judged(document, Caching, lag=1.0, scenario="steady", eventual=1.5, parts=parts)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())


def test_what_others_come_from_is_told_first(document: Document) -> None:
    report, _ = judged(document, Lagging, lag=0.5, scenario="steady", parts=LIFECYCLE)

    assert len(report.violations) > 1
    assert report.violations[0].rule.id == "judge/reads-show-what-was-done"


def test_a_target_that_limits_its_rate_is_waited_for(document: Document) -> None:
    report, took = judged(document, Throttling, parts=LIFECYCLE)

    assert (report.verdict, report.violations) == (Verdict.CONFORMS, ())
    assert any("limits how much it is asked in a while (429)" in each for each in report.notes)
    assert report.coverage.refusals["cancel in completed"].reach is Reach.COVERED
    assert took <= 60


@pytest.mark.parametrize(
    ("wire", "words"), [(ClosesCancel, "the connection is closed"), (HangsOnCancel, "no answer comes")]
)
def test_a_route_that_never_answers_is_named(
    document: Document, wire: type[ClosesCancel | HangsOnCancel], words: str
) -> None:
    report, took = judged(document, wire, parts=LIFECYCLE)

    assert found(report) == [("target/requests-are-answered", "PostBatchJobsBatchJobCancel")]
    assert words in report.violations[0].found
    assert "/cancel" in report.violations[0].evidence[-1].curl
    assert report.coverage.refusals["cancel in completed"].reason == "requests were not answered"
    assert took <= 60


def test_a_route_that_answers_error_pages_is_named(document: Document) -> None:
    report, took = judged(document, ErrorPages, parts=LIFECYCLE)

    assert found(report) == [("judge/statuses-are-documented", "GetBatchJobsBatchJob")]
    assert "502 Bad Gateway" in report.violations[0].evidence[-1].body
    assert took <= 60


def test_equal_targets_and_seeds_give_equal_reports(document: Document) -> None:
    first, _ = judged(document, Lossy, share=0.15, parts=LIFECYCLE)
    second, _ = judged(document, Lossy, share=0.15, parts=LIFECYCLE)

    assert first == second
