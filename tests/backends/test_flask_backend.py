"""The hand-written backend keeps the contract, and each defect makes it break the contract in its own way."""

import ast
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from mockserver.contract.judge import Exchange
from mockserver.contract.operation import Contract
from mockserver.contract.routes import Routes
from tests.backends.defects import DEFECTS
from tests.backends.flask_backend import create_app
from tests.backends.rig import ADMIN, JOBS, Rig

HERE = Path(__file__).parent
OWN = sorted(file for file in HERE.glob("*.py") if not file.name.startswith(("test_", "rig")))
NEW_SHIRT = (
    b"Product Handle;Product Title;Variant Title;Variant SKU;Variant Inventory Quantity;Price EUR\n"
    b"new-shirt;New Shirt;S;NS-S;3;19.99\nnew-shirt;New Shirt;M;NS-M;4;19.99\n"
)
NOT_PRE_PROCESSED = "Cannot confirm processing for a batch job that is not pre processed"
FOREIGN = "Cannot access a batch job that does not belong to the logged in user"
NOTHING_SENT = (
    "email should not be empty, email must be an email, password should not be empty, "
    "password must be a string"
)
ZETA = (
    "property zeta should not exist, type must be a string, context must be an object, "
    "dry_run must be a boolean value"
)


@pytest.fixture
def rig(witness: Callable[[Exchange], None]) -> Rig:
    """Return a healthy backend, whose every exchange is judged."""
    return Rig(witness)


@pytest.fixture
def lying() -> Callable[[str], Rig]:
    """Return a function that gives a backend with a defect, which nobody judges."""
    return lambda defect: Rig(lambda _: None, defect=defect)


# ---- independence


