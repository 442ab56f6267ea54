"""The two engines answer alike: status, headers and body, to the byte."""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from mockserver.contract.document import Document, load
from mockserver.server.app import build_app, build_world
from mockserver.server.framework import (
    RequestValidationMiddleware,
    ResponseValidationMiddleware,
    RoutingMiddleware,
    SecurityMiddleware,
)
from mockserver.server.personality import MEDUSA, quirks_of
from mockserver.server.settings import ENGINES, Settings
from mockserver.simulation.catalogue_file import shipped_catalogue
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client
from tests.recorded.recording import GROUPS, recording_of
from tests.recorded.replay import BEGINNING, replay
from tests.server.twins import Twins

JOBS = "/admin/batch-jobs"
CONNEXIONS_OWN = (
    RoutingMiddleware,
    SecurityMiddleware,
    RequestValidationMiddleware,
    ResponseValidationMiddleware,
)
# Why Connexion's validators let pass a recorded request that the contract refuses all the same. To a client
# it makes no difference: it is where Connexion's own judgement differs from the compiled one.
LET_PASS = {
    "limit must be a number conforming to the specified constraints": "it takes the last of limit=2&limit=3",
    "fields must be a string": "it takes the last of fields=id&fields=type",
}
BROKEN = "our own answer breaks the contract"


def server(document: Document, clock: ManualClock, *, like: str | None, engine: Any) -> Any:
    """Return a server of its own world; those of equal arguments have equal worlds."""
    chosen = Settings(quirks=quirks_of(like=like, names=()))
    world = build_world(
        document,
        chosen,
        clock=clock,
        scenario=scenario_named("steady"),
        catalogue_file=shipped_catalogue(MEDUSA),
    )
    return build_app(document, Worlds(world), chosen, engine=engine)


def twins(document: Document, clock: ManualClock, *, like: str | None) -> Twins:
    return Twins(*(server(document, clock, like=like, engine=engine) for engine in ENGINES))


PERSONALITIES = pytest.mark.parametrize(
    "like", [pytest.param(None, id="contract"), pytest.param(MEDUSA, id=MEDUSA)]
)


@PERSONALITIES
def test_every_recorded_request_is_answered_alike(
    document: Document, like: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="mockserver")
    clock = ManualClock(BEGINNING)
    both = twins(document, clock, like=like)

    replayed = [*replay(both, clock, map(recording_of, GROUPS))]

    assert both.differences == []
    assert both.compared >= sum(len(each.replies) for each in replayed) == 575
    told = {record.getMessage().partition(": ")[2] for record in caplog.records}
    assert told == LET_PASS.keys()


def test_connexions_own_middlewares_are_at_work_in_the_stock_engine_alone(document: Document) -> None:
    stacks = {}
    for engine in ENGINES:
        app = server(document, ManualClock(BEGINNING), like=None, engine=engine)
        Client(app, lambda _: None).get("/health")
        stacks[engine] = [
            own for own in CONNEXIONS_OWN if any(isinstance(each, own) for each in app.middleware_stack)
        ]

    assert stacks == {"compiled": [], "stock": [*CONNEXIONS_OWN]}


def test_an_answer_that_differs_in_one_header_is_noticed(document: Document) -> None:
    app = server(document, ManualClock(BEGINNING), like=None, engine="compiled")

    async def liar(scope: Scope, receive: Receive, send: Send) -> None:
        async def lie(message: Message) -> None:
            await send({**message, "headers": message["headers"][:-1]} if "headers" in message else message)

        await app(scope, receive, lie)

    both = Twins(app, liar)
    Client(both, lambda _: None).get("/health")

    assert len(both.differences) == 1


