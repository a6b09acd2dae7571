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
from dovetail.packing.columns import TEXT_KINDS, VALID, Block
from dovetail.packing.headers import GOOD_MASK
from dovetail.packing.order import ordered
from dovetail.packing.sheets import Line, Opener, Sheet, alike, line_of, runs_of, sheet
from dovetail.reading.corrected import Corrected
from dovetail.reading.read import Range

SLOT: Final = np.dtype(
    [
        *((name, np.int64) for name in ("place", "t0", "t1", "good_us", "n", "n_good")),
        *((name, np.float64) for name in ("first", "last", "sum", "tw")),
    ]
)
_OPENED_MOST: Final = 0.75  # of a chunk: to open a little less is not worth it
_DOUBT: Final = 1e-3  # of the size of all values: a sum of 20,000 may be off by 2e-12 of that, so by 2e-9 of itself
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
    rest = {tag for tag, over in reader.of(tags).items() if over.spans(cuts[0], cuts[-1])}
    loose = _by_tag(reader.loose(asked))  # first: what is sealed meanwhile is then in both, and its tag is left out
    last_us, rows, raw = dict[int, int](), list[NDArray[Any]](), list[tuple[int, Block]]()
    for some in _lines(reader, asked, loose):
        lines: list[Line] = []
        for line in some:
            if line.kind in TEXT_KINDS or last_us.get(line.tag, -1) >= line.ts[0]:
                rest.add(line.tag)
            last_us[line.tag] = int(line.ts[-1])
            lines += [line] if line.tag not in rest else []
        for group in alike(lines):
            for laid, summed, which, part in _summed(group, cuts):
                place = np.searchsorted(tags, [line.tag for line in laid.lines])
                summed["place"] = place
                rows.append(summed if which.all() else summed[which])
                raw += [(int(place[row]), laid.block(row, part)) for row in np.flatnonzero(~which).tolist()]
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


type _Summed = tuple[Sheet, NDArray[Any], NDArray[np.bool_], slice]


def _summed(group: Sequence[Line], cuts: Sequence[int]) -> Iterator[_Summed]:
    """Of each stretch of lines that are alike: SLOT[m] without places, bool[m] which of them hold, the samples."""
    ts = group[0].ts
    at = np.searchsorted(ts, cuts).tolist()
    parts = [(start, end) for start, end in zip([max(0, at[0] - 1), *at], at, strict=False) if start < end]
    if not parts:
        return
    start, end = parts[-1]
    rest = group
    if end == len(ts) and start <= _OPENED_MOST * end and all(line.sums is not None for line in group):
        laid = sheet(group, start + 1 if start else 0)  # the last stretch is what the header says less what lies before
        runs = _Runs(laid)
        for before in parts[:-1]:
            yield laid, *_opened(laid, runs, *before), slice(*before)
        rows, holds = _less(laid, runs, start)
        some = [line for line, is_held in zip(group, holds.tolist(), strict=True) if is_held]
        yield Sheet(ts, laid.value[holds], some), rows[holds], np.ones(len(some), dtype=np.bool_), slice(start, end)
        rest, parts = [line for line, is_held in zip(group, holds.tolist(), strict=True) if not is_held], parts[-1:]
    if rest:
        laid = sheet(rest, end)
        runs = _Runs(laid)
        for part in parts:
            yield laid, *_opened(laid, runs, *part), slice(*part)


