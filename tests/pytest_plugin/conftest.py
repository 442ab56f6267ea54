"""Projects that are not ours, as pytester makes them; the examples are such a project's, and run in one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.pytest_plugin.naming import world_name
from mockserver.pytest_plugin.servers import MockServer
from mockserver.pytest_plugin.world import MockWorld
from tests.serving import serving

collect_ignore = ["examples"]
EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture(scope="package")
def url() -> Iterator[str]:
    """Serve in a process of its own, and give the address."""
    with serving() as address:
        yield address


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Return a project that is not ours, which holds nothing yet.

    It is run in processes of its own: in this one pytester would unload what it has imported, and httpx then
    does not know its own exceptions.
    """
    for variable in ("MOCK_SERVER_URL", "MOCKSERVER_API_TOKEN", "MOCKSERVER_CONTROL_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    # installed beside ours, and slow to start
    monkeypatch.setenv(
        "PYTEST_ADDOPTS", "-p no:schemathesis -p no:hypothesispytest -p no:anyio -p no:randomly"
    )
    return pytester


@pytest.fixture
def examples(project: pytest.Pytester) -> pytest.Pytester:
    """Return a project with the examples that pass."""
    for name in ("test_marks.py", "test_time.py", "test_worlds.py"):
        project.path.joinpath(name).write_bytes((EXAMPLES / name).read_bytes())
    return project


@pytest.fixture
def world(mock_server: MockServer, request: pytest.FixtureRequest) -> Iterator[MockWorld]:
    """Return a world of the test's own; our other tests have one without a server."""
    with mock_server.world(world_name(request.node.nodeid, run="ours")) as begun:
        yield begun
