"""A stage for probes: a client on a server whose clock stands still, and short words for what clients do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from starlette.types import ASGIApp

from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from tests.asgi_client import Answer, Client

JOBS = "/admin/batch-jobs"
PASSWORD = "a-password"
NO_FILE = {"type": "product-import", "context": {"fileKey": "nope.csv"}}
LONG = 20  # seconds in which a job of the steady scenario has ended
NUMBERS = count(1)


def _unseen(_: object) -> None:
    """Judge no exchange: some servers lie."""


@dataclass(frozen=True)
class Stage:
    """Two users of one server, who have just come, and nobody. email: of the first one."""

    client: Client
    other: Client
    nobody: Client
    clock: ManualClock
    email: str

    @classmethod
    def on(cls, app: ASGIApp, clock: ManualClock) -> "Stage":
        """Return a stage for a probe; its users are new, so that no other probe's jobs are theirs."""
        nobody = Client(app, _unseen)
        admin = nobody.with_headers(x_medusa_access_token=Settings().api_token)
        emails = [f"user{next(NUMBERS)}@example.com" for _ in range(2)]
        for email in emails:
            admin.post("/admin/users", {"email": email, "password": PASSWORD})
        first, second = (
            nobody.with_headers(authorization=f"Bearer {_token(nobody, each)}") for each in emails
        )
        return cls(client=first, other=second, nobody=nobody, clock=clock, email=emails[0])

    @property
    def token(self) -> str:
        return self.client.headers["authorization"].removeprefix("Bearer ")

    def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def create(self, **fields: Any) -> str:
        body = {"type": "product-export", "context": {}, **fields}
        answer = self.client.post(JOBS, body).json()
        return str((answer.get("batch_job") or answer.get("batchJob"))["id"])

    def job(self, status: str, **fields: Any) -> str:
        """Return the id of a job that has come to *status*, a dry run unless it had to fail."""
        if status == "failed":
            job_id = self.create(**NO_FILE, **fields)
            self.wait(LONG)
            return job_id
        job_id = self.create(dry_run=True, **fields)
        steps = ("cancel",) if status == "canceled" else ON_THE_WAY[: LIVES.index(status)]
        for step in steps:
            self._step(step, job_id)
        return job_id

    def _step(self, step: str, job_id: str) -> None:
        if step in ("wait", "end"):
            self.wait(1 if step == "wait" else LONG)
        else:
            self.ask(job_id, step)

    def ask(self, job_id: str, verb: str) -> Answer:
        return self.client.post(f"{JOBS}/{job_id}/{verb}")

    def read(self, job_id: str) -> Mapping[str, Any]:
        job: Mapping[str, Any] = self.client.get(f"{JOBS}/{job_id}").json()["batch_job"]
        return job

    def page(self, query: str = "") -> Any:
        return self.client.get(f"{JOBS}?{query}").json()

    def listed(self, query: str = "") -> list[str]:
        """Return the ids that a list shows."""
        return [job["id"] for job in self.page(query)["batch_jobs"]]

    def several(self, number: int) -> list[str]:
        """Return the ids of *number* jobs, a second apart, the newest first."""
        ids: list[str] = []
        for _ in range(number):
            ids.insert(0, self.create())
            self.wait(1)
        return ids


ON_THE_WAY = ("wait", "confirm", "wait", "end")
LIVES = ("created", "pre_processed", "confirmed", "processing", "completed")


def _token(nobody: Client, email: str) -> str:
    return str(
        nobody.post("/admin/auth/token", {"email": email, "password": PASSWORD}).json()["access_token"]
    )
