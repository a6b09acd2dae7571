"""The whole walk of one number: how many samples a second it carries, and how long a change takes from PLC to browser.

Throughput: an asyncua server is the limit at some thousand changes a second (see opcua_bench), so frames such as the
driver makes are given to the sink: 5,000 tags at 1 Hz, 100 machines, 2 % of the tags feed states and counts. One thread
does what the roles do, one after the other, so that the parts can be told apart; OPC UA itself is in opcua_bench.

Latency: a value is written in an OPC UA server; `dovetail serve`, a process of its own, collects it by subscription,
decides, and sends the frame to a WebSocket as a browser has it. Both ends are this process: one clock measures.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from asyncua import Server, ua
from installation import started, table
from websockets.asyncio.client import ClientConnection, connect

from dovetail.app.bootstrap import House, open_house
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.quality import GOOD
from dovetail.core.scope import system_scope
from dovetail.demo.run import free_port
from dovetail.onboarding.starter import starter
from dovetail.ownership.settings import Settings

MACHINES, TAGS_EACH, SECONDS = 100, 50, 120
CHANGES, PAUSE_S = 60, (0.3, 0.55)
SCAN_MS = 250
URI = "urn:dovetail:bench"
EVERYTHING = system_scope("bench")
logging.getLogger("asyncua").setLevel(logging.CRITICAL)


# --- throughput -----------------------------------------------------------------------------------------------


def plant() -> dict[str, bytes]:
    """100 machines with 50 tags; the first counts, and its movement says whether the machine runs."""
    machine = {
        "connection": "plc",
        "address": "i=1",
    }
    tags = {f"t{n}": {**machine, "kind": "f64"} for n in range(1, TAGS_EACH)} | {"total": {**machine, "kind": "i64"}}
    entries: dict[str, Any] = {
        "acme": {"level": "Enterprise", "timezone": "UTC"},
        "acme/site": {"level": "Site"},
        "acme/site/hall": {"level": "Area"},
        "acme/site/hall/line": {"level": "ProductionLine"},
    }
    for n in range(MACHINES):
        entries[f"acme/site/hall/line/m{n}"] = {"level": "WorkUnit", "class": "machine", "standard_rate_upm": 60}
    security = {"policy": "None", "insecure": True}
    code = {
        "plant": {"format": 1, "name": "Bench"},
        "equipment_classes": {
            "machine": {
                "tags": tags,
                "states": {"activity": {"tag": "total", "timeout_s": 10}},
                "counters": {"total": {"tag": "total", "modulus": 2**32, "max_rate_upm": 240}},
            }
        },
        "equipment": entries,
        "connections": {
            "plc": {"driver": "opcua", "options": {"endpoint": "opc.tcp://127.0.0.1:4840/", "security": security}}
        },
    }
    return {"plant.yaml": json.dumps(code).encode()}  # JSON is YAML


def frames(house: House, start_us: int) -> list[Frame]:
    """A frame for each second: every tag once. Each machine stands still for 20 s now and then."""
    model = house.rooms.equipment.plant()
    link = model.connections["plc"].good_through_tag
    tags = [tag for tag in model.tags.values() if tag.connection == "plc"]
    counters = np.array([tag.id for tag in tags if tag.kind is Kind.I64], dtype=np.int64)
    others = np.array([tag.id for tag in tags if tag.kind is Kind.F64], dtype=np.int64)
    chance = np.random.default_rng(1)
    counted = np.zeros(len(counters), dtype=np.int64)
    walk = chance.normal(50, 10, len(others))
    found: list[Frame] = []
    for second in range(SECONDS):
        ts_us = start_us + second * SECOND_US
        counted = counted + ((second + np.arange(len(counters)) * 7) % 60 >= 20)
        walk = np.round(walk + chance.normal(0, 0.2, len(others)), 1)
        batches = (_batch(Kind.I64, counters, ts_us, counted), _batch(Kind.F64, others, ts_us, walk))
        found.append(Frame("bench", Lane.LIVE, 1, second + 1, batches, {link: ts_us + SECOND_US - 1}))
    return found


def _batch(kind: Kind, tags: np.ndarray, ts_us: int, values: np.ndarray) -> Batch:
    n = len(tags)
    good = np.full(n, GOOD, dtype=np.uint16)
    return Batch(kind, tags, np.full(n, ts_us, dtype=np.int64), values.copy(), np.ones(n, dtype=np.bool_), good)


def throughput() -> None:
    """Print the samples a second of the walk and of its parts."""
    with (
        tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder,
        open_house(Settings(data=Path(folder))) as house,
    ):
        start_us = house.clock.now_us() - (SECONDS + 1) * SECOND_US
        house.rooms.equipment.apply(plant(), scope=EVERYTHING, valid_from_us=start_us - MINUTE_US)
        given = frames(house, start_us)
        samples = sum(len(frame) for frame in given)
        rooms = house.rooms
        spent = dict.fromkeys(("store", "decide", "jobs", "ledger", "seal"), 0.0)

        def timed(part: str, job: Callable[[], object]) -> object:
            began = time.perf_counter()
            answer = job()
            spent[part] += time.perf_counter() - began
            return answer

        for n, frame in enumerate(given):
            timed("store", lambda frame=frame: rooms.historian.put([frame]))
            if n % 10 == 9:  # the roles come round every ten frames, as under load
                while timed("jobs", lambda: rooms.production.step(500)):
                    pass
                while timed("decide", lambda: rooms.states.step(500)):
                    pass
                while timed("ledger", rooms.performance.step):
                    pass
        timed("seal", lambda: [None for _ in iter(rooms.historian.seal_once, 0)])
        with house.database.read() as reading:
            units = [node.id for node in rooms.equipment.plant().equipment.values() if node.level == "WorkUnit"]
            end_us = start_us + SECONDS * SECOND_US
            records = [rooms.states.records(reading, unit, start_us, end_us, scope=EVERYTHING) for unit in units]
    words = {
        "store": "store: durable head rows, one commit for each frame of 5,000",
        "decide": "decide: states and counts, with their commits",
        "jobs": "jobs: look for products that run",
        "ledger": "ledger: slices and rollups, with their commits",
        "seal": "seal: compressed chunks",
    }
    total_s = sum(spent.values())
    rows = [(words[part], f"{took_s:.2f} s", f"{samples / took_s:,.0f}") for part, took_s in spent.items()]
    rows.append(
        (f"**the whole walk from the sink on**, {samples:,} samples", f"{total_s:.2f} s", f"{samples / total_s:,.0f}")
    )
    print(table(("one thread, 5,000 tags at 1 Hz", "time", "samples/s"), rows))
    made = sum(map(len, records))
    print(f"\n{made:,} state records came of it. Limit: 100,000 samples/s from the driver on.\n")


# --- latency --------------------------------------------------------------------------------------------------


@asynccontextmanager
async def plc() -> AsyncIterator[tuple[str, Callable[[str, int], Any]]]:
    """(endpoint, write) of a PackML machine's OPC UA server."""
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(URI)
    kinds = {"Status.StateCurrent": ua.VariantType.Int32, "Status.UnitModeCurrent": ua.VariantType.Int32}
    kinds |= dict.fromkeys(("Admin.ProdProcessedCount", "Admin.ProdDefectiveCount"), ua.VariantType.UInt32)
    nodes = {
        name: await server.nodes.objects.add_variable(ua.NodeId(f"M.{name}", index), name, ua.Variant(1, kind))
        for name, kind in kinds.items()
    }

    async def write(name: str, value: int) -> None:
        await server.write_attribute_value(nodes[name].nodeid, ua.DataValue(ua.Variant(value, kinds[name])))

    async with server:
        yield f"opc.tcp://127.0.0.1:{server.bserver.port}/", write


