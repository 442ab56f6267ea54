"""Each quirk alone: it changes what it says, and the personality without it keeps the contract."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.document import Document, load
from mockserver.server.app import build_app, build_world
from mockserver.server.personality import MEDUSA, MEDUSA_QUIRKS, PersonalityUnknown, quirks_of
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Answer, Client

JOBS = "/admin/batch-jobs"
Quirky = Callable[..., Client]


@pytest.fixture
def quirky(document: Document, clock: ManualClock) -> Quirky:
    """Return a function that gives a client of a server with the named quirks; nobody judges its answers."""

    def serve(*names: str) -> Client:
        settings = Settings(quirks=quirks_of(like=None, names=names))
        world = build_world(document, settings, clock=clock, scenario=scenario_named("steady"))
        client = Client(build_app(document, Worlds(world), settings), lambda _: None)
        return client.with_headers(x_medusa_access_token=settings.api_token)

    return serve


def created(client: Client, **fields: Any) -> Any:
    return client.post(JOBS, {"type": "product-export", "context": {}, **fields}).json()["batch_job"]


def seen(client: Client, job: Any) -> Any:
    return client.get(f"{JOBS}/{job['id']}").json()["batch_job"]


def test_with_worker_ticks_no_status_between_is_seen(quirky: Quirky, clock: ManualClock) -> None:
    client = quirky("worker-ticks")
    job = created(client)

    statuses = []
    for _ in range(100):
        statuses.append(seen(client, job)["status"])
        clock.advance(timedelta(milliseconds=100))

    assert list(dict.fromkeys(statuses)) == ["created", "confirmed", "completed"]


def test_with_canceled_turns_failed_the_worker_fails_a_job_canceled_in_created(
    quirky: Quirky, clock: ManualClock
) -> None:
    client = quirky("canceled-turns-failed")
    job = created(client)
    client.post(f"{JOBS}/{job['id']}/cancel")

    clock.advance(timedelta(seconds=5))

    met = seen(client, job)
    assert (met["status"], met["canceled_at"] is not None, met["failed_at"] is not None) == (
        "failed",
        True,
        True,
    )
    assert met["result"]["errors"] == [
        "Cannot mark a batch job as pre processed if it is not in created status"
    ]


def test_with_failed_processing_rolled_back_processing_never_began(
    quirky: Quirky, clock: ManualClock
) -> None:
    client = quirky("failed-processing-rolled-back")
    job = created(client, context={"expand": ""})

    clock.advance(timedelta(minutes=1))

    met = seen(client, job)
    assert (met["status"], met["processing_at"]) == ("failed", None)


def test_with_lost_source_hangs_an_import_without_its_file_stays_created(
    quirky: Quirky, clock: ManualClock
) -> None:
    client = quirky("lost-source-hangs")
    job = created(client, type="product-import", context={"fileKey": "nope.csv"})

    clock.advance(timedelta(days=1))

    assert seen(client, job)["status"] == "created"


def test_with_raced_confirms_both_are_let_through_and_the_job_fails_after_it_completed(
    quirky: Quirky, clock: ManualClock
) -> None:
    client = quirky("raced-confirms")
    job = created(client, dry_run=True)
    clock.advance(timedelta(seconds=1))

    answers = client.together("POST", f"{JOBS}/{job['id']}/confirm", times=2)
    clock.advance(timedelta(minutes=1))

    met = seen(client, job)
    assert [answer.status for answer in answers] == [200, 200]
    assert (met["status"], met["completed_at"] is not None) == ("failed", True)
    assert met["result"]["errors"] == ["could not serialize access due to concurrent update"]


def test_with_raced_confirms_a_client_who_waits_for_the_answer_races_nobody(
    quirky: Quirky, clock: ManualClock
) -> None:
    client = quirky("raced-confirms")
    job = created(client, dry_run=True)
    clock.advance(timedelta(seconds=1))

    answers = [client.post(f"{JOBS}/{job['id']}/confirm") for _ in range(2)]
    clock.advance(timedelta(minutes=1))

    assert [answer.status for answer in answers] == [200, 400]
    assert seen(client, job)["status"] == "completed"


def test_with_lists_hide_dry_run_only_the_single_answer_tells_it(quirky: Quirky) -> None:
    client = quirky("lists-hide-dry-run")
    job = created(client, dry_run=True)

    listed = [client.list_jobs()["batch_jobs"][0], client.list_jobs(fields="+dry_run")["batch_jobs"][0]]

    assert [each["dry_run"] for each in listed] == [False, True]
    assert seen(client, job)["dry_run"] is True


def test_with_fields_hide_instants_a_completed_job_looks_created(quirky: Quirky, clock: ManualClock) -> None:
    client = quirky("fields-hide-instants")
    created(client)
    clock.advance(timedelta(minutes=1))

    listed = [client.list_jobs(fields=fields)["batch_jobs"][0]["status"] for fields in ("id", "confirmed_at")]

    assert listed == ["created", "confirmed"]


@pytest.mark.parametrize("column", ["created_at", "updated_at"])
def test_with_hidden_microseconds_a_job_was_made_after_its_own_instant(quirky: Quirky, column: str) -> None:
    client = quirky("hidden-microseconds")
    job = created(client)

    counts = [client.list_jobs(**{f"{column}[{name}]": job[column]})["count"] for name in ("gt", "lte")]

    assert counts == [1, 0]


def test_with_any_truth_a_misspelled_filter_is_no_filter(quirky: Quirky) -> None:
    client = quirky("any-truth")

    counts = [
        client.get(f"/admin/products?{query}").json()["count"]
        for query in ("", "is_giftcard=yes", "is_giftcard=")
    ]

    assert counts[0] > 0
    assert len(set(counts)) == 1


def test_with_trailing_stamps_a_list_compares_the_instants_that_it_shows(
    quirky: Quirky, clock: ManualClock
) -> None:
    client = quirky("trailing-stamps")
    job = created(client, dry_run=True)
    clock.advance(timedelta(seconds=2))
    shown = seen(client, job)["pre_processed_at"]

    counts = {
        name: client.list_jobs(**{f"pre_processed_at[{name}]": shown})["count"]
        for name in ("lt", "lte", "gte", "gt")
    }

    assert counts == {"lt": 0, "lte": 1, "gte": 1, "gt": 0}


def test_with_trailing_stamps_a_job_was_updated_before_it_was_pre_processed(
    quirky: Quirky, clock: ManualClock
) -> None:
    client = quirky("trailing-stamps")
    job = created(client, dry_run=True)
    clock.advance(timedelta(seconds=2))

    met = seen(client, job)

    assert met["updated_at"] < met["pre_processed_at"]


def test_with_key_order_the_first_answer_has_an_order_of_its_own(quirky: Quirky) -> None:
    client = quirky("key-order")
    job = created(client)

    assert list(job)[:6] == ["dry_run", "type", "created_by", "context", "id", "result"]
    assert list(seen(client, job))[:3] == ["dry_run", "id", "created_at"]


def test_with_shown_password_hash_an_updated_user_has_one(quirky: Quirky) -> None:
    client = quirky("shown-password-hash")
    user = client.get("/admin/auth").json()["user"]

    updated = client.post(f"/admin/users/{user['id']}", {"first_name": "Ada"}).json()["user"]

    assert updated["password_hash"] is None


@pytest.mark.parametrize(
    ("quirk", "ask", "status", "content_type", "told"),
    [
        (
            "plain-instants",
            lambda c: c.get(f"{JOBS}?updated_at=2020-01-01"),
            200,
            "application/json",
            '"count":0',
        ),
        ("empty-numbers", lambda c: c.get(f"{JOBS}?limit="), 200, "application/json", '"limit":0'),
        ("plain-ids", lambda c: c.get("/admin/products?id=nope"), 200, "application/json", '"count":0'),
        ("plain-ids", lambda c: c.get("/admin/variants?id=a,b"), 200, "application/json", '"count":0'),
        ("plain-ids", lambda c: c.get(f"{JOBS}?id=nope"), 400, "application/json", "id must be an array"),
        (
            "any-truth",
            lambda c: c.get("/admin/products?is_giftcard=null"),
            200,
            "application/json",
            '"count":0',
        ),
        (
            "any-truth",
            lambda c: c.get("/admin/products?is_giftcard=TRUE"),
            200,
            "application/json",
            '"count":0',
        ),
        ("html-error-pages", lambda c: c.get("/nope"), 404, "text/html", "<pre>Cannot GET /nope</pre>"),
        (
            "html-error-pages",
            lambda c: c.send_json("PUT", JOBS, None),
            404,
            "text/html",
            f"Cannot PUT {JOBS}",
        ),
        (
            "html-error-pages",
            lambda c: c.request("POST", JOBS, body=b"{bad", headers={"content-type": "application/json"}),
            400,
            "text/html",
            "SyntaxError: Expected property name",
        ),
        (
            "unforeseen-errors",
            lambda c: c.get(f"{JOBS}?order=nope"),
            500,
            "application/json",
            "unknown_error",
        ),
        ("unforeseen-errors", lambda c: c.get(f"{JOBS}/%00"), 500, "application/json", "unknown_error"),
        (
            "unforeseen-errors",
            lambda c: c.post(JOBS, {"type": "product-export", "context": {"order": 5}}),
            500,
            "application/json",
            "unknown_error",
        ),
        (
            "guarded-by-id",
            lambda c: c.delete(f"{JOBS}/nope"),
            404,
            "application/json",
            "id nope was not found",
        ),
    ],
)
def test_with_a_quirk_the_answer_is_the_real_servers(  # a row of the table
    quirky: Quirky, quirk: str, ask: Callable[[Client], Answer], status: int, content_type: str, told: str
) -> None:
    answer = ask(quirky(quirk))

    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (status, content_type)
    assert told in answer.text


def test_with_bare_unauthorized_a_401_has_no_content_type(quirky: Quirky) -> None:
    answer = quirky("bare-unauthorized").with_headers(x_medusa_access_token="wrong").get(JOBS)

    assert (answer.status, answer.text, "content-type" in answer.headers) == (401, "Unauthorized", False)


def test_with_express_headers_every_answer_opens_a_session(quirky: Quirky) -> None:
    answer = quirky("express-headers").get("/health")

    assert answer.headers["x-powered-by"] == "Express"
    assert answer.headers["set-cookie"].startswith("connect.sid=s%3A")


def test_the_personality_has_every_quirk_and_the_default_has_none() -> None:
    assert quirks_of(like=MEDUSA, names=()).on == frozenset(MEDUSA_QUIRKS.values())
    assert quirks_of(like=None, names=()).on == frozenset()


@pytest.mark.parametrize(("like", "names"), [("medusa-2", ()), (None, ("no-such-quirk",))])
def test_what_is_unknown_is_refused_with_what_is_known(like: str | None, names: tuple[str, ...]) -> None:
    with pytest.raises(PersonalityUnknown, match="known: "):
        quirks_of(like=like, names=names)


def test_an_import_without_its_file_hangs_whatever_the_document_calls_pre_processing(
    edited: Callable[..., Path], clock: ManualClock
) -> None:
    documents = load(edited(("schemas/BatchJob.yaml", "    pre_process:\n", "    read_on:\n")))
    settings = Settings(quirks=quirks_of(like=None, names=["lost-source-hangs"]))
    world = build_world(documents, settings, clock=clock, scenario=scenario_named("instant"))
    user = next(iter(world.users.by_id))

    job = world.create(job_type="product-import", context={"fileKey": "nope.csv"}, dry_run=False, by=user)

    assert world.retrieve(job.id, by=user).status == "created"
