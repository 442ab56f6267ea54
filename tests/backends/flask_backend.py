"""The backend as one Flask application: which path leads where, who is let in, how errors are written.

Knows HTTP and the other modules of this package. Ignores what they do.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from tests.backends.accounts import Accounts
from tests.backends.batch_jobs import BatchJobs
from tests.backends.catalogue import Catalogue
from tests.backends.defects import DEFECTS
from tests.backends.store import Clock, Store, wall_clock
from tests.backends.uploads import UPLOAD_LIMIT, Uploads
from tests.backends.wire import BODY_LIMIT, Refused, invalid
from tests.backends.worker import Worker

MALFORMED = re.compile("%(?![0-9A-Fa-f]{2})")
PUBLIC = ("log_in", "get_token", "fetch", "health")
KINDS = {404: "not_found", 405: "not_allowed", 500: "unknown_error"}


def create_app(*, defect: str | None = None, pace: float = 0.1, clock: Clock | None = None) -> Flask:
    """Return a backend with its worker at work, `app.extensions["worker"]`; stop that one when done.

    defect: one of DEFECTS, or none. pace: how long a stage of a job lasts, in seconds.
    clock: milliseconds since 1970. Who brings a clock is the worker too, and calls its `step()`.
    Raises ValueError when there is no such defect.
    """
    if defect is not None and defect not in DEFECTS:
        message = f"unknown defect {defect!r}; known: {', '.join(DEFECTS)}"
        raise ValueError(message)
    store = Store(clock or wall_clock())
    worker = Worker(store, pace=round(pace * 1000), defect=defect)
    accounts = Accounts(store, defect=defect)
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own provider has it
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.extensions["worker"] = worker
    _add_routes(app, store, accounts, BatchJobs(store, worker, defect=defect), defect=defect)
    _add_errors(app, defect=defect)

    @app.before_request
    def let_in() -> Response | None:
        _refuse_malformed_path()
        endpoint = request.endpoint
        with store.lock:
            g.user_id = accounts.caller(request)
        if g.user_id or endpoint is None or endpoint in PUBLIC:
            return None
        if endpoint == "list_jobs" and defect == "list-without-login":
            return None
        return _unauthorized()

    if clock is None:
        worker.start()
    return app


def _add_routes(app: Flask, store: Store, accounts: Accounts, jobs: BatchJobs, *, defect: str | None) -> None:
    uploads, catalogue = Uploads(store), Catalogue(store, defect=defect)

    def add(
        method: str, path: str, endpoint: str, view: Callable[..., Any], *, limit: int = BODY_LIMIT
    ) -> None:
        @wraps(view)
        def locked(**values: str) -> Any:
            if method != "GET":
                request.max_content_length = limit
                request.get_data()  # now, and not while everybody else waits for the lock
            with store.lock:
                return view(**values)

        app.add_url_rule(path, endpoint, locked, methods=[method])

    add("GET", "/admin/auth", "who_am_i", accounts.who_am_i)
    add("POST", "/admin/auth", "log_in", accounts.log_in)
    add("DELETE", "/admin/auth", "log_out", accounts.log_out)
    add("POST", "/admin/auth/token", "get_token", accounts.get_token)
    add("GET", "/admin/batch-jobs", "list_jobs", jobs.list)
    add("POST", "/admin/batch-jobs", "create_job", jobs.create)
    add("GET", "/admin/batch-jobs/<job_id>", "retrieve_job", jobs.retrieve)
    add("POST", "/admin/batch-jobs/<job_id>/confirm", "confirm_job", jobs.confirm)
    add("POST", "/admin/batch-jobs/<job_id>/cancel", "cancel_job", jobs.cancel)
    add("GET", "/admin/price-lists", "list_price_lists", catalogue.price_lists)
    add("GET", "/admin/products", "list_products", catalogue.products)
    add("GET", "/admin/variants", "list_variants", catalogue.variants)
    add("GET", "/admin/store", "get_store", catalogue.store)
    add("POST", "/admin/uploads", "upload", uploads.upload, limit=UPLOAD_LIMIT)
    add("DELETE", "/admin/uploads", "delete_upload", uploads.delete)
    add("POST", "/admin/uploads/protected", "upload_protected", uploads.upload, limit=UPLOAD_LIMIT)
    add("POST", "/admin/uploads/download-url", "download_url", uploads.download_url)
    add("GET", "/admin/users", "list_users", accounts.list_users)
    add("POST", "/admin/users", "create_user", accounts.create_user)
    add("GET", "/admin/users/<user_id>", "get_user", accounts.get_user)
    add("POST", "/admin/users/<user_id>", "update_user", accounts.update_user)
    add("GET", "/health", "health", lambda: Response("OK", mimetype="text/html"))
    add("GET", "/uploads/<path:key>", "fetch", uploads.fetch)


def _add_errors(app: Flask, *, defect: str | None) -> None:
    def error(status: int, kind: str, message: str) -> Response:
        body = {"error": message} if defect == "error-key" else {"type": kind, "message": message}
        response = jsonify(body)
        response.status_code = status
        return response

    @app.errorhandler(Refused)
    def refused(refusal: Refused) -> Response:
        if refusal.status == 401:
            return _unauthorized()
        return error(refusal.status, refusal.kind, refusal.message)

    @app.errorhandler(HTTPException)
    def failed(failure: HTTPException) -> Response:
        status = failure.code or 500
        message = failure.description or failure.name
        if status in (404, 405):
            message = f"Cannot {request.method} {request.path}"
        response = error(status, KINDS.get(status, "invalid_data"), message)
        own = failure.get_response().headers
        response.headers.extend({name: own[name] for name in ("Allow", "Content-Range") if name in own})
        return response


def _refuse_malformed_path() -> None:
    path = request.environ.get("RAW_URI", "").partition("?")[0]
    if MALFORMED.search(path) or b"\0" in unquote_to_bytes(path):
        raise invalid("the path holds a NUL or a malformed percent escape")
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise invalid("the path is not UTF-8") from error


def _unauthorized() -> Response:
    return Response("Unauthorized", status=401, mimetype="text/plain")