async def frame_with(live: ClientConnection, number: int, fits: Callable[[bytes], bool]) -> None:
    """Wait for a frame of one topic that shows what was written."""
    async for message in live:
        if isinstance(message, bytes) and int.from_bytes(message[:4], "little") == number and fits(message[8:]):
            return


async def topic(live: ClientConnection, name: str) -> int:
    """Subscribe; the topic's number."""
    await live.send(json.dumps({"op": "subscribe", "topics": [name]}))
    async for message in live:
        if isinstance(message, str):
            answer = json.loads(message)
            assert answer["op"] == "subscribed", answer
            return int(answer["no"])
    raise ConnectionError("the server closed the stream")


async def latency() -> None:
    """Print how long a change takes from the PLC to the frame."""
    with tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder:
        async with plc() as (endpoint, write):
            with started("serve", "--port", str(free_port()), data=Path(folder) / "data") as serving:
                await asyncio.to_thread(serving.set_up)
                files = {
                    n: t.replace("opc.tcp://127.0.0.1:4840/", endpoint)
                    for n, t in starter(name="Bench", timezone="UTC").items()
                }
                files = {n: t.replace("ns=2;s=Machine1", f"nsu={URI};s=M") for n, t in files.items()}
                await asyncio.to_thread(serving.call, "POST", "/plant/apply", {"documents": files})
                unit = (await asyncio.to_thread(serving.call, "GET", "/equipment"))["items"][-1]["id"]
                url = serving.base.replace("http", "ws") + "/api/v1/live"
                async with connect(url, additional_headers={"cookie": serving.cookie}) as live:
                    rows = [await states(live, unit, write), await values(live, unit, write)]
    head = (
        "change in the PLC to WebSocket frame, ms",
        "p50",
        "p99",
        "p50 beyond the scan",
        "p99 beyond the scan",
        "limit",
    )
    print(table(head, rows))
    print(f"\n{CHANGES} changes each. Tags are scanned every {SCAN_MS} ms: a change waits for half of that on average.")


