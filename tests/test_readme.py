"""README keeps its word: its picture is drawn from the documents, and its commands do what it says."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.contract.diagram import mermaid
from mockserver.contract.document import Document
from mockserver.server.personality import MEDUSA_QUIRKS
from tests.serving import ROOT, serving

README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVED_AT = "http://127.0.0.1:9000"


def block(heading: str) -> str:
    """Return the code block of README whose fence says *heading*."""
    found = re.search(rf"^```{re.escape(heading)}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"README has no block ```{heading}"
    return found.group(1)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve on a free port, as README's command does, and give the address."""
    with serving() as address:
        yield address


def run(script: str, *, url: str) -> str:
    """Run a shell block of README against *url* and return what it printed."""
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(  # noqa: S603  # README's own commands
        [bash, "-euo", "pipefail", "-c", script.replace(SERVED_AT, url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_picture_is_drawn_from_the_lifecycle(document: Document) -> None:
    assert block("mermaid").strip() == mermaid(document.lifecycle)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
def test_the_tour_with_curl_does_what_it_says(url: str) -> None:
    printed = run(block("sh tour"), url=url)

    assert printed.startswith("OK")
    assert "There will be 8 products exported by this action" in printed
    assert "Product Id;Product Handle;Product Title" in printed
    assert printed.endswith('{"type":"not_allowed","message":"Cannot cancel completed batch job"}')


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is made with curl")
def test_a_world_is_reached_by_base_url_and_by_header(url: str) -> None:
    printed = run(block("sh worlds"), url=url)

    assert printed == '{"batch_jobs":[],"count":0,"offset":0,"limit":10}' * 2


def test_an_edited_copy_is_served_as_readme_says(tmp_path: Path) -> None:
    script = block("sh spec").splitlines()
    assert script[-1] == ".venv/bin/mockserver serve --spec mine"
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    subprocess.run(["bash", "-c", "\n".join(script[:-1])], cwd=tmp_path, check=True)  # noqa: S603, S607  # README's own

    text = (tmp_path / "mine/schemas/BatchJob.yaml").read_text(encoding="utf-8")

    assert "message: Too late" in text


def test_ci_runs_the_commands_of_readme_word_for_word() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)

    assert [command.rsplit("/", 1)[-1] for command in commands] == [
        "mockserver serve",
        "pytest --numprocesses auto",
    ]


def test_every_quirk_stands_in_the_table_with_what_it_does() -> None:
    rows = re.findall(r"^\| `([a-z][a-z-]+)` \| (.*?) \| .+ \|$", README, re.MULTILINE)

    assert rows == [(quirk.name, quirk.does) for quirk in MEDUSA_QUIRKS.values()]
