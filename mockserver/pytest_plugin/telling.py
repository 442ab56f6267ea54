"""What is shown of a world when its test fails: exchanges, the lifecycle of each job, violations. Plain text.

Knows what a person wants to read, and keeps to the width of the terminal.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from mockserver.pytest_plugin.refusals import MockServerRefused
from mockserver.pytest_plugin.seen import Exchange, Job
from mockserver.pytest_plugin.world import MockWorld

MOST_EXCHANGES = 50  # shown, the last ones
REFUSED = 400  # from this status on an exchange is shown with its bodies
NARROWEST = 60
LONGEST = 500  # letters of a body
BELOW = " " * 10  # the status of an exchange begins there
JOBS, EXCHANGES = "batch jobs", "exchanges"


def told(world: MockWorld) -> str:
    """Return what happened in *world*, in lines as wide as the terminal."""
    width = max(NARROWEST, shutil.get_terminal_size().columns)
    try:
        return "\n".join(lines(world.log, world.jobs, width=width))
    except MockServerRefused as error:
        return f"it cannot be looked at: {error}"


def lines(exchanges: Sequence[Exchange], jobs: Sequence[Job], *, width: int) -> Iterator[str]:
    """Yield the lines that tell of *exchanges* and *jobs*, each so long after the first instant."""
    instants = [
        *(each.at for each in exchanges),
        *(moved.at for job in jobs for moved in job.course),
    ]
    offset = partial(_offset, since=min(instants, default=datetime.now(UTC)))
    yield _headline(EXCHANGES, len(exchanges))
    for exchange in exchanges[-MOST_EXCHANGES:]:
        question = f"?{exchange.query}" if exchange.query else ""
        asked = f"{exchange.method:<4} {exchange.path}{question}"
        yield _cut(f"  {offset(exchange.at):>7} {exchange.status} {asked}", width)
        yield from _details(exchange)
    yield _headline(JOBS, len(jobs))
    for job in jobs:
        yield f"  {job.id}  {job.type}, {job.scenario}"
        yield from _wrapped([f"{moved.status} {offset(moved.at)}" for moved in job.course], width)
        for error in (job.result or {}).get("errors") or ():
            message = error.get("message", error) if isinstance(error, dict) else error
            yield _cut(f"    error: {message}", width)


def _headline(what: str, count: int) -> str:
    if count > MOST_EXCHANGES and what == EXCHANGES:
        return f"{what}: {count}, of which these are the last {MOST_EXCHANGES}"
    return f"{what}: {count or 'none'}"


def _details(exchange: Exchange) -> Iterator[str]:
    """Yield what else is to be known of an exchange that did not go well, in lines as long as they are."""
    for violation in exchange.violations:
        yield f"{BELOW}violates the contract: {violation}"
    if exchange.status >= REFUSED or exchange.violations:
        for sign, body in (">", exchange.request_body), ("<", exchange.response_body):
            if body:
                yield _cut(f"{BELOW}{sign} {body}", LONGEST)
        yield f"{BELOW}{exchange.curl}"  # whole, for it is copied


def _wrapped(steps: Sequence[str], width: int) -> Iterator[str]:
    """Yield *steps* with arrows between, in lines that are not wider than *width*."""
    line = "   "
    for number, step in enumerate(steps):
        arrow = " -> " if number else " "
        if len(line) + len(arrow) + len(step) > width:
            yield line
            line = "      "
        line += arrow + step
    yield line


def _offset(at: datetime, *, since: datetime) -> str:
    return f"+{(at - since).total_seconds():.3f}s"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 3]}..."
