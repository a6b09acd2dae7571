"""The time between samples: what a signal is held to be there, and how far that may be believed (Part 13, 5.4.3.2).

A region runs from one sample to the next. Sloped, it is the straight line to the next sample where that is not BAD;
stepped, or before a BAD one, the value is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates.names import Config
from dovetail.aggregates.places import Places, Ranges
from dovetail.aggregates.points import BAD, GOOD, NEVER_US, UNCERTAIN, Moments, Points


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """One region per sample. Shapes [n]: end int64 µs, slope float64 per µs, grade uint8."""

    points: Points
    end: Moments
    slope: NDArray[np.float64]
    grade: NDArray[np.uint8]

    def value(self, k: NDArray[np.intp], at: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value of regions `k`, so many µs after they begin."""
        return self.points.value[k] + self.slope[k] * at


def simple(points: Points, config: Config) -> Regions:
    """Between each sample and the very next, BAD or not; the newest is held (3.1.9)."""
    usable = points.usable(treat_uncertain_as_bad=config.treat_uncertain_as_bad)
    follows = ~points.is_last
    end = points.until[_lane_of(points)]
    if len(points) > 1:
        end[:-1] = np.where(follows[:-1], points.ts[1:], end[:-1])
    slope = np.zeros(len(points))
    grade = np.where(usable, points.grade, BAD).astype(np.uint8)
    if not config.stepped:
        sloped = follows & usable & np.append(usable[1:], False)
        slope[sloped] = _slopes(points, sloped)
        onto_good = follows & np.append(points.grade[1:] == GOOD, False)
        grade[usable & ~onto_good] = UNCERTAIN
    return Regions(points, end, slope, grade)


def interpolated(points: Points, config: Config) -> Regions:
    """Between samples that are not BAD, on straight lines; the newest is extrapolated without end (3.1.8)."""
    usable = points.usable(treat_uncertain_as_bad=config.treat_uncertain_as_bad)
    kept = points.only(usable)
    place = np.flatnonzero(usable)
    follows = ~kept.is_last
    end = np.full(len(kept), NEVER_US, dtype=np.int64)
    slope = np.zeros(len(kept))
    slope[follows] = _slopes(kept, follows)
    believed = np.zeros(len(kept), dtype=np.bool_)
    if len(kept) > 1:
        end[:-1] = np.where(follows[:-1], kept.ts[1:], NEVER_US)
        good = kept.grade == GOOD
        believed[:-1] = follows[:-1] & good[:-1] & good[1:] & (np.diff(place) == 1)
        if config.sloped_extrapolation:  # on the line through the two newest
            second = kept.is_last[1:] & follows[:-1]
            slope[1:][second] = slope[:-1][second]
    return Regions(kept, end, slope, np.where(believed, GOOD, UNCERTAIN).astype(np.uint8))


def _lane_of(points: Points) -> NDArray[np.intp]:
    return np.repeat(np.arange(points.lanes), np.diff(points.first))


def _slopes(points: Points, which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """From each of the samples selected to the one after it, per µs."""
    at = np.flatnonzero(which)
    rise, us = points.value[at + 1] - points.value[at], points.ts[at + 1] - points.ts[at]
    return np.divide(rise, us, out=np.zeros(len(at)), where=us > 0)  # of one moment: no region at all


class Cut:
    """The parts of regions that lie inside intervals, one interval after the other.

    Shapes [k]: region intp, `from_us` and `to_us` int64, `us` how long, `opens` whether it begins with its sample.
    """

    def __init__(self, regions: Regions, ranges: Ranges, start: Moments, end: Moments) -> None:
        self.regions, self.ranges = regions, ranges
        self.region = ranges.index
        began = regions.points.ts[self.region]
        self.from_us = np.maximum(began, start[ranges.cell])
        self.to_us = np.minimum(regions.end[self.region], end[ranges.cell])
        self.us = np.maximum(self.to_us - self.from_us, 0)
        self.opens = self.from_us == began
        self._began = began

    @cached_property
    def grade(self) -> NDArray[np.uint8]:
        """How far the value of each part may be believed."""
        return self.regions.grade[self.region]

    @cached_property
    def area(self) -> NDArray[np.float64]:
        """∫ value dt of each part, in value × µs; what is BAD included."""
        middle = ((self.from_us - self._began) + (self.to_us - self._began)) / 2
        held = self.regions.value(self.region, middle) * self.us
        folded = self.regions.points.folded
        return held if folded is None else np.where(folded.n[self.region] > 0, folded.area[self.region], held)

    def lasts(self, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How long the parts selected last in each interval, in µs."""
        return self.ranges.summed(np.where(which, self.us, 0))


def cut(regions: Regions, places: Places) -> Cut:
    """The parts of simple regions inside the intervals, as far as the samples reach."""
    return Cut(regions, places.pieces, places.start, np.minimum(places.end, places.until))
