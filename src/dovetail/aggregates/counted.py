"""Aggregates over the samples themselves, whenever they came: averages, extremes, counts, first and last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.names import Config
from dovetail.aggregates.places import Places
from dovetail.aggregates.points import BAD, GOOD, UNCERTAIN
from dovetail.aggregates.regions import Regions
from dovetail.aggregates.status import Bits, Cells, Status, by_share, cells, marked, of_raw


@dataclass(frozen=True, eq=False)
class Counted:
    """The samples inside of every interval, with what is known of each."""

    places: Places
    config: Config

    @cached_property
    def grade(self) -> NDArray[np.uint8]:
        """uint8[k] of the samples inside."""
        return self.places.points.grade[self.places.inside.index]

    @cached_property
    def value(self) -> NDArray[np.float64]:
        """float64[k] of the samples inside."""
        return self.places.points.value[self.places.inside.index]

    @cached_property
    def n(self) -> NDArray[np.int64]:
        """int64[c]: samples inside of each interval."""
        return self.places.inside.n + self._folded(np.ones(len(self.grade), dtype=np.bool_))

    @cached_property
    def n_good(self) -> NDArray[np.int64]:
        """int64[c]: GOOD samples inside of each interval."""
        return self.places.inside.count(self.grade == GOOD) + self._folded(self.grade == GOOD)

    def _folded(self, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        """int64[c]: how many were folded into the samples that a mask selects."""
        folded, inside = self.places.points.folded, self.places.inside
        if folded is None:
            return np.zeros(len(inside.n), dtype=np.int64)
        return inside.summed(np.where(which, folded.n[inside.index], 0))

    @cached_property
    def n_bad(self) -> NDArray[np.int64]:
        """int64[c]: samples that count as BAD."""
        is_bad = self.grade != GOOD if self.config.treat_uncertain_as_bad else self.grade == BAD
        return self.places.inside.count(is_bad) + self._folded(is_bad)

    @cached_property
    def total(self) -> NDArray[np.float64]:
        """float64[c]: Σ of the GOOD values."""
        value = np.where(self.grade == GOOD, self.value, 0.0)
        folded = self.places.points.folded
        return self.places.inside.summed(value if folded is None else value + folded.total[self.places.inside.index])

    def folded_off(self, mean: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64[c]: Σ of the squared distances of folded GOOD samples from a mean of each interval.

        Those of their own mean, and its own for each of them: exact, whatever was folded together (Chan et al. 1979).
        """
        folded, inside = self.places.points.folded, self.places.inside
        if folded is None:
            return np.zeros(len(inside.n))
        at = inside.index
        n = np.where(self.grade == GOOD, folded.n[at], 0)
        away = folded.total[at] / np.maximum(n, 1) - mean[inside.cell]
        return inside.summed(np.where(n > 0, folded.off[at] + n * away * away, 0.0))

    def by_samples(self) -> NDArray[np.uint8]:
        """The status by how many samples are BAD and GOOD."""
        return by_share(self.n_bad, self.n_good, self.n, self.config)

    def all_good(self) -> NDArray[np.uint8]:
        """GOOD where every sample inside is."""
        return np.where(self.n_good == self.n, Status.GOOD, Status.SUBNORMAL).astype(np.uint8)


def average(counted: Counted) -> Cells:
    """The mean of the GOOD samples, each as heavy as the other (5.4.3.5)."""
    value = _ratio(counted.total, counted.n_good)
    return cells(counted.places, value, counted.by_samples(), Bits.CALCULATED, marks_partial=False)


def count(counted: Counted) -> Cells:
    """How many GOOD samples (5.4.3.21)."""
    return cells(counted.places, counted.n_good.astype(np.float64), counted.by_samples(), Bits.CALCULATED)


