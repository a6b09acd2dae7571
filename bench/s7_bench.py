"""What reading an S7 controller costs: our driver beside a raw read of one message, and python-snap7's own.

All read the same twenty values in twenty places of one data block from the same controller, Snap7's C server (another
process). The raw client does the least that can be done: one ready-made message out, one in, twenty floats unpacked.
Ours ends in the plant's columns: kind, scale, quality, time. Raw and ours take turns, read by read, and the read
counts that only one in twenty was faster than: on a busy machine all others measure the machine. The second table is a
whole block of many values.
"""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from installation import table
from snap7.client import Client
from snap7.type import Area

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.s7 import PLUGIN, frames
from dovetail.drivers.s7.address import Memory

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "peers" / "snap7"
PYTHON = FOLDER / "env" / "bin" / "python"
PLACES = tuple(range(0, 4_000, 200))  # too far from each other to be one item
WORDS = 10_000
PDU = 480
TURNS = 2_000
SECONDS = 0.6
ROUNDS = 7

type Cycle = Callable[[], Awaitable[object]]
logging.disable(logging.WARNING)


class Raw(asyncio.Protocol):
    """The least that reads twenty values: no checks at all."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.waiting: asyncio.Future[bytes] | None = None

    def data_received(self, data: bytes) -> None:
        assert self.waiting is not None
        self.waiting.set_result(data)

    def ask(self, message: bytes) -> asyncio.Future[bytes]:
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(message)
        return self.waiting


@asynccontextmanager
async def raw(port: int):
    transport, client = await asyncio.get_running_loop().create_connection(Raw, "127.0.0.1", port)
    await client.ask(frames.connect_request(b"\x01\x00", b"\x02\x01"))
    await client.ask(frames.message(0, frames.setup(1, PDU)))
    items = [frames.item(Memory("DB", 1), at, 4) for at in PLACES]
    message = frames.message(1, frames.read_request(items))

    async def cycle() -> None:
        answer = await client.ask(message)
        assert len([struct.unpack_from(">f", answer, 25 + 8 * at)[0] for at in range(len(PLACES))]) == len(PLACES)

    yield cycle
    transport.close()


@asynccontextmanager
async def ours(port: int, points: Sequence[Point] | None = None):
    options = PLUGIN.check({"host": "127.0.0.1", "port": port, "pdu": PDU})
    driver = PLUGIN.open(options, Surroundings(SystemClock()))
    await driver.open()
    wanted = points or tuple(Point(at, f"DB1.DBD{place}:real", Kind.F64, 0.1) for at, place in enumerate(PLACES))

    async def cycle() -> None:
        (batch,) = await driver.read(wanted)
        assert len(batch) == len(wanted) and batch.valid.all()

    yield cycle
    await driver.close()


@asynccontextmanager
async def snap7(port: int):
    """Its client blocks, so it is called in this thread, as its own examples do."""
    client = Client()
    client.connect("127.0.0.1", 0, 1, port)
    items = [{"area": Area.DB, "db_number": 1, "start": place, "size": 4} for place in PLACES]

    async def cycle() -> None:
        _, found = client.read_multi_vars(items)
        assert len([struct.unpack(">f", data)[0] for data in found]) == len(PLACES)

    yield cycle
    client.disconnect()


@asynccontextmanager
async def ours_block(port: int):
    async with ours(port, tuple(Point(at, f"DB3.DBW{2 * at}", Kind.F64, 0.1) for at in range(WORDS))) as cycle:
        yield cycle


async def in_turn(makes: Mapping[str, Callable], port: int) -> dict[str, tuple[float, float]]:
    """(µs a read takes, of them the processor's) by client, undisturbed."""
    async with AsyncExitStack() as opened:
        cycles = {name: await opened.enter_async_context(make(port)) for name, make in makes.items()}
        took: dict[str, list[tuple[float, float]]] = {name: [] for name in cycles}
        for _ in range(TURNS):
            for name, cycle in cycles.items():
                wall, cpu = time.perf_counter(), time.thread_time()
                await cycle()
                took[name].append((time.perf_counter() - wall, time.thread_time() - cpu))
    return {
        name: tuple(sorted(one)[TURNS // 20] * 1e6 for one in zip(*found, strict=True)) for name, found in took.items()
    }


async def measure(make: Callable, port: int, values: int) -> tuple[float, float]:
    """(values a second, processor µs of the client per 1,000 values)."""
    async with make(port) as cycle:
        await cycle()
        cycles, wall, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - wall < SECONDS:
            await cycle()
            cycles += 1
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return cycles * values / wall, cpu * 1e9 / (cycles * values)


@contextmanager
def controller() -> Iterator[int]:
    """Snap7's C server; its port."""
    command = [str(PYTHON), str(FOLDER / "server.py"), "0", str(PDU)]
    device = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert device.stdout is not None
        yield json.loads(device.stdout.readline())["port"]
    finally:
        device.kill()
        device.communicate()


RAW = "raw, one message"
PAIR = {RAW: raw, "Dovetail's driver": ours}
BESIDE = {"python-snap7 read_multi_vars": snap7}


def main() -> int:
    if not PYTHON.exists():
        print("Snap7's server is not installed: make peers", file=sys.stderr)
        return 1
    with controller() as port:
        reads = asyncio.run(in_turn(PAIR, port)) | asyncio.run(in_turn(BESIDE, port))
        many = [asyncio.run(measure(ours_block, port, WORDS)) for _ in range(ROUNDS)]
    raw_us, _ = reads[RAW]
    rows = [
        (name, f"{wall:,.0f}", f"{len(PLACES) / wall * 1e6:,.0f}", f"{raw_us / wall:.2f}", f"{cpu:,.0f}")
        for name, (wall, cpu) in reads.items()
    ]
    print(table(("20 values in 20 places", "a read, µs", "values/s", "÷ raw", "client's processor, µs"), rows))
    print("\nLimit: ours ≥ 0.5 × raw. python-snap7 asks for one item after the other.\n")
    rate, cost = (statistics.median(column) for column in zip(*many, strict=True))
    said = ("Dovetail's driver", f"{rate:,.0f}", f"{cost:,.0f}")
    print(
        table((f"{WORDS:,} words of one block, messages of {PDU} bytes", "values/s", "client µs CPU per 1,000"), [said])
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
