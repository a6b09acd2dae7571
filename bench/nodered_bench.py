"""A Modbus device read by Node-RED's Modbus nodes and by Dovetail: how many reads a second, and what one costs.

The same device (a C program made of libmodbus, another process), the same 5,000 holding registers in 40 questions of
125, one question at a time. Node-RED is as it is installed, without its editor, with one flow; its reads end as
messages of numbers at a node that counts them. Ours end in the plant's columns: kind, scale, quality, time; at an
interval with everything that the edge does about a link besides. Node-RED is installed by this benchmark alone.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from installation import table
from modbus_bench import BLOCK, REGISTERS, SERVER, STARTS, Counting, ours

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.drivers.base import Point
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint

NODE_RED = Path(__file__).parent / "nodered"
ROUNDS = 3
SECONDS, SETTLE_S, STARTS_WITHIN_S = 5.0, 3.0, 60.0
INTERVAL_MS = 1_000
READS_ROUND = len(STARTS)


class Cost(NamedTuple):
    """Of one client: reads a second, and its processor µs per read."""

    per_s: float
    cpu_us: float


def install() -> str | None:
    """Node-RED by its lock file, where it is not yet; why not, if it cannot be."""
    if not SERVER.exists():
        return "the libmodbus server is not built: make peers"
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "no Node here"
    if not (NODE_RED / "node_modules" / ".package-lock.json").exists():
        print("installing Node-RED for this benchmark", file=sys.stderr)
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=NODE_RED, check=False
        )
        return "Node-RED could not be installed" if done.returncode else None
    return None


@contextmanager
def device() -> Iterator[int]:
    """The port of the device, for as long as the block lasts."""
    process = subprocess.Popen([str(SERVER), "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["port"]
    finally:
        process.kill()
        process.communicate()


def node_red(port: int, interval_ms: int) -> Cost:
    """Node-RED's nodes: `modbus-read` for each block at the interval, or one getter asked again and again (0)."""
    job = json.dumps({"port": port, "starts": list(STARTS), "block": BLOCK, "interval_ms": interval_ms})
    process = subprocess.Popen(
        ["node", str(NODE_RED / "serve.js"), job], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def told() -> Any:
        process.stdin.write("\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return time.perf_counter(), json.loads(process.stdout.readline())  # type: ignore[union-attr]

    try:
        assert json.loads(process.stdout.readline()) == {"started": True}
        due = time.perf_counter() + STARTS_WITHIN_S
        while told()[1]["reads"] < READS_ROUND and time.perf_counter() < due:
            time.sleep(0.2)
        time.sleep(SETTLE_S)
        began_s, before = told()
        time.sleep(SECONDS)
        ended_s, after = told()
    finally:
        process.stdin.close()
        process.wait(10)
    reads = after["reads"] - before["reads"]
    assert reads
    assert after["registers"] - before["registers"] == reads * BLOCK
    return Cost(reads / (ended_s - began_s), (after["cpu_us"] - before["cpu_us"]) / reads)


async def driver(port: int) -> Cost:
    """Ours as fast as it goes, one question at a time."""
    async with ours(port, 1) as cycle:
        await cycle()
        cycles, wall, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - wall < SECONDS:
            await cycle()
            cycles += 1
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(cycles * READS_ROUND / wall, cpu * 1e6 / (cycles * READS_ROUND))


async def edge(port: int) -> Cost:
    """Ours at the interval: driver, session, clock choice, good-through and frames."""
    points = tuple(ScanPoint(Point(at, f"4{at + 1:05}", Kind.F64, 0.1), "poll", INTERVAL_MS) for at in range(REGISTERS))
    options = {"host": "127.0.0.1", "port": port, "window": 1}
    sink = Counting()
    plan = LinkPlan("plc", "modbus", options, REGISTERS, REGISTERS + 1, "auto", points)
    running = EdgeRuntime([plan], sink, clock=SystemClock())
    await running.start()
    await asyncio.sleep(SETTLE_S)
    samples, wall, cpu = sink.samples, time.perf_counter(), time.process_time()
    await asyncio.sleep(SECONDS)
    reads, wall, cpu = (sink.samples - samples) / BLOCK, time.perf_counter() - wall, time.process_time() - cpu
    await running.stop()
    return Cost(reads / wall, cpu * 1e6 / reads)


def rows(name: str, mine: Sequence[Cost], theirs: Sequence[Cost]) -> list[tuple[str, ...]]:
    """Medians of both, and the medians of each round's own ratios: the machine is never equally busy twice."""
    faster = statistics.median(one.per_s / other.per_s for one, other in zip(mine, theirs, strict=True))
    cheaper = statistics.median(other.cpu_us / one.cpu_us for one, other in zip(mine, theirs, strict=True))
    ratios = (("", ""), (f"{faster:.1f}", f"{cheaper:.1f}"))
    return [
        (
            f"{name}: {who}",
            f"{statistics.median(cost.per_s for cost in costs):,.0f}",
            f"{statistics.median(cost.cpu_us for cost in costs):,.0f}",
            *ratio,
        )
        for who, costs, ratio in zip(("Node-RED", "Dovetail"), (theirs, mine), ratios, strict=True)
    ]


def main() -> int:
    """Print the table."""
    if (missing := install()) is not None:
        print(missing, file=sys.stderr)
        return 1
    fast: list[tuple[Cost, Cost]] = []
    paced: list[tuple[Cost, Cost]] = []
    with device() as port:
        for _ in range(ROUNDS):
            fast.append((asyncio.run(driver(port)), node_red(port, 0)))
            paced.append((asyncio.run(edge(port)), node_red(port, INTERVAL_MS)))
    head = ("125 registers a read", "reads/s", "µs CPU per read", "× as many", "× as cheap")
    every = f"{READS_ROUND} reads each {INTERVAL_MS / 1000:g} s"
    print(table(head, [*rows("as fast as it goes", *zip(*fast, strict=True)), *rows(every, *zip(*paced, strict=True))]))
    print("\nOne question at a time. Node-RED's nodes wait 1 ms at least before each question.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
