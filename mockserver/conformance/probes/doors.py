"""Who is let in: credentials good and bad, logging in and out."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.conformance.inquiry import SECOND_PASSWORD, Inquiry
from mockserver.conformance.probes.laws import LOGIN, NEEDS_CREDENTIALS
from mockserver.conformance.probes.telling import UNAUTHORIZED, UNKNOWN_JOB, UNKNOWN_USER, check, check_status
from mockserver.conformance.recipes import NO_ROWS
from mockserver.conformance.target import NOBODY, Asked, Caller, bearer_caller, cookie_caller, path_of
from mockserver.conformance.target import token_caller as with_token
from mockserver.conformance.witness import CREATE, LIST
from mockserver.contract.operation import Operation


def doors(inquiry: Inquiry) -> None:
    """Ask for every secured operation without credentials, and for some with bad ones."""
    for operation in inquiry.contract.operations.values():
        if operation.secured:
            asked = _knock(inquiry, operation, NOBODY)
            check_status(inquiry, NEEDS_CREDENTIALS, asked, wanted=UNAUTHORIZED, kind="none")
    for name, caller in _bad_callers(inquiry):
        for identifier in ("GetAuth", LIST, CREATE):
            if inquiry.has(identifier):
                asked = _knock(inquiry, inquiry.contract.operations[identifier], caller)
                check_status(inquiry, NEEDS_CREDENTIALS, asked, wanted=UNAUTHORIZED, kind=name)


def _knock(inquiry: Inquiry, operation: Operation, by: Caller) -> Asked:
    path = path_of(operation.path, id=UNKNOWN_JOB, key="nothing.csv")
    if operation.multipart:
        return inquiry.target.upload(path, NO_ROWS, by=by)
    payload: Any = {} if operation.body is not None else None
    return inquiry.target.post(path, payload, by=by, method=operation.method)


def _bad_callers(inquiry: Inquiry) -> Iterator[tuple[str, Caller]]:
    yield "a wrong token", with_token("nobody", "no-such-token", variable="WRONG_TOKEN")
    yield "no token at all", bearer_caller("nobody", "no-token", variable="WRONG_TOKEN")
    claims = {"user_id": inquiry.witness.creator or UNKNOWN_USER, "domain": "admin", "iat": 1790000000}
    yield (
        "a forged token",
        bearer_caller("nobody", _signed(claims, b"not the secret"), variable="FORGED_TOKEN"),
    )
    yield "an unsigned token", bearer_caller("nobody", _unsigned(claims), variable="UNSIGNED_TOKEN")
    yield (
        "a forged cookie",
        cookie_caller("nobody", "connect.sid=s%3Aforged.forged", variable="FORGED_COOKIE"),
    )
    bearer = inquiry.user.headers.get("authorization", "").removeprefix("Bearer ")
    if bearer.count(".") == 2:  # noqa: PLR2004  # header, claims and signature
        yield "a tampered token", bearer_caller("nobody", _tampered(bearer), variable="TAMPERED_TOKEN")


def _signed(claims: Mapping[str, Any], secret: bytes) -> str:
    content = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    signature = hmac.new(secret, content.encode(), hashlib.sha256).digest()
    return f"{content}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _unsigned(claims: Mapping[str, Any]) -> str:
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded(claims)}."


def _encoded(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _tampered(token: str) -> str:
    """Return *token* with the first character of its signature changed."""
    head, _, signature = token.rpartition(".")
    return f"{head}.{'B' if signature.startswith('A') else 'A'}{signature[1:]}"


def logins(inquiry: Inquiry) -> None:
    """Log in wrongly and rightly, and out again."""
    credentials = inquiry.credentials
    known = credentials.email or "admin@example.com"
    for identifier in ("PostAuth", "PostToken"):
        if inquiry.has(identifier):
            for kind, email in (
                ("wrong password", known),
                ("unknown address", "nobody-of-conform@example.com"),
            ):
                payload = {"email": email, "password": "not the password"}
                asked = inquiry.target.post(inquiry.path(identifier), payload, by=NOBODY)
                check_status(inquiry, LOGIN, asked, wanted=UNAUTHORIZED, kind=kind)
    pair = _password_of(inquiry)
    if pair is None:
        return
    _almost_right(inquiry, *pair)
    if not inquiry.has("PostAuth", "GetAuth", "DeleteAuth"):
        return
    login = inquiry.target.post(
        inquiry.path("PostAuth"), dict(zip(("email", "password"), pair, strict=True)), by=NOBODY
    )
    if not check_status(inquiry, LOGIN, login, wanted=200, kind="right password"):
        return
    cookie = login.exchange.response_headers.get("set-cookie", "").partition(";")[0]
    if not check(
        inquiry,
        LOGIN,
        login,
        holds=bool(cookie),
        where="response.headers.set-cookie",
        expected="a session",
        found="none",
    ):
        return
    session = cookie_caller("user", cookie, variable="COOKIE")
    inside = inquiry.target.get(inquiry.path("GetAuth"), by=session)
    check_status(inquiry, LOGIN, login, inside, wanted=200, kind="session")
    again = inquiry.target.post(
        inquiry.path("PostAuth"), dict(zip(("email", "password"), pair, strict=True)), by=NOBODY
    )
    other = again.exchange.response_headers.get("set-cookie", "").partition(";")[0]
    out = inquiry.target.send("DELETE", inquiry.path("DeleteAuth"), by=session)
    check_status(inquiry, LOGIN, login, out, wanted=200, kind="logout")
    for identifier in ("GetAuth", LIST):
        after = inquiry.target.get(inquiry.path(identifier), by=session)
        check_status(inquiry, LOGIN, login, out, after, wanted=UNAUTHORIZED, kind="after logout")
    if again.status == 200 and other and other != cookie:  # noqa: PLR2004  # a session of its own
        session = cookie_caller("user", other, variable="OTHER_COOKIE")
        still = inquiry.target.get(inquiry.path("GetAuth"), by=session)
        check_status(inquiry, LOGIN, login, again, out, still, wanted=200, kind="another session")


def _almost_right(inquiry: Inquiry, email: str, password: str) -> None:
    """Log in with what is nearly the password, which is a wrong one."""
    for identifier in ("PostAuth", "PostToken"):
        if inquiry.has(identifier):
            for kind, wrong in (
                ("a letter more", f"{password}x"),
                ("a letter less", password[:-1]),
                ("another case", password.swapcase()),
                ("a space more", f" {password}"),
            ):
                if wrong in (password, ""):
                    continue
                payload = {"email": email, "password": wrong}
                asked = inquiry.target.post(inquiry.path(identifier), payload, by=NOBODY)
                check_status(inquiry, LOGIN, asked, wanted=UNAUTHORIZED, kind=kind)


def _password_of(inquiry: Inquiry) -> tuple[str, str] | None:
    """Return an address with its password: that of the user that was made for this run, or the given one.

    Nobody else's account should be locked for passwords that are wrong.
    """
    if inquiry.second is not None and inquiry.second_is_made:
        return inquiry.second_email, SECOND_PASSWORD
    credentials = inquiry.credentials
    if credentials.email is not None and credentials.password is not None:
        return credentials.email, credentials.password
    return None
