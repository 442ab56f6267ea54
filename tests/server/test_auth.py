"""Who is calling, and logging in and out. Source: recorded, group auth."""

from typing import Any

import jwt
import pytest

from mockserver.server.settings import Settings
from mockserver.simulation.users import User
from mockserver.simulation.world import World
from tests.asgi_client import Answer, Client
from tests.conftest import BEGINNING

JOBS = "/admin/batch-jobs"
LOG_IN = {"email": "admin@example.com", "password": "supersecret"}
A_JOB = {"type": "product-export", "context": {}, "dry_run": True}
NOTHING_SENT = (
    "email should not be empty, email must be an email, password should not be empty, "
    "password must be a string"
)
NOW = int(BEGINNING.timestamp())


@pytest.fixture
def anonymous(shared_anonymous: Client) -> Client:
    """Return a client without credentials, of the server that all tests here share."""
    return shared_anonymous


@pytest.fixture
def client(shared_client: Client) -> Client:
    """Return a client of the same server that sends the API token of the ready admin."""
    return shared_client


@pytest.fixture(scope="session")
def admin(shared_world: World) -> User:
    """Return the ready admin."""
    user = shared_world.users.with_email("admin@example.com")
    assert user is not None
    return user


@pytest.fixture(scope="session")
def other(shared_world: World) -> User:
    """Return another user, who has an API token."""
    return shared_world.add_user(email="other@example.com", password="othersecret", api_token="tok_other")


@pytest.fixture(scope="session")
def third(shared_world: World) -> User:
    """Return a user who has none."""
    return shared_world.add_user(email="third@example.com", password="x")


def cookie_of(answer: Answer) -> str:
    """Return what a browser sends back: the name and the value."""
    return answer.headers["set-cookie"].partition(";")[0]


def logged_in(client: Client, **credentials: str) -> Client:
    """Return a client that holds the cookie of a new session, the ready admin's if nobody else is named."""
    answer = client.post("/admin/auth", credentials or LOG_IN)
    return client.with_headers(cookie=cookie_of(answer))


def with_token(
    client: Client, *, secret: str | None = None, algorithm: str = "HS256", **claims: Any
) -> Client:
    """Return a client with a bearer token of these claims."""
    key = Settings().jwt_secret if secret is None else secret
    return client.with_headers(authorization=f"Bearer {jwt.encode(claims, key, algorithm=algorithm)}")


def caller(client: Client) -> Any:
    """Return the address of the user whom the server takes the client for."""
    return client.get("/admin/auth").json()["user"]["email"]


def test_nobody_is_let_in_without_credentials(anonymous: Client) -> None:
    answers = [
        anonymous.get(JOBS),
        anonymous.get(f"{JOBS}/batch_x"),
        anonymous.post(JOBS, A_JOB),
        anonymous.post(f"{JOBS}/batch_x/confirm"),
        anonymous.post(f"{JOBS}/batch_x/cancel"),
        anonymous.get("/admin/auth"),
        anonymous.delete("/admin/auth"),
        anonymous.get("/admin/store"),
        anonymous.get("/admin/users"),
    ]

    assert [(answer.status, answer.text) for answer in answers] == [(401, "Unauthorized")] * 9


# ---- logging in


@pytest.mark.parametrize("path", ["/admin/auth", "/admin/auth/"])
def test_logging_in_gives_the_user_and_a_session(anonymous: Client, admin: User, path: str) -> None:
    answer = anonymous.post(path, LOG_IN)

    user = answer.json()["user"]
    assert answer.status == 200
    assert (user["id"], user["email"], user["api_token"]) == (admin.id, admin.email, Settings().api_token)
    assert not {"password", "password_hash"} & user.keys()
    assert caller(anonymous.with_headers(cookie=cookie_of(answer))) == "admin@example.com"


