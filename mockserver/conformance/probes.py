"""The judge part: who is let in, what is refused, whose jobs are shown to whom, and what is there afterwards.

Each probe is one question whose answer the document states. What any answer must be like is the witness's
business.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.conformance.errands import Errand, Wait
from mockserver.conformance.inquiry import SECOND_PASSWORD, Inquiry
from mockserver.conformance.recipes import MARK, NO_ROWS, Recipe, recipes_of
from mockserver.conformance.refusals import bad_bodies, bad_queries
from mockserver.conformance.report import Part, Rule
from mockserver.conformance.target import (
    NOBODY,
    Asked,
    Caller,
    NoAnswer,
    Upload,
    bearer_caller,
    cookie_caller,
    path_of,
)
from mockserver.conformance.target import token_caller as with_token
from mockserver.conformance.witness import CREATE, LIST, RETRIEVE
from mockserver.contract.operation import Operation

ODDITIES: Mapping[str, Any] = {  # which a careless hand drops, cuts or writes otherwise
    "words": '  Gr\u00fc\u00dfe, \u65e5\u672c \U0001f600 "quoted" \\ <b>&amp;</b>\t\'--\r\n ',
    "Key With Spaces.and-dots": "UPPER lower",
    "numbers": [0, -1, 0.5, 1e-7, 123456789012, 9007199254740991],
    "flags": [True, False, None],
    "nothing": {"text": "", "list": [], "object": {}, "null": None},
    "digits": "0012",
    "share": 0.25,
    "instant": "2026-01-02T03:04:05+02:00",
    "long": "x" * 3000,
}
ODD_BYTES = Upload(name=NO_ROWS.name, content=b"\xef\xbb\xbfa;b\r\n\x00" + bytes(range(256)) * 40 + b"\n\n")
UNAUTHORIZED, BAD_REQUEST, NOT_FOUND = 401, 400, 404
UNKNOWN_JOB, UNKNOWN_USER = "batch_00000000000000000000000000", "usr_00000000000000000000000000"


def _rule(name: str, says: str, place: str) -> Rule:
    return Rule(id=f"judge/{name}", says=says, place=place, part=Part.JUDGE)


NEEDS_CREDENTIALS = _rule(
    "secured-operations-need-credentials",
    "A secured operation answers 401 to whoever has no good credentials.",
    "openapi.yaml, security",
)
LOGIN = _rule(
    "logging-in-and-out",
    "The right password opens a session, a wrong one opens nothing, and logging out ends the session.",
    "paths/auth.yaml; paths/auth_token.yaml",
)
REFUSED_BODIES = _rule(
    "bad-bodies-are-refused", "A body that breaks its schema is refused.", "paths, requestBody, schema"
)
REFUSED_QUERIES = _rule(
    "bad-queries-are-refused",
    "A query that breaks the schema of a parameter is refused, and where x-strict-query is set, so is one "
    "that names an unknown parameter.",
    "paths, parameters; README.md, x-strict-query",
)
SAY_WHAT = _rule(
    "refusals-say-what-is-wrong",
    "A refusal has the type and the message that the document states for it, or a message that names what is "
    "wrong.",
    "schemas/Error.yaml; README.md, x-refusals",
)
UNKNOWN = _rule("unknown-ids-are-404", "What is not there is answered with 404.", "responses/NotFound.yaml")
OWNERSHIP = _rule(
    "jobs-are-their-owners",
    "Another user's job is refused with 400 not_allowed, is in no list, and nothing of it is told.",
    "responses/NotAllowed.yaml; paths/batch_jobs.yaml, get, description; README.md, deviations 7 and 21",
)
UPLOADS = _rule(
    "uploads-are-kept",
    "An uploaded file is served as it was, until it is deleted.",
    "paths/uploads_protected.yaml; paths/upload.yaml; paths/uploads.yaml",
)
USERS = _rule(
    "users-are-kept",
    "A user who was made or changed is shown so afterwards, and an address can be used once.",
    "paths/users.yaml; paths/user.yaml; README.md, deviation 26",
)
VALID_CREATIONS = _rule(
    "valid-creations-are-granted",
    "A creation that keeps its schema is answered with 201 and the new job.",
    "paths/batch_jobs.yaml, post; schemas/AdminPostBatchesReq.yaml",
)
NO_SIDE_EFFECT = _rule(
    "refused-creations-make-nothing",
    "A creation that is refused makes no job.",
    "paths/batch_jobs.yaml, post, responses",
)


def run(inquiry: Inquiry) -> None:
    """Ask everything that one request, or a few, can tell."""
    for probe in (creations, doors, logins, bodies, queries, unknown_ids, nowhere, ownership, uploads, users):
        try:
            probe(inquiry)
        except NoAnswer as error:
            inquiry.note(f"judge: requests were not answered: {error}")


def _check(  # what a violation is made of
    inquiry: Inquiry,
    rule: Rule,
    *asked: Asked,
    holds: bool,
    where: str,
    expected: str,
    found: str,
    kind: str = "",
) -> bool:
    """Report a violation of *rule* unless it *holds*; return whether it does."""
    if not holds:
        subject = f"{asked[-1].exchange.method} {asked[-1].exchange.path} {kind}"
        inquiry.witness.report(
            rule, *asked, where=where, expected=expected, found=found, kind=kind, subject=subject
        )
    return holds


def _status(  # the same
    inquiry: Inquiry, rule: Rule, *asked: Asked, wanted: int, kind: str = "", where: str = "response.status"
) -> bool:
    """Report an answer whose status is not *wanted*, unless it is undocumented, which is reported already."""
    answer = asked[-1]
    operation, _ = inquiry.witness.route(answer)
    if operation is not None and answer.status not in operation.responses:
        return False
    return _check(
        inquiry,
        rule,
        *asked,
        holds=answer.status == wanted,
        where=where,
        expected=str(wanted),
        found=str(answer.status),
        kind=kind,
    )


# -- who is let in


def doors(inquiry: Inquiry) -> None:
    """Ask for every secured operation without credentials, and for some with bad ones."""
    for operation in inquiry.contract.operations.values():
        if operation.secured:
            asked = _knock(inquiry, operation, NOBODY)
            _status(inquiry, NEEDS_CREDENTIALS, asked, wanted=UNAUTHORIZED, kind="none")
    for name, caller in _bad_callers(inquiry):
        for identifier in ("GetAuth", LIST, CREATE):
            if inquiry.has(identifier):
                asked = _knock(inquiry, inquiry.contract.operations[identifier], caller)
                _status(inquiry, NEEDS_CREDENTIALS, asked, wanted=UNAUTHORIZED, kind=name)


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
                _status(inquiry, LOGIN, asked, wanted=UNAUTHORIZED, kind=kind)
    pair = _password_of(inquiry)
    if pair is None:
        return
    _almost_right(inquiry, *pair)
    if not inquiry.has("PostAuth", "GetAuth", "DeleteAuth"):
        return
    login = inquiry.target.post(
        inquiry.path("PostAuth"), dict(zip(("email", "password"), pair, strict=True)), by=NOBODY
    )
    if not _status(inquiry, LOGIN, login, wanted=200, kind="right password"):
        return
    cookie = login.exchange.response_headers.get("set-cookie", "").partition(";")[0]
    if not _check(
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
    _status(inquiry, LOGIN, login, inside, wanted=200, kind="session")
    again = inquiry.target.post(
        inquiry.path("PostAuth"), dict(zip(("email", "password"), pair, strict=True)), by=NOBODY
    )
    other = again.exchange.response_headers.get("set-cookie", "").partition(";")[0]
    out = inquiry.target.send("DELETE", inquiry.path("DeleteAuth"), by=session)
    _status(inquiry, LOGIN, login, out, wanted=200, kind="logout")
    for identifier in ("GetAuth", LIST):
        after = inquiry.target.get(inquiry.path(identifier), by=session)
        _status(inquiry, LOGIN, login, out, after, wanted=UNAUTHORIZED, kind="after logout")
    if again.status == 200 and other and other != cookie:  # noqa: PLR2004  # a session of its own
        session = cookie_caller("user", other, variable="OTHER_COOKIE")
        still = inquiry.target.get(inquiry.path("GetAuth"), by=session)
        _status(inquiry, LOGIN, login, again, out, still, wanted=200, kind="another session")


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
                _status(inquiry, LOGIN, asked, wanted=UNAUTHORIZED, kind=kind)


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


# -- what is refused


def bodies(inquiry: Inquiry) -> None:
    """Send every operation that reads JSON bodies that break its schema, each in one way."""
    for operation in inquiry.contract.operations.values():
        if operation.body is None:
            continue
        before = _count(inquiry) if operation.id == CREATE else None
        last = _send_bad_bodies(inquiry, operation)
        if before is not None and last is not None:
            _check_count(inquiry, last, before)


def _send_bad_bodies(inquiry: Inquiry, operation: Operation) -> Asked | None:
    """Send all of one operation's, and return the last; None where one was not refused."""
    by = inquiry.user if operation.secured else NOBODY
    last: Asked | None = None
    all_refused = True
    path = path_of(operation.path, id=UNKNOWN_USER)
    for bad in bad_bodies(operation, inquiry.contract.document):
        asked = inquiry.target.send(
            operation.method, path, by=by, body=bad.body, content_type="application/json"
        )
        last, all_refused = asked, all_refused and asked.status >= BAD_REQUEST
        if _status(
            inquiry,
            REFUSED_BODIES,
            asked,
            wanted=bad.status,
            where=f"request.body.{bad.where}",
            kind=bad.kind,
        ):
            _check_words(inquiry, asked, bad.type, bad.message, bad.named, bad.kind)
    return last if all_refused else None