@pytest.mark.parametrize("module", [pytest.param(file, id=file.name) for file in OWN])
def test_a_module_of_the_backend_imports_nothing_of_ours(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))

    names = [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    names += [node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in names} <= {
        *sys.stdlib_module_names,
        "flask",
        "werkzeug",
        "tests",
    }
    assert {name for name in names if name.startswith("tests.")} <= {
        f"tests.backends.{each.stem}" for each in OWN
    }


def test_the_backend_loads_nothing_of_ours() -> None:
    asking = "import json, sys, tests.backends.__main__; print(json.dumps(sorted(sys.modules)))"

    answer = subprocess.run([sys.executable, "-c", asking], capture_output=True, check=True, text=True)  # noqa: S603  # our own interpreter

    assert [name for name in json.loads(answer.stdout) if name.startswith(("mockserver", "connexion"))] == []


# ---- the healthy backend


def test_a_walk_through_every_operation_breaks_nothing(
    contract: Contract, witness: Callable[[Exchange], None]
) -> None:
    walked: list[Exchange] = []

    def see(exchange: Exchange) -> None:
        witness(exchange)
        walked.append(exchange)

    everything_once(Rig(see))

    routes = Routes(contract.operations.values())
    succeeded = {
        routes.find(each.path).operations[each.method].id for each in walked if each.status in range(200, 300)
    }
    assert succeeded == set(contract.operations)


def everything_once(rig: Rig) -> None:
    """Make a sensible request to every operation."""
    session = rig.session()
    other = rig.another_user()
    me = rig.call("GET", "/admin/auth", caller=session).get_json()["user"]
    rig.call("POST", f"/admin/users/{me['id']}", {"first_name": "Ada", "metadata": {"car": "white"}})
    rig.call("GET", f"/admin/users/{me['id']}", caller=other)
    rig.call("GET", "/admin/users?q=ADA&fields=email")
    rig.call("DELETE", "/admin/auth", caller=session)
    for path in (
        "products",
        "products?expand=variants.prices&fields=title",
        "variants",
        "price-lists",
        "store",
    ):
        rig.call("GET", f"/admin/{path}")
    rig.call("GET", "/health", caller={})
    rig.upload(b"", path="/admin/uploads")
    dry = rig.at("pre_processed", kind="product-import", dry_run=True, fileKey=rig.upload(NEW_SHIRT))
    rig.ask(dry, "confirm")
    rig.ask(rig.create("order-export"), "cancel")
    rig.later()
    rig.page("expand=created_by_user&fields=type,result&order=-updated_at&limit=1&offset=1")
    exported = rig.job(rig.at("completed"))["result"]["file_key"]
    rig.call("POST", "/admin/uploads/download-url", {"file_key": exported})
    rig.call("GET", f"/uploads/{exported}", caller={}, range="bytes=0-9")
    rig.call("GET", f"/uploads/{exported}", caller={})
    rig.call("DELETE", "/admin/uploads", {"file_key": exported})


@pytest.mark.parametrize("kind", ["product-export", "order-export"])
def test_an_export_passes_through_every_status_and_writes_its_file(rig: Rig, kind: str) -> None:
    job = rig.create(kind)

    assert rig.seen(job) == ["created", "pre_processed", "confirmed", "processing", "completed"]
    result = rig.job(job)["result"]
    file = rig.call("GET", f"/uploads/{result['file_key']}", caller={})
    assert (file.mimetype, len(file.data), result["progress"]) == ("text/csv", result["file_size"], 1)
    assert len({line.partition(b";")[0] for line in file.data.splitlines()}) == result["count"] + 1


def test_the_instants_of_a_completed_job_are_in_order(rig: Rig) -> None:
    job = rig.job(rig.at("completed"))

    names = ["created", "pre_processed", "confirmed", "processing", "completed"]
    instants = [job[f"{name}_at"] for name in names]
    assert instants == sorted(set(instants))
    assert job["updated_at"] == job["completed_at"]


def test_a_dry_run_waits_for_its_confirmation(rig: Rig) -> None:
    job = rig.create(dry_run=True)

    assert rig.seen(job) == ["created", "pre_processed"]
    assert rig.ask(job, "confirm") == 200
    assert rig.seen(job) == ["confirmed", "processing", "completed"]


STATUSES = ["created", "pre_processed", "confirmed", "processing", "completed"]


@pytest.mark.parametrize(("status", "answer"), list(zip(STATUSES, [400, 200, 400, 400, 400], strict=True)))
def test_a_job_can_be_confirmed_only_when_it_is_pre_processed(rig: Rig, status: str, answer: int) -> None:
    assert rig.ask(rig.at(status), "confirm") == answer


@pytest.mark.parametrize(("status", "answer"), list(zip(STATUSES, [200, 200, 200, 200, 400], strict=True)))
def test_a_job_can_be_canceled_until_it_is_completed(rig: Rig, status: str, answer: int) -> None:
    assert rig.ask(rig.at(status), "cancel") == answer


@pytest.mark.parametrize("status", STATUSES[:-1])
def test_a_canceled_job_stays_canceled(rig: Rig, status: str) -> None:
    job = rig.at(status)

    rig.ask(job, "cancel")

    assert rig.seen(job) == ["canceled"]
    assert (rig.ask(job, "confirm"), rig.ask(job, "cancel")) == (400, 200)


def test_a_failed_job_that_is_canceled_stays_failed(rig: Rig) -> None:
    job = rig.at("failed", kind="product-import", fileKey="nope.csv")

    answer = rig.call("POST", f"{JOBS}/{job['id']}/cancel").get_json()["batch_job"]

    assert (answer["status"], answer["canceled_at"]) == ("failed", answer["updated_at"])
    assert rig.ask(job, "confirm") == 400


def test_an_import_changes_the_shop_when_it_completes(rig: Rig) -> None:
    rig.at("completed", kind="product-import", fileKey=rig.upload(NEW_SHIRT))

    (product,) = rig.call("GET", "/admin/products?handle=new-shirt").get_json()["products"]
    assert [(each["sku"], each["inventory_quantity"]) for each in product["variants"]] == [
        ("NS-S", 3),
        ("NS-M", 4),
    ]
    assert [each["amount"] for each in product["variants"][0]["prices"]] == [1999]


def test_an_import_canceled_while_processing_changes_nothing(rig: Rig) -> None:
    job = rig.at("processing", kind="product-import", fileKey=rig.upload(NEW_SHIRT))

    rig.ask(job, "cancel")
    rig.later()

    assert rig.call("GET", "/admin/products?handle=new-shirt").get_json()["count"] == 0


def test_a_price_list_gets_the_prices_of_its_file(rig: Rig) -> None:
    price_list = rig.call("GET", "/admin/price-lists?q=vip").get_json()["price_lists"][0]["id"]
    key = rig.upload(b"Product Variant ID,SKU,Price EUR\n,MEDUSA-T-SHIRT-S,9.50\n")

    rig.at("completed", kind="price-list-import", price_list_id=price_list, fileKey=key)

    (shirt,) = rig.call("GET", "/admin/variants?q=t-shirt-s").get_json()["variants"]
    assert [each["amount"] for each in shirt["prices"] if each["price_list_id"] == price_list] == [950]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'Product Handle;Product Title\nshirt;"no end', id="open quote"),
        pytest.param(b"Product Handle;Nonsense\nshirt;x\n", id="unknown column"),
        pytest.param(b"Product Handle;Product Title\n;x\n", id="no handle"),
        pytest.param(b"Product Handle;Product Title\nshirt\n", id="cell missing"),
        pytest.param(b"Product Handle\n\xff\n", id="not UTF-8"),
        pytest.param(b"Product Handle;Price EUR\nshirt;" + b"9" * 400, id="a price nobody pays"),
    ],
)
def test_a_file_that_cannot_be_read_fails_its_job(rig: Rig, content: bytes) -> None:
    job = rig.job(rig.at("failed", kind="product-import", fileKey=rig.upload(content)))

    assert job["pre_processed_at"] is None
    assert job["result"]["errors"]


