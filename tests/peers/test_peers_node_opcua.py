"""node-opcua as the PLC: every data type comes right, and a server that numbers its nodes anew is found by name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from node_plc import NodePlc
from peers_world import house_of, last_of, until

from dovetail.app.bootstrap import House
from dovetail.core.batch import Value
from dovetail.core.clock import HOUR_US
from dovetail.core.quality import BAD_NOT_CONNECTED, GOOD, UNCERTAIN_RANGE
from dovetail.historian.model import Sample

pytestmark = pytest.mark.peers

RECOVERS_S = 10.0  # what the plant is promised (DESIGN: recover ≤ 10 s)

# name on the server, kind here, value expected, quality expected
TYPES: list[tuple[str, str, Value, int]] = [
    ("Bool", "bool", True, GOOD),
    ("SByte", "i64", -128, GOOD),
    ("Byte", "u64", 255, GOOD),
    ("Int16", "i64", -32_768, GOOD),
    ("UInt16", "u64", 65_535, GOOD),
    ("Int32", "i64", -2_147_483_648, GOOD),
    ("UInt32", "u64", 4_294_967_295, GOOD),
    ("Int64", "i64", -(1 << 63), GOOD),
    ("UInt64", "u64", (1 << 64) - 1, GOOD),
    ("Float", "f64", pytest.approx(0.1, rel=1e-7), GOOD),
    ("Double", "f64", 1e308, GOOD),
    ("NaN", "f64", pytest.approx(float("nan"), nan_ok=True), UNCERTAIN_RANGE),
    ("Infinite", "f64", float("inf"), UNCERTAIN_RANGE),
    ("String", "str", "žluťoučký kůň", GOOD),
    ("Empty", "str", "", GOOD),
    ("Bytes", "json", '"00ff10"', GOOD),
    ("Moment", "i64", 1_774_747_800_000_000, GOOD),  # µs since 1970
    ("Ints", "json", "[1,-2,2147483647]", GOOD),
    ("Words", "json", '["a","ž"]', GOOD),
    ("Flags", "json", "[true,false]", GOOD),
]
PLANT = """
plant: {{format: 1, name: Peer}}
equipment:
  acme: {{level: Enterprise, timezone: UTC}}
  acme/site: {{level: Site}}
  acme/site/hall: {{level: Area}}
  acme/site/hall/machine:
    level: WorkUnit
    tags:
{tags}
    states: {{packml: {{state: state, mode: mode}}}}
    counters: {{total: {{tag: total, modulus: 4294967296, max_rate_upm: 6000}}}}
connections:
  plc: {{driver: opcua, options: {{endpoint: "{endpoint}", security: {{policy: "None", insecure: true}}}}}}
"""


def plant(endpoint: str) -> dict[str, bytes]:
    """Every variable of the server as a tag, addressed by browse names."""
    own = [("State", "i64"), ("Mode", "i64"), ("Total", "u64")]
    named = [*own, *((name, kind) for name, kind, _, _ in TYPES)]
    tags = "\n".join(
        f'      {name.lower()}: {{connection: plc, address: "nsu=urn:peer:plc;path=Machine/{name}", kind: {kind}}}'
        for name, kind in named
    )
    return {"plant.yaml": PLANT.format(endpoint=endpoint, tags=tags).encode()}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one server, whenever it starts: to make its keys takes the processor a second."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def plc(keys: Path) -> Iterator[NodePlc]:
    server = NodePlc(keys)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def house(tmp_path: Path, plc: NodePlc) -> AsyncIterator[House]:
    async with house_of(tmp_path / "data", plant(plc.endpoint)) as opened:
        yield opened


def last(house: House) -> dict[str, Sample]:
    """The newest sample of each tag of the machine, by its name."""
    return last_of(house, "acme/site/hall/machine")


async def test_every_data_type_comes_right(house: House) -> None:
    def connected() -> bool:
        seen = last(house).values()
        return len(seen) >= len(TYPES) + 3 and BAD_NOT_CONNECTED not in {sample.quality for sample in seen}

    await until(connected, within_s=20)
    came = last(house)
    assert {name: (came[name.lower()].value, came[name.lower()].quality & 0xFF) for name, *_ in TYPES} == {
        name: (value, quality) for name, _, value, quality in TYPES
    }


async def test_a_server_that_numbers_its_nodes_anew_is_found_again_by_their_names(house: House, plc: NodePlc) -> None:
    unit = house.rooms.equipment.plant().by_path("acme/site/hall/machine").id

    def shows(**wanted: Value) -> Callable[[], bool]:
        return lambda: {name: last(house)[name].value for name in wanted if name in last(house)} == wanted

    def pieces() -> int:
        now_us = house.clock.now_us()
        with house.database.read() as reading:
            held = house.rooms.states.counts(reading, unit, now_us - HOUR_US, now_us + HOUR_US, scope=house.scope)
        return sum(count.quantity for count in (*held, *house.rooms.states.tail(unit, scope=house.scope).counts))

    await until(shows(state=6, total=100), within_s=20)
    plc.stop()
    await until(shows(state=None, total=None), within_s=RECOVERS_S)  # silence is said, not shown as idle
    await asyncio.to_thread(plc.start, first_id=5_000)
    plc.set(State=11, Total=107)
    took_s = await until(shows(state=11, total=107, mode=1), within_s=60)
    assert took_s <= RECOVERS_S

    def states() -> list[str]:
        now_us = house.clock.now_us()
        with house.database.read() as reading:
            records = house.rooms.states.records(reading, unit, now_us - HOUR_US, now_us, scope=house.scope)
        return [record.state for record in (*records, *house.rooms.states.tail(unit, scope=house.scope).records)]

    await until(lambda: pieces() == 7, within_s=20)
    await until(lambda: states()[-1] == "Held", within_s=20)  # on a busy machine a link's proof of life is late
    assert "NO_DATA" in states()
    assert "UNKNOWN" not in states(), "the value of another node was never taken for the state"
