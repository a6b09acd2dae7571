"""How long a newcomer waits, and how much memory it takes: the command line, an empty installation, the demo.

The demo is started as `dovetail demo --no-browser` on an empty folder, with its fortnight of history imported while the
clock runs; the first live value is a sample that came over OPC UA and is answered by the API to a person signed in.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from installation import Installation, started, table

ROUNDS = 5
LATER_S = 20.0


def seconds_of(*arguments: str) -> float:
    """The median wall time of a command."""
    runs: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        runs.append(time.perf_counter() - began)
    return statistics.median(runs)


def first_value(demo: Installation) -> object:
    """A value that came over a connection; None while there is none."""
    units = [item["id"] for item in demo.call("GET", "/equipment")["items"] if item["level"] == "WorkUnit"]
    tags = [tag for unit in units for tag in demo.call("GET", f"/equipment/{unit}/tags")["items"]]
    live = [tag["last"]["value"] for tag in tags if tag["connection"] and tag["last"]]
    return live[0] if live else None


def main() -> None:
    rows: list[tuple[str, str, str]] = [
        ("an empty Python", f"{seconds_of('-c', 'pass') * 1000:,.0f} ms", ""),
        ("`dovetail --help`", f"{seconds_of('-m', 'dovetail.cli', '--help') * 1000:,.0f} ms", "< 250 ms"),
    ]
    memory: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="dovetail-bench-") as folder:
        for which in ("an empty folder", "a folder it had before"):
            with started("serve", "--port", "0", data=Path(folder) / "serve") as serving:
                serving.answers("answers on")
                rows.append(
                    (f"`dovetail serve` answers, {which}", f"{time.perf_counter() - serving.began_s:.1f} s", "")
                )
                now, peak = serving.memory_mb()
        memory.append(("`dovetail serve`, nothing to collect", f"{now:,.0f} MB", f"{peak:,.0f} MB"))
        with started("demo", "--no-browser", "--port", "0", data=Path(folder) / "demo") as demo:
            once = demo.answers(r"once=(\S+)")[1]
            rows.append(
                ("`dovetail demo` answers, its plant applied", f"{time.perf_counter() - demo.began_s:.1f} s", "")
            )
            demo.call("POST", "/session", {"once": once})
            demo.until(lambda: first_value(demo))
            cpu_s = demo.processor_s()
            rows.append(
                ("`dovetail demo` to the first live value", f"{time.perf_counter() - demo.began_s:.1f} s", "< 15 s")
            )
            rows.append(("the same in processor time, which a busy machine does not change much", f"{cpu_s:.1f} s", ""))
            time.sleep(LATER_S)
            now, peak = demo.memory_mb()
            memory.append(
                (f"demo {LATER_S:.0f} s later, its PLCs and the import within", f"{now:,.0f} MB", f"{peak:,.0f} MB")
            )
    print(table(("start", "time", "limit"), rows))
    print("\n" + table(("memory, resident", "now", "most so far"), memory))


if __name__ == "__main__":
    main()
