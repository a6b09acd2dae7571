"""The status of signals that were read together: most are GOOD throughout, and a run of samples has one status."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.quality import GOOD
from dovetail.packing.columns import VALID
from dovetail.packing.headers import GOOD_MASK
from dovetail.reading.sheets import Sheet, runs_of

_PLAIN: Final = (GOOD | VALID).to_bytes(4, "little")


class Runs:
    """How long the lines of a sheet were GOOD; where they have no value it becomes zero."""

    def __init__(self, laid: Sheet) -> None:
        self.ts, self.m = laid.ts, len(laid.lines)
        self.held_us = np.diff(laid.ts).astype(np.float64)
        self.plainly = np.ones(self.m, dtype=np.bool_)  # bool[m]: nowhere anything but GOOD with a value or BAD without
        runs = [line.runs for line in laid.lines]
        self._plain = runs[0][:4] == _PLAIN and len(runs[0]) == 8 and b"".join(runs) == runs[0] * self.m
        if self._plain:
            return
        row, status, n = runs_of(runs)
        ends = np.cumsum(n)
        before = np.cumsum(np.bincount(row, n, self.m)).astype(np.int64)
        ends -= np.concatenate(([0], before[:-1]))[row]
        self._row, self._start, self._end = row, ends - n, ends
        self._status = status
        self._good = (status & GOOD_MASK) == GOOD_MASK
        self._odd = self._good != (status >= VALID)
        self.plainly[row[self._odd]] = False
        laid.value[self.without_value(0, laid.value.shape[1])] = 0.0

    def without_value(self, start: int, end: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(int[k] of which line, int[k] which of its samples): those of start … end − 1 that have no value."""
        if self._plain:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        which = self._status < VALID
        row, lo, hi = self._row[which], np.maximum(self._start[which], start), np.minimum(self._end[which], end)
        n = np.maximum(hi - lo, 0)
        return np.repeat(row, n), np.arange(n.sum()) + np.repeat(lo - np.cumsum(n) + n, n)

    def begins(self, start: int, end: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The same of those with which another status begins."""
        if self._plain:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        inside = (self._start >= start) & (self._start < end)
        return self._row[inside], self._start[inside]

    def odd(self, start: int, end: int) -> NDArray[np.bool_]:
        """bool[m]: lines of which one of these samples is neither GOOD with a value nor BAD without."""
        if self._plain:
            return np.zeros(self.m, dtype=np.bool_)
        inside = self._odd & (self._start < end) & (self._end > start)
        return np.bincount(self._row[inside], minlength=self.m) > 0

    def status(self, row: NDArray[np.intp], at: NDArray[np.intp]) -> NDArray[np.uint32]:
        """uint32[k]: of single samples, by line and place."""
        if self._plain:
            return np.full(len(row), GOOD | VALID, dtype=np.uint32)
        n = len(self.ts)
        return self._status[np.searchsorted(self._row * n + self._start, row * n + at, side="right") - 1]

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
