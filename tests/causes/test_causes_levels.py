"""The level of a buffer on real rooms: samples of the tag that the plant code names, good ones only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "counting"))
from counting_plant import PLANT, Plant, at, plant_on

from dovetail.causes.levels import BufferLevels
from dovetail.causes.model import line_of
from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock

LEVELLED = PLANT.replace(
    "constraint: filler}", "constraint: filler, buffers: {table: {capacity: 80, level: waiting}}}"
).replace(
    'tags: {manned: {connection: plc, address: "ns=2;s=Manned", kind: i64}}',
    'tags: {manned: {connection: plc, address: "ns=2;s=Manned", kind: i64}, '
    'waiting: {connection: plc, address: "ns=2;s=Waiting", kind: i64}}',
)


@pytest.fixture
def levelled(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The table has no signal for whom it waits; a sensor tells how many lie before it. On both records stores."""
    with plant_on(database, tmp_path, clock, bus, text=LEVELLED) as opened:
        opened.now(60)
        opened.send([("state", 0, 6), ("manned", 0, 1), ("waiting", 0, 40), ("total", 0, 0), ("scrap", 0, 0)])
        opened.send([("state", 10, 11), ("waiting", 12, 0), ("manned", 12, 0), ("state", 20, 6), ("manned", 22, 1)])
        opened.send([("waiting", 22, 30), ("manned", 40, 0), ("manned", 45, 1)], mark=60)
        opened.work()
        yield opened


def test_an_empty_belt_says_what_the_table_waited_for(levelled: Plant) -> None:
    found = levelled.rooms.causes.found(levelled.line, at(0), at(60), scope=levelled.everyone)
    told = [(one.kind, one.how) for one in found.spells[levelled.table] if one.kind not in ("run", "no_data")]
    assert told == [("starved", "level"), ("own", "record")]  # at minute 40 thirty lay before it: nobody was there


def test_a_level_that_is_bad_is_not_known(levelled: Plant) -> None:
    levelled.send([("waiting", 30, None)])
    plant = levelled.rooms.equipment.plant()
    line = line_of(plant, plant.get(levelled.line), frozenset({levelled.filler, levelled.table}))
    before, behind = BufferLevels(levelled.rooms.historian, plant, line).beside(levelled.table, at(0), at(60))
    assert before is not None
    assert (before.is_empty(at(12)), before.is_empty(at(25)), before.is_empty(at(40))) == (True, False, None)
    assert (before.capacity, behind) == (80, None)
