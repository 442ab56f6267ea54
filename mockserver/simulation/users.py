"""The admins: who may log in and own batch jobs. Knows nothing of sessions, tokens' signatures or HTTP."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mockserver.simulation.refusals import EmailTaken, UserNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An admin. password: in clear, for this is a fake. api_token: what `x-medusa-access-token` takes."""

    id: str
    created_at: datetime
    updated_at: datetime
    email: str
    password: str
    role: str | None = "member"
    first_name: str | None = None
    last_name: str | None = None
    api_token: str | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """All users of a world, by id, oldest first. A value: every change returns a new one.

    known: those that there are for certain. strangers: makes up others, who are newer, as soon as somebody
    asks for one who is not known; None where there are none.
    Finding a user is one look into a table; a change copies the tables.
    """

    known: Mapping[str, User] = field(default_factory=lambda: MappingProxyType({}))
    strangers: Callable[[], Iterable[User]] | None = None
    _by_email: Mapping[str, User] = field(init=False, repr=False, compare=False)
    _by_api_token: Mapping[str, User] = field(init=False, repr=False, compare=False)
    _all: "Users | None" = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # of users with the same token, which nobody forbids, the oldest is found
        newest_first = list(self.known.values())[::-1]
        object.__setattr__(self, "_by_email", {user.email: user for user in newest_first})
        object.__setattr__(
            self, "_by_api_token", {user.api_token: user for user in newest_first if user.api_token}
        )

    def everybody(self) -> "Users":
        """Return all users, nobody being a stranger any more."""
        if self.strangers is None:
            return self
        if self._all is None:
            made_up = {user.id: user for user in self.strangers()}
            object.__setattr__(self, "_all", Users(MappingProxyType({**self.known, **made_up})))
        assert self._all is not None  # noqa: S101  # it was just set
        return self._all

    @property
    def by_id(self) -> Mapping[str, User]:
        """Return all users by id, oldest first."""
        return self.everybody().known

    def is_one(self, user_id: str) -> bool:
        """Return whether there is a user with *user_id*."""
        return user_id in self.known or user_id in self.by_id

    def get(self, user_id: str) -> User:
        """Return the user with *user_id*. Raises UserNotFound."""
        user = self.known.get(user_id) or self.by_id.get(user_id)
        if user is None:
            raise UserNotFound(user_id)
        return user

    def with_email(self, email: str) -> User | None:
        """Return the user with that address, in any letter case, or None."""
        user = self._by_email.get(email.lower())
        return user if user is not None or self.strangers is None else self.everybody().with_email(email)

    def with_api_token(self, token: str) -> User | None:
        """Return the user with that API token, or None. An empty token is nobody's."""
        user = self._by_api_token.get(token)
        return user if user is not None or self.strangers is None else self.everybody().with_api_token(token)

    def added(self, user: User) -> "Users":
        """Return the users with a new one. Raises EmailTaken."""
        if self.with_email(user.email) is not None:
            raise EmailTaken
        return Users(MappingProxyType({**self.by_id, user.id: user}))

    def changed(self, user_id: str, changes: Mapping[str, Any], *, at: datetime) -> "Users":
        """Return the users with one changed. Raises UserNotFound.

        changes: by field; `metadata` is merged into what is there, and a key with an empty string is taken
        away. Source: recorded from Medusa 1.20.11, POST /admin/users/{id}.
        """
        user = self.get(user_id)
        if not changes:
            return self
        if "metadata" in changes:
            changes = {**changes, "metadata": _merged(user.metadata, changes["metadata"])}
        changed = replace(user, **changes, updated_at=at)
        return Users(MappingProxyType({**self.by_id, user_id: changed}))


def _merged(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if new is None:
        return old
    return {key: value for key, value in {**(old or {}), **new}.items() if value != ""}
