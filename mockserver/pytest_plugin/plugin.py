"""The pytest plugin: options, marks, the fixtures `mock_server` and `world`, and what a failing test shows.

Knows pytest; everything heavier is imported by the fixture that needs it.
"""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.pytest_plugin.servers import MockServer, Servers
    from mockserver.pytest_plugin.world import MockWorld

WORLD: "pytest.StashKey[MockWorld]" = pytest.StashKey()
INI = "mock_server_url"
VARIABLE = "MOCK_SERVER_URL"  # `mockserver grade` sets it
MARKS = (
    "mock_scenario(name): the test's world begins with this scenario.",
    "mock_seed(seed): the chance in the test's world is seeded with this number.",
    "mock_personality(name): the test wants a server that is like this real one: medusa-1.20.11.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be against a server that is up."""
    meaning = "use the mockserver that is up at this address, instead of one in this process"
    group = parser.getgroup("mockserver", "mockserver, a fake Medusa backend")
    group.addoption("--mock-server-url", metavar="URL", help=f"{meaning} (also: the variable {VARIABLE})")
    parser.addini(INI, help=f"{meaning}; the option and the variable {VARIABLE} are stronger")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


@pytest.fixture(scope="session")
def mock_servers(pytestconfig: pytest.Config) -> Iterator["Servers"]:
    """Hand out the servers of this run by personality; each is started when a test first asks for it."""
    import os  # noqa: PLC0415  # as all that a run without these fixtures can do without

    from mockserver.pytest_plugin.servers import Servers  # noqa: PLC0415  # the same

    url = pytestconfig.getoption("mock_server_url") or os.environ.get(VARIABLE) or pytestconfig.getini(INI)
    with Servers(url or None) as servers:
        yield servers


@pytest.fixture(scope="session")
def mock_server(mock_servers: "Servers") -> "MockServer":
    """Return the mock server of this run: one in this process, or the one that `--mock-server-url` names."""
    return _fit(mock_servers, None)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator["MockWorld"]:
    """Return a world of the test's own, whose clock stands still; it ends with the test."""
    from mockserver.pytest_plugin.naming import world_name  # noqa: PLC0415  # as above
    from mockserver.pytest_plugin.refusals import MockServerRefused  # noqa: PLC0415  # the same

    personality, seed = _marked(request, "mock_personality"), _marked(request, "mock_seed")
    if personality is None:
        server = request.getfixturevalue("mock_server")  # a project may have one of its own
    else:
        server = _fit(request.getfixturevalue("mock_servers"), personality)
    name = world_name(request.node.nodeid, run=server.run)
    try:
        begun = server.world(name, scenario=_marked(request, "mock_scenario"), seed=seed)
    except MockServerRefused as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with begun:
        request.node.stash[WORLD] = begun
        yield begun
        del request.node.stash[WORLD]


def _fit(servers: "Servers", personality: str | None) -> "MockServer":
    """Return the server with that *personality*; the test is skipped, or fails, when there can be none."""
    from mockserver.pytest_plugin.refusals import PersonalityMissing, ServerUnfit  # noqa: PLC0415  # as above

    try:
        return servers.like(personality)
    except PersonalityMissing as error:
        raise pytest.skip.Exception(str(error)) from None
    except ServerUnfit as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


def _marked(request: pytest.FixtureRequest, mark: str) -> Any:
    """Return what the closest *mark* of the test says, or None."""
    found = request.node.get_closest_marker(mark)
    if found is None:
        return None
    if len(found.args) != 1 or found.kwargs:
        pytest.fail(f"give the mark {mark} one value, as in @pytest.mark.{mark}(...)", pytrace=False)
    return found.args[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of a failing test show what happened in its world."""
    report = yield
    if report.failed and WORLD in item.stash:
        from mockserver.pytest_plugin.telling import told  # noqa: PLC0415  # only a failing test needs it

        report.sections += [
            (f"mock world {each.name}", told(each)) for each in item.stash[WORLD].with_forks()
        ]
    return report