@pytest.mark.parametrize(
    "context", [{"limit": "abc"}, {"order": "nope"}, {"filterable_fields": {"nope": 1}}, {"batch_size": -1}]
)
def test_an_export_that_nobody_can_make_fails(rig: Rig, context: Any) -> None:
    assert rig.seen(rig.create(**context)) == ["created", "failed"]


def test_an_export_writes_what_its_context_asks_for(rig: Rig) -> None:
    job = rig.at(
        "completed", filterable_fields={"status": ["published"]}, order="title", batch_size=2, offset=1
    )

    file = rig.call("GET", f"/uploads/{rig.job(job)['result']['file_key']}").text

    titles = dict.fromkeys(line.split(";")[2] for line in file.splitlines()[1:])
    assert list(titles) == ["Medusa Sweatpants", "Medusa T-Shirt"]


# ---- refusals


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 400, "type must be a string, context must be an object"),
        ([], 400, "an unknown value was passed to the validate function"),
        (
            {"zeta": 1, "dry_run": 1, "type": 3},
            400,
            ZETA,
        ),
        ({"type": "nope", "context": {}}, 404, "Unable to find a BatchJob strategy with the type nope"),
        ({"type": "order-export", "context": {"order": 5}}, 400, "context.order must be a string"),
        ({"type": "price-list-import", "context": {}}, 400, "Price list id is required"),
        (
            {"type": "price-list-import", "context": {"price_list_id": "pl_nope"}},
            404,
            "Price list with id: pl_nope was not found",
        ),
        (
            {"type": "product-export", "context": {}, "dry_run": None},
            400,
            "Can't insert null value in field dry_run on insert in table batch_job",
        ),
    ],
)
def test_a_job_that_cannot_be_created_is_refused(rig: Rig, body: Any, status: int, message: str) -> None:
    answer = rig.call("POST", JOBS, body)

    assert (answer.status_code, answer.get_json()["message"]) == (status, message)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b'"x"', {}, 400),
        (b'{"a": NaN}', {}, 400),
        (b'{"a": 1e999}', {}, 400),
        (b'{"a": "\\u0000"}', {}, 400),
        (b'{"a": "\\ud800"}', {}, 400),
        (b"[" * 90_000, {}, 400),
        (b'{"a": ' * 600 + b"1" + b"}" * 600, {}, 400),
        (b" " * 102_401, {}, 413),
        (b"{}", {"content_type": "application/json; charset=KOI8-R"}, 415),
        (b"{}", {"content_encoding": "br"}, 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(rig: Rig, body: bytes, headers: Any, status: int) -> None:
    answer = rig.call("POST", JOBS, body=body, **{"content_type": "application/json", **headers})

    assert (answer.status_code, answer.get_json()["type"]) == (status, "invalid_data")


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=",
        "limit=abc",
        "limit=1&limit=2",
        "offset=Infinity",
        "order=status",
        "order=",
        "fields=status",
        "expand=nope",
        "id=batch_x",
        "status=created",
        "confirmed_at=2026-11-22",
        "confirmed_at[gt]=garbage",
        "confirmed_at[eq]=2026-11-22",
        "confirmed_at=null&confirmed_at[gt]=2026-11-22",
        "created_at=null",
        "created_at[gt]=1795312040",
        "updated_at=null",
        "created_at[gt]=2026-02-30",
        "created_at[gt]=2026-11-22T24:00:00Z",
    ],
)
def test_a_query_that_no_document_lists_is_refused(rig: Rig, query: str) -> None:
    assert rig.call("GET", f"{JOBS}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=2", 2),
        ("limit=0", 3),
        ("limit=1.5", 2),
        ("offset=1", 2),
        ("type[]=product-export", 2),
        ("type[]=product-export,order-export", 3),
        ("type[]=product-export&type[]=order-export", 3),
        ("type[]=", 0),
        ("id[]=batch_nope", 0),
        ("completed_at=null", 2),
        ("completed_at[gt]=2020-01-01", 1),
        ("completed_at[lt]=1577836800", 0),
        ("created_at[gte]=0000-02-29T23:59:60.5%2B01:00", 3),
        ("created_at[lt]=9999-12-31", 3),
    ],
)
def test_a_list_holds_what_its_query_asks_for(rig: Rig, query: str, found: int) -> None:
    rig.at("completed")
    rig.create(dry_run=True)
    rig.create("order-export", dry_run=True)

    assert len(rig.page(query)["batch_jobs"]) == found


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        ("", []),
        ("type", ["type"]),
        ("-context,-id", ["type", "result"]),
        ("%2Bresult", ["type", "context", "result"]),
        ("*created_by_user", ["type", "context", "result", "created_by_user"]),
    ],
)
def test_a_list_shows_the_columns_that_are_asked_for(rig: Rig, fields: str, more: list[str]) -> None:
    rig.create()

    (job,) = rig.page(f"fields={fields}")["batch_jobs"]

    assert {"id", "created_at", "dry_run", "status"} <= job.keys()
    assert [name for name in ("type", "context", "result", "created_by_user") if name in job] == more


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nope", 404),
        ("GET", "/admin/nope", 404),
        ("PUT", JOBS, 405),
        ("GET", "/uploads/nope.csv", 404),
        ("GET", "/admin/users/usr_nope", 404),
        ("GET", f"{JOBS}/batch_nope", 404),
        ("GET", f"{JOBS}/%zz", 400),
        ("GET", f"{JOBS}/%ff", 400),
        ("GET", f"{JOBS}/%00", 400),
    ],
)
def test_what_is_not_there_is_said_in_json(rig: Rig, method: str, path: str, status: int) -> None:
    answer = rig.client.open(path, method=method, headers=ADMIN)

    assert (answer.status_code, list(answer.get_json())) == (status, ["type", "message"])


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n[]--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\na\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n--x--\r\n',
        ),
    ],
)
def test_what_is_no_upload_is_refused(rig: Rig, content_type: str, body: bytes) -> None:
    assert rig.call("POST", "/admin/uploads", body=body, content_type=content_type).status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 400, NOTHING_SENT),
        ({"email": "admin@example.com", "password": "wrong"}, 401, "Unauthorized"),
        ({"email": "nobody@example.com", "password": "supersecret"}, 401, "Unauthorized"),
        ({"email": "abc", "password": "x"}, 400, "email must be an email"),
    ],
)
@pytest.mark.parametrize("path", ["/admin/auth", "/admin/auth/token"])
def test_a_login_that_is_wrong_is_refused(rig: Rig, path: str, body: Any, status: int, said: str) -> None:
    answer = rig.call("POST", path, body, caller={})

    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.parametrize(
    "caller",
    [
        {},
        {"x-medusa-access-token": "nope"},
        {"authorization": "Bearer a.b.c"},
        {"authorization": "Bearer \xff.\xff.\xff"},
        {"authorization": "Bearer tok_admin_0123456789"},
        {"cookie": "connect.sid=nope"},
    ],
)
def test_nobody_is_let_in_without_good_credentials(rig: Rig, caller: Any) -> None:
    answer = rig.call("GET", JOBS, caller=caller)

    assert (answer.status_code, answer.text) == (401, "Unauthorized")