def test_the_cookie_lasts_ten_hours_and_is_hidden_from_scripts(anonymous: Client) -> None:
    cookie = anonymous.post("/admin/auth", LOG_IN).headers["set-cookie"]

    assert cookie.startswith("connect.sid=s%3A")
    assert cookie.endswith("; Path=/; Expires=Sun, 22 Nov 2026 11:44:39 GMT; HttpOnly")


@pytest.mark.parametrize("path", ["/admin/auth", "/admin/auth/token"])
def test_the_letter_case_of_the_address_makes_no_difference(anonymous: Client, path: str) -> None:
    assert anonymous.post(path, {**LOG_IN, "email": "ADMIN@Example.COM"}).status == 200


@pytest.mark.parametrize("path", ["/admin/auth", "/admin/auth/token"])
@pytest.mark.parametrize(
    "payload",
    [
        {**LOG_IN, "password": "wrong"},
        {**LOG_IN, "password": "SUPERSECRET"},
        {**LOG_IN, "email": "nobody@example.com"},
    ],
)
def test_wrong_credentials_are_refused(anonymous: Client, path: str, payload: Any) -> None:
    answer = anonymous.post(path, payload)

    assert (answer.status, answer.text) == (401, "Unauthorized")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/admin/auth", "/admin/auth/token"])
@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({**LOG_IN, "email": "abc"}, "email must be an email"),
        ({**LOG_IN, "email": 5}, "email must be an email"),
        ({"email": "admin@example.com"}, "password should not be empty, password must be a string"),
        ({**LOG_IN, "remember": True}, "property remember should not exist"),
        ({}, NOTHING_SENT),
        (None, NOTHING_SENT),
        ([], "an unknown value was passed to the validate function"),
    ],
)
def test_what_is_no_login_is_refused_in_the_recorded_words(
    anonymous: Client, path: str, payload: Any, message: str
) -> None:
    answer = anonymous.post(path, payload)

    assert (answer.status, answer.json()) == (400, {"type": "invalid_data", "message": message})


def test_bearer_tokens_say_who_and_for_how_long(anonymous: Client, admin: User) -> None:
    token = anonymous.post("/admin/auth/token", LOG_IN).json()["access_token"]

    claims = jwt.decode(token, Settings().jwt_secret, algorithms=["HS256"], options={"verify_exp": False})
    assert claims == {"user_id": admin.id, "domain": "admin", "iat": NOW, "exp": NOW + 24 * 60 * 60}
    assert caller(anonymous.with_headers(authorization=f"Bearer {token}")) == "admin@example.com"


# ---- logging out


def test_logging_out_ends_the_session(anonymous: Client) -> None:
    browser = logged_in(anonymous)

    answer = browser.delete("/admin/auth", {})

    assert (answer.status, answer.text) == (200, "OK")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (browser.get(JOBS).status, browser.delete("/admin/auth").status) == (401, 401)


def test_logging_out_ends_no_other_session_and_no_token(anonymous: Client) -> None:
    first, second = logged_in(anonymous), logged_in(anonymous)
    token = anonymous.post("/admin/auth/token", LOG_IN).json()["access_token"]
    bearer = anonymous.with_headers(authorization=f"Bearer {token}")

    first.delete("/admin/auth")

    assert [each.get(JOBS).status for each in (first, second, bearer)] == [401, 200, 200]


def test_a_caller_without_a_session_may_log_out_too(client: Client) -> None:
    answer = client.delete("/admin/auth")

    assert (answer.status, client.get(JOBS).status) == (200, 200)


# ---- cookies


