"""A PostgreSQL cluster for a moment: in a folder of its own, on a free port, gone at the end.

Knows nothing of what is kept in it. It is told to forget about crashes: what it holds need not outlive it.
"""

import os
import pwd
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.processes import NotStarted, ToolMissing, free_port, run, running

SYSTEM_USER = "postgres"  # what the package of a distribution makes
QUICK = 30.0  # seconds; what takes longer hangs


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgreSQL:
    """A running cluster."""

    binaries: Path
    port: int

    def create(self, database: str, *, template: str = "template0") -> None:
        """Make *database* as a copy of *template*, to which nobody may be connected."""
        self._do(f"CREATE DATABASE {database} TEMPLATE {template}")

    def url(self, database: str) -> str:
        return f"postgres://{SYSTEM_USER}@127.0.0.1:{self.port}/{database}"

    def is_ready(self) -> bool:
        try:
            self._do("SELECT 1")
        except NotStarted:
            return False
        return True

    def _do(self, statement: str) -> None:
        place = (f"--dbname={self.url('postgres')}", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
        run([str(self.binaries / "psql"), *place, f"--command={statement}"], timeout=QUICK)


@contextmanager
def running_postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """Run a new cluster in *folder*, which is to be empty. Raises NotStarted."""
    binaries, user = _binaries(), _user()
    cluster, log = folder / "cluster", folder / "postgresql.log"
    cluster.mkdir(mode=0o700)
    if user is not None:
        shutil.chown(cluster, user, user)
    initialise = (
        "--auth=trust",
        f"--username={SYSTEM_USER}",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    run(
        [str(binaries / "initdb"), f"--pgdata={cluster}", *initialise],
        timeout=QUICK,
        cwd=cluster,
        user=user,
    )
    database = PostgreSQL(binaries=binaries, port=free_port())
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with running(
        [str(binaries / "postgres"), "-D", str(cluster), "-p", str(database.port), *options],
        log=log,
        is_ready=database.is_ready,
        timeout=QUICK,
        end_by=signal.SIGINT,  # at once, whoever is connected
        user=user,
    ):
        yield database


def _binaries() -> Path:
    """Return the folder that holds initdb: the one on the PATH, else the newest of Debian's."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise ToolMissing("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    return newest.parent


def _user() -> str | None:
    """Return as whom to run it, as it refuses to be run by root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_name
    except KeyError:
        message = f"PostgreSQL refuses to be run by root, and there is no user {SYSTEM_USER}; make one"
        raise ToolMissing(message) from None
