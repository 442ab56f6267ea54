"""The clock of a test's world, which moves when the test says so. Asks the control API."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mockserver.pytest_plugin.control import Control
from mockserver.pytest_plugin.seen import Job, Moved, id_of, instant_of


class WorldClock:
    """What time it is in one world. Whatever is due by then has happened, each thing at its own instant."""

    def __init__(self, control: Control, *world: str) -> None:
        self._control, self._path = control, (*world, "clock")

    @property
    def now(self) -> datetime:
        """Return the present instant: aware, UTC."""
        return instant_of(self._control.ask("GET", *self._path)["now"])

    @property
    def speed(self) -> float:
        """Return how many of its seconds pass in one real one; 0 when it stands still."""
        return float(self._control.ask("GET", *self._path)["speed"])

    def advance(self, by: timedelta | float | str) -> Sequence[Moved]:
        """Move it forward, and return what happened to batch jobs meanwhile, the oldest first.

        by: a timedelta, seconds, or a duration as ISO 8601 writes it, `PT30S`.
        """
        return self._moved({"by": by if isinstance(by, str) else _duration(by)})

    def jump(self, to: datetime | str) -> Sequence[Moved]:
        """Move it forward to an instant, aware or as JSON writes it; return as `advance` does."""
        return self._moved({"to": to if isinstance(to, str) else to.isoformat()})

    def advance_to_next(self) -> Sequence[Moved]:
        """Move it to the next instant at which a worker moves a batch job; return as `advance` does."""
        return self._moved({"until": "next-transition"})

    def advance_until(self, job: str | Job | Mapping[str, Any], status: str) -> Sequence[Moved]:
        """Move it to the instant at which *job* reaches *status*; return as `advance` does."""
        return self._moved({"until": {"batch_job": id_of(job), "status": status}})

    def run(self, speed: float = 1) -> None:
        """Let it run. speed: its seconds for each real one."""
        self._control.ask("PATCH", *self._path, body={"speed": speed})

    def freeze(self) -> None:
        """Let it stand still."""
        self._control.ask("PATCH", *self._path, body={"frozen": True})

    def _moved(self, how: Mapping[str, Any]) -> Sequence[Moved]:
        answer = self._control.ask("POST", *self._path, "advance", body=how)
        return [Moved.of(each) for each in answer["transitions"]]


def _duration(by: timedelta | float) -> str:
    """Return *by*, a timedelta or seconds, as ISO 8601 writes it."""
    microseconds = (by if isinstance(by, timedelta) else timedelta(seconds=by)) // timedelta(microseconds=1)
    sign = "-" if microseconds < 0 else ""
    return f"{sign}PT{abs(microseconds) // 10**6}.{abs(microseconds) % 10**6:06}S"
