"""Who may steer: whoever brings the token, or the programs of this machine and the pages that may call."""

import pytest

from mockserver.contract.document import Document
from mockserver.control.access import Access
from mockserver.control.app import build_control
from mockserver.control.door import Door
from mockserver.server.app import build_app
from mockserver.server.settings import Settings
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client

LOCAL = Access(is_local=True, origins=frozenset({"http://localhost:8000"}))
GUARDED = Access(token="sesame", origins=frozenset())


@pytest.fixture
def steered(document: Document, worlds: Worlds, request: pytest.FixtureRequest) -> Client:
    settings = Settings(cors=("http://localhost:8000",))
    app = build_app(document, worlds, settings)
    control = build_control(document, worlds, settings, access=request.param)
    return Client(Door(app, lambda: control), lambda _: None)


@pytest.mark.parametrize("steered", [GUARDED], indirect=True)
@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer sesame"}, {"authorization": "bearer  sesame"}, {"x-mock-token": "sesame"}],
)
def test_the_token_lets_in_by_whatever_name_the_server_is_called(
    steered: Client, headers: dict[str, str]
) -> None:
    assert steered.request("GET", "/_mock", headers={"host": "mock.example.com", **headers}).status == 200


@pytest.mark.parametrize("steered", [GUARDED], indirect=True)
@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer sesam"}, {"authorization": "Basic sesame"}, {"x-mock-token": "é"}],
)
@pytest.mark.parametrize(
    "path", ["/_mock", "/_mock/worlds/one/reset", "/_mock/nothing", "/_mock/worlds/a/events"]
)
def test_without_the_token_nothing_is_told_and_the_remedy_is(
    steered: Client, worlds: Worlds, headers: dict[str, str], path: str
) -> None:
    answer = steered.request("POST", path, headers=headers)

    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "--control-token" in answer.message
    assert set(worlds.known()) == {"default", "template"}


@pytest.mark.parametrize("steered", [GUARDED], indirect=True)
def test_the_contract_itself_asks_for_no_token(steered: Client) -> None:
    assert steered.get("/health").status == 200


@pytest.mark.parametrize("steered", [LOCAL], indirect=True)
@pytest.mark.parametrize(
    "host", ["127.0.0.1:9000", "localhost", "a.localhost:80", "[::1]:9000", "127.8.8.8", ""]
)
def test_a_name_of_this_machine_lets_in(steered: Client, host: str) -> None:
    assert steered.get("/_mock", host=host).status == 200


@pytest.mark.parametrize("steered", [LOCAL], indirect=True)
@pytest.mark.parametrize(
    "host",
    ["evil.example:9000", "localhost.evil.example", "192.168.0.7", "[::1", "localhost@evil.example", "::1"],
)
def test_another_name_that_leads_here_does_not(steered: Client, host: str) -> None:
    answer = steered.get("/_mock", host=host)

    assert answer.status == 403
    assert "--control-token" in answer.message


@pytest.mark.parametrize("steered", [LOCAL], indirect=True)
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 200),
        ("http://127.0.0.1:9000", 200),
        ("http://evil.example", 403),
        ("null", 403),
    ],
)
def test_a_page_steers_only_if_it_may_call(steered: Client, origin: str, status: int) -> None:
    answer = steered.request(
        "POST", "/_mock/worlds/a/reset", headers={"host": "127.0.0.1:9000", "origin": origin}
    )

    assert answer.status == status


@pytest.mark.parametrize("steered", [GUARDED], indirect=True)
def test_a_browser_may_ask_beforehand_without_a_token(steered: Client) -> None:
    asked = {"origin": "http://localhost:8000", "access-control-request-headers": "x-mock-token"}

    answer = steered.request("OPTIONS", "/_mock/worlds", headers=asked)

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "http://localhost:8000")
    assert "PATCH" in answer.headers["access-control-allow-methods"]
