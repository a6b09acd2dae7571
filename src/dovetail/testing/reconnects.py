"""A link that breaks ten thousand times, on a clock that runs as fast as the machine: it comes back, and nothing grows.

The device and its cable are real, and in the same loop; the session's pauses are on the clock, so a night of a bad
cable takes minutes.
"""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Sequence
from typing import Final

from dovetail.core.batch import Frame
from dovetail.core.clock import SECOND_US
from dovetail.edge.model import LinkChange
from dovetail.edge.runtime import EdgeRuntime
from dovetail.testing.bench import Bench, Fault, Forgetting
from dovetail.testing.chaos import NONE
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.testing.linked import Link, laid, plan_of, spooled
from dovetail.testing.matrix import CONNECTS_FREE, Played
from dovetail.testing.sink import MemorySink

TIMES: Final = 10_000
STEP_S: Final = 0.2  # of that clock at once: far less than anybody waits for an answer
PATIENCE_S: Final = 120.0  # of that clock, for each change
RATE_MAX: Final = 2.0  # connections a second of that clock: the back-off's mean is far below
OBJECTS_MAX: Final = 5_000  # that may be more in the end than after the first tenth; one for each break is a leak
SPARE: Final = 1.3  # connections for each break: some are cut while they are made


class Forgetful(MemorySink):
    """A sink that keeps the marks alone."""

    def put(self, frames: Sequence[Frame]) -> None:
        """Let go of them."""
        for frame in frames:
            self.marks.update(frame.good_through)


class _Changes:
    """How often the link was said to be up, and whether it is."""

    def __init__(self) -> None:
        self.ups = 0
        self.is_up = False
        self.doubled = 0

    def __call__(self, change: LinkChange) -> None:
        self.doubled += change.up == self.is_up and self.ups > 0
        self.is_up = change.up
        self.ups += change.up


async def reconnect(bench: Bench, *, times: int = TIMES, seed: int = 1) -> Played:
    """So many times, as soon as the link is up: everything is reset, and nobody listens until it is said to be down."""
    played, changes, clock, sink = Played(), _Changes(), ManualClock(DAY_ZERO_US), Forgetful()
    async with laid(bench, sink, name="tried", seed=seed) as link:
        await bench.make(1)
        plan = plan_of(bench, link.cable.port, name="tried", base=0)
        rng = random.Random(seed)  # noqa: S311 - a trial that can be played again
        edge = EdgeRuntime([plan], sink, clock=clock, on_link=changes, rng=rng)
        async with spooled(edge, [link], clock):
            await edge.start()
            grown = await _break(link, changes, clock, times)
            seconds = clock.monotonic_us() / SECOND_US
            played.connections = link.cable.connections
            stopping = asyncio.create_task(edge.stop())
            await _until(clock, stopping.done)
            await stopping
    said = f"{played.connections:,} connections in {seconds:,.0f} s, up {changes.ups:,} times"
    played.say("recovers each time", changes.ups == times + 1 and changes.is_up, said)
    played.say("said once each way", changes.doubled == 0, f"{changes.doubled} said twice")
    allowed = CONNECTS_FREE + min(SPARE * times, RATE_MAX * seconds)
    played.say("no storm", played.connections <= CONNECTS_FREE + allowed, said)
    played.say("bounded memory", grown <= OBJECTS_MAX, f"{grown:,} objects more than after a tenth")
    return played


async def _break(link: Link, changes: _Changes, clock: ManualClock, times: int) -> int:
    """Again and again; how many objects more there are in the end than after a tenth."""
    early = 0
    for broken in range(times):
        if not await _until(clock, lambda: changes.is_up):
            break
        if broken == times // 10:
            early = _objects()
        await link.cable.suffer(Fault("refused"))
        if not await _until(clock, lambda: not changes.is_up):
            break
        if isinstance(link.bench, Forgetting):
            await link.bench.forget()
        await link.cable.suffer(NONE)
    await _until(clock, lambda: changes.is_up)
    return _objects() - early


def _objects() -> int:
    gc.collect()
    return len(gc.get_objects())


async def _until(clock: ManualClock, condition: Callable[[], bool]) -> bool:
    """Let the clock run until it holds; False when patience ended."""
    end_us = clock.monotonic_us() + round(PATIENCE_S * SECOND_US)
    while not condition():
        if clock.monotonic_us() > end_us:
            return False
        await asyncio.sleep(0.0005)  # what is on the wire is on its way in real time
        await clock.advance(STEP_S)
    return True
