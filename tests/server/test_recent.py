"""Answers that are given again are those that would be made anew."""

from datetime import timedelta

from mockserver.server.exchange import Response, json_response
from mockserver.server.recent import MOST, RecentAnswers
from mockserver.simulation.clock import ManualClock
from tests.asgi_client import Client


def test_an_answer_is_made_once_for_the_same_values() -> None:
    answers, value, beside = RecentAnswers(), object(), object()

    first = answers.of("a", value, beside, lambda: json_response({"made": 1}))
    second = answers.of("a", value, beside, lambda: json_response({"made": 2}))

    assert (first.body, second.body) == (b'{"made":1}', b'{"made":1}')


def test_an_answer_that_is_given_again_is_not_judged_again_and_has_its_tag() -> None:
    answers, value = RecentAnswers(), object()

    first = answers.of("a", value, None, lambda: json_response({"made": 1}))
    second = answers.of("a", value, None, lambda: Response(status=500))

    assert (first.payload, second.payload) == ({"made": 1}, None)
    assert dict(second.headers).keys() == {b"etag"}


def test_an_answer_is_made_anew_for_another_value_of_the_same_name() -> None:
    answers = RecentAnswers()

    answers.of("a", object(), None, lambda: json_response(1))
    changed = answers.of("a", object(), None, lambda: json_response(2))

    assert changed.body == b"2"


def test_an_answer_is_made_anew_when_what_stands_beside_the_value_changes() -> None:
    answers, value = RecentAnswers(), object()

    answers.of("a", value, object(), lambda: json_response(1))
    changed = answers.of("a", value, object(), lambda: json_response(2))

    assert changed.body == b"2"


def test_no_more_answers_are_kept_than_there_is_room_for() -> None:
    answers, values = RecentAnswers(), [object() for _ in range(MOST + 1)]
    for number, value in enumerate(values):
        answers.of(str(number), value, None, lambda: json_response("old"))

    oldest = answers.of("0", values[0], None, lambda: json_response("new"))
    newest = answers.of(str(MOST), values[MOST], None, lambda: json_response("new"))

    assert (oldest.body, newest.body) == (b'"new"', b'"old"')


def test_a_client_that_polls_gets_equal_answers_until_the_job_moves(
    client: Client, clock: ManualClock
) -> None:
    body = {"type": "product-export", "context": {}, "dry_run": True}
    job = client.post("/admin/batch-jobs", body).json()["batch_job"]

    polled = [client.get(f"/admin/batch-jobs/{job['id']}") for _ in range(3)]
    clock.advance(timedelta(seconds=1))
    later = client.get(f"/admin/batch-jobs/{job['id']}")

    assert [each.json()["batch_job"] for each in polled] == [job] * 3
    assert polled[0].headers == polled[1].headers == polled[2].headers
    assert later.json()["batch_job"]["status"] == "pre_processed"
