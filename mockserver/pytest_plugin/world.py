"""The world of a test, as the test holds it. Knows what can be asked of a world; does all of it over HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from mockserver.pytest_plugin.clock import WorldClock
from mockserver.pytest_plugin.control import Control, client_of
from mockserver.pytest_plugin.seen import Exchange, Exchanges, Job, id_of

if TYPE_CHECKING:
    import httpx

MOST_LOGGED = 1000  # exchanges: as many as a world remembers, and as one answer tells


class MockWorld:
    """One isolated universe: clock, batch jobs, users, files, catalogue, scenario, faults, log.

    name: what it is called. url: the base URL by which any client is in it. clock: moves when the test says
    so. Left as a context, it is deleted, and so are its forks.
    """

    def __init__(
        self, server_url: str, name: str, control: Control, *, api_token: str, settings: Mapping[str, Any]
    ) -> None:
        """Take the world *name* of the server at *server_url*.

        api_token: that of its ready admin. settings: what it begins with, as the control API takes it.
        """
        self.name = name
        self.url = f"{server_url}/@{name}"
        self.clock = WorldClock(control, "worlds", name)
        self._server_url, self._control, self._api_token = server_url, control, api_token
        self._settings = settings
        self._forks: list[MockWorld] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._open.close()
        self._ask("DELETE")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    def begin(self) -> None:
        """Let it be there, and set. Raises MockServerRefused."""
        self._ask("PUT", body=self._settings)

    def _ask(self, method: str, *path: str, body: Mapping[str, Any] | None = None, **query: int) -> Any:
        __tracebackhide__ = True  # see Control.ask
        return self._control.ask(method, "worlds", self.name, *path, body=body, **query)

    # ---- clients

    @cached_property
    def client(self) -> "httpx.Client":
        """Return a client in this world, which is let in as the ready admin."""
        return self._client({"x-medusa-access-token": self._api_token})

    @cached_property
    def anonymous(self) -> "httpx.Client":
        """Return a client in this world without credentials; it keeps the cookie of whoever logs in."""
        return self._client({})

    def _client(self, headers: Mapping[str, str]) -> "httpx.Client":
        return self._open.enter_context(client_of(self.url, headers=headers))

    # ---- what happened

    @property
    def jobs(self) -> Sequence[Job]:
        """Return the batch jobs of all users as they are now, the oldest first."""
        told: list[Any] = []
        while len(told) < (page := self._ask("GET", "batch-jobs", offset=len(told)))["count"]:
            told += page["batch_jobs"]
        return [Job.of(each) for each in told]

    def job(self, job: str | Job | Mapping[str, Any]) -> Job:
        """Return *job*, or the one with that id, as it is now."""
        return Job.of(self._ask("GET", "batch-jobs", id_of(job)))

    @property
    def log(self) -> Exchanges:
        """Return the last exchanges that there were in it, the oldest first."""
        return Exchanges(
            Exchange.of(each) for each in self._ask("GET", "log", limit=MOST_LOGGED)["exchanges"]
        )

    # ---- what is to happen

    @property
    def scenario(self) -> str:
        """Return the name of what the worker will do with the batch jobs that are created from now on."""
        return str(self._ask("GET", "scenario")["name"])

    @property
    def seed(self) -> int | str:
        """Return what the chance in it is seeded with."""
        seed: int | str = self._ask("GET")["seed"]
        return seed

    def choose(self, scenario: str) -> None:
        """Let the worker do by *scenario*, its name, with the batch jobs that are created from now on."""
        self._ask("PUT", "scenario", body={"name": scenario})

    def force(self, job: str | Job | Mapping[str, Any], status: str) -> Job:
        """Let the worker move *job* to *status*, now, doing the work that this takes; return it then."""
        return Job.of(self._ask("POST", "batch-jobs", id_of(job), "force", body={"status": status}))

    def fail(self, job: str | Job | Mapping[str, Any], *errors: str | Mapping[str, Any]) -> Job:
        """Let *job* fail, now; return it then. errors: what `result.errors` says."""
        body = {"status": "failed", **({"errors": list(errors)} if errors else {})}
        return Job.of(self._ask("POST", "batch-jobs", id_of(job), "force", body=body))

    def add_fault(self, kind: str, **members: Any) -> Mapping[str, Any]:
        """Let something go wrong with requests from now on; return the fault, with its id.

        kind: latency, status, reset, truncated, malformed or stalled. members: more of it, as `/_mock/` takes
        them; `for_` where Python has the word `for`.
        """
        body = {"kind": kind, **{name.removesuffix("_"): value for name, value in members.items()}}
        added: Mapping[str, Any] = self._ask("POST", "faults", body=body)
        return added

    @property
    def faults(self) -> Sequence[Mapping[str, Any]]:
        """Return what goes wrong with requests, in the order in which it was added."""
        found: Sequence[Mapping[str, Any]] = self._ask("GET", "faults")["faults"]
        return found

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._ask("DELETE", "faults")

    # ---- the whole of it

    def fork(self) -> "MockWorld":
        """Return a copy of this world, which goes its own way, and ends with this one."""
        name = f"{self.name}.{len(self._forks) + 1}"
        self._ask("POST", "fork", body={"as": name})
        fork = MockWorld(
            self._server_url, name, self._control, api_token=self._api_token, settings=self._settings
        )
        self._forks.append(self._open.enter_context(fork))
        return fork

    def with_forks(self) -> Iterator["MockWorld"]:
        """Yield this world, then its forks, each with its own."""
        yield self
        for fork in self._forks:
            yield from fork.with_forks()

    def reset(self) -> None:
        """Let it begin anew, as it was when the test began."""
        self._ask("POST", "reset")
        self.begin()

    def snapshot(self) -> Any:
        """Return all of it as JSON."""
        return self._ask("GET", "snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Let it be as *snapshot* tells."""
        self._ask("PUT", "snapshot", body=snapshot)
