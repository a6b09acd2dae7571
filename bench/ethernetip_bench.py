"""What reading a Logix controller costs: our driver beside a raw read of the same messages, and pylogix' own.

All read the same two hundred tags of the same virtual controller (another process). The raw client does the least that
can be done: ready-made messages out, answers in, two hundred numbers unpacked. Ours ends in the plant's columns: kind,
scale, quality, time. pylogix is called as its own examples do, with its tags' types already known to it.
"""

from __future__ import annotations

import asyncio
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

from installation import table
from pylogix import PLC

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.drivers.base import Point, Surroundings
from dovetail.drivers.ethernetip import PLUGIN, messages
from dovetail.drivers.ethernetip.address import parse_address
from dovetail.drivers.ethernetip.session import Link

TAGS = 200
NAMES = tuple(f"Line.Motors[{number}].Speed" for number in range(TAGS))
SECONDS = 0.6
ROUNDS = 7
SERVER = f"""
import asyncio
from dovetail.sim.servers.ethernetip import EthernetIpUnitServer
from dovetail.sim.servers.logix import DINT, REAL, Controller, Member, Tag, Template
MOTOR = Template(0x401, 0x5A01, "Motor", 8, (Member("Speed", REAL, 0), Member("Pieces", DINT, 4)))
LINE = Template(0x402, 0x5A02, "Line", {8 * TAGS}, (Member("Motors", MOTOR, 0, {TAGS}),))
async def main():
    server = EthernetIpUnitServer("bench", port=0, controller=Remembering({{"Line": Tag(LINE)}}))
    await server.plug()
    print(server.port, flush=True)
    await asyncio.Event().wait()
class Remembering(Controller):
    '''It answers the same question with the same bytes: what is measured is the client.'''
    known = {{}}
    def answer(self, request, *, room):
        if request not in self.known:
            self.known[request] = super().answer(request, room=room)
        return self.known[request]
asyncio.run(main())
"""

type Cycle = Callable[[], Awaitable[object]]


@asynccontextmanager
async def raw(port: int):
    """The same session and the same messages, in the thread they are sent from; nothing is checked."""
    link = Link(PLUGIN.check({"host": "127.0.0.1", "port": port}), SystemClock())
    await link.open()
    connection = link._connection
    assert connection is not None
    requests = [messages.read(messages.path_of(parse_address(name).path), 1) for name in NAMES]
    halves = [messages.multiple(requests[at : at + 100]) for at in range(0, TAGS, 100)]
    frames = [connection._build_eip_header(half) for half in halves]
    ahead = 50 + 2 + 2 * 100 + 6
    connection.Socket.settimeout(5)

    async def cycle() -> None:
        found: list[float] = []
        for frame in frames:
            connection.Socket.sendall(frame)
            answer = connection.Socket.recv(8_192)
            found += [struct.unpack_from("<f", answer, ahead + 10 * at)[0] for at in range(100)]
        assert len(found) == TAGS

    yield cycle
    await link.close()


@asynccontextmanager
async def ours(port: int):
    driver = PLUGIN.open(PLUGIN.check({"host": "127.0.0.1", "port": port}), Surroundings(SystemClock()))
    await driver.open()
    wanted = tuple(Point(at, name, Kind.F64, 0.1) for at, name in enumerate(NAMES))

    async def cycle() -> None:
        (batch,) = await driver.read(wanted)
        assert len(batch) == TAGS and batch.valid.all()

    yield cycle
    await driver.close()


@asynccontextmanager
async def pylogix(port: int):
    """It blocks, so it is called in this thread."""
    plc = PLC("127.0.0.1", port=port)
    names = list(NAMES)

    async def cycle() -> None:
        found = plc.Read(names)
        assert len([one.Value for one in found if one.Status == "Success"]) == TAGS

    yield cycle
    plc.Close()


async def measure(make: Callable, port: int) -> tuple[float, float]:
    """(values a second, processor µs of the client per 1,000 values)."""
    async with make(port) as cycle:
        await cycle()
        cycles, wall, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - wall < SECONDS:
            await cycle()
            cycles += 1
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return cycles * TAGS / wall, cpu * 1e9 / (cycles * TAGS)


CLIENTS = {"raw, the same messages": raw, "Dovetail's driver": ours, "pylogix Read(list)": pylogix}


def main() -> int:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    runs: dict[str, list[tuple[float, float]]] = {}
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        for _ in range(ROUNDS):
            for name, make in CLIENTS.items():
                runs.setdefault(name, []).append(asyncio.run(measure(make, port)))
    finally:
        server.kill()
        server.communicate()
    rows = []
    for name, found in runs.items():
        # each round's own ratio: the machine is never equally busy twice
        pairs = list(zip(found, runs["pylogix Read(list)"], strict=True))
        ratio = statistics.median(mine[0] / theirs[0] for mine, theirs in pairs)
        cheaper = statistics.median(theirs[1] / mine[1] for mine, theirs in pairs)
        rate, cost = (statistics.median(column) for column in zip(*found, strict=True))
        rows.append((name, f"{rate:,.0f}", f"{ratio:.1f}", f"{cost:,.0f}", f"{cheaper:.1f}"))
    head = (f"{TAGS} tags by name", "values/s", "÷ pylogix", "client µs CPU per 1,000", "pylogix' CPU ÷ its own")
    print(table(head, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
