"""Many signals between a few moments: what is opened is summed up at once, chunk by chunk, while the processor has it
at hand; of each stretch only its ends come, and what lies between in one row.

A stretch is what one chunk holds between two moments. Only where all of it is plainly GOOD or BAD, and its ends are
GOOD, is it summed up; else its samples come as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.quality import GOOD
from dovetail.packing.chunks import GOOD_MASK
from dovetail.packing.columns import TEXT_KINDS, VALID, Block
from dovetail.packing.order import ordered
from dovetail.reading.corrected import Corrected
from dovetail.reading.read import Range

SLOT: Final = np.dtype(
    [
        *((name, np.int64) for name in ("place", "t0", "t1", "good_us", "n", "n_good")),
        *((name, np.float64) for name in ("first", "last", "sum", "tw")),
    ]
)
MOMENTS_KNOWN: Final = 8  # columns of moments, which signals of one read share
_PLAIN: Final = np.uint32(GOOD | VALID)


@dataclass(slots=True)
class Slots:
    """By tags that are asked for: `rows` (SLOT) of what was summed up, `raw` samples with the place of their tag, both
    with the last sample before the first moment where it was at hand; `rest`: tags that must be read in another way."""

    rows: NDArray[Any] = field(default_factory=lambda: np.empty(0, dtype=SLOT))
    raw: list[tuple[int, Block]] = field(default_factory=list[tuple[int, Block]])
    rest: set[int] = field(default_factory=set[int])


@dataclass(frozen=True, slots=True, eq=False)
class _Moments:
    """A column of moments: where the cuts fall in it, and how long each sample is held."""

    ts: NDArray[np.int64]
    cuts: list[int]
    held_us: NDArray[np.float64]


def slots(reader: Corrected, tags: Sequence[int], cuts: Sequence[int]) -> Slots:
    """The samples of tags (sorted) between cuts (sorted, two at least), and the one before them."""
    asked = Range(tuple(tags), cuts[0], cuts[-1])
    found, rows = Slots(), list[tuple[Any, ...]]()
    laid = {tag for tag, over in reader.of(tags).items() if over.spans(cuts[0], cuts[-1])}
    loose = _by_tag(reader.loose(asked))  # first: what is sealed meanwhile is then in both, and its tag is left out
    place_of, last_us = {tag: place for place, tag in enumerate(asked.tags)}, dict[int, int]()
    known: dict[int, _Moments] = {}
    for block in _blocks(reader, asked, loose):
        tag = int(block.tag[0])
        if tag in laid or tag in found.rest:
            continue
        if block.kind in TEXT_KINDS or last_us.get(tag, -1) >= int(block.ts[0]):
            found.rest.add(tag)
            continue
        place = place_of[tag]
        last_us[tag] = int(block.ts[-1])
        moments = known.get(id(block.ts))
        if moments is None or moments.ts is not block.ts:
            moments = _Moments(block.ts, np.searchsorted(block.ts, cuts).tolist(), np.diff(block.ts).astype(np.float64))
            if len(known) >= MOMENTS_KNOWN:
                known.pop(next(iter(known)))
            known[id(block.ts)] = moments
        starts = [max(0, moments.cuts[0] - 1), *moments.cuts]
        for start, end in zip(starts, moments.cuts, strict=False):
            if start < end:
                row = _summed(block, moments, start, end)
                found.raw += [(place, block.take(slice(start, end)))] if row is None else []
                rows += [] if row is None else [(place, *row)]
    found.rest |= laid
    kept = [row for row in rows if asked.tags[row[0]] not in found.rest]
    found.rows = np.array(kept, dtype=SLOT)
    found.raw = [(place, block) for place, block in found.raw if asked.tags[place] not in found.rest]
    return found


def _blocks(reader: Corrected, asked: Range, loose: Sequence[Block]) -> Iterator[Block]:
    for month in reader.months.between(asked.from_us, asked.to_us):
        with reader.months.view(month) as view:
            yield from view.bodies(asked.tags, asked.from_us, asked.to_us)
    yield from loose


def _by_tag(parts: Sequence[Block]) -> list[Block]:
    """What waits to be sealed, one block for each tag and kind."""
    found: list[Block] = []
    for kind in {part.kind for part in parts}:
        whole = ordered([part for part in parts if part.kind is kind], by="tag")
        starts = np.flatnonzero(np.concatenate(([True], whole.tag[1:] != whole.tag[:-1]))).tolist()
        found += [whole.take(slice(a, b)) for a, b in zip(starts, [*starts[1:], len(whole)], strict=True)]
    return found


def _summed(block: Block, moments: _Moments, start: int, end: int) -> tuple[float, ...] | None:
    """The columns of SLOT behind `place`; None: the samples must be seen one by one."""
    ts, n = moments.ts, end - start
    if n > 1 and ts[start] == ts[start + 1]:
        return None
    if n == 1 and block.status[start] == _PLAIN:
        only = float(block.value[start])
        return (int(ts[start]), int(ts[start]), 0, 1, 1, only, only, only, 0.0) if isfinite(only) else None
    status, held_us = block.status[start:end], moments.held_us[start : end - 1]
    value = block.value[start:end].astype(np.float64, copy=False)
    t0, t1 = int(ts[start]), int(ts[end - 1])
    n_good, good_us = n, t1 - t0
    if not (status == _PLAIN).all():
        good = (status & GOOD_MASK) == GOOD_MASK
        if not good[0] or not good[-1] or (good != (status >= VALID)).any():
            return None
        n_good, good_us = int(np.count_nonzero(good)), int(held_us[good[:-1]].sum())
        value = np.where(good, value, 0.0)
    total, area = float(value.sum()), float((value[:-1] * held_us).sum())
    if not (isfinite(total) and isfinite(area)):
        return None
    return t0, t1, good_us, n, n_good, float(value[0]), float(value[-1]), total, area
