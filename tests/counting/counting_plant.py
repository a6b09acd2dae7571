"""A small line on real rooms and stores: a filler with counters, a packing table without any, and what people say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, SECOND_US, to_rfc3339
from dovetail.core.scope import Scope, system_scope
from dovetail.counting.pieces import KINDS, CountTrack
from dovetail.db.uow import Database
from dovetail.house.rooms import Rooms, build_rooms
from dovetail.ledger.model import Slice
from dovetail.operations.operation import Done, execute
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

PLANT = """
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: Europe/Prague, calendar: day}
  acme/line: {level: ProductionLine, name: Line, flow: [filler, table], constraint: filler}
  acme/line/filler:
    level: WorkUnit
    name: Filler
    standard_rate_upm: 100
    tags:
      state: {connection: plc, address: "ns=2;s=State", kind: i64}
      total: {connection: plc, address: "ns=2;s=Total", kind: u64}
      scrap: {connection: plc, address: "ns=2;s=Scrap", kind: u64}
    job: {at_once: 2}
    states: {packml: {state: state}}
    counters:
      total: {tag: total, modulus: 65536, max_rate_upm: 200}
      scrap: {tag: scrap, modulus: 65536, max_rate_upm: 200}
  acme/line/table:
    level: WorkUnit
    name: Packing table
    standard_rate_upm: 60
    tags: {manned: {connection: plc, address: "ns=2;s=Manned", kind: i64}}
    states: {values: {tag: manned, map: {0: Idle, 1: RUN}}}
connections:
  plc: {driver: opcua, options: {endpoint: "opc.tcp://127.0.0.1:4841/", security: {policy: None, insecure: true}}}
products:
  cola: {name: Cola, rates_upm: {acme/line/filler: 120}}
  water: {name: Water, rates_upm: {acme/line/filler: 80}}
calendars: {day: {shifts: [{name: Early, start: "06:00", end: "14:00", days: [mon, tue, wed, thu, fri]}]}}
reasons:
  mechanical: {name: Mechanical, category: failure, children: {jam: {name: Jam}}}
  dimension: {name: Dimension, category: quality, children: {too-long: {name: Too long}}}
