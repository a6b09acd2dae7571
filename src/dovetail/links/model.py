"""One point of a link and how it is scanned, which clock counts, and how the link fares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dovetail.drivers.base import Point

type TimeRule = Literal["auto", "device", "gateway"]


@dataclass(frozen=True, slots=True)
class ScanPoint:
    """One point and its scan class. `deadband` in engineering units (0: every change); `heartbeat_ms` 0: none."""

    point: Point
    mode: Literal["subscribe", "poll"] = "subscribe"
    interval_ms: int = 250
    deadband: float = 0.0
    heartbeat_ms: int = 0


@dataclass(frozen=True, slots=True)
class LinkHealth:
    """How a link fares, over its last requests and the last minute; None where nothing was measured yet.

    `rtt_*`: from question to answer. `bad_ratio`: share of samples without a value. `lag_us`: the longest that
    values were late, after the moment a read was due or the device closed its message. `held_ratio`: share of the
    minute in which a device that sends by itself had to wait, because it sends more than can be kept.
    """

    rtt_p50_us: int | None = None
    rtt_p99_us: int | None = None
    reads_per_s: float = 0.0
    bad_ratio: float | None = None
    lag_us: int | None = None
    held_ratio: float = 0.0
