"""On the real rooms: samples in, and out come slices, figures and the way back to the address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.house.rooms import Rooms, build_rooms
from dovetail.ledger.columns import sum_slices
from dovetail.operations.operation import execute
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

PLANT = b"""
plant: {format: 1, name: Test}
equipment_classes:
  machine:
    parameters: {connection: {type: str}}
    tags:
      state: {connection: "{connection}", address: "ns=2;s=State", kind: i64}
      good: {connection: "{connection}", address: "ns=2;s=Good", kind: u64}
      scrap: {connection: "{connection}", address: "ns=2;s=Scrap", kind: u64}
    states: {packml: {state: state}}
    counters:
      total: {tag: good, modulus: 4294967296, max_rate_upm: 400}
      scrap: {tag: scrap, modulus: 4294967296, max_rate_upm: 400}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: Europe/Prague}
  acme/filler:
    {level: WorkUnit, class: machine, calendar: day, parameters: {connection: plc}, standard_rate_upm: 100}
connections:
  plc:
    driver: opcua
    options: {endpoint: "opc.tcp://127.0.0.1:4841/", security: {policy: None, insecure: true}}
scan_classes: {default: {mode: subscribe, interval_ms: 250}}
products: {cola: {name: Cola, unit: "{#}", rates_upm: {acme/filler: 120}}}
calendars: {day: {shifts: [{name: Early, start: "06:00", end: "14:00", days: [mon, tue, wed, thu, fri]}]}}
reasons: {mechanical: {name: Mechanical, category: failure}}
"""


def at(minute: float) -> int:
    return DAY_ZERO_US + round(minute * MINUTE_US)


@dataclass
class Plant:
    """A filler at work: `send` is its PLC, `work` what the jobs do in the background."""

    rooms: Rooms
    clock: ManualClock
    seq: int = 0
    link: int = field(init=False)

    def __post_init__(self) -> None:
        model = self.rooms.equipment.plant()
        self.link = model.connections["plc"].good_through_tag
        self.filler = model.by_path("acme/filler").id
        self.tags = model.tags_of(self.filler)

    def send(self, rows: list[tuple[str, float, Value]], *, mark: float) -> None:
        self.seq += 1
        batches = [
            Batch.of(self.tags[name].kind, [(self.tags[name].id, at(minute), value, q.GOOD)])
            for name, minute, value in rows
        ]
        frame = Frame("edge", Lane.LIVE, 1, self.seq, tuple(batches), {self.link: at(mark)})
        self.rooms.historian.put([frame])
        self.work()

    def work(self) -> None:
        while self.rooms.states.step():
            pass
        while self.rooms.performance.step():
            pass


@pytest.fixture
def plant(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus, everyone: Scope) -> Iterator[Plant]:
    clock.step(-2 * SECOND_US)
    rooms = build_rooms(tmp_path, sqlite_database, clock=clock, bus=bus)
    rooms.equipment.apply({"plant.yaml": PLANT}, scope=everyone, reason="first")
    clock.step(2 * SECOND_US)
    rooms.historian.resume("edge", [])
    yield Plant(rooms, clock)
    rooms.historian.close()


def run_an_hour(plant: Plant) -> None:
    """Thirty minutes at 100 a minute, ten held, twenty at 60 a minute; the last three pieces of each run are scrap."""
    plant.clock.tick(60 * MINUTE_US)
    rows: list[tuple[str, float, Value]] = [("state", 0, 6), ("good", 0, 1_000), ("scrap", 0, 10)]
    rows += [("good", m, 1_000 + 100 * m) for m in range(1, 31)]
    rows += [("scrap", 29, 13), ("state", 30, 11), ("state", 40, 6)]
    rows += [("good", m, 4_000 + 60 * (m - 40)) for m in range(41, 60)]
    rows += [("scrap", 58, 16)]
    plant.send(sorted(rows, key=lambda row: row[1]), mark=60)


def test_samples_become_figures_that_lead_back_to_the_address(plant: Plant, everyone: Scope) -> None:
    run_an_hour(plant)
    performance, filler = plant.rooms.performance, plant.filler
    shift = performance.shift(filler, "current", scope=everyone)
    found = performance.kpis(filler, at(0), at(60), scope=everyone)
    slices = performance.slices(filler, at(0), at(60), scope=everyone)
    assert [(piece.state, piece.cls, piece.elapsed_us // MINUTE_US) for piece in slices] == [
        ("Execute", "APT", 30), ("Held", "ADOT", 10), ("Execute", "APT", 20),
    ]  # fmt: skip
    assert (shift.id, slices[0].shift_id) == ("day/2026-01-05/Early", "day/2026-01-05/Early")
    counts = found.figures.counts
    assert (counts.good + counts.scrap, counts.scrap) == (3_000 + 19 * 60, 6)
    values = {kpi.id: kpi.value for kpi in found.figures.kpis}
    assert values["availability"] == 50 / 60
    assert values["effectiveness"] == pytest.approx(4_140 / 5_000)

    def down(path: str) -> Node:
        place = Place("", filler, at(0), at(60), None, everyone)
        return plant.rooms.explainer.explain("oee_index", place, path=path)

    node = down("oee_index/availability/apt_us")
    seen = [node.kind]
    while node.children:
        node = down(node.children[0].key)
        seen.append(node.kind)
    assert seen == ["column", "slice", "state-record", "sample", "address"]
    assert node.detail["endpoint"] == "opc.tcp://127.0.0.1:4841/"
    assert node.detail["address"] == "ns=2;s=State"


def test_what_is_decided_but_not_settled_counts_at_once_and_only_once(plant: Plant, everyone: Scope) -> None:
    run_an_hour(plant)
    plant.clock.tick(MINUTE_US)
    plant.send([("good", 60.5, 5_170)], mark=60.2)
    performance = plant.rooms.performance
    live = performance.sums(plant.filler, at(0), at(61), scope=everyone)
    assert live["good"] + live["scrap"] == 4_170
    plant.send([], mark=61)
    settled = performance.sums(plant.filler, at(0), at(61), scope=everyone)
    assert (settled["good"], settled["elapsed_us"]) == (live["good"], 61 * MINUTE_US)


def test_a_job_gives_its_rate_to_the_slices_and_taking_back_late_samples_moves_them(
    plant: Plant, everyone: Scope, sqlite_database: Database
) -> None:
    run_an_hour(plant)
    start = next(one for one in plant.rooms.production.operations if one.name == "job.start")
    given = start.input.model_validate(
        {"equipment_id": plant.filler, "product": "cola", "started_at": "2026-01-05T06:00:00Z"}
    )
    known = execute(start, given, database=sqlite_database, scope=everyone).known
    plant.work()
    performance = plant.rooms.performance
    slices = performance.slices(plant.filler, at(0), at(60), scope=everyone)
    assert [(piece.product, piece.rate_upm, piece.cls) for piece in slices] == [
        ("cola", 120.0, "APT"), ("cola", 120.0, "ADET"), ("cola", 120.0, "APT"),
    ]  # fmt: skip
    before = performance.kpis(plant.filler, at(0), at(60), scope=everyone, as_of=known - 1)
    assert before.sums["adot_us"] == 10 * MINUTE_US
    plant.send([("state", 35, 6)], mark=60)  # a late sample: the stop was five minutes shorter
    late = performance.slices(plant.filler, at(0), at(60), scope=everyone)
    assert sum_slices(late)["adet_us"] == 5 * MINUTE_US
    assert late[0].t0_us == at(0)


def test_a_lost_link_is_time_without_knowledge(plant: Plant, everyone: Scope) -> None:
    run_an_hour(plant)
    plant.clock.tick(10 * MINUTE_US)
    tail = plant.rooms.performance.slices(plant.filler, at(55), at(70), scope=everyone)
    assert [(piece.state, piece.cls) for piece in tail] == [("Execute", "APT"), ("NO_DATA", "NODT")]
    assert tail[1].t0_us == at(60) + 1
