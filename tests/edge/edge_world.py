"""A device on a clock that the test owns, a store in memory, and an edge between them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, InvalidError, LinkError
from dovetail.core.sink import Resumed
from dovetail.drivers.base import Alive, DriverOptions, DriverSpec, Notice, Point, SilentError
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

MARK, OFFSET = 900, 901


@dataclass
class Device:
    """The far end of the wire, and the driver in front of it."""

    clock: ManualClock
    answers: bool = True
    refuses: str = ""
    value: float = 10.0
    changed_us: int = DAY_ZERO_US - 3600 * SECOND_US
    read_takes_s: float = 0.0
    opened: int = 0
    closed: int = 0
    faults: list[Exception] = field(default_factory=list)
    off_us: int = 0  # its clock minus the true time, which only the test can set
    silent: bool = False  # the wire to it stands, but it does not answer
    hangs: bool = False  # it takes questions and never answers, and its driver has no timeout
    answer_takes_s: float = 0.0
    wire_lock: asyncio.Lock | None = None  # the serial line it shares with others
    asked: list[float] = field(default_factory=list)  # when, s since the start
    foreign: int | None = None  # the tag that its answers are of, when it is not the one that was asked for
    _listeners: list[tuple[Callable[[Notice], None], asyncio.Future[None]]] = field(default_factory=list)
    _point: Point | None = None

    def switch_off(self) -> None:
        self.answers = False
        for _, lost in self._listeners:
            lost.done() or lost.set_exception(LinkError("connection closed"))
        self._listeners.clear()

    def switch_on(self) -> None:
        self.answers = True

    def its_now_us(self) -> int:
        """What its own clock says."""
        return DAY_ZERO_US + self.clock.monotonic_us() + self.off_us

    def change(self, value: float, *, ago_s: float = 0.0) -> None:
        self.value, self.changed_us = value, self.its_now_us() - round(ago_s * SECOND_US)
        for tell, _ in self._listeners:
            tell(self._notice())

    def keep_alive(self, *, next_within_us: int | None = None) -> None:
        for tell, _ in self._listeners:
            tell(Notice(self.clock.now_us(), (), self.its_now_us(), next_within_us=next_within_us))

    async def open(self) -> None:
        self.opened += 1
        if self.refuses:
            raise ConfigError(self.refuses, hint="mend it")
        self._must_answer()

    async def close(self) -> None:
        self.closed += 1

    async def probe(self) -> Alive:
        asked_us = self.clock.now_us()
        await self._ask()
        if self.faults:
            raise self.faults.pop()
        return Alive(asked_us, self.clock.now_us(), self.its_now_us())

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        await self._ask(self.read_takes_s)
        return [self._batch(p if self.foreign is None else replace(p, tag_id=self.foreign)) for p in points]

    async def _ask(self, takes_s: float = 0.0) -> None:
        """One question on the wire, alone where the wire is shared; silence costs a second of it."""
        async with self.wire_lock or asyncio.Lock():
            self.asked.append(self.clock.monotonic_us() / SECOND_US)
            while self.hangs:
                await self.clock.sleep(3600)
            await self.clock.sleep(1.0 if self.silent else self.answer_takes_s + takes_s)
            if self.silent:
                raise SilentError("the unit does not answer")
            self._must_answer()

    async def subscribe(self, groups, on_notice) -> None:
        self._point = groups[0].points[0]
        lost = asyncio.get_running_loop().create_future()
        self._listeners.append((on_notice, lost))
        on_notice(self._notice())
        await lost

    def _must_answer(self) -> None:
        if not self.answers:
            raise LinkError("nobody answers")

    def _notice(self) -> Notice:
        return Notice(self.clock.now_us(), (self._batch(self._point),), self.its_now_us())

    def _batch(self, point: Point) -> Batch:
        made = Batch.of(Kind.F64, [(point.tag_id, self.clock.now_us(), self.value, q.GOOD)])
        object.__setattr__(made, "ts_device", made.ts * 0 + self.changed_us)
        return made


@dataclass
class Store:
    """A sink in memory that can be told to fail."""

    marks: dict[int, int] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    puts: list[int] = field(default_factory=list)
    trouble: Exception | None = None
    poison: float | None = None
    poisoned: Exception = field(default_factory=lambda: InvalidError("cannot be stored"))

    def resume(self, _source, links):
        return Resumed(7, {tag: mark for tag, mark in self.marks.items() if tag in links})

    def put(self, frames):
        if self.trouble is not None:
            raise self.trouble
        if any(self.poison in batch.value.tolist() for frame in frames for batch in frame.batches):
            raise self.poisoned
        held = {(frame.epoch, frame.seq) for frame in self.frames}
        self.frames.extend(frame for frame in frames if (frame.epoch, frame.seq) not in held)  # a repeat is a no-op
        self.puts.append(len(frames))

    def rows(self, tag: int = 1):
        """(seconds since the start of the test, value, quality)."""
        found = [row for frame in self.frames for batch in frame.batches for row in batch.rows() if row[0] == tag]
        return [((ts - DAY_ZERO_US) / SECOND_US, value, quality) for _, ts, value, quality in found]


def edge_of(device, store, told=None, *, points=None, seed=1):
    spec = DriverSpec("test", DriverOptions, "", str, lambda _options, _around: device)
    points = points or (ScanPoint(Point(1, "a", Kind.F64)),)
    plan = LinkPlan("plc", "test", {}, MARK, OFFSET, "auto", points)
    on_link = [].append if told is None else told.append
    return EdgeRuntime(
        [plan], store, clock=device.clock, on_link=on_link, rng=random.Random(seed), drivers=lambda _name: spec
    )
