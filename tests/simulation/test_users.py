"""The admins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mockserver.simulation.refusals import EmailTaken, UserNotFound
from mockserver.simulation.users import User, Users

BEGINNING = datetime(2026, 11, 22, 1, 44, 39, 286000, tzinfo=UTC)
LATER = BEGINNING + timedelta(hours=1)


def user(user_id: str, email: str, **fields: Any) -> User:
    return User(
        id=user_id, created_at=BEGINNING, updated_at=BEGINNING, email=email, password="supersecret", **fields
    )


ADMIN = user("usr_1", "admin@example.com", api_token="tok_admin", metadata={"car": "white", "age": 3})
OTHER = user("usr_2", "other@example.com")
USERS = Users().added(ADMIN).added(OTHER)


def test_users_come_oldest_first() -> None:
    assert list(USERS.by_id.values()) == [ADMIN, OTHER]


def test_a_user_is_found_by_id() -> None:
    assert USERS.get("usr_2") == OTHER


def test_an_unknown_user_is_refused_in_the_recorded_words() -> None:
    with pytest.raises(UserNotFound, match=r"^User with id: usr_nope was not found$"):
        USERS.get("usr_nope")


@pytest.mark.parametrize("email", ["admin@example.com", "ADMIN@EXAMPLE.COM", "Admin@example.com"])
def test_the_letter_case_of_an_address_makes_no_difference(email: str) -> None:
    assert USERS.with_email(email) == ADMIN


def test_nobody_has_an_unknown_address() -> None:
    assert USERS.with_email("nobody@example.com") is None


def test_a_token_is_its_users() -> None:
    assert USERS.with_api_token("tok_admin") == ADMIN


@pytest.mark.parametrize("token", ["", "nope", "TOK_ADMIN", "tok_admin "])
def test_an_empty_or_unknown_token_is_nobodys(token: str) -> None:
    assert USERS.with_api_token(token) is None


def test_an_address_is_taken_once() -> None:
    with pytest.raises(EmailTaken, match=r"^A user with the same email already exists\.$"):
        USERS.added(user("usr_3", "admin@example.com"))


def test_adding_leaves_the_former_users_as_they_were() -> None:
    grown = USERS.added(user("usr_3", "third@example.com"))

    assert "usr_3" in grown.by_id
    assert "usr_3" not in USERS.by_id


def test_a_change_shows_and_is_dated() -> None:
    changed = USERS.changed("usr_2", {"first_name": "Marcellus", "role": "admin"}, at=LATER).get("usr_2")

    assert (changed.first_name, changed.role, changed.updated_at) == ("Marcellus", "admin", LATER)
    assert (changed.created_at, changed.email) == (BEGINNING, "other@example.com")


def test_a_change_leaves_the_others_and_the_former_users_as_they_were() -> None:
    changed = USERS.changed("usr_2", {"first_name": "Marcellus"}, at=LATER)

    assert changed.get("usr_1") == ADMIN
    assert USERS.get("usr_2") == OTHER


def test_changing_nothing_dates_nothing() -> None:
    assert USERS.changed("usr_2", {}, at=LATER) == USERS


@pytest.mark.parametrize("changes", [{}, {"first_name": "x"}])
def test_an_unknown_user_cannot_be_changed(changes: dict[str, Any]) -> None:
    with pytest.raises(UserNotFound, match="usr_nope"):
        USERS.changed("usr_nope", changes, at=LATER)


@pytest.mark.parametrize(
    ("metadata", "merged"),
    [
        ({"age": 4}, {"car": "white", "age": 4}),
        ({"pet": "cat"}, {"car": "white", "age": 3, "pet": "cat"}),
        ({"car": ""}, {"age": 3}),
        ({"nope": ""}, {"car": "white", "age": 3}),
        ({}, {"car": "white", "age": 3}),
        ({"car": None}, {"car": None, "age": 3}),
    ],
)
def test_metadata_is_merged_and_an_empty_text_takes_a_key_away(
    metadata: dict[str, Any], merged: dict[str, Any]
) -> None:
    changed = USERS.changed("usr_1", {"metadata": metadata}, at=LATER)

    assert changed.get("usr_1").metadata == merged


def test_metadata_can_be_given_to_a_user_who_had_none() -> None:
    changed = USERS.changed("usr_2", {"metadata": {"car": "red"}}, at=LATER)

    assert changed.get("usr_2").metadata == {"car": "red"}


def strangers() -> list[User]:
    return [replace(OTHER, id="usr_stranger", email="stranger@example.com", api_token="tok_stranger")]


def never() -> list[User]:
    raise AssertionError("nobody asked for a stranger")


def test_who_is_known_is_found_without_making_anybody_up() -> None:
    users = Users(USERS.known, never)

    found = [
        users.get(ADMIN.id),
        users.with_email(ADMIN.email),
        users.with_api_token(ADMIN.api_token or ""),
    ]

    assert found == [ADMIN] * 3
    assert users.is_one(ADMIN.id)


def test_a_stranger_is_found_like_anybody_else() -> None:
    [stranger] = strangers()

    assert Users(USERS.known, strangers).get(stranger.id) == stranger
    assert Users(USERS.known, strangers).with_email(stranger.email) == stranger
    assert Users(USERS.known, strangers).with_api_token("tok_stranger") == stranger
    assert Users(USERS.known, strangers).is_one(stranger.id)


def test_strangers_are_made_up_once_and_come_last() -> None:
    asked: list[int] = []
    users = Users(USERS.known, lambda: asked.append(1) or strangers())  # type: ignore[func-returns-value]  # it says so

    orders = [list(users.by_id), list(users.by_id)]

    assert orders == [[ADMIN.id, OTHER.id, "usr_stranger"]] * 2
    assert asked == [1]


def test_a_stranger_s_address_is_taken() -> None:
    with pytest.raises(EmailTaken):
        Users(USERS.known, strangers).added(replace(OTHER, id="usr_new", email="stranger@example.com"))