def test_an_answer_of_ours_that_breaks_the_contract_is_sent_and_logged_by_either_engine(
    edited: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    folder = edited(
        ("paths/auth.yaml", "schema: {type: string, enum: [OK]}", "schema: {type: string, enum: [Bye]}")
    )
    both = twins(load(folder), ManualClock(BEGINNING), like=None)

    answer = Client(both, lambda _: None).request(
        "DELETE", "/admin/auth", headers={"x-medusa-access-token": Settings().api_token}
    )

    assert (answer.status, answer.text, both.differences) == (200, "OK", [])
    assert sum(BROKEN in record.getMessage() for record in caplog.records) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/Store/v1", "/store"])
def test_where_the_document_says_that_servers_are_changes_nothing(
    edited: Callable[..., Path], url: str
) -> None:
    folder = edited(("openapi.yaml", "  - url: /\n", f"  - url: {url}\n"))
    both = twins(load(folder), ManualClock(BEGINNING), like=None)

    answers = [
        Client(both, lambda _: None).get(path) for path in ("/health", "/store/health", "/Store/v1/health")
    ]

    assert [answer.status for answer in answers] == [200, 404, 404]
    assert both.differences == []


def test_of_a_header_that_is_sent_twice_the_last_one_counts(document: Document) -> None:
    both = twins(document, ManualClock(BEGINNING), like=None)
    who = {"email": Settings().admin_email, "password": Settings().admin_password}
    token = Client(both, lambda _: None).post("/admin/auth/token", who).json()["access_token"]

    async def twice(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"authorization", b"Basic eDp5"), (b"authorization", f"Bearer {token}".encode())]
        await both({**scope, "headers": [*scope["headers"], *headers]}, receive, send)

    assert Client(twice, lambda _: None).get(JOBS).status == 200
    assert both.differences == []


# ---- what nobody would send

PIECES = ("admin", "batch-jobs", "users", "uploads", "auth", "products", "confirm", "cancel", "protected")
SEGMENTS = st.one_of(
    st.sampled_from(PIECES),
    st.sampled_from(PIECES).map(str.upper),
    st.sampled_from(
        (
            "",
            ".",
            "..",
            "batch%2Djobs",
            "%2F",
            "a%2Fb",
            "%ff",
            "%00",
            "%zz",
            "%0A",
            "%C3%A9",
            "JOB",
            "USER",
            "download-url",
        )
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="?#"), max_size=4),
)
PATHS = st.one_of(
    st.lists(SEGMENTS, max_size=5).map(lambda parts: "/" + "/".join(parts)),
    st.lists(SEGMENTS, max_size=3).map(lambda parts: "/".join(("/Admin//batch-jobs", *parts))),
    st.lists(SEGMENTS, max_size=2).map(lambda parts: "/".join(("/uploads", *parts))),
)
METHODS = st.sampled_from(("GET", "POST", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "get"))