def test_a_token_expires_after_a_day(rig: Rig) -> None:
    other = rig.another_user()
    before = rig.call("GET", JOBS, caller=other).status_code

    rig.clock.now += 24 * 60 * 60 * 1000

    assert (before, rig.call("GET", JOBS, caller=other).status_code) == (200, 401)


def test_another_users_job_can_be_neither_seen_nor_changed(rig: Rig) -> None:
    other, job = rig.another_user(), rig.create(dry_run=True)

    answers = [
        rig.call("GET", f"{JOBS}/{job['id']}", caller=other),
        rig.call("POST", f"{JOBS}/{job['id']}/confirm", caller=other),
        rig.call("POST", f"{JOBS}/{job['id']}/cancel", caller=other),
    ]

    refusal = {"type": "not_allowed", "message": FOREIGN}
    assert [(each.status_code, each.get_json()) for each in answers] == [(400, refusal)] * 3
    assert rig.call("GET", JOBS, caller=other).get_json()["count"] == 0


def test_users_are_changed_as_the_contract_says(rig: Rig) -> None:
    user = rig.call(
        "POST", "/admin/users", {"email": "A@b.example", "password": "", "role": None}
    ).get_json()["user"]
    path = f"/admin/users/{user['id']}"

    rig.call("POST", path, {"metadata": {"car": "white", "seats": 4}, "role": "developer"})
    changed = rig.call("POST", path, {"metadata": {"car": ""}, "last_name": "Bogan"}).get_json()["user"]

    assert (user["email"], user["role"]) == ("a@b.example", None)
    assert (changed["metadata"], changed["role"], changed["last_name"]) == (
        {"seats": 4},
        "developer",
        "Bogan",
    )
    assert rig.call("POST", "/admin/users", {"email": "a@B.example", "password": ""}).status_code == 400


