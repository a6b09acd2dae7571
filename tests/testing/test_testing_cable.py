"""The cable that can be spoiled does to bytes what it says, and is whole again afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from dovetail.testing.chaos import NONE, ChaosProxy, Fault
from dovetail.testing.clock import ManualClock

SOON_S = 0.3  # nothing that is held or swallowed comes by then
PATIENT_S = 20.0


@pytest.fixture
async def cable(clock: ManualClock) -> AsyncIterator[ChaosProxy]:
    """In front of a device that answers what it was asked."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    laid = ChaosProxy(seed=7, clock=clock)
    await laid.lay(server.sockets[0].getsockname()[1])
    yield laid
    await laid.remove()
    server.close()


type Ask = Callable[[bytes], Awaitable[bytes]]


@pytest.fixture
async def ask(cable: ChaosProxy) -> AsyncIterator[Ask]:
    """Ask over one connection; what came back, empty when nothing did soon."""
    reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)

    async def one(question: bytes) -> bytes:
        writer.write(question)
        try:
            return await asyncio.wait_for(reader.read(1000), SOON_S if cable.fault.kind != "none" else PATIENT_S)
        except TimeoutError:
            return b""

    assert await one(b"whole") == b"whole"
    yield one
    writer.close()


async def test_a_pulled_cable_holds_and_a_plugged_one_delivers(cable: ChaosProxy, ask: Ask) -> None:
    await cable.suffer(Fault("pulled"))
    assert await ask(b"held") == b""
    await cable.suffer(NONE)
    assert await ask(b"") == b"held"


async def test_a_half_open_link_swallows_and_is_reset_in_the_end(cable: ChaosProxy, ask: Ask) -> None:
    await cable.suffer(Fault("half-open"))
    assert await ask(b"swallowed") == b""
    await cable.suffer(NONE)
    with pytest.raises(ConnectionError):
        await ask(b"anyone?")


async def test_noise_is_as_long_and_the_same_each_time(cable: ChaosProxy, ask: Ask) -> None:
    await cable.suffer(Fault("garbage"))
    assert await ask(b"number") == bytes.fromhex("38b4e652a7f2")


async def test_half_an_answer_and_then_the_end(cable: ChaosProxy, ask: Ask) -> None:
    await cable.suffer(Fault("truncated"))
    assert await ask(b"abcdef") == b"abc"
    with pytest.raises(ConnectionError):
        await ask(b"")


async def test_a_late_answer_comes_when_its_time_has_come(cable: ChaosProxy, ask: Ask, clock: ManualClock) -> None:
    await cable.suffer(Fault("late", delay_s=8.0))
    assert await ask(b"late") == b""
    await clock.advance(7.9)
    assert await ask(b"") == b""
    await clock.advance(0.1)
    await cable.suffer(NONE)
    assert await ask(b"") == b"late"


async def test_nobody_listens_and_then_somebody_does_on_the_same_port(cable: ChaosProxy, ask: Ask) -> None:
    await cable.suffer(Fault("refused"))
    with pytest.raises(ConnectionError):
        await ask(b"gone")
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", cable.port)
    await cable.suffer(NONE)
    _, writer = await asyncio.open_connection("127.0.0.1", cable.port)
    writer.close()
