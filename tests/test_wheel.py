"""What is shipped is what is tested: the wheel holds the documents, and runs alone."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.serving import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout with the tools of this environment, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)  # noqa: S603  # pip itself
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_document_and_is_typed(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    documents = {
        f"mockserver/{file.relative_to(ROOT).as_posix()}" for file in (ROOT / "openapi").rglob("*.yaml")
    }
    assert documents <= names
    assert {"mockserver/control/openapi/openapi.yaml", "mockserver/simulation/fault.schema.yaml"} <= names
    assert "mockserver/py.typed" in names
    assert {f"mockserver/simulation/scenarios.{each}" for each in ("yaml", "schema.json")} <= names
    assert not [name for name in names if name.startswith("tests/")]


def test_the_wheel_is_a_pytest_plugin(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (entry_points,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))

    assert b"[pytest11]\nmockserver = mockserver.pytest_plugin.plugin\n" in archive.read(entry_points)


def test_the_installed_wheel_serves_its_own_documents(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(installed),
        str(wheel),
    ]
    subprocess.run(command, check=True)  # noqa: S603  # pip itself
    serve = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    with subprocess.Popen(serve, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        with urlopen(f"{url}/openapi.json", timeout=10) as answer:  # noqa: S310  # our own server
            document = answer.read()
        server.terminate()

    assert b"PostBatchJobsBatchJobConfirmProcessing" in document