@pytest.mark.parametrize(
    "header",
    [
        "{cookie}",
        "other=1; {cookie}",
        "{cookie}; other=1",
        "other=1;{cookie};more=2",
        'theme={{"dark":true}}; {cookie}',
        "a b; =; ;; {cookie}",
        "flag; {cookie}",
        "connect.sidecar=x; {cookie}",
        "{cookie}; connect.sid=second",
    ],
)
def test_a_session_is_found_among_the_cookies_of_other_servers(anonymous: Client, header: str) -> None:
    cookie = cookie_of(anonymous.post("/admin/auth", LOG_IN))

    assert anonymous.get(JOBS, cookie=header.format(cookie=cookie)).status == 200


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda cookie: cookie[:-1], id="cut"),
        pytest.param(lambda cookie: cookie + "x", id="longer"),
        pytest.param(lambda cookie: cookie.replace("s%3A", "s%3A0"), id="another session"),
        pytest.param(lambda cookie: cookie.partition(".")[0], id="name only"),
        pytest.param(lambda cookie: cookie.rpartition(".")[0], id="no signature"),
        pytest.param(lambda cookie: cookie.rpartition(".")[0] + ".", id="empty signature"),
        pytest.param(lambda cookie: cookie[:-5] + "%xyz", id="malformed percent"),
        pytest.param(lambda cookie: cookie + "%ff", id="no UTF-8"),
        pytest.param(lambda cookie: cookie + "\xff", id="no ASCII"),
        pytest.param(lambda cookie: cookie.upper(), id="upper case"),
        pytest.param(lambda cookie: "x" + cookie, id="another name"),
        pytest.param(lambda _: "connect.sid=", id="empty"),
        pytest.param(lambda _: "connect.sid", id="no value"),
        pytest.param(lambda _: "connect.sid=s%3A.", id="nothing signed"),
        pytest.param(lambda _: ";" * 5000, id="semicolons"),
    ],
)
def test_a_tampered_cookie_is_nobody(anonymous: Client, change: Any) -> None:
    cookie = cookie_of(anonymous.post("/admin/auth", LOG_IN))

    assert anonymous.get(JOBS, cookie=change(cookie)).status == 401


# ---- bearer tokens


def test_a_token_of_ones_own_making_is_as_good(anonymous: Client, admin: User) -> None:
    bearer = with_token(anonymous, user_id=admin.id, domain="admin", iat=NOW, exp=NOW + 3600)

    assert caller(bearer) == "admin@example.com"


def test_a_token_need_not_expire(anonymous: Client, admin: User) -> None:
    assert caller(with_token(anonymous, user_id=admin.id, domain="admin")) == "admin@example.com"


@pytest.mark.parametrize(("seconds", "status"), [(3600, 200), (1, 200), (0.5, 200), (0, 401), (-1, 401)])
def test_a_token_expires_by_the_clock_of_the_world(
    anonymous: Client, admin: User, seconds: float, status: int
) -> None:
    bearer = with_token(anonymous, user_id=admin.id, domain="admin", exp=BEGINNING.timestamp() + seconds)

    assert bearer.get(JOBS).status == status


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": NOW - 1}, id="expired"),
        pytest.param({"exp": 0}, id="expired in 1970"),
        pytest.param({"secret": "another-secret"}, id="another secret"),
        pytest.param({"secret": "", "algorithm": "none"}, id="alg none"),
        pytest.param({"algorithm": "HS512"}, id="another algorithm"),
        pytest.param({"domain": "store"}, id="a customer's"),
        pytest.param({"domain": "ADMIN"}, id="upper-case domain"),
        pytest.param({"domain": None}, id="no domain"),
        pytest.param({"user_id": None}, id="no user"),
        pytest.param({"user_id": ""}, id="empty user"),
        pytest.param({"user_id": 5}, id="user by number"),
        pytest.param({"user_id": ["usr_x"]}, id="user by list"),
    ],
)
def test_another_token_is_nobody(anonymous: Client, admin: User, claims: Any) -> None:
    bearer = with_token(anonymous, **{"user_id": admin.id, "domain": "admin", **claims})

    assert bearer.get(JOBS).status == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_letter_case_of_the_scheme_makes_no_difference(anonymous: Client, scheme: str) -> None:
    token = anonymous.post("/admin/auth/token", LOG_IN).json()["access_token"]

    assert anonymous.get(JOBS, authorization=f"{scheme} {token}").status == 200


