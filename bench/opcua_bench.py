"""What one value change of an OPC UA subscription costs: our walk into a counting sink, beside asyncua alone.

Both clients listen to the same server one after the other, to each of two: asyncua's and node-opcua's, processes of
their own with 2,000 tags that are changed together, up to 25,000 changes a second. Compared is the processor time of
the client per change. The second table decodes one message of 1,000 changes by hand.
"""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Client, Server, ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary

from dovetail.core.batch import Frame, Kind
from dovetail.core.clock import SystemClock
from dovetail.core.sink import Resumed
from dovetail.demo.run import free_port
from dovetail.drivers.base import Point
from dovetail.drivers.opcua.publish import decode
from dovetail.drivers.opcua.status import quality_of
from dovetail.drivers.values import Table
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint

TAGS = 2_000
PERIODS_S = {"asyncua": 0.4, "node-opcua": 0.08}  # in which all tags change once: more asyncua's server does not bear
REST_S = 0.1  # in which a server that cannot keep up answers its clients all the same
LIMIT_PER_S = 20_000  # at half a core
NODE = Path(__file__).resolve().parents[1] / "tests" / "peers" / "node-opcua"
SECONDS = 6.0
ROUNDS = 3
URI = "urn:dovetail:bench"
logging.getLogger("asyncua").setLevel(logging.CRITICAL)


class Counting:
    """A sink that only counts."""

    def __init__(self) -> None:
        self.samples = 0

    def resume(self, _source: str, _links: Sequence[int]) -> Resumed:
        return Resumed(1, {})

    def put(self, frames: Sequence[Frame]) -> None:
        self.samples += sum(len(frame) for frame in frames)


class CountingHandler:
    """The same for asyncua's subscription."""

    def __init__(self) -> None:
        self.samples = 0

    def datachange_notification(self, _node: object, _value: object, _data: object) -> None:
        self.samples += 1


