"""CSV as the exports write it and the imports read it. Knows rows of cells and nothing of what they mean."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from mockserver.simulation.strategy import WorkFailed

SEPARATOR = ";"
LINE_END = "\r\n"

# Tried in this order; a later one wins only when it is better. Measured on 1.20.11 with `;`, `,`, tab and
# `|`.
DELIMITERS = (",", "\t", "|", ";", "\x1e", "\x1f")
PREVIEWED_ROWS = 10
FEWEST_CELLS = 1.99

TOO_MANY = "__parsed_extra"

_NEEDS_QUOTES = re.compile(r"[,;\n]")
_NUMBER = re.compile(r"\s*-?(?:\d+\.?|\.\d+|\d+\.\d+)(?:[eE][-+]?\d+)?\s*")
_DATE_TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?P<fraction>\.\d+)?Z")
_LARGEST = 2**53

WORDS: Mapping[str, bool | None] = {"": None, "true": True, "TRUE": True, "false": False, "FALSE": False}


def write_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """Return *rows*, the header first, as an export's file: `;` between cells, CR LF after each row."""
    return "".join(SEPARATOR.join(row) + LINE_END for row in rows).encode("utf-8", "replace")


def quoted(cell: str) -> str:
    """Return *cell*, in quotes where it holds a comma, a semicolon or a line feed; a quote asks for none.

    Source: recorded, export_files/download csv without auth, where `cotton,summer` is quoted; measured.
    """
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


def read_csv(content: bytes) -> Iterator[dict[str, Any]]:
    """Yield the rows after the header, each as its typed cells by column.

    Of columns with the same name the last one wins. A row with fewer cells lacks the last columns; what a row
    has too much is found under `__parsed_extra`. One line break at the end makes no row, any other empty line
    does. A byte order mark belongs to the first column's name, as on the real server, which then does not
    know it.

    Raises WorkFailed where a cell has no end. Source: measured, product-import.
    """
    text = content.decode("utf-8", "replace")
    rows = _cells(text, _guessed_delimiter(text))
    header = next(rows, [])
    for cells in rows:
        row = {name: _typed(cell) for name, cell in zip(header, cells, strict=False)}
        if len(cells) > len(header):
            row[TOO_MANY] = cells[len(header) :]
        yield row


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield row or [""]
    except csv.Error as error:
        message = f"The csv file parsing failed due to: {error}"
        raise WorkFailed(message) from error


def _guessed_delimiter(text: str) -> str:
    """Return the delimiter that cuts the first rows into the most cells, among those that cut most evenly.

    Where none gives two cells a row, it is the comma. The empty row after a last line break counts, so that a
    file of one row of two columns is not recognised: measured with `Product Handle;Product Title`.
    """
    best, least_uneven, most_cells = ",", None, FEWEST_CELLS
    for delimiter in DELIMITERS:
        counts = [len(row) for row in islice(_cells(text, delimiter), PREVIEWED_ROWS)]
        if text.endswith(("\n", "\r")) and len(counts) < PREVIEWED_ROWS:
            counts.append(1)
        mean = sum(counts) / len(counts) if counts else 0
        unevenness = sum(abs(one - other) for one, other in pairwise(counts))
        if mean > most_cells and (least_uneven is None or unevenness <= least_uneven):
            best, least_uneven, most_cells = delimiter, unevenness, mean
    return best


def _typed(cell: str) -> Any:
    """Return what *cell* says: nothing, a truth value, a number, or itself.

    Source: measured, the op files.
    """
    if cell in WORDS:
        return WORDS[cell]
    if moment := _DATE_TIME.fullmatch(cell):
        fraction = (moment["fraction"] or ".")[1:4]
        return f"{cell[:19]}.{fraction:0<3}Z"
    if not _NUMBER.fullmatch(cell) or abs(number := float(cell)) >= _LARGEST:
        return cell
    return int(number) if number.is_integer() else number
