"""The admins over HTTP.

Source: recorded from Medusa 1.20.11, GET and POST /admin/users and /admin/users/{id}.
"""

from datetime import timedelta
from typing import Any

import pytest

from mockserver.simulation.clock import ManualClock
from tests.asgi_client import Client

USERS = "/admin/users"
ADA = {
    "email": "Ada.L@Example.com",
    "password": "supersecret",
    "role": "admin",
    "first_name": "Ada",
    "last_name": "L",
}
NAMES = "first_name must be a string, last_name must be a string"
ROLES = "role must be one of the following values: admin, member, developer"


def created(client: Client, **fields: Any) -> Any:
    return client.post(USERS, {**ADA, **fields}).json()["user"]


# ---- creating


def test_a_user_is_created_as_they_were_described(client: Client) -> None:
    answer = client.post(USERS, ADA)

    user = answer.json()["user"]
    assert answer.status == 200
    assert user.pop("id").startswith("usr_")
    assert user == {
        "created_at": "2026-11-22T01:44:39.286Z",
        "updated_at": "2026-11-22T01:44:39.286Z",
        "deleted_at": None,
        "role": "admin",
        "email": "ada.l@example.com",
        "first_name": "Ada",
        "last_name": "L",
        "api_token": None,
        "metadata": None,
    }


def test_a_user_needs_no_more_than_an_address_and_a_password(client: Client) -> None:
    user = client.post(USERS, {"email": "b@example.com", "password": "x"}).json()["user"]

    assert (user["role"], user["first_name"], user["last_name"]) == ("member", None, None)


@pytest.mark.parametrize("role", ["admin", "member", "developer", None])
def test_a_user_may_have_any_role_or_none(client: Client, role: str | None) -> None:
    assert created(client, role=role)["role"] == role


@pytest.mark.parametrize("password", ["supersecret", " ", "p\u00e4ss w\u00f6rd"])
def test_a_new_user_may_log_in(client: Client, anonymous: Client, password: str) -> None:
    user = created(client, password=password)

    answer = anonymous.post("/admin/auth/token", {"email": user["email"], "password": password})

    assert answer.status == 200


def test_a_user_with_an_empty_password_is_created_and_cannot_log_in(
    client: Client, anonymous: Client
) -> None:
    user = created(client, password="")

    answer = anonymous.post("/admin/auth/token", {"email": user["email"], "password": ""})

    assert (answer.status, answer.message) == (400, "password should not be empty")


@pytest.mark.parametrize("email", ["Ada.L@Example.com", "ada.l@example.com", "ADA.L@EXAMPLE.COM"])
def test_an_address_can_be_used_once(client: Client, email: str) -> None:
    created(client)

    answer = client.post(USERS, {**ADA, "email": email})

    assert answer.status == 400
    assert answer.json() == {
        "type": "invalid_data",
        "message": "A user with the same email already exists.",
    }


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({}, "email must be an email, password must be a string"),
        (None, "email must be an email, password must be a string"),
        ([], "an unknown value was passed to the validate function"),
        ({"email": "nope", "password": "x"}, "email must be an email"),
        ({"email": "a@example.com"}, "password must be a string"),
        ({"email": "a@example.com", "password": 5}, "password must be a string"),
        ({"email": "a@example.com", "password": None}, "password must be a string"),
        ({"email": "a@example.com", "password": "x", "role": "boss"}, ROLES),
        (
            {"email": "a@example.com", "password": "x", "foo": 1, "api_token": "t"},
            "property foo should not exist, property api_token should not exist",
        ),
        (
            {"email": "a@example.com", "password": "x", "metadata": {"a": 1}},
            "property metadata should not exist",
        ),
        (
            {"email": "a@example.com", "password": "x", "first_name": 1, "last_name": []},
            NAMES,
        ),
    ],
)
def test_a_user_that_cannot_be_is_refused_in_the_recorded_words(
    shared_client: Client, payload: Any, message: str
) -> None:
    answer = shared_client.post(USERS, payload)

    assert (answer.status, answer.json()) == (400, {"type": "invalid_data", "message": message})


def test_all_that_is_wrong_is_said_at_once(shared_client: Client) -> None:
    payload = {"email": 1, "password": [], "first_name": 1, "last_name": 2, "role": 3, "zz": 1}

    answer = shared_client.post(USERS, payload)

    assert answer.status == 400
    assert answer.message == (
        f"property zz should not exist, email must be an email, {NAMES}, {ROLES}, password must be a string"
    )


# ---- changing


def test_a_change_shows_and_is_dated(client: Client, clock: ManualClock) -> None:
    user = created(client)
    clock.advance(timedelta(seconds=1))

    changed = client.post(f"{USERS}/{user['id']}", {"first_name": "Grace", "role": "member"}).json()["user"]

    assert changed == {
        **user,
        "first_name": "Grace",
        "role": "member",
        "updated_at": "2026-11-22T01:44:40.286Z",
    }
    assert client.get(f"{USERS}/{user['id']}").json()["user"] == changed


@pytest.mark.parametrize("payload", [{}, None])
def test_no_change_is_not_dated(client: Client, clock: ManualClock, payload: Any) -> None:
    user = created(client)
    clock.advance(timedelta(seconds=1))

    assert client.post(f"{USERS}/{user['id']}", payload).json()["user"] == user


