"""libmodbus as the device: types, orders and scales come right, refusals stay alone, units keep apart, it recovers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from libmodbus_plc import LibmodbusPlc
from peers_world import house_of, last_of, until

from dovetail.app.bootstrap import House
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import PointError
from dovetail.core.plugins import load
from dovetail.core.quality import BAD_CONFIG, BAD_DEVICE, BAD_NOT_CONNECTED, GOOD, UNCERTAIN_RANGE
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.edge.model import LinkStatus
from dovetail.historian.model import Sample

pytestmark = pytest.mark.peers

RECOVERS_S = 10.0  # what the plant is promised (DESIGN: recover ≤ 10 s)

# address, kind and scaling as in plant code · what the C program is told to hold · what must come
NAN = pytest.approx(float("nan"), nan_ok=True)
INF = float("inf")
PI = 3.141592653589793
ROWS: list[tuple[str, str, str, Value, int]] = [
    ("40001",              "kind: u64",                "holding 1 0 65535",              65535, GOOD),
    ("40002:int16",        "kind: i64",                "holding 1 1 0x8000",             -32768, GOOD),
    ("40003:int16",        "scale: 0.1, offset: -10",  "holding 1 2 251",                pytest.approx(15.1), GOOD),
    ("40004:int16:BADC",   "kind: i64",                "holding 1 3 0x0180",             -32767, GOOD),
    ("40005:int32",        "kind: i64",                "int32 1 4 -2147483648",          -(2**31), GOOD),
    ("40007:uint32",       "kind: u64",                "int32 1 6 -1",                   2**32 - 1, GOOD),
    ("40009:int64",        "kind: i64",                "int64 1 8 -9223372036854775807", -(2**63) + 1, GOOD),
    ("40013:uint64",       "kind: u64",                "int64 1 12 -1",                  2**64 - 1, GOOD),
    ("40017:float32",      "kind: f64",                "float 1 16 ABCD 1234.5",         1234.5, GOOD),
    ("40019:float32:CDAB", "kind: f64",                "float 1 18 CDAB -0.375",         -0.375, GOOD),
    ("40021:float32:BADC", "scale: 2, offset: 1",      "float 1 20 BADC 10.25",          21.5, GOOD),
    ("40023:float32:DCBA", "kind: f64",                "float 1 22 DCBA 1048576.5",      1048576.5, GOOD),
    ("40025:float32",      "kind: f64",                "float 1 24 ABCD nan",            NAN, UNCERTAIN_RANGE),
    ("40027:float32",      "kind: f64",                "float 1 26 ABCD -inf",           -INF, UNCERTAIN_RANGE),
    ("40029:float64",      "kind: f64",                "holding 1 28 0x4009 0x21FB 0x5444 0x2D18", PI, GOOD),
    ("40033:float64:CDAB", "kind: f64",                "holding 1 32 0x2D18 0x5444 0x21FB 0x4009", PI, GOOD),
    ("40037:uint32:CDAB",  "kind: u64",                "holding 1 36 0x0304 0x0102",     0x01020304, GOOD),
    ("40039:uint32:BADC",  "kind: u64",                "holding 1 38 0x0201 0x0403",     0x01020304, GOOD),
    ("40041:int64:DCBA",   "kind: i64",                "holding 1 40 0xFEFF 0xFFFF 0xFFFF 0xFFFF", -2, GOOD),
    ("40045:string16",     "kind: str",                "text 1 44 Line 7",               "Line 7", GOOD),
    ("40053.0",            "kind: bool",               "holding 1 52 0x8001",            True, GOOD),
    ("40053.1",            "kind: bool",               "holding 1 52 0x8001",            False, GOOD),
    ("40053.15",           "kind: bool",               "holding 1 52 0x8001",            True, GOOD),
    ("40054:int16",        "kind: u64",                "holding 1 53 0xFFFF",            None, BAD_DEVICE),
    ("409001",             "kind: u64",                "holding 1 9000 9001",            9001, GOOD),
    ("00001",              "kind: bool",               "coil 1 0 1 0 1",                 True, GOOD),
    ("00002",              "kind: bool",               "coil 1 0 1 0 1",                 False, GOOD),
    ("02003",              "kind: bool",               "coil 1 2002 1",                  True, GOOD),
    ("10009",              "kind: bool",               "discrete 1 8 1",                 True, GOOD),
    ("10010",              "kind: bool",               "discrete 1 9 0",                 False, GOOD),
    ("30001:int32",        "kind: i64",                "input 1 0 0xFFFF 0xFFFE",        -2, GOOD),
    ("30003",              "scale: 0.01, kind: f64",   "input 1 2 2345",                 pytest.approx(23.45), GOOD),
    ("420001",             "kind: u64",                "holding 1 0 65535",              None, BAD_CONFIG),
]  # fmt: skip
PLANT = """
plant: {{format: 1, name: Peer}}
equipment:
  acme:
    level: Enterprise
    timezone: UTC
    tags:
{tags}
      second: {{connection: second, address: "40001", kind: u64}}
      hole_before: {{connection: third, address: "40100", kind: u64}}
      hole_in: {{connection: third, address: "40101", kind: u64}}
connections:
  first: {{driver: modbus, options: {{host: 127.0.0.1, port: {port}}}}}
  second: {{driver: modbus, options: {{host: 127.0.0.1, port: {port}, unit: 2}}}}
  third: {{driver: modbus, options: {{host: 127.0.0.1, port: {port}, unit: 3}}}}
  seventh: {{driver: modbus, options: {{host: 127.0.0.1, port: {port}, unit: 7}}}}
  ninth: {{driver: modbus, options: {{host: 127.0.0.1, port: {port}, unit: 9, timeout_s: 0.2}}}}
