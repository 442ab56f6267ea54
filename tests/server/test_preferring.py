"""`Prefer: code=`, `example=` and `dynamic=` on every operation: answers from the document, judged by it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.document import Document, load, shipped_folder
from mockserver.contract.examples import Examples
from mockserver.server.app import build_app, build_world
from mockserver.server.preferences import parse_prefer
from mockserver.server.settings import ENGINES, Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Answer, Client
from tests.conftest import BEGINNING
from tests.in_thread import running

JOBS = "/admin/batch-jobs"
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\na\r\n--b--\r\n'
UPLOAD = {"content-type": "multipart/form-data; boundary=b"}
KEY = {"file_key": "a.csv"}
LOGIN = {"email": "admin@example.com", "password": "supersecret"}
A_JOB = {"type": "product-export", "context": {}, "dry_run": True}

# a request that each operation takes, by its id
REQUESTS: Mapping[str, tuple[str, str, Any]] = {
    "DeleteAuth": ("DELETE", "/admin/auth", None),
    "DeleteUploads": ("DELETE", "/admin/uploads", KEY),
    "GetAuth": ("GET", "/admin/auth", None),
    "GetBatchJobs": ("GET", JOBS, None),
    "GetBatchJobsBatchJob": ("GET", f"{JOBS}/batch_nope", None),
    "GetHealth": ("GET", "/health", None),
    "GetPriceLists": ("GET", "/admin/price-lists", None),
    "GetProducts": ("GET", "/admin/products", None),
    "GetStore": ("GET", "/admin/store", None),
    "GetUploadsKey": ("GET", "/uploads/nope.csv", None),
    "GetUsers": ("GET", "/admin/users", None),
    "GetUsersUser": ("GET", "/admin/users/usr_nope", None),
    "GetVariants": ("GET", "/admin/variants", None),
    "PostAuth": ("POST", "/admin/auth", LOGIN),
    "PostBatchJobs": ("POST", JOBS, A_JOB),
    "PostBatchJobsBatchJobCancel": ("POST", f"{JOBS}/batch_nope/cancel", None),
    "PostBatchJobsBatchJobConfirmProcessing": ("POST", f"{JOBS}/batch_nope/confirm", None),
    "PostToken": ("POST", "/admin/auth/token", LOGIN),
    "PostUploads": ("POST", "/admin/uploads", MULTIPART),
    "PostUploadsDownloadUrl": ("POST", "/admin/uploads/download-url", KEY),
    "PostUploadsProtected": ("POST", "/admin/uploads/protected", MULTIPART),
    "PostUsers": ("POST", "/admin/users", LOGIN),
    "PostUsersUser": ("POST", "/admin/users/usr_nope", {"first_name": "A"}),
}
EXAMPLES = Examples(load(shipped_folder()))
STATUSES = [(operation, status) for operation in REQUESTS for status in EXAMPLES.statuses(operation)]
NAMES = [
    (operation, status, name) for operation, status in STATUSES for name in EXAMPLES.names(operation, status)
]


def ask(client: Client, operation: str, prefer: str, *, query: str = "") -> Answer:
    """Ask for *operation* as it should be asked, but for what is preferred."""
    method, path, body = REQUESTS[operation]
    content, kind = (
        (body, UPLOAD)
        if isinstance(body, bytes)
        else (json.dumps(body).encode(), {"content-type": "application/json"})
        if body is not None
        else (b"", {})
    )
    headers = {**kind, **({"prefer": prefer} if prefer else {})}
    return client.request(method, path + query, body=content, headers=headers)


@pytest.fixture
def unjudged(document: Document, world: World) -> Client:
    """Return a client that is logged in. Nobody judges: a refusal of ours is no answer of the operation."""
    return Client(build_app(document, Worlds(world), Settings()), lambda _: None).with_headers(
        x_medusa_access_token=Settings().api_token
    )


def test_a_request_for_every_operation_is_in_the_table(document: Document) -> None:
    assert REQUESTS.keys() == {operation["operationId"] for _, _, operation in document.operations()}


# ---- code


@pytest.mark.parametrize(("operation", "status"), STATUSES)
def test_every_status_that_an_operation_names_can_be_had(
    shared_client: Client, operation: str, status: int
) -> None:
    answer = ask(shared_client, operation, f"code={status}")

    assert answer.status == status
    assert answer.headers["preference-applied"] == f"code={status}"


def test_a_cache_is_told_that_the_answer_depends_on_the_preference(document: Document, world: World) -> None:
    with running(build_app(document, Worlds(world), Settings())) as server, server.client({}) as client:
        answer = client.get("/health", headers={"prefer": "code=200"})

    assert answer.headers.get_list("vary") == ["Prefer"]
    assert "etag" not in answer.headers


def test_an_answer_by_status_is_the_first_example(shared_client: Client) -> None:
    answer = ask(shared_client, "PostBatchJobs", "code=404")

    assert answer.json() == {"type": "not_found", "message": "Batch job with id batch_nope was not found"}


def test_a_status_that_the_operation_does_not_name_is_refused_with_those_that_it_names(
    unjudged: Client,
) -> None:
    answer = ask(unjudged, "GetBatchJobs", "code=409")

    assert answer.status == 400
    assert answer.json() == {
        "type": "invalid_data",
        "message": "Prefer: GetBatchJobs names no status 409; it names: 200, 400, 401",
    }
    assert "preference-applied" not in answer.headers


@pytest.mark.parametrize("code", ["abc", "4xx", "-1", '""', '"\u00b2"'])
def test_a_code_that_is_no_status_is_refused(unjudged: Client, code: str) -> None:
    answer = ask(unjudged, "GetStore", f"code={code}")

    assert answer.status == 400
    assert answer.message.endswith("is no status; GetStore names: 200, 401")


# ---- example


@pytest.mark.parametrize(("operation", "status", "name"), NAMES)
def test_every_named_example_can_be_had_with_its_status(
    shared_client: Client, operation: str, status: int, name: str
) -> None:
    answer = ask(shared_client, operation, f"code={status}, example={name}")

    assert answer.status == status
    assert answer.headers["preference-applied"] == f"example={name}"


def test_a_job_can_be_had_in_each_status(shared_client: Client, document: Document) -> None:
    shown = {
        status: ask(shared_client, "GetBatchJobsBatchJob", f"example={status}").json()["batch_job"]["status"]
        for status in document.lifecycle.statuses
    }

    assert shown == {status: status for status in document.lifecycle.statuses}


def test_an_example_brings_its_own_status_along(shared_client: Client) -> None:
    answer = ask(shared_client, "PostBatchJobsBatchJobCancel", "example=completed")

    assert answer.status == 400
    assert answer.message == "Cannot cancel completed batch job"


def test_an_example_that_is_not_there_is_refused_with_those_that_are(unjudged: Client) -> None:
    answer = ask(unjudged, "GetBatchJobs", "code=200, example=two")

    assert answer.status == 400
    assert answer.message == (
        "Prefer: GetBatchJobs shows no example 'two' with status 200; it shows: one, none, every_status"
    )


def test_an_operation_without_named_examples_says_so(unjudged: Client) -> None:
    answer = ask(unjudged, "GetHealth", "example=two")

    assert answer.message == "Prefer: GetHealth shows no example 'two'; it shows: none"


# ---- dynamic


@pytest.mark.parametrize(("operation", "status"), STATUSES)
def test_a_body_is_made_up_for_every_answer(shared_client: Client, operation: str, status: int) -> None:
    answer = ask(shared_client, operation, f"code={status}, dynamic=true")

    assert answer.status == status
    assert answer.headers["preference-applied"].endswith("dynamic=true")


@pytest.mark.parametrize("number", range(20))
def test_whatever_is_made_up_keeps_the_contract(shared_client: Client, number: int) -> None:
    answer = ask(shared_client, "GetUsersUser", "dynamic=true", query=f"?{number}")

    assert answer.status == 200
    assert answer.json()["user"]["id"].startswith("usr_")


def test_equal_requests_get_equal_bodies_and_others_get_others(shared_client: Client) -> None:
    bodies = [
        ask(shared_client, "GetUsersUser", "dynamic=true", query=query).body for query in ("?a", "?a", "?b")
    ]

    assert bodies[0] == bodies[1] != bodies[2]


def test_the_seed_of_the_world_decides_what_is_made_up(document: Document, world: World) -> None:
    other = build_world(
        document, Settings(seed=1), clock=ManualClock(BEGINNING), scenario=scenario_named("steady")
    )

    bodies = [
        ask(
            Client(build_app(document, Worlds(each), Settings()), lambda _: None), "PostToken", "dynamic=true"
        ).body
        for each in (world, other)
    ]

    assert bodies[0] != bodies[1]


def test_what_is_neither_true_nor_false_is_refused(unjudged: Client) -> None:
    answer = ask(unjudged, "GetBatchJobs", "dynamic=yes")

    assert (answer.status, answer.message) == (400, "Prefer: dynamic=yes is neither true nor false")


def test_dynamic_false_asks_for_nothing(client: Client) -> None:
    answer = ask(client, "GetBatchJobs", "dynamic=false")

    assert answer.json() == {"batch_jobs": [], "count": 0, "offset": 0, "limit": 10}
    assert "preference-applied" not in answer.headers


def test_an_example_comes_before_what_is_made_up(shared_client: Client) -> None:
    answer = ask(shared_client, "GetBatchJobs", "example=none, dynamic=true")

    assert answer.json()["count"] == 0
    assert answer.headers["preference-applied"] == "example=none"


# ---- what comes first


def test_a_preference_lets_nobody_in(anonymous: Client) -> None:
    answer = ask(anonymous, "GetBatchJobs", "code=400")

    assert (answer.status, answer.text) == (401, "Unauthorized")


def test_a_preference_hides_no_mistake_in_the_request(client: Client) -> None:
    answer = client.request(
        "POST", JOBS, body=b"{}", headers={"content-type": "application/json", "prefer": "code=404"}
    )

    assert (answer.status, answer.message) == (400, "type must be a string, context must be an object")


def test_a_preference_makes_no_operation(client: Client) -> None:
    answers = [client.get("/nowhere", prefer="code=200"), client.request("PUT", JOBS)]

    assert [each.status for each in answers] == [404, 405]


def test_nothing_happens_in_the_world(client: Client) -> None:
    ask(client, "PostBatchJobs", "code=201")

    assert client.list_jobs()["count"] == 0


# ---- in the query, as where headers cannot be set


@pytest.mark.parametrize(
    ("query", "status", "applied"),
    [
        ("?__code=401", 401, "code=401"),
        ("?__example=none", 200, "example=none"),
        ("?__dynamic=true", 200, "dynamic=true"),
        ("?limit=5&__code=400&__example=several&offset=2", 400, "example=several"),
    ],
)
def test_a_preference_in_the_query_is_one_even_where_the_query_is_strict(
    shared_client: Client, query: str, status: int, applied: str
) -> None:
    answer = ask(shared_client, "GetBatchJobs", "", query=query)

    assert answer.status == status
    assert answer.headers["preference-applied"].endswith(applied)


def test_the_log_shows_a_preference_in_the_query_as_one_in_the_header(client: Client, world: World) -> None:
    ask(client, "GetBatchJobs", "example=several", query="?limit=5&__code=400")

    ((_, entry),) = world.log.after(0)

    assert entry.request.query_string == "limit=5"
    assert parse_prefer(entry.request.headers["prefer"]) == {"code": "400", "example": "several"}


def test_the_header_is_heeded_before_the_query(shared_client: Client) -> None:
    assert ask(shared_client, "GetBatchJobs", "code=401", query="?__code=400").status == 401


def test_the_rest_of_the_query_is_judged(client: Client) -> None:
    answer = ask(client, "GetBatchJobs", "", query="?__code=401&nope=1")

    assert (answer.status, answer.message) == (400, "property nope should not exist")


def test_what_is_no_preference_stays_in_the_query(client: Client) -> None:
    answer = ask(client, "GetBatchJobs", "", query="?__nope=1&__dynamic=false")

    assert (answer.status, answer.message) == (400, "property __nope should not exist")


# ---- either engine, other documents


@pytest.mark.parametrize("operation", ["GetBatchJobs", "PostBatchJobs", "PostUploads", "GetUploadsKey"])
@pytest.mark.parametrize("prefer", ["code=404", "dynamic=true", "example=none", "code=400, dynamic=true"])
def test_either_engine_answers_alike(document: Document, world: World, operation: str, prefer: str) -> None:
    token = Settings().api_token
    first, second = (
        ask(
            Client(
                build_app(document, Worlds(world), Settings(), engine=engine), lambda _: None
            ).with_headers(x_medusa_access_token=token),
            operation,
            prefer,
            query="?__x=1&__code=200",
        )
        for engine in ENGINES
    )

    assert (first.status, first.body) == (second.status, second.body)
    assert sorted(first.headers.items()) == sorted(second.headers.items())


Edited = Callable[..., Path]


def client_of(folder: Path, world: World) -> Client:
    app = build_app(load(folder), Worlds(world), Settings())
    return Client(app, lambda _: None).with_headers(x_medusa_access_token=Settings().api_token)


def test_a_response_without_an_example_is_made_by_its_schema_and_always_the_same(
    edited: Edited, world: World
) -> None:
    old = "    examples:\n      batch_job:"
    folder = edited(
        ("responses/NotFound.yaml", old, old.replace("examples", "x-examples")),
        ("schemas/Error.yaml", "\nexample:", "\nx-example:"),
    )
    client = client_of(folder, world)

    answers = [ask(client, "GetUsersUser", "code=404") for _ in range(2)]

    assert answers[0].json() == {"code": "string", "type": "invalid_data", "message": "string"}
    assert answers[0].body == answers[1].body


def test_a_default_response_stands_for_every_status_that_is_not_named(edited: Edited, world: World) -> None:
    named = '    "401": {$ref: ../responses/Unauthorized.yaml}\n'
    other = "    default: {$ref: ../responses/BadRequest.yaml}\n"
    client = client_of(edited(("paths/store.yaml", named, named + other)), world)

    answer = ask(client, "GetStore", "code=409")

    assert (answer.status, answer.message) == (409, "context must be an object")


def test_a_schema_that_nothing_fits_is_told_with_the_remedy(edited: Edited, world: World) -> None:
    old = "required: [type, message]"
    client = client_of(edited(("schemas/Error.yaml", old, f"{old}\nnot: {{required: [message]}}")), world)

    answer = ask(client, "GetUsersUser", "code=404, dynamic=true")

    assert (answer.status, answer.message) == (
        400,
        "Prefer: GetUsersUser, status 404: nothing was found that keeps its schema; give it an example there",
    )
