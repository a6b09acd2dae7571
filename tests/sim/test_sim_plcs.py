"""The virtual PLCs that serve S7 and EtherNet/IP: what our drivers read of them, what is refused, and the cable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from dovetail.core.batch import Kind, Value
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError, PointError
from dovetail.core.plugins import load
from dovetail.drivers.base import Driver, Point, Surroundings
from dovetail.sim.line import Change, Counts
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.servers.ethernetip import EthernetIpUnitServer
from dovetail.sim.servers.rack import Rack
from dovetail.sim.servers.s7 import PDU, S7UnitServer
from dovetail.sim.servers.tcp import CONNECTIONS_MAX
from dovetail.sim.truth import Status

HELD = Change(5, "labeller", Status(State.HELD, Mode.PRODUCTION, Reason.JAM, True, False), 12.5, Counts(2**32 + 7, 3))
KINDS = (Kind.I64, Kind.I64, Kind.I64, Kind.BOOL, Kind.BOOL, Kind.F64, Kind.U64, Kind.U64)


@dataclass(frozen=True)
class Speech:
    """A protocol that virtual PLCs speak, where a unit's signals stand in it, and how it refuses a write."""

    driver: str
    make: Callable[[], EthernetIpUnitServer | S7UnitServer]
    scheme: str
    addresses: tuple[str, ...]
    refusal: str

    @property
    def points(self) -> list[Point]:
        pairs = zip(self.addresses, KINDS, strict=True)
        return [Point(at, address, kind) for at, (address, kind) in enumerate(pairs, 1)]


S7 = Speech(
    "s7", lambda: S7UnitServer("labeller", port=0), "s7",
    ("DB1.DBW0:int", "DB1.DBW2:int", "DB1.DBW4:int", "DB1.DBX6.0", "DB1.DBX6.1", "DB1.DBD8:real", "DB1.DBD12:udint",
     "DB1.DBD16:udint"),
    "0x03 access denied",
)  # fmt: skip
ETHERNETIP = Speech(
    "ethernetip", lambda: EthernetIpUnitServer("labeller", port=0), "eip",
    ("Status.StateCurrent", "Status.UnitModeCurrent", "Admin.StopReason.ID", "Status.EquipmentInterlock.Starved",
     "Status.EquipmentInterlock.Blocked", "Status.CurMachSpeed", "Admin.ProdProcessedCount[0].AccCount",
     "Admin.ProdDefectiveCount[0].AccCount"),
    "0x0F privilege violation",
)  # fmt: skip


@pytest.fixture(params=[S7, ETHERNETIP], ids=lambda speech: speech.driver)
def speech(request: pytest.FixtureRequest) -> Speech:
    return request.param


@pytest.fixture
async def server(speech: Speech) -> AsyncIterator[EthernetIpUnitServer | S7UnitServer]:
    made = speech.make()
    await made.start(HELD)
    yield made
    await made.stop()


type Connect = Callable[[], Driver]


@pytest.fixture
def client(speech: Speech, server: EthernetIpUnitServer | S7UnitServer) -> Connect:
    """Makes one more client of the PLC."""

    def made() -> Driver:
        spec = load("dovetail.drivers", speech.driver)
        options = spec.check({"host": "127.0.0.1", "port": server.port})
        assert options.where() == server.endpoint
        return spec.open(options, Surroundings(SystemClock()))

    return made


@pytest.fixture
async def driver(client: Connect) -> AsyncIterator[Driver]:
    made = client()
    await made.open()
    yield made
    await made.close()


async def values(driver: Driver, speech: Speech) -> list[Value]:
    rows = [row for batch in await driver.read(speech.points) for row in batch.rows()]
    return [value for _, _, value, _ in sorted(rows)]


async def test_the_signals_are_read_as_their_table_says(driver: Driver, speech: Speech) -> None:
    held = [State.HELD, 1, Reason.JAM, True, False, 12.5, 7, 3]  # the counter has rolled over
    assert await values(driver, speech) == held


async def test_a_change_is_seen(server: EthernetIpUnitServer | S7UnitServer, driver: Driver, speech: Speech) -> None:
    freed = Status(State.EXECUTE, Mode.PRODUCTION, Reason.NONE, False, False)
    await server.publish(Change(6, "labeller", freed, 60.0, Counts(8, 3)))
    assert await values(driver, speech) == [State.EXECUTE, 1, Reason.NONE, False, False, 60.0, 8, 3]


async def test_nothing_can_be_written(driver: Driver, speech: Speech) -> None:
    with pytest.raises(PointError, match=speech.refusal):
        await driver.write(speech.points[0], 5)


@pytest.mark.parametrize("speaks, sent", [
    (S7, b"GET / HTTP/1.1\r\n\r\n"),
    (S7, bytes.fromhex("0300000702F080")),
    (S7, bytes.fromhex("0300001302F080 32010000000100FF0000 04FF")),
    (ETHERNETIP, b"GET / HTTP/1.1\r\n\r\n" + bytes(24)),
    (ETHERNETIP, bytes.fromhex("7000 0400 00000000 00000000 0000000000000000 00000000 00000000")),  # before any session
    (ETHERNETIP, bytes.fromhex("6F00 0200 00000000 00000000 0000000000000000 00000000 0000")),
    (ETHERNETIP, bytes.fromhex("FFFF 0000 00000000 00000000 0000000000000000 00000000")),
])  # fmt: skip
async def test_what_is_of_no_such_protocol_ends_the_connection(speaks: Speech, sent: bytes) -> None:
    server = speaks.make()
    await server.start(HELD)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    await server.stop()


async def test_a_client_too_many_is_turned_away(client: Connect) -> None:
    drivers = [client() for _ in range(CONNECTIONS_MAX)]
    for one in drivers:
        await one.open()
    with pytest.raises(LinkError):
        await client().open()
    for one in drivers:
        await one.close()


async def test_a_pulled_cable_and_the_same_port_again(
    server: EthernetIpUnitServer | S7UnitServer, driver: Driver, client: Connect, speech: Speech
) -> None:
    port = server.port
    await server.unplug()
    with pytest.raises(LinkError):
        await values(driver, speech)
    await server.plug()
    again = client()
    await again.open()
    assert (server.port, (await values(again, speech))[0]) == (port, State.HELD)
    await again.close()


async def test_a_rack_may_hold_one(speech: Speech) -> None:
    rack = Rack({"labeller": 0}, speaks={"labeller": speech.driver}, identities={})
    await rack.start({"labeller": HELD}, None)
    assert rack.endpoints["labeller"].startswith(f"{speech.scheme}://127.0.0.1:")
    await rack.stop()


def test_an_s7_pdu_is_the_smallest_that_controllers_offer() -> None:
    assert PDU == 240
