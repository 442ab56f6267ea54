"""The servers that a run of tests is against: one for each personality in this process, or one that is up.

Knows where they are and what they are like; what they do is asked over HTTP, whichever they are.
"""

import os
import uuid
from contextlib import ExitStack
from typing import Self

from mockserver.pytest_plugin.control import Control
from mockserver.pytest_plugin.refusals import MockServerRefused, PersonalityMissing, ServerUnfit
from mockserver.pytest_plugin.world import MockWorld

API_TOKEN = "tok_admin_0123456789"  # noqa: S105  # documented: that of the fake's ready admin
API_TOKEN_VARIABLE, CONTROL_TOKEN_VARIABLE = (
    "MOCKSERVER_API_TOKEN",
    "MOCKSERVER_CONTROL_TOKEN",
)  # `serve` reads them


class MockServer:
    """A mock server. url: its address. run: what tells this run of tests, and its worker, from all others."""

    def __init__(self, url: str, control: Control, *, run: str) -> None:
        self.url = url
        self.run = run
        self.control = control

    def world(self, name: str, *, scenario: str | None = None, seed: int | None = None) -> MockWorld:
        """Return a new world, whose clock stands still. Raises MockServerRefused.

        scenario: its name. seed: of the chance in it. None: as the server has it.
        """
        wanted = {"clock": {"speed": 0}, "scenario": scenario, "seed": seed}
        settings = {key: value for key, value in wanted.items() if value is not None}
        api_token = os.environ.get(API_TOKEN_VARIABLE) or API_TOKEN
        world = MockWorld(self.url, name, self.control, api_token=api_token, settings=settings)
        world.begin()
        return world


class Servers:
    """The servers of one run. Mutable: each is there from when it is first asked for."""

    def __init__(self, url: str | None) -> None:
        """Take the address of the server that is up; None when there are to be some in this process."""
        self._url = None if url is None else url.rstrip("/")
        self._open = ExitStack()
        self._by_personality: dict[str | None, MockServer] = {}
        self._run = f"{os.environ.get('PYTEST_XDIST_WORKER', '')}{uuid.uuid4().hex}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._open.close()

    def like(self, personality: str | None) -> MockServer:
        """Return the server with that *personality*; the usual one for None.

        Raises ServerUnfit or PersonalityMissing.
        """
        if personality not in self._by_personality:
            begun = self._begun(personality) if self._url is None else self._found(self._url, personality)
            self._by_personality[personality] = begun
        return self._by_personality[personality]

    def _begun(self, personality: str | None) -> MockServer:
        """Return a server in this process."""
        from mockserver.pytest_plugin.in_process import served  # noqa: PLC0415  # a whole server

        return self._at(self._open.enter_context(served(personality)))

    def _found(self, url: str, personality: str | None) -> MockServer:
        """Return the server that is up at *url*, which has been looked at."""
        server = self._at(url, token=os.environ.get(CONTROL_TOKEN_VARIABLE))
        try:
            quirks = server.control.ask("GET")["quirks"]
        except MockServerRefused as error:
            raise ServerUnfit(f"the mock server at {url} {_remedy(error)}") from error
        if personality is not None and not _quirks_of(personality) <= set(quirks):
            raise PersonalityMissing(
                f"the test wants a server that is like {personality}; the one at {url} is not: start it with "
                f"`mockserver serve --like {personality}`"
            )
        return server

    def _at(self, url: str, *, token: str | None = None) -> MockServer:
        control = self._open.enter_context(Control(url, token=token))
        return MockServer(url, control, run=self._run)


def _remedy(error: MockServerRefused) -> str:
    """Return what is wrong with a server whose control API does not say what it is, and what to do."""
    if error.status is None:
        return f"does not answer ({error}); start it, or name none, and the tests start their own"
    if error.status in (401, 403):  # Unauthorized, Forbidden
        return f"wants a token ({error}); set {CONTROL_TOKEN_VARIABLE}"
    return f"has no control API ({error}); start it without --no-control"


def _quirks_of(personality: str) -> set[str]:
    """Return the names of the quirks by which a server is like the real one. Raises ServerUnfit."""
    from mockserver.pytest_plugin.in_process import quirks_like  # noqa: PLC0415  # much of a server

    return {quirk.name for quirk in quirks_like(personality).on}
