"""Cycles put in order, so that a percentile, a bar and the best hour can be counted again by hand: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dovetail.core.clock import HOUR_US
from dovetail.cycletimes.model import Best, Bin, Cycles

PERCENTILES: Final = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


@dataclass(frozen=True, slots=True)
class Cycle:
    """So many pieces in (begin_us, begin_us + lasted_us]; `within_us`: how much of it counts here, all of it mostly."""

    begin_us: int
    lasted_us: int
    pieces: int
    within_us: int

    @property
    def end_us(self) -> int:
        return self.begin_us + self.lasted_us

    @property
    def each_us(self) -> float:
        """How long one of its pieces took."""
        return self.lasted_us / self.pieces

    @property
    def counted(self) -> float:
        """The pieces that count here: they were made evenly."""
        return self.pieces * self.within_us / self.lasted_us


def all_of(cycles: Cycles) -> list[Cycle]:
    """One by one, by time."""
    columns = zip(cycles.begin.tolist(), cycles.lasted.tolist(), cycles.pieces.tolist(), strict=True)
    return [Cycle(begin, lasted, pieces, lasted) for begin, lasted, pieces in columns]


def in_bin(cycles: Cycles, bins: Sequence[Bin], place: int) -> list[Cycle]:
    """Those of a bar, the fastest first; the last bar holds its upper end as well."""
    one, is_last = bins[place], place == len(bins) - 1
    edges = np.array([each.low_us for each in bins] + [bins[-1].high_us])
    each = cycles.lasted / cycles.pieces
    inside = (each >= edges[place]) & ((each <= one.high_us) if is_last else (each < edges[place + 1]))
    return _by_time(cycles, inside)


def slower_than(cycles: Cycles, high_us: float) -> list[Cycle]:
    """Those beyond the last bar, the fastest first."""
    return _by_time(cycles, cycles.lasted / cycles.pieces > high_us)


def _by_time(cycles: Cycles, which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[Cycle]:
    found = all_of(Cycles(cycles.begin[which], cycles.lasted[which], cycles.pieces[which]))
    return sorted(found, key=lambda one: (one.each_us, one.begin_us))


def in_best_hour(cycles: Cycles, best: Best) -> list[Cycle]:
    """The cycles of an hour of production time from a moment on, each with its part in it.

    >>> even = Cycles(*(np.array(column, dtype=np.int64) for column in ([0, HOUR_US], [HOUR_US] * 2, [60, 30])))
    >>> [(one.within_us / HOUR_US, one.counted) for one in in_best_hour(even, Best(HOUR_US // 2, 80.0))]
    [(0.5, 30.0), (0.5, 15.0)]
    """
    left_us = HOUR_US
    found: list[Cycle] = []
    for one in all_of(cycles):
        if one.end_us <= best.from_us or left_us <= 0:
            continue
        begin_us = max(one.begin_us, best.from_us)
        within_us = min(one.end_us - begin_us, left_us)
        left_us -= within_us
        found.append(Cycle(one.begin_us, one.lasted_us, one.pieces, within_us))
    return found


def not_slower(cycles: Cycles, each_us: float) -> tuple[int, int]:
    """(pieces that took less, pieces that took at most so long)."""
    each = cycles.lasted / cycles.pieces
    return int(cycles.pieces[each < each_us].sum()), int(cycles.pieces[each <= each_us].sum())
