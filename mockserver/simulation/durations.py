"""Durations as ISO 8601 writes them: `PT30S`, `PT1H30M`, `P1D`. Knows no clock."""

import re
from datetime import timedelta

_NUMBER = r"(\d{1,9}(?:\.\d{1,6})?)"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}D)?(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?", re.ASCII
)


class DurationUnreadable(ValueError):
    """It is no duration; the message shows what one looks like."""


def duration_of(text: str) -> timedelta:
    """Return the duration that *text* writes, in days, hours, minutes and seconds; months differ in length.

    Raises DurationUnreadable.
    """
    found = _DURATION.fullmatch(text)
    if found is None or text == "P":
        raise DurationUnreadable(f"{text!r} is no duration; write PT30S, PT1H30M or P1D")
    days, hours, minutes, seconds = (float(each or 0) for each in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
