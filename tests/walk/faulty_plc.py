"""Two machines on a clock that the test owns: what they do is written down, and what goes wrong is too.

The driver stands in for the wire only: the session, the store, the engine and the ledger are the program's own.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from dovetail.app import collecting
from dovetail.core.batch import Batch
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.errors import LinkError, PointError
from dovetail.core.limits import GROUP_COMMIT_S
from dovetail.core.quality import BAD_DEVICE, GOOD
from dovetail.core.scope import system_scope
from dovetail.db.migrate import migrate
from dovetail.db.uow import Database
from dovetail.drivers.base import Alive, DriverOptions, DriverSpec, Found, ListenGroup, Notice, Point
from dovetail.edge.runtime import EdgeRuntime
from dovetail.house.rooms import Rooms, build_rooms
from dovetail.testing.clock import ManualClock

EVERYTHING = system_scope("test")
EXECUTE, HELD = 6, 11
ASK_S: Final = 1.5  # how long the driver waits for an answer that does not come
PLANT = """
plant: {format: 1, name: Faults}
calendars:
  shift:
    shifts:
      - {name: Night, start: "18:00", end: "06:01", days: [mon, tue, wed, thu, fri, sat, sun]}
      - {name: Day, start: "06:01", end: "18:00", days: [mon, tue, wed, thu, fri, sat, sun]}
equipment:
  acme: {level: Enterprise, timezone: %(zone)s, calendar: shift}
  acme/site: {level: Site}
  acme/site/hall: {level: Area}
  acme/site/hall/line: {level: ProductionLine}
  acme/site/hall/line/a: {level: WorkUnit, class: machine, parameters: {connection: plc-a}, standard_rate_upm: 60}
  acme/site/hall/line/b: {level: WorkUnit, class: machine, parameters: {connection: plc-b}, standard_rate_upm: 60}
equipment_classes:
  machine:
    parameters: {connection: {type: str}}
    tags:
      state: {connection: "{connection}", address: "i=1", kind: i64, scan: each-second}
      total: {connection: "{connection}", address: "i=2", kind: f64, scan: each-second}
    states: {packml: {state: state}}
    counters: {total: {tag: total, modulus: %(modulus)d, max_rate_upm: 120}}
scan_classes: {each-second: {mode: poll, interval_ms: 1000}}
connections:
  plc-a: {driver: opcua, options: {endpoint: "opc.tcp://a:4840", security: {policy: "None", insecure: true}}}
  plc-b: {driver: opcua, options: {endpoint: "opc.tcp://b:4840", security: {policy: "None", insecure: true}}}
"""


@dataclass(slots=True)
class Machine:
    """A machine that makes a piece each second while it executes; the true time is the test's monotonic one."""

    clock: ManualClock
    counter: float = 100.0
    modulus: int = 65_536
    piece_us: int = 0  # after each whole second its piece is made
    made: int = 0
    state: int = EXECUTE
    is_connected: bool = True
    is_silent: bool = False
    delay_s: float = 0.0
    clock_off_us: int = 0
    raw: float | None = None  # what stands in the counter's register instead of a count
    is_unreadable: bool = False
    is_garbled: bool = False  # what it answers belongs to another question
    _counted_us: int = 0

    def live(self) -> None:
        """Make the pieces that are due."""
        now_us = self.clock.monotonic_us()
        due = (now_us - self.piece_us) // SECOND_US - (self._counted_us - self.piece_us) // SECOND_US
        self._counted_us = now_us
        if self.state == EXECUTE:
            self.made += due
            self.counter = (self.counter + due) % self.modulus

    def set_state(self, state: int) -> None:
        self.live()
        self.state = state

    def set_counter(self, value: float) -> None:
        self.live()
        self.counter = value

    def time_us(self) -> int:
        return self.clock.now_us() + self.clock_off_us


@dataclass(slots=True)
class Wire:
    """The driver: asks the machine, as a real one does, and knows nothing of what is wrong."""

    clock: ManualClock
    machine: Machine
    is_open: bool = False

    async def open(self) -> None:
        await self._ask()
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False

    async def probe(self) -> Alive:
        asked_us = self.clock.now_us()
        await self._ask()
        return Alive(asked_us, self.clock.now_us(), self.machine.time_us())

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        await self._ask()
        self.machine.live()
        asked = [replace(point, tag_id=-1) for point in points] if self.machine.is_garbled else points
        return [self._one(point) for point in asked]

    def _one(self, point: Point) -> Batch:
        machine, at_us = self.machine, self.clock.now_us()
        if point.address == "i=1":
            return Batch.of(point.kind, [(point.tag_id, at_us, machine.state, GOOD)])
        if machine.is_unreadable:
            return Batch.bad([point.tag_id], BAD_DEVICE, at_us=at_us, kind=point.kind)
        value = machine.counter if machine.raw is None else machine.raw
        return Batch.of(point.kind, [(point.tag_id, at_us, float(value), GOOD)])

    async def _ask(self) -> None:
        if not self.machine.is_connected:
            raise LinkError("connection reset", code="test")
        if self.machine.is_silent:
            await self.clock.sleep(ASK_S)
            raise LinkError("no answer", code="test")
        await self.clock.sleep(self.machine.delay_s)

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        raise NotImplementedError(groups, on_notice)  # all tags of this plant are polled

    async def write(self, point: Point, value: Any) -> None:
        raise PointError(f"{point.address} = {value}: this machine is only read")

    async def browse(self, address: str | None = None) -> list[Found]:
        raise PointError(f"nothing to browse at {address}")


