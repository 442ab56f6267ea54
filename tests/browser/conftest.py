"""Fixtures that put Medusa's own Admin dashboard, in headless Chromium, in front of the server under test.

The dashboard is the most demanding client that batch jobs have: it polls, it needs cookies and CORS, and it
breaks on missing fields that no schema names. So it is built from its own npm packages and not imitated.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import APIRequestContext, Browser, Error, Page, Playwright

HERE = Path(__file__).parent
DASHBOARD_SOURCES = ("package.json", "package-lock.json", ".npmrc", "build-dashboard.mjs")
BACKEND_PLACEHOLDER = b"http://backend.invalid"
BUILD_FOLDER_VARIABLE = "MOCK_SERVER_DASHBOARD_BUILD"
DASHBOARD_PORTS = (7001, 7000)  # the only origins that the backend's CORS setting allows
ADMIN_EMAIL = "admin@example.com"
ADMIN_PASSWORD = "supersecret"
CHROMIUM_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pictures of seeded products point to the internet; the tests must give the same answer without it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


# ---------------------------------------------------------------- the server under test


@pytest.fixture(scope="session")
def backend_url() -> Iterator[str]:
    """Start the server and give its address, by the host name `localhost`, as the session cookie needs it."""
    with serving() as url:
        yield url.replace("127.0.0.1", "localhost")


# ---------------------------------------------------------------- the dashboard


@pytest.fixture(scope="session")
def dashboard_url(backend_url: str) -> Iterator[str]:
    """Serve the dashboard for the backend; build it first where no earlier run has left a build."""
    files = _load_dashboard(_built_dashboard(), backend_url)
    server = _serve(files)
    thread = threading.Thread(target=server.serve_forever, name="dashboard", daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _built_dashboard() -> Path:
    """Return the folder of static files, built once for each content of the files it is made from."""
    content = b"\0".join((HERE / name).read_bytes() for name in DASHBOARD_SOURCES)
    cache = Path(os.environ.get(BUILD_FOLDER_VARIABLE, HERE / ".build")).resolve()
    built = cache / hashlib.sha256(content).hexdigest()[:16]
    if not built.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        # Hundreds of megabytes of packages serve only the build, so they go when it is done.
        with tempfile.TemporaryDirectory(prefix="building-", dir=cache) as name:
            workplace = Path(name)
            for source in DASHBOARD_SOURCES:
                shutil.copy(HERE / source, workplace)
            _run("npm", "ci", cwd=workplace)
            _run("node", "build-dashboard.mjs", "dist", cwd=workplace)
            (workplace / "dist").rename(built)
    return built


def _run(program: str, *arguments: str, cwd: Path) -> None:
    """Run a build step; what it printed is shown only when it fails."""
    found = _find(program)
    done = subprocess.run(  # noqa: S603 (fixed programs and arguments)
        [found, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"{program} {' '.join(arguments)} exited {done.returncode}:\n{done.stdout}")


def _find(program: str) -> str:
    """Return the path of an installed program, or say plainly that it is missing."""
    found = shutil.which(program)
    if found is None:
        pytest.fail(f"the browser tests need {program!r} on the PATH")
    return found


def _load_dashboard(folder: Path, backend_url: str) -> dict[str, bytes]:
    """Read the files by URL path, pointed at the backend: its port is known only now, the build is older."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    files = {f"/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}
    scripts = [name for name, content in files.items() if BACKEND_PLACEHOLDER in content]
    if not scripts:
        pytest.fail(f"no file in {folder} holds the placeholder for the backend's address")
    for name in scripts:
        files[name] = files[name].replace(BACKEND_PLACEHOLDER, backend_url.encode())
    return files


def _serve(files: dict[str, bytes]) -> ThreadingHTTPServer:
    """Listen on the first free port that the backend's CORS setting knows."""

    class Handler(BaseHTTPRequestHandler):
        """Answers with a file, or with the start page: the dashboard routes every other path itself."""

        def do_GET(self) -> None:
            """Send one file from memory."""
            name = urlsplit(self.path).path
            if name not in files:
                name = "/index.html"
            self.send_response(200)
            self.send_header("Content-Type", mimetypes.guess_type(name)[0] or "application/octet-stream")
            self.send_header("Content-Length", str(len(files[name])))
            self.end_headers()
            self.wfile.write(files[name])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
            """Keep the test output free of a line for each file."""

    taken: list[str] = []
    for port in DASHBOARD_PORTS:
        try:
            return ThreadingHTTPServer(("127.0.0.1", port), Handler)
        except OSError as error:
            taken.append(f"{port}: {error}")
    pytest.fail(f"the dashboard needs one of the ports the backend's CORS setting allows; {'; '.join(taken)}")


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Run Playwright for one module only: its event loop would upset asyncio tests of other modules."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start the system's Chromium: a browser of Playwright's own would be a download."""
    browser = playwright.chromium.launch(executable_path=_find("chromium"), args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page without cookies or storage of other tests; an exception uncaught in it fails the test."""
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    uncaught: list[str] = []

    def keep(error: Error) -> None:
        uncaught.append(str(error))

    page.on("pageerror", keep)
    yield page
    # The dashboard's router catches what fails while drawing: that is shown, and is no uncaught exception.
    crashed = page.get_by_text("Unexpected Application Error!").is_visible()
    context.close()
    assert uncaught == []
    assert not crashed


# ---------------------------------------------------------------- the backend's API


@pytest.fixture(scope="module")
def admin_api(playwright: Playwright, backend_url: str) -> Iterator[APIRequestContext]:
    """Speak to the backend as the seeded admin, for what a test needs before its browser starts."""
    anonymous = playwright.request.new_context(base_url=backend_url)
    answer = anonymous.post("/admin/auth/token", data={"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD})
    assert answer.ok, answer.text()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    anonymous.dispose()
    api = playwright.request.new_context(base_url=backend_url, extra_http_headers=headers)
    yield api
    api.dispose()
