"""The worlds of one server, by name. Knows what becomes of them, not what happens in them, and no HTTP.

Mutable. A world begins when it is first asked for, as a copy of the world `template`, and is forgotten when
nobody has asked for it for a while. Copies share what neither has changed, so that one takes a moment,
whatever the number of jobs in it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from time import monotonic

from mockserver.simulation.refusals import (
    TooManyWorlds,
    WorldExists,
    WorldLasts,
    WorldNameRefused,
    WorldUnknown,
)
from mockserver.simulation.world import World

DEFAULT, TEMPLATE = "default", "template"
LASTING = (DEFAULT, TEMPLATE)
MOST = 2000  # worlds; one in which little has happened takes about 60 KB
IDLE = timedelta(hours=1)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


class Worlds:
    """All worlds of a server."""

    def __init__(
        self,
        default: World,
        *,
        most: int = MOST,
        idle: timedelta = IDLE,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """Take in the world of those who name none, in which nothing has happened yet.

        most: how many worlds there may be, besides those that last. idle: how long one is kept that nobody
        asks for. seconds: tells how many have passed, in real time.
        """
        self.default = default
        self._pristine = default.forked()
        self._by_name = {DEFAULT: default, TEMPLATE: default.forked()}
        self._most, self._idle, self._seconds = most, idle.total_seconds(), seconds
        self._used: dict[str, float] = {}  # when each world was last asked for, the longest ago first

    def __getitem__(self, name: str) -> World:
        """Return the world *name*, which begins now if there is none.

        Raises WorldNameRefused or TooManyWorlds.
        """
        if name not in LASTING and not self._is_used(name):
            self._add(name, self._by_name[TEMPLATE].forked())
        return self._by_name[name]

    def known(self) -> Mapping[str, World]:
        """Return all worlds that there are: those that last, then the others, the longest unused first."""
        self._forget_idle()
        return {name: self._by_name[name] for name in (*LASTING, *self._used)}

    def existing(self, name: str) -> World:
        """Return the world *name*. Raises WorldUnknown."""
        if name not in LASTING and not self._is_used(name):
            raise WorldUnknown(name)
        return self._by_name[name]

    def fork(self, name: str, *, into: str) -> World:
        """Return a copy of the world *name* under another name: `template` lets it be what others begin as.

        Raises WorldUnknown, WorldNameRefused, WorldExists or TooManyWorlds.
        """
        fork = self.existing(name).forked()
        if into == TEMPLATE and name != TEMPLATE:
            self._put(TEMPLATE, fork)
            return fork
        if into in LASTING or self._is_used(into):
            raise WorldExists(into)
        self._add(into, fork)
        return fork

    def reset(self, name: str) -> World:
        """Return the world *name*, beginning anew. The template becomes again what it was at the start.

        Raises WorldNameRefused or TooManyWorlds where there was none.
        """
        fresh = self._pristine if name == TEMPLATE else self._by_name[TEMPLATE]
        return self.restore(name, fresh.forked())

    def restore(self, name: str, world: World) -> World:
        """Put *world* in the place of the one that has the *name*, or under a new one.

        Raises WorldNameRefused or TooManyWorlds.
        """
        if name in LASTING or self._is_used(name):
            self._put(name, world)
        else:
            self._add(name, world)
        return world

    def delete(self, name: str) -> None:
        """Forget the world *name*. Raises WorldUnknown, or WorldLasts."""
        if name in LASTING:
            raise WorldLasts(name)
        self.existing(name).log.close()
        del self._by_name[name], self._used[name]

    def _is_used(self, name: str) -> bool:
        """Return whether there is a world *name*, and note that somebody asked for it."""
        used, now = self._used.pop(name, None), self._seconds()
        if used is None:
            return False
        if now - used > self._idle:
            self._by_name.pop(name).log.close()
            return False
        self._used[name] = now
        return True

    def _add(self, name: str, world: World) -> None:
        if NAME.fullmatch(name) is None:
            raise WorldNameRefused(name)
        if len(self._used) >= self._most:
            self._forget_idle()
        if len(self._used) >= self._most:
            raise TooManyWorlds(self._most)
        self._used[name] = self._seconds()
        self._by_name[name] = world

    def _put(self, name: str, world: World) -> None:
        self._by_name[name].log.close()
        self._by_name[name] = world
        if name == DEFAULT:
            self.default = world

    def _forget_idle(self) -> None:
        """Forget the worlds that nobody has asked for lately."""
        latest = self._seconds() - self._idle
        while self._used and self._used[name := next(iter(self._used))] < latest:
            del self._used[name]
            self._by_name.pop(name).log.close()
