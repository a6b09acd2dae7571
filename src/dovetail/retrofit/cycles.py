"""Count the strokes of a machine by its waveform: how long one takes, and where one begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import SECOND_US
from dovetail.retrofit.levels import Proposal

type Floats = NDArray[np.float64]

REPEATS_MIN: Final = 0.3  # how alike one cycle and the next must be, from 0 to 1
CYCLES_MIN: Final = 8  # seen at least so often
POINTS_MAX: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Cycles:
    """The waveform's period, how alike its cycles are, and how many were counted; None: it has no period."""

    period_s: float | None
    likeness: float
    counted: int
    why: str


def crossings(value: Floats, low: float, high: float) -> NDArray[np.intp]:
    """Where a signal comes from under `low` to over `high`: noise between the two counts nothing."""
    side = np.where(value >= high, 1, np.where(value <= low, -1, 0))
    known = np.flatnonzero(side)
    return known[1:][(side[known][1:] == 1) & (side[known][:-1] == -1)]


def period_s(ts_us: NDArray[np.int64], value: Floats) -> tuple[float | None, float]:
    """(seconds of a cycle, likeness of one to the next) by autocorrelation, on evenly spaced moments."""
    points = min(POINTS_MAX, len(ts_us))
    even = np.linspace(float(ts_us[0]), float(ts_us[-1]), points)
    wave = np.interp(even, ts_us.astype(np.float64), value)
    wave = wave - wave.mean()
    if not np.any(np.abs(wave) > 0):
        return None, 0.0
    spectrum = np.fft.rfft(wave, 2 * points)
    alike = np.fft.irfft(np.abs(spectrum) ** 2)[:points]
    alike = alike / alike[0] * (points / (points - np.arange(points)))
    alike = alike[: points // CYCLES_MIN]
    under = np.flatnonzero(alike < 0)
    if not len(under):
        return None, 0.0
    best = int(under[0]) + int(np.argmax(alike[under[0] :]))
    first = next(
        (
            i
            for i in range(int(under[0]) + 1, best)
            if alike[i] > 0.9 * alike[best] and alike[i - 1] <= alike[i] >= alike[i + 1]
        ),
        best,
    )
    return first * (even[1] - even[0]) / SECOND_US, float(alike[first])


def count(ts_us: NDArray[np.int64], value: Floats, levels: Proposal) -> Cycles:
    """The cycles of a waveform by its own two outermost levels."""
    if not levels.can_tell:
        return Cycles(None, 0.0, 0, levels.why)
    seconds, likeness = period_s(ts_us, value)
    turns = crossings(value, levels.thresholds[0].low, levels.thresholds[-1].high)
    if seconds is None or likeness < REPEATS_MIN:
        return Cycles(None, likeness, len(turns), "the signal does not repeat itself: what is counted are its rises")
    real = 0 if not len(turns) else 1
    last_us = int(ts_us[turns[0]]) if len(turns) else 0
    for at_us in ts_us[turns[1:]].tolist():
        if at_us - last_us >= 0.4 * seconds * SECOND_US:
            real, last_us = real + 1, at_us
    return Cycles(seconds, likeness, real, f"{real} cycles of about {seconds:.3g} s")


def debounce_ms(edges_us: NDArray[np.int64]) -> float | None:
    """For how long a contact must stand to be believed, between bounces and pulses; None: it does not bounce."""
    gaps = np.diff(np.sort(edges_us)).astype(np.float64)
    gaps = gaps[gaps > 0]
    if len(gaps) < 2 * CYCLES_MIN:
        return None
    logs = np.sort(np.log10(gaps))
    steps = np.diff(logs)
    widest = int(np.argmax(steps))
    bounce_us = 10 ** logs[widest]
    if steps[widest] < 0.7 or bounce_us > 100_000:  # no gap of a factor of five, or slower than contacts bounce
        return None
    return float(10 ** ((logs[widest] + logs[widest + 1]) / 2) / 1000)