def _check_words(  # what an error holds
    inquiry: Inquiry, asked: Asked, kind: str | None, message: str | None, named: str, what: str
) -> None:
    answer = asked.json if isinstance(asked.json, dict) else {}
    if kind is not None and "type" in answer:
        _check(
            inquiry,
            SAY_WHAT,
            asked,
            holds=answer["type"] == kind,
            where="response.body.type",
            expected=kind,
            found=str(answer["type"]),
            kind=what,
        )
    text = answer.get("message")
    if not isinstance(text, str):
        return
    says = text == message if message is not None else named in text
    expected = message or f"a message that names {named}"
    _check(
        inquiry,
        SAY_WHAT,
        asked,
        holds=says,
        where="response.body.message",
        expected=expected,
        found=text,
        kind=what,
    )


def queries(inquiry: Inquiry) -> None:
    """Send every operation that reads its query some that break it, each in one way."""
    for operation in inquiry.contract.operations.values():
        if operation.query is None or operation.method != "GET":
            continue
        by = inquiry.user if operation.secured else NOBODY
        for bad in bad_queries(operation, inquiry.contract.document):
            asked = inquiry.target.get(operation.path, [(bad.name, bad.value)], by=by)
            _status(
                inquiry,
                REFUSED_QUERIES,
                asked,
                wanted=BAD_REQUEST,
                where=f"request.query.{bad.where}",
                kind=bad.kind,
            )


