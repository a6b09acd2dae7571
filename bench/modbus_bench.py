"""What reading a Modbus TCP device costs: our driver beside a raw asyncio client, tmodbus and pymodbus, at each window.

All read the same 5,000 holding registers in 40 requests from the same device, a C program made of libmodbus (another
process, one thread). The raw client does the least that can be done: a frame out, a future, a frame in, 125 numbers
unpacked. Ours ends in the plant's columns: kind, scale, quality, time. The second table is the edge around it.
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
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from installation import table
from pymodbus.client import AsyncModbusTcpClient
from tmodbus.pdu import ReadHoldingRegistersPDU
from tmodbus.transport import AsyncTcpTransport

from dovetail.core.batch import Frame, Kind
from dovetail.core.clock import SystemClock
from dovetail.core.sink import Resumed
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.modbus import PLUGIN
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint

SERVER = Path(__file__).resolve().parents[1] / "tests" / "peers" / "libmodbus" / "server"
REGISTERS, BLOCK = 5_000, 125
STARTS = range(0, REGISTERS, BLOCK)
WINDOWS = (1, 16)
SECONDS = 0.6
ROUNDS = 7
SCAN_MS = 50  # of 5,000 tags: 100,000 samples a second
SCAN_SECONDS = 5.0

type Cycle = Callable[[], Awaitable[object]]
logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


class Raw(asyncio.Protocol):
    """The least that reads registers: no checks but the transaction number."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        self.rest = b""
        self.next = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        at = 0
        while len(data) - at >= 9 and len(data) - at >= (size := 9 + data[at + 8]):
            words = struct.unpack_from(f">{data[at + 8] // 2}H", data, at + 9)
            self.waiting.pop(int.from_bytes(data[at : at + 2], "big")).set_result(words)
            at += size
        self.rest = data[at:]

    def ask(self, start: int, count: int) -> asyncio.Future[tuple[int, ...]]:
        self.next = number = (self.next + 1) & 0xFFFF
        self.waiting[number] = future = asyncio.get_running_loop().create_future()
        self.transport.write(struct.pack(">HHHBBHH", number, 0, 6, 1, 3, start, count))
        return future


async def ahead(window: int, ask: Callable[[int], Awaitable[Sequence[int]]]) -> None:
    """Every block once, with so many requests in flight."""
    left = iter(STARTS)

    async def one_after_the_other() -> None:
        for start in left:
            assert len(await ask(start)) == BLOCK

    if window == 1:
        await one_after_the_other()
    else:
        await asyncio.gather(*(one_after_the_other() for _ in range(window)))


@asynccontextmanager
async def raw(port: int, window: int):
    transport, client = await asyncio.get_running_loop().create_connection(Raw, "127.0.0.1", port)
    yield lambda: ahead(window, lambda start: client.ask(start, BLOCK))
    transport.close()


@asynccontextmanager
async def ours(port: int, window: int):
    options = PLUGIN.check({"host": "127.0.0.1", "port": port, "window": window})
    driver = PLUGIN.open(options, Surroundings(SystemClock()))
    await driver.open()
    points = tuple(Point(at, f"4{at + 1:05}", Kind.F64, 0.1) for at in range(REGISTERS))

    async def cycle() -> None:
        (batch,) = await driver.read(points)
        assert len(batch) == REGISTERS

    yield cycle
    await driver.close()


@asynccontextmanager
async def tmodbus(port: int, window: int):
    transport = AsyncTcpTransport("127.0.0.1", port)
    await transport.open()
    yield lambda: ahead(window, lambda start: transport.send_and_receive(1, ReadHoldingRegistersPDU(start, BLOCK)))
    await transport.close()


@asynccontextmanager
async def pymodbus(port: int, window: int):
    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    assert await client.connect()

    async def ask(start: int) -> Sequence[int]:
        return (await client.read_holding_registers(start, count=BLOCK)).registers

    yield lambda: ahead(window, ask)
    client.close()


CLIENTS = {"raw asyncio": raw, "Dovetail's driver": ours, "tmodbus": tmodbus, "pymodbus": pymodbus}


async def measure(make: Callable, port: int, window: int) -> tuple[float, float]:
    """(registers a second, processor µs of the client per 1,000 registers)."""
    async with make(port, window) as cycle:
        await cycle()
        cycles, wall, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - wall < SECONDS:
            await cycle()
            cycles += 1
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return cycles * REGISTERS / wall, cpu * 1e9 / (cycles * REGISTERS)


class Counting:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.samples = 0

    def resume(self, _source: str, _links: Sequence[int]) -> Resumed:
        return Resumed(1, {})

    def put(self, frames: Sequence[Frame]) -> None:
        self.samples += sum(len(frame) for frame in frames)


async def edge(port: int) -> tuple[float, float, int]:
    """(samples a second, share of a core, polls missed) of driver, session, clock choice, good-through and frames."""
    points = tuple(ScanPoint(Point(at, f"4{at + 1:05}", Kind.F64, 0.1), "poll", SCAN_MS) for at in range(REGISTERS))
    plan = LinkPlan(
        "plc", "modbus", {"host": "127.0.0.1", "port": port, "window": 8}, REGISTERS, REGISTERS + 1, "auto", points
    )
    sink = Counting()
    running = EdgeRuntime([plan], sink, clock=SystemClock())
    await running.start()
    await asyncio.sleep(3.0)
    samples, wall, cpu = sink.samples, time.perf_counter(), time.process_time()
    await asyncio.sleep(SCAN_SECONDS)
    samples, wall, cpu = sink.samples - samples, time.perf_counter() - wall, time.process_time() - cpu
    overruns = running.status()[0].overruns
    await running.stop()
    return samples / wall, cpu / wall, overruns


def main() -> int:
    if not SERVER.exists():
        print("the libmodbus server is not built: make peers", file=sys.stderr)
        return 1
    device = subprocess.Popen([str(SERVER), "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert device.stdout is not None
        port = json.loads(device.stdout.readline())["port"]
        runs: dict[tuple[str, int], list[tuple[float, float]]] = {}
        for _ in range(ROUNDS):
            for window in WINDOWS:
                for name, make in CLIENTS.items():
                    runs.setdefault((name, window), []).append(asyncio.run(measure(make, port, window)))
        rate, share, overruns = asyncio.run(edge(port))
    finally:
        device.kill()
        device.communicate()
    rows = []
    for window in WINDOWS:
        # each round's own ratio: the machine is never equally busy twice
        for name in CLIENTS:
            pairs = zip(runs[name, window], runs["raw asyncio", window], strict=True)
            ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in pairs)
            rates, costs = zip(*runs[name, window], strict=True)
            cost = statistics.median(costs)
            rows.append(
                (f"{name}, window {window}", f"{statistics.median(rates):,.0f}", f"{ratio:.2f}", f"{cost:,.0f}")
            )
    head = ("5,000 holding registers, 40 requests", "registers/s", "÷ raw asyncio", "client µs CPU per 1,000")
    print(table(head, rows))
    print("\nLimit: ours ≥ 0.9 × raw at an equal window. pymodbus keeps one request in flight, whatever it is asked.")
    print(
        "The device is one thread of C, some system calls for each request: much of the time taken here is its own.\n"
    )
    said = (f"{rate:,.0f}", f"{share:.2f}", str(overruns))
    print(
        table(
            (f"edge: 5,000 tags each {SCAN_MS} ms, window 8", "samples/s", "of a core", "polls missed"),
            [("driver to sink", *said)],
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
