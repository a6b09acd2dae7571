"""The virtual PLCs that speak EtherNet/IP: what our driver and pylogix read of them, what is refused, and the cable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pylogix import PLC

from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.sim.line import Change, Counts
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.ethernetip import EthernetIpUnitServer
from dovetail.sim.servers.logix import BOOL, DINT, DWORD, INT, LINT, REAL, STRING, Controller, Member, Tag, Template
from dovetail.sim.servers.rack import Rack
from dovetail.sim.servers.tcp import CONNECTIONS_MAX
from dovetail.sim.truth import Status

HELD = Change(5, "labeller", Status(State.HELD, Mode.PRODUCTION, Reason.JAM, True, False), 12.5, Counts(2**32 + 7, 3))
POINTS = (
    Point(1, "Status.StateCurrent", Kind.I64), Point(2, "Status.UnitModeCurrent", Kind.I64),
    Point(3, "Admin.StopReason.ID", Kind.I64), Point(4, "Status.EquipmentInterlock.Starved", Kind.BOOL),
    Point(5, "Status.EquipmentInterlock.Blocked", Kind.BOOL), Point(6, "Status.CurMachSpeed", Kind.F64),
    Point(7, "Admin.ProdProcessedCount[0].AccCount", Kind.U64),
    Point(8, "Admin.ProdDefectiveCount[0].AccCount", Kind.U64),
)  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[EthernetIpUnitServer]:
    made = EthernetIpUnitServer("labeller", port=0)
    await made.start(HELD)
    yield made
    await made.stop()


def driver_of(server: EthernetIpUnitServer) -> Driver:
    spec = load("dovetail.drivers", "ethernetip")
    options = spec.check({"host": "127.0.0.1", "port": server.port})
    assert options.where() == server.endpoint
    return spec.open(options, Surroundings(SystemClock()))


@pytest.fixture
async def driver(server: EthernetIpUnitServer) -> AsyncIterator[Driver]:
    made = driver_of(server)
    await made.open()
    yield made
    await made.close()


async def values(driver: Driver) -> list[Value]:
    rows = [row for batch in await driver.read(POINTS) for row in batch.rows()]
    return [value for _, _, value, _ in sorted(rows)]


async def test_the_tags_are_read_as_their_table_says(driver: Driver) -> None:
    assert await values(driver) == [State.HELD, 1, Reason.JAM, True, False, 12.5, 7, 3]  # the counter has rolled over


async def test_a_change_is_seen(server: EthernetIpUnitServer, driver: Driver) -> None:
    freed = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, False, False)
    await server.publish(Change(6, "labeller", freed, 60.0, Counts(8, 3)))
    assert await values(driver) == [State.EXECUTE, 1, Reason.NONE, False, False, 60.0, 8, 3]


async def test_nothing_can_be_written(driver: Driver) -> None:
    with pytest.raises(PointError, match="0x0F privilege violation"):
        await driver.write(POINTS[0], 5)


@pytest.mark.parametrize("sent", [
    b"GET / HTTP/1.1\r\n\r\n" + bytes(24),
    bytes.fromhex("7000 0400 00000000 00000000 0000000000000000 00000000 00000000"),  # before any session
    bytes.fromhex("6F00 0200 00000000 00000000 0000000000000000 00000000 0000"),
    bytes.fromhex("FFFF 0000 00000000 00000000 0000000000000000 00000000"),
])  # fmt: skip
async def test_what_is_no_ethernetip_ends_the_connection(server: EthernetIpUnitServer, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()


async def test_a_client_too_many_is_turned_away(server: EthernetIpUnitServer) -> None:
    drivers = [driver_of(server) for _ in range(CONNECTIONS_MAX)]
    for one in drivers:
        await one.open()
    with pytest.raises(LinkError):
        await driver_of(server).open()
    for one in drivers:
        await one.close()


async def test_a_pulled_cable_and_the_same_port_again(server: EthernetIpUnitServer, driver: Driver) -> None:
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
    rack = Rack({"labeller": 0}, speaks={"labeller": "ethernetip"}, identities={})
    await rack.start({"labeller": HELD}, None)
    assert rack.endpoints["labeller"].startswith("eip://127.0.0.1:")
    await rack.stop()


# --- pylogix, which is not ours, as the client --------------------------------------------------------------------

MOTOR = Template(
    0x401, 0x5A01, "Motor", 16,
    (
        Member("ZZZZZZZZZZMotor0", 0xC2, 0), Member("Run", BOOL, 0, bit=0), Member("Speed", REAL, 4),
        Member("Codes", INT, 8, 3),
    ),
)  # fmt: skip


@pytest.fixture
async def logix() -> AsyncIterator[EthernetIpUnitServer]:
    tags = {
        "Speed": Tag(REAL), "Pieces": Tag(DINT), "Running": Tag(BOOL), "Name": Tag(STRING), "Long": Tag(LINT),
        "Temps": Tag(REAL, (10,)), "Bits": Tag(DWORD, (2,)), "Matrix": Tag(INT, (2, 3)), "Motors": Tag(MOTOR, (4,)),
        "Big": Tag(DINT, (2_000,)), "Program:Main.Step": Tag(DINT),
    }  # fmt: skip
    made = EthernetIpUnitServer("logix", port=0, controller=Controller(tags))
    await made.plug()
    yield made
    await made.stop()


async def with_pylogix[T](server: EthernetIpUnitServer, work: Callable[[PLC], T], **options: Any) -> T:
    def in_thread() -> T:
        plc = PLC("127.0.0.1", port=server.port, **options)
        plc.conn.Socket.close()  # which it makes for nothing
        plc.conn.msg_socket.close()
        with plc:
            return work(plc)

    return await asyncio.to_thread(in_thread)


@pytest.mark.parametrize("name, value", [
    ("Speed", 1.5), ("Pieces", -7), ("Running", True), ("Name", "Line 7"), ("Long", -(2**62)), ("Temps[9]", 2.5),
    ("Bits[40]", True), ("Pieces.5", True), ("Matrix[1,2]", -3), ("Motors[3].Speed", 4.5), ("Motors[3].Run", True),
    ("Motors[3].Codes[2]", 9), ("Program:Main.Step", 12),
])  # fmt: skip
async def test_pylogix_writes_and_reads_back(logix: EthernetIpUnitServer, name: str, value: Any) -> None:
    def work(plc: PLC) -> tuple[str, Any, list[Any]]:
        written = plc.Write(name, value)
        return written.Status, plc.Read(name).Value, [one.Value for one in plc.Read([name, "Pieces", name])][::2]

    assert await with_pylogix(logix, work) == ("Success", value, [value, value])


@pytest.mark.parametrize("name, status", [
    ("Nope", "Path destination unknown"), ("Motors[0].Nope", "Path destination unknown"),
])  # fmt: skip
async def test_pylogix_is_refused(logix: EthernetIpUnitServer, name: str, status: str) -> None:
    assert (await with_pylogix(logix, lambda plc: plc.Read(name))).Status == status


@pytest.mark.parametrize("size", [4_002, 504])
async def test_pylogix_reads_a_long_array_in_pieces(logix: EthernetIpUnitServer, size: int) -> None:
    logix.size_max = size
    logix.controller.set("Big[1999]", 5)
    found = await with_pylogix(logix, lambda plc: plc.Read("Big", 2_000))
    assert found.Value == [*[0] * 1_999, 5]


@pytest.mark.parametrize("size", [4_002, 504])
async def test_pylogix_lists_the_tags(logix: EthernetIpUnitServer, size: int) -> None:
    logix.size_max = size
    found = await with_pylogix(logix, lambda plc: plc.GetTagList())
    assert {tag.TagName: tag.DataType for tag in found.Value} == {
        "Speed": "REAL", "Pieces": "DINT", "Running": "BOOL", "Name": "STRING", "Long": "LINT", "Temps": "REAL",
        "Bits": "DWORD", "Matrix": "INT", "Motors": "Motor", "Big": "DINT", "Program:Main": "",
        "Program:Main.Step": "DINT",
    }  # fmt: skip
    (motors,) = [tag for tag in found.Value if tag.TagName == "Motors"]
    assert motors.Size == 4


async def test_pylogix_asks_who_it_is(logix: EthernetIpUnitServer) -> None:
    found = await with_pylogix(logix, lambda plc: plc.GetDeviceProperties().Value)
    assert (found.ProductName, found.Revision, found.VendorID) == ("Dovetail virtual controller", "32.11", 1)
