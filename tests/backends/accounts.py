"""Who is calling, logging in and out, and the users themselves.

Knows sessions, bearer tokens (a JWT with HS256) and API tokens. Ignores batch jobs.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from typing import Any

from flask import Request, Response, g, jsonify, request

from tests.backends.listing import Kind, asked_for, page_of, selected
from tests.backends.store import ADMIN, Store, User, new_id
from tests.backends.wire import Refused, invalid, is_email, json_body, refuse_for, unknown_properties

COOKIE = "connect.sid"
TEN_HOURS, ONE_DAY = 10 * 60 * 60, 24 * 60 * 60  # seconds
ROLES = ("admin", "member", "developer")
USER_COLUMNS = ("role", "email", "first_name", "last_name", "api_token", "metadata")
USERS = Kind(
    columns=("id", "created_at", "updated_at", "deleted_at", *USER_COLUMNS),
    texts=("email",),
    found_by=lambda row: (row["email"], row["first_name"], row["last_name"]),
)


def hashed(password: str, salt: str) -> str:
    """Return the salt and the password's hash."""
    return f"{salt}${hashlib.sha256((salt + password).encode()).hexdigest()}"


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4)))


class Accounts:
    """The operations on sessions, tokens and users."""

    def __init__(self, store: Store, *, defect: str | None) -> None:
        self._store, self._defect = store, defect
        self._secret = secrets.token_bytes(32)
        self._add_user(**ADMIN)

    def caller(self, request: Request) -> str | None:
        """Return the id of the user who is calling: the first credentials that are good."""
        session = self._store.sessions.get(request.cookies.get(COOKIE, ""))
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        bearer = self._user_of(token) if scheme.lower() == "bearer" else None
        return session or bearer or self._user_with(request.headers.get("x-medusa-access-token", ""))

    def _user_with(self, api_token: str) -> str | None:
        found = [user.id for user in self._store.users.values() if api_token and user.api_token == api_token]
        return found[0] if found else None

    def _user_of(self, token: str) -> str | None:
        """Return the user whom a bearer token names, or None when it is not ours or has expired."""
        signed, _, signature = token.rpartition(".")
        try:
            if not hmac.compare_digest(signature.encode("ascii"), self._signature(signed).encode()):
                return None
            claims = _decoded(signed.partition(".")[2])
        except (ValueError, binascii.Error):
            return None
        expired = claims["exp"] * 1000 <= self._store.clock()
        return None if expired or claims["domain"] != "admin" else str(claims["user_id"])

    def _signature(self, signed: str) -> str:
        return _encoded(hmac.digest(self._secret, signed.encode("ascii"), "sha256"))

    # ---- logging in and out

    def log_in(self) -> Response:
        """Open a session."""
        user = self._with_password()
        session = secrets.token_urlsafe(24)
        self._store.sessions[session] = user.id
        response = jsonify(user=user.row())
        response.set_cookie(COOKIE, session, max_age=TEN_HOURS, httponly=True)
        return response

    def get_token(self) -> Response:
        """Give a bearer token."""
        user = self._with_password()
        issued = self._store.clock() // 1000
        claims = {"user_id": user.id, "domain": "admin", "iat": issued, "exp": issued + ONE_DAY}
        head = {"alg": "HS256", "typ": "JWT"}
        signed = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
        return jsonify(access_token=f"{signed}.{self._signature(signed)}")

    def _with_password(self) -> User:
        body = json_body(request)
        complaints = unknown_properties(body, ("email", "password"))
        complaints += ["email should not be empty"] if body.get("email") in (None, "") else []
        complaints += [] if is_email(body.get("email")) else ["email must be an email"]
        complaints += ["password should not be empty"] if body.get("password") in (None, "") else []
        complaints += [] if isinstance(body.get("password"), str) else ["password must be a string"]
        refuse_for(complaints)
        email = body["email"].lower()
        for user in self._store.users.values():
            salt = user.password.partition("$")[0]
            if user.email == email and hmac.compare_digest(user.password, hashed(body["password"], salt)):
                return user
        raise Refused(401, "unauthorized", "Unauthorized")

    def who_am_i(self) -> Response | tuple[Response, int]:
        """Show the caller."""
        user = self._store.users.get(g.user_id)
        if user is None:
            return Response("Bad Request", mimetype="text/plain"), 400
        return jsonify(user=user.row())

    def log_out(self) -> Response:
        """End the session."""
        if self._defect != "logout-keeps-session":
            self._store.sessions.pop(request.cookies.get(COOKIE, ""), None)
        return Response("OK", mimetype="text/plain")

    # ---- users

    def list_users(self) -> Response:
        """Show a page of users."""
        asked = asked_for(request.query_string, USERS, defect=self._defect)
        rows = [user.row() for user in self._store.users.values()]
        page, counts = page_of(rows, asked, USERS, defect=self._defect)
        return jsonify(users=[selected(row, asked, USERS) for row in page], **counts)

    def create_user(self) -> Response:
        """Add a user."""
        body = json_body(request)
        complaints = unknown_properties(body, ("email", "first_name", "last_name", "role", "password"))
        complaints += [] if is_email(body.get("email")) else ["email must be an email"]
        complaints += _about_names(body, ("first_name", "last_name")) + _about_role(body)
        complaints += [] if isinstance(body.get("password"), str) else ["password must be a string"]
        refuse_for(complaints)
        email = body["email"].lower()
        if any(user.email == email for user in self._store.users.values()):
            raise invalid("A user with the same email already exists.")
        return jsonify(user=self._add_user(**{**body, "email": email}).row())

    def _add_user(self, *, password: str, **fields: Any) -> User:
        now = self._store.clock()
        stored = hashed(password, secrets.token_hex(8))
        user = User(id=new_id("usr", now), created_at=now, updated_at=now, password=stored, **fields)
        self._store.users[user.id] = user
        return user

    def get_user(self, user_id: str) -> Response:
        """Show a user."""
        return jsonify(user=self._user(user_id).row())

    def update_user(self, user_id: str) -> Response:
        """Change a user."""
        body = json_body(request)
        names = ("first_name", "last_name", "api_token")
        complaints = unknown_properties(body, (*names[:2], "role", "api_token", "metadata"))
        complaints += _about_names(body, names[:2]) + _about_role(body) + _about_names(body, names[2:])
        if not isinstance(body.get("metadata"), dict | None):
            complaints.append("metadata must be an object")
        refuse_for(complaints)
        user = self._user(user_id)
        for name in (*names, "role"):
            setattr(user, name, body.get(name, getattr(user, name)))
        if body.get("metadata") is not None:
            merged = {**(user.metadata or {}), **body["metadata"]}
            user.metadata = {key: value for key, value in merged.items() if value != ""}
        if body:
            user.updated_at = self._store.clock()
        return jsonify(user=user.row())

    def _user(self, user_id: str) -> User:
        if user_id not in self._store.users:
            raise Refused(404, "not_found", f"User with id: {user_id} was not found")
        return self._store.users[user_id]


def _about_names(body: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    return [f"{name} must be a string" for name in names if not isinstance(body.get(name), str | None)]


def _about_role(body: dict[str, Any]) -> list[str]:
    fine = body.get("role") is None or body["role"] in ROLES
    return [] if fine else [f"role must be one of the following values: {', '.join(ROLES)}"]
