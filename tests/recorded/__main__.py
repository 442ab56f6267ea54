"""Replay the recordings against the look-alike, and print how alike it is.

Every group before the one asked for is replayed too: later groups see what earlier ones left behind.
"""

import argparse
import itertools
import sys
import time

from mockserver.simulation.clock import ManualClock
from tests.recorded.comparison import Allowances, compare
from tests.recorded.look_alike import look_alike
from tests.recorded.recording import GROUPS, recording_of
from tests.recorded.replay import BEGINNING, replay
from tests.recorded.score import asides, differences, full_score, table


def main() -> int:
    """Return 1 when fewer cases than asked for are equal in full."""
    parser = argparse.ArgumentParser(prog="python -m tests.recorded", description=__doc__)
    parser.add_argument("--group", choices=GROUPS, help="only this group's score and differences")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print the first N differences")
    parser.add_argument("--asides", action="store_true", help="also what differs and does not count")
    parser.add_argument("--min", type=float, metavar="PERCENT", help="exit with 1 below this score")
    options = parser.parse_args()
    wanted = GROUPS if options.group is None else GROUPS[: GROUPS.index(options.group) + 1]
    began, clock, allowances = time.monotonic(), ManualClock(BEGINNING), Allowances.of_files()
    replayed = replay(look_alike(clock), clock, map(recording_of, wanted))
    verdicts = [compare(each, allowances) for each in replayed]
    asked = [each for each in verdicts if options.group in (None, each.group)]
    lines = [*table(asked), f"{time.monotonic() - began:.1f} s"]
    told = itertools.chain(differences(asked), asides(asked) if options.asides else ())
    lines += itertools.islice(told, options.show)
    sys.stdout.write("\n".join(lines) + "\n")
    return int(options.min is not None and full_score(asked).percent < options.min)


if __name__ == "__main__":
    sys.exit(main())
