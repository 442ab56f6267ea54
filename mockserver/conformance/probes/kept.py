"""What is kept: files and users are there afterwards, as they were."""

from collections.abc import Mapping
from typing import Any

from mockserver.conformance.inquiry import SECOND_PASSWORD, Inquiry
from mockserver.conformance.probes.laws import UPLOADS, USERS
from mockserver.conformance.probes.telling import BAD_REQUEST, NOT_FOUND, check, check_status
from mockserver.conformance.recipes import NO_ROWS
from mockserver.conformance.target import NOBODY, Asked, Upload, path_of

ODD_BYTES = Upload(name=NO_ROWS.name, content=b"\xef\xbb\xbfa;b\r\n\x00" + bytes(range(256)) * 40 + b"\n\n")


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
    check(
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
        check(
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
    if check_status(inquiry, UPLOADS, sent, fetched, wanted=200, kind="fetch"):
        check(
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
    if check_status(inquiry, UPLOADS, sent, gone, wanted=200, kind="delete"):
        after = fetch(inquiry, key)
        check_status(inquiry, UPLOADS, sent, gone, after, wanted=NOT_FOUND, kind="after delete")


def _key_of(inquiry: Inquiry, sent: Asked) -> str | None:
    """Return the key of the one file that was *sent*; None where the answer tells none."""
    rows = sent.json.get("uploads") if isinstance(sent.json, dict) else None
    if not check_status(inquiry, UPLOADS, sent, wanted=200, kind="upload") or not isinstance(rows, list):
        return None
    is_one = check(
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
    if not check_status(inquiry, USERS, made, wanted=200, kind="create") or not isinstance(user, dict):
        return
    _shown(inquiry, made, made, user, {"email": email, "first_name": "Ada"})
    path = path_of(inquiry.path("GetUsersUser"), id=str(user.get("id")))
    twice = inquiry.target.post(inquiry.path("PostUsers"), payload, by=inquiry.user)
    check_status(inquiry, USERS, made, twice, wanted=BAD_REQUEST, kind="twice")
    changed = inquiry.target.post(path, {"last_name": "Lovelace"}, by=inquiry.user)
    check_status(inquiry, USERS, made, changed, wanted=200, kind="update")
    read = inquiry.target.get(path, by=inquiry.user)
    shown = read.json.get("user") if isinstance(read.json, dict) else None
    if check_status(inquiry, USERS, made, changed, read, wanted=200, kind="read") and isinstance(shown, dict):
        _shown(inquiry, made, read, shown, {"email": email, "first_name": "Ada", "last_name": "Lovelace"})
    listed = inquiry.target.get(inquiry.path("GetUsers"), [("email", email)], by=inquiry.user)
    rows = listed.json.get("users") if isinstance(listed.json, dict) else None
    if isinstance(rows, list):
        ids = [each.get("id") for each in rows if isinstance(each, dict)]
        check(
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
        check(
            inquiry,
            USERS,
            *((made,) if made is read else (made, read)),
            holds=user.get(key) == value,
            where=f"user.{key}",
            expected=value.replace(inquiry.witness.nonce, "<nonce>"),
            found="something else",
        )
