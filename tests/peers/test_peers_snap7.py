"""Snap7's C server as the controller: types come right, refusals stay alone, what is written stays, it recovers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from peers_world import house_of, last_of, until
from snap7_plc import Snap7Plc

from dovetail.app.bootstrap import House
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import PointError
from dovetail.core.plugins import load
from dovetail.core.quality import BAD_CONFIG, BAD_DEVICE, BAD_NOT_CONNECTED, GOOD, UNCERTAIN_RANGE
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.historian.model import Sample

pytestmark = pytest.mark.peers

RECOVERS_S = 10.0  # what the plant is promised (DESIGN: recover ≤ 10 s)
INF = float("inf")

# address and kind as in plant code · what the C server is told to hold · what must come
ROWS: list[tuple[str, str, str, Value, int]] = [
    ("DB1.DBX0.0",          "kind: bool",            "set DB1 0 01",               True, GOOD),
    ("DB1.DBX0.7",          "kind: bool",            "set DB1 0 01",               False, GOOD),
    ("DB1.DBB1",            "kind: u64",             "set DB1 1 FE",               254, GOOD),
    ("DB1.DBW2:int",        "kind: i64",             "set DB1 2 8000",             -32768, GOOD),
    ("DB1.DBW4:int",        "scale: 0.1, offset: -10", "set DB1 4 00FB",           pytest.approx(15.1), GOOD),
    ("DB1.DBD6:dint",       "kind: i64",             "set DB1 6 FFFFFFFE",         -2, GOOD),
    ("DB1.DBD10:real",      "kind: f64",             "set DB1 10 449A5000",        1234.5, GOOD),
    ("DB1.DBD14:real",      "kind: f64",             "set DB1 14 FF800000",        -INF, UNCERTAIN_RANGE),
    ("DB1.DBL18:lreal",     "kind: f64",             "set DB1 18 3FF8000000000000", 1.5, GOOD),
    ("DB1.DBL26:lint",      "kind: i64",             "set DB1 26 FFFFFFFFFFFFFFFE", -2, GOOD),
    ("DB1.DBD34:time",      "kind: f64, scale: 0.001", "set DB1 34 00000FA0",      4.0, GOOD),
    ("DB1.DBB40:string10",  "kind: str",             "set DB1 40 0A064C696E652037", "Line 7", GOOD),
    ("DB1.DBB60:wstring4",  "kind: str",             "set DB1 60 00040002004D20AC", "M€", GOOD),
    ("DB1.DBB80:dtl",       "kind: str",    "set DB1 80 07EA030101061E0F00000000", "2026-03-01T06:30:15", GOOD),
    ("DB1.DBB92:dt",        "kind: str",             "set DB1 92 2603010630152501", "2026-03-01T06:30:15.250000", GOOD),
    ("DB1.DBW100:int[3]",   "kind: json",            "set DB1 100 0001FFFE0003",   "[1,-2,3]", GOOD),
    ("DB1.DBW110:int",      "kind: u64",             "set DB1 110 FFFF",           None, BAD_DEVICE),
    ("DB1.DBB200:string254", "kind: str",            "set DB1 200 FEFE" + "41" * 254, "A" * 254, GOOD),
    ("DB1.DBW4094",         "kind: u64",             "set DB1 4094 0102",          0x0102, GOOD),
    ("DB1.DBW4095",         "kind: u64",             "set DB1 4094 0102",          None, BAD_CONFIG),
    ("DB3.DBD65530:udint",  "kind: u64",             "set DB3 65530 FFFFFFFF",     2**32 - 1, GOOD),
    ("DB9.DBW0",            "kind: u64",             "set DB3 0 00",               None, BAD_CONFIG),
    ("M20.1",               "kind: bool",            "set M 20 02",                True, GOOD),
    ("MW22:int",            "kind: i64",             "set M 22 FFFF",              -1, GOOD),
    ("I3.0",                "kind: bool",            "set I 3 01",                 True, GOOD),
    ("QB5",                 "kind: u64",             "set Q 5 07",                 7, GOOD),
]  # fmt: skip
PLANT = """
plant: {{format: 1, name: Peer}}
equipment:
  acme:
    level: Enterprise
    timezone: UTC
    tags:
{tags}
connections:
  plc: {{driver: s7, options: {{host: 127.0.0.1, port: {port}}}}}
