"""The samples that signals are summed up from, as columns: each signal a lane.

Of several samples of one moment all are counted, and the last to arrive holds from there on: it is also the one that
the historian gives as what held before a moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q

BAD: Final = 0
UNCERTAIN: Final = 1
GOOD: Final = 2
_GRADES: Final = np.array([BAD, UNCERTAIN, BAD, GOOD], dtype=np.uint8)  # by the two highest bits of a quality
NEVER_US: Final = np.iinfo(np.int64).max

type Moments = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """Samples that were summed up before: those between a sample and the next one, of its quality, GOOD or BAD.

    Shapes [n], 0 where there are none: n int64, total float64 their sum, area float64 ∫ value dt up to the next sample,
    stepped, in value × µs; off float64 the sum of their squared distances from their mean, NaN where it is not asked
    for. None of them is an extreme of an interval.
    """

    n: NDArray[np.int64]
    total: NDArray[np.float64]
    area: NDArray[np.float64]
    off: NDArray[np.float64]

    def take(self, which: NDArray[np.intp]) -> Folded:
        """In another order."""
        return Folded(self.n[which], self.total[which], self.area[which], self.off[which])


def off_between(
    off: NDArray[np.float64], ends: tuple[NDArray[np.float64], NDArray[np.float64]], n: NDArray[np.int64], total: Any
) -> NDArray[np.float64]:
    """Σ of squared distances from their mean of n samples that sum up to `total`, where that of them and two ends is
    `off`: what two groups add to it by lying apart is taken away (Chan et al. 1979, backwards)."""
    first, last = ends
    with np.errstate(invalid="ignore", over="ignore"):
        away = total / np.maximum(n, 1) - (first + last) / 2
        rest = off - (first - last) ** 2 / 2 - away**2 * (2 * n / (n + 2))
    return np.where(n > 0, np.where(np.isnan(rest), rest, np.maximum(rest, 0.0)), 0.0)


@dataclass(frozen=True, eq=False)
class Points:
    """n samples of several lanes, one lane after the other.

    Shapes: ts int64[n] µs, ascending within a lane, of one moment the one that holds is last; value float64[n], 0 where
    BAD; quality uint16[n]; doubled bool[n], where another sample of that moment holds (None: nowhere); first
    intp[lanes + 1], where each lane begins; until int64[lanes] µs, up to where its newest sample is known to hold,
    exclusive.
    """

    ts: Moments
    value: NDArray[np.float64]
    quality: NDArray[np.uint16]
    first: NDArray[np.intp]
    until: Moments
    doubled: NDArray[np.bool_] | None = None
    folded: Folded | None = None

    def __len__(self) -> int:
        return len(self.ts)

    @property
    def lanes(self) -> int:
        """How many signals."""
        return len(self.first) - 1

    @cached_property
    def grade(self) -> NDArray[np.uint8]:
        """uint8[n]: BAD, UNCERTAIN or GOOD."""
        return _GRADES[(self.quality & q.MAJOR_MASK) >> 6]

    @cached_property
    def is_last(self) -> NDArray[np.bool_]:
        """bool[n]: the newest of its lane."""
        last = np.zeros(len(self.ts), dtype=np.bool_)
        last[self.first[1:][np.diff(self.first) > 0] - 1] = True
        return last

    @cached_property
    def begin(self) -> Moments:
        """int64[lanes]: where the samples of each lane begin; NEVER_US for one without."""
        begin = np.full(self.lanes, NEVER_US, dtype=np.int64)
        some = np.diff(self.first) > 0
        begin[some] = self.ts[self.first[:-1][some]]
        return begin

    def usable(self, *, treat_uncertain_as_bad: bool) -> NDArray[np.bool_]:
        """bool[n]: has a value that may enter a calculation."""
        return self.grade == GOOD if treat_uncertain_as_bad else self.grade != BAD

    def only(self, which: NDArray[np.bool_]) -> Points:
        """The samples that a mask selects, in the same lanes."""
        kept = np.concatenate(([0], np.cumsum(which)))[self.first]
        doubled = None if self.doubled is None else self.doubled[which]
        return Points(self.ts[which], self.value[which], self.quality[which], kept, self.until, doubled)


def points_of(
    lane: NDArray[np.intp],
    ts: Moments,
    value: NDArray[Any],
    quality: NDArray[np.uint16],
    *,
    valid: NDArray[np.bool_],
    until: Moments,
    folded: Folded | None = None,
) -> Points:
    """Samples in the order of arrival, each with its lane; `until` int64[lanes] also says how many lanes there are.

    A value that is no number, an infinite one, and one that is not valid are BAD. A newest sample holds at least for
    its own moment.
    """
    value = value.astype(np.float64, copy=False)
    sound = valid & np.isfinite(value)
    if not sound.all():
        value = np.where(sound, value, 0.0)
        quality = np.where(sound, quality, quality & ~np.uint16(q.MAJOR_MASK)).astype(np.uint16)
    order = _order(lane, ts)
    if order is not None:
        lane, ts, value, quality = lane[order], ts[order], value[order], quality[order]
        folded = None if folded is None else folded.take(order)
    same = np.append((ts[1:] == ts[:-1]) & (lane[1:] == lane[:-1]), False) if len(ts) else np.zeros(0, dtype=np.bool_)
    doubled = same if same.any() else None
    first = np.searchsorted(lane, np.arange(len(until) + 1))
    until = until.copy()
    some = np.diff(first) > 0
    until[some] = np.maximum(until[some], ts[first[1:][some] - 1] + 1)
    return Points(ts, value, quality, first, until, doubled, folded)


def _order(lane: NDArray[np.intp], ts: Moments) -> NDArray[np.intp] | None:
    """By lane and time, within a moment as they arrived; None: they are so."""
    if _ascends(lane, ts):
        return None
    order = np.argsort(lane.astype(np.uint16), kind="stable") if int(lane.max()) < 1 << 16 else None
    if order is not None and _ascends(lane[order], ts[order]):  # each signal came by time
        return order
    return np.lexsort((ts, lane))


def _ascends(lane: NDArray[np.intp], ts: Moments) -> bool:
    return bool(((lane[1:] > lane[:-1]) | ((lane[1:] == lane[:-1]) & (ts[1:] >= ts[:-1]))).all())
