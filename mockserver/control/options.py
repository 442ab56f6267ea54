"""What the command line may say of worlds, their clocks and who may steer them; and what comes of it.

Knows argparse, and loads what is heavy only when it serves.
"""

import argparse
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from mockserver.contract.instants import read_instant
from mockserver.simulation.duration import DurationUnreadable, duration_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockserver.contract.document import Document
    from mockserver.server.settings import Settings
    from mockserver.simulation.clock import Clock
    from mockserver.simulation.worlds import Worlds

VARIABLE = "MOCKSERVER_CONTROL_TOKEN"
FROZEN = "frozen"
TOKEN_BYTES = 16


def add_options(serve: argparse.ArgumentParser) -> None:
    """Add the options to the verb `serve`."""
    time = serve.add_argument_group("worlds and their time")
    time.add_argument(
        "--clock",
        type=_speed,
        default=1.0,
        metavar="SPEED",
        help="seconds that pass in a world in one; frozen stands still (default: 1)",
    )
    time.add_argument(
        "--at",
        type=_instant,
        metavar="INSTANT",
        help="what time it is in a world at the start, such as 2026-11-22T01:44:43Z (default: now)",
    )
    time.add_argument(
        "--worlds", type=_count, metavar="N", help="how many worlds there may be at once (default: 2000)"
    )
    time.add_argument(
        "--world-idle",
        type=_duration,
        metavar="DURATION",
        help="how long a world is kept that nobody asks for, such as PT30M (default: PT1H)",
    )
    control = serve.add_argument_group("control")
    control.add_argument(
        "--no-control", action="store_true", help="serve nothing below /_mock, and keep no log of exchanges"
    )
    control.add_argument(
        "--control-token",
        default=os.environ.get(VARIABLE) or None,  # to some tools an empty variable is an unset one
        type=_token,
        metavar="TEXT",
        help="demand this token below /_mock (default: none on a loopback address, elsewhere a random one; "
        f"variable {VARIABLE})",
    )


def clock_of(options: argparse.Namespace) -> "Clock":
    """Return the clock of the world with which a server begins."""
    from mockserver.simulation.clock import Clock  # noqa: PLC0415  # only those who serve need it

    return Clock(start=options.at, speed=options.clock)


def bounds_of(options: argparse.Namespace) -> tuple[int, timedelta]:
    """Return how many worlds there may be, and how long one is kept that nobody asks for."""
    from mockserver.simulation.worlds import IDLE, MOST  # noqa: PLC0415  # only those who serve need it

    return options.worlds or MOST, IDLE if options.world_idle is None else options.world_idle


@dataclass(frozen=True, slots=True)
class Control:
    """What steers a server. token: what is demanded; None where nothing is."""

    token: str | None

    @classmethod
    def of(cls, options: argparse.Namespace, *, address: str) -> "Control | None":
        """Return the control of a server that listens on *address*; None where none is wanted."""
        from mockserver.control.access import is_loopback  # noqa: PLC0415  # only those who serve need it

        if options.no_control:
            return None
        is_open = options.control_token is None and is_loopback(address)
        return cls(None if is_open else options.control_token or secrets.token_urlsafe(TOKEN_BYTES))

    def around(
        self, app: "ASGIApp", document: "Document", worlds: "Worlds", settings: "Settings"
    ) -> "ASGIApp":
        """Return *app*, which serves *worlds* by *document*, with this control below `/_mock`."""
        from mockserver.control.access import Access  # noqa: PLC0415  # only those who serve need it
        from mockserver.control.door import Door  # noqa: PLC0415  # the same

        access = Access(token=self.token, is_local=self.token is None, origins=frozenset(settings.cors))
        return Door(app, partial(_built, document, worlds, settings, access))

    def greeting(self, url: str) -> str:
        """Return the line that says how to steer the server at *url*."""
        demanded = "" if self.token is None else f"; Authorization: Bearer {self.token}"
        return f"control      {url}/_mock{demanded}"


def _built(document: "Document", worlds: "Worlds", settings: "Settings", access: Any) -> "ASGIApp":
    from mockserver.control.app import build_control  # noqa: PLC0415  # when somebody first steers

    return build_control(document, worlds, settings, access=access)


# ---- what the words say


def _speed(text: str) -> float:
    try:
        speed = 0.0 if text == FROZEN else float(text)
    except ValueError:
        speed = -1
    if not 0 <= speed <= 1e6:  # noqa: PLR2004  # simulation.clock.FASTEST
        message = f"{text!r} is no speed; give a number from 0 to 1000000, or frozen"
        raise argparse.ArgumentTypeError(message)
    return speed


def _instant(text: str) -> datetime:
    instant = read_instant(text, epoch=False)
    if instant is None or not 1970 <= instant.year < 9000:  # noqa: PLR2004  # what clocks can show
        message = f"{text!r} is no instant from 1970 to 8999; write 2026-11-22T01:44:43Z"
        raise argparse.ArgumentTypeError(message)
    return instant


def _duration(text: str) -> timedelta:
    try:
        return duration_of(text)
    except DurationUnreadable as error:
        message = f"{text!r} is no duration; write PT30M, PT1H or P1D"
        raise argparse.ArgumentTypeError(message) from error


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**6:
        message = f"{text!r} is no number of worlds; give one from 1 to 1000000"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _token(text: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError("it must be letters, digits and signs of ASCII, without a space")
    return text
