"""libmodbus as a unit on a serial line: all areas are read, what is written stays, a dead neighbour costs little."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from libmodbus_plc import LibmodbusPlc

from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import PointError
from dovetail.core.plugins import load
from dovetail.core.quality import BAD_CONFIG, GOOD
from dovetail.drivers.base import Driver, Point, Shared, SilentError, Surroundings

pytestmark = pytest.mark.peers

PLUGIN = load("dovetail.drivers", "modbus")
READS: list[tuple[str, Kind, str, Value, int]] = [
    ("40001",              Kind.U64,  "holding 1 0 65535",            65535, GOOD),
    ("40002:int16",        Kind.I64,  "holding 1 1 0x8000",           -32768, GOOD),
    ("40023:float32:DCBA", Kind.F64,  "float 1 22 DCBA 1048576.5",    1048576.5, GOOD),
    ("40045:string16",     Kind.STR,  "text 1 44 Line 7",             "Line 7", GOOD),
    ("40053.15",           Kind.BOOL, "holding 1 52 0x8001",          True, GOOD),
    ("30001:int32",        Kind.I64,  "input 1 0 0xFFFF 0xFFFE",      -2, GOOD),
    ("00001",              Kind.BOOL, "coil 1 0 1 0 1",               True, GOOD),
    ("10009",              Kind.BOOL, "discrete 1 8 1",               True, GOOD),
    ("420001",             Kind.U64,  "holding 1 0 65535",            None, BAD_CONFIG),
]  # fmt: skip


@pytest.fixture
def line() -> Iterator[LibmodbusPlc]:
    server = LibmodbusPlc(rtu="rtu")
    server.start()
    assert {server.say(row[2]) for row in READS} == {"ok"}
    yield server
    server.stop()


@pytest.fixture
async def units(line: LibmodbusPlc) -> AsyncIterator[list[Driver]]:
    """Unit 1, which lives, and unit 5, which does not."""
    around = Surroundings(SystemClock(), shared=Shared())
    options = {"link": "serial", "serial_port": line.port, "baud": 115_200, "timeout_s": 2}
    made = [PLUGIN.open(PLUGIN.check({**options, "unit": unit}), around) for unit in (1, 5)]
    for driver in made:
        await driver.open()
    yield made
    for driver in made:
        await driver.close()


async def test_all_areas_are_read(units: list[Driver]) -> None:
    points = tuple(Point(at, row[0], row[1]) for at, row in enumerate(READS))
    for _ in range(3):
        rows = [row for batch in await units[0].read(points) for row in batch.rows()]
        assert {READS[tag][0]: (value, quality) for tag, _, value, quality in rows} == {
            address: (value, quality) for address, _, _, value, quality in READS
        }


async def test_a_dead_unit_leaves_the_line_to_the_others(units: list[Driver]) -> None:
    """libmodbus takes the first request after one to another unit for that unit's answer: it is asked again."""
    await units[0].probe()
    with pytest.raises(SilentError, match="/5 does not answer within 2 s"):
        await units[1].probe()
    points = tuple(Point(at, f"4{at + 1:05}", Kind.U64) for at in range(1_000))
    (batch,) = await units[0].read(points)
    assert bool(batch.valid.all())


@pytest.mark.parametrize("point, value", [
    (Point(1, "00005", Kind.BOOL), True),
    (Point(1, "40501:int16", Kind.F64, 0.1), -12.5),
    (Point(1, "40504:uint64:DCBA", Kind.U64), 2**63 + 5),
    (Point(1, "40510:string7", Kind.STR), "abcdefg"),
    (Point(1, "40520.9", Kind.BOOL), True),
])  # fmt: skip
async def test_what_is_written_stays(units: list[Driver], point: Point, value: Value) -> None:
    await units[0].write(point, value)
    assert [row[2:] for batch in await units[0].read((point,)) for row in batch.rows()] == [(value, GOOD)]


async def test_a_refused_write_says_why(units: list[Driver]) -> None:
    with pytest.raises(PointError, match="illegal data address") as caught:
        await units[0].write(Point(1, "420001", Kind.U64), 1)
    assert caught.value.native == 2
