"""What Sparkplug data costs: the driver beside protobuf alone, and the whole walk to what the historian has committed.

The first table decodes prepared bytes in this process, messages of a steady node by alias: 100 metrics as of one
machine, 500, and 5,000 as of a line's gateway; then what is harder, whole numbers of differing widths among them, and
messages that come one by one. In the second a stand-in for a broker, in a process of its own, sends as
fast as it is told to.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from installation import table

from dovetail.app.bootstrap import open_house
from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.sparkplug.host import Host
from dovetail.drivers.sparkplug.node import Patience
from dovetail.mqtt import packets as p
from dovetail.mqtt.sparkplug import DataType, Payload
from dovetail.ownership.settings import Settings

METRICS, PER_MESSAGE = 2_000, 500  # of the walk
CHUNK = 65_536  # bytes that a socket brings at once
CASES = (  # name, metrics of a message, bytes that come together, whether every other one is a whole number
    ("100", 100, CHUNK, False),
    ("500", 500, CHUNK, False),
    ("5,000", 5_000, CHUNK, False),
    ("100, every other a whole number", 100, CHUNK, True),
    ("100, each message by itself", 100, 0, False),
)
WHOLE = (3, 300, 70_000, 9_000_000)  # one to four bytes each
DECODED = 100_000  # metrics of a round
ROUNDS = 7
OFFERED = (100_000, 150_000, 1_200_000)  # metrics/s; the last is more than can be kept: the sender has to wait
WARM_S, RUN_S = 4.0, 10.0


# --- decode -------------------------------------------------------------------------------------------------------


def value(n: int, *, mixed: bool) -> dict[str, float | int]:
    """What metric n says, in the field of its type."""
    return {"int_value": WHOLE[n // 2 % len(WHOLE)]} if mixed and n % 2 else {"double_value": float(n)}


def birth(metrics: int, *, mixed: bool = False) -> bytes:
    """Metrics of one device-less node, each with an alias."""
    payload = Payload(timestamp=time.time_ns() // 1_000_000, seq=0)
    for n in range(metrics):
        datatype = DataType.Int32 if mixed and n % 2 else DataType.Double
        payload.metrics.add(name=f"Line/Machine{n}/Speed", alias=n, datatype=datatype, **value(n, mixed=mixed))
    return payload.SerializeToString()


def data(seq: int, first: int, count: int, metrics: int, *, mixed: bool) -> bytes:
    """Metrics by alias, each with its time."""
    now_ms = time.time_ns() // 1_000_000
    payload = Payload(timestamp=now_ms, seq=seq)
    for n in range(first, first + count):
        alias = n % metrics
        payload.metrics.add(alias=alias, timestamp=now_ms - n % 7, **value(n, mixed=mixed))
    return payload.SerializeToString()


def upb(messages: list[bytes]) -> int:
    """protobuf alone: parsed, and nothing looked at."""
    done = 0
    for message in messages:
        payload = Payload()
        payload.ParseFromString(message)
        done += len(payload.metrics)
    return done


def host(metrics: int, together_bytes: int, *, mixed: bool) -> Callable[[list[bytes]], int]:
    """The driver's own way from messages to batches: order, aliases, types, qualities, times."""
    made = Host(Patience())
    points = [Point(n, f"g/e:Line/Machine{n}/Speed", Kind.F64) for n in range(metrics)]
    made.add(points, "reported", time.time_ns() // 1000)

    def way(messages: list[bytes]) -> int:
        made.take([(b"spBv1.0/g/NBIRTH/e", birth(metrics, mixed=mixed), 0, 0)], time.time_ns() // 1000)
        came = [(b"spBv1.0/g/NDATA/e", message, 0, 0) for message in messages]
        made.take(came[:1], time.time_ns() // 1000)  # after a birth the first is learnt from
        together = max(1, together_bytes // len(messages[0]))
        done, began = 0, time.process_time()
        for at in range(1, len(came), together):
            news = made.take(came[at : at + together], time.time_ns() // 1000)
            done += sum(len(batch) for batch in news.now)
        assert done == DECODED - DECODED // len(messages)
        return round(done / (time.process_time() - began))

    return way


def rate(way: Callable[[list[bytes]], int], given: list[bytes]) -> float:
    began = time.process_time()
    return way(given) / (time.process_time() - began)


def decoded() -> list[tuple[str, ...]]:
    """A row for each case."""
    rows: list[tuple[str, ...]] = []
    for name, size, together_bytes, mixed in CASES:
        metrics = max(METRICS, size)
        messages = [data((1 + n) % 256, n * size, size, metrics, mixed=mixed) for n in range(DECODED // size)]
        mine = host(metrics, together_bytes, mixed=mixed)
        gc.collect()
        gc.freeze()  # as a started server does: what stays is not looked over again
        pairs = [(mine(messages), rate(upb, messages)) for _ in range(ROUNDS)]
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        share = statistics.median(one / other for one, other in pairs)
        rows.append((name, f"{theirs:,.0f}", f"{ours:,.0f}", f"{share:.2f}"))
    return rows


# --- the walk -----------------------------------------------------------------------------------------------------


async def stand_in(offered: int) -> None:
    """Welcomes a client, grants what it asks, is born when asked, and sends data at a pace."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        version: p.Version = 4
        born = False
        began, sent = 0.0, 0

        async def send() -> None:
            nonlocal began, sent
            bodies = [_without_time(seq) for seq in range(256)]
            began = time.monotonic()
            while True:
                due = int((time.monotonic() - began) * offered / PER_MESSAGE)
                while sent < due:
                    sent += 1
                    stamp = b"\x08" + p_varint(time.time_ns() // 1_000_000)
                    writer.write(p.publish("spBv1.0/g/NDATA/e", bodies[sent % 256] + stamp, version=version))
                    await writer.drain()
                await asyncio.sleep(0.005)

        sending: asyncio.Task[None] | None = None
        while True:
            head = (await reader.readexactly(1))[0]
            length, shift = 0, 0
            while True:
                byte = (await reader.readexactly(1))[0]
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            body = await reader.readexactly(length)
            kind = head & 0xF0
            if kind == p.CONNECT:
                writer.write(p.connack(p.Welcome(0), version))
            elif kind == p.SUBSCRIBE:
                number, filters = p.read_subscribe(p.Body(body), version)
                writer.write(p.suback(number, [0] * len(filters), version))
            elif kind == p.PINGREQ:
                writer.write(bytes((p.PINGRESP, 0)))
            elif kind == p.PUBLISH and not born:
                born = True
                writer.write(p.publish("spBv1.0/g/NBIRTH/e", birth(METRICS), version=version))
                sending = asyncio.create_task(send())
            elif kind == p.DISCONNECT and sending is not None:
                sending.cancel()
                return

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.Event().wait()


def _without_time(seq: int) -> bytes:
    payload = Payload(seq=seq)
    for n in range(seq * PER_MESSAGE, (seq + 1) * PER_MESSAGE):
        payload.metrics.add(alias=n % METRICS, double_value=float(n))
    return payload.SerializeToString()


def p_varint(number: int) -> bytes:
    """A protobuf number, which may be longer than MQTT's."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*written, number))


def plant(port: int) -> dict[str, bytes]:
    """One machine with 2,000 metrics."""
    tags = {
        f"t{n}": {"connection": "bus", "address": f"g/e:Line/Machine{n}/Speed", "kind": "f64"} for n in range(METRICS)
    }
    options = {"host": "127.0.0.1", "port": port, "security": {"tls": False, "insecure": True}}
    code = {
        "plant": {"format": 1, "name": "Bench"},
        "equipment": {
            "acme": {"level": "Enterprise", "timezone": "UTC"},
            "acme/site": {"level": "Site"},
            "acme/site/hall": {"level": "Area"},
            "acme/site/hall/machine": {"level": "WorkUnit", "tags": tags},
        },
        "connections": {"bus": {"driver": "sparkplug", "options": options}},
    }
    return {"plant.yaml": json.dumps(code).encode()}  # JSON is YAML


async def walk(port: int) -> tuple[float, float, int]:
    """(samples committed per second, share of a core, samples not stored to the end) over a steady stretch."""
    with tempfile.TemporaryDirectory() as folder, open_house(Settings(data=Path(folder) / "data")) as opened:
        opened.rooms.equipment.apply(plant(port), scope=opened.scope)
        assert opened.gated
        await opened.start()
        await asyncio.sleep(WARM_S)

        def stored() -> int:
            return sum(account.stored for account in opened.rooms.historian.delivery())

        samples, wall, cpu = stored(), time.perf_counter(), time.process_time()
        await asyncio.sleep(RUN_S)
        samples, wall, cpu = stored() - samples, time.perf_counter() - wall, time.process_time() - cpu
        assert opened.edge is not None
        edge = opened.edge
        await opened.stop()
        return samples / wall, cpu / wall, edge.delivery()["gap_samples"]


def main() -> int:
    titles = ("metrics a message", "protobuf alone, metrics/s", "driver, metrics/s of a core", "÷ protobuf")
    print(table(titles, decoded()))
    print(
        "\nLimit: driver ≥ 1,000,000 metrics/s of the first three. Protobuf alone parses, and nothing is looked at.\n"
    )
    walked: list[tuple[str, ...]] = []
    for offered in OFFERED:
        source = subprocess.Popen([sys.executable, __file__, str(offered)], stdout=subprocess.PIPE, text=True)
        try:
            assert source.stdout is not None
            kept, core, lost = asyncio.run(walk(json.loads(source.stdout.readline())["port"]))
        finally:
            source.kill()
            source.communicate()
        walked.append((f"{offered:,}", f"{kept:,.0f}", f"{core:.2f}", str(lost)))
    print(table(("offered metrics/s, 2,000 tags", "committed/s", "of a core", "declared gaps"), walked))
    print("\nLimit: ≥ 100,000 metrics/s through driver, edge and historian, committed; no gap however much is offered.")
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(stand_in(int(sys.argv[1])))
    sys.exit(main())
