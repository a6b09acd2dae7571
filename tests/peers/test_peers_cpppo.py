"""cpppo as the Logix controller: types come right, refusals stay alone, what is written stays, it recovers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cpppo_plc import CpppoPlc
from peers_world import house_of, last_of, until

from dovetail.app.bootstrap import House
from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import PointError
from dovetail.core.plugins import load
from dovetail.core.quality import BAD_CONFIG, BAD_DEVICE, BAD_NOT_CONNECTED, GOOD
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.historian.model import Sample

pytestmark = pytest.mark.peers

RECOVERS_S = 10.0  # what the plant is promised (DESIGN: recover ≤ 10 s)

# address and kind as in plant code · what cpppo is told to hold · what must come
ROWS: list[tuple[str, str, str, Value, int]] = [
    ("Speed",              "kind: f64",               "set Speed 0 12.5",          12.5, GOOD),
    ("SPEED",              "kind: i64",               "set Speed 0 12.5",          None, BAD_CONFIG),
    ("Pieces",             "kind: i64",               "set Pieces 0 -2",           -2, GOOD),
    ("pieces",             "kind: u64",               "set Pieces 0 -2",           None, BAD_DEVICE),
    ("Pieces.31",          "kind: bool",              "set Pieces 0 -2",           True, GOOD),
    ("Pieces.0",           "kind: bool",              "set Pieces 0 -2",           False, GOOD),
    ("Small",              "kind: i64",               "set Small 0 -128",          -128, GOOD),
    ("Word",               "scale: 0.1, offset: -10", "set Word 0 251",            pytest.approx(15.1), GOOD),
    ("Long",               "kind: i64",               "set Long 0 -4611686018427387904", -(2**62), GOOD),
    ("Precise",            "kind: f64",               "set Precise 0 1.5",         1.5, GOOD),
    ("Total",              "kind: u64",               "set Total 0 4294967295",    2**32 - 1, GOOD),
    ("Byte",               "kind: u64",               "set Byte 0 254",            254, GOOD),
    ("UWord",              "kind: u64",               "set UWord 0 65534",         65534, GOOD),
    ("Huge",               "kind: u64",               "set Huge 0 18446744073709551614", 2**64 - 2, GOOD),
    ("Running",            "kind: bool",              "set Running 0 true",        True, GOOD),
    ("Bools[37]",          "kind: bool",              "set Bools 37 true",         True, GOOD),
    ("Bools[36]",          "kind: bool",              "set Bools 36 false",        False, GOOD),
    ("Bools[36]{3}",       "kind: json",              "set Bools 37 true",         "[false,true,false]", GOOD),
    ("Temps[3]",           "kind: f64",               "set Temps 3 2.5",           2.5, GOOD),
    ("Temps[2]{3}",        "kind: json",              "set Temps 3 2.5",           "[0.0,2.5,0.0]", GOOD),
    ("Temps[10]",          "kind: f64",               "set Temps 3 2.5",           None, BAD_CONFIG),
    ("Text",               "kind: str",               'set Text 0 "Line 7"',       "Line 7", GOOD),
    ("Wide",               "kind: str",               'set Wide 0 "abc"',          "abc", GOOD),
    ("Big{1000}",          "kind: json",              "set Big 999 7",             "[" + "0," * 999 + "7]", GOOD),
    ("Program:Main.Step",  "kind: i64",               "set Program:Main.Step 0 12", 12, GOOD),
    ("Nope",               "kind: f64",               "set Pieces 0 -2",           None, BAD_CONFIG),
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
  plc: {{driver: ethernetip, options: {{host: 127.0.0.1, port: {port}, timeout_s: 5}}}}
"""


def plant(port: int) -> dict[str, bytes]:
    rows = [f'      row{at}: {{connection: plc, address: "{row[0]}", {row[1]}}}' for at, row in enumerate(ROWS)]
    return {"plant.yaml": PLANT.format(port=port, tags="\n".join(rows)).encode()}


@pytest.fixture
def device() -> Iterator[CpppoPlc]:
    server = CpppoPlc()
    server.start()
    fill(server)
    yield server
    server.stop()


def fill(server: CpppoPlc) -> None:
    assert {server.say(row[2]) for row in ROWS} == {"ok"}


@pytest.fixture
async def house(tmp_path: Path, device: CpppoPlc) -> AsyncIterator[House]:
    async with house_of(tmp_path / "data", plant(device.port)) as opened:
        yield opened


@pytest.fixture(scope="module")
def running() -> Iterator[CpppoPlc]:
    """One for all tests that do not switch it off: it takes its time to start."""
    server = CpppoPlc()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def driver(running: CpppoPlc) -> AsyncIterator[Driver]:
    spec = load("dovetail.drivers", "ethernetip")
    options = spec.check({"host": "127.0.0.1", "port": running.port, "timeout_s": 10})
    made = spec.open(options, Surroundings(SystemClock()))
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


async def test_the_plant_is_right_and_comes_back_right(house: House, device: CpppoPlc) -> None:
    await until(lambda: row_values(house) == EXPECTED, within_s=60)
    device.stop()
    await until(lambda: {last(house)[f"row{at}"].quality & 0xFF for at in range(len(ROWS))} == {BAD_NOT_CONNECTED},
                within_s=RECOVERS_S)  # fmt: skip
    await asyncio.to_thread(device.start)
    await asyncio.to_thread(fill, device)
    assert await until(lambda: row_values(house) == EXPECTED, within_s=60) <= RECOVERS_S


@pytest.mark.parametrize("point, value, told", [
    (Point(1, "Speed", Kind.F64), 0.375, "get Speed 0"),
    (Point(1, "Word", Kind.F64, 0.1), -12.5, "get Word 0"),
    (Point(1, "Huge", Kind.U64), 2**63 + 5, "get Huge 0"),
    (Point(1, "Running", Kind.BOOL), False, "get Running 0"),
    (Point(1, "Bools[5]", Kind.BOOL), True, "get Bools 5"),
    (Point(1, "Temps[9]", Kind.F64), -3.0, "get Temps 9"),
    (Point(1, "Program:Main.Step", Kind.I64), 5, "get Program:Main.Step 0"),
    (Point(1, "Text", Kind.STR), "Line 8", "get Text 0"),
])  # fmt: skip
async def test_what_is_written_stays(driver: Driver, running: CpppoPlc, point: Point, value: Value, told: str) -> None:
    await driver.write(point, value)
    assert [row[2:] for batch in await driver.read((point,)) for row in batch.rows()] == [(value, GOOD)]
    held = json.loads(running.say(told))
    assert held == (value if point.scale == 1.0 else -125)


@pytest.mark.parametrize("address, why", [
    ("Nope", "0x05 path destination unknown"), ("Temps[10]", "0xFF/0x2105 past the end"),
])  # fmt: skip
async def test_a_refused_write_says_why(driver: Driver, address: str, why: str) -> None:
    with pytest.raises(PointError, match=why):
        await driver.write(Point(1, address, Kind.F64), 1.0)


async def test_three_hundred_tags_in_few_messages(driver: Driver) -> None:
    points = tuple(Point(number, f"N{number}", Kind.I64) for number in range(300))
    for _ in range(2):
        (batch,) = await driver.read(points)
        assert (batch.value == batch.tag).all() and bool(batch.valid.all())
