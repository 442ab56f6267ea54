"""The oracle: the set of states in which a batch job may still be, narrowed by every answer.

A state is a history: the statuses whose instant is set. Pure; knows nothing of HTTP, and nothing of how fast the
target is: whatever the worker may have done meanwhile is possible, however much it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mockserver.lifecycle import Asker, Lifecycle, Transition

History = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """What is possible of one job. possible: the histories that it may have now; none where the answers contradict."""

    lifecycle: Lifecycle
    dry_run: bool
    possible: frozenset[History]

    @classmethod
    def created(cls, lifecycle: Lifecycle, *, dry_run: bool) -> "Oracle":
        """Return what is possible of a job at the moment of its creation."""
        return cls.at(lifecycle, frozenset({lifecycle.initial}), dry_run=dry_run)

    @classmethod
    def at(cls, lifecycle: Lifecycle, history: History, *, dry_run: bool) -> "Oracle":
        """Return what is possible of a job that was seen with *history* just now."""
        return cls(lifecycle=lifecycle, dry_run=dry_run, possible=frozenset({history}))

    @property
    def statuses(self) -> frozenset[str]:
        """Return the statuses that the job may have."""
        return frozenset(status_of(self.lifecycle, each) for each in self.possible)

    def after_time(self) -> "Oracle":
        """Return what is possible after some time, in which the worker made any moves that it may make, or none."""
        met, waiting = set(self.possible), list(self.possible)
        while waiting:
            history = waiting.pop()
            for after in moved(self.lifecycle, history, dry_run=self.dry_run):
                if after not in met:
                    met.add(after)
                    waiting.append(after)
        return replace(self, possible=frozenset(met))

    def observe(self, history: History) -> "Oracle":
        """Return what is possible once the job was seen with *history*: that alone, or nothing."""
        return replace(self, possible=self.after_time().possible & {history})

    def ask(self, transition: Transition, *, accepted: bool | None) -> "Oracle":
        """Return what is possible once a client asked for *transition*.

        accepted: it was in a status where that may start, at some moment between question and answer; refused: it
        was in none. None: no answer came, so either may be.
        """
        before = self.after_time().possible
        allowed = {each for each in before if status_of(self.lifecycle, each) in transition.starts}
        done = {each | {transition.to} for each in allowed}
        if accepted is None:
            return replace(self, possible=frozenset(before | done))
        return replace(self, possible=frozenset(done if accepted else before - allowed))


def status_of(lifecycle: Lifecycle, history: History) -> str:
    """Return the status that *history* amounts to: the furthest in it."""
    return next(status for status in reversed(lifecycle.statuses) if status in history)


def moved(lifecycle: Lifecycle, history: History, *, dry_run: bool) -> Iterator[History]:
    """Yield what each single move of the worker makes of *history*, failures among them."""
    status = status_of(lifecycle, history)
    for each in lifecycle.asked_by(Asker.WORKER):
        if status in each.starts and each.dry_run in (None, dry_run):
            yield history | {each.to}


def is_at_rest(lifecycle: Lifecycle, status: str, *, dry_run: bool) -> bool:
    """Return whether the worker has nothing more to do with a job of that status."""
    return (status, dry_run) not in lifecycle.moves


def misplaced(lifecycle: Lifecycle, instants: Mapping[str, datetime], *, dry_run: bool) -> str | None:
    """Return the status whose instant does not fit when a job's life is told by its *instants*, by status; or None.

    In the order of their instants, each has to be a transition that may start where the one before led. Of those at
    the same instant any order will do. It is the first that does not fit in the telling that gets furthest.
    """
    if not _is_ladder(lifecycle) or lifecycle.initial not in instants:
        return None
    order = sorted(instants, key=lambda status: (instants[status], lifecycle.statuses.index(status)))
    reached = _furthest(lifecycle, instants, frozenset(), dry_run=dry_run)
    left = [status for status in order if status not in reached]
    return left[0] if left else None


def _furthest(
    lifecycle: Lifecycle, instants: Mapping[str, datetime], told: History, *, dry_run: bool
) -> History:
    left = instants.keys() - told
    if not left:
        return told
    earliest = min(instants[status] for status in left)
    best = told
    for status in (each for each in lifecycle.statuses if each in left and instants[each] == earliest):
        if _may_follow(lifecycle, told, status, dry_run=dry_run):
            best = max(best, _furthest(lifecycle, instants, told | {status}, dry_run=dry_run), key=len)
    return best


def _may_follow(lifecycle: Lifecycle, told: History, status: str, *, dry_run: bool) -> bool:
    if not told:
        return status == lifecycle.initial
    now = status_of(lifecycle, told)
    return any(
        each.to == status and now in each.starts and each.dry_run in (None, dry_run)
        for each in lifecycle.transitions.values()
    )


def _is_ladder(lifecycle: Lifecycle) -> bool:
    """Return whether no job comes by the worker's or the client's doing back to a status that it has left.

    Where one does, an instant may have been set twice, and does not tell the first time.
    """
    rank = {status: number for number, status in enumerate(lifecycle.statuses)}
    return all(
        each.to == start or rank[each.to] > rank[start] or _ends(lifecycle, each.to)
        for each in lifecycle.transitions.values()
        for start in each.starts
    )


def _ends(lifecycle: Lifecycle, status: str) -> bool:
    """Return whether whoever comes to *status* stays, but for transitions that lead to such a status again."""
    return not any(
        status in each.starts and each.by is Asker.WORKER for each in lifecycle.transitions.values()
    )