@dataclass(slots=True)
class Hall:
    """The installation with its two machines, all of it on one clock."""

    clock: ManualClock
    rooms: Rooms
    database: Database
    edge: EdgeRuntime
    machines: dict[str, Machine]
    started_us: int
    told: list[str] = field(default_factory=list)

    async def run(self, seconds: float) -> None:
        """Let time pass, and let the engine follow each half minute."""
        whole, rest = divmod(seconds, 30.0)
        for part_s in [30.0] * int(whole) + ([rest] if rest else []):
            await self.clock.advance(part_s)
            await self.drained()
            self.work()

    async def drained(self) -> None:
        """Until what the edge collected is stored: that happens in a thread of its own, in real time."""
        async with asyncio.timeout(30):
            while waiting := self.edge.delivery()["waiting_frames"]:
                await self.clock.advance(GROUP_COMMIT_S)  # what waits to share a commit
                for _ in range(500):
                    if self.edge.delivery()["waiting_frames"] < waiting:
                        break  # what came during that commit waits for the next one, and for the clock
                    await asyncio.sleep(0.001)

    def work(self) -> None:
        while self.rooms.production.step(500) + self.rooms.states.step(500):
            pass
        while self.rooms.performance.step():
            pass

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start, by the clock that never steps."""
        return self.clock.monotonic_us() / SECOND_US

    @property
    def told_s(self) -> float:
        """The same by the clock that people read, and may set."""
        return (self.clock.now_us() - self.started_us) / SECOND_US

    def unit(self, name: str) -> int:
        return self.rooms.equipment.plant().by_path(f"acme/site/hall/line/{name}").id

    def timeline(self, name: str) -> list[tuple[float, str]]:
        """(seconds since the start, state) of each change, settled or decided."""
        number = self.unit(name)
        with self.database.read() as reading:
            asked = (reading, number, self.started_us, self.clock.now_us() + MINUTE_US)
            settled = self.rooms.states.records(*asked, scope=EVERYTHING)
        tail = self.rooms.states.tail(number, scope=EVERYTHING).records
        known = [one for one in settled if not tail or one.t0_us < tail[0].t0_us]
        said: list[tuple[float, str]] = []
        for record in (*known, *tail):
            if not said or said[-1][1] != record.state:
                said.append(((record.t0_us - self.started_us) / SECOND_US, record.state))
        return said

    def counted(self, name: str) -> int:
        number = self.unit(name)
        with self.database.read() as reading:
            asked = (reading, number, 0, self.clock.now_us() + MINUTE_US)
            found = self.rooms.states.counts(*asked, scope=EVERYTHING)
        return sum(one.quantity for one in (*found, *self.rooms.states.tail(number, scope=EVERYTHING).counts))

    def held(self, name: str) -> list[tuple[str, int]]:
        with self.database.read() as reading:
            asked = (reading, (self.unit(name),), 0, self.clock.now_us() + MINUTE_US)
            return [(jump.cause, jump.quantity) for jump in self.rooms.states.held(*asked, scope=EVERYTHING)]


@dataclass(frozen=True, slots=True)
class Counter:
    """What both machines count with: where it begins, where it rolls over, and when in each second a piece is made."""

    begins: float = 100.0
    modulus: int = 65_536
    piece_us: int = 0


@asynccontextmanager
async def hall(
    folder: Path, *, start_us: int, zone: str = "UTC", before: Hall | None = None, counter: Counter | None = None
) -> AsyncIterator[Hall]:
    """Two machines that run, connected since a moment ago; or those of `before`, with what lies in the folder."""
    counter = counter or Counter()
    clock, bus = before.clock if before else ManualClock(start_us), Bus()
    database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
    migrate(database)
    rooms = build_rooms(folder, database, clock=clock, bus=bus)
    begins = {f"plc-{name}": Machine(clock, counter.begins, counter.modulus, counter.piece_us) for name in ("a", "b")}
    machines = before.machines if before else begins
    plant = PLANT % {"zone": zone, "modulus": counter.modulus}
    rooms.equipment.apply({"plant.yaml": plant.encode()}, scope=EVERYTHING)
    told: list[str] = []
    by_endpoint = {"opc.tcp://a:4840": machines["plc-a"], "opc.tcp://b:4840": machines["plc-b"]}

    class Anything(DriverOptions):
        endpoint: str
        security: dict[str, Any]

    spec = DriverSpec("test", Anything, "", str, lambda given, _around: Wire(clock, by_endpoint[given.endpoint]))
    edge = EdgeRuntime(
        collecting.links(rooms.equipment.plant()),
        rooms.historian,
        clock=clock,
        on_link=lambda change: told.append(f"{change.name} {'up' if change.up else 'down'}"),
        rng=random.Random(1),
        drivers=lambda _name: spec,
    )
    await edge.start()
    opened = Hall(clock, rooms, database, edge, machines, start_us, told)
    try:
        yield opened
    finally:
        await edge.stop()
        rooms.historian.close()
        database.close()