# ---- the defects


def three_jobs(rig: Rig) -> Rig:
    """Give the backend three jobs: a completed export, and two dry runs."""
    rig.at("completed")
    rig.create(dry_run=True)
    rig.create("order-export", dry_run=True)
    return rig


def ids(rig: Rig, query: str) -> list[str]:
    """Return the ids that a list holds."""
    return [job["id"] for job in rig.page(query)["batch_jobs"]]


def ended(rig: Rig, job: Any) -> Any:
    """Return the job as it is when nothing happens any more."""
    rig.later()
    return rig.job(job)


def answer_after_logging_out(rig: Rig) -> int:
    session = rig.session()
    rig.call("DELETE", "/admin/auth", caller=session)
    return rig.call("GET", JOBS, caller=session).status_code


def canceled(rig: Rig, job: Any) -> Any:
    rig.ask(job, "cancel")
    return job


def confirmed(rig: Rig, job: Any) -> Any:
    rig.ask(job, "confirm")
    return rig.job(job)


def size_is_right(rig: Rig) -> bool:
    result = rig.job(rig.at("completed"))["result"]
    return len(rig.call("GET", f"/uploads/{result['file_key']}").data) == int(result["file_size"])


def created_at_stays(rig: Rig) -> bool:
    job = rig.create()
    return bool(ended(rig, job)["created_at"] == job["created_at"])


def updated_when_confirmed(rig: Rig) -> bool:
    job = confirmed(rig, rig.at("pre_processed", dry_run=True))
    return bool(job["updated_at"] == job["confirmed_at"])


def status_for_another(rig: Rig) -> int:
    other, job = rig.another_user(), rig.create()
    return rig.call("GET", f"{JOBS}/{job['id']}", caller=other).status_code


def count_for_another(rig: Rig) -> Any:
    other, _ = rig.another_user(), rig.create()
    return rig.call("GET", JOBS, caller=other).get_json()["count"]


