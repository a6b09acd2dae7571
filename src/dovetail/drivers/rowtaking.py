"""Rows of a file or a table become samples of several tags: all at once, and what is wrong by line and column.

Pure. A cell that is empty says nothing of its tag. A cell that does not fit its tag's kind is a fault of its row, never
a guessed value. Rows of one tag with the same time stand one microsecond apart, in their order: two scans of one
second are two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.limits import STRING_BYTES_MAX
from dovetail.drivers.arrivals import Columns, Row
from dovetail.drivers.base import NO_DEVICE_TIME, Point
from dovetail.drivers.rowplaces import Column, Place
from dovetail.drivers.rowtimes import TimeError, believable

FAULTS_MAX: Final = 50  # nobody reads further; the count of the rest is said

type Look = Callable[[Any], Any]  # from a row to one of its cells; None where it is empty


class Fault(NamedTuple):
    """What is wrong, where: `line` from 1, `column` as people find it."""

    line: int
    column: str
    what: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A point, where it looks, and what must stand in the row beside it."""

    point: Point
    column: str
    look: Look
    only: tuple[tuple[Look, str], ...] = ()


def wanted(point: Point, place: Place, look: Callable[[Column], Look]) -> Wanted:
    """A point's place as looks into rows of one shape."""
    only = tuple((look(column), text) for column, text in place.only)
    return Wanted(point, place.column.written, look(place.column), only)


@dataclass(slots=True)
class Taken:
    """What rows brought: samples in the order of the rows, what each tag holds last, and what is wrong."""

    batches: list[Batch] = field(default_factory=list[Batch])
    last: dict[int, tuple[int, Any]] = field(default_factory=dict[int, tuple[int, Any]])  # index → (µs, raw)
    faults: list[Fault] = field(default_factory=list[Fault])
    rows: int = 0
    skipped: int = 0


class RowTaker:
    """The points of one link, over rows of one shape. `time` makes µs of a row and raises TimeError; None: arrival."""

    def __init__(self, points: Sequence[Wanted], time: Callable[[Any], int] | None, *, time_column: str = "") -> None:
        self._wanted = tuple(points)
        self._columns = Columns([one.point for one in points])
        self._time = time
        self._time_column = time_column

    def take(self, rows: Iterable[tuple[int, Any]], *, now_us: int, arrived_us: int) -> Taken:
        """(line, row) rows. Samples of rows without a time stand at `arrived_us`, one microsecond apart.

        A row with a fault brings nothing at all; the others do.
        """
        taken = Taken()
        listed: dict[Kind, list[Row]] = defaultdict(list)
        lines: dict[Kind, list[int]] = defaultdict(list)
        last_us: dict[int, tuple[int, int]] = {}
        for line, row in rows:
            taken.rows += 1
            try:
                at_us = arrived_us if self._time is None else believable(self._time(row), now_us)
            except TimeError as error:
                taken.faults.append(Fault(line, self._time_column, str(error)))
                continue
            for index, one in enumerate(self._wanted):
                raw = one.look(row) if all(_same(look(row), text) for look, text in one.only) else None
                if raw is None:
                    continue
                said_us, bump = last_us.get(index, (0, 0))
                bump = bump + 1 if said_us == at_us else 0
                last_us[index] = (at_us, bump)
                kind = one.point.kind
                listed[kind].append((index, raw, at_us + bump, NO_DEVICE_TIME))
                lines[kind].append(line)
        self._fill(taken, listed, lines)
        return taken

    def _fill(self, taken: Taken, listed: dict[Kind, list[Row]], lines: dict[Kind, list[int]]) -> None:
        """Convert all; where something does not fit, leave out its rows and convert the rest again."""
        made = {kind: self._columns.batches({kind: rows}) for kind, rows in listed.items()}
        for kind, batches in made.items():
            for batch in batches:
                for at in (batch.quality == q.BAD_DEVICE).nonzero()[0].tolist():
                    index, raw, _, _ = listed[kind][at]
                    what = _misfit(raw, kind)
                    taken.faults.append(Fault(lines[kind][at], self._wanted[index].column, what))
        bad = {fault.line for fault in taken.faults}
        taken.skipped = len(bad)
        for kind, rows in listed.items():
            good = [row for row, line in zip(rows, lines[kind], strict=True) if line not in bad]
            taken.batches += made[kind] if len(good) == len(rows) else self._columns.batches({kind: good})
            for index, raw, at_us, _ in good:
                if at_us >= taken.last.get(index, (0, None))[0]:
                    taken.last[index] = (at_us, raw)
        taken.faults.sort()


def timed(look: Look, read: Callable[[Any], int]) -> Callable[[Any], int]:
    """What makes µs UTC of a row, from the cell that says it. It raises TimeError."""

    def time(row: Any) -> int:
        said = look(row)
        if said is None:
            raise TimeError("the row does not say when it was true")
        return read(said)

    return time


def _same(raw: Any, text: str) -> bool:
    """Whether a cell holds the text, in whatever type it comes."""
    return raw is not None and (raw if isinstance(raw, str) else str(raw)).strip() == text


def _misfit(raw: Any, kind: Kind) -> str:
    size = len(raw.encode(errors="replace")) if kind is Kind.STR and isinstance(raw, str) else 0
    if size > STRING_BYTES_MAX:
        return f"this text has {size:,} bytes, and a signal's at most {STRING_BYTES_MAX:,}"
    return f"{_shown(raw)} is no value of kind {kind.name.lower()}"


def _shown(raw: Any) -> str:
    text = raw if isinstance(raw, str) else str(raw)
    return repr(text if len(text) <= 60 else text[:60] + "…")
