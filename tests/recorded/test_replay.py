"""The replay is sound: what was recorded agrees with itself, and every alteration is noticed."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from starlette.types import Receive, Scope, Send

from mockserver.simulation.clock import ManualClock
from tests.recorded.comparison import Allowances, ExchangeVerdict, GroupVerdict, LifecycleVerdict, compare
from tests.recorded.recording import GROUPS, Exchange, Recording, Reply, Step, Wait, recording_of
from tests.recorded.replay import BEGINNING, POLL_HOST, replay, signed_token
from tests.recorded.score import differences, full_score, table

Alter = Callable[[str, Reply], Reply]
Sights = Callable[[Wait], Wait]


@dataclass
class Parrot:
    """An ASGI application that answers with what was recorded, in the recorded order; polls, by the clock.

    Mutable: it remembers what it was asked last. alter: changes an answer, by the exchange's name.
    """

    steps: Iterator[Step]
    clock: ManualClock
    alter: Alter
    polled: str = ""
    began: datetime = BEGINNING
    wait: Wait | None = None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        is_poll = dict(scope["headers"])[b"host"] == POLL_HOST.encode()
        reply = self._sighting(scope["path"]) if is_poll else self._next_reply()
        headers = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        body = (json.dumps(reply.body) if reply.kind == "json" else reply.body).encode()
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _next_reply(self) -> Reply:
        self.polled = ""
        exchange = next(self.steps)
        assert isinstance(exchange, Exchange)
        return self.alter(exchange.name, exchange.reply)

    def _sighting(self, path: str) -> Reply:
        if path != self.polled:
            step = next(self.steps)
            assert isinstance(step, Wait)
            self.polled, self.began, self.wait = path, self.clock.now(), step
        assert self.wait is not None
        elapsed, first = self.clock.now() - self.began, self.wait.observations[0]
        seen = [each for each in self.wait.observations if each is first or each.after <= elapsed][-1]
        is_last = seen is self.wait.observations[-1]
        result = None if seen.result_keys is None else dict.fromkeys(seen.result_keys)
        job = {"status": seen.status, "result": self.wait.result if is_last else result}
        return Reply(
            status=200, headers={"content-type": "application/json"}, kind="json", body={"batch_job": job}
        )


def unaltered(_name: str, reply: Reply) -> Reply:
    return reply


def verdict_of_parrot(
    recording: Recording, *, said: Recording | None = None, alter: Alter = unaltered
) -> GroupVerdict:
    """Return how a parrot that says *said* compares with *recording*."""
    clock = ManualClock(BEGINNING)
    parrot = Parrot(iter((said or recording).steps), clock, alter)
    return compare(next(replay(parrot, clock, [recording])), Allowances.of_files())


def case_with(
    group: str, name: str, change: Callable[[Reply], Reply]
) -> tuple[ExchangeVerdict, Sequence[ExchangeVerdict]]:
    """Return the verdict on the case *name* of a parrot that changes its answer, and those on all others."""
    verdict = verdict_of_parrot(
        recording_of(group), alter=lambda each, reply: change(reply) if each == name else reply
    )
    return next(case for case in verdict.cases if case.name == name), [
        case for case in verdict.cases if case.name != name
    ]


def lifecycle_with(group: str, name: str, change: Callable[[Wait], Wait]) -> LifecycleVerdict:
    """Return the verdict on the wait *name* of a parrot that shows the job changed."""
    recording = recording_of(group)
    steps = [
        change(step) if isinstance(step, Wait) and step.name == name else step for step in recording.steps
    ]
    verdict = verdict_of_parrot(recording, said=Recording(group, steps))
    return next(each for each in verdict.lifecycles if each.name == name)


def with_job(reply: Reply, **fields: Any) -> Reply:
    return replace(reply, body={"batch_job": {**reply.body["batch_job"], **fields}})


def with_jobs(reply: Reply, change: Callable[[list[Any]], list[Any]]) -> Reply:
    return replace(reply, body={**reply.body, "batch_jobs": change(reply.body["batch_jobs"])})


def without_field(reply: Reply, name: str) -> Reply:
    job = {key: value for key, value in reply.body["batch_job"].items() if key != name}
    return replace(reply, body={"batch_job": job})


def with_header(reply: Reply, name: str, value: str) -> Reply:
    return replace(reply, headers={**reply.headers, name: value})


def unset_variables(recording: Recording) -> set[str]:
    """Return the variables that *recording* asks for before it has made them."""
    known, unset = set[str](), set[str]()
    for step in recording.steps:
        derived = set(step.derived) if isinstance(step, Exchange) else set()
        captures = set(step.captures) if isinstance(step, Exchange) else set()
        unset |= variables_in(step) - known - derived
        known |= derived | captures
    return unset


def variables_in(step: Step) -> set[str]:
    asked = (step.job, step.authorization) if isinstance(step, Wait) else (step.derived, step.request)
    return set(re.findall(r"\$\{(\w+)\}", str(asked)))


def turned(job: Mapping[str, Any]) -> dict[str, Any]:
    return {name: job[name] for name in reversed([*job])}


@pytest.mark.parametrize("group", GROUPS)
def test_a_recording_agrees_with_itself(group: str) -> None:
    verdict = verdict_of_parrot(recording_of(group))

    assert list(differences([verdict])) == []
    assert full_score([verdict]).percent == 100
    assert all(case.key_order and all(case.headers.values()) for case in verdict.cases)


@pytest.mark.parametrize("group", GROUPS)
def test_every_variable_is_set_before_it_is_used(group: str) -> None:
    assert unset_variables(recording_of(group)) == set()


def test_the_groups_are_all_that_was_recorded() -> None:
    recordings = [recording_of(group) for group in GROUPS]

    assert sum(len(recording.exchanges) for recording in recordings) == 575
    assert sum(exchange.is_case for recording in recordings for exchange in recording.exchanges) == 473
    assert sum(len(recording.waits) for recording in recordings) == 72


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda reply: replace(reply, status=201), "status: 200 != 201", id="status"),
        pytest.param(
            lambda reply: with_job(reply, type="order-export"), "$.batch_job.type: ", id="value in the body"
        ),
        pytest.param(lambda reply: with_job(reply, dry_run=1), "$.batch_job.dry_run: true != 1", id="number"),
        pytest.param(lambda reply: without_field(reply, "result"), "missing in ours", id="missing key"),
        pytest.param(lambda reply: with_job(reply, more=None), "only in ours", id="added key"),
        pytest.param(
            lambda reply: with_job(reply, id="batch_01M80ETNB1Q91SRZZA8CQPB1PA"),
            "batch_<ulid j>",
            id="another job's id",
        ),
        pytest.param(
            lambda reply: with_job(reply, id=reply.body["batch_job"]["id"].lower()),
            "~lower",
            id="letter case of an id",
        ),
        pytest.param(
            lambda reply: with_job(reply, created_at="2026-11-22T01:44:44Z"),
            "<ts of another format>",
            id="format of an instant",
        ),
        pytest.param(
            lambda reply: with_job(reply, created_at=None), "$.batch_job.created_at: ", id="null instant"
        ),
        pytest.param(
            lambda reply: with_job(reply, pre_processed_at="2026-11-22T01:00:00.000Z"),
            "not created_at<pre_processed_at",
            id="order of instants",
        ),
        pytest.param(
            lambda reply: with_header(reply, "content-type", "application/json"),
            "header content-type",
            id="content type",
        ),
        pytest.param(
            lambda reply: replace(reply, kind="text", body="{}", headers={"content-type": "text/plain"}),
            "body: json",
            id="kind of body",
        ),
        pytest.param(lambda reply: replace(reply, kind="empty", body=""), "body: json", id="empty body"),
    ],
)
def test_an_altered_answer_counts_as_different(change: Callable[[Reply], Reply], told: str) -> None:
    altered, others = case_with("retrieve", "get pre_processed", change)

    assert not altered.full
    assert any(told in line for line in altered.differences), altered.differences
    assert all(case.full for case in others)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda reply: replace(reply, body={"batch_job": turned(reply.body["batch_job"])}),
            "key order: $.batch_job: ",
            id="key order",
        ),
        pytest.param(lambda reply: with_header(reply, "vary", "Accept"), "header vary", id="header"),
        pytest.param(
            lambda reply: with_header(reply, "etag", '"strong"'), "header etag", id="form of the etag"
        ),
        pytest.param(
            lambda reply: with_header(reply, "set-cookie", "connect.sid=s%3Aa.b; Path=/"),
            "header set-cookie",
            id="attributes of the cookie",
        ),
    ],
)
def test_what_does_not_count_is_told_all_the_same(change: Callable[[Reply], Reply], told: str) -> None:
    altered, _ = case_with("retrieve", "get fresh", change)

    assert altered.full
    assert any(told in line for line in altered.asides), altered.asides


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda jobs: jobs[::-1], id="order"),
        pytest.param(lambda jobs: jobs[1:], id="one fewer"),
        pytest.param(lambda jobs: [*jobs, jobs[-1]], id="one twice"),
    ],
)
def test_an_altered_list_counts_as_different(change: Callable[[list[Any]], list[Any]]) -> None:
    altered, _ = case_with("list_filters", "list all", lambda reply: with_jobs(reply, change))

    assert not altered.full


def test_jobs_that_tie_may_come_in_any_order() -> None:
    altered, _ = case_with(
        "list_sort", "order created_by", lambda reply: with_jobs(reply, lambda jobs: jobs[::-1])
    )

    assert altered.full


def test_jobs_sorted_the_wrong_way_count_as_different() -> None:
    altered, _ = case_with("list_sort", "order type", lambda reply: with_jobs(reply, lambda jobs: jobs[::-1]))

    assert altered.differences == [
        "order by type: ('ascending', None) != ('descending', None)",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda wait: replace(wait, observations=[*wait.observations[:1], *wait.observations[2:]]),
            "steps: ",
            id="a status never seen",
        ),
        pytest.param(
            lambda wait: replace(
                wait, observations=[replace(each, result_keys=["count"]) for each in wait.observations]
            ),
            "steps: ",
            id="other keys in the result",
        ),
        pytest.param(
            lambda wait: replace(
                wait, observations=[*wait.observations[:-1], replace(wait.observations[-1], status="failed")]
            ),
            "final status: completed != failed",
            id="final status",
        ),
        pytest.param(
            lambda wait: replace(wait, result={**wait.result, "count": 6}),
            "final result: $.count: 5 != 6",
            id="final result",
        ),
    ],
)
def test_an_altered_lifecycle_is_noticed(change: Callable[[Wait], Wait], told: str) -> None:
    altered = lifecycle_with("lifecycle", "product-export", change)

    assert any(line.startswith(told) for line in altered.differences), altered.differences


def test_a_job_that_never_gets_there_is_waited_for_no_longer_than_recorded() -> None:
    recording, clock = recording_of("retrieve"), ManualClock(BEGINNING)
    stuck = [
        replace(step, observations=step.observations[:1]) if isinstance(step, Wait) else step
        for step in recording.steps
    ]
    pauses = sum((exchange.pause for exchange in recording.exchanges), timedelta())

    next(replay(Parrot(iter(stuck), clock, unaltered), clock, [recording]))

    assert clock.now() - BEGINNING - pauses == recording.waits[0].timeout + timedelta(milliseconds=50)


def test_a_token_is_dated_by_the_clock() -> None:
    token = signed_token({"user_id": "usr_1", "iat": 0, "exp": 3600}, at=BEGINNING, secret="other")

    claims = jwt.decode(token, "other", algorithms=["HS256"], options={"verify_exp": False})

    assert claims == {
        "user_id": "usr_1",
        "iat": BEGINNING.timestamp(),
        "exp": BEGINNING.timestamp() + 3600,
    }


def test_the_table_has_a_line_for_each_group_and_one_for_all() -> None:
    verdicts = [verdict_of_parrot(recording_of(group)) for group in ("retrieve", "ownership")]

    lines = list(table(verdicts))

    assert [line.split()[0] for line in lines] == [
        "group",
        "retrieve",
        "ownership",
        "all",
        "headers:",
        "equal",
    ]
    assert lines[-1] == "equal in full: 100.0 % (37/37)"
