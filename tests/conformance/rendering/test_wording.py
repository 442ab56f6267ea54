from dataclasses import replace

import pytest

from mockserver.conformance.rendering import Documents, wording
from mockserver.conformance.report import KnownDeviation, Part, Sighting
from tests.conformance.rendering import reports

LOOKED = Sighting(
    by="user",
    operation="GetBatchJobsBatchJob",
    request="GET /admin/batch-jobs/batch_<1>",
    curl='curl -sS "$URL/admin/batch-jobs/$JOB_1" -H "x-medusa-access-token: $TOKEN"',
    status=200,
    body="{}",
    job=1,
    job_status="completed",
)


def lines(*evidence: Sighting, target: str = "http://127.0.0.1:9000") -> tuple[str, ...]:
    return wording.commands(reports.violation(reports.INSTANT_RULE, *evidence), target=target)


def test_the_commands_name_what_is_to_be_set_and_nothing_that_they_set_themselves() -> None:
    assert lines(reports.CREATED, reports.CONFIRMED_EARLY) == (
        "URL=http://127.0.0.1:9000",
        "# set TOKEN first: who is asking, as in the run",
        reports.CREATED.curl,
        reports.CONFIRMED_EARLY.curl,
    )


def test_the_commands_say_what_a_job_is_that_they_do_not_create() -> None:
    assert "# set JOB_1 first: the id of job 1" in lines(reports.CONFIRMED_EARLY)


def test_the_commands_say_how_long_to_wait_for_the_worker() -> None:
    assert lines(reports.CREATED, LOOKED, LOOKED)[2:] == (
        reports.CREATED.curl,
        "# repeat the next one until it shows completed",
        LOOKED.curl,
        LOOKED.curl,
    )


def test_nobody_waits_for_what_was_asked_for() -> None:
    assert lines(reports.CREATED, reports.CONFIRMED_EARLY, replace(LOOKED, job_status="confirmed"))[2:] == (
        reports.CREATED.curl,
        reports.CONFIRMED_EARLY.curl,
        LOOKED.curl,
    )


@pytest.mark.parametrize("status", ["$(reboot)", "a\nreboot", "it's", "`reboot`", ""])
def test_no_status_of_a_hostile_target_gets_into_the_commands(status: str) -> None:
    looked = replace(LOOKED, job_status=status)

    assert lines(reports.CREATED, looked)[2:] == (reports.CREATED.curl, looked.curl)


def test_a_target_is_quoted_for_the_shell() -> None:
    assert lines(reports.CREATED, target="http://x/$(reboot)")[0] == "URL='http://x/$(reboot)'"


@pytest.mark.parametrize("number", [1, 2])
def test_nouns_go_with_their_number(number: int) -> None:
    assert wording.counted(number, "violation") == {1: "1 violation", 2: "2 violations"}[number]


def test_violations_are_grouped_by_rule_in_their_order() -> None:
    groups = wording.by_rule(reports.rich().violations)

    assert list(groups) == [reports.INSTANT_RULE, reports.CONFIRM_RULE, reports.ANSWER_RULE]
    assert groups[reports.CONFIRM_RULE] == (reports.EARLY, reports.LATE)


def test_what_to_do_names_the_answer_and_the_file() -> None:
    assert wording.next_step(reports.EARLY, Documents(name="mine")) == (
        "Mend the answer of PostBatchJobsBatchJobConfirmProcessing: response.status. "
        "Where the target is right, mend mine/schemas/BatchJob.yaml instead."
    )


def test_the_grid_is_read_from_the_names_of_its_cells() -> None:
    verbs, rows = wording.grid(reports.coverage().refusals)

    assert verbs == ("confirm", "cancel")
    assert list(rows) == list(reports.STATUSES)
    assert rows["processing"]["cancel"].reason == "processing was over too soon"


def test_a_rule_that_is_stated_at_several_places_is_one_rule() -> None:
    elsewhere = replace(reports.CONFIRM_RULE, place="paths/batch_job_confirm.yaml, post")
    violations = (reports.EARLY, replace(reports.LATE, rule=elsewhere))

    groups = wording.by_rule(violations)

    assert [rule.place for rule in groups] == [
        "schemas/BatchJob.yaml, x-lifecycle, transitions, confirm; paths/batch_job_confirm.yaml, post"
    ]
    assert list(groups.values()) == [violations]


def test_the_rules_that_were_tried_are_counted_and_those_known_to_be_broken_are_no_kept_ones() -> None:
    assert wording.kept_and_broken(reports.rich()) == "5 rules tried: 1 kept, 4 broken."
    assert wording.kept_and_broken(reports.healthy()) == "5 rules tried: 5 kept, 0 broken."
    assert wording.kept_and_broken(reports.empty()) == ""


def test_a_deviation_that_is_seen_in_some_runs_only_says_so() -> None:
    known = KnownDeviation(violation="late-0badcafe", reason="A race.", owner="Ada", sometimes=True)

    assert wording.deviation(known) == "A race. (Ada, seen in some runs only)"


def test_the_commands_say_how_to_log_in_where_the_run_did() -> None:
    logged_in = replace(LOOKED, curl='curl -sS "$URL/admin/auth" -H "Authorization: Bearer $TOKEN"')

    assert lines(logged_in)[2] == (
        "# by logging in: TOKEN=$(curl -sS \"$URL/admin/auth/token\" -H 'content-type: application/json' "
        """-d '{"email": "...", "password": "..."}' | jq -r .access_token)"""
    )
    assert not any("by logging in" in line for line in lines(LOOKED))


def test_a_part_that_was_not_run_is_told_of_when_its_rules_are_broken_all_the_same() -> None:
    report = replace(reports.rich(), parts=(Part.LISTS,), known=())

    assert wording.told_of(report) == (Part.JUDGE, Part.LIFECYCLE, Part.LISTS)
    assert wording.told_of(replace(report, violations=())) == (Part.LISTS,)


def test_what_was_not_tried_at_all_is_not_counted_as_none_of_none() -> None:
    lines_ = dict(wording.coverage_lines(replace(reports.coverage(), refusals={})))

    assert lines_["status x verb"] == "not tried"


def test_what_got_no_answer_at_all_is_looked_for_in_the_log_and_not_in_the_answer() -> None:
    rule = replace(reports.INSTANT_RULE, id="target/requests-are-answered")

    assert wording.next_step(reports.violation(rule), Documents()).endswith("its log tells.")
