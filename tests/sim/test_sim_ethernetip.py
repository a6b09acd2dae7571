"""The virtual Logix controller with pylogix, which is not ours, as its client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pylogix import PLC

from dovetail.sim.servers.ethernetip import EthernetIpUnitServer
from dovetail.sim.servers.logix import BOOL, DINT, DWORD, INT, LINT, REAL, STRING, Controller, Member, Tag, Template

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
