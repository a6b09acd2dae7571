"""Ten thousand points held for an hour of the plant's time: all that was said is here, and memory does not grow.

The hour passes on a clock of our own while sockets take the time they take: the device says something new of every
point each ten seconds, and the next ten seconds begin once all of it has arrived.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Frame
from dovetail.core.clock import SECOND_US, SystemClock
from dovetail.core.sink import Resumed
from dovetail.edge.model import LinkChange, LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.grading import grades
from dovetail.grading.grades import Judged, judged
from dovetail.grading.memory import held_bytes
from dovetail.testing.bench import BEHIND, STEP, Bench, Wide
from dovetail.testing.clock import ManualClock

POINTS: Final = 10_000
HOUR_S: Final = 3_600
EVERY_S: Final = 10  # how often every point says something new
STEP_S: Final = 0.25  # of the clock: long enough for few steps, short enough for no patience to end in one
TURN_S: Final = 0.001  # of real time after each, for the sockets
ARRIVES_S: Final = 30.0  # of real time for what the device said
KNOWN_S: Final = 15  # by so much the link's good-through may lie behind at the end
WARM: Final = 0.1  # of the hour: what is held ready is there by then
GROWTH_BYTES: Final = 16 << 20  # of the whole process, the device in it, over the rest of the hour
WAITING_MAX: Final = 50  # frames that wait for the store


class LastSink:
    """A store that remembers of each tag the last value, and counts: its own memory does not grow."""

    def __init__(self, tags: int) -> None:
        self.value = np.full(tags + 1, np.nan)
        self.samples = self.bad = 0
        self.marks: dict[int, int] = {}

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """Nobody was here before."""
        return Resumed(1, {})

    def put(self, frames: Sequence[Frame]) -> None:
        """Look, and forget."""
        for frame in frames:
            self.marks.update(frame.good_through)
            for batch in frame.batches:
                ours = batch.tag < len(self.value)
                self.samples += int(ours.sum())
                self.bad += int((ours & ~batch.valid).sum())
                self.value[batch.tag[ours & batch.valid]] = batch.value[ours & batch.valid]


async def holds(bench: Bench, *, points: int = POINTS, hour_s: int = HOUR_S) -> Judged:
    """Every value of every point within an hour, no gap and no word of a lost link, and no more memory at its end."""
    if not isinstance(bench, Wide):
        return Judged(grades.HOLDS, "not tried", f"its bench has no device with {points:,} points")
    clock = ManualClock(SystemClock().now_us())
    wide, sink, told = bench.wide(points, clock), LastSink(points), list[LinkChange]()
    warm_bytes = 0
    async with _read(wide, sink, clock, told) as edge:
        rounds = hour_s // EVERY_S
        for number in range(1, rounds + 1):
            await wide.make(number)
            wanted = STEP * number + np.arange(1, points + 1)
            if not await _arrived(sink, wanted, clock):
                missing = int((sink.value[1:] != wanted).sum())
                return judged(grades.HOLDS, False, f"{missing:,} points are silent after {number * EVERY_S} s")
            await _pass(clock, EVERY_S)
            if number == max(1, round(rounds * WARM)):
                warm_bytes = held_bytes()
        grown = held_bytes() - warm_bytes
        behind_s = (clock.now_us() - sink.marks[points + 1]) / SECOND_US
        waiting, gaps = edge.delivery()["waiting_frames"], edge.delivery()["gap_samples"]
    faults = {
        f"memory grew by {grown >> 20} MB": grown > GROWTH_BYTES,
        f"good-through lies {behind_s:.0f} s behind": behind_s > KNOWN_S,
        f"{waiting} frames wait": waiting > WAITING_MAX,
        f"{gaps} samples were given up": gaps > 0,
        f"{sink.bad} values are bad": sink.bad > points,  # before the first of each
        "the link was lost": [change.up for change in told] != [True],
    }
    said = "; ".join(what for what, is_so in faults.items() if is_so)
    return judged(grades.HOLDS, not said, said or f"{sink.samples:,} values of {points:,} points in {hour_s:,} s")


@asynccontextmanager
async def _read(wide: Bench, sink: LastSink, clock: ManualClock, told: list[LinkChange]) -> AsyncIterator[EdgeRuntime]:
    """The device, and the edge that reads it on the clock of ours."""
    await wide.start()
    last = len(wide.points)
    plan = LinkPlan("wide", wide.driver, wide.options(wide.port), last + 1, last + 2, points=wide.points)
    rng = random.Random(1)  # noqa: S311 - an hour that can be had again
    edge = EdgeRuntime([plan], sink, clock=clock, on_link=told.append, rng=rng, secret=lambda _name: BEHIND)
    try:
        await edge.start()
        yield edge
    finally:
        await edge.stop()
        await wide.stop()


async def _arrived(sink: LastSink, wanted: NDArray[np.int64], clock: ManualClock) -> bool:
    """Whether every point shows it, the clock going on slowly."""
    deadline = time.monotonic() + ARRIVES_S
    while (sink.value[1:] != wanted).any():
        if time.monotonic() > deadline:
            return False
        await _pass(clock, STEP_S)
    return True


async def _pass(clock: ManualClock, duration_s: float) -> None:
    for _ in range(round(duration_s / STEP_S)):
        await clock.advance(STEP_S)
        await asyncio.sleep(TURN_S)
