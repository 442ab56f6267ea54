"""The clock of a world in the hands of those who steer."""

import pytest

from tests.asgi_client import Client

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
CLOCK = "/_mock/worlds/one/clock"
BEGUN = {"clock": {"at": "2026-11-22T00:00:00Z", "speed": 0}}


@pytest.fixture
def job(control: Client, client: Client) -> str:
    """Return the id of a batch job that was just created in a world that stands still."""
    control.send_json("PUT", "/_mock/worlds/one", BEGUN)
    return str(client.post("/@one/admin/batch-jobs", EXPORT).json()["batch_job"]["id"])


def test_a_clock_tells_what_comes_next(control: Client, job: str) -> None:
    assert control.get(CLOCK).json() == {
        "now": "2026-11-22T00:00:00.000Z",
        "speed": 0.0,
        "frozen": True,
        "next_transition_at": "2026-11-22T00:00:01.000Z",
    }


def test_a_clock_runs_as_fast_as_it_is_told(control: Client, job: str) -> None:
    paces = [
        control.send_json("PATCH", CLOCK, pace).json()
        for pace in ({"speed": 60}, {"frozen": True}, {"frozen": False})
    ]

    assert [each["speed"] for each in paces] == [60, 0, 1]
    assert [each["frozen"] for each in paces] == [False, True, False]


def test_an_advance_tells_what_happened_meanwhile(control: Client, job: str) -> None:
    advanced = control.post(f"{CLOCK}/advance", {"by": "PT2S"}).json()

    assert advanced["clock"]["now"] == "2026-11-22T00:00:02.000Z"
    assert advanced["transitions"] == [
        {
            "at": f"2026-11-22T00:00:0{second}.000Z",
            "batch_job": job,
            "type": "product-export",
            "status": status,
            "before": before,
        }
        for second, status, before in ((1, "pre_processed", "created"), (2, "confirmed", "pre_processed"))
    ]


def test_a_clock_jumps_to_an_instant(control: Client, job: str) -> None:
    jumped = control.post(f"{CLOCK}/advance", {"to": "2026-11-23T01:00:00+01:00"}).json()

    assert jumped["clock"]["now"] == "2026-11-23T00:00:00.000Z"
    assert [each["status"] for each in jumped["transitions"]][-1] == "completed"


def test_a_clock_advances_until_the_next_transition(control: Client, job: str) -> None:
    advanced = control.post(f"{CLOCK}/advance", {"until": "next-transition"}).json()

    assert [each["status"] for each in advanced["transitions"]] == ["pre_processed"]


def test_a_clock_advances_until_a_job_is_completed(control: Client, job: str) -> None:
    until = {"until": {"batch_job": job, "status": "completed"}}

    advanced = control.post(f"{CLOCK}/advance", until).json()

    assert advanced["clock"]["now"] == "2026-11-22T00:00:06.000Z"
    assert [each["status"] for each in advanced["transitions"]][-1] == "completed"


@pytest.mark.parametrize(
    ("payload", "status", "said"),
    [
        ({}, 400, "give exactly one of by, a duration such as PT30S"),
        ({"by": "PT1S", "to": "2027-01-01T00:00:00Z"}, 400, "give exactly one of by"),
        ({"until": "noon"}, 400, "give exactly one of by"),
        ({"by": 30}, 400, "by must be a string"),
        ({"by": "30"}, 400, "by: '30' is no duration; write 2s, 250ms, 1.5m, PT1M30S"),
        ({"by": "P1M"}, 400, "by: 'P1M' is no duration"),
        ({"by": "P999999999999999999D"}, 400, "is longer than 366 days"),
        ({"to": "noon"}, 400, "to must be a valid date-time"),
        ({"to": "2020-01-01T00:00:00Z"}, 409, "time does not run backwards"),
        (
            {"until": {"batch_job": "nope", "status": "completed"}},
            404,
            "batch job with id nope was not found",
        ),
    ],
)
def test_what_no_clock_does_is_refused_with_the_remedy(
    control: Client, job: str, payload: object, status: int, said: str
) -> None:
    answer = control.post(f"{CLOCK}/advance", payload)

    assert answer.status == status
    assert said.lower() in answer.message.lower()


@pytest.mark.parametrize(
    ("status", "said"),
    [("lost", "there is no status 'lost'; known: created"), ("failed", "will not be failed by itself")],
)
def test_what_will_not_happen_is_not_waited_for(control: Client, job: str, status: str, said: str) -> None:
    answer = control.post(f"{CLOCK}/advance", {"until": {"batch_job": job, "status": status}})

    assert answer.status == 409
    assert said in answer.message
    assert control.get(CLOCK).json()["now"] == "2026-11-22T00:00:00.000Z"


def test_where_nothing_will_move_there_is_no_next_transition(control: Client) -> None:
    answer = control.post(f"{CLOCK}/advance", {"until": "next-transition"})

    assert answer.status == 409
    assert "no batch job will move by itself" in answer.message


@pytest.mark.parametrize("pace", [{}, {"speed": 1, "frozen": True}, {"speed": 1e7}, {"speed": "fast"}])
def test_a_pace_that_says_nothing_or_too_much_is_refused(control: Client, pace: object) -> None:
    answer = control.send_json("PATCH", CLOCK, pace)

    assert (answer.status, "speed" in answer.message) == (400, True)
