"""The documents drive the server: each edit of a copy shows in what is answered, with no code touched."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.document import DocumentError, load
from mockserver.contract.judge import Judge
from mockserver.contract.operation import Contract
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client

JOBS = "/admin/batch-jobs"
JOB = "schemas/BatchJob.yaml"
Edit = Callable[..., Path]


@pytest.fixture
def serve(clock: ManualClock) -> Callable[[Path], Client]:
    """Return a function that serves a folder and gives a client whose every exchange that folder judges."""

    def served(folder: Path) -> Client:
        document = load(folder)
        judge = Judge(Contract(document))
        world = build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))

        def witness(exchange: Any) -> None:
            assert judge.violations(exchange) == []

        client = Client(build_app(document, Worlds(world), Settings()), witness)
        return client.with_headers(x_medusa_access_token=Settings().api_token)

    return served


def created(client: Client, **fields: Any) -> Any:
    return client.post(JOBS, {"type": "product-export", "context": {}, **fields}).json()["batch_job"]


def seen(client: Client, job: Any) -> Any:
    return client.get(f"{JOBS}/{job['id']}").json()["batch_job"]


def test_cancel_may_start_from_completed_where_the_document_says_so(
    edited: Edit, serve: Callable[[Path], Client], clock: ManualClock
) -> None:
    folder = edited(
        (
            JOB,
            "confirmed, processing, canceled, failed]",
            "confirmed, processing, completed, canceled, failed]",
        )
    )
    client = serve(folder)
    job = created(client)
    clock.advance(timedelta(minutes=1))

    answer = client.post(f"{JOBS}/{job['id']}/cancel")

    assert answer.status == 200
    assert answer.json()["batch_job"]["status"] == "canceled"


@pytest.mark.parametrize(
    ("edit", "complaints"),
    [
        pytest.param((JOB, "^batch_[", "^job_["), 3, id="what is another in each answer, each time"),
        pytest.param(
            (JOB, "created the batch job.\n", "created the batch job.\n    pattern: ^nobody$\n"),
            2,
            id="what is the same, until it is known to be",
        ),
        pytest.param(
            (JOB, "type: object\nrequired", "type: object\nmaxProperties: 3\nrequired"),
            3,
            id="what concerns all properties, each time",
        ),
    ],
)
def test_answers_to_equal_orders_are_judged(
    edit: tuple[str, str, str],
    complaints: int,
    edited: Edit,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    document = load(edited(edit))
    world = build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))
    client = Client(build_app(document, Worlds(world), Settings()), lambda _: None)

    for _ in range(3):
        created(client.with_headers(x_medusa_access_token=Settings().api_token))

    assert (
        len([each for each in caplog.messages if "breaks the contract: PostBatchJobs" in each]) == complaints
    )


def test_a_refusal_says_what_the_document_says(edited: Edit, serve: Callable[[Path], Client]) -> None:
    message = "Cannot confirm processing for a batch job that is not pre processed"
    client = serve(edited((JOB, message, "Not yet, my friend")))
    job = created(client)

    answer = client.post(f"{JOBS}/{job['id']}/confirm")

    assert (answer.status, answer.message) == (400, "Not yet, my friend")


def test_a_field_that_the_document_requires_is_required(
    edited: Edit, serve: Callable[[Path], Client]
) -> None:
    client = serve(
        edited(("schemas/AdminPostBatchesReq.yaml", "[type, context]", "[type, context, dry_run]"))
    )

    answer = client.post(JOBS, {"type": "product-export", "context": {}})

    assert (answer.status, answer.message) == (400, "dry_run must be a boolean value")


def test_a_new_field_of_the_request_is_checked_by_its_schema(
    edited: Edit, serve: Callable[[Path], Client]
) -> None:
    edit = (
        "schemas/AdminPostBatchesReq.yaml",
        "properties:\n  type:",
        "properties:\n  note: {type: string}\n  type:",
    )
    client = serve(edited(edit))

    refused = client.post(JOBS, {"type": "product-export", "context": {}, "note": 5})
    accepted = client.post(JOBS, {"type": "product-export", "context": {}, "note": "five"})

    assert (refused.status, refused.message) == (400, "note must be a string")
    assert accepted.status == 201


def test_a_relation_that_the_document_requires_is_always_shown(
    edited: Edit, serve: Callable[[Path], Client]
) -> None:
    client = serve(
        edited((JOB, "  - failed_at\n  - status\n", "  - failed_at\n  - created_by_user\n  - status\n"))
    )

    job = created(client)

    assert job["created_by_user"]["email"] == Settings().admin_email


def test_a_property_that_the_simulation_does_not_know_shows_its_default(
    edited: Edit, serve: Callable[[Path], Client]
) -> None:
    new = "  - retries\n  - status\nproperties:\n  retries: {type: integer, default: 3}\n"
    client = serve(edited((JOB, "  - status\nproperties:\n", new)))

    assert created(client)["retries"] == 3


def test_a_new_status_between_two_others_is_passed_through(
    edited: Edit, serve: Callable[[Path], Client], clock: ManualClock
) -> None:
    instant = "  checked_at: {type: string, format: date-time, nullable: true}\n"
    transition = "    check: {by: worker, from: [pre_processed], to: checked}\n    confirm:\n"
    folder = edited(
        (JOB, "  - failed_at\n  - status\n", "  - failed_at\n  - checked_at\n  - status\n"),
        (JOB, "  created_by_user:\n", instant + "  created_by_user:\n"),
        (
            JOB,
            "enum: [created, pre_processed, confirmed,",
            "enum: [created, pre_processed, checked, confirmed,",
        ),
        (JOB, "    confirmed: {instant:", "    checked: {instant: checked_at}\n    confirmed: {instant:"),
        (JOB, "    confirm:\n", transition),
        (JOB, "      from: [pre_processed]\n", "      from: [checked]\n"),
    )
    client = serve(folder)
    job = created(client)

    statuses = []
    for _ in range(8):
        statuses.append(seen(client, job)["status"])
        clock.advance(timedelta(seconds=1))

    passed = ["created", "pre_processed", "checked", "confirmed", "processing", "completed"]
    assert list(dict.fromkeys(statuses)) == passed
    assert (
        seen(client, job)["pre_processed_at"]
        < seen(client, job)["checked_at"]
        < seen(client, job)["confirmed_at"]
    )


def test_a_new_transition_of_clients_is_served_at_its_own_path(
    edited: Edit, serve: Callable[[Path], Client], clock: ManualClock
) -> None:
    refusal = "{status: 409, type: not_allowed, message: Only a waiting job can be put aside}"
    transition = (
        "    put_aside: {by: client, operation: PostBatchJobsBatchJobPutAside, from: [pre_processed], "
        f"to: canceled, refusal: {refusal}}}\n    confirm:\n"
    )
    folder = edited(
        (JOB, "    confirm:\n", transition),
        (
            "openapi.yaml",
            "  /admin/price-lists:",
            "  /admin/batch-jobs/{id}/put-aside: {$ref: paths/put_aside.yaml}\n  /admin/price-lists:",
        ),
    )
    path = (folder / "paths/batch_job_cancel.yaml").read_text(encoding="utf-8")
    path = path.replace("PostBatchJobsBatchJobCancel", "PostBatchJobsBatchJobPutAside")
    path = path.replace('    "404":', '    "409": {$ref: ../responses/NotAllowed.yaml}\n    "404":')
    (folder / "paths/put_aside.yaml").write_text(path, encoding="utf-8")
    client = serve(folder)
    job = created(client, dry_run=True)

    early = client.post(f"{JOBS}/{job['id']}/put-aside")
    clock.advance(timedelta(seconds=1))
    late = client.post(f"{JOBS}/{job['id']}/put-aside")

    assert (early.status, early.message) == (409, "Only a waiting job can be put aside")
    assert late.json()["batch_job"]["status"] == "canceled"


def test_a_type_of_the_users_own_lives_like_the_others(
    edited: Edit, serve: Callable[[Path], Client], clock: ManualClock
) -> None:
    own = "  - title: Clean up\n    properties:\n      type: {type: string, enum: [clean-up]}\n"
    folder = edited(
        ("schemas/BatchJobType.yaml", "price-list-import]", "price-list-import, clean-up]"),
        (
            "schemas/AdminPostBatchesReq.yaml",
            "order-export, price-list-import]",
            "order-export, price-list-import, clean-up]",
        ),
        ("schemas/AdminPostBatchesReq.yaml", "oneOf:\n", "oneOf:\n" + own),
    )
    client = serve(folder)
    job = created(client, type="clean-up")

    clock.advance(timedelta(minutes=1))

    assert seen(client, job)["status"] == "completed"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            (
                JOB,
                "  - status\nproperties:\n",
                "  - rank\n  - status\nproperties:\n  rank: {type: integer}\n",
            ),
            "give it a `default`",
        ),
        (("paths/health.yaml", "GetHealth", "GetWealth"), "known: DeleteAuth"),
        (("paths/health.yaml", "operationId: GetHealth", "operationId: 5"), "is not of type"),
        ((JOB, "type: boolean", "type: bolean"), "bolean"),
        ((JOB, "to: completed", "to: complete"), "known statuses"),
    ],
)
def test_a_document_that_cannot_be_served_is_refused_with_the_place_and_the_remedy(
    edited: Edit, serve: Callable[[Path], Client], edit: tuple[str, str, str], said: str
) -> None:
    folder = edited(edit)

    with pytest.raises(DocumentError) as refused:
        serve(folder)

    assert said in str(refused.value)
    assert str(folder) in str(refused.value)


def test_a_document_may_do_without_a_path(edited: Edit, serve: Callable[[Path], Client]) -> None:
    link = "        retrieve:\n          operationId: GetBatchJobsBatchJob\n"
    folder = edited(
        ("openapi.yaml", "  /admin/batch-jobs/{id}: {$ref: paths/batch_job.yaml}\n", ""),
        ("paths/batch_jobs.yaml", link, "        same:\n          operationId: GetBatchJobs\n"),
    )

    answer = serve(folder).get(f"{JOBS}/batch_nope")

    assert (answer.status, answer.message) == (404, f"Cannot GET {JOBS}/batch_nope")
