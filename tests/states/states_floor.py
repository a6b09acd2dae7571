"""A plant of a few machines, a real historian and the states room on it: what the room's tests share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Connection, Equipment, PlantModel, ScanClass, Tag
from dovetail.events.states import RecordsChanged, StateNow
from dovetail.historian.service import Historian
from dovetail.states.service import StatesRoom
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

FILLER, LINK = 10, 900
STATE, MODE, CODE, STARVED, TOTAL, SCRAP, JOB = 1, 2, 3, 4, 5, 6, 7
KINDS = {STATE: Kind.I64, MODE: Kind.I64, CODE: Kind.I64, STARVED: Kind.BOOL, TOTAL: Kind.U64, SCRAP: Kind.U64,
         JOB: Kind.STR}  # fmt: skip
RUN, HELD = 6, 11
STATES: dict[str, Any] = {
    "packml": {"state": "state", "mode": "mode"},
    "starved": "starved",
    "reason": {"tag": "code", "map": {"11": "mechanical/jam"}},
}
COUNTERS: dict[str, Any] = {
    "total": {"tag": "total", "modulus": 1_000, "max_rate_upm": 600},
    "scrap": {"tag": "scrap", "modulus": 1_000, "max_rate_upm": 600},
}


def plant(*, states: dict[str, Any] | None = None, counters: dict[str, Any] | None = None) -> PlantModel:
    """One filler on one PLC."""
    names = {STATE: "state", MODE: "mode", CODE: "code", STARVED: "starved", TOTAL: "total", SCRAP: "scrap"}
    tags = [
        Tag(number, f"acme/filler.{name}", FILLER, name, "plc", f"ns=2;s={name}", KINDS[number])
        for number, name in names.items()
    ]
    tags.append(Tag(JOB, "acme/filler.job", FILLER, "job", None, None, Kind.STR))
    filler = Equipment(
        FILLER, "acme/filler", "Filler", "WorkUnit", None, None, "UTC", None, 100.0, (), None, None,
        states or STATES, counters or COUNTERS, None, {},
    )  # fmt: skip
    return PlantModel(
        equipment=[filler],
        tags=tags,
        connections=[Connection("plc", "opcua", {}, "auto", LINK, LINK + 1)],
        scan_classes=[ScanClass("default", "subscribe", 250)],
    )


class Plants:
    """The plant versions of a test: what the equipment room would say."""

    def __init__(self) -> None:
        self.versions: list[tuple[int, PlantModel]] = [(0, plant())]

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        index = bisect_right([start for start, _ in self.versions], 1 << 62 if at_us is None else at_us) - 1
        return self.versions[index][1] if index >= 0 else PlantModel()

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        return [start for start, _ in self.versions if from_us < start < to_us]


class EveryEightHours:
    """Three shifts a day, around the clock."""

    def cuts(self, equipment_id: int, from_us: int, to_us: int) -> Sequence[int]:
        shift_us = 8 * 3600 * SECOND_US
        return list(range(-(-from_us // shift_us) * shift_us, to_us, shift_us))


def at(second: float) -> int:
    """A moment of the test's day, in seconds from its start."""
    return DAY_ZERO_US + round(second * SECOND_US)


type Row = tuple[int, float, Any]  # tag, second, value or None for BAD_NOT_CONNECTED


@dataclass
class Floor:
    """The states room with all it stands on. `send` is the edge, `drain` the job, `reopen` a restart."""

    database: Database
    clock: ManualClock
    bus: Bus
    folder: Path
    everyone: Scope
    plants: Plants = field(default_factory=Plants)
    said: list[StateNow] = field(default_factory=list)
    changed: list[RecordsChanged] = field(default_factory=list)
    seq: int = 0
    gone: dict[int, int] = field(default_factory=dict[int, int])  # tag → up to when its samples went

    def __post_init__(self) -> None:
        self.bus.subscribe(StateNow, self.said.append)
        self.bus.subscribe(RecordsChanged, self.changed.append)
        self.open()

    def open(self) -> None:
        self.historian = Historian(self.folder, clock=self.clock, bus=self.bus, owner_of=lambda _tag: FILLER)
        self.room = self.new_room()

    def new_room(self) -> StatesRoom:
        return StatesRoom(
            self.database, self.historian, self.plants, calendar=EveryEightHours(), clock=self.clock, bus=self.bus,
            gone=self.gone.get,
        )  # fmt: skip

    def reopen(self) -> None:
        """The process died and starts again."""
        self.historian.close()
        self.open()

    def frame(self, rows: Sequence[Row], *, mark: float | None = None, lane: Lane = Lane.LIVE) -> Frame:
        self.seq += 1
        batches = []
        for tag in sorted({row[0] for row in rows}):
            ours = [
                (tag, at(second), value, q.GOOD if value is not None else q.BAD_NOT_CONNECTED)
                for number, second, value in rows
                if number == tag
            ]
            batches.append(Batch.of(KINDS[tag], ours))
        return Frame("edge", lane, 1, self.seq, tuple(batches), {} if mark is None else {LINK: at(mark)})

    def send(self, rows: Sequence[Row], *, mark: float | None = None, lane: Lane = Lane.LIVE) -> None:
        """One frame of (tag, second, value) rows; `mark`: good through that second."""
        self.historian.put([self.frame(rows, mark=mark, lane=lane)])

    def drain(self) -> None:
        """Step until there is nothing more to do."""
        for _ in range(10_000):
            if not self.room.step():
                return
        raise AssertionError("the room never comes to rest")

    def records(self, *, as_of: int | None = None) -> list[Any]:
        with self.database.read() as reading:
            return self.room.records(reading, FILLER, 0, 1 << 60, scope=self.everyone, as_of=as_of)

    def counts(self) -> list[Any]:
        with self.database.read() as reading:
            return self.room.counts(reading, FILLER, 0, 1 << 60, scope=self.everyone)

    def held(self) -> list[Any]:
        with self.database.read() as reading:
            return self.room.held(reading, (FILLER,), 0, 1 << 60, scope=self.everyone)

    def states(self) -> list[tuple[float, float | None, str]]:
        """The timeline in seconds of the test's day."""
        return [
            (second(r.t0_us), None if r.t1_us is None else second(r.t1_us), r.reason or r.state) for r in self.records()
        ]

    def truth(self) -> tuple[list[Any], list[Any], list[Any]]:
        """All current records without their revision: what two runs are compared by."""
        return (
            [(r.t0_us, r.t1_us, r.state, r.mode, r.reason, r.external) for r in self.records()],
            sorted((c.t0_us, c.t1_us, c.kind, c.quantity, c.origin, c.tag_id, c.spread) for c in self.counts()),
            [(h.t0_us, h.t1_us, h.counter, h.before, h.after, h.quantity) for h in self.held()],
        )


def second(at_us: int) -> float:
    return (at_us - DAY_ZERO_US) / SECOND_US
