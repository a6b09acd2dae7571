"""What the historian answers: rows of the head, samples, buckets of a trend, a mean, and the account of deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Frame, Value
from dovetail.core.clock import HOUR_US, MINUTE_US

WHOLE_MINUTES_FROM_US: Final = 5 * MINUTE_US  # rounded up, a bucket is a fifth longer at most
WHOLE_HOURS_FROM_US: Final = 4 * HOUR_US


@dataclass(frozen=True, slots=True, eq=False)
class HeadRow:
    """One frame of the head log; `head_id` grows by one in commit order and is never reused."""

    head_id: int
    frame: Frame


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample at the rim. `value` is None where there is no value; `ts_device_us` None means equal to `ts_us`."""

    tag: int
    ts_us: int
    value: Value
    quality: int
    ts_device_us: int | None = None
    native: int = 0  # the protocol's own status; 0: it said nothing


@dataclass(frozen=True, slots=True, eq=False)
class Latest:
    """The newest samples of tags in columns of one length; `heard` is False where there is none.

    `number` float64 is NaN and `text` empty where the newest sample has no number, no text. Times int64 µs.
    """

    tag: NDArray[np.int64]
    heard: NDArray[np.bool_]
    ts: NDArray[np.int64]
    device: NDArray[np.int64]
    quality: NDArray[np.uint16]
    number: NDArray[np.float64]
    text: NDArray[np.object_]

    def take(self, which: NDArray[np.bool_]) -> Latest:
        """The rows that a mask selects."""
        return Latest(
            self.tag[which],
            self.heard[which],
            self.ts[which],
            self.device[which],
            self.quality[which],
            self.number[which],
            self.text[which],
        )

    def with_samples(self, rows: Sequence[int], samples: Mapping[int, Sample]) -> Latest:
        """The same with other samples in some rows; none where a tag has none there."""
        names = ("heard", "ts", "device", "quality", "number", "text")
        columns = {name: getattr(self, name).copy() for name in names}
        for row in rows:
            sample = samples.get(int(self.tag[row]))
            is_text, value = (False, None) if sample is None else (isinstance(sample.value, str), sample.value)
            columns["heard"][row] = sample is not None
            columns["number"][row] = np.nan if value is None or is_text else value
            columns["text"][row] = value if is_text else ""
            columns["ts"][row] = 0 if sample is None else sample.ts_us
            device_us = None if sample is None else sample.ts_device_us
            columns["device"][row] = columns["ts"][row] if device_us is None else device_us
            columns["quality"][row] = 0 if sample is None else sample.quality
        return Latest(self.tag, **columns)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A trend as a screen draws it: one row per pixel bucket that holds samples, columns of one length.

    `t0_us` int64 is the bucket's start, `width_us` how long each is; min, max, first and last are float64 over the
    samples that have a value (NaN where a bucket holds none that has); `n` counts all samples, `n_good` the GOOD ones.
    """

    tag: int
    width_us: int
    t0_us: NDArray[np.int64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    n: NDArray[np.int64]
    n_good: NDArray[np.int64]


def buckets(from_us: int, to_us: int, px: int) -> tuple[int, int]:
    """(where the first bucket of a trend begins, how long each is), at most `px` of them.

    Buckets of minutes are whole minutes, of many hours whole hours, and begin on one: such a trend needs no sample to
    be opened but at its two ends. What is finer begins where it was asked for.

    >>> buckets(1_000_000, 601_000_000, 600), buckets(1_000_000, 601_000_000, 1)
    ((1000000, 1000000), (0, 660000000))
    """
    width_us = max(1, -(-(to_us - from_us) // px))
    unit_us = 1
    if width_us >= WHOLE_MINUTES_FROM_US:
        unit_us = HOUR_US if width_us >= WHOLE_HOURS_FROM_US else MINUTE_US
    begin_us = from_us - from_us % unit_us
    return begin_us, max(1, -(-(to_us - begin_us) // (px * unit_us)) * unit_us)


@dataclass(frozen=True, slots=True)
class Mean:
    """A time-weighted mean over the time that values cover; None when none do.

    `covered_us` is the time with a value (BAD spans are not covered); `good_fraction` the share of the asked
    time whose value is GOOD (OPC UA Part 13 PercentGood / 100).
    """

    value: float | None
    covered_us: int
    good_fraction: float


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """Samples of one tag by time, and what was summed up between one and the next, GOOD or BAD as the first of them.

    Shapes [n]: ts int64 µs, value float64, quality uint16, valid bool; 0 where nothing was: n int64 how many samples,
    total float64 their sum, area float64 ∫ value dt up to the next sample, stepped, in value × µs, off float64 the sum
    of their squared distances from their mean (NaN: nobody has worked it out).
    """

    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint16]
    valid: NDArray[np.bool_]
    n: NDArray[np.int64]
    total: NDArray[np.float64]
    area: NDArray[np.float64]
    off: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The account of one source and lane, in samples: expected = stored + duplicate + refused + gap, always.

    `frames_repeated` were no-ops; `frames_missing` are holes in the sequence numbers seen so far.
    """

    source: str
    lane: str
    expected: int
    stored: int
    duplicate: int
    refused: int
    gap: int
    frames: int
    frames_repeated: int
    frames_missing: int
