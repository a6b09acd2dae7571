"""When a scan class is read: at fixed moments, spread over the interval, skipped rather than queued."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from dovetail.core.clock import SECOND_US, Clock
from dovetail.drivers.base import ListenGroup, Point
from dovetail.links.model import ScanPoint


def phase_us(name: str, interval_us: int) -> int:
    """Where in the interval this group is read: always the same, and different between groups.

    >>> 0 <= phase_us("plc-filler/1000", 1_000_000) < 1_000_000
    True
    """
    return zlib.crc32(name.encode()) % interval_us


def next_deadline_us(now_us: int, interval_us: int, phase: int) -> int:
    """The first moment after `now_us` that is `phase` modulo the interval (monotonic µs)."""
    return now_us - (now_us - phase) % interval_us + interval_us


def missed(due_us: int, finished_us: int, interval_us: int) -> int:
    """Deadlines that passed while the read of `due_us` was still running."""
    return max(0, finished_us - due_us) // interval_us


def groups(points: Iterable[ScanPoint], mode: str) -> tuple[ListenGroup, ...]:
    """The points of one mode by interval, fastest first; what shares an interval is read in one request."""
    by_interval: dict[int, list[Point]] = defaultdict(list)
    for scan in points:
        if scan.mode == mode:
            by_interval[scan.interval_ms].append(scan.point)
    return tuple(ListenGroup(interval, tuple(by_interval[interval])) for interval in sorted(by_interval))


async def poll(
    clock: Clock,
    group: ListenGroup,
    read: Callable[[Sequence[Point]], Awaitable[None]],
    *,
    name: str,
    on_done: Callable[[int, int], None],
) -> None:
    """Read the group at each deadline until cancelled; an error of `read` ends it.

    `on_done` is told after each read how long after its deadline it was done (µs), and how many deadlines that cost.
    """
    interval_us = max(group.interval_ms, 1) * 1000
    phase = phase_us(f"{name}/{group.interval_ms}", interval_us)
    while True:
        now_us = clock.monotonic_us()
        due_us = next_deadline_us(now_us, interval_us, phase)
        await clock.sleep((due_us - now_us) / SECOND_US)
        await read(group.points)
        done_us = clock.monotonic_us()
        on_done(done_us - due_us, missed(due_us, done_us, interval_us))
