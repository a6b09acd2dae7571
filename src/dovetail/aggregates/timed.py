"""Aggregates over time: what a signal was held to be between its samples, each moment as heavy as the other."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.counted import Counted, extreme
from dovetail.aggregates.names import Config
from dovetail.aggregates.places import Places, placed_in
from dovetail.aggregates.points import BAD, GOOD, UNCERTAIN
from dovetail.aggregates.regions import Cut, Regions, cut, interpolated
from dovetail.aggregates.status import Bits, Cells, Status, by_share, cells, marked, of_bound, of_raw
from dovetail.core.clock import SECOND_US

_MS_US: Final = 1_000


def by_time(places: Places, parts: Cut, config: Config) -> NDArray[np.uint8]:
    """The status by how long an interval is BAD and GOOD; what lies before the samples is BAD."""
    bad_us = parts.lasts(parts.grade == BAD) + places.lead_us
    return by_share(bad_us, parts.lasts(parts.grade == GOOD), places.width_us, config)


def over_time(places: Places, regions: Regions, config: Config, *, total: bool) -> Cells:
    """∫ value dt over the time that is not BAD: as a mean, or in the signal's unit × seconds (5.4.3.7, 5.4.3.9)."""
    parts = cut(regions, places)
    has = parts.grade != BAD
    covered_us = parts.lasts(has)
    area = parts.ranges.summed(np.where(has, parts.area, 0.0))
    value = np.where(covered_us > 0, area / SECOND_US, np.nan) if total else _shared(area, covered_us)
    return cells(places, value, by_time(places, parts, config), Bits.CALCULATED)


def over_lines(places: Places, config: Config, *, total: bool) -> Cells:
    """The mean along the lines between samples that are not BAD, extrapolated to the end (5.4.3.6, 5.4.3.8)."""
    lines = interpolated(places.points, config)
    on = placed_in(lines.points, places)
    parts = Cut(lines, on.pieces, places.start, places.end)
    covered_us = parts.lasts(np.ones(len(parts.us), dtype=np.bool_))
    value = _shared(parts.ranges.summed(parts.area), covered_us)
    if total:
        value = value * ((places.end - places.start) / SECOND_US)
    doubtful = (parts.lasts(parts.grade == UNCERTAIN) > 0) | (covered_us < places.end - places.start)
    status = np.where(doubtful, Status.SUBNORMAL, Status.GOOD).astype(np.uint8)
    return cells(places, value, status, Bits.CALCULATED)


def interpolative(places: Places, config: Config) -> Cells:
    """The value at the start of each interval, found between samples that are not BAD (5.4.3.4)."""
    lines = interpolated(places.points, config)
    on = placed_in(lines.points, places)
    has = on.at >= 0
    bits = np.where(on.raw_at_start, Bits.RAW, Bits.INTERPOLATED).astype(np.uint8)
    status = np.full(len(has), Status.NO_DATA, dtype=np.uint8)
    value = places.nothing()
    if len(lines.points):
        offset = (places.start - lines.points.ts[on.at]).astype(np.float64)
        newest = lines.points.is_last[on.at]
        held = config.stepped & ~(newest & config.sloped_extrapolation & (places.start >= places.until))
        value = np.where(held, lines.points.value[on.at], lines.value(on.at, offset))
        good = lines.grade[on.at] == GOOD
        if config.stepped:  # believed until a BAD sample is passed over, and as far as the newest holds
            passed = places.at >= 0
            skipped = passed & (places.points.ts[places.at] > lines.points.ts[on.at])
            good = (lines.points.grade[on.at] == GOOD) & ~skipped & (places.start < places.until)
        status = np.where(good, Status.GOOD, Status.SUBNORMAL).astype(np.uint8)
        status = np.where(on.raw_at_start, of_raw(lines.points.grade[on.at]), status)
        status = np.where(has, status, Status.NO_DATA).astype(np.uint8)
    gone = status == Status.NO_DATA
    bits[gone] = 0
    return Cells(places.start, np.where(gone, np.nan, value), status, bits)


def lasted(places: Places, regions: Regions, grade: Literal[0, 2], *, percent: bool) -> Cells:
    """How long the signal was GOOD or BAD, in ms or in percent: each part is as its first moment (5.4.3.31 to 34)."""
    parts = cut(regions, places)
    usable = regions.points.usable(treat_uncertain_as_bad=True)
    of_sample = np.where(regions.grade == BAD, BAD, np.where(usable, GOOD, UNCERTAIN))[parts.region]
    us = parts.lasts(np.where(parts.opens, of_sample, parts.grade) == grade)
    if grade == BAD:
        us = us + places.lead_us
    value = _shared(us.astype(np.float64) * 100, places.width_us) if percent else us / _MS_US
    return cells(places, value, np.full(len(us), Status.GOOD, dtype=np.uint8), Bits.CALCULATED)


def in_state(places: Places, regions: Regions, config: Config, *, zero: bool) -> Cells:
    """How long a GOOD value was zero, or was not, in ms (5.4.3.22, 5.4.3.23)."""
    parts = cut(regions, places)
    value = regions.points.value[parts.region]
    good = (regions.points.grade == GOOD)[parts.region]
    us = parts.lasts(good & ((value == 0) == zero))
    return cells(places, us / _MS_US, by_time(places, parts, config), Bits.CALCULATED)