def _row(runs: _Runs, start: int, end: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """(SLOT[m] as far as the status says, bool[m] whether they may be summed up)."""
    ts = runs.ts
    rows = np.empty(runs.m, dtype=SLOT)
    rows["t0"], rows["t1"], rows["n"] = ts[start], ts[end - 1], end - start
    rows["n_good"], rows["good_us"], sound = runs.good(start, end)
    if end - start > 1 and ts[start] == ts[start + 1]:
        sound[:] = False
    return rows, sound


def _opened(laid: Sheet, runs: _Runs, start: int, end: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """A stretch whose values are unpacked."""
    value = laid.value
    rows, sound = _row(runs, start, end)
    rows["first"], rows["last"] = value[:, start], value[:, end - 1]
    with np.errstate(invalid="ignore", over="ignore"):
        rows["sum"] = value[:, start:end].sum(axis=1)
        rows["tw"] = _area(value[:, start : end - 1], runs.held_us[start : end - 1])
    return rows, sound & np.isfinite(rows["sum"]) & np.isfinite(rows["tw"])


def _less(laid: Sheet, runs: _Runs, start: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The stretch from `start` to the end of chunks: what their headers sum up, less what lies before.

    Where that would be less exact than the sum of its samples it does not hold, nor where anything in the chunk does
    not count as GOOD or BAD.
    """
    ts, value = runs.ts, laid.value
    rows, sound = _row(runs, start, len(ts))
    first, last, least, most, total, area = np.array([line.sums for line in laid.lines], dtype=np.float64).T
    rows["first"], rows["last"] = value[:, start] if start else first, last
    with np.errstate(invalid="ignore", over="ignore"):
        rows["sum"] = total - value[:, :start].sum(axis=1)
        rows["tw"] = area - _area(value[:, :start], runs.held_us[:start])
        doubt = _DOUBT * np.maximum(np.abs(least), np.abs(most))
        exact = (doubt * len(ts) <= np.abs(rows["sum"])) & (doubt * (ts[-1] - ts[0]) <= np.abs(rows["tw"]))
    sound &= runs.plainly & (exact | (start == 0))
    return rows, sound & np.isfinite(rows["sum"]) & np.isfinite(rows["tw"])


def _area(value: NDArray[np.float64], held_us: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.einsum("ij,j->i", value, held_us)  # not @: it would wait for threads


class _Runs:
    """How long the lines of a sheet were GOOD; where they have no value it becomes zero."""

    def __init__(self, laid: Sheet) -> None:
        self.ts, self.m = laid.ts, len(laid.lines)
        self.held_us = np.diff(laid.ts).astype(np.float64)
        self.plainly = np.ones(self.m, dtype=np.bool_)  # bool[m]: nowhere anything but GOOD with a value or BAD without
        self._plain = all(line.runs[:4] == _PLAIN and len(line.runs) == 8 for line in laid.lines)
        if self._plain:
            return
        row, status, n = runs_of(laid.lines)
        ends = np.cumsum(n)
        before = np.cumsum(np.bincount(row, n, self.m)).astype(np.int64)
        ends -= np.concatenate(([0], before[:-1]))[row]
        self._row, self._start, self._end = row, ends - n, ends
        self._good = (status & GOOD_MASK) == GOOD_MASK
        self._odd = self._good != (status >= VALID)
        self.plainly[row[self._odd]] = False
        self._clear(laid.value, status < VALID)

    def _clear(self, value: NDArray[np.float64], which: NDArray[np.bool_]) -> None:
        row, start = self._row[which], np.minimum(self._start[which], value.shape[1])
        n = np.minimum(self._end[which], value.shape[1]) - start
        at = np.arange(n.sum()) + np.repeat(start - np.cumsum(n) + n, n)
        value[np.repeat(row, n), at] = 0.0

    def good(self, start: int, end: int) -> tuple[Any, Any, NDArray[np.bool_]]:
        """Of each line's samples start … end − 1: how many are GOOD, how long, and whether they may be summed up."""
        t0, t1 = int(self.ts[start]), int(self.ts[end - 1])
        if self._plain:
            return end - start, t1 - t0, np.ones(self.m, dtype=np.bool_)
        lo, hi = np.maximum(self._start, start), np.minimum(self._end, end)
        inside = lo < hi
        good = inside & self._good
        row, lo, hi = self._row[good], lo[good], hi[good]
        n_good = np.bincount(row, hi - lo, self.m)
        good_us = np.bincount(row, self.ts[np.minimum(hi, end - 1)] - self.ts[lo], self.m)
        sound = np.bincount(row, (lo == start) + 2 * (hi == end), self.m) == 3  # both ends
        return n_good, good_us, sound & (np.bincount(self._row[inside & self._odd], minlength=self.m) == 0)