def unknown_ids(inquiry: Inquiry) -> None:
    """Ask for what is not there."""
    for operation in inquiry.contract.operations.values():
        if "{id}" not in operation.path and "{key}" not in operation.path:
            continue
        unknown = UNKNOWN_USER if "/users/" in operation.path else UNKNOWN_JOB
        path = path_of(operation.path, id=unknown, key="no-such-file.csv")
        payload: Any = {} if operation.body is not None else None
        asked = inquiry.target.post(path, payload, by=inquiry.user, method=operation.method)
        if _status(inquiry, UNKNOWN, asked, wanted=NOT_FOUND) and isinstance(asked.json, dict):
            answer = asked.json.get("type")
            _check(
                inquiry,
                UNKNOWN,
                asked,
                holds=answer == "not_found",
                where="response.body.type",
                expected="not_found",
                found=str(answer),
            )


def nowhere(inquiry: Inquiry) -> None:
    """Ask for paths and methods that no document has; the judge knows what may be answered."""
    inquiry.target.get("/admin/no-such-path", by=inquiry.user)
    inquiry.target.send("PUT", inquiry.path(CREATE), by=inquiry.user)
    inquiry.target.send("PATCH", path_of(inquiry.path(RETRIEVE), id=UNKNOWN_JOB), by=inquiry.user)


# -- what is made


def creations(inquiry: Inquiry) -> None:
    """Create jobs in every way that the schema allows; and in ways that it does not, which make nothing."""
    first: Asked | None = None
    for recipe in recipes_of(inquiry.contract.document.bundle):
        if recipe.needs:
            continue
        for extra in ({}, {"dry_run": False}, {"dry_run": True}, {"dry_run": True}):
            payload = {"type": recipe.type, "context": dict(MARK), **extra}
            asked = inquiry.workshop.create(payload)
            first = first or asked
            _status(inquiry, VALID_CREATIONS, asked, wanted=201, kind=f"{recipe.type} {extra.get('dry_run')}")
        for context in (
            {},
            {"limit": 3, "offset": 1, **MARK},
            {"order": "-created_at", "nested": {"a": [1, None, "x"]}},
            ODDITIES,
        ):
            asked = inquiry.workshop.create({"type": recipe.type, "context": context, "dry_run": True})
            _status(inquiry, VALID_CREATIONS, asked, wanted=201, kind="context")
    before = _count(inquiry)
    refused = inquiry.workshop.create({"type": "no-such-type", "context": {}})
    if before is not None and refused.status >= BAD_REQUEST:
        _check_count(inquiry, refused, before)