# --- bounds -----------------------------------------------------------------------------------------------------


class Bounds:
    """The simple bounding values of each interval. Shapes [c]: value float64, status uint8; NO_DATA has no value."""

    def __init__(self, places: Places, regions: Regions) -> None:
        self._places, self._regions = places, regions
        self.start, self.start_status = self._at(places.at, places.start, raw=places.raw_at_start)
        outside = places.start >= places.until
        self.start_status = np.where(outside, Status.NO_DATA, self.start_status).astype(np.uint8)
        ends = placed_in(places.points, places, at_end=True)
        self.end, self.end_status = self._at(ends.at, places.end, raw=ends.raw_at_start)
        self.end_status = np.where(places.end > places.until, Status.NO_DATA, self.end_status).astype(np.uint8)
        self.end_is_known = self.end_status != Status.NO_DATA  # and not only extrapolated
        if len(places.points):
            self.end_is_known &= ends.raw_at_start | ~places.points.is_last[ends.at]

    def _at(
        self, at: NDArray[np.intp], moment: NDArray[np.int64], *, raw: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        points, regions = self._places.points, self._regions
        if not len(points):
            return self._places.nothing(), np.full(len(at), Status.NO_DATA, dtype=np.uint8)
        value = regions.value(at, (moment - points.ts[at]).astype(np.float64))
        sample = np.where(regions.grade[at] == BAD, Status.NO_DATA, of_raw(points.grade[at]))
        status = np.where(raw, sample, of_bound(regions.grade[at]))
        return value, np.where(at >= 0, status, Status.NO_DATA).astype(np.uint8)


def start_bound(places: Places, bounds: Bounds) -> Cells:
    """The value at the start (5.4.3.28)."""
    bits = np.where(places.raw_at_start, Bits.RAW, Bits.INTERPOLATED).astype(np.uint8)
    return cells(places, bounds.start, bounds.start_status, bits)


def end_bound(places: Places, bounds: Bounds) -> Cells:
    """The value at the end (5.4.3.29)."""
    return cells(places, bounds.end, bounds.end_status, Bits.CALCULATED)


def delta_bounds(places: Places, bounds: Bounds) -> Cells:
    """The value at the end less the one at the start (5.4.3.30)."""
    worse = np.maximum(bounds.start_status, bounds.end_status)
    status = np.where(worse == Status.UNCERTAIN, Status.SUBNORMAL, worse).astype(np.uint8)
    return cells(places, bounds.end - bounds.start, status, Bits.CALCULATED)


class Outermost:
    """The extreme of each interval with its bounds: among the start bound, the samples, and, sloped, the end bound."""

    def __init__(self, counted: Counted, bounds: Bounds, *, most: bool) -> None:
        places, config = counted.places, counted.config
        usable = counted.grade == GOOD if config.treat_uncertain_as_bad else counted.grade != BAD
        inside = extreme(counted, usable, most=most)
        at_start = np.where(places.raw_at_start | (bounds.start_status == Status.NO_DATA), np.nan, bounds.start)
        at_end = np.where(bounds.end_is_known & (not config.stepped), bounds.end, np.nan)
        among = np.stack((at_start, inside.value, at_end))
        self.value = np.fmax.reduce(among) if most else np.fmin.reduce(among)
        self.is_start, self.is_inside, self.is_end = among == self.value
        self.is_end &= ~self.is_start & ~self.is_inside  # of several the oldest
        self.is_inside &= ~self.is_start
        self.at = inside.at
        self.times = np.sum(among[[0, 2]] == self.value, axis=0) + np.where(inside.value == self.value, inside.times, 0)


def outermost(counted: Counted, regions: Regions, bounds: Bounds, *, most: bool, actual_time: bool) -> Cells:
    """The least or greatest value, bounds included (5.4.3.15 to 5.4.3.18)."""
    places, config = counted.places, counted.config
    found = Outermost(counted, bounds, most=most)
    status = by_time(places, cut(regions, places), config)
    raw = found.is_inside & (actual_time | (places.raw_at_start & (found.at <= places.at)))
    bits = np.where(found.is_inside, Bits.CALCULATED, Bits.INTERPOLATED)
    bits = np.where(raw, Bits.RAW, bits).astype(np.uint8)
    bits = marked(bits, found.times > 1, Bits.MULTIPLE_VALUES)
    ts = places.start
    if actual_time and len(places.points):
        ts = np.where(found.is_inside, places.points.ts[found.at], places.start)
        ts = np.where(found.is_end, places.end - config.resolution_us, ts)
    return cells(places, found.value, status, bits, ts=ts)


def width_with_bounds(counted: Counted, regions: Regions, bounds: Bounds) -> Cells:
    """Greatest less least value, bounds included (5.4.3.19)."""
    least, most = (Outermost(counted, bounds, most=which) for which in (False, True))
    status = by_time(counted.places, cut(regions, counted.places), counted.config)
    status = np.where(status == Status.BAD, Status.NO_DATA, status).astype(np.uint8)
    return cells(counted.places, most.value - least.value, status, Bits.CALCULATED)


def _shared(total: NDArray[np.float64], us: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(total, us, out=np.full(len(us), np.nan), where=us > 0)