"""


def plant(port: int) -> dict[str, bytes]:
    rows = [f'      row{at}: {{connection: plc, address: "{row[0]}", {row[1]}}}' for at, row in enumerate(ROWS)]
    return {"plant.yaml": PLANT.format(port=port, tags="\n".join(rows)).encode()}


@pytest.fixture
def device() -> Iterator[Snap7Plc]:
    server = Snap7Plc()
    server.start()
    fill(server)
    yield server
    server.stop()


def fill(server: Snap7Plc) -> None:
    assert {server.say(row[2]) for row in ROWS} == {"ok"}


@pytest.fixture
async def house(tmp_path: Path, device: Snap7Plc) -> AsyncIterator[House]:
    async with house_of(tmp_path / "data", plant(device.port)) as opened:
        yield opened


@pytest.fixture
async def driver(device: Snap7Plc) -> AsyncIterator[Driver]:
    spec = load("dovetail.drivers", "s7")
    made = spec.open(spec.check({"host": "127.0.0.1", "port": device.port, "window": 4}), Surroundings(SystemClock()))
    await made.open()
    yield made
    await made.close()


def last(house: House) -> dict[str, Sample]:
    """The newest sample of each tag, by its name."""
    return last_of(house, "acme")


def row_values(house: House) -> dict[str, tuple[Value, int]]:
    """What came of each row, by its address."""
    came = last(house)
    found = {row[0]: came[f"row{at}"] for at, row in enumerate(ROWS) if f"row{at}" in came}
    return {address: (sample.value, sample.quality & 0xFF) for address, sample in found.items()}


EXPECTED = {address: (value, quality) for address, _, _, value, quality in ROWS}


async def test_the_plant_is_right_and_comes_back_right(house: House, device: Snap7Plc) -> None:
    await until(lambda: row_values(house) == EXPECTED, within_s=30)
    device.stop()
    await until(lambda: {last(house)[f"row{at}"].quality & 0xFF for at in range(len(ROWS))} == {BAD_NOT_CONNECTED},
                within_s=RECOVERS_S)  # fmt: skip
    await asyncio.to_thread(device.start)
    await asyncio.to_thread(fill, device)
    assert await until(lambda: row_values(house) == EXPECTED, within_s=60) <= RECOVERS_S


@pytest.mark.parametrize("point, value", [
    (Point(1, "DB1.DBX500.5", Kind.BOOL), True),
    (Point(1, "DB1.DBW502:int", Kind.F64, 0.1), -12.5),
    (Point(1, "DB1.DBD504:real", Kind.F64), 0.375),
    (Point(1, "DB1.DBL508:ulint", Kind.U64), 2**63 + 5),
    (Point(1, "DB1.DBB40:string10", Kind.STR), "abcdefgü"),
    (Point(1, "DB1.DBB520:dtl", Kind.STR), "2026-03-01T06:30:15.250000"),
    (Point(1, "M40.2", Kind.BOOL), True),
    (Point(1, "QB6", Kind.U64), 200),
])  # fmt: skip
async def test_what_is_written_stays(driver: Driver, point: Point, value: Value) -> None:
    await driver.write(point, value)
    assert [row[2:] for batch in await driver.read((point,)) for row in batch.rows()] == [(value, GOOD)]


async def test_snap7_sees_what_was_written(driver: Driver, device: Snap7Plc) -> None:
    device.say("set DB1 600 0F")
    await driver.write(Point(1, "DB1.DBX600.7", Kind.BOOL), True)
    await driver.write(Point(1, "DB1.DBD602:udint", Kind.U64), 0x01020304)
    assert [device.say("get DB1 600 1"), device.say("get DB1 602 4")] == ["8f", "01020304"]


@pytest.mark.parametrize("address, why", [
    ("DB9.DBW0", "0x0A object does not exist"), ("DB2.DBW63", "0x05 address out of range"),
])  # fmt: skip
async def test_a_refused_write_says_why(driver: Driver, address: str, why: str) -> None:
    with pytest.raises(PointError, match=why):
        await driver.write(Point(1, address, Kind.U64), 1)


@pytest.fixture(params=[240, 480, 960])
def agreed(request: pytest.FixtureRequest) -> Iterator[Snap7Plc]:
    """A controller that agrees to messages of this length."""
    server = Snap7Plc(pdu=request.param)
    server.start()
    yield server
    server.stop()


async def test_ten_thousand_points_at_each_length_of_message(agreed: Snap7Plc) -> None:
    for start in range(0, 20_000, 2_000):
        words = b"".join(at.to_bytes(2, "big") for at in range(start // 2, start // 2 + 1_000))
        agreed.say(f"set DB3 {start} {words.hex()}")
    spec = load("dovetail.drivers", "s7")
    driver = spec.open(spec.check({"host": "127.0.0.1", "port": agreed.port}), Surroundings(SystemClock()))
    await driver.open()
    points = tuple(Point(at, f"DB3.DBW{2 * at}", Kind.U64) for at in range(10_000))
    (batch,) = await driver.read(points)
    await driver.close()
    assert (batch.value == batch.tag).all() and bool(batch.valid.all())
