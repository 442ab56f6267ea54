"""The checks for somebody's own tests: of the hand-written backend (WSGI), and of our application (ASGI)."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from mockserver.conformance.in_process import Check, Credentials, DoesNotConform, checks
from mockserver.conformance.report import Part
from mockserver.contract.document import Document
from tests.backends.flask_backend import create_app
from tests.conformance.liars import backend

if TYPE_CHECKING:
    from flask import Flask

ADMIN = Credentials(email="admin@example.com", password="supersecret")
MakeChecks = Callable[..., dict[str, Check]]


@pytest.fixture
def checks_of_flask() -> Iterator[MakeChecks]:
    """Return a function that gives the checks of a hand-written backend, and stop its worker at the end."""
    made: list[Flask] = []

    def make(*, defect: str | None = None, parts: tuple[Part, ...]) -> dict[str, Check]:
        app = create_app(defect=defect, pace=0.02)
        made.append(app)
        return {str(each): each for each in checks(app, credentials=ADMIN, parts=parts)}

    yield make
    for app in made:
        app.extensions["worker"].stop()


def test_every_check_of_a_healthy_wsgi_backend_passes(checks_of_flask: MakeChecks) -> None:
    named = checks_of_flask(parts=(Part.JUDGE, Part.LIFECYCLE, Part.LISTS))

    assert list(named) == ["judge", "lifecycle", "lists"]
    assert [check() for check in named.values()] == [None, None, None]  # type: ignore[func-returns-value]  # it raises


def test_the_right_check_of_a_defective_wsgi_backend_fails_and_says_why(checks_of_flask: MakeChecks) -> None:
    named = checks_of_flask(defect="count-of-page", parts=(Part.LIFECYCLE, Part.LISTS))

    named["lifecycle"]()
    with pytest.raises(DoesNotConform, match="count is how many match, on all pages") as caught:
        named["lists"]()
    assert "GetBatchJobs, count: expected" in str(caught.value)
    assert "GET /admin/batch-jobs" in str(caught.value)


def test_a_rule_of_a_part_that_is_not_run_is_told_by_the_first_check(checks_of_flask: MakeChecks) -> None:
    named = checks_of_flask(defect="local-time", parts=(Part.LISTS,))

    with pytest.raises(DoesNotConform, match="The body of an answer keeps its schema"):
        named["lists"]()


def test_every_check_of_an_asgi_application_passes(document: Document) -> None:
    named = checks(backend(document), credentials=ADMIN, document=document, parts=(Part.LIFECYCLE,))

    assert [check() for check in named] == [None]  # type: ignore[func-returns-value]  # it raises


def test_a_check_of_an_application_that_lets_nobody_in_says_so(document: Document) -> None:
    nobody = Credentials(email="admin@example.com", password="wrong")  # no secret
    [check] = checks(backend(document), credentials=nobody, document=document, parts=(Part.LISTS,))

    with pytest.raises(DoesNotConform, match="could not be judged: the target does not let user log in"):
        check()
