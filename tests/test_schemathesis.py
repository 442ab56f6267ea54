"""Schemathesis, with the shipped configuration, finds nothing in the default personality.

A short run: README says how to make a whole one, and `.ci/run` makes it.
"""

import subprocess
import sys
from pathlib import Path

from tests.serving import ROOT, serving


def test_a_short_run_of_schemathesis_finds_nothing(tmp_path: Path) -> None:
    program = str(Path(sys.executable).with_name("st"))
    options = ["--phases", "examples,fuzzing,stateful", "--max-examples", "10", "--seed", "1", "--no-color"]
    configuration = ["--config-file", str(ROOT / "openapi/schemathesis.toml")]

    with serving("--scenario", "instant") as url:
        command = [program, *configuration, "run", str(ROOT / "openapi/openapi.yaml"), "--url", url, *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stdout
