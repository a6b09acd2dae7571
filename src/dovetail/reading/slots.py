"""Many signals between a few moments: what is opened is summed up at once, side by side where they were read together;
of each stretch only its ends come, and what lies between in one row.

A stretch is what one chunk holds between two moments. Only where all of it is plainly GOOD or BAD, and its ends are
GOOD, is it summed up; else its samples come as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.quality import GOOD
from dovetail.packing.chunks import GOOD_MASK
from dovetail.packing.columns import TEXT_KINDS, VALID, Block
from dovetail.packing.order import ordered
from dovetail.packing.sheets import Line, Opener, Sheet, line_of, runs_of, sheets
from dovetail.reading.corrected import Corrected
from dovetail.reading.read import Range

SLOT: Final = np.dtype(
    [
        *((name, np.int64) for name in ("place", "t0", "t1", "good_us", "n", "n_good")),
        *((name, np.float64) for name in ("first", "last", "sum", "tw")),
    ]
)
_PLAIN: Final = (GOOD | VALID).to_bytes(4, "little")


@dataclass(slots=True)
class Slots:
    """By tags that are asked for: `rows` (SLOT) of what was summed up, `raw` samples with the place of their tag, both
    with the last sample before the first moment where it was at hand; `rest`: tags that must be read in another way."""

    rows: NDArray[Any] = field(default_factory=lambda: np.empty(0, dtype=SLOT))
    raw: list[tuple[int, Block]] = field(default_factory=list[tuple[int, Block]])
    rest: set[int] = field(default_factory=set[int])


def slots(reader: Corrected, tags: Sequence[int], cuts: Sequence[int]) -> Slots:
    """The samples of tags (sorted) between cuts (sorted, two at least), and the one before them."""
    asked = Range(tuple(tags), cuts[0], cuts[-1])
    laid = {tag for tag, over in reader.of(tags).items() if over.spans(cuts[0], cuts[-1])}
    loose = _by_tag(reader.loose(asked))  # first: what is sealed meanwhile is then in both, and its tag is left out
    rest, last_us = set(laid), dict[int, int]()
    rows, raw = list[NDArray[Any]](), list[tuple[int, Block]]()
    for some in _lines(reader, asked, loose):
        lines: list[Line] = []
        for line in some:
            if line.kind in TEXT_KINDS or last_us.get(line.tag, -1) >= line.ts[0]:
                rest.add(line.tag)
            last_us[line.tag] = int(line.ts[-1])
            lines += [line] if line.tag not in rest else []
        for sheet in sheets(lines, cuts[-1]):
            place = np.searchsorted(tags, [line.tag for line in sheet.lines])
            for summed, which, part in _summed(sheet, cuts):
                summed["place"] = place
                rows.append(summed if which.all() else summed[which])
                raw += [(int(place[row]), sheet.block(row, part)) for row in np.flatnonzero(~which).tolist()]
    found = np.concatenate([np.empty(0, dtype=SLOT), *rows])
    if rest:
        found = found[~np.isin(found["place"], np.searchsorted(tags, sorted(rest)))]
        raw = [(place, block) for place, block in raw if tags[place] not in rest]
    return Slots(found[np.lexsort((found["t0"], found["place"]))], raw, rest)


def _lines(reader: Corrected, asked: Range, loose: Sequence[Block]) -> Iterator[list[Line]]:
    for month in reader.months.between(asked.from_us, asked.to_us):
        with reader.months.view(month) as view:
            for some in view.packed(asked.tags, asked.from_us, asked.to_us):
                opener = Opener()
                yield [opener.line(*one) for one in some]
    yield [line_of(block) for block in loose]


def _by_tag(parts: Sequence[Block]) -> list[Block]:
    """What waits to be sealed, one block for each tag and kind."""
    found: list[Block] = []
    for kind in {part.kind for part in parts}:
        whole = ordered([part for part in parts if part.kind is kind], by="tag")
        starts = np.flatnonzero(np.concatenate(([True], whole.tag[1:] != whole.tag[:-1]))).tolist()
        found += [whole.take(slice(a, b)) for a, b in zip(starts, [*starts[1:], len(whole)], strict=True)]
    return found


def _summed(sheet: Sheet, cuts: Sequence[int]) -> Iterator[tuple[NDArray[Any], NDArray[np.bool_], slice]]:
    """Of each stretch of a sheet: SLOT[m] without their places, bool[m] which of them hold, and the samples."""
    ts, value, runs = sheet.ts, sheet.value, _Runs(sheet)
    held_us = np.diff(ts).astype(np.float64)
    at = np.searchsorted(ts, cuts).tolist()
    for start, end in zip([max(0, at[0] - 1), *at], at, strict=False):
        if start >= end:
            continue
        rows = np.empty(len(value), dtype=SLOT)
        rows["t0"], rows["t1"], rows["n"] = ts[start], ts[end - 1], end - start
        rows["n_good"], rows["good_us"], sound = runs.good(start, end)
        rows["first"], rows["last"] = value[:, start], value[:, end - 1]
        with np.errstate(invalid="ignore", over="ignore"):
            rows["sum"] = value[:, start:end].sum(axis=1)
            rows["tw"] = np.einsum(
                "ij,j->i", value[:, start : end - 1], held_us[start : end - 1]
            )  # waits for no thread
        sound &= np.isfinite(rows["sum"]) & np.isfinite(rows["tw"])
        if end - start > 1 and ts[start] == ts[start + 1]:
            sound[:] = False
        yield rows, sound, slice(start, end)


class _Runs:
    """How long the lines of a sheet were GOOD; where they have no value it becomes zero."""

    def __init__(self, sheet: Sheet) -> None:
        self._ts, self._m = sheet.ts, len(sheet.lines)
        self._plain = all(line.runs[:4] == _PLAIN and len(line.runs) == 8 for line in sheet.lines)
        if self._plain:
            return
        row, status, n = runs_of(sheet.lines)
        ends = np.cumsum(n)
        before = np.cumsum(np.bincount(row, n, self._m)).astype(np.int64)
        ends -= np.concatenate(([0], before[:-1]))[row]
        self._row, self._start = row, np.minimum(ends - n, len(sheet.ts))
        self._end = np.minimum(ends, len(sheet.ts))
        self._good = (status & GOOD_MASK) == GOOD_MASK
        self._odd = self._good != (status >= VALID)
        self._clear(sheet.value, status < VALID)

    def _clear(self, value: NDArray[np.float64], which: NDArray[np.bool_]) -> None:
        row, start = self._row[which], self._start[which]
        n = self._end[which] - start
        at = np.arange(n.sum()) + np.repeat(start - np.cumsum(n) + n, n)
        value[np.repeat(row, n), at] = 0.0

    def good(self, start: int, end: int) -> tuple[Any, Any, NDArray[np.bool_]]:
        """Of each line's samples start … end − 1: how many are GOOD, how long, and whether they may be summed up."""
        t0, t1 = int(self._ts[start]), int(self._ts[end - 1])
        if self._plain:
            return end - start, t1 - t0, np.ones(self._m, dtype=np.bool_)
        lo, hi = np.maximum(self._start, start), np.minimum(self._end, end)
        inside = lo < hi
        good = inside & self._good
        row, lo, hi = self._row[good], lo[good], hi[good]
        n_good = np.bincount(row, hi - lo, self._m)
        good_us = np.bincount(row, self._ts[np.minimum(hi, end - 1)] - self._ts[lo], self._m)
        sound = np.bincount(row, (lo == start) + 2 * (hi == end), self._m) == 3  # both ends
        return n_good, good_us, sound & (np.bincount(self._row[inside & self._odd], minlength=self._m) == 0)
