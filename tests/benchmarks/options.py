"""What the numbers on the command line have to be."""

import argparse
import contextlib


def positive(text: str) -> float:
    """Return the number of seconds, which is above 0."""
    with contextlib.suppress(ValueError):
        if 0 < (value := float(text)) < float("inf"):
            return value
    message = f"{text!r} is no number of seconds above 0"
    raise argparse.ArgumentTypeError(message)


def count(text: str) -> int:
    """Return the number, which is 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is no number from 1"
        raise argparse.ArgumentTypeError(message)
    return int(text)
