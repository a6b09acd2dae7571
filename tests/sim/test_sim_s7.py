"""The virtual PLCs that speak S7: what our driver reads of them, what a plain client is refused, and the cable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.sim.line import Change, Counts
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.rack import Rack
from dovetail.sim.servers.s7 import PDU, S7UnitServer
from dovetail.sim.servers.tcp import CONNECTIONS_MAX
from dovetail.sim.truth import Status

HELD = Change(5, "labeller", Status(State.HELD, Mode.PRODUCTION, Reason.JAM, True, False), 12.5, Counts(2**32 + 7, 3))
POINTS = (
    Point(1, "DB1.DBW0:int", Kind.I64), Point(2, "DB1.DBW2:int", Kind.I64), Point(3, "DB1.DBW4:int", Kind.I64),
    Point(4, "DB1.DBX6.0", Kind.BOOL), Point(5, "DB1.DBX6.1", Kind.BOOL), Point(6, "DB1.DBD8:real", Kind.F64),
    Point(7, "DB1.DBD12:udint", Kind.U64), Point(8, "DB1.DBD16:udint", Kind.U64),
)  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[S7UnitServer]:
    made = S7UnitServer("labeller", port=0)
    await made.start(HELD)
    yield made
    await made.stop()


def driver_of(server: S7UnitServer) -> Driver:
    spec = load("dovetail.drivers", "s7")
    options = spec.check({"host": "127.0.0.1", "port": server.port})
    assert options.where() == server.endpoint
    return spec.open(options, Surroundings(SystemClock()))


@pytest.fixture
async def driver(server: S7UnitServer) -> AsyncIterator[Driver]:
    made = driver_of(server)
    await made.open()
    yield made
    await made.close()


async def values(driver: Driver) -> list[Value]:
    rows = [row for batch in await driver.read(POINTS) for row in batch.rows()]
    return [value for _, _, value, _ in sorted(rows)]


async def test_the_block_is_read_as_its_map_says(driver: Driver) -> None:
    assert await values(driver) == [State.HELD, 1, Reason.JAM, True, False, 12.5, 7, 3]  # the counter has rolled over


async def test_a_change_is_seen(server: S7UnitServer, driver: Driver) -> None:
    freed = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, False, False)
    await server.publish(Change(6, "labeller", freed, 60.0, Counts(8, 3)))
    assert await values(driver) == [State.EXECUTE, 1, Reason.NONE, False, False, 60.0, 8, 3]


async def test_nothing_can_be_written(driver: Driver) -> None:
    with pytest.raises(PointError, match="0x03 access denied"):
        await driver.write(Point(1, "DB1.DBW0:int", Kind.I64), 5)


@pytest.mark.parametrize("sent", [
    b"GET / HTTP/1.1\r\n\r\n",
    bytes.fromhex("0300000702F080"),
    bytes.fromhex("0300001302F080 32010000000100FF0000 04FF"),
])  # fmt: skip
async def test_what_is_no_s7_ends_the_connection(server: S7UnitServer, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()


async def test_a_client_too_many_is_turned_away(server: S7UnitServer) -> None:
    drivers = [driver_of(server) for _ in range(CONNECTIONS_MAX)]
    for one in drivers:
        await one.open()
    with pytest.raises(LinkError):
        await driver_of(server).open()
    for one in drivers:
        await one.close()


async def test_a_pulled_cable_and_the_same_port_again(server: S7UnitServer, driver: Driver) -> None:
    port = server.port
    await server.unplug()
    with pytest.raises(LinkError):
        await values(driver)
    await server.plug()
    again = driver_of(server)
    await again.open()
    assert (server.port, (await values(again))[0]) == (port, State.HELD)
    await again.close()


async def test_a_rack_may_hold_one() -> None:
    rack = Rack({"labeller": 0}, speaks={"labeller": "s7"}, identities={})
    await rack.start({"labeller": HELD}, None)
    assert rack.endpoints["labeller"].startswith("s7://127.0.0.1:") and PDU == 240
    await rack.stop()
