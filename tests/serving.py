"""The server as a user starts it: a process of its own, on a free port."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """Run `mockserver serve` with *options* on a free port, and give its address as it prints it."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:  # noqa: S603  # our own
        assert server.stdout is not None
        first_line = server.stdout.readline()
        try:
            yield first_line.split()[-1]
        finally:
            server.terminate()