LISTS = st.sampled_from(
    ("/admin/batch-jobs",) * 4 + ("/admin/users", "/admin/products", "/admin/variants", "/admin/price-lists")
)
NAMES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(
            (
                "limit",
                "offset",
                "order",
                "fields",
                "expand",
                "id",
                "type",
                "status",
                "q",
                "is_giftcard",
                "email",
                "created_at",
                "updated_at",
                "confirmed_at",
                "failed_at",
                "title",
                "nothing",
                "",
            )
        ),
        st.sampled_from(
            ("", "", "[]", "[gt]", "[lte]", "[0]", "[gt][x]", "[][a]", "[", "[a][b][c][d][e][f][g]")
        ),
    ),
)
VALUES = st.one_of(
    st.sampled_from(
        (
            "",
            "0",
            "3",
            "-1",
            "1.5",
            "0x3",
            "1e2",
            "1e400",
            "nan",
            "inf",
            "1_0",
            "+2",
            "%2B2",
            "%202",
            "null",
            "true",
            "True",
            "id",
            "-created_at",
            "type,id",
            "%2Bid",
            "*created_by_user",
            "created_by_user",
            "a,b",
            "draft,published",
            "2026-11-22",
            "2026-11-22T01:44:43.796Z",
            "1795311883",
            "Sun, 22 Nov 2026 01:44:43 GMT",
            "0001-01-01",
            "%ff",
            "%zz",
        )
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="#"), max_size=6),
)
RIGHT = st.sampled_from(
    (
        "limit=0x3",
        "offset=%2B1",
        "order=-created_at",
        "fields=id",
        "id[]=JOB",
        "id[0]=a,b",
        "created_at[gt]=2026-11-22",
        "created_at[lt]=Sun, 22 Nov 2026 01:44:43 GMT",
        "confirmed_at=null",
        "updated_at[gte]=1795311883",
        "expand=",
    )
)
QUERIES = st.one_of(
    st.lists(RIGHT, max_size=4).map("&".join),
    st.lists(RIGHT | st.tuples(NAMES, VALUES).map("=".join), max_size=4).map("&".join),
    st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="#"), max_size=20),
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just("a@b.c")
    | st.just("é@ü"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
TYPES = ("product-export", "order-export", "product-import", "price-list-import", "mine")
CONTEXTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("fileKey", "list_config", "filterable_fields", "shape", "order"), JSON)
)
PEOPLE = ("admin@example.com", "a@b.c", "é@ü", "a@b", "a b@c.d", "@")
RIGHT_BODIES = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(TYPES), "context": CONTEXTS}, optional={"dry_run": st.booleans() | st.none()}
    ),
    st.fixed_dictionaries(
        {"email": st.sampled_from(PEOPLE), "password": st.sampled_from(("supersecret", ""))},
        optional={"role": st.sampled_from(("admin", "king", None))},
    ),
    st.fixed_dictionaries({"file_key": st.text(max_size=3)}),
)
ALMOST_RIGHT = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES) | JSON,
        "context": CONTEXTS | JSON,
        "dry_run": JSON,
        "email": JSON,
        "password": JSON,
        "role": st.sampled_from(("admin", "member", None)) | JSON,
        "file_key": JSON,
        "first_name": JSON,
        "extra": JSON,
    },
)
PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\nx\r\n'
BODIES = st.one_of(
    (ALMOST_RIGHT | JSON).map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=20),
    st.sampled_from(
        (
            b"",
            b"{",
            b"[]",
            b"null",
            b"NaN",
            b'{"type": NaN}',
            b'\xef\xbb\xbf{"type": "mine"}',
            b'{"type": "\xff"}',
            b"[" * 600 + b"]" * 600,
            b'{"context":' * 500 + b"{}" + b"}" * 500,
            b'{"type": "\\ud800"}',
            b" " * 102401,
            PART,
            PART + b"--b--\r\n",
            PART.replace(b"files", b"other") + b"--b--",
            b"--b\r\n\r\nx\r\n--b--",
        )
    ),
)
SENT_TO = st.sampled_from(
    (
        "/admin/batch-jobs",
        "/admin/auth",
        "/admin/auth/token",
        "/admin/users",
        "/admin/users/USER",
        "/admin/uploads",
        "/admin/uploads/protected",
        "/admin/uploads/download-url",
        "/admin/batch-jobs/JOB/confirm",
        "/health",
    )
)
CONTENT_TYPES = st.sampled_from(
    (
        "application/json",
        "APPLICATION/JSON ; charset=UTF-8",
        "application/json; charset=utf-16",
        "text/plain",
        "",
        "multipart/form-data; boundary=b",
        "Multipart/Form-Data ;boundary=b",
        "multipart/form-data",
        "*/*",
        "json",
    )
)
ENCODINGS = st.sampled_from(("identity", "gzip", "br", ""))
CREDENTIALS = st.fixed_dictionaries(
    {},
    optional={
        "x-medusa-access-token": st.sampled_from((Settings().api_token, "", "tok_wrong")),
        "authorization": st.sampled_from(
            (
                "Bearer TOKEN",
                "bearer  TOKEN",
                "Bearer\tTOKEN",
                "TOKEN",
                "Bearer",
                "Basic eDp5",
                "Bearer x",
                " ",
            )
        )
        | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=10),
        "cookie": st.sampled_from(
            ("COOKIE", "odd cookie=[]; COOKIE", "COOKIE; connect.sid=1", "connect.sid=s%3Ax.y")
        )
        | st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=10),
    },
)
many = settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)


