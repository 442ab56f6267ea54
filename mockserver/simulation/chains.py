"""Rows of whole numbers that are in order by every column at once, and the finding of places in them.

Knows nothing of jobs. A row is a tuple of numbers and an id. In a chain no column ever falls from one row to
the next, so that whatever is asked of a column is answered by bisection, and any number of conditions
together leave one stretch of the chain. Rows that do not fit into one chain are laid into several, each row
into the chain whose last row is the nearest one before it (patience sorting): n rows whose columns have the
same order make one chain, and about twice the square root of n where two orders have nothing in common.

Costs: a row is laid down in about 2 us, one of many that follow each other in 0.5 us, and taken away in
about 10 us, whatever the size. Finding a place costs about 1 us a chain. A fork copies the lists of chains
and blocks; blocks, of BLOCK_ROWS rows at most, are shared and copied before they are first written to.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import le

BLOCK_ROWS = 2048
ID_LETTERS = 32  # of `batch_` and a ULID
NEAREST = 8  # chains that are tried for a row before a new one is begun

Row = tuple[int, ...]


class Block:
    """Some rows, by column. Mutable, but only for the one whose token it has."""

    __slots__ = ("columns", "ids", "token")

    def __init__(self, token: object, columns: list["array[int]"], ids: bytearray) -> None:
        self.token, self.columns, self.ids = token, columns, ids

    def copied(self, token: object) -> "Block":
        """Return a copy for the holder of *token*."""
        return Block(token, [each[:] for each in self.columns], self.ids[:])


class Chain:
    """Rows in order by every column; the first column has each number once. Mutable."""

    __slots__ = ("_block_rows", "_blocks", "_starts", "last", "size")

    def __init__(self, *, block_rows: int = BLOCK_ROWS) -> None:
        self._block_rows = block_rows
        self._blocks: list[Block] = []
        self._starts: list[int] = []  # rows before each block
        self.size = 0
        self.last: Row = ()

    def forked(self) -> "Chain":
        """Return a copy that shares the blocks."""
        copy = Chain(block_rows=self._block_rows)
        copy._blocks, copy._starts = self._blocks.copy(), self._starts.copy()
        copy.size, copy.last = self.size, self.last
        return copy

    def takes(self, row: Row) -> bool:
        """Return whether *row* may come last."""
        return all(map(le, self.last, row))

    def append(self, row: Row, row_id: str, *, token: object) -> None:
        """Lay *row* down as the last one; ask `takes` before."""
        last = self._blocks[-1] if self._blocks else None
        if last is None or len(last.ids) >= self._block_rows * ID_LETTERS:
            self._starts.append(self.size)
            self._blocks.append(
                Block(token, [array("q", (value,)) for value in row], bytearray(row_id, "ascii"))
            )
        else:
            if last.token is not token:
                last = self._blocks[-1] = last.copied(token)
            for column, value in zip(last.columns, row, strict=True):
                column.append(value)
            last.ids += row_id.encode("ascii")
        self.size += 1
        self.last = row

    def extend(self, columns: Sequence[Sequence[int]], ids: Sequence[str], *, token: object) -> None:
        """Lay down rows that are given by column, after the last one; each may come after the one before."""
        start = 0
        while start < len(ids):
            last = self._blocks[-1] if self._blocks else None
            if last is None or len(last.ids) >= self._block_rows * ID_LETTERS:
                self._starts.append(self.size)
                self._blocks.append(last := Block(token, [array("q") for _ in columns], bytearray()))
            elif last.token is not token:
                last = self._blocks[-1] = last.copied(token)
            stop = min(start + self._block_rows - len(last.columns[0]), len(ids))
            for column, values in zip(last.columns, columns, strict=True):
                column.extend(values[start:stop])
            last.ids += "".join(ids[start:stop]).encode("ascii")
            self.size += stop - start
            start = stop
        self.last = tuple([values[-1] for values in columns])

    def remove(self, first: int, *, token: object) -> None:
        """Take away the row with *first* in its first column. Raises KeyError where there is none."""
        blocks = self._blocks
        number = bisect_left(blocks, first, key=lambda block: block.columns[0][-1])
        block = blocks[number] if number < len(blocks) else None
        place = 0 if block is None else bisect_left(block.columns[0], first)
        if block is None or block.columns[0][place] != first:
            raise KeyError(first)
        self.size -= 1
        if len(block.columns[0]) == 1:
            del blocks[number]
        else:
            if block.token is not token:
                block = blocks[number] = block.copied(token)
            for column in block.columns:
                del column[place]
            del block.ids[place * ID_LETTERS : (place + 1) * ID_LETTERS]
        self._starts = [0, *accumulate(len(each.columns[0]) for each in blocks[:-1])] if blocks else []
        self.last = self.row(self.size - 1) if self.size else ()

    def rows_below(self, column: int, value: int) -> int:
        """Return how many rows have less than *value* in *column*: they are the first ones."""
        blocks = self._blocks
        number = bisect_left(blocks, value, key=lambda block: block.columns[column][-1])
        if number == len(blocks):
            return self.size
        return self._starts[number] + bisect_left(blocks[number].columns[column], value)

    def value(self, column: int, position: int) -> int:
        """Return what the row at *position* has in *column*."""
        number = bisect_right(self._starts, position) - 1
        return self._blocks[number].columns[column][position - self._starts[number]]

    def row(self, position: int) -> Row:
        """Return the row at *position*."""
        number = bisect_right(self._starts, position) - 1
        return tuple(column[position - self._starts[number]] for column in self._blocks[number].columns)

    def entries(self, column: int, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
        """Yield the *column*, the first column and the id of each row from *start* up to *stop*."""
        while start < stop:
            number = bisect_right(self._starts, start) - 1
            block, before = self._blocks[number], self._starts[number]
            values, firsts, ids = block.columns[column], block.columns[0], block.ids
            end = min(stop - before, len(firsts))
            for place in range(start - before, end):
                letters = ids[place * ID_LETTERS : (place + 1) * ID_LETTERS]
                yield values[place], firsts[place], letters.decode("ascii")
            start = before + end

    def row_id(self, position: int) -> str:
        """Return the id of the row at *position*."""
        number = bisect_right(self._starts, position) - 1
        place = (position - self._starts[number]) * ID_LETTERS
        return self._blocks[number].ids[place : place + ID_LETTERS].decode("ascii")


class Chains:
    """Rows of one width, in as few chains as they fit into. Mutable."""

    __slots__ = ("_block_rows", "_ends", "_token", "chains")

    def __init__(self, token: object, *, block_rows: int = BLOCK_ROWS) -> None:
        self._token, self._block_rows = token, block_rows
        self.chains: list[Chain] = []
        self._ends: list[
            tuple[int, int]
        ] = []  # what the last row of each chain has first, the chain's number

    def owned(self, token: object) -> "Chains":
        """Return these rows for the holder of *token*: themselves, or a copy that shares the blocks."""
        if token is self._token:
            return self
        copy = Chains(token, block_rows=self._block_rows)
        copy.chains, copy._ends = [each.forked() for each in self.chains], self._ends.copy()
        return copy

    def add(self, row: Row, row_id: str) -> int:
        """Lay *row* down, and return the number of its chain."""
        ends = self._ends
        if ends and ends[-1][0] < row[0] and self.chains[ends[-1][1]].takes(row):
            number = ends[-1][1]
            self.chains[number].append(row, row_id, token=self._token)
            ends[-1] = (row[0], number)
            return number
        place = bisect_left(ends, (row[0], 0))
        for nearer in range(place - 1, max(place - 1 - NEAREST, -1), -1):
            number = self._ends[nearer][1]
            if self.chains[number].takes(row):
                del self._ends[nearer]
                break
        else:
            number = len(self.chains)
            self.chains.append(Chain(block_rows=self._block_rows))
        self.chains[number].append(row, row_id, token=self._token)
        insort(self._ends, (row[0], number))
        return number

    def extend(self, columns: Sequence[Sequence[int]], ids: Sequence[str]) -> Sequence[int]:
        """Lay rows down, which are given by column, and return the number of the chain of each."""
        if not all(all(map(le, values, values[1:])) for values in columns):
            rows = zip(*columns, strict=True)
            return [self.add(row, row_id) for row, row_id in zip(rows, ids, strict=True)]
        # the first one finds the chain, and the others follow it there
        number = self.add(tuple([values[0] for values in columns]), ids[0])
        if len(ids) > 1:
            self.chains[number].extend([values[1:] for values in columns], ids[1:], token=self._token)
            del self._ends[bisect_left(self._ends, (columns[0][0], number))]
            insort(self._ends, (columns[0][-1], number))
        return [number] * len(ids)

    def remove(self, number: int, first: int) -> None:
        """Take the row with *first* in its first column away from the chain with that *number*."""
        chain = self.chains[number]
        last = chain.last[0]
        chain.remove(first, token=self._token)
        if last == first:
            del self._ends[bisect_left(self._ends, (last, number))]
            insort(self._ends, (chain.last[0] if chain.size else -1, number))


class Stretch:
    """Successive rows of one chain, from *start* up to *stop*, to be merged with others by one column."""

    __slots__ = ("chain", "column", "start", "stop")

    def __init__(self, chain: Chain, start: int, stop: int, *, column: int) -> None:
        self.chain, self.start, self.stop, self.column = chain, start, stop, column

    def rows_up_to(self, value: int, first: int) -> int:
        """Return the position after the rows that come before, or are, the one with these values.

        Rows are compared by the column, then by the first one.
        """
        after = self.chain.rows_below(self.column, value + 1)
        if self.column:
            at_least = self.chain.rows_below(self.column, value)
            if at_least < after:
                after = max(at_least, min(after, self.chain.rows_below(0, first + 1)))
        return min(max(after, self.start), self.stop)

    def entries(self, start: int) -> Iterator[tuple[int, int, str]]:
        """Yield the column, the first column and the id of each row from *start* on."""
        return self.chain.entries(self.column, start, self.stop)


def places_of(stretches: Sequence[Stretch], rank: int) -> list[int]:
    """Return where in each stretch the rows end that are the first *rank* of all, merged.

    Costs about 25 rounds of bisection in each stretch, whatever the rank.
    """
    starts, stops = [each.start for each in stretches], [each.stop for each in stretches]
    needed = rank
    while needed:
        widths = [stop - start for start, stop in zip(starts, stops, strict=True)]
        left = sum(widths)
        if needed >= left:
            return stops
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] == left:
            starts[widest] += needed
            return starts
        middle = (starts[widest] + stops[widest]) // 2
        stretch = stretches[widest]
        value, first = stretch.chain.value(stretch.column, middle), stretch.chain.value(0, middle)
        ends = [
            min(max(each.rows_up_to(value, first), start), stop) if start < stop else start
            for each, start, stop in zip(stretches, starts, stops, strict=True)
        ]
        below = sum(ends) - sum(starts)
        if below <= needed:
            starts, needed = ends, needed - below
        else:
            stops = ends
            stops[widest] = middle  # it is the last of more rows than are needed
    return starts
