"""What a trend says about a signal: from hours and minutes and chunk headers where they suffice, else from samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dovetail.historian.model import Series, buckets
from dovetail.packing.columns import VALID, Block
from dovetail.packing.found import Found
from dovetail.packing.headers import GOOD_MASK, Header
from dovetail.packing.rollups import Pictured
from dovetail.reading.corrected import Corrected
from dovetail.reading.read import Range
from dovetail.reading.rolled import Rolling, rolling_of
from dovetail.reading.stretches import Stretch, stretches


@dataclass(frozen=True, slots=True, eq=False)
class _Partial:
    """Rows of (bucket, n, n_good, first, last, min, max), ordered by (bucket, time); NaN where no value is."""

    bucket: NDArray[np.int64]
    n: NDArray[np.int64]
    n_good: NDArray[np.int64]
    numbers: NDArray[np.float64]  # [rows, 4]


def series(reader: Corrected, asked: Range, px: int) -> Series:
    """Per pixel bucket min, max, first and last, in the buckets that `buckets` says."""
    begin_us, width_us = buckets(asked.from_us, asked.to_us, px)

    def bucket_of(ts: int) -> int:
        return (ts - begin_us) // width_us

    def partial(part: Stretch) -> _Partial:
        if isinstance(part, Block):
            return _of_samples(part, (part.ts - begin_us) // width_us)
        if isinstance(part, Found):
            return _of_header(part.header, bucket_of(part.header.t0))
        return _of_picture(part.picture, (part.picture.at - begin_us) // width_us)

    def whole(header: Header) -> bool:
        return bucket_of(header.t0) == bucket_of(header.t1)

    unit = rolling_of((begin_us, width_us))
    rolling = None if unit is None else Rolling(unit)
    partials = [partial(part) for part in stretches(reader, asked, whole=whole, rolling=rolling)]
    return _series(asked.tags[0], begin_us, width_us, [one for one in partials if len(one.bucket)])


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


def _of_picture(picture: Pictured, bucket: NDArray[np.int64]) -> _Partial:
    rows = np.column_stack((picture.first, picture.last, picture.min, picture.max))
    return _Partial(bucket, picture.n, picture.n_good, rows)


def _starts(column: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.flatnonzero(np.concatenate(([True], column[1:] != column[:-1])))


def _series(tag: int, begin_us: int, width_us: int, partials: list[_Partial]) -> Series:
    if not partials:
        none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
        return Series(tag, width_us, none, nothing, nothing, nothing, nothing, none, none)
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
        tag=tag,
        width_us=width_us,
        t0_us=begin_us + bucket[starts] * width_us,
        min=np.fmin.reduceat(rows[:, 2], starts),
        max=np.fmax.reduceat(rows[:, 3], starts),
        first=first,
        last=last,
        n=np.add.reduceat(np.concatenate([part.n for part in partials]), starts),
        n_good=np.add.reduceat(np.concatenate([part.n_good for part in partials]), starts),
    )
