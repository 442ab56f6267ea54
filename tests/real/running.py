"""A real Medusa 1.20.11, from nothing: its packages, a database, its tables, a shop, a server on a free port.

    with migrated_medusa() as backend, backend.serving() as url: ...

A start that fails is tried once more, from an empty database, and then told as MedusaNotStarted: an error of
the machine, of the network or of Medusa, never a finding about it.
"""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import TypeVar

from tests.real.postgresql import PostgreSQL, running_postgresql
from tests.real.processes import NotStarted, ToolMissing, free_port, run, running
from tests.real.seeding import ADMIN, seed
from tests.recorded.replay import JWT_SECRET

HERE = Path(__file__).parent / "medusa"
PACKAGES = HERE / "node_modules"
SOURCES = ("package.json", "package-lock.json", ".npmrc")
OWN_FILES = ("package.json", "medusa-config.js", "loopback.js")
MEDUSA = "node_modules/@medusajs/medusa/cli.js"

TO_INSTALL, TO_MIGRATE, TO_SERVE = 300.0, 90.0, 60.0  # seconds
ATTEMPTS = 2
MIGRATED = "migrated"

T = TypeVar("T")


class MedusaNotStarted(NotStarted):
    """Medusa could not be started, twice."""


@contextmanager
def migrated_medusa(**environment: str) -> Iterator["MigratedMedusa"]:
    """Give a Medusa whose tables are made and whose admin is registered, and end all of it with the block.

    environment: in place of ours. Raises MedusaNotStarted when it failed twice.
    """
    with _tried_again(lambda: _migrated(environment)) as backend:
        yield backend


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratedMedusa:
    """A Medusa that can be served. folder: it runs there, and writes its uploads and logs there."""

    folder: Path
    database: PostgreSQL
    environment: Mapping[str, str]
    numbers: "count[int]"

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve a fresh shop, and give its address; what was done to the one before is gone.

        A new process each time: it loses database connections to imports whose file is missing, and the
        order of some lists depends on what was asked of the process before. Raises MedusaNotStarted
        when it failed twice.
        """
        with _tried_again(self._served) as url:
            yield url

    @contextmanager
    def _served(self) -> Iterator[str]:
        number, port = next(self.numbers), free_port()
        name, url = f"shop_{number}", f"http://127.0.0.1:{port}"
        self.database.create(name, template=MIGRATED)
        with running(
            [_tool("node"), "--require", "./loopback.js", MEDUSA, "start", "--port", str(port)],
            log=self.folder / f"medusa-{number}.log",
            is_ready=lambda: _is_healthy(port),
            timeout=TO_SERVE,
            environment={**self.environment, **_addresses(self.database.url(name), url)},
        ):
            seed(url)
            yield url


@contextmanager
def _migrated(environment: Mapping[str, str]) -> Iterator[MigratedMedusa]:
    with ExitStack() as stack:
        _install()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="real-medusa-")))
        folder.chmod(0o711)  # the database's files lie below, and are another user's
        database = stack.enter_context(running_postgresql(folder))
        backend = MigratedMedusa(
            folder=folder,
            database=database,
            environment={**_settings(folder), **environment},
            numbers=count(1),
        )
        _migrate(backend)
        yield backend


def _install() -> None:
    """Install the packages, unless an earlier run has installed the same."""
    content = b"\0".join((HERE / name).read_bytes() for name in SOURCES)
    wanted, stamp = hashlib.sha256(content).hexdigest(), PACKAGES / ".installed"
    with (HERE / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # runs beside this one install no second time
        if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
            run([_tool("npm"), "ci", "--loglevel=error"], timeout=TO_INSTALL, cwd=HERE)
            stamp.write_text(wanted, encoding="ascii")


def _migrate(backend: MigratedMedusa) -> None:
    """Make the tables and the admin, in a database that every shop is a copy of."""
    for name in OWN_FILES:
        shutil.copy(HERE / name, backend.folder)
    (backend.folder / "node_modules").symlink_to(PACKAGES)
    (backend.folder / "uploads").mkdir()
    telemetry = backend.folder / "medusa" / "config.json"
    telemetry.parent.mkdir()
    telemetry.write_text('{"telemetry": {"enabled": false}}', encoding="ascii")
    backend.database.create(MIGRATED)
    medusa = [_tool("node"), "node_modules/@medusajs/medusa-cli/cli.js"]
    addresses = _addresses(backend.database.url(MIGRATED), "http://127.0.0.1")
    for arguments in (["migrations", "run"], ["user", "--email", ADMIN.email, "--password", ADMIN.password]):
        run(
            [*medusa, *arguments],
            timeout=TO_MIGRATE,
            cwd=backend.folder,
            environment={**backend.environment, **addresses},
        )


def _settings(folder: Path) -> dict[str, str]:
    return {
        "NODE_ENV": "development",  # as it was recorded
        "JWT_SECRET": JWT_SECRET,
        "COOKIE_SECRET": "supersecret-cookie",
        "MEDUSA_DISABLE_TELEMETRY": "true",
        "XDG_CONFIG_HOME": str(
            folder
        ),  # where its file says the same: for the variable alone, it still reports at exit
        "HOME": str(folder),  # whatever else it wants to remember is forgotten
    }


def _addresses(database: str, backend: str) -> dict[str, str]:
    return {"DATABASE_URL": database, "BACKEND_URL": backend}


def _is_healthy(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200  # OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolMissing(f"there is no {name} on the PATH; on Debian: apt-get install nodejs npm (Node 20)")
    return found


@contextmanager
def _tried_again(start: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
    """Enter what *start* gives, or what it gives when asked again, and leave it with the block."""
    with ExitStack() as stack:
        yield _started(stack, start)


def _started(stack: ExitStack, start: Callable[[], AbstractContextManager[T]]) -> T:
    failed: list[NotStarted] = []
    while len(failed) < ATTEMPTS:
        try:
            return stack.enter_context(start())
        except ToolMissing:
            raise
        except NotStarted as error:
            failed.append(error)
    raise MedusaNotStarted("\n".join([f"tried {ATTEMPTS} times", *map(str, failed)])) from failed[-1]
