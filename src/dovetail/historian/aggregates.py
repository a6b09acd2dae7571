"""What a trend and a mean say about a signal, from chunk headers where they suffice and from samples where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.months import Found, View, month_of
from dovetail.core.batch import Kind
from dovetail.core.errors import InvalidError
from dovetail.historian.model import Mean, Series
from dovetail.historian.read import Range, Reader, ordered
from dovetail.packing import chunks
from dovetail.packing.chunks import GOOD_MASK, Header, numbers
from dovetail.packing.columns import TEXT_KINDS, VALID, Block

type Stretch = Found | Block


def stretches(reader: Reader, asked: Range, *, whole: Callable[[Header], bool]) -> Iterator[Stretch]:
    """The samples of one tag in [from, to) by time, as float64 blocks, or as a header for a chunk that is `whole`.

    Stretches do not overlap. A chunk into which unsealed samples fall is opened, whatever `whole` says.
    """
    rows = reader.rows()
    everything = reader.unsealed(rows, asked, {})
    loose_months = {month for block in everything for month in month_of(block.ts).tolist()}
    files = set(reader.months.between(asked.from_us, asked.to_us))
    for month in sorted(files | loose_months):
        if month not in files:
            yield from _floats([block.take(month_of(block.ts) == month) for block in everything])
            continue
        with reader.months.view(month) as view:
            loose = reader.unsealed(rows, asked, {month: view.sealed})
            loose = [block.take(month_of(block.ts) == month) for block in loose]
            yield from _of_month(view, asked, loose=loose, whole=whole)


def _of_month(view: View, asked: Range, *, loose: list[Block], whole: Callable[[Header], bool]) -> Iterator[Stretch]:
    tag = asked.tags[0]
    found = view.found(tag, asked.from_us, asked.to_us)
    loose = [block for block in loose if len(block)]
    if len({part.kind for part in (*found, *loose)}) > 1:  # the tag changed its kind: its chunks may overlap
        yield from _floats([*(_clipped(view.body(part.id, tag=tag), asked) for part in found), *loose])
        return
    rest = ordered(loose) if loose else None
    for part in found:
        header = part.header
        opened: list[Block] = []
        if rest is not None:
            start = int(np.searchsorted(rest.ts, header.t0, side="left"))
            end = int(np.searchsorted(rest.ts, header.t1, side="right"))
            yield from _floats([rest.take(slice(0, start))])
            opened = [rest.take(slice(start, end))] if start < end else []
            rest = rest.take(slice(end, None))
        if not opened and whole(header):
            yield part
        else:
            yield from _floats([_clipped(view.body(part.id, tag=tag), asked), *opened])
    if rest is not None:
        yield from _floats([rest])


def _clipped(block: Block, asked: Range) -> Block:
    start, end = np.searchsorted(block.ts, (asked.from_us, asked.to_us), side="left").tolist()
    return block.take(slice(start, end))


def _floats(parts: Sequence[Block]) -> Iterator[Block]:
    """Parts in arrival order as one block of float64 by (ts, arrival); a text is a sample without a number."""
    some = [part for part in parts if len(part)]
    same_kind = [ordered([part for part in some if part.kind is kind]) for kind in sorted({part.kind for part in some})]
    if not same_kind:
        return
    floats: list[Block] = []
    for block in same_kind:
        values, has = numbers(block)
        status = np.where(has, block.status, block.status & 0xFFFF).astype(np.uint32)
        floats.append(replace(block, kind=Kind.F64, value=values, status=status, device=None, native=None))
    yield floats[0] if len(floats) == 1 else ordered(floats)


# --- trend --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Partial:
    """Rows of (bucket, n, n_good, first, last, min, max), ordered by (bucket, time); NaN where no value is."""

    bucket: NDArray[np.int64]
    n: NDArray[np.int64]
    n_good: NDArray[np.int64]
    numbers: NDArray[np.float64]  # [rows, 4]


def series(reader: Reader, asked: Range, px: int) -> Series:
    """Per pixel bucket min, max, first and last. Width = ⌈(to − from) / px⌉ µs; the first bucket starts at `from`."""
    width_us = max(1, -(-(asked.to_us - asked.from_us) // px))

    def bucket_of(ts: int) -> int:
        return (ts - asked.from_us) // width_us

    def whole(header: Header) -> bool:
        inside = header.t0 >= asked.from_us and header.t1 < asked.to_us
        return inside and bucket_of(header.t0) == bucket_of(header.t1)

    partials = [
        _of_samples(part, (part.ts - asked.from_us) // width_us)
        if isinstance(part, Block)
        else _of_header(part.header, bucket_of(part.header.t0))
        for part in stretches(reader, asked, whole=whole)
    ]
    return _series(asked, width_us, partials)


def _of_samples(block: Block, bucket: NDArray[np.int64]) -> _Partial:
    has = block.status >= VALID
    good = (block.status & GOOD_MASK) == GOOD_MASK
    starts = _starts(bucket)
    values = np.where(has, block.value, np.nan)
    rows = np.full((len(starts), 4), np.nan)
    rows[:, 2] = np.fmin.reduceat(values, starts)
    rows[:, 3] = np.fmax.reduceat(values, starts)
    if has.any():
        valued, some = bucket[has], values[has]
        firsts = _starts(valued)
        at = np.searchsorted(bucket[starts], valued[firsts])
        rows[at, 0] = some[firsts]
        rows[at, 1] = some[np.append(firsts[1:], len(some)) - 1]
    n = np.diff(np.append(starts, len(block)))
    return _Partial(bucket[starts], n, np.add.reduceat(good.astype(np.int64), starts), rows)


def _of_header(header: Header, bucket: int) -> _Partial:
    row = [np.nan if number is None else number for number in (header.first, header.last, header.min, header.max)]
    counts = np.array([[bucket], [header.n], [header.n_good]], dtype=np.int64)
    return _Partial(counts[0], counts[1], counts[2], np.array([row], dtype=np.float64))


def _starts(column: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.flatnonzero(np.concatenate(([True], column[1:] != column[:-1])))


def _series(asked: Range, width_us: int, partials: list[_Partial]) -> Series:
    if not partials:
        none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
        return Series(asked.tags[0], none, nothing, nothing, nothing, nothing, none, none)
    bucket = np.concatenate([part.bucket for part in partials])
    rows = np.concatenate([part.numbers for part in partials])
    starts = _starts(bucket)
    first, last = np.full(len(starts), np.nan), np.full(len(starts), np.nan)
    has = ~np.isnan(rows[:, 0])
    if has.any():
        valued = bucket[has]
        firsts = _starts(valued)
        at = np.searchsorted(bucket[starts], valued[firsts])
        first[at] = rows[has, 0][firsts]
        last[at] = rows[has, 1][np.append(firsts[1:], len(valued)) - 1]
    return Series(
        tag=asked.tags[0],
        t0_us=asked.from_us + bucket[starts] * width_us,
        min=np.fmin.reduceat(rows[:, 2], starts),
        max=np.fmax.reduceat(rows[:, 3], starts),
        first=first,
        last=last,
        n=np.add.reduceat(np.concatenate([part.n for part in partials]), starts),
        n_good=np.add.reduceat(np.concatenate([part.n_good for part in partials]), starts),
    )


# --- time-weighted mean -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Point:
    """A value at a time, and whether it may be held onwards from there."""

    ts: int
    value: float
    has: bool
    good: bool


@dataclass(slots=True)
class _Sum:
    """What has been covered so far: ∫ value dt, time with a value, time with a GOOD one; and the newest point."""

    sloped: bool
    at: _Point | None = None
    integral: float = 0.0
    covered_us: int = 0
    good_us: int = 0

    def to(self, point: _Point) -> None:
        """Hold the newest value up to `point` (sloped: on the straight line to it, where it has a value)."""
        before, self.at = self.at, point
        if before is None or not before.has:
            return
        held_us = point.ts - before.ts
        value = (before.value + point.value) / 2 if self.sloped and point.has else before.value
        self.add(value * held_us, held_us, held_us if before.good else 0)

    def add(self, integral: float, covered_us: int, good_us: int) -> None:
        self.integral += integral
        self.covered_us += covered_us
        self.good_us += good_us


def mean(reader: Reader, asked: Range, *, now_us: int, interpolation: Literal["stepped", "sloped"]) -> Mean:
    """Time-weighted over the covered part of [from, to); nothing is held beyond now. Raises InvalidError for texts."""
    to_us = min(asked.to_us, now_us)
    span_us = asked.to_us - asked.from_us
    if to_us <= asked.from_us:
        return Mean(None, 0, 0.0)
    asked = replace(asked, to_us=to_us)
    total = _Sum(sloped=interpolation == "sloped")
    bound = _before(reader, asked)
    for part in stretches(reader, asked, whole=lambda header: _usable(header, asked, sloped=total.sloped)):
        first, last = _ends(part)
        if total.at is None and bound is not None:
            total.at = _at(asked.from_us, bound, first if total.sloped else None)
        total.to(first)
        total.add(*_inside(part, sloped=total.sloped))
        total.at = last
    if total.at is None and bound is not None:
        after = _after(reader, asked) if total.sloped else None
        total.at = _at(asked.from_us, bound, after)
    if total.at is not None:
        after = _after(reader, asked) if total.sloped else None
        end = _at(to_us, total.at, after)
        total.to(end if after is not None and after.has else replace(end, has=False))
    value = total.integral / total.covered_us if total.covered_us else None
    return Mean(value, total.covered_us, total.good_us / span_us)


def _usable(header: Header, asked: Range, *, sloped: bool) -> bool:
    inside = header.t0 >= asked.from_us and header.t1 < asked.to_us
    return inside and not sloped and header.n == header.n_good and None not in (header.first, header.last, header.tw)


def _ends(part: Stretch) -> tuple[_Point, _Point]:
    if isinstance(part, Found):
        header = part.header
        first, last = header.first or 0.0, header.last or 0.0
        return _Point(header.t0, first, has=True, good=True), _Point(header.t1, last, has=True, good=True)
    return _point(part, 0), _point(part, len(part) - 1)


def _point(block: Block, at: int) -> _Point:
    status = int(block.status[at])
    return _Point(int(block.ts[at]), float(block.value[at]), status >= VALID, status & 0xC0 == 0xC0)


def _inside(part: Stretch, *, sloped: bool) -> tuple[float, int, int]:
    """(∫ value dt, covered time, GOOD time) between the first and the last sample of a stretch."""
    header = part.header if isinstance(part, Found) else chunks.header(part)
    integral = header.tw or 0.0
    if sloped and isinstance(part, Block):
        has = part.status >= VALID
        values = np.where(has, part.value, 0.0)
        onto = np.where(has[1:], values[1:], values[:-1])
        integral = float((np.where(has[:-1], values[:-1] + onto, 0.0) / 2) @ np.diff(part.ts))
    return integral, header.covered_us, header.good_us


def _at(ts: int, before: _Point, after: _Point | None) -> _Point:
    """The value that stands at `ts`: held from `before`, or on the line from there to `after` if that has a value."""
    if after is None or not (before.has and after.has) or after.ts == before.ts:
        return replace(before, ts=ts)
    share = (ts - before.ts) / (after.ts - before.ts)
    return replace(before, ts=ts, value=before.value + (after.value - before.value) * share)


def _before(reader: Reader, asked: Range) -> _Point | None:
    for block in reader.before(asked.tags, asked.from_us):
        if block.kind in TEXT_KINDS:
            raise InvalidError("a text has no mean", pointer="/tag")
        return _point(next(_floats([block])), 0)
    return None


def _after(reader: Reader, asked: Range) -> _Point | None:
    later = reader.raw(Range(asked.tags, asked.to_us, np.iinfo(np.int64).max), limit=1)
    for block in _floats(later):
        return _point(block, 0)
    return None
