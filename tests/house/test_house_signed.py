"""A shift that somebody signed keeps the samples that it rests on, whatever a rule says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.app.bootstrap import House, open_house
from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import DAY_US, HOUR_US, from_rfc3339
from dovetail.operations.operation import execute
from dovetail.ownership.settings import Settings
from dovetail.signatures.service import ReopenShift, SignShift
from dovetail.testing.clock import ManualClock

MONDAY = "2026-01-05T06:00:00Z"
PLANT = b"""
plant: {format: 1, name: Signed}
equipment:
  works: {level: Site, timezone: UTC, calendar: day}
  works/line: {level: ProductionLine}
  works/line/press:
    level: WorkUnit
    tags:
      power: {connection: plc, address: "40001", kind: i64}
      load: {expression: "power * 2", kind: f64}
      state: {expression: "load > 10", kind: bool}
      heat: {connection: plc, address: "40002", kind: i64}
    states: {values: {tag: state, map: {true: Execute, false: Idle}}}
calendars: {day: {shifts: [{name: Day, start: "06:00", end: "14:00", days: [mon, tue, wed, thu, fri]}]}}
connections: {plc: {driver: modbus, options: {host: 127.0.0.1}}}
retention: {works: {drop_after: P1M}}
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = ManualClock(from_rfc3339("2026-01-04T00:00:00Z"))
    with open_house(Settings(data=tmp_path / "data"), clock=clock) as house:
        house.rooms.equipment.apply({"plant.yaml": PLANT}, scope=house.scope)
        yield house


def _sign(house: House) -> int:
    line = house.rooms.equipment.plant().by_path("works/line").id
    given = SignShift(equipment_id=line, start=MONDAY)
    return execute(house.rooms.signatures.sign, given, database=house.database, scope=house.scope).output.id


def _going(house: House, tag: int) -> bool:
    """Whether samples of the shift would go."""
    shift = (from_rfc3339(MONDAY), from_rfc3339(MONDAY) + 8 * HOUR_US)
    stretches = [one for line in house.rooms.retention.plan().lines for one in line.of if one.tag == tag]
    return any(one.t0 < shift[1] and one.t1 >= shift[0] for one in stretches)


def test_samples_under_a_signed_shift_are_never_due(house: House) -> None:
    plant, clock = house.rooms.equipment.plant(), house.clock
    tags = {name: plant.tag_by_path(f"works/line/press.{name}").id for name in ("power", "heat")}
    start_us = clock.now_us()
    moments = [start_us + hour * HOUR_US for hour in range(120 * 24)]
    clock.tick(120 * DAY_US)
    batch = Batch.of(Kind.I64, [(tag, at_us, 7, q.GOOD) for tag in tags.values() for at_us in moments])
    house.rooms.historian.put([Frame("edge", Lane.LIVE, 1, 1, (batch,), {})])
    signature = _sign(house)
    while house.rooms.historian.seal_once():
        pass
    assert _going(house, tags["heat"])  # no record is read from it
    assert not _going(house, tags["power"])
    with house.database.read() as reading:
        (kept,) = house.rooms.retention.references(reading)
    assert kept.tags >= {tags["power"]}
    assert tags["heat"] not in kept.tags
    assert (kept.from_us, kept.to_us) == (from_rfc3339(MONDAY) - DAY_US, from_rfc3339(MONDAY) + 9 * HOUR_US)

    given = ReopenShift(signature_id=signature)
    execute(house.rooms.signatures.reopen, given, database=house.database, scope=house.scope, reason="a mistake")
    with house.database.read() as reading:
        assert house.rooms.retention.references(reading) == []
    assert _going(house, tags["power"])
