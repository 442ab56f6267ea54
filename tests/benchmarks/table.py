"""A report as tables, for a terminal or in Markdown. Knows no measuring."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.entrants import CREATE, CREATE_DIFFERING, GET_ONE, LIST_TEN
from tests.benchmarks.report import Reached, Report
from tests.benchmarks.rounds import Measured
from tests.benchmarks.spread import Spread

MIB = 1024 * 1024
COLUMNS = {
    GET_ONE: "GET one",
    CREATE: "POST create",
    CREATE_DIFFERING: "POST create, all differing",
    LIST_TEN: "GET list of 10",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cells of text, all rows as long as the head."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def in_terminal(self) -> Iterator[str]:
        """Yield the lines, columns aligned."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.head))]
        for line in lines:
            cells = (
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            yield "  ".join(cells).rstrip()

    def in_markdown(self) -> Iterator[str]:
        """Yield the lines of a Markdown table."""
        for line in (self.head, ["---", *["---:"] * (len(self.head) - 1)], *self.rows):
            yield f"| {' | '.join(line)} |"


def lines_of(report: Report, *, markdown: bool) -> Iterator[str]:
    """Yield the report's lines."""
    yield machine_line(report.date, report.machine)
    command = f"`{report.command}`" if markdown else report.command
    yield f"{command}: driven by {report.driver}, {report.took:.0f} s in all"
    yield from report.remarks
    yield ""
    for table in (_servers(report), _processor(report), _goals(report), _deep_pages(report)):
        if table.rows:
            yield from table.in_markdown() if markdown else table.in_terminal()
            yield ""


def machine_line(date: str, machine: Mapping[str, str | int]) -> str:
    """Return when it was measured, and on what."""
    return (
        f"{date}, {machine['cpu']}, {machine['cpus']} CPUs, {machine['kernel']}, "
        f"Python {machine['python']}, Node {machine['node']}"
    )


def _servers(report: Report) -> Table:
    works = [f"{name} /s" for name in COLUMNS.values()]
    head = ("median (min..max)", *works, "first answer s", "memory MiB")
    return Table(head=head, rows=[_server(each) for each in report.servers.values()])


def _server(measured: Measured) -> Sequence[str]:
    rates = (_spread(measured.rates[work], ",.0f") for work in COLUMNS)
    memory = measured.resident and Spread.of(value / MIB for value in measured.resident.values)
    weight = "not told here" if memory is None else _spread(memory, ".0f")
    return (measured.described, *rates, _spread(measured.first_answer, ".2f"), weight)


def _processor(report: Report) -> Table:
    """Return the processor time of a request: on a busy machine it tells more than the rate."""
    rows = [
        (each.described, *(_microseconds(each.processor[work]) for work in COLUMNS))
        for each in report.servers.values()
        if each.processor is not None
    ]
    works = [f"{name} µs" for name in COLUMNS.values()]
    return Table(head=("processor time a request", *works), rows=rows)


def _microseconds(spread: Spread) -> str:
    return _spread(Spread.of(value * 1e6 for value in spread.values), ",.0f")


def _goals(report: Report) -> Table:
    rows = [
        (each.name, _measured(each), _goal(each), "yes" if each.is_reached else "no")
        for each in report.goals()
    ]
    return Table(head=("goal", "measured", "asked", "reached"), rows=rows)


def _measured(reached: Reached) -> str:
    match reached.unit:
        case "s":
            return f"{reached.measured.median * 1000:.1f} ms"
        case "B":
            return f"{reached.measured.median:,.0f} B"
        case _:
            return f"{_spread(reached.measured, '.2f')} x"


def _goal(reached: Reached) -> str:
    bound = reached.at_least if reached.at_least is not None else reached.at_most
    assert bound is not None  # each goal has one of the two
    word = "at least" if reached.at_least is not None else "at most"
    match reached.unit:
        case "s":
            return f"{word} {bound * 1000:.0f} ms"
        case "B":
            return f"{word} {bound:,.0f} B"
        case _:
            return f"{word} {bound:g} x"


def _deep_pages(report: Report) -> Table:
    store, loop = report.big_store, report.event_loop
    if store is None or loop is None:
        return Table(head=(), rows=())
    rows = [
        ("filling", f"{store.fill_seconds:.1f} s"),
        *((f"deep page, {query}: p99", f"{p99 * 1000:.1f} ms") for query, p99 in store.deep_p99.items()),
        ("deep pages asked for", f"{store.deep_pages}"),
        ("GET one /s", _spread(store.rates[GET_ONE], ",.0f")),
        ("POST create /s", _spread(store.rates[CREATE], ",.0f")),
        ("GET list of 10 /s", _spread(store.rates[LIST_TEN], ",.0f")),
        ("longest pause during creates with 1,000 jobs", f"{store.pause_of_few * 1000:.1f} ms"),
        ("GET one while disturbed: p50", f"{loop.p50 * 1000:.1f} ms"),
        ("GET one while disturbed: longest", f"{loop.longest * 1000:.1f} ms"),
        *((f"disturbances answered: {name}", f"{count}") for name, count in loop.answered.items()),
    ]
    return Table(head=(f"with {store.jobs:,} jobs", "measured"), rows=rows)


def _spread(spread: Spread, form: str) -> str:
    if len(spread.values) == 1:
        return format(spread.median, form)
    return f"{spread.median:{form}} ({min(spread.values):{form}}..{max(spread.values):{form}})"
