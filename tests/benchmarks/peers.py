"""The other mock servers, installed with npm into a folder of the benchmark's own, in pinned versions."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.failure import BenchmarkFailed

HERE = Path(__file__).parent
SOURCES = ("package.json", "package-lock.json", ".npmrc")
INSTALL_SECONDS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Where the peers are installed.

    folder: holds their node_modules. node: the program that runs them. versions: by package.
    """

    folder: Path
    node: str
    versions: Mapping[str, str]

    def script(self, package: str, path: str) -> list[str]:
        """Return how *path* of *package* is run: by node itself, so that the process is the server."""
        return [self.node, str(self.folder / "node_modules" / package / path)]


def installed() -> Peers | None:
    """Return the peers, installed now unless they were before. None where there is no npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    content = b"\0".join((HERE / "peers" / name).read_bytes() for name in SOURCES)
    folder = HERE / ".peers" / hashlib.sha256(content).hexdigest()[:16]
    if not folder.is_dir():
        _install(npm, folder)
    asked = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    return Peers(folder=folder, node=node, versions=asked)


def _install(npm: str, folder: Path) -> None:
    """Install into *folder*, which appears only when everything is there."""
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="installing-", dir=folder.parent) as name:
        workplace = Path(name) / "peers"
        workplace.mkdir()
        for source in SOURCES:
            shutil.copy(HERE / "peers" / source, workplace)
        try:
            done = subprocess.run(  # noqa: S603  # a fixed command
                [npm, "ci"],
                cwd=workplace,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=INSTALL_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise BenchmarkFailed(
                f"npm ci took more than {INSTALL_SECONDS} s; try again, or --no-peers"
            ) from None
        if done.returncode != 0:
            raise BenchmarkFailed(f"npm ci failed; --no-peers does without:\n{done.stdout[-2000:]}")
        workplace.rename(folder)
