"""Who may call what follows from the document's security requirements, on both engines alike."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mockserver.contract.document import DocumentError, load
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import ENGINES, Engine, Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client

STORE = "paths/store.yaml"
OPERATION = "operationId: GetStore"
Served = Callable[..., Client]


@pytest.fixture(params=ENGINES)
def served(request: pytest.FixtureRequest, edited: Callable[..., Path], clock: ManualClock) -> Served:
    """Return a function that serves edited documents, by each engine, to a client without credentials."""
    engine: Engine = request.param

    def serve(*edits: tuple[str, str, str]) -> Client:
        document = load(edited(*edits))
        world = build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))
        return Client(build_app(document, Worlds(world), Settings(), engine=engine), lambda _: None)

    return serve


def secured_by(requirements: str) -> tuple[str, str, str]:
    return (STORE, OPERATION, f"{OPERATION}\n  security: {requirements}")


def bearer(client: Client) -> Mapping[str, str]:
    login = {"email": Settings().admin_email, "password": Settings().admin_password}
    token = client.post("/admin/auth/token", login).json()["access_token"]
    return {"authorization": f"Bearer {token}"}


TOKEN = {"x_medusa_access_token": Settings().api_token}


def test_an_operation_that_names_one_scheme_takes_no_other(served: Served) -> None:
    client = served(secured_by("[{jwt_token: []}]"))

    by_token = client.with_headers(**TOKEN).get("/admin/store")
    by_bearer = client.with_headers(**bearer(client)).get("/admin/store")

    assert (by_token.status, by_bearer.status) == (401, 200)


def test_an_operation_may_want_two_credentials_at_once(served: Served) -> None:
    client = served(secured_by("[{jwt_token: [], api_token: []}]"))

    one = client.with_headers(**TOKEN).get("/admin/store")
    both = client.with_headers(**TOKEN, **bearer(client)).get("/admin/store")

    assert (one.status, both.status) == (401, 200)


def test_an_operation_with_an_empty_requirement_lets_anybody_in(served: Served) -> None:
    client = served(secured_by("[{api_token: []}, {}]"))

    assert client.get("/admin/store").status == 200


def test_the_api_token_is_read_from_the_header_that_the_document_names(served: Served) -> None:
    client = served(("openapi.yaml", "name: x-medusa-access-token", "name: X-Shop-Token"))

    old = client.with_headers(**TOKEN).get("/admin/store")
    new = client.with_headers(x_shop_token=Settings().api_token).get("/admin/store")

    assert (old.status, new.status) == (401, 200)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (secured_by("[{nope: []}]"), "there is no such scheme; known: cookie_auth, jwt_token, api_token"),
        (
            ("openapi.yaml", "scheme: bearer\n      bearerFormat: JWT", "scheme: digest"),
            "use http bearer, an apiKey in a header",
        ),
        (("openapi.yaml", "name: connect.sid", "name: sid"), "an apiKey in the cookie connect.sid"),
    ],
)
def test_a_scheme_that_cannot_be_checked_is_refused_at_the_start(
    edit: tuple[str, str, str], complaint: str, edited: Callable[..., Path], clock: ManualClock
) -> None:
    document = load(edited(edit))
    world = build_world(document, Settings(), clock=clock, scenario=scenario_named("steady"))

    with pytest.raises(DocumentError, match=complaint):
        build_app(document, Worlds(world), Settings())