"""


def plant(port: int) -> dict[str, bytes]:
    """Every row as a tag of one device; other units of the same port as connections of their own."""
    rows = [
        f'      row{at}: {{connection: first, address: "{address}", {how}}}'
        for at, (address, how, *_) in enumerate(ROWS)
    ]
    rows += [f'      of_{unit}: {{connection: {unit}, address: "40001"}}' for unit in ("seventh", "ninth")]
    return {"plant.yaml": PLANT.format(port=port, tags="\n".join(rows)).encode()}


@pytest.fixture
def device() -> Iterator[LibmodbusPlc]:
    server = LibmodbusPlc()
    server.start()
    fill(server)
    yield server
    server.stop()


def fill(server: LibmodbusPlc) -> None:
    commands = ["holding 2 0 222", "holding 3 100 333", *(row[2] for row in ROWS)]
    assert {server.say(command) for command in commands} == {"ok"}


@pytest.fixture
async def house(tmp_path: Path, device: LibmodbusPlc) -> AsyncIterator[House]:
    async with house_of(tmp_path / "data", plant(device.port)) as opened:
        yield opened


@pytest.fixture
async def driver(device: LibmodbusPlc) -> AsyncIterator[Driver]:
    spec = load("dovetail.drivers", "modbus")
    made = spec.open(spec.check({"host": "127.0.0.1", "port": device.port, "window": 4}), Surroundings(SystemClock()))
    await made.open()
    yield made
    await made.close()


def last(house: House) -> dict[str, Sample]:
    """The newest sample of each tag, by its name."""
    return last_of(house, "acme")


def links(house: House) -> dict[str, LinkStatus]:
    assert house.edge is not None
    return {status.name: status for status in house.edge.status()}


def row_values(house: House) -> dict[str, tuple[Value, int]]:
    """What came of each row, by its address."""
    came = last(house)
    found = {row[0]: came[f"row{at}"] for at, row in enumerate(ROWS) if f"row{at}" in came}
    return {address: (sample.value, sample.quality & 0xFF) for address, sample in found.items()}


EXPECTED = {address: (value, quality) for address, _, _, value, quality in ROWS}


async def test_the_plant_is_right_and_comes_back_right(house: House, device: LibmodbusPlc) -> None:
    await until(lambda: row_values(house) == EXPECTED, within_s=30)
    await until(lambda: last(house)["second"].value == 222, within_s=20)
    hole = last(house)
    assert (hole["hole_before"].value, hole["hole_before"].quality & 0xFF) == (None, BAD_CONFIG)
    assert hole["hole_in"].value == 333

    await until(lambda: "gateway target" in links(house)["seventh"].cause, within_s=20)
    await until(lambda: "does not answer within" in links(house)["ninth"].cause, within_s=20)
    up = {name: (status.up, status.reconnects) for name, status in links(house).items()}
    assert up == {
        "first": (True, 0),
        "second": (True, 0),
        "third": (True, 0),
        "seventh": (False, 0),
        "ninth": (False, 0),
    }

    device.stop()
    await until(lambda: {last(house)[f"row{at}"].quality & 0xFF for at in range(len(ROWS))} == {BAD_NOT_CONNECTED},
                within_s=RECOVERS_S)  # fmt: skip
    await asyncio.to_thread(device.start)
    await asyncio.to_thread(fill, device)
    assert await until(lambda: row_values(house) == EXPECTED, within_s=60) <= RECOVERS_S


@pytest.mark.parametrize("point, value", [
    (Point(1, "00005", Kind.BOOL), True),
    (Point(1, "40501:int16", Kind.F64, 0.1), -12.5),
    (Point(1, "40502:float32:CDAB", Kind.F64), 0.375),
    (Point(1, "40504:uint64:DCBA", Kind.U64), 2**63 + 5),
    (Point(1, "40510:string7", Kind.STR), "abcdefg"),
    (Point(1, "40520.9", Kind.BOOL), True),
])  # fmt: skip
async def test_what_is_written_stays(driver: Driver, point: Point, value: Value) -> None:
    await driver.write(point, value)
    assert [row[2:] for batch in await driver.read((point,)) for row in batch.rows()] == [(value, GOOD)]


async def test_libmodbus_sees_what_was_written(driver: Driver, device: LibmodbusPlc) -> None:
    device.say("holding 1 519 0x00FF")
    await driver.write(Point(1, "40520.9", Kind.BOOL), True)
    await driver.write(Point(1, "40600:uint32", Kind.U64), 0x01020304)
    assert [device.say(f"get 1 {at}") for at in (519, 599, 600)] == [str(0x02FF), str(0x0102), str(0x0304)]


async def test_a_refused_write_says_why(driver: Driver) -> None:
    with pytest.raises(PointError, match="illegal data address") as caught:
        await driver.write(Point(1, "420001", Kind.U64), 1)
    assert caught.value.native == 2


async def test_ten_thousand_points_in_one_read(driver: Driver, device: LibmodbusPlc) -> None:
    for start in range(0, 10_000, 1_000):
        device.say(f"holding 1 {start} " + " ".join(str(at % 65536) for at in range(start, start + 1_000)))
    points = tuple(Point(at, f"4{at + 1:05}", Kind.U64) for at in range(10_000))
    (batch,) = await driver.read(points)
    assert (batch.value == batch.tag).all() and bool(batch.valid.all())