@pytest.mark.parametrize(
    "header", ["{token}", "Basic {token}", "Bearer", "Bearer ", "Bearer{token}", "{token} x"]
)
def test_a_token_needs_its_scheme(anonymous: Client, header: str) -> None:
    token = anonymous.post("/admin/auth/token", LOG_IN).json()["access_token"]

    assert anonymous.get(JOBS, authorization=header.format(token=token)).status == 401


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "..",
        "a.b.c",
        "....",
        "\xff.\xff.\xff",
        "bnVsbA.e30.x",
        "W10.e30.x",
        "eyJhbGciOlsiSFMyNTYiXX0.e30.x",
        "eyJhbGciOiJIUzI1NiIsImNyaXQiOjV9.e30.x",
        f"{'W1tb' * 10_000}.e30.x",
    ],
)
def test_garbage_for_a_token_is_nobody(anonymous: Client, token: str) -> None:
    assert anonymous.get(JOBS, authorization=f"Bearer {token}").status == 401


def test_the_user_of_a_token_is_not_looked_up(anonymous: Client) -> None:
    ghost = with_token(anonymous, user_id="usr_ghost", domain="admin")

    answers = [ghost.get(JOBS), ghost.post(JOBS, A_JOB), ghost.get("/admin/auth")]

    assert [answer.status for answer in answers] == [200, 404, 400]
    assert answers[0].json()["count"] == 0
    assert answers[1].json() == {
        "type": "not_found",
        "message": "User with created_by usr_ghost does not exist.",
    }
    assert (answers[2].headers["content-type"], answers[2].text) == (
        "text/plain; charset=utf-8",
        "Bad Request",
    )


# ---- API tokens


def test_an_api_token_is_its_user(anonymous: Client, other: User) -> None:
    assert caller(anonymous.with_headers(x_medusa_access_token="tok_other")) == "other@example.com"


@pytest.mark.parametrize("token", ["nope", "", "TOK_OTHER", "tok_other2", "\xff"])
def test_another_api_token_is_nobody(anonymous: Client, other: User, token: str) -> None:
    assert anonymous.get(JOBS, x_medusa_access_token=token).status == 401


@pytest.mark.parametrize("header", ["Bearer tok_other", "tok_other", "Basic tok_other"])
def test_an_api_token_is_none_for_the_authorization_header(
    anonymous: Client, other: User, header: str
) -> None:
    assert anonymous.get(JOBS, authorization=header).status == 401


# ---- several at once


def test_a_session_counts_before_a_token_and_a_token_before_an_api_token(
    anonymous: Client, other: User, third: User
) -> None:
    api_token = anonymous.with_headers(x_medusa_access_token="tok_other")
    bearer = with_token(api_token, user_id=third.id, domain="admin")
    cookie = cookie_of(anonymous.post("/admin/auth", LOG_IN))

    callers = [caller(each) for each in (api_token, bearer, bearer.with_headers(cookie=cookie))]

    assert callers == ["other@example.com", "third@example.com", "admin@example.com"]


def test_bad_credentials_do_not_block_good_ones(anonymous: Client, other: User) -> None:
    client = anonymous.with_headers(
        cookie="connect.sid=s%3Anope.nope", authorization="Bearer nope", x_medusa_access_token="tok_other"
    )

    assert caller(client) == "other@example.com"


def test_a_job_belongs_to_its_creator_however_they_call(anonymous: Client, other: User) -> None:
    by_token = anonymous.with_headers(x_medusa_access_token="tok_other")
    path = f"{JOBS}/{by_token.post(JOBS, A_JOB).json()['batch_job']['id']}"

    own = logged_in(anonymous, email="other@example.com", password="othersecret").get(path)
    foreign = logged_in(anonymous).get(path)

    assert (own.status, own.json()["batch_job"]["created_by"]) == (200, other.id)
    assert foreign.status == 400
    assert foreign.json() == {
        "type": "not_allowed",
        "message": "Cannot access a batch job that does not belong to the logged in user",
    }
