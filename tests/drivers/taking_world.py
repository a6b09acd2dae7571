"""A link that takes for good, with its spool on disk and a historian in memory: what arrived, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import waiting
from dovetail.core.batch import Frame, Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.plugins import load
from dovetail.core.sink import Resumed
from dovetail.drivers.base import Driver, DriverSpec, ListenGroup, Notice, Point, Shared, Surroundings
from dovetail.drivers.keeping import KEEPING
from dovetail.spool.pump import Spool

until = partial(waiting.until, within_s=20.0)

LINK = 900


@dataclass
class Kept:
    """Takes each frame once, as the historian does."""

    frames: dict[tuple[str, int, int], Frame] = field(default_factory=dict)
    trouble: Exception | None = None

    def resume(self, _source: str, _links: Sequence[int]) -> Resumed:
        return Resumed(1, {})

    def put(self, frames: Sequence[Frame]) -> None:
        if self.trouble is not None:
            raise self.trouble
        for frame in frames:
            self.frames.setdefault((frame.source, frame.epoch, frame.seq), frame)

    def rows(self, tag: int) -> list[tuple[int, Value]]:
        """(µs, value) of a tag, in the order of arrival."""
        found = [row for frame in self.frames.values() for batch in frame.batches for row in batch.rows()]
        return [(ts, value) for at, ts, value, _ in found if at == tag]

    def values(self, tag: int = 1) -> list[Value]:
        return [value for _, value in self.rows(tag)]


@dataclass
class Taking:
    """One link and its edge; `begin` and `end` are its lives."""

    driver_name: str
    folder: Path  # of the spool
    secrets: dict[str, str] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    notices: list[Notice] = field(default_factory=list)
    spool: Spool | None = None
    driver: Driver | None = None
    task: asyncio.Task[None] | None = None
    shared: Shared = field(default_factory=Shared)

    @property
    def spec(self) -> DriverSpec:
        return load("dovetail.drivers", self.driver_name)

    async def begin(self, options: dict[str, Any], *wanted: tuple[str, Kind], starts: bool = True) -> Driver:
        """A life: points number from 1."""
        self.shared = Shared()
        self.spool = spool = Spool(self.folder / "spool.db", self.kept, SystemClock())
        self.shared.one(KEEPING, lambda: spool)
        if starts:
            await spool.start()
        around = Surroundings(SystemClock(), self.secrets.__getitem__, self.shared, LINK)
        self.driver = self.spec.open(self.spec.check(options), around)
        await self.driver.open()
        points = tuple(Point(n, address, kind) for n, (address, kind) in enumerate(wanted, 1))
        self.task = asyncio.create_task(self.driver.subscribe((ListenGroup(250, points),), self.notices.append))
        return self.driver

    async def end(self) -> None:
        """The process ends: cleanly here; the tests of kills do it with SIGKILL."""
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self.task
        if self.driver is not None:
            await self.driver.close()
        if self.spool is not None:
            await self.spool.stop()
        self.task = self.driver = self.spool = None

    def told(self, tag: int) -> list[tuple[Value, int]]:
        """(value, quality) of a tag, of what was reported live."""
        rows = [row for notice in self.notices for batch in notice.batches for row in batch.rows()]
        return [(value, quality) for at, _, value, quality in rows if at == tag]
