"""Instants as clients write them in a query. Knows nothing of parameters or of the document."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EPOCH = re.compile(r"[0-9]{1,10}")
_FRACTION = re.compile(r"(\.\d{6})\d+")  # Python reads microseconds; finer digits are dropped


def read_instant(text: str, *, epoch: bool) -> datetime | None:
    """Return the instant that *text* names, aware and in UTC, or None.

    Understood are ISO 8601 (a day is its first instant; no zone means UTC), RFC 2822, and, when *epoch*,
    whole seconds since 1970. Source: recorded, list_filters/created_at rfc2822 and confirmed_at epoch
    seconds.
    """
    text = text.strip()
    if epoch and _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    for read in (_iso, parsedate_to_datetime):
        try:
            instant = read(text)
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            continue  # the next notation; when none fits, the caller is told so
    return None


def _iso(text: str) -> datetime:
    if text[:4].isdecimal() and text[4:5] == "-":
        return datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    raise ValueError(text)
