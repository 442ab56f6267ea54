"""README's tour with medusa-js: Medusa's own client, unmodified, works against the server."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.serving import serving
from tests.test_readme import SERVED_AT, block

pytestmark = pytest.mark.browser

CLIENT = Path(__file__).parent / "medusa-js"


def run(program: str, *arguments: str, cwd: Path) -> str:
    """Run an installed program and return what it printed."""
    found = shutil.which(program)
    assert found is not None, f"this test needs {program}"
    done = subprocess.run(  # noqa: S603  # fixed programs
        [found, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_tour_with_medusa_js_does_what_it_says(tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(CLIENT / name, tmp_path)
    run("npm", "ci", cwd=tmp_path)

    with serving() as url:
        (tmp_path / "tour.mjs").write_text(block("js tour").replace(SERVED_AT, url), encoding="utf-8")
        printed = run("node", "tour.mjs", cwd=tmp_path).splitlines()

    statuses = list(dict.fromkeys(line.split()[0] for line in printed[:-1]))
    assert statuses == ["created", "pre_processed", "confirmed", "processing", "completed"]
    assert printed[-1].startswith("Product Id;Product Handle;Product Title")
