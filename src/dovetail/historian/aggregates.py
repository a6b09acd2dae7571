"""What a trend says about a signal, from chunk headers where they suffice and from samples where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dovetail.chunkstore.months import Found, View, month_of
from dovetail.core.batch import Kind
from dovetail.historian.model import Series
from dovetail.packing.chunks import GOOD_MASK, Header, numbers
from dovetail.packing.columns import VALID, Block
from dovetail.reading.corrected import Corrected
from dovetail.reading.read import Range, Reader, ordered

type Stretch = Found | Block


def stretches(reader: Corrected, asked: Range, *, whole: Callable[[Header], bool]) -> Iterator[Stretch]:
    """The samples of one tag in [from, to) by time, as float64 blocks, or as a header for a chunk that is `whole`.

    Stretches do not overlap. A chunk into which unsealed samples fall is opened, whatever `whole` says, and so is one
    of which something was corrected: its header sums up what was sent.
    """
    for part, sent in reader.sent_alone(asked):
        if sent is None:
            yield from floats(reader.raw(part))
        else:
            yield from _sent(sent, part, whole=lambda header, part=part: _lies_in(header, part) and whole(header))


def _lies_in(header: Header, part: Range) -> bool:
    return header.t0 >= part.from_us and header.t1 < part.to_us


def _sent(reader: Reader, asked: Range, *, whole: Callable[[Header], bool]) -> Iterator[Stretch]:
    rows = reader.rows()
    everything = reader.unsealed(rows, asked, {})
    loose_months = {month for block in everything for month in month_of(block.ts).tolist()}
    files = set(reader.months.between(asked.from_us, asked.to_us))
    for month in sorted(files | loose_months):
        if month not in files:
            yield from floats([block.take(month_of(block.ts) == month) for block in everything])
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
        yield from floats([*(_clipped(view.body(part.id, tag=tag), asked) for part in found), *loose])
        return
    rest = ordered(loose) if loose else None
    for part in found:
        header = part.header
        opened: list[Block] = []
        if rest is not None:
            start = int(np.searchsorted(rest.ts, header.t0, side="left"))
            end = int(np.searchsorted(rest.ts, header.t1, side="right"))
            yield from floats([rest.take(slice(0, start))])
            opened = [rest.take(slice(start, end))] if start < end else []
            rest = rest.take(slice(end, None))
        if not opened and whole(header):
            yield part
        else:
            yield from floats([_clipped(view.body(part.id, tag=tag), asked), *opened])
    if rest is not None:
        yield from floats([rest])


def _clipped(block: Block, asked: Range) -> Block:
    start, end = np.searchsorted(block.ts, (asked.from_us, asked.to_us), side="left").tolist()
    return block.take(slice(start, end))


def floats(parts: Sequence[Block]) -> Iterator[Block]:
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


def series(reader: Corrected, asked: Range, px: int) -> Series:
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