def test_a_new_api_token_lets_its_user_in_and_the_old_one_does_not(client: Client, anonymous: Client) -> None:
    path = f"{USERS}/{created(client)['id']}"
    client.post(path, {"api_token": "tok_old"})
    client.post(path, {"api_token": "tok_new"})

    statuses = [
        anonymous.get("/admin/auth", x_medusa_access_token=token).status for token in ("tok_old", "tok_new")
    ]

    assert statuses == [401, 200]


@pytest.mark.parametrize("token", ["", None])
def test_an_api_token_can_be_taken_away(client: Client, anonymous: Client, token: str | None) -> None:
    path = f"{USERS}/{created(client)['id']}"
    client.post(path, {"api_token": "tok_old"})

    changed = client.post(path, {"api_token": token}).json()["user"]

    assert changed["api_token"] == token
    assert anonymous.get("/admin/auth", x_medusa_access_token="").status == 401
    assert anonymous.get("/admin/auth", x_medusa_access_token="tok_old").status == 401


def test_metadata_is_merged_and_an_empty_string_takes_a_key_away(client: Client) -> None:
    path = f"{USERS}/{created(client)['id']}"

    seen = [
        client.post(path, {"metadata": metadata}).json()["user"]["metadata"]
        for metadata in ({"k": "v", "n": {"a": [1]}}, {"j": 2}, {"k": ""})
    ]

    assert seen == [
        {"k": "v", "n": {"a": [1]}},
        {"k": "v", "n": {"a": [1]}, "j": 2},
        {"n": {"a": [1]}, "j": 2},
    ]


def test_names_and_role_can_be_taken_away(client: Client) -> None:
    nothing = {"first_name": None, "last_name": None, "api_token": None, "role": None}

    changed = client.post(f"{USERS}/{created(client)['id']}", nothing).json()["user"]

    assert {name: changed[name] for name in nothing} == nothing


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"role": "boss"}, ROLES),
        ({"metadata": "x"}, "metadata must be an object"),
        ({"metadata": []}, "metadata must be an object"),
        ({"email": "new@example.com"}, "property email should not exist"),
        ({"password": "x"}, "property password should not exist"),
        ({"password_hash": "x"}, "property password_hash should not exist"),
        (
            {"first_name": 1, "last_name": [], "api_token": 5, "role": 7, "foo": 1},
            f"property foo should not exist, {NAMES}, {ROLES}, api_token must be a string",
        ),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_the_recorded_words(
    client: Client, payload: Any, message: str
) -> None:
    user = created(client)

    answer = client.post(f"{USERS}/{user['id']}", payload)

    assert (answer.status, answer.json()) == (400, {"type": "invalid_data", "message": message})
    assert client.get(f"{USERS}/{user['id']}").json()["user"] == user


@pytest.mark.parametrize(
    ("payload", "status", "message"),
    [
        ({"first_name": "x"}, 404, "User with id: usr_nope was not found"),
        ({}, 404, "User with id: usr_nope was not found"),
        ({"first_name": 1}, 400, "first_name must be a string"),
    ],
)
def test_the_body_is_looked_at_before_the_user_is(
    shared_client: Client, payload: Any, status: int, message: str
) -> None:
    answer = shared_client.post(f"{USERS}/usr_nope", payload)

    assert (answer.status, answer.message) == (status, message)


# ---- retrieving and listing


def test_one_user_is_shown_whole_whatever_the_query_says(client: Client) -> None:
    user = created(client)

    assert client.get(f"{USERS}/{user['id']}?fields=id&foo=1").json() == {"user": user}


def test_an_unknown_user_is_not_found(shared_client: Client) -> None:
    answer = shared_client.get(f"{USERS}/usr_nope")

    assert answer.status == 404
    assert answer.json() == {"type": "not_found", "message": "User with id: usr_nope was not found"}


@pytest.mark.parametrize("path", [USERS, f"{USERS}/"])
def test_users_are_listed_newest_first(client: Client, clock: ManualClock, path: str) -> None:
    clock.advance(timedelta(seconds=1))
    older = created(client)
    clock.advance(timedelta(seconds=1))
    newer = created(client, email="newer@example.com")

    listed = client.get(path).json()

    assert listed["users"][:2] == [newer, older]
    assert (listed["count"], listed["offset"], listed["limit"]) == (6, 0, 50)


def test_users_are_listed_by_the_page(client: Client) -> None:
    whole, page = client.get(USERS).json(), client.get(f"{USERS}?limit=2&offset=1").json()

    assert page == {"users": whole["users"][1:3], "count": whole["count"], "offset": 1, "limit": 2}


def test_users_are_found_by_a_part_of_their_name_or_address(client: Client) -> None:
    user = created(client)

    found = client.get(f"{USERS}?q=ADA.l").json()

    assert (found["users"], found["count"]) == ([user], 1)


def test_an_unknown_parameter_is_refused(shared_client: Client) -> None:
    answer = shared_client.get(f"{USERS}?limit=1&offset=1&foo=bar")

    assert (answer.status, answer.message) == (400, "property foo should not exist")
