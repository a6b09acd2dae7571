"""A device that says by mDNS which services it has, asked alone and answered alone; strangers' bytes do no harm."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from dovetail.core import plugins
from dovetail.core.clock import SystemClock
from dovetail.finding.dnswords import PTR, SRV, TXT, Said, question, take
from dovetail.finding.model import Survey
from dovetail.finding.pace import Pace
from dovetail.finding.proposal import proposal
from dovetail.finding.ranges import hosts
from dovetail.finding.survey import WAYS, Manner, survey

HERE = "127.0.0.1"
OPCUA, MQTT, HTTP = "_opcua-tcp._tcp.local", "_mqtt._tcp.local", "_http._tcp.local"


def name(text: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"


def record(owner: str, kind: int, data: bytes) -> bytes:
    return name(owner) + struct.pack(">HHIH", kind, 1, 120, len(data)) + data


def answer(*records: bytes) -> bytes:
    return struct.pack(">6H", 1, 0x8400, 0, len(records), 0, 0) + b"".join(records)


def place(instance: str, port: int) -> bytes:
    return record(instance, SRV, struct.pack(">HHH", 0, 0, port) + name("filler.local"))


FILLER = f"Filler.{OPCUA}"
PATH = record(FILLER, TXT, b"\x0bpath=/Line1\x06caps=x")
WHOLE = answer(record(OPCUA, PTR, name(FILLER)), place(FILLER, 4840), PATH)


class Device(asyncio.DatagramProtocol):
    """Says what it is told to say, first to the first question."""

    def __init__(self, says: list[bytes]) -> None:
        self.says = says
        self.asked: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.asked.append(data)
        if self.says:
            self.transport.sendto(self.says.pop(0), addr)


@asynccontextmanager
async def answering(*says: bytes) -> AsyncIterator[tuple[int, Device]]:
    loop = asyncio.get_running_loop()
    transport, device = await loop.create_datagram_endpoint(lambda: Device(list(says)), local_addr=(HERE, 0))
    try:
        yield transport.get_extra_info("sockname")[1], device
    finally:
        transport.close()


async def look(port: int) -> Survey:
    clock = SystemClock()
    manner = Manner({"mdns": (plugins.load(WAYS, "mdns"), (port,))}, (1,), 0.0, 60.0)
    return await survey(hosts([HERE]), manner, clock=clock, pace=Pace(clock, per_second=1_000, rest_s=0.02))


async def test_an_opc_ua_server_is_found_by_what_it_says() -> None:
    async with answering(WHOLE) as (port, device):
        (one,) = (await look(port)).finds
    assert (one.driver, one.port, one.says) == ("opcua", 4840, "Filler")
    assert one.options == {"url": f"opc.tcp://{HERE}:4840/Line1"}
    assert one.details == ("_opcua-tcp._tcp at filler.local, port 4840",)
    assert len(device.asked) == 1 and "opcua-127-0-0-1" in proposal(one).plant_code


async def test_a_device_that_only_names_its_services_is_asked_where_they_are() -> None:
    broker, page = f"Broker.{MQTT}", f"Panel.{HTTP}"
    names = answer(record(MQTT, PTR, name(broker)), record(HTTP, PTR, name(page)))
    async with answering(names, answer(place(broker, 1883), place(page, 80))) as (port, device):
        found = (await look(port)).finds
    assert {(one.driver, one.port) for one in found} == {("mqtt", 1883), ("http", 80)}
    assert len(device.asked) == 3


@pytest.mark.parametrize("says", [b"", b"\x00" * 11, b"\xff" * 600, WHOLE[:-9], answer(b"\xc0\x0c" + b"\0" * 10)])
async def test_what_is_no_answer_is_silence(says: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.finding.survey.PATIENT", 0.5)  # it has answered at once, and will say nothing more
    async with answering(says) as (port, device):
        found = await look(port)
    assert (found.finds, found.left, len(device.asked)) == ([], [], 1)


async def test_nobody_there_is_nothing_found() -> None:
    async with answering() as (port, _):
        pass
    assert (await look(port)).finds == []


def test_any_bytes_are_read_or_refused() -> None:
    random_ = random.Random(20_260)
    refused = 0
    for _ in range(5_000):
        data = bytearray(random_.choice([WHOLE, question(1, [OPCUA], PTR)]))
        for _ in range(random_.randint(1, 6)):
            data[random_.randrange(len(data))] = random_.randrange(256)
        try:
            take(bytes(data[: random_.randint(1, len(data))]), Said())
        except ValueError:
            refused += 1
    assert refused > 1_000