@dataclass(frozen=True)
class Pair:
    """Two servers and a client of both. known: what stands for what only the servers know."""

    twins: Twins
    client: Client
    known: Mapping[str, str]

    def differences(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> list[str]:
        """Return how differently both answer to one request."""
        before = len(self.twins.differences)
        sent = {name: self.filled(value) for name, value in headers.items()}
        self.client.request(method, self.filled(target), body=body, headers=sent)
        return self.twins.differences[before:]

    def filled(self, text: str) -> str:
        return re.sub("|".join(self.known), lambda found: self.known[found[0]], text)


@pytest.fixture(scope="module", params=[pytest.param(None, id="contract"), pytest.param(MEDUSA, id=MEDUSA)])
def pair(request: pytest.FixtureRequest, document: Document) -> Pair:
    both = twins(document, ManualClock(BEGINNING), like=request.param)
    client = Client(both, lambda _: None).with_headers(x_medusa_access_token=Settings().api_token)
    who = {"email": Settings().admin_email, "password": Settings().admin_password}
    job = client.post(JOBS, {"type": "product-export", "context": {}, "dry_run": True}).json()["batch_job"]
    known = {
        "JOB": job["id"],
        "USER": job["created_by"],
        "COOKIE": client.post("/admin/auth", who).headers["set-cookie"].partition(";")[0],
        "TOKEN": client.post("/admin/auth/token", who).json()["access_token"],
    }
    return Pair(both, client, known)


@many
@given(method=METHODS, path=PATHS)
@example(method="GET", path="/uploads/")
@example(method="GET", path="/UPLOADS//a/B%2Fc//d")
@example(method="GET", path="/ADMIN/batch-jobs/%4A")
def test_odd_paths_are_answered_alike(pair: Pair, method: str, path: str) -> None:
    assert pair.differences(method, path, {}) == []


@many
@given(path=LISTS, query=QUERIES)
@example(path="/admin/batch-jobs", query="confirmed_at=null&confirmed_at[gt]=2026-11-22")
@example(path="/admin/batch-jobs", query="created_at[gt][x]=1&created_at[gt]=2")
@example(path="/admin/batch-jobs", query="created_at" + "[a]" * 5000 + "=1")
def test_odd_queries_are_answered_alike(pair: Pair, path: str, query: str) -> None:
    assert pair.differences("GET", f"{path}?{query}", {}) == []


@many
@given(method=st.sampled_from(("POST", "DELETE")), path=SENT_TO, body=BODIES, content_type=CONTENT_TYPES)
@example(
    method="POST",
    path="/admin/uploads",
    body=PART + b"--b--\r\n",
    content_type="Multipart/Form-Data ;boundary=b",
)
def test_odd_bodies_are_answered_alike(
    pair: Pair, method: str, path: str, body: bytes, content_type: str
) -> None:
    assert pair.differences(method, path, {"content-type": content_type}, body) == []


@many
@given(body=RIGHT_BODIES | ALMOST_RIGHT, path=SENT_TO)
def test_almost_right_bodies_are_answered_alike(pair: Pair, body: Any, path: str) -> None:
    assert (
        pair.differences("POST", path, {"content-type": "application/json"}, json.dumps(body).encode()) == []
    )


@many
@given(method=METHODS, path=PATHS | LISTS, credentials=CREDENTIALS, body=BODIES, encoding=ENCODINGS)
@example(
    method="GET", path=JOBS, credentials={"cookie": "odd cookie=[]; COOKIE"}, body=b"", encoding="identity"
)
@example(
    method="GET", path=JOBS, credentials={"authorization": "Bearer\tTOKEN"}, body=b"", encoding="identity"
)
@example(
    method="GET", path=JOBS, credentials={"authorization": "bearer  TOKEN"}, body=b"", encoding="identity"
)
def test_odd_credentials_are_answered_alike(
    pair: Pair, method: str, path: str, credentials: dict[str, str], body: bytes, encoding: str
) -> None:
    headers = {
        "x-medusa-access-token": "",
        **credentials,
        "content-type": "application/json",
        "content-encoding": encoding,
    }

    assert pair.differences(method, path, headers, body) == []
