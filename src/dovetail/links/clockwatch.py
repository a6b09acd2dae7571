"""Which clock counts for a link: the device's own when it is near and steady, ours when it is not (DESIGN §4).

Pure. `offset` is device − gateway, µs, measured with each proof of life. The *timeline* of a link is the clock on which
its samples and its good-through marks stand, so that the two can be compared.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median_low
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from dovetail.core.limits import CLOCK_FUTURE_US, CLOCK_TRUST_US
from dovetail.drivers.base import NO_DEVICE_TIME, Alive
from dovetail.links.model import TimeRule

MEASURES: Final = 5  # five seconds of proofs: short enough to notice a step, long enough for a median
STEADY_US: Final = 500_000  # offsets that differ more than this are no clock to build on
TRUST_AGAIN_US: Final = 1_500_000  # back to the device's time only well inside the ±2 s, so that it does not flap
MOVED_US: Final = 50_000  # a subtracted offset follows only real moves: each one shifts the timeline
SLOW_ANSWER_US: Final = 1_000_000  # an answer that took longer says nothing about the clock

type Base = Literal["device", "shifted", "gateway"]


@dataclass(frozen=True, slots=True, eq=False)
class Stamped:
    """Times of n samples: `ts` µs UTC, `moved` where a device gave another time (rule `gateway` moves nothing)."""

    ts: NDArray[np.int64]
    moved: NDArray[np.bool_]


class ClockWatch:
    """Measures one device's clock and stamps what comes from it."""

    def __init__(self, rule: TimeRule) -> None:
        self._rule = rule
        self._offsets: deque[int] = deque(maxlen=MEASURES)
        self._base: Base = "device" if rule == "device" else "gateway"
        self._shift_us = 0

    @property
    def base(self) -> Base:
        """The device's time as it is, with the offset subtracted, or our own."""
        return self._base

    @property
    def offset_us(self) -> int | None:
        """Device − gateway: the median of the last measures."""
        return median_low(self._offsets) if self._offsets else None

    def forget(self) -> None:
        """After a lost link the device may be another, or have another time."""
        self._offsets.clear()

    def measure(self, alive: Alive) -> Literal["same", "moved"]:
        """Take one proof of life in. "moved" says that samples stand on another timeline from now on."""
        took_us = alive.answered_us - alive.asked_us
        if alive.device_us is None or not 0 <= took_us <= SLOW_ANSWER_US:
            return "same"
        self._offsets.append(alive.device_us - (alive.asked_us + took_us // 2))
        before = (self._base, self._shift_us)
        self._decide()
        return "same" if before == (self._base, self._shift_us) else "moved"

    def _decide(self) -> None:
        offset_us = median_low(self._offsets)
        if self._rule != "auto":
            return
        if max(self._offsets) - min(self._offsets) > STEADY_US:
            self._base, self._shift_us = "gateway", 0
        elif abs(offset_us) <= (TRUST_AGAIN_US if self._base == "shifted" else CLOCK_TRUST_US):
            self._base, self._shift_us = "device", 0
        elif self._base != "shifted" or abs(offset_us - self._shift_us) > MOVED_US:
            self._base, self._shift_us = "shifted", offset_us

    def timeline(self, gateway_us: int) -> int:
        """Our time as the link's samples would say it; never more than ±2 s away from ours."""
        if self._base != "device":
            return gateway_us
        return gateway_us + min(max(self.offset_us or 0, -CLOCK_TRUST_US), CLOCK_TRUST_US)

    def closed_at(self, device_us: int | None, received_us: int) -> int:
        """When a message was closed, on our clock: by the device's word where that is plausible."""
        offset_us = self.offset_us
        if device_us is None or offset_us is None:
            return received_us
        return min(max(device_us - offset_us, received_us - SLOW_ANSWER_US), received_us)

    def stamp(self, device_us: NDArray[np.int64] | None, received_us: NDArray[np.int64]) -> Stamped:
        """Choose `ts` for samples with device times (NO_DEVICE_TIME where there is none) received at `received_us`."""
        if device_us is None:
            return Stamped(received_us, np.zeros(len(received_us), dtype=np.bool_))
        given = device_us != NO_DEVICE_TIME
        if self._base == "gateway":
            return Stamped(received_us, given & (self._rule != "gateway"))
        ts = device_us - self._shift_us
        usable = given & (ts <= received_us + CLOCK_FUTURE_US)
        ts = np.where(usable, ts, received_us)
        return Stamped(ts, given & (ts != device_us))
