"""A backend in process, its clock and its worker in the test's hands.

Knows Flask's test client, and shows every exchange to a witness. Ignores what is expected of the answers.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mockserver.contract.judge import Exchange
from tests.backends.flask_backend import create_app
from tests.backends.worker import QUARTERS

JOBS = "/admin/batch-jobs"
ADMIN = {"x-medusa-access-token": "tok_admin_0123456789"}
PACE = 100  # milliseconds
MOVES = 40  # no job makes as many


@dataclass
class HandClock:
    """Milliseconds since 1970, one more at each look. Mutable: a test moves it on."""

    now: int = 1_795_312_000_000

    def __call__(self) -> int:
        self.now += 1
        return self.now


@dataclass
class Rig:
    """A backend, and what a test does with it."""

    witness: Callable[[Exchange], None]
    defect: str | None = None
    clock: HandClock = field(default_factory=HandClock)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(defect=self.defect, pace=PACE / 1000, clock=self.clock)
        self.client = self.app.test_client(use_cookies=False)

    def call(
        self,
        method: str,
        path: str,
        payload: Any = None,
        *,
        caller: Mapping[str, str] = ADMIN,
        body: bytes | None = None,
        form: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> TestResponse:
        """Send a request as *caller*, and show the exchange to the witness."""
        sent = {**caller, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if payload is not None:
            body = json.dumps(payload).encode()
            sent.setdefault("content-type", "application/json")
        stream = io.BytesIO(body or b"") if form is None else None
        answer = self.client.open(path, method=method, input_stream=stream, data=form, headers=sent)
        target, _, query = path.partition("?")
        self.witness(
            Exchange(
                method=method,
                path=target,
                query=query,
                request_headers=sent,
                request_body=body or b"",
                status=answer.status_code,
                response_headers={name.lower(): value for name, value in answer.headers},
                response_body=answer.data,
            )
        )
        return answer

    def upload(self, content: bytes, *, path: str = "/admin/uploads/protected") -> str:
        """Upload a file, and return its key."""
        answer = self.call("POST", path, form={"files": (io.BytesIO(content), "import.csv")})
        return str(answer.get_json()["uploads"][0]["key"])

    def create(self, kind: str = "product-export", *, dry_run: bool = False, **context: Any) -> Any:
        """Create a job, and return it."""
        body = {"type": kind, "context": context, "dry_run": dry_run}
        return self.call("POST", JOBS, body).get_json()["batch_job"]

    def job(self, job: Any) -> Any:
        """Return the job as it is now."""
        return self.call("GET", f"{JOBS}/{job['id']}").get_json()["batch_job"]

    def ask(self, job: Any, verb: str) -> int:
        """Confirm or cancel a job, and return the status of the answer."""
        return self.call("POST", f"{JOBS}/{job['id']}/{verb}").status_code

    def page(self, query: str = "") -> Any:
        """Return a page of the caller's jobs."""
        return self.call("GET", f"{JOBS}?{query}").get_json()

    def later(self, moves: int = MOVES) -> None:
        """Let the worker make so many moves, if it has as many to make."""
        for _ in range(moves):
            self.clock.now += PACE
            self.app.extensions["worker"].step()

    def seen(self, job: Any) -> list[str]:
        """Return the statuses that a job passes through from now on, as somebody sees it who always looks."""
        statuses = [self.job(job)["status"]]
        for _ in range(MOVES):
            self.clock.now += PACE // QUARTERS
            self.app.extensions["worker"].step()
            statuses.append(self.job(job)["status"])
        return list(dict.fromkeys(statuses))

    def at(self, status: str, **creation: Any) -> Any:
        """Return a new job that has just come to *status*."""
        job = self.create(**creation)
        for _ in range(MOVES):
            if self.job(job)["status"] == status:
                return job
            self.later(1)
        message = f"no job came to be {status}"
        raise AssertionError(message)

    def another_user(self) -> Mapping[str, str]:
        """Return the credentials of a new user."""
        user = {"email": "other@example.com", "password": "othersecret"}
        self.call("POST", "/admin/users", user)
        token = self.call("POST", "/admin/auth/token", user, caller={}).get_json()["access_token"]
        return {"authorization": f"Bearer {token}"}

    def session(self) -> Mapping[str, str]:
        """Return the credentials of a new session of the admin."""
        log_in = {"email": "admin@example.com", "password": "supersecret"}
        answer = self.call("POST", "/admin/auth", log_in, caller={})
        return {"cookie": answer.headers["Set-Cookie"].partition(";")[0]}
