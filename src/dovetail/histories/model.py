"""A foreign history judged row by row: what becomes a sample of which tag, and what does not, with the reason.

Pure but for the rows it is given. Rows are put together by their place in the file, not by what becomes of them: so
the same file under the same choices makes the same frames, and what was stored before a kill is not stored again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, Batch, Kind, Value
from dovetail.core.limits import (
    HISTORY_FRAME_CHARS,
    HISTORY_FRAME_ROWS,
    HISTORY_NAME_MAX,
    HISTORY_REFUSED_SHOWN,
    HISTORY_SERIES_MAX,
)
from dovetail.forms.model import Named
from dovetail.historian.ingest import FUTURE_MAX_US, TS_MIN_US
from dovetail.pastfiles.model import Row, refused
from dovetail.pastfiles.moments import Moments
from dovetail.pastfiles.values import quality_of, value_of

type Find = Callable[[str], Named | None]
type Sample = tuple[int, int, Value, int]  # as Batch.of takes it


@dataclass(slots=True)
class Series:
    """One series of the file: which tag it is (None: none), and what there is of it."""

    name: str
    tag: Named | None
    rows: int = 0
    samples: int = 0
    first_us: int | None = None
    last_us: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that becomes no sample. `code` is stable, `reason` a sentence."""

    line: int
    series: str
    code: str
    reason: str


@dataclass(slots=True)
class Report:
    """What a file comes to. `there`: samples that the plant has already, or that the frame at hand has twice."""

    rows: int = 0
    samples: int = 0
    there: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    some_refused: list[Refused] = field(default_factory=list[Refused])
    series: dict[str, Series] = field(default_factory=dict[str, Series])
    on_refused: Callable[[Refused], None] | None = None

    @property
    def faults(self) -> int:
        """Rows that become no sample."""
        return self.refused.total()

    def refuse(self, row: Row, code: str, reason: str) -> None:
        """Count it; the first of them are named, and all are told to who listens."""
        self.refused[code] += 1
        if len(self.some_refused) >= HISTORY_REFUSED_SHOWN and self.on_refused is None:
            return
        told = Refused(row.line, row.series[:200], code, reason)
        if len(self.some_refused) < HISTORY_REFUSED_SHOWN:
            self.some_refused.append(told)
        if self.on_refused is not None:
            self.on_refused(told)


class Judge:
    """Decides about the rows of one file. `find` knows a tag by what a series is called here."""

    def __init__(self, find: Find, moments: Moments, *, comma: bool, now_us: int) -> None:
        self.report = Report()
        self._find, self._moments, self._comma = find, moments, comma
        self._until_us = now_us + FUTURE_MAX_US

    def frames(self, rows: Iterable[Row]) -> Iterator[tuple[Batch, ...]]:
        """The samples of so many rows at a time, a batch for each kind. Raises InvalidError for a file of too much."""
        for some in _portions(rows):
            by_kind: dict[Kind, list[Sample]] = {}
            for row in some:
                self._judged(row, by_kind)
            yield tuple(Batch.of(kind, listed) for kind, listed in sorted(by_kind.items()))

    def _judged(self, row: Row, by_kind: dict[Kind, list[Sample]]) -> None:
        report = self.report
        report.rows += 1
        series = self._series(row.series)
        series.rows += 1
        tag = series.tag
        if tag is None:
            report.refuse(row, "no-tag", f"no tag is named for {row.series[:100]!r}")
            return
        kind = tag.kind or Kind.F64
        try:
            at_us = self._moments.us(row.series, row.time)
        except (ValueError, OverflowError) as error:
            report.refuse(row, "time", str(error))
            return
        if not TS_MIN_US <= at_us <= self._until_us:
            report.refuse(row, "time-range", f"{row.time[:40]} is before 1990 or to come: no signal of a plant is")
            return
        try:
            value, said = value_of(row.value, kind, comma=self._comma)
        except ValueError as error:
            report.refuse(row, "value", str(error))
            return
        try:
            quality = quality_of(row.quality)
        except ValueError as error:
            report.refuse(row, "quality", str(error))
            return
        self._count(series, at_us)
        whole = said if quality is None or (value is None and not q.is_bad(quality)) else quality
        by_kind.setdefault(kind, []).append((tag.id, at_us, value, whole))

    def _count(self, series: Series, at_us: int) -> None:
        self.report.samples += 1
        series.samples += 1
        series.first_us = at_us if series.first_us is None else min(series.first_us, at_us)
        series.last_us = at_us if series.last_us is None else max(series.last_us, at_us)

    def _series(self, name: str) -> Series:
        known = self.report.series.get(name)
        if known is None:
            if len(name) > HISTORY_NAME_MAX:
                raise refused(
                    f"a series is called by more than {HISTORY_NAME_MAX:,} characters: {name[:60]!r}", code="series",
                    hint="a column of values may be taken for one of names",
                )  # fmt: skip
            if len(self.report.series) >= HISTORY_SERIES_MAX:
                raise refused(
                    f"this file has more than {HISTORY_SERIES_MAX:,} series", code="series",
                    hint="a column of values may be taken for one of names; or split the file",
                )  # fmt: skip
            known = self.report.series[name] = Series(name, self._find(name) if name else None)
        return known


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """So many rows at a time, and fewer where they are long."""
    some, size = list[Row](), 0
    for row in rows:
        some.append(row)
        size += len(row.series) + len(row.time) + len(row.value or "")
        if len(some) >= HISTORY_FRAME_ROWS or size >= HISTORY_FRAME_CHARS:
            yield some
            some, size = [], 0
    if some:
        yield some


def held_already(batch: Batch, held: Sequence[Batch]) -> int:
    """How many samples of a batch stand among others, or twice in itself."""
    others = [other for other in held if other.kind is batch.kind]
    if batch.kind in (Kind.STR, Kind.JSON):
        return _held_texts(batch, others)
    parts = [*others, batch]
    columns = [np.concatenate([column(part) for part in parts]) for column in _IDENTITY]
    order = np.lexsort(columns)  # stable: of equal ones those that stand there first
    same = np.ones(max(0, len(order) - 1), dtype=np.bool_)
    for column in columns:
        laid = column[order]
        same &= laid[1:] == laid[:-1]
    ours = len(order) - len(batch)
    return int((same & (order[1:] >= ours)).sum())


_IDENTITY: Final[tuple[Callable[[Batch], NDArray[Any]], ...]] = (
    lambda one: one.quality,
    lambda one: np.where(one.valid, one.value.astype(DTYPES[one.kind]), DTYPES[one.kind].type(0)),
    lambda one: one.valid,
    lambda one: one.ts,
    lambda one: one.tag,
)


def _held_texts(batch: Batch, held: Sequence[Batch]) -> int:
    known = {row for other in held for row in other.rows()}
    count = 0
    for row in batch.rows():
        count += row in known
        known.add(row)
    return count
