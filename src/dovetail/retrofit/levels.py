"""Find the levels in a raw signal (off, idle, run) by its own histogram, and say how sure that is.

A level is a peak of the distribution that a real valley parts from its neighbour. One peak alone proves nothing:
then the answer is that one cannot tell. Pure; a person confirms what is proposed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLES_MIN: Final = 200  # fewer say more about the noise than about the machine
BINS: Final = 128
SHARE_MIN: Final = 0.02  # of the time; a rarer level is an event, not a state
VALLEY_MAX: Final = 0.5  # the valley lies at least so far below the lesser peak
SIGMAS_MIN: Final = 4.0  # and by more than chance makes of so many samples
LEVELS_MAX: Final = 4
WRONG_MAX: Final = 0.01  # of the samples taken for the other level; more is said
DRIFT_MAX: Final = 0.25  # of the gap between two levels that one may move over the time looked at

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Level:
    """One population: where it lies, how wide it is, and its share of the time."""

    name: str
    mean: float
    sd: float
    share: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """Between two levels: over `high` it is the upper, under `low` the lower one, in between what it was.

    `expected_wrong` is the share of samples that would be taken for the other level, if both are normal.
    """

    low: float
    high: float
    expected_wrong: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often which value was seen: `edges` has one more than `counts`."""

    edges: Floats
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found, lowest level first; without thresholds where one cannot tell, and `why` then says so."""

    levels: tuple[Level, ...]
    thresholds: tuple[Threshold, ...]
    histogram: Histogram
    why: str
    warnings: tuple[str, ...] = ()

    @property
    def can_tell(self) -> bool:
        """Whether there are at least two levels."""
        return bool(self.thresholds)


NAMES: Final[dict[int, tuple[str, ...]]] = {
    1: ("only",), 2: ("idle", "run"), 3: ("off", "idle", "run"), 4: ("off", "idle", "idle_high", "run"),
}  # fmt: skip


def propose(value: Sequence[float] | Floats) -> Proposal:
    """The levels in evenly read samples [n], in the order of time; those that are no numbers are left out."""
    given = np.asarray(value, dtype=np.float64)
    seen = given[np.isfinite(given)]
    if len(seen) < SAMPLES_MIN:
        empty = Histogram(np.zeros(1), np.zeros(0, dtype=np.int64))
        return Proposal((), (), empty, f"only {len(seen)} samples; at least {SAMPLES_MIN} are needed")
    histogram = _histogram(seen)
    if len(histogram.counts) == 0:
        return Proposal((_level("only", seen, len(seen)),), (), histogram, "the signal never moved")
    cuts = _valleys(histogram)
    parts = _parts(seen, cuts)
    if len(parts) < 2:
        why = "the signal has one population only: nothing in it parts running from idling"
        return Proposal((_level("only", seen, len(seen)),), (), histogram, why)
    names = NAMES[len(parts)]
    levels = tuple(_level(name, part, len(seen)) for name, part in zip(names, parts, strict=True))
    thresholds = tuple(_threshold(a, b, cut) for a, b, cut in zip(levels, levels[1:], cuts, strict=False))
    why = f"{len(parts)} populations with valleys between them"
    return Proposal(levels, thresholds, histogram, why, tuple(_warnings(seen, levels, thresholds)))


def _histogram(seen: Floats) -> Histogram:
    """Between the outermost thousandths, so that one spike does not squeeze all the rest into one bin."""
    low, high = np.quantile(seen, (0.001, 0.999)).tolist()
    margin = (high - low) * 0.05
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        return Histogram(np.array([low]), np.zeros(0, dtype=np.int64))
    counts, edges = np.histogram(np.clip(seen, low, high), bins=BINS, range=(low - margin, high + margin))
    return Histogram(edges, counts.astype(np.int64))


def _smoothed(counts: NDArray[np.int64]) -> Floats:
    """With a bell of two bins: single bins are chance."""
    x = np.arange(-6, 7)
    bell = np.exp(-0.5 * (x / 2.0) ** 2)
    return np.asarray(np.convolve(np.pad(counts.astype(np.float64), 6), bell / bell.sum(), mode="valid"), np.float64)


def _valleys(histogram: Histogram) -> list[float]:
    """The values at which real valleys part the peaks; shallow ones are closed up first."""
    heights = _smoothed(histogram.counts)
    peaks = [i for i in range(len(heights)) if heights[i] > 0 and _is_peak(heights, i)]
    while len(peaks) > 1:
        valleys = [int(np.argmin(heights[a : b + 1])) + a for a, b in itertools.pairwise(peaks)]
        depth = [_depth(heights, peaks[i], valley, peaks[i + 1]) for i, valley in enumerate(valleys)]
        worst = int(np.argmin(depth))
        if depth[worst] >= 1.0 and len(peaks) <= LEVELS_MAX:
            mass = _masses(histogram.counts, valleys)
            light = int(np.argmin(mass))
            if mass[light] >= SHARE_MIN:
                break
            peaks.pop(light)
            continue
        peaks.pop(worst if heights[peaks[worst]] < heights[peaks[worst + 1]] else worst + 1)
    centres = (histogram.edges[:-1] + histogram.edges[1:]) / 2
    return [_middle(heights, a, b, centres) for a, b in itertools.pairwise(peaks)]


def _is_peak(heights: Floats, i: int) -> bool:
    left = heights[i - 1] if i else -1.0
    right = heights[i + 1] if i + 1 < len(heights) else -1.0
    return bool(heights[i] > left and heights[i] >= right)


def _depth(heights: Floats, a: int, valley: int, b: int) -> float:
    """1 and more: the valley is real, by its own depth and against chance."""
    lesser = min(heights[a], heights[b])
    fall = lesser - heights[valley]
    return min(fall / (lesser * (1 - VALLEY_MAX)), fall / (SIGMAS_MIN * math.sqrt(lesser / 7.0)))  # 7 bins in a bell


def _masses(counts: NDArray[np.int64], valleys: Sequence[int]) -> list[float]:
    edges = [0, *valleys, len(counts)]
    return [float(counts[a:b].sum() / counts.sum()) for a, b in itertools.pairwise(edges)]


def _middle(heights: Floats, a: int, b: int, centres: Floats) -> float:
    """The middle of the floor of a valley: where nothing was ever seen, its edges say nothing."""
    inside = heights[a : b + 1]
    floor = np.flatnonzero(inside <= inside.min() + 1e-9)
    return float((centres[a + floor[0]] + centres[a + floor[-1]]) / 2)


def _parts(seen: Floats, cuts: Sequence[float]) -> list[Floats]:
    edges = [-math.inf, *cuts, math.inf]
    parts = [seen[(seen > a) & (seen <= b)] for a, b in itertools.pairwise(edges)]
    return [part for part in parts if len(part)]


def _level(name: str, part: Floats, of: int) -> Level:
    return Level(name, float(part.mean()), float(part.std()), len(part) / of)


def _threshold(below: Level, above: Level, cut: float) -> Threshold:
    """Around the valley; as wide as the gap between the two allows, so that noise does not flicker through it."""
    gap = (above.mean - 3 * above.sd) - (below.mean + 3 * below.sd)
    half = gap / 4 if gap > 0 else min(cut - below.mean, above.mean - cut) / 4
    wrong = below.share * _tail((cut - below.mean) / max(below.sd, 1e-300))
    wrong += above.share * _tail((above.mean - cut) / max(above.sd, 1e-300))
    low, high = max(cut - half, below.mean), min(cut + half, above.mean)
    return Threshold(low, high, wrong / (below.share + above.share))


def _tail(sigmas: float) -> float:
    return 0.5 * math.erfc(sigmas / math.sqrt(2))


def _warnings(seen: Floats, levels: Sequence[Level], thresholds: Sequence[Threshold]) -> list[str]:
    found = [
        f"{below.name} and {above.name} overlap: {between.expected_wrong:.1%} would be taken for the other"
        for below, above, between in zip(levels, levels[1:], thresholds, strict=False)
        if between.expected_wrong > WRONG_MAX
    ]
    edges = [-math.inf, *((between.low + between.high) / 2 for between in thresholds), math.inf]
    for i, level in enumerate(levels):
        quarters = [part[(part > edges[i]) & (part <= edges[i + 1])] for part in np.array_split(seen, 4)]
        medians = [float(np.median(part)) for part in quarters if len(part) > SAMPLES_MIN / 8]
        gap = min(abs(level.mean - other.mean) for other in (*levels[max(i - 1, 0) : i], *levels[i + 1 : i + 2]))
        if medians and max(medians) - min(medians) > DRIFT_MAX * gap:
            found.append(f"{level.name} has moved over the time looked at: look at a shorter one, or mend the sensor")
    return found