async def serve() -> None:
    """The PLC: changes all its tags together, so that its own cost per change is small."""
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(URI)
    folder = await server.nodes.objects.add_folder(ua.NodeId("bench", index), "bench")
    nodes = [await folder.add_variable(ua.NodeId(f"t{n}", index), f"t{n}", 0.0) for n in range(TAGS)]
    await server.start()
    print(json.dumps({"port": server.bserver.port}), flush=True)
    value = 0.0
    while True:
        value += 1.0
        due = time.monotonic() + PERIODS_S["asyncua"]
        now = datetime.now(UTC)
        data = ua.DataValue(ua.Variant(value, ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now)
        for node in nodes:
            await server.write_attribute_value(node.nodeid, data)
        await asyncio.sleep(max(REST_S, due - time.monotonic()))


async def measure(counted: Counting | CountingHandler) -> tuple[float, float]:
    """(changes per second, processor µs per change) over a steady stretch."""
    await asyncio.sleep(1.5)
    samples, wall, cpu = counted.samples, time.perf_counter(), time.process_time()
    await asyncio.sleep(SECONDS)
    samples, wall, cpu = counted.samples - samples, time.perf_counter() - wall, time.process_time() - cpu
    return samples / wall, cpu * 1e6 / max(samples, 1)


async def ours(endpoint: str, period_s: float) -> tuple[float, float]:
    """Driver, session, clock choice, good-through, frames, group commit."""
    points = tuple(
        ScanPoint(Point(n, f"nsu={URI};s=t{n}", Kind.F64), interval_ms=round(period_s * 1000)) for n in range(TAGS)
    )
    options = {"endpoint": endpoint, "security": {"policy": "None", "insecure": True}}
    sink = Counting()
    edge = EdgeRuntime([LinkPlan("plc", "opcua", options, TAGS, TAGS + 1, "auto", points)], sink, clock=SystemClock())
    await edge.start()
    try:
        return await measure(sink)
    finally:
        await edge.stop()


async def theirs(endpoint: str, period_s: float) -> tuple[float, float]:
    """asyncua's client and subscription with a handler that only counts."""
    handler = CountingHandler()
    async with Client(endpoint, timeout=30, watchdog_intervall=30) as client:
        index = await client.get_namespace_index(URI)
        subscription = await client.create_subscription(period_s * 1000, handler)
        nodes = [client.get_node(ua.NodeId(f"t{n}", index)) for n in range(TAGS)]
        for start in range(0, TAGS, 500):
            await subscription.subscribe_data_change(nodes[start : start + 500])
        return await measure(handler)


def message(items: int) -> bytes:
    """One publish response of scalar doubles, as a server sends it."""
    now = datetime.now(UTC)
    data = ua.DataValue(ua.Variant(1.5, ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now)
    change = ua.DataChangeNotification(MonitoredItems=[ua.MonitoredItemNotification(n, data) for n in range(items)])
    result = ua.PublishResult(SubscriptionId=1, MoreNotifications=False)
    result.NotificationMessage = ua.NotificationMessage(SequenceNumber=1, NotificationData=[change])
    return struct_to_binary(ua.PublishResponse(Parameters=result))


def decoding() -> None:
    """µs per change of the two decoders, ours with the columns it ends in."""
    body, table = message(1_000), Table([Point(n, "", Kind.F64) for n in range(1_000)], quality_of)

    def timed(job: object) -> float:
        runs = []
        for _ in range(7):
            start = time.process_time()
            for _ in range(10):
                job()  # type: ignore[operator]
            runs.append((time.process_time() - start) * 1e6 / 10_000)
        return statistics.median(runs)

    general = timed(lambda: struct_from_binary(ua.PublishResponse, Buffer(body)))
    short = timed(lambda: decode(Buffer(body)))
    columns = timed(lambda: table.batches(decode(Buffer(body)).rows, received_us=1))
    print("\n| decoding 1,000 changes of one message | µs per change | ratio |\n|---|---:|---:|")
    print(f"| asyncua's general decoder | {general:.2f} | 1.0 |")
    print(f"| ours | {short:.2f} | {general / short:.1f} |")
    print(f"| ours, with kind, scale and quality into columns | {columns:.2f} | {general / columns:.1f} |")


@contextmanager
def server(name: str) -> Iterator[str]:
    """The endpoint of a server, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder:
        commands = {
            "asyncua": [sys.executable, str(Path(__file__)), "serve"],
            "node-opcua": ["node", "many.js", str(free_port()), folder, str(TAGS), str(round(PERIODS_S[name] * 1000))],
        }
        plc = subprocess.Popen(commands[name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=NODE)
        try:
            assert plc.stdout is not None
            said = next(line for line in plc.stdout if line.startswith('{"port"'))
            yield f"opc.tcp://127.0.0.1:{json.loads(said)['port']}/"
        finally:
            plc.terminate()
            plc.wait(10)


def subscriptions(name: str) -> None:
    """The two rows of one server."""
    with server(name) as endpoint:
        period_s = PERIODS_S[name]
        runs = [(asyncio.run(theirs(endpoint, period_s)), asyncio.run(ours(endpoint, period_s))) for _ in range(ROUNDS)]
    base = statistics.median(run[0][1] for run in runs)
    for which, client in enumerate(("asyncua alone", "Dovetail: driver to sink")):
        rate = statistics.median(run[which][0] for run in runs)
        cost = statistics.median(run[which][1] for run in runs)
        print(f"| {name} | {client} | {rate:,.0f} | {cost:.1f} | {base / cost:.1f} | {500_000 / cost:,.0f}/s |")


def main() -> None:
    print("| server, 2,000 tags | client | changes/s taken | client µs CPU per change | ratio | at half a core |")
    print("|---|---|---:|---:|---:|---:|")
    subscriptions("asyncua")
    if (NODE / "node_modules").is_dir():
        subscriptions("node-opcua")
    else:
        print("\nnode-opcua is not installed here: `make peers` installs it.")
    offered = " and ".join(f"{TAGS / period_s:,.0f} by {name}'s server" for name, period_s in PERIODS_S.items())
    print(f"\nOffered, changes/s: {offered}. Limit: {LIMIT_PER_S:,} changes/s for half a core.")
    decoding()


if __name__ == "__main__":
    asyncio.run(serve()) if sys.argv[1:] == ["serve"] else main()
