"""A rule that asks what the machine before does: in order, late, shuffled and after a restart it says the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import Connection, Equipment, PlantModel, ScanClass, Tag
from dovetail.historian.service import Historian
from dovetail.states.service import StatesRoom
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

LINE, FILLER, CAPPER = 1, 2, 3
LINKS = {FILLER: 900, CAPPER: 910}
STATE, CODE = {FILLER: 10, CAPPER: 20}, 21
RULES = {
    "packml": {"state": "state"},
    "reason": {"tag": "code", "first_out_s": 5, "map": {"17": "mechanical/jam", "22": "electrical/motor"}},
    "rules": {"starved": {"when": 'upstream_state != "Execute"', "for_s": 30, "reason": "external/starved"}},
}
END_S = 7_000


def plant() -> PlantModel:
    """A filler and a capper, each with a PLC of its own: their marks go on apart."""
    line = Equipment(
        LINE, "l", "Line", "ProductionLine", None, None, "UTC", None, None, ("f", "c"), "f", "c", None, {}, None, {},
        (("f",), ("c",)),
    )  # fmt: skip
    states: dict[int, dict[str, Any]] = {FILLER: {"packml": {"state": "state"}}, CAPPER: RULES}
    units = [
        Equipment(
            n, f"l/{name}", name, "WorkUnit", LINE, None, "UTC", None, 100.0, (), None, None, states[n], {}, None, {}
        )
        for n, name in ((FILLER, "f"), (CAPPER, "c"))
    ]
    tags = [
        Tag(STATE[FILLER], "l/f.state", FILLER, "state", "plc-f", "a", Kind.I64),
        Tag(STATE[CAPPER], "l/c.state", CAPPER, "state", "plc-c", "a", Kind.I64),
        Tag(CODE, "l/c.code", CAPPER, "code", "plc-c", "b", Kind.I64),
    ]
    connections = [Connection(f"plc-{name}", "opcua", {}, "auto", LINKS[n], LINKS[n] + 1) for n, name in
                   ((FILLER, "f"), (CAPPER, "c"))]  # fmt: skip
    return PlantModel(
        equipment=[line, *units],
        tags=tags,
        connections=connections,
        scan_classes=[ScanClass("default", "subscribe", 250)],
    )


class OnePlant:
    """Nothing is ever applied."""

    def plant(self, *, at_us: int | None = None) -> PlantModel:
        return plant()

    def changes_between(self, from_us: int, to_us: int) -> list[int]:
        return [0]


class NoShifts:
    """One shift without an end."""

    def cuts(self, equipment_id: int, from_us: int, to_us: int) -> Sequence[int]:
        return ()


type Row = tuple[int, float, int | None]  # tag, second, value


@dataclass
class Line:
    """The states room on a line of two, and the way samples come to it."""

    database: Database
    folder: Path
    everyone: Scope
    bus: Bus
    clock: ManualClock
    seq: int = 0

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.historian = Historian(self.folder, clock=self.clock, bus=self.bus, owner_of=lambda tag: tag // 10)
        self.room = StatesRoom(
            self.database, self.historian, OnePlant(), calendar=NoShifts(), clock=self.clock, bus=self.bus
        )

    def send(self, rows: Sequence[Row], marks: dict[int, float], lane: Lane = Lane.LIVE) -> None:
        self.seq += 1
        quality = {True: q.BAD_NOT_CONNECTED, False: q.GOOD}
        said = [(tag, at(second), value, quality[value is None]) for tag, second, value in rows]
        batches = (Batch.of(Kind.I64, said),) if said else ()
        through = {LINKS[unit]: at(second) for unit, second in marks.items()}
        self.historian.put([Frame("edge", lane, 1, self.seq, batches, through)])

    def drain(self) -> None:
        self.send([], {FILLER: END_S, CAPPER: END_S})
        while self.room.step():
            pass

    def told(self) -> list[tuple[Any, ...]]:
        with self.database.read() as reading:
            found = self.room.records(reading, CAPPER, 0, 1 << 60, scope=self.everyone)
        return [(r.t0_us, r.t1_us, r.state, r.reason, r.external, r.because) for r in found]


def at(second: float) -> int:
    return DAY_ZERO_US + round(second * SECOND_US)


def an_hour(seed: int) -> list[Row]:
    """Runs and stops of both machines that overlap in every way, faults in bursts, links that are lost."""
    rng = random.Random(seed)
    rows: list[Row] = [(CODE, 0, 0)]
    for unit in (FILLER, CAPPER):
        now = 0.0
        while now < END_S - 900:
            rows.append((STATE[unit], round(now, 1), rng.choice([6, 6, 6, 11, 4, None])))
            now += rng.uniform(5, 150)
    burst = 30.0
    while burst < END_S - 900:
        for code in rng.sample([17, 22, 99], rng.randrange(1, 4)):
            rows.append((CODE, round(burst, 1), code))
            burst += rng.choice([0, 0.5, 2, 8])
        rows.append((CODE, round(burst + 1, 1), 0))
        burst += rng.uniform(100, 600)
    return sorted(rows, key=lambda row: row[1])


def live(line: Line, rows: list[Row]) -> None:
    for start in range(0, len(rows), 9):
        part = rows[start : start + 9]
        line.send(part, {FILLER: part[-1][1], CAPPER: part[-1][1]})
        line.room.step()


def upstream_late(line: Line, rows: list[Row]) -> None:
    """All of the capper is there and settled before anything of the filler comes, half of it backwards."""
    line.send([row for row in rows if row[0] != STATE[FILLER]], {FILLER: END_S - 100, CAPPER: END_S - 100})
    line.room.step()
    late = [row for row in rows if row[0] == STATE[FILLER]]
    for start in range(len(late) - 7, -7, -7):
        line.send(late[max(start, 0) : start + 7], {}, Lane.BACKLOG)
        line.room.step()


def with_restarts(line: Line, rows: list[Row]) -> None:
    for start in range(0, len(rows), 25):
        part = rows[start : start + 25]
        line.send(part, {FILLER: part[3 % len(part)][1], CAPPER: part[-1][1]})
        line.room.step()
        line.historian.close()
        line.open()


@pytest.fixture
def lines(tmp_path: Path, database: Database, everyone: Scope) -> Iterator[list[Line]]:
    """The line that gets everything in order, on SQLite; and another, on SQLite and on PostgreSQL."""
    bus, clock = Bus(), ManualClock()
    plain = Database(f"sqlite:///{tmp_path / 'plain.db'}", clock=clock, bus=bus)
    plain.create_for_tests()
    made = [
        Line(plain, tmp_path / "plain", everyone, bus, clock),
        Line(database, tmp_path / "other", everyone, bus, clock),
    ]
    yield made
    for line in made:
        line.historian.close()
    plain.close()


@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.soak), pytest.param(5, marks=pytest.mark.soak)])
@pytest.mark.parametrize("way", [live, upstream_late, with_restarts], ids=lambda way: way.__name__)
def test_however_samples_came_the_reasons_and_their_evidence_are_the_same(
    lines: list[Line], way: Any, seed: int
) -> None:
    plain, other = lines
    rows = an_hour(seed)
    plain.send(rows, {})
    way(other, rows)
    plain.drain()
    other.drain()
    assert other.told() == plain.told()
    reasons = {reason for _, _, _, reason, _, _ in plain.told()}
    assert reasons >= {"external/starved", "mechanical/jam", "electrical/motor", None}