async def states(live: ClientConnection, unit: int, write: Callable[[str, int], Any]) -> tuple[str, ...]:
    """The state of the machine: signal → sample → decision → document."""
    number = await topic(live, f"equipment/{unit}/state")
    words = {6: "Execute", 11: "Held"}

    async def change(n: int) -> None:
        wanted = (6, 11)[n % 2]
        await write("Status.StateCurrent", wanted)
        await frame_with(live, number, lambda payload: json.loads(payload)["state"] == words[wanted])

    return row("a state decided", await measured(change))


async def values(live: ClientConnection, unit: int, write: Callable[[str, int], Any]) -> tuple[str, ...]:
    """A raw value: signal → sample → columns."""
    number = await topic(live, f"tags/{unit}")

    def holds(payload: bytes, wanted: int) -> bool:
        n = int.from_bytes(payload[:4], "little")
        return float(wanted) in np.frombuffer(payload, dtype="<f8", count=n, offset=8 + 16 * n)

    async def change(n: int) -> None:
        await write("Admin.ProdProcessedCount", 1_000 + n)
        await frame_with(live, number, lambda payload: holds(payload, 1_000 + n))

    return row("a value shown", await measured(change))


async def measured(change: Callable[[int], Any]) -> list[float]:
    """ms of each change, at moments that have nothing to do with the scan."""
    chance = random.Random(1)
    took: list[float] = []
    for n in range(CHANGES):
        began = time.perf_counter()
        await asyncio.wait_for(change(n), 30)
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(chance.uniform(*PAUSE_S))
    return took[2:]  # the link comes up during the first


def row(what: str, took: Sequence[float]) -> tuple[str, ...]:
    """One row of the table."""
    p50, p99 = statistics.median(took), float(np.percentile(took, 99))
    return (
        what,
        f"{p50:.0f}",
        f"{p99:.0f}",
        f"{max(0.0, p50 - SCAN_MS):.0f}",
        f"{max(0.0, p99 - SCAN_MS):.0f}",
        "< 250 p99 beyond",
    )


if __name__ == "__main__":
    throughput()
    asyncio.run(latency())
