"""Rows and columns become values: one row a value (long), or one row a time and a column for each series (wide)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress

import numpy as np

from dovetail.forms.guard import unguarded
from dovetail.pastfiles.model import NAMES, QUALITIES, TIMES, VALUES, Row, Shape, refused
from dovetail.pastfiles.slabs import Slab, numbered

type Cells = Sequence[str | None]
type Lines = Iterator[tuple[int, Cells]]

_STRIP: Callable[[str | None], str] = str.strip  # type: ignore[assignment]  # where there is no None
_IN_BRACKETS = re.compile(r"\s*[\[(].*[\])]\s*$")


class Table:
    """Which column means what, found by the headings. Raises InvalidError where no column tells the time."""

    def __init__(self, headings: Cells) -> None:
        self.headings = [(one or "").strip() for one in headings]
        words = [_IN_BRACKETS.sub("", one).lower() for one in self.headings]
        self._time = _first(words, TIMES)
        if self._time is None:
            raise refused(
                f"no column tells the time; there are: {', '.join(self.headings[:12])}", code="no-time",
                hint="the first row names the columns; one of them is called time, timestamp, t_stamp or Zeit",
            )  # fmt: skip
        self._name, self._quality = _first(words, NAMES), _first(words, QUALITIES)
        self._values = [at for at, word in enumerate(words) if word in VALUES]
        is_long = self._name is not None and self._values
        self.shape: Shape = "long" if is_long else "wide"
        self._told = {self._time, self._name, self._quality} if is_long else {self._time}
        self._series = [
            (at, _IN_BRACKETS.sub("", name) if "[" in name else name)
            for at, name in enumerate(self.headings)
            if at not in self._told and name and words[at] not in TIMES
        ]

    def rows(self, lines: Iterable[tuple[int, Cells]]) -> Iterator[Row]:
        """The values of a table, row by row."""
        return self._long(lines) if self.shape == "long" else self._wide(lines)

    def _long(self, lines: Iterable[tuple[int, Cells]]) -> Iterator[Row]:
        time, name, quality = self._time or 0, self._name or 0, self._quality
        for line, cells in lines:
            values = (_cell(cells, at) for at in self._values)
            value = next((one for one in values if one), None)
            yield Row(
                line, _cell(cells, name) or "", _cell(cells, time) or "", None if value is None else unguarded(value),
                None if quality is None else _cell(cells, quality),
            )  # fmt: skip

    def _wide(self, lines: Iterable[tuple[int, Cells]]) -> Iterator[Row]:
        """An empty cell of a wide table says nothing of its series: others had a value at that time."""
        time = self._time or 0
        for line, cells in lines:
            at_time = _cell(cells, time) or ""
            for at, name in self._series:
                value = _cell(cells, at)
                if value:
                    yield Row(line, name, at_time, unguarded(value))

    def slab(self, lines: Sequence[int], columns: Sequence[Cells]) -> Slab:
        """The same of rows whose cells are given column by column; none of the columns that count is missing."""
        line, times = np.array(lines, dtype=np.int64), _stripped(columns[self._time or 0])
        if self.shape == "wide":
            names = [name for _, name in self._series]
            cells = list(chain.from_iterable(zip(*(_stripped(columns[at]) for at, _ in self._series), strict=True)))
            some = np.fromiter(map(bool, cells), np.bool_, len(cells))
            series, at = np.tile(np.arange(len(names)), len(line)), np.repeat(np.arange(len(line)), len(names))
            if not some.all():
                cells, series, at = list(compress(cells, some.tolist())), series[some], at[some]
            return Slab(names, series, line[at], times, at, _plain(cells))
        series, when = numbered(_stripped(columns[self._name or 0])), numbered(times)
        values = [_stripped(columns[at]) for at in self._values]
        cells = values[0] if len(values) == 1 else [next(filter(None, some), "") for some in zip(*values, strict=True)]
        quality = None if self._quality is None else _told(columns[self._quality])
        return Slab(*series, line, *when, [one or None for one in _plain(cells)], quality)

    @property
    def width(self) -> int:
        """How many columns a row must have so that none that counts is missing."""
        told = (self._time, self._name, self._quality, *self._values, *(at for at, _ in self._series))
        return 1 + max(at for at in told if at is not None)


def _stripped(cells: Cells) -> list[str]:
    return ["" if cell is None else cell.strip() for cell in cells] if None in cells else list(map(_STRIP, cells))


def _told(cells: Cells) -> Sequence[str | None]:
    return [None if cell is None else cell.strip() for cell in cells] if None in cells else list(map(_STRIP, cells))


def _plain(cells: list[str]) -> list[str]:
    return [unguarded(cell) for cell in cells] if "'" in "".join(cells) else cells


def _first(words: Sequence[str], known: frozenset[str]) -> int | None:
    return next((at for at, word in enumerate(words) if word in known), None)


def _cell(cells: Cells, at: int) -> str | None:
    cell = cells[at] if at < len(cells) else None
    return None if cell is None else cell.strip()
