"""A server in a thread of this process, with an event loop of its own. Nobody touches it but through HTTP.

Knows how a server is built. What it leaves in the process it shares: nothing but a thread, until it ends.
"""

import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

from mockserver.pytest_plugin.refusals import ServerUnfit

if TYPE_CHECKING:
    import uvicorn

    from mockserver.quirk import Quirks

# every run sees the same ids and instants. Far ahead: a session cookie is judged by the clock of the client,
# to whom one from a world in the past would have expired
BEGINNING = datetime(2100, 1, 1, tzinfo=UTC)
SECRET = "the secret of a mock server in a pytest process"  # noqa: S105  # PyJWT warns of shorter ones than 32 bytes
BACKLOG = 128  # connections that may wait, as when a suite opens many at once
SECONDS = 10  # within which the thread ends
KEPT_SECONDS = 3600  # that a connection is kept open


@contextmanager
def served(personality: str | None) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1, and give the address. Raises ServerUnfit.

    Its template, and so each new world, stands still at BEGINNING.
    """
    quirks = quirks_like(personality)
    with _unwarned():
        server = _server(quirks, catalogue=personality)
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener:
        thread = Thread(target=server.run, args=([listener],), name="mockserver", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(SECONDS)


def quirks_like(personality: str | None) -> "Quirks":
    """Return the quirks by which a server is like that real one; none for None. Raises ServerUnfit."""
    with _unwarned():
        from mockserver.server.personality import PersonalityUnknown, quirks_of  # noqa: PLC0415  # heavy

    try:
        return quirks_of(like=personality, names=())
    except PersonalityUnknown as error:
        raise ServerUnfit(str(error)) from error


@contextmanager
def _unwarned() -> Iterator[None]:
    """Let nobody be warned of what a suite, which may count warnings as errors, could not change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _server(quirks: "Quirks", *, catalogue: str | None) -> "uvicorn.Server":
    """Return a server whose control is made: it would be made in the thread, where warnings count."""
    from mockserver.contract.document import load, shipped_folder  # noqa: PLC0415  # heavy, and only here needed
    from mockserver.control.access import Access  # noqa: PLC0415  # the same
    from mockserver.control.app import build_control  # noqa: PLC0415  # the same
    from mockserver.control.door import Door  # noqa: PLC0415  # the same
    from mockserver.server.app import build_app, build_worlds  # noqa: PLC0415  # the same
    from mockserver.server.serving import server_of  # noqa: PLC0415  # the same
    from mockserver.server.settings import Settings  # noqa: PLC0415  # the same
    from mockserver.simulation.catalogue_file import shipped_catalogue  # noqa: PLC0415  # the same
    from mockserver.simulation.clock import Clock  # noqa: PLC0415  # the same
    from mockserver.simulation.scenario import scenario_named  # noqa: PLC0415  # the same

    settings = Settings(cors=("*",), jwt_secret=SECRET, quirks=quirks)
    document = load(shipped_folder())
    worlds = build_worlds(
        document,
        settings,
        clock=Clock(start=BEGINNING, speed=0),
        scenario=scenario_named("steady"),
        catalogue_file=None if catalogue is None else shipped_catalogue(catalogue),
    )
    control = build_control(document, worlds, settings, access=Access(is_local=True))
    app = Door(build_app(document, worlds, settings), lambda: control)
    # a connection that a test has left alone for a while is not closed just as it is used again
    return server_of(app, log_config=None, timeout_keep_alive=KEPT_SECONDS)
