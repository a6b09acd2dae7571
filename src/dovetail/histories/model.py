"""A foreign history judged: what becomes a sample of which tag, and which rows do not, each with its reason.

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
from dovetail.core.batch import DTYPES, Batch, Kind
from dovetail.core.limits import (
    HISTORY_FRAME_CHARS,
    HISTORY_FRAME_ROWS,
    HISTORY_NAME_MAX,
    HISTORY_REFUSED_SHOWN,
    HISTORY_SERIES_MAX,
)
from dovetail.forms.model import Named
from dovetail.historian.ingest import FUTURE_MAX_US, TS_MIN_US
from dovetail.pastfiles.cells import UNSAID, joined, qualities_of, values_of
from dovetail.pastfiles.model import Row, refused
from dovetail.pastfiles.moments import Moments
from dovetail.pastfiles.slabs import Slab

type Find = Callable[[str], Named | None]


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

    def frames(self, slabs: Iterable[Slab]) -> Iterator[tuple[Batch, ...]]:
        """The samples of so many rows at a time, a batch for each kind. Raises InvalidError for a file of too much."""
        for some in _portions(slabs):
            by_kind: dict[Kind, list[Batch]] = {}
            for slab in some:
                for batch in self._judged(slab):
                    by_kind.setdefault(batch.kind, []).append(batch)
            yield tuple(joined(listed) for _, listed in sorted(by_kind.items()))

    def _judged(self, slab: Slab) -> Iterator[Batch]:
        self.report.rows += len(slab)
        of = {number: self._series(slab.names[number]) for number in slab.seen}
        tags, kinds = np.zeros(len(slab.names), dtype=np.int64), np.zeros(len(slab.names), dtype=np.uint8)
        for number, n in enumerate(np.bincount(slab.series, minlength=len(slab.names)).tolist()):
            if n and (tag := of[number].tag) is not None:
                tags[number], kinds[number] = tag.id, tag.kind or Kind.F64
            if n:
                of[number].rows += n
        kind = kinds[slab.series]
        us, untimely = self._moments.many(slab)
        values = values_of(slab.values, kind, comma=self._comma)
        quality, unknown = qualities_of(slab.qualities, len(slab))
        out = (us < TS_MIN_US) | (us > self._until_us)
        faulty = (kind == 0) | out
        faulty[[*untimely, *values.wrong, *unknown]] = True
        for row in np.flatnonzero(faulty).tolist():
            told = slab.row(row)
            if kind[row] == 0:
                self.report.refuse(told, "no-tag", f"no tag is named for {told.series[:100]!r}")
            elif row in untimely:
                self.report.refuse(told, "time", untimely[row])
            elif out[row]:
                what = f"{told.time[:40]} is before 1990 or to come: no signal of a plant is"
                self.report.refuse(told, "time-range", what)
            elif row in values.wrong:
                self.report.refuse(told, "value", values.wrong[row])
            else:
                self.report.refuse(told, "quality", unknown[row])
        self._count(slab, us, np.flatnonzero(~faulty), of)
        for one in np.unique(kind[~faulty]).tolist():
            rows = np.flatnonzero(~faulty & (kind == one))
            column, has = values.column(Kind(one), rows)
            said = quality[rows]
            itself = (said == UNSAID) | (~has & ((said & q.MAJOR_MASK) != q.BAD))
            whole = np.where(itself, values.said[rows], said).astype(np.uint16)
            valid = has & ((whole & q.MAJOR_MASK) != q.BAD)
            yield Batch(Kind(one), tags[slab.series[rows]], us[rows], column, valid, whole)

    def _count(self, slab: Slab, us: NDArray[np.int64], rows: NDArray[np.intp], of: dict[int, Series]) -> None:
        self.report.samples += len(rows)
        order = rows[np.argsort(slab.series[rows], kind="stable")]
        whose = slab.series[order]
        starts = np.flatnonzero(np.concatenate(([True], whose[1:] != whose[:-1])))
        if not len(order):
            return
        n, times = np.diff(np.append(starts, len(order))), us[order]
        least, most = np.minimum.reduceat(times, starts), np.maximum.reduceat(times, starts)
        for number, count, first, last in np.column_stack((whose[starts], n, least, most)).tolist():
            series = of[number]
            series.samples += count
            series.first_us = first if series.first_us is None else min(series.first_us, first)
            series.last_us = last if series.last_us is None else max(series.last_us, last)

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


def _portions(slabs: Iterable[Slab]) -> Iterator[list[Slab]]:
    """So many rows at a time, and fewer where they are long."""
    some, n, size = list[Slab](), 0, 0
    for slab in slabs:
        sizes, start, before = np.cumsum(slab.sizes), 0, 0
        while start < len(slab):
            full = 1 + int(np.searchsorted(sizes, before + HISTORY_FRAME_CHARS - size))
            end = min(start + HISTORY_FRAME_ROWS - n, full, len(slab))
            some.append(slab.part(start, end))
            n, size, before, start = n + end - start, size + int(sizes[end - 1]) - before, int(sizes[end - 1]), end
            if n >= HISTORY_FRAME_ROWS or size >= HISTORY_FRAME_CHARS:
                yield some
                some, n, size = [], 0, 0
    if some:
        yield some


def held_already(batch: Batch, held: Sequence[Batch]) -> int:
    """How many samples of a batch stand among others, or twice in itself."""
    others = [other for other in held if other.kind is batch.kind]
    if batch.kind in (Kind.STR, Kind.JSON):
        return _held_texts(batch, others)
    parts = [*others, batch]
    if not others and not _have_twins(batch):
        return 0
    columns = [np.concatenate([column(part) for part in parts]) for column in _IDENTITY]
    order = np.lexsort(columns)  # stable: of equal ones those that stand there first
    same = np.ones(max(0, len(order) - 1), dtype=np.bool_)
    for column in columns:
        laid = column[order]
        same &= laid[1:] == laid[:-1]
    ours = len(order) - len(batch)
    return int((same & (order[1:] >= ours)).sum())


def _have_twins(batch: Batch) -> bool:
    """Whether two samples are of one signal and moment: most have none."""
    order = np.lexsort((batch.ts, batch.tag))
    tag, ts = batch.tag[order], batch.ts[order]
    return bool(((tag[1:] == tag[:-1]) & (ts[1:] == ts[:-1])).any())


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