def spread(counted: Counted, *, sample: bool, squared: bool) -> Cells:
    """Variance or standard deviation of the GOOD samples; of a single one it is 0 (5.4.3.37 to 5.4.3.40)."""
    mean = _ratio(counted.total, counted.n_good)
    off = np.where(counted.grade == GOOD, counted.value - mean[counted.places.inside.cell], 0.0)
    n = counted.n_good
    divisor = np.maximum(n - 1, 1) if sample else n
    variance = _ratio(counted.places.inside.summed(off * off) + counted.folded_off(mean), np.where(n > 0, divisor, 0))
    return cells(
        counted.places, variance if squared else np.sqrt(variance), counted.all_good(), Bits.CALCULATED
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Extreme:
    """The extreme of each interval: value float64[c], NaN where there is none; the sample it first is; how often."""

    value: NDArray[np.float64]
    at: NDArray[np.intp]
    times: NDArray[np.intp]


def extreme(counted: Counted, which: NDArray[np.bool_], *, most: bool) -> Extreme:
    """Among the samples inside that a mask selects."""
    inside, far = counted.places.inside, -np.inf if most else np.inf
    candidates = np.where(which, counted.value, far)
    value = inside.most(candidates, none=far) if most else inside.least(candidates, none=far)
    same = which & (counted.value == value[inside.cell])
    return Extreme(np.where(np.isinf(value), np.nan, value), inside.first(same), inside.count(same))


def _status_of_extreme(counted: Counted, found: Extreme, *, most: bool) -> NDArray[np.uint8]:
    """Uncertain where a BAD sample lies inside, or an uncertain one beyond the extreme (5.4.3.10)."""
    inside = counted.places.inside
    bound = found.value[inside.cell]
    beyond = counted.value > bound if most else counted.value < bound
    doubtful = counted.n_bad + inside.count(beyond & (counted.grade == UNCERTAIN)) > 0
    return np.where(doubtful, Status.SUBNORMAL, Status.GOOD).astype(np.uint8)


def minmax(counted: Counted, *, most: bool, actual_time: bool) -> Cells:
    """The least or greatest GOOD sample, at the interval's start or at its own time (5.4.3.10 to 5.4.3.13)."""
    places = counted.places
    found = extreme(counted, counted.grade == GOOD, most=most)
    status = _status_of_extreme(counted, found, most=most)
    raw = places.raw_at_start & (found.at >= 0) & (found.at <= places.at) & (status == Status.GOOD)
    bits = np.where(raw | actual_time, Bits.RAW, Bits.CALCULATED).astype(np.uint8)
    bits = marked(bits, found.times > 1, Bits.MULTIPLE_VALUES)
    ts = places.points.ts[found.at] if actual_time and len(places.points) else None
    return cells(places, found.value, status, bits, ts=ts)


def width(counted: Counted) -> Cells:
    """Greatest less least GOOD sample (5.4.3.14)."""
    good = counted.grade == GOOD
    least, most = extreme(counted, good, most=False), extreme(counted, good, most=True)
    status = np.maximum(
        _status_of_extreme(counted, least, most=False), _status_of_extreme(counted, most, most=True)
    )  # fmt: skip
    return cells(counted.places, most.value - least.value, status, Bits.CALCULATED)


def first_or_last(counted: Counted, *, last: bool) -> Cells:
    """The first or the last sample inside as it is, whatever its quality, at its own time (5.4.3.25, 5.4.3.26)."""
    places = counted.places
    some = places.inside.n > 0
    if not len(places.points):
        return cells(places, places.nothing(), np.full(len(some), Status.NO_DATA, np.uint8), Bits.RAW)
    at = np.where(some, places.hi - 1 if last else places.lo, 0)
    value = np.where(some, places.points.value[at], np.nan)
    return cells(places, value, of_raw(places.points.grade[at]), Bits.RAW, ts=places.points.ts[at])


def delta(counted: Counted) -> Cells:
    """Last less first GOOD sample; uncertain where others were passed over to find them (5.4.3.27)."""
    places, good = counted.places, counted.grade == GOOD
    first, last = places.inside.first(good), places.inside.last(good)
    value = places.points.value[last] - places.points.value[first] if len(places.points) else places.nothing()
    passed = (first != places.lo) | (last != places.hi - 1)
    status = np.where(passed, Status.SUBNORMAL, Status.GOOD).astype(np.uint8)
    return cells(places, np.where(counted.n_good > 0, value, np.nan), status, Bits.CALCULATED)


def transitions(counted: Counted) -> Cells:
    """How often the value became another; the first ever counts as well (5.4.3.24)."""
    points = counted.places.points
    usable = points.usable(treat_uncertain_as_bad=counted.config.treat_uncertain_as_bad)
    kept = points.only(usable)
    other = np.ones(len(kept), dtype=np.bool_)
    other[1:] = kept.value[1:] != kept.value[:-1]
    other[kept.first[:-1][np.diff(kept.first) > 0]] = True
    became = np.zeros(len(points), dtype=np.bool_)
    became[usable] = other
    value = counted.places.inside.count(became[counted.places.inside.index])
    return cells(counted.places, value.astype(np.float64), counted.by_samples(), Bits.CALCULATED)


def worst(counted: Counted, regions: Regions | None) -> Cells:
    """The worst quality inside as a value (its first); with regions the start bound counts too (5.4.3.35, 5.4.3.36)."""
    places, inside = counted.places, counted.places.inside
    worst_grade = inside.least(counted.grade, none=np.uint8(GOOD + 1))
    bound = np.full(len(worst_grade), GOOD + 1, dtype=np.uint8)
    if regions is not None:
        bound = np.where(places.at >= 0, regions.grade[places.at] if len(regions.grade) else BAD, BAD).astype(np.uint8)
        bound = np.where(places.raw_at_start, GOOD + 1, bound).astype(np.uint8)
    found = np.minimum(worst_grade, bound)
    same = counted.grade == found[inside.cell]
    first, times = inside.first(same), inside.count(same) + (bound == found)
    of_sample = places.points.quality[first] & 0xFF if len(places.points) else np.zeros(len(first), dtype=np.uint16)
    of_bound = np.array([0x00, 0x40, 0xC0, 0xC0])[found]
    value = np.where(bound == found, of_bound, of_sample).astype(np.float64)
    value[found > GOOD] = np.nan
    bits = np.where(times > 1, Bits.CALCULATED | Bits.MULTIPLE_VALUES, Bits.CALCULATED).astype(np.uint8)
    return cells(places, value, np.full(len(first), Status.GOOD, dtype=np.uint8), bits)


def _ratio(total: NDArray[np.float64], n: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.divide(total, n, out=np.full(len(total), np.nan), where=n > 0)
