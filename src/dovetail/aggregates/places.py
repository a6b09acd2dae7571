"""Where intervals of time lie among samples: which fall inside, which stands at the start, and what is cut short."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.points import Moments, Points
from dovetail.core.clock import HOUR_US


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """[start, end) int64[m] µs, end > start, in any order, also over each other; `cut` bool[m]: shorter than asked."""

    start: Moments
    end: Moments
    cut: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)


def evenly(from_us: int, to_us: int, every_us: int) -> Intervals:
    """[from, to) in intervals of one length; the last may be cut short (Part 13, 5.4.2.2)."""
    start = np.arange(from_us, to_us, every_us, dtype=np.int64)
    end = np.minimum(start + every_us, to_us)
    return Intervals(start, end, end - start < every_us)


def whole_hours(intervals: Intervals) -> bool:
    """Whether every one begins and ends with an hour.

    >>> whole_hours(named([(0, 3_600_000_000)])), whole_hours(named([(0, 1)]))
    (True, False)
    """
    return not (intervals.start % HOUR_US).any() and not (intervals.end % HOUR_US).any()


def named(spans: list[tuple[int, int]]) -> Intervals:
    """Intervals as they are."""
    pairs = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return Intervals(pairs[:, 0].copy(), pairs[:, 1].copy(), np.zeros(len(pairs), dtype=np.bool_))


@dataclass(frozen=True, eq=False)
class Places:
    """Every interval of every lane: c = lanes × m cells, lane by lane.

    Shapes [c]: start, end int64 µs; `lo`, `hi`: the samples in [start, end) are lo … hi − 1; `at`: the one that holds
    at the start, −1 where there is none; `raw_at_start`: it stands at the very start; `seen`: the interval touches the
    time that the samples cover; `until`: where that time ends; `lead_us`: how much of the interval lies before it;
    `partial`: not all of it lies inside.
    """

    points: Points
    start: Moments
    end: Moments
    cut: NDArray[np.bool_]
    lane: NDArray[np.intp]
    lo: NDArray[np.intp]
    hi: NDArray[np.intp]
    at: NDArray[np.intp]
    raw_at_start: NDArray[np.bool_]

    @cached_property
    def until(self) -> Moments:
        """int64[c] µs."""
        return self.points.until[self.lane]

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """bool[c]."""
        return (self.end > self.points.begin[self.lane]) & (self.start < self.until)

    @cached_property
    def lead_us(self) -> Moments:
        """int64[c]; all of it where nothing was seen before the end."""
        begin = np.minimum(self.points.begin[self.lane], self.end)
        return np.maximum(begin - self.start, 0)

    @cached_property
    def width_us(self) -> Moments:
        """int64[c]: from the start to the end, or to where the samples end."""
        return np.where(self.seen, np.minimum(self.end, self.until) - self.start, 0)

    @cached_property
    def partial(self) -> NDArray[np.bool_]:
        """bool[c] (Part 13, 5.3.3.2)."""
        return self.seen & ((self.lead_us > 0) | (self.end > self.until) | self.cut)

    @cached_property
    def inside(self) -> Ranges:
        """The samples inside of each interval."""
        return Ranges(self.lo, self.hi)

    @cached_property
    def pieces(self) -> Ranges:
        """The samples that say something of each interval: the one that stands at its start, and those inside."""
        return Ranges(np.where(self.at >= 0, self.at, self.lo), self.hi)

    def nothing(self) -> NDArray[np.float64]:
        """float64[c] without a value."""
        return np.full(len(self.start), np.nan)


def placed(points: Points, intervals: Intervals) -> Places:
    """Look every interval up in every lane."""
    lanes, m = points.lanes, len(intervals)
    lane = np.repeat(np.arange(lanes), m)
    start, end = np.tile(intervals.start, lanes), np.tile(intervals.end, lanes)
    return _placed(points, lane, start, end, np.tile(intervals.cut, lanes))


def placed_in(points: Points, places: Places, *, at_end: bool = False) -> Places:
    """The same cells among other samples of the same lanes; `at_end`: only the moments at which they end."""
    start = places.end if at_end else places.start
    return _placed(points, places.lane, start, places.end, places.cut)


def _placed(
    points: Points, lane: NDArray[np.intp], start: Moments, end: Moments, cut: NDArray[np.bool_]
) -> Places:  # fmt: skip
    found = _Search(points, lane, start, end)
    lo, hi, after = found.first(start), found.first(end), found.first(start + 1)
    at = np.where(after > points.first[:-1][lane], after - 1, -1)
    return Places(points, start, end, cut, lane, lo, hi, at, after > lo)


class _Search:
    """Looks moments up, each in a lane of its own."""

    def __init__(self, points: Points, lane: NDArray[np.intp], start: Moments, end: Moments) -> None:
        self._least = int(start.min()) - 1 if len(start) else 0  # what lies outside may stand at the rim
        most = int(end.max()) + 1 if len(end) else 0
        width = most - self._least + 2
        owner = np.repeat(np.arange(points.lanes), np.diff(points.first))
        self._key = np.clip(points.ts, self._least, most) - self._least + owner * width
        self._offset = lane * width - self._least

    def first(self, moment: Moments) -> NDArray[np.intp]:
        """The first sample of the lane at or after the moment."""
        return np.searchsorted(self._key, moment + self._offset)


class Ranges:
    """The samples lo … hi − 1 of each cell, one cell after the other. `index` intp[k]; `cell` intp[k] whose each is."""

    def __init__(self, lo: NDArray[np.intp], hi: NDArray[np.intp]) -> None:
        self.n = np.maximum(hi - lo, 0)
        ends = np.cumsum(self.n)
        self._some = self.n > 0
        self._starts = (ends - self.n)[self._some]
        self.cell = np.repeat(np.arange(len(lo)), self.n)
        self.index = np.arange(len(self.cell)) + (lo - (ends - self.n))[self.cell]

    def summed(self, column: NDArray[Any]) -> NDArray[Any]:
        """Σ of a column [k] over each cell; 0 over none."""
        return self._reduced(np.add, column, 0)

    def least(self, column: NDArray[Any], *, none: Any) -> NDArray[Any]:
        """The least of a column [k] in each cell; `none` where there is nothing."""
        return self._reduced(np.minimum, column, none)

    def most(self, column: NDArray[Any], *, none: Any) -> NDArray[Any]:
        """The greatest of a column [k] in each cell; `none` where there is nothing."""
        return self._reduced(np.maximum, column, none)

    def first(self, which: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The first sample of each cell that a mask [k] selects; −1 where there is none."""
        far = np.iinfo(np.intp).max
        found = self.least(np.where(which, self.index, far), none=far)
        return np.where(found == far, -1, found)

    def last(self, which: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The last sample of each cell that a mask [k] selects; −1 where there is none."""
        return self.most(np.where(which, self.index, -1), none=-1)

    def count(self, which: NDArray[np.bool_]) -> NDArray[np.intp]:
        """How many samples of each cell a mask [k] selects."""
        return self.summed(which.astype(np.intp))

    def _reduced(self, how: np.ufunc, column: NDArray[Any], none: Any) -> NDArray[Any]:
        out = np.full(len(self.n), none, dtype=column.dtype)
        if len(self._starts):
            out[self._some] = how.reduceat(column, self._starts)
        return out
