"""The last look at the jobs of a run: what was not looked at any more is not said to be stuck."""

import time
from dataclasses import dataclass

import httpx

from mockserver.conformance.in_process import transport_of
from mockserver.conformance.inquiry import Credentials
from mockserver.conformance.report import Part
from mockserver.conformance.run import Conformance, Options
from mockserver.contract.document import Document
from tests.conformance.liars import backend

LATER = 1000.0  # seconds: more than a run has


@dataclass
class Leaping:
    """A clock that is much later as soon as the last look begins."""

    leapt: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.leapt

    def progress(self, said: str) -> None:
        self.leapt = max(self.leapt, LATER * said.startswith("a last look"))


def test_a_job_that_there_was_no_time_to_look_at_again_is_not_said_to_be_stuck(document: Document) -> None:
    clock = Leaping()
    options = Options(
        url="http://in-process",
        credentials=Credentials(token="tok_admin_0123456789"),
        max_time=8,
        parts=(Part.JUDGE,),
        progress=clock.progress,
    )

    with httpx.Client(
        transport=transport_of(backend(document, scenario="slow")), base_url=options.url
    ) as client:
        report = Conformance(document=document, options=options, client=client, clock=clock).run()

    assert "The last look at the jobs was cut short." in report.notes
    assert report.violations == ()
