"""The reference signals of a plant: 5,000 tags at 1 Hz, and one tag of a whole year.

By tag 40 % random walk rounded to 0.1, 20 % sine and noise rounded to 0.01, 20 % steps (constant for ~500 s), 10 %
counters, 10 % full-precision noise; 0.1 % bad quality; groups of 100 tags share a timestamp with 0–20 ms jitter.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TAGS = 5_000
GROUP = 100
SECOND_US = 1_000_000
COUNTERS = (4_000, 4_500)  # tags above the first, up to the second, are whole numbers
GOOD, BAD = 0xC0, 0x0C
YEAR_TAG, YEAR_EVERY_S, YEAR_N = 9_001, 10, 3_153_600


class Columns(NamedTuple):
    """Samples: int64 tag, int64 ts µs, float64 value, uint16 quality; of equal length."""

    tag: NDArray[np.int64]
    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint16]


@dataclass(frozen=True)
class Workload:
    """Matrices [seconds, tags]: times in µs, values, and which are bad."""

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    bad: NDArray[np.bool_]

    @property
    def end_us(self) -> int:
        """Just after the last sample."""
        return int(self.ts[-1].max()) + 1

    def batches(self, size: int) -> Iterator[Columns]:
        """One commit each; in the order in which a plant sends them."""
        step = size // TAGS
        tags = np.arange(1, TAGS + 1, dtype=np.int64)
        for start in range(0, len(self.ts), step):
            rows = slice(start, start + step)
            n = len(self.ts[rows])
            quality = np.where(self.bad[rows].ravel(), BAD, GOOD).astype(np.uint16)
            yield Columns(np.tile(tags, n), self.ts[rows].ravel(), self.value[rows].ravel(), quality)


def workload(seconds: int, *, end_us: int, seed: int = 1, tags: int = TAGS) -> Workload:
    """So many seconds of all tags, up to `end_us`; of fewer `tags` (hundreds), as much of each kind."""
    rng = np.random.default_rng(seed)
    start_us = end_us - seconds * SECOND_US
    jitter = rng.integers(0, 20_000, (seconds, tags // GROUP)).repeat(GROUP, axis=1)
    ts = start_us + np.arange(seconds, dtype=np.int64)[:, None] * SECOND_US + jitter
    value = np.empty((seconds, tags))
    shares = np.cumsum([tags * 4, tags * 2, tags * 2, tags]) // 10
    walk, sine, steps, counters, noise = np.split(np.arange(tags), shares)
    value[:, walk] = np.round(50 + np.cumsum(rng.normal(0, 0.3, (seconds, len(walk))), axis=0), 1)
    phase = rng.uniform(0, 6.28, len(sine)) + np.arange(seconds)[:, None] / 60
    value[:, sine] = np.round(20 + 5 * np.sin(phase) + rng.normal(0, 0.05, (seconds, len(sine))), 2)
    changes = rng.random((seconds, len(steps))) < 1 / 500
    value[:, steps] = np.cumsum(changes, axis=0) % 7
    value[:, counters] = np.cumsum(rng.integers(0, 3, (seconds, len(counters))), axis=0)
    value[:, noise] = rng.normal(size=(seconds, len(noise)))
    return Workload(ts, value, rng.random((seconds, tags)) < 0.001)


def year(*, end_us: int, seed: int = 2) -> Iterator[Columns]:
    """A random walk of one tag, every ten seconds for a year up to `end_us`, in commits of 100,000."""
    rng = np.random.default_rng(seed)
    value = np.round(50 + np.cumsum(rng.normal(0, 0.05, YEAR_N)), 1)
    ts = end_us - (YEAR_N - np.arange(YEAR_N, dtype=np.int64)) * YEAR_EVERY_S * SECOND_US
    for start in range(0, YEAR_N, 100_000):
        part = slice(start, start + 100_000)
        n = len(ts[part])
        yield Columns(np.full(n, YEAR_TAG), ts[part], value[part], np.full(n, GOOD, dtype=np.uint16))


def now_us() -> int:
    """A whole second: an hour before now, so that nothing lies in the future."""
    return time.time_ns() // 1000 // SECOND_US * SECOND_US - 3_600 * SECOND_US
