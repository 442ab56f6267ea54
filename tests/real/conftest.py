"""Fixtures: a real Medusa for the session, and a fresh shop in it for each test.

When one cannot be started, pytest reports an error of the fixture and no failure of a test.
"""

from collections.abc import Iterator

import pytest

from tests.real.running import MigratedMedusa, migrated_medusa


@pytest.fixture(scope="session")
def migrated() -> Iterator[MigratedMedusa]:
    """Return a Medusa whose packages, database and tables are there."""
    with migrated_medusa() as backend:
        yield backend


@pytest.fixture
def medusa(migrated: MigratedMedusa) -> Iterator[str]:
    """Return the address of a Medusa that serves a shop in which nothing has happened yet."""
    with migrated.serving() as url:
        yield url