def _check_count(inquiry: Inquiry, refused: Asked, before: int) -> None:
    """Check that there are as many jobs as *before* a creation that was *refused*."""
    after = _count(inquiry)
    if after is not None:
        _check(
            inquiry,
            NO_SIDE_EFFECT,
            refused,
            holds=before == after,
            where="response.body.count",
            expected="as many jobs as before",
            found="more or fewer",
        )


def _count(inquiry: Inquiry) -> int | None:
    asked = inquiry.target.get(inquiry.path(LIST), [("limit", "1")], by=inquiry.user)
    count = asked.json.get("count") if isinstance(asked.json, dict) else None
    return count if isinstance(count, int) else None


# -- whose it is


def ownership(inquiry: Inquiry) -> None:
    """Let the second user ask for the first one's jobs, and the first for the second's."""
    recipe = next((each for each in recipes_of(inquiry.contract.document.bundle) if not each.needs), None)
    if inquiry.second is None or recipe is None:
        return
    pairs = ((inquiry.user, inquiry.second), (inquiry.second, inquiry.user))
    inquiry.run(
        Part.JUDGE,
        *(
            _owned(inquiry, recipe, *pair, verb)
            for pair in pairs
            for verb in (RETRIEVE, *inquiry.witness.asks)
        ),
    )


def _owned(inquiry: Inquiry, recipe: Recipe, owner: Caller, stranger: Caller, verb: str) -> Errand:
    """Make a job, and let a stranger ask for it, at once and when it waits for a confirmation."""
    job = inquiry.workshop.make(recipe, dry_run=True, by=owner)
    _strange(inquiry, job.id, job.created, stranger, verb)
    yield Wait(job=job, until=inquiry.witness.at_rest)
    _strange(inquiry, job.id, job.created, stranger, verb)
    after = inquiry.target.get(path_of(inquiry.path(RETRIEVE), id=job.id), by=owner)
    _status(inquiry, OWNERSHIP, job.created, after, wanted=200, kind="owner")


def _strange(inquiry: Inquiry, identifier: str, created: Asked, stranger: Caller, verb: str) -> None:
    path = path_of(inquiry.path(verb), id=identifier)
    method = inquiry.contract.operations[verb].method
    asked = inquiry.target.send(method, path, by=stranger)
    _status(inquiry, OWNERSHIP, created, asked, wanted=BAD_REQUEST, kind="stranger")
    answer = asked.json if isinstance(asked.json, dict) else {}
    if asked.status == BAD_REQUEST:
        _check(
            inquiry,
            OWNERSHIP,
            created,
            asked,
            holds=answer.get("type") == "not_allowed",
            where="response.body.type",
            expected="not_allowed",
            found=str(answer.get("type")),
        )
    told = MARK["note"].encode() in asked.exchange.response_body
    _check(
        inquiry,
        OWNERSHIP,
        created,
        asked,
        holds=not told,
        where="response.body",
        expected="nothing of the job",
        found="its context",
        kind="leak",
    )
    for query in ([("id[]", identifier)], [("limit", "0")], []):
        asked = inquiry.target.get(inquiry.path(LIST), query, by=stranger)
        is_listed = identifier.encode() in asked.exchange.response_body
        _check(
            inquiry,
            OWNERSHIP,
            created,
            asked,
            holds=not is_listed,
            where="response.body.batch_jobs",
            expected="the caller's own jobs",
            found="another user's job",
            kind="list",
        )


# -- what is kept


def uploads(inquiry: Inquiry) -> None:
    """Upload a file, fetch it, delete it, and look for it."""
    if not inquiry.has("PostUploadsProtected", "PostUploadsDownloadUrl", "GetUploadsKey", "DeleteUploads"):
        return
    for identifier in ("PostUploadsProtected", "PostUploads"):
        if inquiry.has(identifier):
            _upload(inquiry, identifier)


