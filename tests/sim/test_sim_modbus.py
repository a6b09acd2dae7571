"""The virtual PLCs that speak Modbus: what a plain client reads of them, and what our edge makes of it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from functools import partial
from urllib.parse import urlparse

import pytest

import waiting
from dovetail.core import quality as q
from dovetail.core.batch import Frame, Kind
from dovetail.core.clock import SECOND_US, SystemClock
from dovetail.core.sink import Resumed
from dovetail.drivers.base import Point
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint
from dovetail.sim.line import Change, Counts, Setting
from dovetail.sim.packml import Mode, Reason, State
from dovetail.sim.plant import VirtualPlant
from dovetail.sim.servers.modbus import ModbusUnitServer
from dovetail.sim.servers.tcp import CONNECTIONS_MAX
from dovetail.sim.truth import Status

until = partial(waiting.until, within_s=20.0)

READ_ALL = bytes.fromhex("04 0000 000A")
HELD = Change(5, "labeller", Status(State.HELD, Mode.PRODUCTION, Reason.JAM, True, False), 12.5, Counts(2**32 + 7, 3))
MARK, OFFSET = 900, 901
UNITS = ("filler", "capper", "labeller", "palletiser")
TAGS = {
    "state": Point(1, "30001", Kind.I64),
    "starved": Point(2, "30004.0", Kind.BOOL),
    "speed": Point(3, "30005:float32", Kind.F64),
    "processed": Point(4, "30007:uint32", Kind.U64),
}


@pytest.fixture
async def server() -> AsyncIterator[ModbusUnitServer]:
    made = ModbusUnitServer("labeller", port=0)
    await made.start(HELD)
    yield made
    await made.stop()


async def ask(server: ModbusUnitServer, *pdus: bytes, unit: int = 1) -> list[bytes]:
    """Send requests in one packet; the PDUs that answer them, in order."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    requests = [struct.pack(">HHHB", n, 0, len(pdu) + 1, unit) + pdu for n, pdu in enumerate(pdus)]
    writer.write(b"".join(requests))
    answers: list[bytes] = []
    for n in range(len(pdus)):
        transaction, protocol, length, of = struct.unpack(">HHHB", await reader.readexactly(7))
        assert (transaction, protocol, of) == (n, 0, unit)
        answers.append(await reader.readexactly(length - 1))
    writer.close()
    return answers


async def test_the_register_map_is_read_at_once(server: ModbusUnitServer) -> None:
    (answer,) = await ask(server, READ_ALL)
    assert answer[:2] == bytes((4, 20))
    assert struct.unpack(">4HfII", answer[2:]) == (State.HELD, 1, 11, 0b01, 12.5, 7, 3)  # the counter has rolled over


async def test_every_request_of_a_packet_is_answered(server: ModbusUnitServer) -> None:
    answers = await ask(server, *[READ_ALL] * 20)
    assert len(answers) == 20 and len(set(answers)) == 1


@pytest.mark.parametrize("pdu, unit, answer", [
    ("04 0000 000B", 1, "84 02"),  # past the end
    ("04 000A 0001", 1, "84 02"),
    ("04 0000 0000", 1, "84 03"),
    ("04 0000 007E", 1, "84 03"),
    ("04 00", 1, "84 03"),
    ("03 0000 0001", 1, "83 01"),
    ("06 0000 0001", 1, "86 01"),  # nothing can be written
    ("04 0000 0001", 9, "84 0B"),
])  # fmt: skip
async def test_what_it_does_not_have_is_refused(server: ModbusUnitServer, pdu: str, unit: int, answer: str) -> None:
    assert await ask(server, bytes.fromhex(pdu), unit=unit) == [bytes.fromhex(answer)]


@pytest.mark.parametrize("sent", [b"GET / HTTP/1.1\r\n\r\n", b"\0\1\0\0\0\1\1", b"\0\1\0\0\xff\xff\1\4"])
async def test_what_is_no_modbus_ends_the_connection(server: ModbusUnitServer, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()


async def test_a_client_too_many_is_turned_away(server: ModbusUnitServer) -> None:
    kept = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(CONNECTIONS_MAX)]
    await ask_until_refused(server)
    for _, writer in kept:
        writer.close()


async def ask_until_refused(server: ModbusUnitServer) -> None:
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await ask(server, READ_ALL)


async def test_a_pulled_cable_and_the_same_port_again(server: ModbusUnitServer) -> None:
    port = server.port
    await server.unplug()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
    await server.plug()
    assert server.port == port and len(await ask(server, READ_ALL)) == 1


class Store:
    """A sink in memory."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def resume(self, _source: str, _links: Sequence[int]) -> Resumed:
        return Resumed(1, {})

    def put(self, frames: Sequence[Frame]) -> None:
        self.frames += frames

    def of(self, tag: int) -> list[tuple[int, object, int]]:
        """(ts, value, quality) of a tag, in order."""
        rows = [row for frame in self.frames for batch in frame.batches for row in batch.rows()]
        return [(ts, value, quality) for found, ts, value, quality in rows if found == tag]


async def test_the_edge_sees_the_line_as_it_is() -> None:
    """A jam and its end, polled; pieces never more than were made; BAD without the cable, and good again with it."""
    clock = SystemClock()
    setting = Setting(seed=11, speed=20, order_sizes=(3000, 5000))
    since_us, speaks = clock.now_us() - 20 * SECOND_US, dict.fromkeys(UNITS, "modbus")
    plant = VirtualPlant(setting, clock=clock, ports=(0,) * 4, since_us=since_us, speaks=speaks)  # type: ignore[arg-type]
    await plant.start()
    where = urlparse(plant.endpoints["palletiser"])
    options = {"host": where.hostname, "port": where.port}
    points = tuple(ScanPoint(point, "poll", 50) for point in TAGS.values())
    store = Store()
    edge = EdgeRuntime([LinkPlan("plc", "modbus", options, MARK, OFFSET, "auto", points)], store, clock=clock)
    await edge.start()
    try:
        await until(lambda: len({value for _, value, _ in store.of(4)}) > 3)
        plant.jam("palletiser")
        await until(lambda: State.HELD in [value for _, value, _ in store.of(1)])
        plant.free("palletiser")
        await until(lambda: store.of(1)[-1][1] in (State.EXECUTE, State.SUSPENDED))
        await plant.unplug("palletiser")
        await until(lambda: store.of(1)[-1][2] == q.BAD_NOT_CONNECTED)
        await plant.plug("palletiser")
        await until(lambda: store.of(1)[-1][2] == q.GOOD)
    finally:
        await edge.stop()
        await plant.stop()
    truth = plant.line.truth["palletiser"]
    counts = [(ts, value) for ts, value, quality in store.of(4) if quality == q.GOOD]
    assert [value for _, value in counts] == sorted(value for _, value in counts)  # type: ignore[type-var]
    assert all(value <= truth.counts(0, ts).processed for ts, value in counts)  # type: ignore[operator]
    assert counts[-1][1] > counts[0][1]  # type: ignore[operator]
    legal = {int(state) for state in State}
    assert {value for _, value, quality in store.of(1) if quality == q.GOOD} <= legal
