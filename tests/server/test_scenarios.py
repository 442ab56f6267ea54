"""Each built-in scenario as a client sees it, chosen for one job by `Prefer`."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from mockserver.contract.document import Document
from mockserver.contract.judge import Exchange
from mockserver.server.app import build_app, build_world
from mockserver.server.edge import _request
from mockserver.server.personality import MEDUSA, quirks_of
from mockserver.server.settings import Engine, Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import SCENARIOS, STEADY, Scenario, scenario_named
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Answer, Client
from tests.simulation.test_product_import import csv, row

JOBS = "/admin/batch-jobs"
EXPORT, IMPORT = "product-export", "product-import"
FAILED = "Simulated failure: "
PARSER = "The csv file parsing failed due to: Simulated failure: a row has more cells than the header"

STEADILY = {0: "created", 1: "pre_processed", 2: "confirmed", 3: "processing"}
# by scenario: the type of the job, and its status from each second on
COURSES: Mapping[str, tuple[str, Mapping[int, str]]] = {
    "steady": (EXPORT, {**STEADILY, 6: "completed"}),
    "instant": (EXPORT, {0: "completed"}),
    "slow": (
        EXPORT,
        {0: "created", 10: "pre_processed", 20: "confirmed", 30: "processing", 90: "completed"},
    ),
    "manual": (EXPORT, {0: "created"}),
    "fails-in-pre-processing": (EXPORT, {0: "created", 1: "failed"}),
    "fails-in-processing": (EXPORT, {**STEADILY, 6: "failed"}),
    "partial-failure": (EXPORT, {**STEADILY, 6: "failed"}),
    "stuck-in-processing": (EXPORT, STEADILY),
    "import-stuck-in-processing": (IMPORT, STEADILY),
    "import-hangs-at-pre-processing": (IMPORT, {0: "created"}),
    "export-yields-one-product": (EXPORT, {**STEADILY, 6: "completed"}),
    "parser-error-midway": (IMPORT, {**STEADILY, 6: "failed"}),
    "import-of-37040-rows": (
        IMPORT,
        {0: "created", 106: "pre_processed", 107: "confirmed", 108: "processing", 404: "completed"},
    ),
}
TICKING = {0: "created", 3: "confirmed"}
# the same on the server that is like Medusa: its worker ticks every three seconds, and nobody sees it process
LIKE_MEDUSA: Mapping[str, Mapping[int, str]] = {
    "steady": {**TICKING, 6: "completed"},
    "instant": {**TICKING, 6: "completed"},
    "slow": {**TICKING, 6: "completed"},
    "manual": {0: "created"},
    "fails-in-pre-processing": {0: "created", 3: "failed"},
    "fails-in-processing": {**TICKING, 6: "failed"},
    "partial-failure": {**TICKING, 6: "failed"},
    "stuck-in-processing": TICKING,
    "import-stuck-in-processing": TICKING,
    "import-hangs-at-pre-processing": {0: "created"},
    "export-yields-one-product": {**TICKING, 6: "completed"},
    "parser-error-midway": {**TICKING, 6: "failed"},
    "import-of-37040-rows": {**TICKING, 303: "completed"},
}


@pytest.fixture
def like_medusa(document: Document, clock: ManualClock) -> Client:
    """Return a client of a server that is like Medusa; nobody judges its answers."""
    settings = Settings(quirks=quirks_of(like=MEDUSA, names=[]))
    world = build_world(document, settings, clock=clock, scenario=scenario_named("steady"))
    client = Client(build_app(document, Worlds(world), settings), lambda _: None)
    return client.with_headers(x_medusa_access_token=settings.api_token)


def posted(client: Client, job_type: str = EXPORT, *, prefer: str, **fields: Any) -> Answer:
    """Return the answer to a create with that `Prefer`; an import finds its file, of one product."""
    context = {}
    if job_type == IMPORT:
        upload = client.upload(csv(row(), row(size="M")).encode()).json()["uploads"][0]
        context = {"fileKey": upload["key"]}
    payload = {"type": job_type, "context": context, **fields}
    return client.with_headers(prefer=prefer).post(JOBS, payload)


def seen(client: Client, job_id: str) -> Any:
    return client.get(f"{JOBS}/{job_id}").json()["batch_job"]


def course(client: Client, clock: ManualClock, job_id: str, *, seconds: int = 410) -> dict[int, str]:
    """Return the status of a job from each second on at which it changes."""
    statuses: dict[int, str] = {}
    for second in range(seconds):
        status = seen(client, job_id)["status"]
        if not statuses or statuses[max(statuses)] != status:
            statuses[second] = status
        clock.advance(timedelta(seconds=1))
    return statuses


def result_after(client: Client, clock: ManualClock, scenario: str, seconds: float) -> Any:
    """Return the result of a job of that scenario so many seconds after its creation."""
    job_id = posted(client, COURSES[scenario][0], prefer=f"scenario={scenario}").json()["batch_job"]["id"]
    clock.advance(timedelta(seconds=seconds))
    return seen(client, job_id)["result"]


# ---- their courses


def test_every_scenario_has_its_course_written_out() -> None:
    assert list(COURSES) == list(LIKE_MEDUSA) == list(SCENARIOS)


@pytest.mark.parametrize("name", COURSES)
def test_a_job_takes_the_course_of_its_scenario(client: Client, clock: ManualClock, name: str) -> None:
    job_type, statuses = COURSES[name]

    answer = posted(client, job_type, prefer=f"scenario={name}")

    assert (answer.status, answer.headers["preference-applied"]) == (201, f"scenario={name}")
    assert course(client, clock, answer.json()["batch_job"]["id"]) == statuses


@pytest.mark.parametrize("name", COURSES)
def test_a_server_like_medusa_takes_the_course_at_its_own_pace(
    like_medusa: Client, clock: ManualClock, name: str
) -> None:
    answer = posted(like_medusa, COURSES[name][0], prefer=f"scenario={name}")

    assert (answer.status, answer.headers["preference-applied"]) == (201, f"scenario={name}")
    assert course(like_medusa, clock, answer.json()["batch_job"]["id"]) == LIKE_MEDUSA[name]


@pytest.mark.parametrize("name", ["stuck-in-processing", "import-hangs-at-pre-processing", "manual"])
def test_a_job_that_hangs_can_be_canceled(client: Client, clock: ManualClock, name: str) -> None:
    job_id = posted(client, COURSES[name][0], prefer=f"scenario={name}").json()["batch_job"]["id"]
    clock.advance(timedelta(days=1))

    answer = client.post(f"{JOBS}/{job_id}/cancel")

    assert (answer.status, answer.json()["batch_job"]["status"]) == (200, "canceled")


def test_a_dry_run_that_is_confirmed_fails_in_processing(client: Client, clock: ManualClock) -> None:
    created = posted(client, prefer="scenario=fails-in-processing", dry_run=True).json()["batch_job"]
    clock.advance(timedelta(seconds=1))
    client.post(f"{JOBS}/{created['id']}/confirm")

    assert course(client, clock, created["id"], seconds=9) == {0: "confirmed", 1: "processing", 4: "failed"}


# ---- their results


def test_a_failure_in_pre_processing_leaves_the_error_alone(client: Client, clock: ManualClock) -> None:
    result = result_after(client, clock, "fails-in-pre-processing", 1)

    assert result == {"errors": [f"{FAILED}the job could not be pre-processed"]}


def test_a_failing_export_tells_each_error_twice(client: Client, clock: ManualClock) -> None:
    result = result_after(client, clock, "fails-in-processing", 6)

    message = f"{FAILED}the job could not be processed"
    assert result["errors"] == [{"err": {}, "code": "unknown", "message": message}, message]
    assert set(result) == {"errors", "stat_descriptors"}


def test_a_partial_failure_stops_at_half_of_the_rows(client: Client, clock: ManualClock) -> None:
    before, after = (result_after(client, clock, "partial-failure", each) for each in (5.99, 6))

    assert (before["count"], before["advancement_count"], before["progress"]) == (8, 3, 0.375)
    assert (after["count"], after["advancement_count"], after["progress"]) == (8, 4, 0.5)
    assert after["errors"][1:] == [
        f"{FAILED}a row could not be processed",
        {"err": {}, "code": "unknown", "message": f"{FAILED}the rows after it were not tried"},
    ]
    assert after["stat_descriptors"] == before["stat_descriptors"]


def test_a_server_like_medusa_takes_back_how_far_a_failure_had_come(
    like_medusa: Client, clock: ManualClock
) -> None:
    result = result_after(like_medusa, clock, "partial-failure", 6)

    assert set(result) == {"errors", "stat_descriptors"}


def test_an_import_that_is_stuck_has_done_nothing_ever(client: Client, clock: ManualClock) -> None:
    result = result_after(client, clock, "import-stuck-in-processing", 86400)

    assert (result["count"], result["advancement_count"]) == (3, 0)
    assert "errors" not in result


def test_an_export_may_tell_of_all_products_and_write_the_first(client: Client, clock: ManualClock) -> None:
    whole, short = (result_after(client, clock, each, 6) for each in ("steady", "export-yields-one-product"))

    assert (short["count"], short["advancement_count"], short["progress"]) == (8, 8, 1)
    assert short["stat_descriptors"] == whole["stat_descriptors"]
    lines, first = (client.get(f"/uploads/{each['file_key']}").text.split("\r\n") for each in (whole, short))
    assert first[0] == lines[0]
    handles = {line.split(";")[1] for line in first[1:-1]}
    assert handles == {lines[1].split(";")[1]}
    assert short["file_size"] == len("\r\n".join(first).encode())


def test_a_parser_error_midway_keeps_what_had_been_found(client: Client, clock: ManualClock) -> None:
    result = result_after(client, clock, "parser-error-midway", 6)

    assert (result["count"], result["advancement_count"], result["errors"]) == (3, 1, [PARSER])
    assert result["stat_descriptors"][0]["message"].startswith("There will be 1 products created")


def test_an_import_of_37040_rows_tells_of_them_all_and_does_what_is_there(
    client: Client, clock: ManualClock
) -> None:
    halfway = result_after(client, clock, "import-of-37040-rows", 108 + 148)
    clock.advance(timedelta(seconds=148))

    assert (halfway["count"], halfway["advancement_count"], halfway["progress"]) == (37040, 18520, 0.5)
    assert sum(halfway["operations"].values()) == 37040
    assert halfway["stat_descriptors"][0]["message"].startswith("There will be 12346 products created (0 ")
    products = client.get("/admin/products?q=tee-S").json()["products"]
    assert [len(each["variants"]) for each in products] == [2]


# ---- how one is asked for


def test_an_unknown_scenario_is_refused_with_the_nearest_name(client: Client) -> None:
    answer = posted(client, prefer="scenario=slwo")

    assert (answer.status, answer.json()["type"]) == (400, "invalid_data")
    assert answer.message.startswith("unknown scenario 'slwo'; did you mean 'slow'? known: steady, instant")
    assert client.list_jobs()["count"] == 0


def test_an_unknown_scenario_is_refused_as_clearly_by_a_server_like_medusa(like_medusa: Client) -> None:
    answer = posted(like_medusa, prefer="scenario=slwo")

    assert (answer.status, answer.json()["type"]) == (400, "invalid_data")
    assert answer.message.startswith("unknown scenario 'slwo'; did you mean 'slow'?")


def test_a_scenario_is_refused_for_a_type_that_it_is_not_for(client: Client) -> None:
    answer = posted(client, prefer="scenario=parser-error-midway")

    assert (answer.status, answer.message) == (
        400,
        (
            "the scenario 'parser-error-midway' is for price-list-import and product-import, not for "
            "product-export; choose another"
        ),
    )


def test_whoever_is_not_let_in_learns_nothing_of_scenarios(anonymous: Client) -> None:
    assert posted(anonymous, prefer="scenario=slwo").status == 401


def test_a_request_without_preferences_gets_none_applied(client: Client) -> None:
    answer = client.post(JOBS, {"type": EXPORT, "context": {}})

    assert answer.status == 201
    assert {"preference-applied", "access-control-expose-headers"}.isdisjoint(answer.headers)


@pytest.mark.parametrize(
    "prefer", ["respond-async", "wait=10, handling=lenient", "return=minimal; scenario=slow", ""]
)
def test_other_preferences_are_passed_over(client: Client, prefer: str) -> None:
    answer = posted(client, prefer=prefer)

    assert (answer.status, "preference-applied" in answer.headers) == (201, False)


def test_a_scenario_is_found_among_other_preferences(client: Client) -> None:
    answer = posted(client, prefer='wait=10, Scenario="instant"; really, scenario=slow')

    assert answer.headers["preference-applied"] == "scenario=instant"


def test_preferences_may_come_in_several_lines(world: World) -> None:
    lines = [(b"Prefer", b"wait=10"), (b"accept", b"*/*"), (b"prefer", b"scenario=slow, wait=20")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": lines}

    assert _request(scope, world).preferences == {"wait": "10", "scenario": "slow"}


def test_a_preference_is_for_new_jobs_only(client: Client) -> None:
    answer = client.get(JOBS, prefer="scenario=slwo")

    assert (answer.status, "preference-applied" in answer.headers) == (200, False)


def test_a_browser_may_ask_and_may_read_the_answer(client: Client) -> None:
    origin = {"origin": "http://localhost:7000"}
    preflight = client.options(JOBS, **origin, access_control_request_headers="content-type,prefer")
    answer = posted(client.with_headers(**origin), prefer="scenario=instant")

    assert preflight.headers["access-control-allow-headers"] == "content-type,prefer"
    assert answer.headers["access-control-expose-headers"] == "Preference-Applied"


@pytest.mark.parametrize("engine", ["compiled", "stock"])
def test_both_engines_know_the_scenarios_of_a_users_file(
    document: Document, clock: ManualClock, witness: Callable[[Exchange], None], engine: Engine
) -> None:
    mine = Scenario(name="mine", description="", otherwise=timedelta(seconds=2))
    settings = Settings(scenarios=SCENARIOS.with_more({"mine": mine}))
    world = build_world(document, settings, clock=clock, scenario=STEADY)
    anonymous = Client(build_app(document, Worlds(world), settings, engine=engine), witness)
    client = anonymous.with_headers(x_medusa_access_token=settings.api_token)

    answer = posted(client, prefer="scenario=mine")
    refused = posted(client, prefer="scenario=yours")

    assert (answer.status, answer.headers["preference-applied"]) == (201, "scenario=mine")
    assert (refused.status, "'mine'" in refused.message or ", mine," in refused.message) == (400, True)
    assert course(client, clock, answer.json()["batch_job"]["id"], seconds=5) == {
        0: "created",
        2: "pre_processed",
        4: "confirmed",
    }
