"""What has happened in one world since somebody first wanted to know, as events, each with a number.

Knows worlds, and nothing of who reads it. It looks only when it is asked to, and looking changes nothing.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from mockserver.control.log_entries import LogEntries
from mockserver.control.showing import shown_clock, shown_move
from mockserver.simulation.course import Moved
from mockserver.simulation.world import World

MOST_EVENTS = 1000
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. number: within its journal, from 1. kind: transition, exchange or clock."""

    number: int
    kind: str
    payload: dict[str, Any]


class Journal:
    """The events of one world. Mutable, and bounded: it forgets what came first."""

    def __init__(self, world: World, entries: LogEntries, *, name: str) -> None:
        """Begin now. name: of the journal itself, so that its numbers are not taken for those of another."""
        self.name = name
        self._entries = entries
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._numbered = 0
        self._exchanges = world.log.added
        self._setting = world.clock.setting
        self._until = world.settle()
        # what happened at the last instant that was looked at: more may have happened in it since
        self._at_last = set(self._moved_at(world, self._until))

    def look(self, world: World) -> int:
        """Take up what has happened in *world* since the last look; return the latest event's number."""
        happened: list[tuple[datetime, str, dict[str, Any]]] = []
        since, now = self._until, world.settle()
        if now < since:  # it was set to begin earlier
            since, self._at_last = now, set()
        moves = world.transitions(after=since - MOMENT, until=now)
        happened += [(each.at, "transition", shown_move(each)) for each in moves if each not in self._at_last]
        self._at_last = {each for each in moves if each.at == now} | (
            self._at_last if now == since else set()
        )
        self._until = now
        for number, entry in world.log.after(self._exchanges):
            happened.append((entry.at, "exchange", self._entries.shown(number, entry)))
        self._exchanges = world.log.added
        happened.sort(key=lambda each: each[0])
        for _, kind, payload in happened:
            self._add(kind, payload)
        if world.clock.setting != self._setting:
            self._setting = world.clock.setting
            self._add("clock", shown_clock(world))
        return self._numbered

    def after(self, number: int) -> Iterator[Event]:
        """Yield the events after the one with *number*, as far as they are known."""
        yield from [each for each in self._events if each.number > number]

    def _add(self, kind: str, payload: dict[str, Any]) -> None:
        self._numbered += 1
        self._events.append(Event(number=self._numbered, kind=kind, payload=payload))

    @staticmethod
    def _moved_at(world: World, at: datetime) -> list[Moved]:
        return world.transitions(after=at - MOMENT, until=at)


class Journals:
    """The journals of all worlds of which somebody wanted to know. Mutable."""

    def __init__(self, entries: LogEntries) -> None:
        self._entries = entries
        self._names = count(1)
        self._by_world: WeakKeyDictionary[World, Journal] = WeakKeyDictionary()

    def of(self, world: World) -> Journal:
        """Return the journal of *world*, which begins now if there is none."""
        journal = self._by_world.get(world)
        if journal is None:
            journal = Journal(world, self._entries, name=str(next(self._names)))
            self._by_world[world] = journal
        return journal
