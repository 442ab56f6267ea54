"""Files over HTTP: uploading, naming, fetching and deleting them.

Knows multipart bodies and byte ranges. Ignores what is in the files.
"""

import mimetypes
from typing import Any
from urllib.parse import quote

from flask import Response, jsonify, request

from tests.backends.store import Store
from tests.backends.wire import Refused, invalid, json_body, refuse_for, unknown_properties

UPLOAD_LIMIT = 16 * 1024 * 1024  # bytes
HOW = "files must be sent as multipart/form-data, in the field files"


class Uploads:
    """The operations on files."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def upload(self) -> Response:
        """Keep the files of a form."""
        boundary = request.mimetype_params.get("boundary", "")
        if request.mimetype != "multipart/form-data" or not boundary:
            raise invalid(HOW)
        _refuse_malformed_form(request.get_data(), f"--{boundary}".encode())
        if "files" in request.form:
            raise invalid("files must be a file, with a file name")
        if others := [name for name in request.files if name != "files"]:
            raise invalid(f"{HOW}, not {others[0]}")
        kept = []
        for file in request.files.getlist("files"):
            name = (file.filename or "file").replace("\\", "/").rpartition("/")[2]
            kept.append(self._store.keep_file("", name, file.read()))
        return jsonify(uploads=[{"url": _address(key), "key": key} for key in kept])

    def download_url(self) -> Response:
        """Say where a file can be fetched."""
        return jsonify(download_url=_address(_file_key()))

    def delete(self) -> Response:
        """Delete a file, if there is one."""
        key = _file_key()
        self._store.files.pop(key, None)
        return jsonify(id=key, object="file", deleted=True)

    def fetch(self, key: str) -> Response:
        """Give the bytes of a file, or the range of them that is asked for."""
        if key not in self._store.files:
            raise Refused(404, "not_found", f"There is no file {key}")
        content = self._store.files[key]
        content_type = mimetypes.guess_type(key)[0] or "application/octet-stream"
        response = Response(content, mimetype=content_type)
        response.make_conditional(request, accept_ranges=True, complete_length=len(content))
        return response


def _refuse_malformed_form(body: bytes, delimiter: bytes) -> None:
    """Refuse a form that Flask would take for an empty one. Source: RFC 2046, section 5.1.1."""
    parts = body.split(delimiter)[1:]
    if not parts or not parts.pop().startswith(b"--"):
        raise invalid("the form ends too early: its last boundary is missing")
    if any(not part.startswith(b"\r\n") or b"\r\n\r\n" not in part for part in parts):
        raise invalid("the form has a part without headers")


def _address(key: str) -> str:
    return f"{request.host_url}uploads/{quote(key)}"


def _file_key() -> Any:
    body = json_body(request)
    complaints = unknown_properties(body, ("file_key",))
    complaints += [] if isinstance(body.get("file_key"), str) else ["file_key must be a string"]
    refuse_for(complaints)
    return body["file_key"]
