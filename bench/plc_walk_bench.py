"""The whole walk from a PLC on: how many samples a second one small server carries, and how it fares.

The PLCs are five of libmodbus's C servers, processes of their own, whose registers all count. `dovetail serve` polls
5,000 tags of 100 machines over five connections, keeps every sample (no deadband), and 2 % of the tags feed states and
counts. What is offered is tags × reads a second; carried is what the store has taken. A read that was skipped because
the one before was not done is counted. The lag is how far settled states are behind now at the end of the run.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from installation import Installation, started, table

from dovetail.demo.run import free_port

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "peers"))
from libmodbus_plc import LibmodbusPlc

MACHINES, TAGS_EACH, LINKS = 100, 50, 5
TAGS = MACHINES * TAGS_EACH
WARM_S, RUN_S, WINDOW_S = 12.0, 30.0, 10.0  # a connection's figures are of the last ten seconds
SCANS_MS = (100, 50, 40)
RSS_MAX_MB = 600
BEAT_S = 0.1


def plant(ports: Sequence[int], scan_ms: int) -> dict[str, str]:
    """100 machines of 50 registers each; the first of each counts pieces, and its movement says whether it runs."""
    entries: dict[str, Any] = {
        "acme": {"level": "Enterprise", "timezone": "UTC"},
        "acme/site": {"level": "Site"},
        "acme/site/hall": {"level": "Area"},
        "acme/site/hall/line": {"level": "ProductionLine"},
    }
    for n in range(MACHINES):
        link = f"plc{n * LINKS // MACHINES}"
        tags = {
            ("total" if at == 0 else f"t{at}"): {
                "connection": link,
                "address": f"{400001 + n % (MACHINES // LINKS) * TAGS_EACH + at}:uint16",
                "kind": "i64" if at == 0 else "f64",
                "scan": "fast",
            }
            for at in range(TAGS_EACH)
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
        "scan_classes": {"fast": {"mode": "poll", "interval_ms": scan_ms}},
        "connections": {
            f"plc{n}": {"driver": "modbus", "options": {"host": "127.0.0.1", "port": port, "window": 4}}
            for n, port in enumerate(ports)
        },
    }
    return {"plant.yaml": json.dumps(code)}  # JSON is YAML


def links(serving: Installation) -> tuple[float, int]:
    """(samples a second over the last ten, reads skipped so far) of all connections."""
    found = serving.call("GET", "/connections")["items"]
    return sum(link["samples_per_s"] for link in found), sum(link["overruns"] for link in found)


def lag_s(serving: Installation, unit: int) -> float:
    """How far behind now the states of a unit are settled."""
    settled = serving.call("GET", f"/equipment/{unit}/state")["settled"]
    return (datetime.now(UTC) - datetime.fromisoformat(settled)).total_seconds() if settled else float("nan")


def live(plcs: Sequence[LibmodbusPlc], ended: Event) -> None:
    """Let the registers of every PLC count: each machine a piece a second, all others each tenth of one."""
    beat = 0
    while not ended.wait(BEAT_S):
        beat += 1
        machine = [beat // 10 % 65536] + [beat % 65536] * (TAGS_EACH - 1)
        line = "holding 1 0 " + " ".join(map(str, machine * (MACHINES // LINKS)))
        for plc in plcs:
            plc.say(line)


@contextmanager
def running(plcs: Sequence[LibmodbusPlc]) -> Iterator[None]:
    """The PLCs, switched on and counting, for as long as the block lasts."""
    ended = Event()
    keeper = Thread(target=live, args=(plcs, ended))
    try:
        for plc in plcs:
            plc.start()
        keeper.start()
        yield
    finally:
        ended.set()
        keeper.join()
        for plc in plcs:
            plc.stop()


def measured(scan_ms: int) -> tuple[object, ...]:
    """One row of the table."""
    plcs = [LibmodbusPlc() for _ in range(LINKS)]
    with (
        running(plcs),
        tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder,
        started("serve", "--port", str(free_port()), data=Path(folder) / "data") as serving,
    ):
        serving.set_up()
        files = plant([plc.port for plc in plcs], scan_ms)
        serving.call("POST", "/plant/apply", {"documents": files})
        unit = serving.call("GET", "/equipment")["items"][-1]["id"]
        time.sleep(WARM_S)
        began, busy_s = time.perf_counter(), serving.processor_s()
        _, overruns = links(serving)
        carried: list[float] = []
        for _ in range(round(RUN_S / WINDOW_S)):
            time.sleep(WINDOW_S)
            per_s, skipped = links(serving)
            carried.append(per_s)
        took_s, busy_s = time.perf_counter() - began, serving.processor_s() - busy_s
        behind_s, (_, peak_mb) = lag_s(serving, unit), serving.memory_mb()
    return (
        f"{TAGS * 1000 / scan_ms:,.0f}",
        f"{statistics.mean(carried):,.0f}",
        f"{skipped - overruns:,}",
        f"{busy_s / took_s:.2f}",
        f"{behind_s:.1f} s",
        f"{peak_mb:.0f} MB",
    )


def main() -> None:
    """Print the table."""
    head = ("offered, samples/s", "carried", "reads skipped", "cores", "lag", "memory at most")
    print(table(head, [measured(scan_ms) for scan_ms in SCANS_MS]))
    print(f"\n{TAGS:,} tags, {RUN_S:.0f} s each. Limits: ≥ 100,000 samples/s carried, memory < {RSS_MAX_MB} MB.")


if __name__ == "__main__":
    main()
