"""How a device fares, in figures of a fixed size: round trips, reads, what came BAD, and how late values were."""

from __future__ import annotations

from typing import Final

import numpy as np

from dovetail.core.clock import SECOND_US
from dovetail.links.model import LinkHealth

ROUND_TRIPS: Final = 256  # enough that the 99th percentile is a measured one; 2 kB a link
MINUTE_S, RATE_S = 60, 10  # a rate that people watch follows within ten seconds


class RoundTrips:
    """The last round trips, µs; an older one is overwritten."""

    def __init__(self) -> None:
        self._us = np.zeros(ROUND_TRIPS, dtype=np.int64)
        self._count = 0

    def add(self, took_us: int) -> None:
        """One answer came after `took_us`; what a stepping clock makes negative is nothing."""
        self._us[self._count % ROUND_TRIPS] = max(took_us, 0)
        self._count += 1

    def percentile(self, percent: float) -> int | None:
        """The round trip that `percent` of the last ones did not exceed; None before the first."""
        known = self._us[: min(self._count, ROUND_TRIPS)]
        return int(np.percentile(known, percent, method="higher")) if len(known) else None


class Minute:
    """Figures of the last minute, a slot per second: summed (`sum`) or the largest (`top`). Times are monotonic µs."""

    def __init__(self) -> None:  # lists: one number at a time, an array costs ten times as much
        self._second = [-1] * MINUTE_S
        self._sum = [0] * MINUTE_S
        self._top = [0] * MINUTE_S

    def add(self, at_us: int, value: int) -> None:
        """Count `value` into the second of `at_us`."""
        second = at_us // SECOND_US
        slot = second % MINUTE_S
        if self._second[slot] != second:
            self._second[slot], self._sum[slot], self._top[slot] = second, 0, 0
        self._sum[slot] += value
        self._top[slot] = max(self._top[slot], value)

    def sum(self, now_us: int) -> int:
        """Everything counted in the last minute, the present second included."""
        return sum(self._sum[slot] for slot in self._recent(now_us // SECOND_US, MINUTE_S))

    def rate(self, now_us: int) -> float:
        """What was counted per second, in the last RATE_S that are over: of the present one nobody knows yet."""
        return sum(self._sum[slot] for slot in self._recent(now_us // SECOND_US - 1, RATE_S)) / RATE_S

    def top(self, now_us: int) -> int | None:
        """The largest of the last minute; None where there was nothing."""
        return max((self._top[slot] for slot in self._recent(now_us // SECOND_US, MINUTE_S)), default=None)

    def _recent(self, second: int, seconds: int) -> list[int]:
        return [slot for slot, at in enumerate(self._second) if second - seconds < at <= second]


class Metrics:
    """The figures of one link; `samples_per_s` and `health` are for people."""

    def __init__(self) -> None:
        self._round_trips = RoundTrips()
        self._reads, self._samples, self._bad, self._late = Minute(), Minute(), Minute(), Minute()
        self._held = Minute()

    def answered(self, took_us: int) -> None:
        """The device answered a question that needed this long."""
        self._round_trips.add(took_us)

    def read(self, at_us: int) -> None:
        """One read has come back."""
        self._reads.add(at_us, 1)

    def arrived(self, at_us: int, *, samples: int, bad: int) -> None:
        """Samples were handed over, so many of them BAD."""
        self._samples.add(at_us, samples)
        self._bad.add(at_us, bad)

    def late(self, at_us: int, by_us: int) -> None:
        """Values were there this long after they were due, or after the device had closed its message."""
        self._late.add(at_us, max(by_us, 0))

    def held(self, at_us: int, took_us: int) -> None:
        """Until now the device had to wait this long, because what it had sent was not kept yet."""
        self._held.add(at_us, took_us)

    def samples_per_s(self, now_us: int) -> float:
        """Mean of the last ten seconds that are over."""
        return self._samples.rate(now_us)

    def health(self, now_us: int) -> LinkHealth:
        """Everything else, as of now."""
        samples = self._samples.sum(now_us)
        return LinkHealth(
            rtt_p50_us=self._round_trips.percentile(50),
            rtt_p99_us=self._round_trips.percentile(99),
            reads_per_s=self._reads.rate(now_us),
            bad_ratio=self._bad.sum(now_us) / samples if samples else None,
            lag_us=self._late.top(now_us),
            held_ratio=min(1.0, self._held.sum(now_us) / (MINUTE_S * SECOND_US)),
        )
