"""Samples of several blocks as one, in order and without repeats; and of several kinds, as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Kind
from dovetail.packing.columns import Block, concat, repeated
from dovetail.packing.headers import numbers

type Order = Literal["time", "tag"]


def ordered(parts: list[Block], *, by: Order = "time") -> Block:
    """Parts in arrival order become one block without repeats, by (ts, tag, arrival) or by (tag, ts, arrival)."""
    whole = concat(parts)
    if by == "tag":
        onwards = (whole.ts[1:] > whole.ts[:-1]) & (whole.tag[1:] == whole.tag[:-1])
        if (onwards | (whole.tag[1:] > whole.tag[:-1])).all():
            return whole
        whole = whole.take(np.lexsort((whole.ts, whole.tag)))
        return whole.take(~repeated(whole))
    if (whole.tag == whole.tag[0]).all():
        if (whole.ts[1:] <= whole.ts[:-1]).any():
            whole = whole.take(np.argsort(whole.ts, kind="stable"))
            whole = whole.take(~repeated(whole))
        return whole
    whole = whole.take(np.lexsort((whole.ts, whole.tag)))
    whole = whole.take(~repeated(whole))
    return whole.take(np.lexsort((whole.tag, whole.ts)))


def clipped(block: Block, from_us: int, to_us: int) -> Block:
    """One tag's sorted samples with ts in [from, to)."""
    start, end = np.searchsorted(block.ts, (from_us, to_us), side="left").tolist()
    return block.take(slice(start, end))


def floats(parts: Iterable[Block]) -> Iterator[Block]:
    """Parts in arrival order as one block of float64 by (ts, kind, arrival); a text is a sample without a number.

    Two kinds of one moment are two samples, also where both say the same: so do the headers of their chunks.
    """
    some = [part for part in parts if len(part)]
    same_kind = [ordered([part for part in some if part.kind is kind]) for kind in sorted({part.kind for part in some})]
    if not same_kind:
        return
    found: list[Block] = []
    for block in same_kind:
        values, has = numbers(block)
        status = np.where(has, block.status, block.status & 0xFFFF).astype(np.uint32)
        found.append(replace(block, kind=Kind.F64, value=values, status=status, device=None, native=None))
    whole = concat(found)
    yield whole if len(found) == 1 else whole.take(np.lexsort((whole.tag, whole.ts)))


def repeated_unsorted(block: Block) -> NDArray[np.bool_]:
    """bool[n]: which samples, in any order, repeat an earlier one; free of cost in the orders that drivers deliver."""
    tag_step, ts_step = block.tag[1:] - block.tag[:-1], block.ts[1:] - block.ts[:-1]
    by_tag = (tag_step > 0) | ((tag_step == 0) & (ts_step > 0))
    if by_tag.all() or ((ts_step > 0) | ((ts_step == 0) & (tag_step > 0))).all():
        return np.zeros(len(block), dtype=np.bool_)
    scans = np.flatnonzero(np.concatenate(([True], tag_step <= 0)))  # reads one after the other, each tag once in one
    began, ended = np.minimum.reduceat(block.ts, scans), np.maximum.reduceat(block.ts, scans)
    if (began[1:] > ended[:-1]).all():
        return np.zeros(len(block), dtype=np.bool_)
    order = np.lexsort((block.ts, block.tag))
    answer = np.empty(len(block), dtype=np.bool_)
    answer[order] = repeated(block.take(order))
    return answer
