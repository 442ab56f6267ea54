"""The personalities of the server: the contract alone, or with the quirks of a real one.

Knows all quirks by name.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from mockserver.contract.parameters import ANY_TRUTH, EMPTY_NUMBERS, PLAIN_IDS, PLAIN_INSTANTS
from mockserver.quirk import Quirk, Quirks
from mockserver.server.edge import EXPRESS_HEADERS
from mockserver.server.errors import BARE_UNAUTHORIZED, HTML_ERROR_PAGES, UNFORESEEN_ERRORS
from mockserver.server.payloads import (
    FIELDS_HIDE_INSTANTS,
    KEY_ORDER,
    LISTS_HIDE_DRY_RUN,
    SHOWN_PASSWORD_HASH,
)
from mockserver.server.pipeline import GUARDED_BY_ID
from mockserver.simulation.columns import HIDDEN_MICROSECONDS
from mockserver.simulation.scenario import CANCELED_TURNS_FAILED, WORKER_TICKS
from mockserver.simulation.strategies.import_source import LOST_SOURCE_HANGS
from mockserver.simulation.trail import TRAILING_STAMPS
from mockserver.simulation.world import RACED_CONFIRMS, ROLLED_BACK

MEDUSA = "medusa-1.20.11"
MEDUSA_QUIRKS: Mapping[str, Quirk] = MappingProxyType(
    {
        quirk.name: quirk
        for quirk in (
            WORKER_TICKS,
            CANCELED_TURNS_FAILED,
            ROLLED_BACK,
            LOST_SOURCE_HANGS,
            RACED_CONFIRMS,
            LISTS_HIDE_DRY_RUN,
            FIELDS_HIDE_INSTANTS,
            HIDDEN_MICROSECONDS,
            PLAIN_INSTANTS,
            EMPTY_NUMBERS,
            PLAIN_IDS,
            ANY_TRUTH,
            TRAILING_STAMPS,
            KEY_ORDER,
            SHOWN_PASSWORD_HASH,
            HTML_ERROR_PAGES,
            BARE_UNAUTHORIZED,
            UNFORESEEN_ERRORS,
            GUARDED_BY_ID,
            EXPRESS_HEADERS,
        )
    }
)


class PersonalityUnknown(LookupError):
    """There is no such personality or quirk; the message lists those that exist."""


def quirks_of(*, like: str | None, names: Iterable[str]) -> Quirks:
    """Return the quirks of the personality *like*, and those that *names* adds. Raises PersonalityUnknown."""
    if like not in (None, MEDUSA):
        raise PersonalityUnknown(f"unknown personality {like!r}; known: {MEDUSA}")
    unknown = [name for name in names if name not in MEDUSA_QUIRKS]
    if unknown:
        raise PersonalityUnknown(f"unknown quirk {unknown[0]!r}; known: {', '.join(MEDUSA_QUIRKS)}")
    chosen = MEDUSA_QUIRKS.values() if like else [MEDUSA_QUIRKS[name] for name in names]
    return Quirks.of(chosen)
