"""A device of a trial, the cable to it, and the edge that reads it, with its disk where something is taken for good."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from dovetail.core import quality as q
from dovetail.core.clock import Clock, SystemClock
from dovetail.core.plugins import load
from dovetail.drivers.base import PACKAGE, DriverSpec
from dovetail.drivers.keeping import KEEPING
from dovetail.edge.model import LinkChange, LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.spool.pump import Spool
from dovetail.testing.bench import BEHIND, QUICK, STEP, Bench, Cable, OwnCable, Posting
from dovetail.testing.chaos import ChaosProxy
from dovetail.testing.sink import MemorySink

MAKES_EVERY_S: Final = 0.5  # how often the device has a new number
TIMER_S: Final = 0.1
MARK, OFFSET, BESIDE = 90, 91, 100


def spec_of(bench: Bench) -> DriverSpec:
    """The driver that a bench is for."""
    return load(PACKAGE, bench.driver)


def keeps(bench: Bench) -> bool:
    """Whether the driver takes for good: its values reach the store through the disk, each once."""
    return spec_of(bench).keeps


def plan_of(bench: Bench, port: int, *, name: str, base: int) -> LinkPlan:
    """The bench as a connection of a plant, its tags counted from `base`."""
    points = [replace(scan, point=replace(scan.point, tag_id=base + scan.point.tag_id)) for scan in bench.points]
    return LinkPlan(name, bench.driver, bench.options(port), base + MARK, base + OFFSET, "auto", tuple(points))


class Link:
    """One device, the cable to it, and the edge that reads it."""

    def __init__(self, bench: Bench, cable: Cable, sink: MemorySink, *, name: str, base: int) -> None:
        self.bench, self.cable, self.sink, self.name, self.base = bench, cable, sink, name, base
        self.told: list[LinkChange] = []
        self.number = 0
        self.clock = SystemClock()

    def plan(self) -> LinkPlan:
        return plan_of(self.bench, self.cable.port, name=self.name, base=self.base)

    async def work(self) -> None:
        """The device makes something new for ever."""
        while True:
            self.number += 1
            await self.bench.make(self.number)
            await asyncio.sleep(MAKES_EVERY_S)

    def tags(self) -> list[int]:
        return [self.base + scan.point.tag_id for scan in self.bench.points]

    @property
    def keeps(self) -> bool:
        """Whether what is taken of it is kept on disk until the store has it."""
        return keeps(self.bench)

    @property
    def is_up(self) -> bool:
        """Whether the link was last said to be up."""
        return bool(self.told) and self.told[-1].up

    def shows(self, tag: int) -> tuple[object, int]:
        return self.sink.last(tag)

    def fresh_since(self, number: int, *, tags: list[int] | None = None) -> bool:
        """Whether every point shows something that was made after `number`."""
        return all(is_good(*self.shows(tag)) and number_of(self.shows(tag)[0]) > number for tag in tags or self.tags())


def is_good(_value: object, quality: int) -> bool:
    """Whether a value may be counted."""
    return quality & q.MAJOR_MASK == q.GOOD & q.MAJOR_MASK and quality >= 0


def number_of(value: object) -> int:
    """Which number of its device a value shows; -1 for what is none."""
    return int(value) // STEP if isinstance(value, (int, float)) else -1


async def until(condition: Callable[[], bool], *, within_s: float) -> float:
    """How long it took; infinite when it did not come."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not condition():
        if loop.time() - begun > within_s:
            return float("inf")
        await asyncio.sleep(0.02)
    return loop.time() - begun


@asynccontextmanager
async def running(links: Sequence[Link], seed: int) -> AsyncIterator[EdgeRuntime]:
    """The devices at work and the edge that reads them all."""
    by_mark = {link.base + MARK: link for link in links}
    work = [asyncio.create_task(link.work()) for link in links]
    edge = EdgeRuntime(
        [link.plan() for link in links],
        links[0].sink,
        clock=links[0].clock,
        on_link=lambda change: by_mark[change.link].told.append(change),
        rng=random.Random(seed),  # noqa: S311 - a trial that can be played again
        secret=lambda _name: BEHIND,
    )
    async with spooled(edge, links, links[0].clock):
        await edge.start()
        try:
            yield edge
        finally:
            await edge.stop()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


@asynccontextmanager
async def spooled(edge: EdgeRuntime, links: Sequence[Link], clock: Clock) -> AsyncIterator[None]:
    """Where drivers that take for good keep what they took, on disk as in a plant; nothing for the others."""
    for link in links:
        if isinstance(link.bench, Posting):
            link.bench.meet(edge.shared, link.base + MARK)
    if not any(link.keeps for link in links):
        yield
        return
    with TemporaryDirectory(prefix="dovetail-bench-", dir=QUICK) as folder:
        spool = Spool(Path(folder) / "spool.db", links[0].sink, clock)
        edge.shared.one(KEEPING, lambda: spool)
        await spool.start()
        try:
            yield
        finally:
            await spool.stop()


@dataclass(slots=True)
class Stood:
    """For how long this process itself did not run, as a timer noticed that rang late."""

    seconds: float = 0.0


@asynccontextmanager
async def standstills() -> AsyncIterator[Stood]:
    """What a busy machine takes from everybody is nobody's missed poll."""
    stood = Stood()

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TIMER_S
            await asyncio.sleep(TIMER_S)
            late_s = loop.time() - due
            stood.seconds += late_s if late_s > TIMER_S else 0.0

    task = asyncio.create_task(watch())
    try:
        yield stood
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def laid(bench: Bench, sink: MemorySink, *, name: str, base: int = 0, seed: int = 0) -> AsyncIterator[Link]:
    """A device that is there, with a cable to it."""
    cable = bench.cable(seed) if isinstance(bench, OwnCable) else ChaosProxy(seed=seed)
    await bench.start()
    try:
        await cable.lay(bench.port)
        yield Link(bench, cable, sink, name=name, base=base)
    finally:
        await cable.remove()
        await bench.stop()
