"""`mockserver conform` on the real Medusa finds what is known of it, and on the look-alike finds the same."""

import pytest

from mockserver.conformance.known import find, read
from mockserver.server.personality import MEDUSA
from tests.real.judging import Judged, conform, told_of
from tests.real.running import MigratedMedusa
from tests.serving import serving

pytestmark = pytest.mark.real

SOMETIMES = frozenset(each.violation for each in read(find(MEDUSA)) if each.sometimes)
ALWAYS = frozenset(each.violation for each in read(find(MEDUSA))) - SOMETIMES


@pytest.fixture(scope="session")
def real(migrated: MigratedMedusa) -> Judged:
    """Return what is said of the real server."""
    return told_of(migrated.serving)


@pytest.fixture(scope="session")
def look_alike() -> Judged:
    """Return what is said of the look-alike."""
    with serving("--like", MEDUSA) as url:
        return conform(url)


def test_nothing_is_found_on_the_real_medusa_that_is_not_known(real: Judged) -> None:
    assert real.new == ()
    assert real.exit_code == 0


def test_all_that_is_known_of_the_real_medusa_is_found_on_it(real: Judged) -> None:
    assert real.stale == ()
    assert ALWAYS - real.known == frozenset()


def test_the_same_is_found_on_the_look_alike(real: Judged, look_alike: Judged) -> None:
    assert look_alike.new == ()
    assert look_alike.exit_code == 0
    assert look_alike.known - SOMETIMES == real.known - SOMETIMES
