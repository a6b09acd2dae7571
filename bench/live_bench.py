"""How long a change of state takes from the store's door to a WebSocket frame, while 500 work units change.

`python bench/live_bench.py`: real rooms, workers, hub and socket in one process; samples are put as a driver would put
them. Beside it stands what one durable commit of the same frame takes on this disk.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from installation import table
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from dovetail.app.bootstrap import House, open_house
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US
from dovetail.core.quality import GOOD
from dovetail.core.scope import system_scope
from dovetail.demo.run import free_port
from dovetail.ownership.settings import Settings

UNITS, SECONDS, CHANGES_S = 500, 30, 50  # each machine changes every ten seconds: a plant on a bad day
SETTLE_S, LAST_S = 3.0, 5.0
LIMIT_MS = 250
EVERYTHING = system_scope("bench")
WORDS = {6: "Execute", 11: "Held"}


def plant() -> dict[str, bytes]:
    """500 PackML machines on one line."""
    wire = {"connection": "plc", "address": "i=1", "kind": "i64"}
    entries: dict[str, Any] = {
        "acme": {"level": "Enterprise", "timezone": "UTC"},
        "acme/line": {"level": "ProductionLine"},
    }
    entries |= {f"acme/line/m{n}": {"level": "WorkUnit", "class": "machine"} for n in range(UNITS)}
    machine = {"tags": {"state": wire, "mode": wire}, "states": {"packml": {"state": "state", "mode": "mode"}}}
    options = {"endpoint": "opc.tcp://127.0.0.1:4840/", "security": {"policy": "None", "insecure": True}}
    code = {
        "plant": {"format": 1, "name": "Bench"},
        "equipment_classes": {"machine": machine},
        "equipment": entries,
        "connections": {"plc": {"driver": "opcua", "options": options}},
    }
    return {"plant.yaml": json.dumps(code).encode()}  # JSON is YAML


class Machines:
    """Puts what the machines say, and remembers what each was last told to be and when."""

    def __init__(self, house: House) -> None:
        self._house, self._seq = house, 0
        model = house.rooms.equipment.plant()
        self.units = sorted(node.id for node in model.equipment.values() if node.level == "WorkUnit")
        self._tags = {unit: model.tags_of(unit) for unit in self.units}
        self.said: dict[int, tuple[int, float]] = {}
        self.commits_ms: list[float] = []

    def say(self, units: Sequence[int], state: int, *, mode: bool = False) -> None:
        """One durable frame in which these machines change."""
        now_us = self._house.clock.now_us()
        rows = [(self._tags[unit]["state"].id, now_us, state, GOOD) for unit in units]
        rows += [(self._tags[unit]["mode"].id, now_us, 1, GOOD) for unit in units if mode]
        self._seq += 1
        began = time.perf_counter()
        self.said |= dict.fromkeys(units, (state, began))
        self._house.rooms.historian.put([Frame("bench", Lane.LIVE, 1, self._seq, (Batch.of(Kind.I64, rows),))])
        self.commits_ms.append((time.perf_counter() - began) * 1000)


@asynccontextmanager
async def served(house: House) -> AsyncIterator[str]:
    """The hub of the installation behind a real socket; its address."""
    _ = house.app
    hub = asyncio.create_task(house.hub.run())

    async def live(socket: WebSocket) -> None:
        await house.hub.serve(socket, EVERYTHING, again=lambda: EVERYTHING)

    port = free_port()
    app = Starlette(routes=[WebSocketRoute("/live", live)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{port}/live"
    finally:
        server.should_exit = True
        await serving
        hub.cancel()


async def listen(live: ClientConnection, machines: Machines, took_ms: list[float], numbers: dict[int, int]) -> None:
    """Hold each frame against what its machine was told last; a frame of before is not counted."""
    async for message in live:
        if isinstance(message, str):
            answer = json.loads(message)
            numbers[answer["no"]] = int(answer["topic"].split("/")[1])
            continue
        unit = numbers.get(int.from_bytes(message[:4], "little"), 0)
        wanted = machines.said.get(unit)
        if wanted and json.loads(message[8:])["state"] == WORDS[wanted[0]]:
            del machines.said[unit]
            took_ms.append((time.perf_counter() - wanted[1]) * 1000)


async def measured(house: House, watched: int) -> tuple[str, ...]:
    """One row: so many of the machines are on the screen, all of them change."""
    machines, took_ms = Machines(house), list[float]()
    chance = random.Random(1)
    async with served(house) as address, connect(address, max_queue=None) as live:
        await asyncio.to_thread(machines.say, machines.units, 11, mode=True)
        await asyncio.sleep(SETTLE_S)
        shown = machines.units[:watched]
        await live.send(json.dumps({"op": "subscribe", "topics": [f"equipment/{unit}/state" for unit in shown]}))
        hearing = asyncio.create_task(listen(live, machines, took_ms, {}))
        await asyncio.sleep(SETTLE_S)
        machines.said, machines.commits_ms = {}, []
        took_ms.clear()
        at = dict.fromkeys(machines.units, 11)
        began = time.perf_counter()
        for n in range(SECONDS * CHANGES_S):
            unit = machines.units[chance.randrange(UNITS)]
            at[unit] = 17 - at[unit]
            await asyncio.to_thread(machines.say, [unit], at[unit])
            await asyncio.sleep(max(0.0, began + (n + 1) / CHANGES_S - time.perf_counter()))
        await asyncio.sleep(LAST_S)
        hearing.cancel()
    missed = sum(unit in shown for unit in machines.said)
    p50, p99 = statistics.median(took_ms), float(np.percentile(took_ms, 99))
    commit = float(np.percentile(machines.commits_ms, 99))
    return (
        f"{watched} of {UNITS} on the screen", f"{len(took_ms):,}", f"{missed}", f"{p50:.0f}", f"{p99:.0f}",
        f"{statistics.median(machines.commits_ms):.1f}", f"{commit:.1f}", f"{p99 / LIMIT_MS:.2f}",
    )  # fmt: skip


async def main() -> None:
    """Print the table."""
    rows: list[tuple[str, ...]] = []
    for watched in (50, UNITS):
        with (
            tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder,
            open_house(Settings(data=Path(folder))) as house,
        ):
            valid_us = house.clock.now_us() - MINUTE_US
            house.rooms.equipment.apply(plant(), scope=EVERYTHING, valid_from_us=valid_us)
            for worker in house.workers:
                worker.start()
            rows.append(await measured(house, watched))
            for worker in house.workers:
                worker.ask_to_stop()
            for worker in house.workers:
                worker.stop()
    head = (
        "state change to WebSocket frame, ms", "changes shown", "never shown", "p50", "p99", "commit p50", "commit p99",
        f"p99 / {LIMIT_MS}",
    )  # fmt: skip
    print(table(head, rows))
    print(f"\n{UNITS} machines, {CHANGES_S} changes a second for {SECONDS} s.")


if __name__ == "__main__":
    asyncio.run(main())
