"""The line that is drawn while a run goes on, at a terminal and nowhere else."""

import io

from mockserver.conformance.progress import Progress


class Terminal(io.StringIO):
    """A terminal that keeps what is written on it."""

    def isatty(self) -> bool:
        return True


def test_it_shows_the_share_of_the_time_that_is_used_and_what_is_done() -> None:
    output, now = Terminal(), [0.0]
    progress = Progress(output=output, max_time=60.0, clock=lambda: now[0])

    now[0] = 30.0
    progress("lists: pages")

    assert output.getvalue() == "\r\x1b[2K[##########..........]  50%  lists: pages"


def test_it_is_drawn_anew_only_when_it_is_old_enough() -> None:
    output, now = Terminal(), [0.0]
    progress = Progress(output=output, max_time=10.0, clock=lambda: now[0])

    progress("lists")
    now[0] = 0.1
    progress()
    now[0] = 5.0
    progress()

    assert output.getvalue().split("\r\x1b[2K")[1:] == [
        f"[{'.' * 20}]   0%  lists",
        f"[{'#' * 10}{'.' * 10}]  50%  lists",
    ]


def test_it_is_taken_away_at_the_end() -> None:
    output = Terminal()
    progress = Progress(output=output, max_time=10.0)

    progress("lists")
    progress.clear()

    assert output.getvalue().endswith("\r\x1b[2K")


def test_nothing_is_shown_where_nobody_looks() -> None:
    output = io.StringIO()
    progress = Progress(output=output, max_time=10.0)

    progress("lists")
    progress.clear()

    assert output.getvalue() == ""