"""
EVER_US = 1 << 60


def at(minute: float) -> int:
    return DAY_ZERO_US + round(minute * MINUTE_US)


def when(minute: float) -> str:
    return to_rfc3339(at(minute))


@dataclass
class Plant:
    """`send` is the PLC, `do` a person, `work` what goes on in the background; minutes count from the day's start."""

    rooms: Rooms
    database: Database
    clock: ManualClock
    everyone: Scope = field(default_factory=lambda: system_scope("anna"))
    seq: int = 0

    def __post_init__(self) -> None:
        model = self.rooms.equipment.plant()
        self.link = model.connections["plc"].good_through_tag
        self.line = model.by_path("acme/line").id
        self.filler = model.by_path("acme/line/filler").id
        self.table = model.by_path("acme/line/table").id
        self.tags = model.tags_of(self.filler) | model.tags_of(self.table)

    def now(self, minute: float) -> None:
        self.clock.tick(at(minute) - self.clock.now_us())

    def send(self, rows: Sequence[tuple[str, float, Value]], *, mark: float | None = None) -> None:
        """One frame of (tag, minute, value or None for BAD) rows; `mark`: good through that minute."""
        self.seq += 1
        batches = [
            Batch.of(
                self.tags[name].kind,
                [(self.tags[name].id, at(minute), value, q.GOOD if value is not None else q.BAD_NOT_CONNECTED)],
            )
            for name, minute, value in rows
        ]
        link = {} if mark is None else {self.link: at(mark)}
        self.rooms.historian.put([Frame("edge", Lane.LIVE, 1, self.seq, tuple(batches), link)])

    def work(self) -> None:
        while self.rooms.states.step():
            pass
        while self.rooms.performance.step():
            pass

    def do(self, name: str, given: Mapping[str, Any], *, reason: str | None = None, scope: Scope | None = None) -> Any:
        """Run an operation by name and let the ledger follow; answers its output."""
        return self.done(name, given, reason=reason, scope=scope).output

    def done(
        self, name: str, given: Mapping[str, Any], *, reason: str | None = None, scope: Scope | None = None
    ) -> Done[Any]:
        operations = (*self.rooms.counting.operations, *self.rooms.production.operations)
        operation = next(one for one in operations if one.name == name)
        found = operation.input.model_validate(given)
        done = execute(operation, found, database=self.database, scope=scope or self.everyone, reason=reason)
        self.work()
        return done

    def enter(self, equipment_id: int, **given: Any) -> Any:
        return self.do("count.enter", {"equipment_id": equipment_id, **given})

    # --- what came of it -------------------------------------------------------------------------------------
    def counts(self, equipment_id: int, *, as_of: int | None = None) -> list[CountTrack]:
        with self.database.read() as reading:
            return self.rooms.counting.counts(reading, equipment_id, 0, EVER_US, scope=self.everyone, as_of=as_of)

    def totals(self, equipment_id: int, *, as_of: int | None = None) -> dict[str, int]:
        """What the fold counts, by kind, without those of nothing."""
        found = self.counts(equipment_id, as_of=as_of)
        sums = {kind: sum(one.quantity for one in found if one.kind == kind) for kind in KINDS}
        return {kind: quantity for kind, quantity in sums.items() if quantity}

    def slices(self, equipment_id: int, start: float, end: float, *, as_of: int | None = None) -> list[Slice]:
        return self.rooms.performance.slices(equipment_id, at(start), at(end), scope=self.everyone, as_of=as_of)

    def sums(self, equipment_id: int, start: float, end: float, *, as_of: int | None = None) -> dict[str, int]:
        found = self.rooms.performance.sums(equipment_id, at(start), at(end), scope=self.everyone, as_of=as_of)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    def entries(self, equipment_id: int) -> list[Any]:
        with self.database.read() as reading:
            return self.rooms.counting.entries(reading, equipment_id, 0, EVER_US, scope=self.everyone)

    def jumps(self, equipment_id: int) -> list[Any]:
        with self.database.read() as reading:
            return self.rooms.counting.jumps(reading, equipment_id, 0, EVER_US, scope=self.everyone)


@contextmanager
def plant_on(database: Database, folder: Path, clock: ManualClock, bus: Bus, *, text: str = PLANT) -> Iterator[Plant]:
    """The plant, valid since a moment before minute 0, and nothing heard of it."""
    clock.step(-2 * SECOND_US)
    rooms = build_rooms(folder, database, clock=clock, bus=bus)
    rooms.equipment.apply({"plant.yaml": text.encode()}, scope=system_scope("test"), reason="first")
    clock.step(2 * SECOND_US)
    rooms.historian.resume("edge", [])
    yield Plant(rooms, database, clock)
    rooms.historian.close()


@contextmanager
def restarted(database: Database, folder: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The plant as it lies in the folder after an hour; its PLC goes on after the one frame that it has sent."""
    clock.tick(at(60) - clock.now_us())
    rooms = build_rooms(folder, database, clock=clock, bus=bus)
    yield Plant(rooms, database, clock, seq=1)
    rooms.historian.close()


def an_hour(plant: Plant) -> None:
    """The filler runs 30 minutes at 100 a minute, stands 10, runs 20 at 60; 6 are scrap. The table is manned 50."""
    plant.now(60)
    rows: list[tuple[str, float, Value]] = [("state", 0, 6), ("total", 0, 1_000), ("scrap", 0, 10), ("manned", 0, 1)]
    rows += [("total", m, 1_000 + 100 * m) for m in range(1, 31)]
    rows += [("scrap", 29, 13), ("state", 30, 11), ("state", 40, 6), ("manned", 50, 0)]
    rows += [("total", m, 4_000 + 60 * (m - 40)) for m in range(41, 60)]
    rows += [("scrap", 57.995, 13), ("scrap", 58, 16)]
    plant.send(sorted(rows, key=lambda row: row[1]), mark=60)
    plant.work()


@contextmanager
def lived_hour(folder: Path) -> Iterator[Plant]:
    """The plant after that hour in a folder of its own, for many tests to look at."""
    clock, bus = ManualClock(), Bus()
    database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    with plant_on(database, folder, clock, bus) as opened:
        an_hour(opened)
        yield opened
    database.close()
