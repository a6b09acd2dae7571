"""The lines of a text, and the rows of a CSV, many at a time; no more of it is held than a row may be long."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Final

from dovetail.core.limits import HISTORY_ROW_MAX
from dovetail.pastfiles.model import refused

CHARS: Final = 250_000  # characters read at once, some thousand rows
_LINE: Final = "\0"  # stands where a line ended
_ODD: Final = ('"', "\r", _LINE)  # in a text with one of these the rules of quotation are asked
_END: Final = "\x01 a block ends here"


def lines_of(file: IO[str]) -> Iterator[tuple[int, list[str]]]:
    """(number of the first, lines), one block after the other."""
    start = 1
    for text in _blocks(file):
        if len(text) > HISTORY_ROW_MAX:
            lines = _Lines(text, file)
            for line in lines:
                lines.end_row()
                yield start, [line]
                start += 1
            return
        lines = list(io.StringIO(text, newline=""))
        yield start, lines
        start += len(lines)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a CSV, each with the number of the line that ends it; as columns where all are of one width."""

    lines: Sequence[int]
    listed: Sequence[list[str]]
    columns: Sequence[list[str]] | None = None

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """One by one."""
        return self.listed if self.columns is None else list(zip(*self.columns, strict=True))

    @property
    def begins(self) -> set[str]:
        """The signs that rows begin with; "" for one with nothing in its first cell."""
        firsts = [cells[0] if cells else "" for cells in self.listed] if self.columns is None else self.columns[0]
        return {first[:1] for first in firsts}

    def only(self, kept: Sequence[int]) -> Block:
        """Some of the rows."""
        rows = self.rows
        return Block([self.lines[at] for at in kept], [list(rows[at]) for at in kept])

    def behind_first(self) -> Block:
        """All rows but the first."""
        columns = None if self.columns is None else [column[1:] for column in self.columns]
        return Block(self.lines[1:], self.listed[1:], columns)


def tables_of(file: IO[str], delimiter: str) -> Iterator[Block]:
    """The rows of a CSV, one block after the other."""
    done = 0
    for text in _blocks(file):
        block = None if len(text) > HISTORY_ROW_MAX else _columns(text, delimiter, done) or _rows(text, delimiter, done)
        block = block or _one_by_one(text, file, delimiter, done)
        yield block
        done = block.lines[-1]


def _blocks(file: IO[str]) -> Iterator[str]:
    """Whole lines; a line that is too long is there as far as that is seen."""
    while text := file.read(CHARS):
        yield text + file.readline(HISTORY_ROW_MAX + 1)


def _columns(text: str, delimiter: str, done: int) -> Block | None:
    """Whole lines without quotes, all with as many cells as the first; None: they are other lines."""
    text = text.replace("\r\n", "\n")
    if any(sign in text for sign in _ODD):
        return None
    text, width = text.removesuffix("\n"), text.partition("\n")[0].count(delimiter) + 1
    cells = text.replace("\n", f"{delimiter}{_LINE}{delimiter}").split(delimiter)
    n = text.count("\n") + 1
    if width == 1 or cells[width :: width + 1] != [_LINE] * (n - 1) or len(cells) != n * (width + 1) - 1:
        return None
    if max(map(len, cells)) > csv.field_size_limit():  # which the rules of quotation refuse
        return None
    return Block(range(done + 1, done + n + 1), (), [cells[at :: width + 1] for at in range(width)])


def _rows(text: str, delimiter: str, done: int) -> Block | None:
    """The rows of whole lines; None where a row has several, or goes on behind them."""
    reader = csv.reader(chain(io.StringIO(text, newline=""), (_END,)), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error:
        return None
    is_whole = rows.pop() == [_END] and reader.line_num == len(rows) + 1
    return Block(range(done + 1, done + len(rows) + 1), rows) if is_whole else None


def _one_by_one(text: str, file: IO[str], delimiter: str, done: int) -> Block:
    """The rows of those lines, and of the row that the last of them begins."""
    lines, numbers, rows = _Lines(text, file), list[int](), list[list[str]]()
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        while not lines.is_read:
            rows.append(next(reader))
            numbers.append(done + reader.line_num)
            lines.end_row()
    except csv.Error as error:
        raise refused(f"row {done + reader.line_num} is no CSV: {error}", code="csv") from error
    return Block(numbers, rows)


class _Lines:
    """The lines of a text and of the file behind it, a row at a time: a few packed megabytes may be one line of
    gigabytes."""

    def __init__(self, text: str, file: IO[str]) -> None:
        self._text, self._size, self._file, self._of_row = io.StringIO(text, newline=""), len(text), file, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(HISTORY_ROW_MAX + 1) or self._file.readline(HISTORY_ROW_MAX + 1)
        self._of_row += len(line)
        if self._of_row > HISTORY_ROW_MAX:
            raise refused(
                f"a row of this file is longer than {HISTORY_ROW_MAX:,} characters", code="row",
                hint="it may be another format, or lack the end of a quotation",
            )  # fmt: skip
        if not line:
            raise StopIteration
        return line

    @property
    def is_read(self) -> bool:
        """Whether nothing of the text is left."""
        return self._text.tell() == self._size

    def end_row(self) -> None:
        """What comes now is of another row."""
        self._of_row = 0