# what is looked at, what a healthy backend shows there, and what one with the defect shows
SIGNS: dict[str, tuple[Callable[[Rig], Any], Any, Any]] = {
    "confirm-anywhere": (lambda rig: rig.ask(rig.create(), "confirm"), 400, 200),
    "confirm-refused-when-not-dry": (lambda rig: rig.ask(rig.at("pre_processed"), "confirm"), 200, 400),
    "cancel-completed": (lambda rig: rig.ask(rig.at("completed"), "cancel"), 400, 200),
    "cancel-twice-refused": (lambda rig: rig.ask(canceled(rig, rig.create()), "cancel"), 200, 400),
    "dry-run-unasked": (
        lambda rig: ended(rig, rig.create(dry_run=True))["status"],
        "pre_processed",
        "completed",
    ),
    "completed-without-processing": (
        lambda rig: ended(rig, rig.create())["processing_at"] is None,
        False,
        True,
    ),
    "cancel-beats-failed": (
        lambda rig: rig.job(canceled(rig, rig.at("failed", kind="product-import")))["status"],
        "failed",
        "canceled",
    ),
    "created-at-moves": (created_at_stays, True, False),
    "local-time": (lambda rig: rig.create()["created_at"][-1:] == "Z", True, False),
    "progress-in-percent": (lambda rig: ended(rig, rig.create())["result"]["progress"], 1, 100),
    "confirm-keeps-updated-at": (updated_when_confirmed, True, False),
    "stale-list": (
        lambda rig: [rig.at("completed"), rig.page()["batch_jobs"][0]["status"]][1],
        "completed",
        "created",
    ),
    "lost-cancel": (
        lambda rig: ended(rig, canceled(rig, rig.at("processing")))["status"],
        "canceled",
        "completed",
    ),
    "failures-swallowed": (
        lambda rig: ended(rig, rig.create("product-import", fileKey="nope"))["status"],
        "failed",
        "completed",
    ),
    "size-in-characters": (size_is_right, True, False),
    "count-of-page": (lambda rig: three_jobs(rig).page("limit=1")["count"], 3, 1),
    "offset-off-by-one": (lambda rig: len(ids(three_jobs(rig), "offset=1")), 2, 3),
    "limit-ignored": (lambda rig: len(ids(three_jobs(rig), "limit=1")), 1, 3),
    "order-ignored": (
        lambda rig: ids(three_jobs(rig), "order=created_at") == ids(rig, "order=-created_at"),
        False,
        True,
    ),
    "null-filter-ignored": (lambda rig: len(ids(three_jobs(rig), "completed_at=null")), 2, 3),
    "type-filter-first-only": (
        lambda rig: len(ids(three_jobs(rig), "type[]=product-export&type[]=order-export")),
        3,
        2,
    ),
    "fields-drop-status": (
        lambda rig: "status" in three_jobs(rig).page("fields=type")["batch_jobs"][0],
        True,
        False,
    ),
    "foreign-job-shown": (status_for_another, 400, 200),
    "foreign-jobs-listed": (count_for_another, 0, 1),
    "list-without-login": (lambda rig: rig.call("GET", JOBS, caller={}).status_code, 401, 200),
    "logout-keeps-session": (answer_after_logging_out, 401, 200),
    "error-key": (lambda rig: list(rig.call("POST", JOBS, {}).get_json()), ["type", "message"], ["error"]),
    "unknown-type-accepted": (
        lambda rig: rig.call("POST", JOBS, {"type": "nope", "context": {}}).status_code,
        404,
        201,
    ),
    "unknown-query-accepted": (lambda rig: rig.call("GET", f"{JOBS}?status=failed").status_code, 400, 200),
}


def test_every_defect_has_its_sign() -> None:
    assert list(SIGNS) == list(DEFECTS)


@pytest.mark.parametrize("defect", SIGNS)
def test_a_defect_shows_in_an_answer(rig: Rig, lying: Callable[[str], Rig], defect: str) -> None:
    look, healthy, defective = SIGNS[defect]

    assert (look(rig), look(lying(defect))) == (healthy, defective)


def test_an_unknown_defect_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"^unknown defect 'nope'; known: confirm-anywhere, "):
        create_app(defect="nope")


# ---- the process


@pytest.fixture
def address() -> Iterator[str]:
    """Serve the backend in a process of its own, as fast as it goes, and give its URL."""
    command = [sys.executable, "-m", "tests.backends", "--port", "0", "--pace", "0.02"]
    root = HERE.parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as server:  # noqa: S603  # our own
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]
        server.terminate()


def asked(url: str, body: bytes | None = None) -> Any:
    headers = {**ADMIN, "content-type": "application/json"}
    with urlopen(Request(url, body, headers), timeout=10) as answer:  # noqa: S310  # loopback
        return json.load(answer)["batch_job"]


def status_within(seconds: float, url: str, *, wanted: str) -> str:
    """Return the status as soon as it is the one that is wanted, or whatever it is when the time is over."""
    deadline = time.monotonic() + seconds
    while (status := str(asked(url)["status"])) != wanted and time.monotonic() < deadline:
        continue
    return status


def test_the_worker_of_a_served_backend_completes_a_job_in_real_time(address: str) -> None:
    job = asked(f"{address}{JOBS}", b'{"type": "product-export", "context": {}}')

    assert status_within(20, f"{address}{JOBS}/{job['id']}", wanted="completed") == "completed"
