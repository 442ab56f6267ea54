"""Schemathesis finds nothing in the control either, by its own document. A short run, with a fixed seed."""

import subprocess
import sys
from pathlib import Path

from tests.serving import ROOT, serving


def test_a_short_run_of_schemathesis_finds_nothing(tmp_path: Path) -> None:
    program = str(Path(sys.executable).with_name("st"))
    options = [
        "--phases",
        "examples,coverage,fuzzing,stateful",
        "--max-examples",
        "10",
        "--seed",
        "1",
        "--no-color",
    ]
    configuration = ["--config-file", str(ROOT / "mockserver/control/openapi/schemathesis.toml")]

    with serving("--worlds", "20") as url:
        command = [program, *configuration, "run", f"{url}/_mock/openapi.json", *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stdout
