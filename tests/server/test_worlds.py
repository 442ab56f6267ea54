"""Worlds as clients see them: chosen by header or by base URL, and never met by others."""

import pytest

from mockserver.contract.document import Document
from mockserver.server.app import build_app
from mockserver.server.settings import ENGINES, Engine, Settings
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds
from tests.asgi_client import Client

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
JOBS = "/admin/batch-jobs"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    chosen: Engine = request.param
    return chosen


@pytest.fixture
def client(document: Document, world: World, engine: Engine) -> Client:
    app = build_app(document, Worlds(world, most=2), Settings(), engine=engine)
    return Client(app, lambda _: None).with_headers(x_medusa_access_token=Settings().api_token)


def test_a_header_chooses_the_world(client: Client) -> None:
    one = client.with_headers(x_mock_world="one")

    created = one.post(JOBS, EXPORT)

    assert created.status == 201
    assert one.list_jobs()["count"] == 1
    assert client.list_jobs()["count"] == 0
    assert client.with_headers(x_mock_world="two").list_jobs()["count"] == 0


def test_a_base_url_chooses_the_same_world(client: Client) -> None:
    job = client.post(f"/@one{JOBS}", EXPORT).json()["batch_job"]

    assert client.get(f"/@one{JOBS}/{job['id']}").json()["batch_job"]["id"] == job["id"]
    assert client.with_headers(x_mock_world="one").get(f"{JOBS}/{job['id']}").status == 200
    assert client.get(f"{JOBS}/{job['id']}").status == 404


def test_the_base_url_is_stronger_than_the_header(client: Client) -> None:
    client.with_headers(x_mock_world="two").post(f"/@one{JOBS}", EXPORT)

    assert client.with_headers(x_mock_world="one").list_jobs()["count"] == 1


def test_default_is_the_world_of_those_who_name_none(client: Client) -> None:
    client.post(JOBS, EXPORT)

    assert client.get(f"/@default{JOBS}").json()["count"] == 1
    assert client.with_headers(x_mock_world="default").list_jobs()["count"] == 1


def test_an_address_in_an_answer_leads_into_the_world_that_told_it(client: Client) -> None:
    by_url = client.upload(b"1", target="/@one/admin/uploads").json()["uploads"][0]
    by_header = client.with_headers(x_mock_world="one").upload(b"2", filename="2.csv").json()["uploads"][0]

    assert by_url["url"] == f"http://testserver/@one/uploads/{by_url['key']}"
    assert client.get(by_url["url"].removeprefix("http://testserver")).body == b"1"
    assert client.get(by_header["url"].removeprefix("http://testserver")).body == b"2"


def test_a_session_of_one_base_url_is_not_sent_to_another(client: Client) -> None:
    login = {"email": Settings().admin_email, "password": Settings().admin_password}

    cookies = [client.post(f"{base}/admin/auth", login).headers["set-cookie"] for base in ("/@one", "")]

    assert "; Path=/@one; " in cookies[0]
    assert "; Path=/; " in cookies[1]


def test_a_session_of_one_world_opens_no_other(client: Client) -> None:
    stranger = Client(client.app, client.witness)
    login = {"email": Settings().admin_email, "password": Settings().admin_password}
    cookie = stranger.post("/@one/admin/auth", login).headers["set-cookie"].partition(";")[0]

    assert stranger.get("/@one/admin/auth", cookie=cookie).status == 200
    assert stranger.get("/@two/admin/auth", cookie=cookie).status == 401


@pytest.mark.parametrize("path", ["/@", "/@/", "/@a%20b/health", "/@../health", "/@one%2Fadmin/x"])
def test_a_base_url_without_a_good_name_is_refused(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status == 400
    assert answer.json()["type"] == "invalid_data"
    assert "cannot be the name of a world" in answer.message


def test_a_header_that_is_no_name_is_refused(client: Client) -> None:
    answer = client.with_headers(x_mock_world="no world").get(JOBS)

    assert answer.status == 400
    assert "cannot be the name of a world" in answer.message


def test_one_world_too_many_gets_a_clear_429(client: Client) -> None:
    for name in ("one", "two"):
        client.get(f"/@{name}/health")

    answer = client.get("/@three/health")

    assert answer.status == 429
    assert answer.json()["type"] == "too_many"
    assert answer.message.startswith("there are 2 worlds, and there may be no more; delete some, or")


def test_a_path_below_a_world_is_told_as_it_is_in_it(client: Client) -> None:
    answer = client.get("/@one/nowhere")

    assert (answer.status, answer.message) == (404, "Cannot GET /nowhere")
    assert client.get("/@one").status == 404


def test_a_preflight_below_a_world_is_answered(client: Client) -> None:
    answer = client.options(
        f"/@one{JOBS}", origin="http://localhost:7000", access_control_request_headers="x-mock-world"
    )

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "http://localhost:7000"
    assert answer.headers["access-control-allow-headers"] == "x-mock-world"


def test_the_documentation_is_shown_below_a_world_too(client: Client) -> None:
    assert client.get("/@one/openapi.json").json()["openapi"].startswith("3.0")


def test_the_log_of_a_world_has_its_exchanges(document: Document, world: World) -> None:
    worlds = Worlds(world)
    client = Client(build_app(document, worlds, Settings()), lambda _: None)

    client.get("/@one/health")
    client.get("/@one/admin/batch-jobs")
    client.get("/health")

    logged = [(entry.request.path, entry.status) for _, entry in worlds["one"].log.after(0)]
    assert logged == [("/health", 200), ("/admin/batch-jobs", 401)]
    assert worlds.default.log.added == 1


def test_where_nobody_steers_nothing_is_logged(document: Document, world: World) -> None:
    worlds = Worlds(world)
    client = Client(build_app(document, worlds, Settings(logs=False)), lambda _: None)

    client.get("/health")

    assert worlds.default.log.added == 0
