"""A page that polls with medusa-js, open in two worlds at once, is in each what that world makes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.serving import serving
from tests.test_readme import SERVED_AT, block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from mockserver.pytest_plugin.servers import MockServer

pytestmark = pytest.mark.browser

SOURCES = Path(__file__).parent / "worlds"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a JavaScript project with the page, built from its packages."""
    folder = tmp_path_factory.mktemp("two-worlds")
    for file in SOURCES.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    run("npm", "ci", cwd=folder)
    bundle = ("--bundle", "--format=esm", "--outfile=page.js")
    run("node_modules/.bin/esbuild", "poller.js", *bundle, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def page_url(project: Path) -> Iterator[str]:
    """Serve the page, as the development server of a frontend does."""
    handler = partial(_Quiet, directory=str(project))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it
        """Keep the test output free of a line for each file."""


def run(program: str, *arguments: str, cwd: Path, **environment: str) -> str:
    """Run a program and return what it printed."""
    found = shutil.which(program, path=f"{cwd}:{os.environ['PATH']}") or str(cwd / program)
    done = subprocess.run(  # noqa: S603  # fixed programs
        [found, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def begin_export(page: Page, page_url: str, *, backend: str) -> None:
    """Open the page for a backend, and export the products."""
    page.goto(f"{page_url}/?backend={backend}")
    page.get_by_role("button", name="Export products").click()


def test_two_pages_are_in_two_worlds_at_once(
    browser: Browser, mock_server: MockServer, page_url: str
) -> None:
    with (
        mock_server.world("frozen") as frozen,
        mock_server.world("failing", scenario="fails-in-processing") as failing,
        browser.new_context() as one,
        browser.new_context() as other,
    ):
        failing.clock.run(speed=10)
        waiting, broken = one.new_page(), other.new_page()

        begin_export(waiting, page_url, backend=frozen.url)
        begin_export(broken, page_url, backend=failing.url)

        expect(broken.get_by_role("status")).to_have_text("failed")
        expect(broken.get_by_role("alert")).not_to_be_empty()
        expect(waiting.get_by_role("status")).to_have_text("created")
        frozen.clock.advance_until(frozen.jobs[0], "completed")
        expect(waiting.get_by_role("status")).to_have_text("completed")
        expect(broken.get_by_role("status")).to_have_text("failed")
        expect(waiting.locator("#exports")).to_have_text("1")
        expect(broken.locator("#exports")).to_have_text("1")
        assert [*frozen.log.violations, *failing.log.violations] == []


def test_the_playwright_example_does_what_it_says(project: Path, page_url: str) -> None:
    chromium = shutil.which("chromium")
    assert chromium is not None, "this test needs chromium"

    with serving("--cors", page_url) as url:
        (project / "example.spec.ts").write_text(
            block("ts playwright").replace(SERVED_AT, url), encoding="utf-8"
        )
        printed = run(
            "node_modules/.bin/playwright", "test", cwd=project, PAGE_URL=page_url, CHROMIUM=chromium
        )

    assert "2 passed" in printed
