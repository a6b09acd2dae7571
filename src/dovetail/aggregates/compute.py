"""Sum signals up: any aggregate of the standard, over any intervals, of many signals at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.aggregates import counted as by_sample
from dovetail.aggregates import timed as by_time
from dovetail.aggregates.counted import Counted
from dovetail.aggregates.names import Aggregate, Config
from dovetail.aggregates.places import Intervals, Places, placed
from dovetail.aggregates.points import BAD, GOOD, Points
from dovetail.aggregates.regions import Regions, simple
from dovetail.aggregates.status import QUALITIES, Cells


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """One result per lane and interval.

    Shapes [lanes, m]: ts int64 µs, value float64 (NaN: none), status and bits uint8.
    """

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    status: NDArray[np.uint8]
    bits: NDArray[np.uint8]

    @property
    def quality(self) -> NDArray[np.uint16]:
        """uint16[lanes, m] as OPC DA."""
        return QUALITIES[self.status]


@dataclass(frozen=True, eq=False)
class Summing:
    """Samples and intervals, and what several aggregates need of them: each worked out once."""

    points: Points
    intervals: Intervals
    config: Config

    def of(self, name: Aggregate) -> Results:
        """One aggregate (OPC 10000-13 v1.05)."""
        shape = (self.points.lanes, len(self.intervals))
        found = _BY_NAME[name](self)
        return Results(
            found.ts.reshape(shape), found.value.reshape(shape), found.status.reshape(shape), found.bits.reshape(shape)
        )  # fmt: skip

    @cached_property
    def places(self) -> Places:
        """Where the intervals lie among the samples."""
        return placed(self.points, self.intervals)

    @cached_property
    def counted(self) -> Counted:
        """The samples inside of them."""
        return Counted(self.places, self.config)

    @cached_property
    def regions(self) -> Regions:
        """The time between the samples."""
        return simple(self.points, self.config)

    @cached_property
    def bounds(self) -> by_time.Bounds:
        """The values at the starts and ends."""
        return by_time.Bounds(self.places, self.regions)


def _minmax(s: Summing, *, most: bool, actual_time: bool) -> Cells:
    return by_sample.minmax(s.counted, most=most, actual_time=actual_time)


def _outermost(s: Summing, *, most: bool, actual_time: bool) -> Cells:
    return by_time.outermost(s.counted, s.regions, s.bounds, most=most, actual_time=actual_time)


_BY_NAME: Final[dict[Aggregate, Callable[[Summing], Cells]]] = {
    "Interpolative": lambda s: by_time.interpolative(s.places, s.config),
    "Average": lambda s: by_sample.average(s.counted),
    "TimeAverage": lambda s: by_time.over_lines(s.places, s.config, total=False),
    "TimeAverage2": lambda s: by_time.over_time(s.places, s.regions, s.config, total=False),
    "Total": lambda s: by_time.over_lines(s.places, s.config, total=True),
    "Total2": lambda s: by_time.over_time(s.places, s.regions, s.config, total=True),
    "Minimum": lambda s: _minmax(s, most=False, actual_time=False),
    "Maximum": lambda s: _minmax(s, most=True, actual_time=False),
    "MinimumActualTime": lambda s: _minmax(s, most=False, actual_time=True),
    "MaximumActualTime": lambda s: _minmax(s, most=True, actual_time=True),
    "Range": lambda s: by_sample.width(s.counted),
    "Minimum2": lambda s: _outermost(s, most=False, actual_time=False),
    "Maximum2": lambda s: _outermost(s, most=True, actual_time=False),
    "MinimumActualTime2": lambda s: _outermost(s, most=False, actual_time=True),
    "MaximumActualTime2": lambda s: _outermost(s, most=True, actual_time=True),
    "Range2": lambda s: by_time.width_with_bounds(s.counted, s.regions, s.bounds),
    "Count": lambda s: by_sample.count(s.counted),
    "Start": lambda s: by_sample.first_or_last(s.counted, last=False),
    "End": lambda s: by_sample.first_or_last(s.counted, last=True),
    "Delta": lambda s: by_sample.delta(s.counted),
    "StartBound": lambda s: by_time.start_bound(s.places, s.bounds),
    "EndBound": lambda s: by_time.end_bound(s.places, s.bounds),
    "DeltaBounds": lambda s: by_time.delta_bounds(s.places, s.bounds),
    "NumberOfTransitions": lambda s: by_sample.transitions(s.counted),
    "DurationInStateZero": lambda s: by_time.in_state(s.places, s.regions, s.config, zero=True),
    "DurationInStateNonZero": lambda s: by_time.in_state(s.places, s.regions, s.config, zero=False),
    "DurationGood": lambda s: by_time.lasted(s.places, s.regions, GOOD, percent=False),
    "DurationBad": lambda s: by_time.lasted(s.places, s.regions, BAD, percent=False),
    "PercentGood": lambda s: by_time.lasted(s.places, s.regions, GOOD, percent=True),
    "PercentBad": lambda s: by_time.lasted(s.places, s.regions, BAD, percent=True),
    "WorstQuality": lambda s: by_sample.worst(s.counted, None),
    "WorstQuality2": lambda s: by_sample.worst(s.counted, s.regions),
    "StandardDeviationSample": lambda s: by_sample.spread(s.counted, sample=True, squared=False),
    "StandardDeviationPopulation": lambda s: by_sample.spread(s.counted, sample=False, squared=False),
    "VarianceSample": lambda s: by_sample.spread(s.counted, sample=True, squared=True),
    "VariancePopulation": lambda s: by_sample.spread(s.counted, sample=False, squared=True),
}
