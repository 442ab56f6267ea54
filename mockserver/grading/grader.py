"""Grading a test suite: which of the defects it notices. Knows nothing of how a grade is shown."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mockserver.grading.defect import Defect
from mockserver.grading.suite import Ended, GradingError, run_against

HEALTHY_SECONDS = 600  # for the first run, when nothing is known of the suite
LEAST_SECONDS, TIMES = 30, 10  # a run against a defect may take ten times as long as the healthy one
LAST_LINES = 15


class Outcome(StrEnum):
    """What became of a run against a defect."""

    NOTICED = "noticed"
    TIMED_OUT = "timed out"
    SURVIVED = "not noticed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the suite against one defect. seconds: how long it took. output: what it wrote."""

    defect: Defect
    outcome: Outcome
    seconds: float
    output: str

    @property
    def noticed(self) -> bool:
        """Return whether the suite told the defect from the healthy server.

        A suite that had to be ended counts: it did end against the healthy server, in a tenth of the time.
        """
        return self.outcome is not Outcome.SURVIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What a suite is worth. runs: one for each defect, in the table's order."""

    command: Sequence[str]
    scenario: str
    runs: Sequence[Run]

    @property
    def noticed(self) -> int:
        """Return how many defects the suite noticed."""
        return sum(run.noticed for run in self.runs)

    @property
    def percent(self) -> float:
        """Return which part of the defects the suite noticed, in percent."""
        return 100 * self.noticed / len(self.runs)

    @property
    def survivors(self) -> Iterator[Run]:
        """Yield the runs that noticed nothing."""
        return (run for run in self.runs if not run.noticed)


def grade(
    command: Sequence[str],
    defects: Sequence[Defect],
    *,
    scenario: str,
    workers: int,
    timeout: float | None,
    told: Callable[[Run], None],
) -> Grade:
    """Return the grade of the suite that *command* runs. Raises GradingError.

    First the suite has to pass against the healthy server, alone; then once more in the crowd, so that one
    that fails because the machine is busy is not taken for one that notices everything.

    workers: runs at a time. timeout: seconds for each run; None for ten times what the healthy one took, and
    30 at least. told: called after each run. Ctrl-C and SIGTERM end all processes; KeyboardInterrupt then.
    """
    try:
        return asyncio.run(_graded(command, defects, scenario, workers, timeout, told))
    except asyncio.CancelledError as terminated:
        raise KeyboardInterrupt from terminated


async def _graded(  # those of `grade`, which has them as keywords
    command: Sequence[str],
    defects: Sequence[Defect],
    scenario: str,
    workers: int,
    timeout: float | None,  # noqa: ASYNC109  # of processes, which have to be ended
    told: Callable[[Run], None],
) -> Grade:
    _end_as_for_interrupt()
    alone = await run_against(None, command, scenario=scenario, within=timeout or HEALTHY_SECONDS)
    _check(alone, "fails against the healthy server; mend it first")
    bound = timeout or max(LEAST_SECONDS, TIMES * alone.seconds)
    turns = asyncio.Semaphore(workers)

    async def control() -> None:
        async with turns:
            crowded = await run_against(None, command, scenario=scenario, within=bound)
        _check(crowded, "passes alone, but fails in the crowd; give it fewer --workers or a longer --timeout")

    async def run(defect: Defect) -> Run:
        async with turns:
            ended = await run_against(defect.name, command, scenario=scenario, within=bound)
        done = Run(defect=defect, outcome=_outcome(ended), seconds=ended.seconds, output=ended.output)
        told(done)
        return done

    runs = [asyncio.ensure_future(run(each)) for each in defects]
    waiting = [asyncio.ensure_future(control()), *runs]
    try:
        await asyncio.gather(*waiting)
    finally:
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)  # until all processes have ended
    return Grade(command=command, scenario=scenario, runs=[each.result() for each in runs])


def _end_as_for_interrupt() -> None:
    """Have SIGTERM end this and all processes as Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  # a coroutine is run by one
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _outcome(ended: Ended) -> Outcome:
    if ended.status is None:
        return Outcome.TIMED_OUT
    return Outcome.SURVIVED if ended.status == 0 else Outcome.NOTICED


def _check(ended: Ended, complaint: str) -> None:
    if ended.status == 0:
        return
    how = f"exit status {ended.status}" if ended.status is not None else f"ended after {ended.seconds:.0f} s"
    last = "\n".join(ended.output.rstrip().splitlines()[-LAST_LINES:])
    where = "its last lines are above" if last else "it wrote nothing"
    raise GradingError(f"the suite {complaint} ({how}); {where}", output=last)