def _upload(inquiry: Inquiry, identifier: str) -> None:
    """Upload two files by one name, and look after the first."""
    sent = inquiry.target.upload(inquiry.path(identifier), ODD_BYTES, by=inquiry.user)
    key = _key_of(inquiry, sent)
    if key is None:
        return
    second = inquiry.target.upload(inquiry.path(identifier), NO_ROWS, by=inquiry.user)
    _check(
        inquiry,
        UPLOADS,
        sent,
        second,
        holds=_key_of(inquiry, second) != key,
        where="uploads",
        expected="a key of its own for each file",
        found="that of another file",
        kind="twice",
    )
    where = inquiry.target.post(inquiry.path("PostUploadsDownloadUrl"), {"file_key": key}, by=inquiry.user)
    url = where.json.get("download_url") if isinstance(where.json, dict) else None
    if isinstance(url, str):
        _check(
            inquiry,
            UPLOADS,
            sent,
            where,
            holds=key in url,
            where="download_url",
            expected="the address of the key",
            found="another",
        )
    fetched = fetch(inquiry, key)
    if _status(inquiry, UPLOADS, sent, fetched, wanted=200, kind="fetch"):
        _check(
            inquiry,
            UPLOADS,
            sent,
            fetched,
            holds=fetched.exchange.response_body == ODD_BYTES.content,
            where="response.body",
            expected="the bytes that were uploaded",
            found="others",
        )
    gone = inquiry.target.post(
        inquiry.path("DeleteUploads"), {"file_key": key}, by=inquiry.user, method="DELETE"
    )
    if _status(inquiry, UPLOADS, sent, gone, wanted=200, kind="delete"):
        after = fetch(inquiry, key)
        _status(inquiry, UPLOADS, sent, gone, after, wanted=NOT_FOUND, kind="after delete")


def _key_of(inquiry: Inquiry, sent: Asked) -> str | None:
    """Return the key of the one file that was *sent*; None where the answer tells none."""
    rows = sent.json.get("uploads") if isinstance(sent.json, dict) else None
    if not _status(inquiry, UPLOADS, sent, wanted=200, kind="upload") or not isinstance(rows, list):
        return None
    is_one = _check(
        inquiry,
        UPLOADS,
        sent,
        holds=len(rows) == 1,
        where="uploads",
        expected="one key for one file",
        found=f"{len(rows)}",
    )
    return str(rows[0].get("key")) if is_one else None


def fetch(inquiry: Inquiry, key: str) -> Asked:
    """Return the answer to a request for the file *key*."""
    template = inquiry.path("GetUploadsKey")
    return inquiry.target.get(
        template.replace("{key}", path_of("{key}", key=key).replace("%2F", "/")), by=NOBODY
    )


def users(inquiry: Inquiry) -> None:
    """Make a user, change it, and look how it is shown."""
    if not inquiry.has("PostUsers", "GetUsersUser", "PostUsersUser", "GetUsers"):
        return
    email = f"conform-kept-{inquiry.witness.nonce}@example.com"
    payload = {"email": email, "password": SECOND_PASSWORD, "first_name": "Ada"}
    made = inquiry.target.post(inquiry.path("PostUsers"), payload, by=inquiry.user)
    user = made.json.get("user") if isinstance(made.json, dict) else None
    if not _status(inquiry, USERS, made, wanted=200, kind="create") or not isinstance(user, dict):
        return
    _shown(inquiry, made, made, user, {"email": email, "first_name": "Ada"})
    path = path_of(inquiry.path("GetUsersUser"), id=str(user.get("id")))
    twice = inquiry.target.post(inquiry.path("PostUsers"), payload, by=inquiry.user)
    _status(inquiry, USERS, made, twice, wanted=BAD_REQUEST, kind="twice")
    changed = inquiry.target.post(path, {"last_name": "Lovelace"}, by=inquiry.user)
    _status(inquiry, USERS, made, changed, wanted=200, kind="update")
    read = inquiry.target.get(path, by=inquiry.user)
    shown = read.json.get("user") if isinstance(read.json, dict) else None
    if _status(inquiry, USERS, made, changed, read, wanted=200, kind="read") and isinstance(shown, dict):
        _shown(inquiry, made, read, shown, {"email": email, "first_name": "Ada", "last_name": "Lovelace"})
    listed = inquiry.target.get(inquiry.path("GetUsers"), [("email", email)], by=inquiry.user)
    rows = listed.json.get("users") if isinstance(listed.json, dict) else None
    if isinstance(rows, list):
        ids = [each.get("id") for each in rows if isinstance(each, dict)]
        _check(
            inquiry,
            USERS,
            made,
            listed,
            holds=ids == [user.get("id")],
            where="users",
            expected="the one user of that address",
            found=f"{len(ids)} users" if len(ids) != 1 else "another",
        )


def _shown(
    inquiry: Inquiry, made: Asked, read: Asked, user: Mapping[str, Any], wanted: Mapping[str, str]
) -> None:
    for key, value in wanted.items():
        _check(
            inquiry,
            USERS,
            *((made,) if made is read else (made, read)),
            holds=user.get(key) == value,
            where=f"user.{key}",
            expected=value.replace(inquiry.witness.nonce, "<nonce>"),
            found="something else",
        )
