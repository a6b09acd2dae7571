"""The example plant applied for real: equipment room, calendar, historian and states together, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US, SECOND_US, from_rfc3339
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.plant import SECTIONS as EQUIPMENT
from dovetail.equipment.service import EquipmentRoom
from dovetail.historian.service import Historian
from dovetail.materials.plant import SECTIONS as MATERIALS
from dovetail.states.plant import SECTIONS as STATES
from dovetail.states.service import StatesRoom
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.workcalendar.plant import SECTIONS as CALENDARS
from dovetail.workcalendar.service import CalendarRoom

PLANT = Path(__file__).resolve().parents[2] / "plants" / "bottling"
FILLER = "acme/brno/pack/line1/filler"
SECTIONS = (*EQUIPMENT, *CALENDARS, *MATERIALS, *STATES)


class House:
    """The rooms that states stand on, put together as the installation does it."""

    def __init__(self, database: Database, clock: ManualClock, bus: Bus, folder: Path) -> None:
        self.database, self.clock = database, clock
        self.equipment = EquipmentRoom(database, clock, bus, SECTIONS)
        plant = self.equipment.plant
        self.historian = Historian(
            folder, clock=clock, bus=bus, owner_of=lambda tag: plant().owner_of(tag), roots=self.equipment.roots
        )
        self.calendar = CalendarRoom(
            database,
            bus=bus,
            calendar_of=lambda number, at_us: (
                plant(at_us=at_us).get(number).calendar,
                plant(at_us=at_us).get(number).timezone,
            ),
            plant_moments=lambda: self.equipment.changes_between(-(1 << 62), 1 << 62),
        )
        self.states = StatesRoom(database, self.historian, self.equipment, calendar=self.calendar, clock=clock, bus=bus)
        self.seq = 0

    def apply(self, scope: Scope, documents: dict[str, bytes]) -> None:
        self.equipment.apply(documents, scope=scope, valid_from_us=self.clock.now_us())

    def send(self, rows: list[tuple[str, Kind, int, object]], *, mark_us: int) -> None:
        filler = self.equipment.plant().by_path(FILLER)
        tags = self.equipment.plant().tags_of(filler.id)
        batches = tuple(Batch.of(kind, [(tags[name].id, ts, value, q.GOOD)]) for name, kind, ts, value in rows)
        (link,) = self.equipment.plant().links_of(filler.id)
        self.seq += 1
        self.historian.put([Frame("edge", Lane.LIVE, 1, self.seq, batches, {link: mark_us})])

    def drain(self) -> None:
        while self.states.step():
            pass


@pytest.fixture
def house(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[House]:
    made = House(database, clock, bus, tmp_path / "historian")
    yield made
    made.historian.close()


def documents() -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in PLANT.glob("*.yaml") if path.name != "targets.yaml"
    }  # of no room here


def test_the_example_plant_from_signal_to_record_across_a_shift(house: House, everyone: Scope) -> None:
    house.apply(everyone, documents())
    shift_us = from_rfc3339("2026-01-05T13:00:00Z")  # 14:00 in Brno: the late shift begins
    early_us = shift_us - HOUR_US // 60
    house.clock.tick(shift_us + HOUR_US - DAY_ZERO_US)
    house.send(
        [
            ("state", Kind.I64, early_us, 6),
            ("mode", Kind.I64, early_us, 1),
            ("processed", Kind.U64, early_us, 4_294_967_290),
            ("processed", Kind.U64, shift_us - SECOND_US, 4_294_967_294),
            ("processed", Kind.U64, shift_us + SECOND_US, 1),
            ("stop_reason", Kind.I64, shift_us + 30 * SECOND_US, 11),
            ("state", Kind.I64, shift_us + 30 * SECOND_US, 11),
        ],
        mark_us=shift_us + 90 * SECOND_US,
    )
    house.drain()
    number = house.equipment.plant().by_path(FILLER).id
    with house.database.read() as reading:
        records = house.states.records(reading, number, early_us, shift_us + HOUR_US, scope=everyone)
        counts = house.states.counts(reading, number, early_us, shift_us + HOUR_US, scope=everyone)
    assert [(r.t0_us, r.t1_us, r.state, r.mode, r.reason) for r in records] == [
        (early_us, shift_us + 30 * SECOND_US, "Execute", "Production", None),
        (shift_us + 30 * SECOND_US, None, "Held", "Production", "mechanical/jam"),
    ]
    assert [(c.t0_us, c.t1_us, c.quantity) for c in counts] == [
        (early_us, shift_us, 4),
        (shift_us, shift_us + 30 * SECOND_US, 3),  # over the roll-over of 32 bits
    ]


def test_another_mapping_holds_from_its_apply_on(house: House, everyone: Scope) -> None:
    house.apply(everyone, documents())
    start_us = house.clock.now_us()
    house.send([("state", Kind.I64, start_us, 6), ("mode", Kind.I64, start_us, 7)], mark_us=start_us + SECOND_US)
    house.drain()
    house.clock.tick(10 * SECOND_US)
    changed = documents()
    text = changed["classes.yaml"].decode()
    changed["classes.yaml"] = text.replace("modes: {4: Setup}", "modes: {7: Setup}", 1).encode()
    house.apply(everyone, changed)
    house.send([], mark_us=start_us + 60 * SECOND_US)
    house.drain()
    number = house.equipment.plant().by_path(FILLER).id
    with house.database.read() as reading:
        records = house.states.records(reading, number, 0, 1 << 60, scope=everyone)
    assert [(r.t0_us - start_us, r.mode) for r in records] == [(0, ""), (10 * SECOND_US, "Setup")]
