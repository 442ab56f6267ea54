"""A thousand worlds used at once: requests that are half read while others are answered never meet."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from starlette.types import ASGIApp

from mockserver.contract.document import Document
from mockserver.server.app import build_app, build_world
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock, to_json
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds
from tests.conftest import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNT = 1000
JOBS, USERS, UPLOADS = "/admin/batch-jobs", "/admin/users", "/admin/uploads/protected"
TOKEN = (b"x-medusa-access-token", Settings().api_token.encode())
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"multipart/form-data; boundary=b")
NEW_USER = {"email": "worker@example.com", "password": "secret"}


@dataclass
class Visitor:
    """Somebody who uses the world of their *number*, and keeps what they were told. Mutable.

    Every other one names the world in the address, the rest by header.
    """

    number: int
    app: ASGIApp
    made: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def world(self) -> str:
        return f"w{self.number}"

    async def ask(self, method: str, path: str, body: bytes = b"", *headers: tuple[bytes, bytes]) -> bytes:
        """Return the body of the answer; while the request is read, others have their turn."""
        named = self.number % 2 == 0
        path = f"/@{self.world}{path}" if named else path
        chosen = () if named else ((b"x-mock-world", self.world.encode()),)
        length = ((b"content-length", str(len(body)).encode()),)
        pieces = [body[:7], body[7:]]
        answer: list[bytes] = []
        scope: Mapping[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"testserver"), TOKEN, *chosen, *length, *headers],
        }

        async def receive() -> Any:
            await asyncio.sleep(0)
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            answer.append(message.get("body", b""))
            await asyncio.sleep(0)

        await self.app(dict(scope), receive, send)
        return b"".join(answer)

    async def read(self, path: str) -> Any:
        return json.loads(await self.ask("GET", path))

    async def visit(self) -> None:
        """Make a job or two, a user in some worlds, and a file, and then look at what is there."""
        for _ in range(1 + self.number % 2):
            body = json.dumps(
                {"type": "product-export", "dry_run": False, "context": {"visitor": self.number}}
            )
            created = json.loads(await self.ask("POST", JOBS, body.encode(), JSON))
            self.made.append(created["batch_job"]["id"])
        for _ in range(self.number % 3 == 0):
            await self.ask("POST", USERS, json.dumps(NEW_USER).encode(), JSON)
        form = (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="f.csv"\r\n\r\n'
            b"%d\r\n--b--\r\n" % self.number
        )
        upload = json.loads(await self.ask("POST", UPLOADS, form, FORM))["uploads"][0]
        self.found = {
            "jobs": await self.read(JOBS),
            "users": (await self.read(USERS))["count"],
            "file": await self.ask("GET", f"/uploads/{upload['key']}"),
        }


@pytest.fixture(scope="module")
def worlds(document: Document) -> Worlds:
    clock, scenario = ManualClock(BEGINNING), scenario_named("steady")
    worlds = Worlds(build_world(document, Settings(), clock=clock, scenario=scenario))
    for number in range(COUNT):
        worlds[f"w{number}"].clock.advance(timedelta(seconds=number))
    return worlds


@pytest.fixture(scope="module")
def visitors(document: Document, worlds: Worlds) -> list[Visitor]:
    """Return the visitors after all of them were there at once."""
    app = build_app(document, worlds, Settings())
    visitors = [Visitor(number, app) for number in range(COUNT)]

    async def all_at_once() -> None:
        await asyncio.gather(*(visitor.visit() for visitor in visitors))

    asyncio.run(all_at_once())
    return visitors


def test_everybody_finds_their_own_jobs_and_no_others(visitors: list[Visitor]) -> None:
    listed = [{job["id"] for job in visitor.found["jobs"]["batch_jobs"]} for visitor in visitors]
    counted = [visitor.found["jobs"]["count"] for visitor in visitors]

    assert listed == [set(visitor.made) for visitor in visitors]
    assert counted == [1 + visitor.number % 2 for visitor in visitors]


def test_no_job_is_in_two_worlds(visitors: list[Visitor]) -> None:
    made = [job_id for visitor in visitors for job_id in visitor.made]

    assert len(set(made)) == len(made) == COUNT + COUNT // 2


def test_every_job_says_what_its_own_visitor_wanted(visitors: list[Visitor]) -> None:
    contexts = [
        {job["context"]["visitor"] for job in visitor.found["jobs"]["batch_jobs"]} for visitor in visitors
    ]

    assert contexts == [{visitor.number} for visitor in visitors]


def test_every_world_has_the_time_of_its_own_clock(visitors: list[Visitor]) -> None:
    created = [visitor.found["jobs"]["batch_jobs"][0]["created_at"] for visitor in visitors]

    assert created == [to_json(BEGINNING + timedelta(seconds=visitor.number)) for visitor in visitors]


def test_only_those_worlds_have_a_new_user_in_which_one_was_made(visitors: list[Visitor]) -> None:
    counts = [visitor.found["users"] for visitor in visitors]

    assert counts == [4 + (visitor.number % 3 == 0) for visitor in visitors]


def test_everybody_gets_their_own_file(visitors: list[Visitor]) -> None:
    assert [visitor.found["file"] for visitor in visitors] == [b"%d" % each.number for each in visitors]


def test_time_that_passes_in_one_world_passes_in_no_other(visitors: list[Visitor], worlds: Worlds) -> None:
    worlds["w1"].clock.advance(timedelta(days=1))

    ended = [
        visitor.number
        for visitor in visitors
        if worlds[visitor.world].look_at(visitor.made[0]).status == "completed"
    ]

    assert ended == [1]
