"""Errands: what is done with one job after another, many at a time, so that the waiting is shared.

An errand is a generator. It does what it can at once, and yields what it waits for; it goes on when that
has come, or when it never will. Knows nothing of rules: whatever an errand sees, the witness sees too.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from mockserver.conformance.biography import Biography
from mockserver.conformance.recipes import NotMade, Workshop
from mockserver.conformance.target import NoAnswer, OutOfTime, path_of
from mockserver.conformance.witness import RETRIEVE

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.02, 0.25, 1.4
SILENCES = 2  # in a row, after which the target is taken for gone
FEWEST, MOST = 10, 40  # errands side by side
SECONDS_PER_ROUND = 0.2  # in which the job of every errand has to be looked at once, or there are too many


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What an errand waits for: that *until* says so of *job*. at_least: seconds to let pass in any case."""

    job: Biography
    until: Callable[[Biography], bool]
    at_least: float = 0.0


Errand = Generator[Wait, bool, None]
"""What is sent in is whether that which was waited for has come."""


class TargetGone(Exception):
    """The target does not answer any more; the message says since when."""


@dataclass(kw_only=True)
class _Running:
    """An errand under way. Mutable. due: when to look again."""

    errand: Errand
    wait: Wait
    since: float
    due: float
    pause: float = FIRST_PAUSE
    polls: int = 0


@dataclass(kw_only=True)
class Runner:
    """Runs errands side by side, until all are done or the time is up. Mutable.

    impatient: says of a job whether nothing will come of it any more. cut: how many errands were left undone.
    """

    workshop: Workshop
    ends: float
    impatient: Callable[[Biography], bool]
    cut: int = 0
    troubles: set[str] | None = None

    def run(self, errands: Iterable[Errand]) -> None:
        """Run *errands*, each begun in turn."""
        clock = self.workshop.target.clock
        waiting = iter(errands)
        running: list[_Running] = []
        try:
            while clock() < self.ends:
                running += self._begin(waiting, self._together() - len(running))
                if not running:
                    break
                running = [each for each in map(self._look, running) if each is not None]
                self._pause(running)
        except OutOfTime:
            self.cut += 1
        self.cut += len(running)
        for each in running:
            each.errand.close()
        self.cut += sum(1 for _ in waiting)

    def _together(self) -> int:
        """Return how many errands may run side by side: the more, the quicker the target answers.

        What one waits for is missed where the jobs of too many others have to be looked at first.
        """
        pace = self.workshop.target.pace
        return max(FEWEST, min(MOST, int(SECONDS_PER_ROUND / pace))) if pace else FEWEST

    def _begin(self, waiting: Iterator[Errand], room: int) -> list[_Running]:
        """Begin as many of the errands that wait as there is room for."""
        begun = (self._advance(errand, came=None) for errand in islice(waiting, max(room, 0)))
        return [each for each in begun if each is not None]

    def _pause(self, running: list[_Running]) -> None:
        """Sleep until the first of *running* is due."""
        clock = self.workshop.target.clock
        pause = min((each.due for each in running), default=clock()) - clock()
        if pause > 0:
            self.workshop.target.sleep(min(pause, max(self.ends - clock(), 0.0)))

    def _look(self, running: _Running) -> _Running | None:
        """Look at the job that an errand waits for, when it is due, and let the errand go on when it can."""
        target, wait = self.workshop.target, running.wait
        now = target.clock()
        if now < running.due:
            return running
        try:
            look(self.workshop, wait.job, poll=running.polls > 0)
        except NoAnswer as error:
            self._silent(error)
        running.polls += 1
        has_come = wait.until(wait.job)
        if now - running.since >= wait.at_least and (has_come or self._is_hopeless(wait.job, running)):
            return self._advance(running.errand, came=has_come)
        running.pause = min(running.pause * GROWTH, LONGEST_PAUSE)
        running.due = target.clock() + running.pause
        return running

    def _is_hopeless(self, job: Biography, running: _Running) -> bool:
        return running.polls > 1 and (self.workshop.witness.at_rest(job) or self.impatient(job))

    def _advance(self, errand: Errand, *, came: bool | None) -> _Running | None:
        try:
            wait = next(errand) if came is None else errand.send(came)
        except StopIteration:
            return None
        except NotMade as error:
            self._note(f"a job could not be made: {error}")
            return None
        except NoAnswer as error:
            self._silent(error)
            return None
        now = self.workshop.target.clock()
        return _Running(errand=errand, wait=wait, since=now, due=now)

    def _silent(self, error: NoAnswer) -> None:
        self._note(f"requests were not answered: {error}")
        if self.workshop.target.silent_in_a_row >= SILENCES:
            raise TargetGone(str(error)) from error

    def _note(self, text: str) -> None:
        if self.troubles is not None:
            self.troubles.add(text)


def look(workshop: Workshop, job: Biography, *, poll: bool = False) -> None:
    """Retrieve *job*, so that the witness sees how it stands."""
    path = path_of(workshop.path(RETRIEVE), id=job.id)
    workshop.target.get(path, by=job.created.by, poll=poll)
