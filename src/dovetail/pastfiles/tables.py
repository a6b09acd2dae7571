"""Rows and columns become values: one row a value (long), or one row a time and a column for each series (wide)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dovetail.forms.guard import unguarded
from dovetail.pastfiles.model import NAMES, QUALITIES, TIMES, VALUES, Row, Shape, refused

type Cells = Sequence[str | None]
type Lines = Iterator[tuple[int, Cells]]

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


def _first(words: Sequence[str], known: frozenset[str]) -> int | None:
    return next((at for at, word in enumerate(words) if word in known), None)


def _cell(cells: Cells, at: int) -> str | None:
    cell = cells[at] if at < len(cells) else None
    return None if cell is None else cell.strip()
