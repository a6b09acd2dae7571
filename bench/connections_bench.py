"""Many small devices on one server: 200 Modbus connections of 50 tags at 1 s, and what that costs a process.

The devices are one process of its own that listens on 200 ports; each answers as the least of devices would, and all
of its registers change each second. `dovetail serve` reads them over 200 connections, keeps every sample on SQLite,
decides states and counts of 200 machines (one tag of 50) and sends what changes to a browser that shows four.
What is offered is tags a second; carried is what the links have handed to the store. Processor and memory are those
of the server, over a whole minute: pieces reach the ledger by the minute, of all machines at once.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from installation import Installation, started, table
from websockets.sync.client import connect

from dovetail.demo.run import free_port

LINKS, TAGS_EACH, SCAN_MS = 200, 50, 1_000
WATCHED = 4  # machines on the browser's screen
WARM_MAX_S, RUN_S, WINDOW_S = 60.0, 60.0, 10.0  # a connection's figures are of the last ten seconds
CORES_MAX, RSS_MAX_MB = 1.0, 600


# --- the devices ----------------------------------------------------------------------------------------------


class Device(asyncio.Protocol):
    """Answers every reading of holding registers; the n-th register is n more than the seconds that have passed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.rest = transport, b""

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        while len(data) >= 12:
            number, _, _, unit, function, start, count = struct.unpack_from(">HHHBBHH", data)
            second = int(time.monotonic())
            words = struct.pack(f">{count}H", *((second + at) & 0xFFFF for at in range(start, start + count)))
            self.transport.write(struct.pack(">HHHBBB", number, 0, 3 + len(words), unit, function, len(words)) + words)
            data = data[12:]
        self.rest = data


async def serve() -> None:
    """Listen on a port for each device and say which they are."""
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Device, "127.0.0.1", 0) for _ in range(LINKS)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.Event().wait()


@contextmanager
def devices() -> Iterator[list[int]]:
    """Their ports, for as long as the block lasts."""
    process = subprocess.Popen([sys.executable, str(Path(__file__)), "serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


# --- the server -----------------------------------------------------------------------------------------------


def plant(ports: Sequence[int]) -> dict[str, str]:
    """A machine on each device; its first register counts pieces, and that it moves says that it runs."""
    entries: dict[str, Any] = {
        "acme": {"level": "Enterprise", "timezone": "UTC"},
        "acme/site": {"level": "Site"},
        "acme/site/hall": {"level": "Area"},
        "acme/site/hall/line": {"level": "ProductionLine"},
    }
    names = ["total", *(f"t{at}" for at in range(1, TAGS_EACH))]
    for n in range(len(ports)):
        tags = {
            name: {
                "connection": f"plc{n}",
                "address": f"{400001 + at}:uint16",
                "kind": "f64" if at else "i64",
                "scan": "second",
            }
            for at, name in enumerate(names)
        }
        entries[f"acme/site/hall/line/m{n}"] = {
            "level": "WorkUnit",
            "standard_rate_upm": 60,
            "tags": tags,
            "states": {"activity": {"tag": "total", "timeout_s": 10}},
            "counters": {"total": {"tag": "total", "modulus": 65536, "max_rate_upm": 240}},
        }
    code = {
        "plant": {"format": 1, "name": "Bench"},
        "equipment": entries,
        "scan_classes": {"second": {"mode": "poll", "interval_ms": SCAN_MS}},
        "connections": {
            f"plc{n}": {"driver": "modbus", "options": {"host": "127.0.0.1", "port": port}}
            for n, port in enumerate(ports)
        },
    }
    return {"plant.yaml": json.dumps(code)}  # JSON is YAML


def links(serving: Installation) -> tuple[float, int, int]:
    """(samples a second over the last ten, reads skipped so far, links that read) of all connections."""
    found = serving.call("GET", "/connections")["items"]
    reading = sum(link["samples_per_s"] > 0 for link in found)
    return sum(link["samples_per_s"] for link in found), sum(link["overruns"] for link in found), reading


@contextmanager
def browser(serving: Installation, units: Sequence[int]) -> Iterator[list[int]]:
    """A screen that shows some machines; how many bytes each of its frames had."""
    seen: list[int] = []
    url = serving.base.replace("http", "ws") + "/api/v1/live"
    with connect(url, additional_headers={"cookie": serving.cookie}) as live:
        topics = [topic for unit in units for topic in (f"tags/{unit}", f"equipment/{unit}/state")]
        live.send(json.dumps({"op": "subscribe", "topics": topics}))

        def look() -> None:
            for message in live:
                seen.append(len(message))

        looking = Thread(target=look)
        looking.start()
        yield seen
        live.close()
        looking.join()


def main() -> None:
    """Print the table."""
    with (
        devices() as ports,
        tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder,
        started("serve", "--port", str(free_port()), data=Path(folder) / "data") as serving,
    ):
        serving.set_up()
        serving.call("POST", "/plant/apply", {"documents": plant(ports)})
        due = time.monotonic() + WARM_MAX_S
        while links(serving)[0] < 0.98 * LINKS * TAGS_EACH * 1000 / SCAN_MS and time.monotonic() < due:
            time.sleep(1)
        units = [one["id"] for one in serving.call("GET", "/equipment")["items"]][-WATCHED:]
        with browser(serving, units) as seen:
            began_s, busy_s = time.perf_counter(), serving.processor_s()
            _, overruns, _ = links(serving)
            carried: list[float] = []
            for _ in range(round(RUN_S / WINDOW_S)):
                time.sleep(WINDOW_S)
                per_s, skipped, reading = links(serving)
                carried.append(per_s)
            took_s, busy_s = time.perf_counter() - began_s, serving.processor_s() - busy_s
        _, peak_mb = serving.memory_mb()
    head = ("connections that read", "offered, samples/s", "carried", "reads skipped", "cores", "memory at most",
            "frames to the browser")  # fmt: skip
    row = (
        f"{reading} of {LINKS}",
        f"{LINKS * TAGS_EACH * 1000 / SCAN_MS:,.0f}",
        f"{statistics.mean(carried):,.0f}",
        f"{skipped - overruns:,}",
        f"{busy_s / took_s:.2f}",
        f"{peak_mb:.0f} MB",
        f"{len(seen) / took_s:.1f}/s",
    )
    print(table(head, [row]))
    print(f"\n{RUN_S:.0f} s. Limits: below {CORES_MAX:.0f} core and {RSS_MAX_MB} MB.")


if __name__ == "__main__":
    asyncio.run(serve()) if sys.argv[1:] == ["serve"] else main()
