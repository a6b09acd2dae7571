"""The historian beside other stores, in one run on the reference signals: how fast samples become durable, how small
they are, and how soon the everyday questions are answered.

Ours in files and in PostgreSQL, plain rows in SQLite and PostgreSQL, DuckDB, Parquet, InfluxDB 1.6 and VictoriaMetrics
(Debian's packages), each in a process of its own. Three parts for each store:

- 20 million samples of 5,000 tags in commits of 50,000, and two million in commits of 5,000, three times: samples/s
  while commits run. What a client does to put a commit into the store's own words is not counted, and the store may
  use that time.
- The questions, each store asked the same; an answer that differs from ours by more than a hundredth is told.
- 500,000 samples/s offered in commits of 5,000 while somebody reads an hour of a tag 20 times a second.

After the minutes given a store that is not at its end is ended, with its server; it and those behind it are left out,
which is said. Last, which limits are kept, and what a sync of 40 kB takes on this disk: no durable commit is sooner.

    python bench/historian_bench.py [--seconds 4000] [--only NAME] [--minutes 17]
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import psutil

sys.path.insert(1, str(Path(__file__).parent / "stores" / "packages"))

from stores.asked import HOUR_US, QUESTIONS, Reader, agree, digest
from stores.workload import SECOND_US, Workload, now_us, workload, year

LARGE, SMALL = 50_000, 5_000
SMALL_S = 400  # plant seconds of the part with small commits
SMALL_ROUNDS = 3  # half a second each, in which a machine may do something else: the median counts
OFFERED, PACED_S = 500_000, 6
NAMES = {  # in this order: those that a limit names come first
    "files": "**Dovetail in files**",
    "pg-rows": "PostgreSQL rows",
    "influx": "InfluxDB 1.6",
    "victoria": "VictoriaMetrics",
    "postgresql": "**Dovetail in PostgreSQL**",
    "duckdb": "DuckDB",
    "parquet": "Parquet",
    "sqlite-rows": "SQLite rows",
}
OWN = ("files", "postgresql")
ENDS_WITHIN_S = 60.0  # a store that is told to


@dataclass
class Measured:
    """Of one store; times in ms, memory in MB beyond what the bench holds."""

    rate: dict[str, float] = field(default_factory=dict)  # samples/s by size of a commit
    commits_ms: dict[str, list[float]] = field(default_factory=dict)  # p50, p99, worst
    settle_s: float = 0.0
    cpu_us: float = 0.0  # of the processor for each sample, until all is settled
    memory_mb: float = 0.0
    bytes_per_sample: float = 0.0
    answers_ms: dict[str, float] = field(default_factory=dict)
    first_ms: dict[str, float] = field(default_factory=dict)  # asked for the first time: nothing is at hand
    digests: dict[str, list[float]] = field(default_factory=dict)
    paced: dict[str, float] = field(default_factory=dict)
    note: str = ""


@contextmanager
def opened(name: str) -> Iterator[Any]:
    """One store, empty, in a folder that is removed afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = _make(name, folder, stack)
        try:
            yield store
        finally:
            store.close()


def _make(name: str, folder: Path, stack: ExitStack) -> Any:
    from stores import columns, own, rows, servers

    from dovetail.chunkstore.postgres import Server

    if name in ("postgresql", "pg-rows"):
        url, pids = _server(folder, stack)
        if name == "pg-rows":
            return rows.PostgresRows(url, pids)
        return own.Own(Server(url), name=name, url=url, pids=pids)
    makes: dict[str, Callable[[Path], Any]] = {
        "files": lambda where: own.Own(where, name=name),
        "sqlite-rows": rows.SqliteRows,
        "duckdb": columns.DuckDb,
        "parquet": columns.Parquet,
        "influx": servers.Influx,
        "victoria": servers.Victoria,
    }
    return makes[name](folder)


def _server(folder: Path, stack: ExitStack) -> tuple[str, list[int]]:
    import pgserver

    server = pgserver.get_server(folder / "pg", cleanup_mode="stop")
    stack.callback(server.cleanup)
    return server.get_uri(), [int((folder / "pg" / "postmaster.pid").read_text().split()[0])]


class Watch:
    """Memory at its height and the processor's time of a store: its own processes, and ours without what we prepare."""

    def __init__(self, pids: list[int]) -> None:
        self._own = psutil.Process()
        self._base = self._own.memory_info().rss
        self._pids = pids
        self._start_s = self._cpu_s()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most = 0
        self.prepared_s = 0.0
        self._thread.start()

    def _family(self) -> list[psutil.Process]:
        """A server and those it has begun; the whole machine is not searched for them: that costs turns."""
        found: list[psutil.Process] = []
        for pid in self._pids:
            try:
                began = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
                found += [psutil.Process(int(one)) for one in (pid, *began)]
            except (OSError, psutil.Error):
                continue  # a helper of the server that has just ended
        return found

    def _cpu_s(self) -> float:
        family = 0.0
        for one in self._family():
            times = one.cpu_times()
            family += times.user + times.system + times.children_user + times.children_system
        return time.process_time() + family

    def _look(self) -> None:
        while not self._stop.wait(0.2):
            beside = 0
            for one in self._family():
                try:
                    info = one.memory_info()
                    beside += info.rss - info.shared
                except psutil.Error:
                    continue
            self.most = max(self.most, self._own.memory_info().rss - self._base + beside)

    def cpu_s(self) -> float:
        """Since the start."""
        return self._cpu_s() - self._start_s - self.prepared_s

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


def measure(name: str, seconds: int) -> Measured:
    """All three parts of one store, in this process."""
    end_us = now_us()
    load = workload(seconds, end_us=end_us)
    found = Measured()
    with opened(name) as store:
        watch = Watch(store.pids())
        found.note = store.note
        found.rate["large"], found.commits_ms["large"], samples = put(store, load, LARGE, watch)
        began = time.perf_counter()
        store.settle()
        found.settle_s = time.perf_counter() - began
        watch.end()
        found.cpu_us, found.memory_mb = watch.cpu_s() / samples * 1e6, watch.most / 1e6
        found.bytes_per_sample = store.bytes() / samples
        for part in year(end_us=end_us):
            store.put(_prepared(store, part))
        store.settle()
        ask(store.reader(), (max(int(load.ts.min()), load.end_us - HOUR_US), load.end_us), end_us, found)
        paced(store, end_us, found)
    small = workload(min(SMALL_S, seconds), end_us=end_us)
    rounds: list[tuple[float, list[float]]] = []
    for _ in range(SMALL_ROUNDS):
        with opened(name) as store:
            watch = Watch(store.pids())
            rate, commits_ms, _ = put(store, small, SMALL, watch)
            watch.end()
        rounds.append((rate, commits_ms))
    found.rate["small"], found.commits_ms["small"] = statistics.median_low(rounds)
    return found


def _prepared(store: Any, part: Any) -> Any:
    return store.prepare(part) if hasattr(store, "prepare") else part


def put(store: Any, load: Workload, size: int, watch: Watch) -> tuple[float, list[float], int]:
    """(samples a second of commits, (p50, p99, worst) ms, samples)."""
    samples, commits = 0, list[float]()
    for part in load.batches(size):
        cpu_s = time.process_time()
        ready = _prepared(store, part)
        if ready is not part:
            watch.prepared_s += time.process_time() - cpu_s
        began = time.perf_counter()
        store.put(ready)
        commits.append((time.perf_counter() - began) * 1e3)
        samples += len(part.tag)
    return samples / (sum(commits) / 1e3), _spread(commits), samples


def _spread(times: list[float]) -> list[float]:
    return [*np.percentile(times, [50, 99]).tolist(), max(times)]


def ask(reader: Reader, hour: tuple[int, int], year_end_us: int, found: Measured) -> None:
    """Every question, the median of seven; how long the first one took before them is told beside it."""
    for question in QUESTIONS:
        began = time.perf_counter()
        answer = question.ask(reader, hour, year_end_us)
        found.first_ms[question.words] = (time.perf_counter() - began) * 1e3
        took: list[float] = []
        for _ in range(7):
            began = time.perf_counter()
            question.ask(reader, hour, year_end_us)
            took.append((time.perf_counter() - began) * 1e3)
        found.answers_ms[question.words] = statistics.median(took)
        found.digests[question.words] = digest(answer)


def paced(store: Any, end_us: int, found: Measured) -> None:
    """So many samples a second offered, while somebody reads; a store that is slower is offered what it takes."""
    count = OFFERED * PACED_S // SMALL
    parts = [_prepared(store, part) for part in workload(count, end_us=end_us + count * SECOND_US).batches(SMALL)]
    stop, reads = threading.Event(), list[float]()

    def read() -> None:
        reader = store.reader()
        while not stop.wait(0.05):
            began = time.perf_counter()
            reader.hour(18, end_us - 3_600 * SECOND_US, end_us)
            reads.append((time.perf_counter() - began) * 1e3)

    thread = threading.Thread(target=read)
    thread.start()
    commits = list[float]()
    start = time.perf_counter()
    for number, part in enumerate(parts):
        due = start + number * SMALL / OFFERED
        time.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        if began - start > 2 * PACED_S:
            break
        store.put(part)
        commits.append((time.perf_counter() - began) * 1e3)
    took_s = time.perf_counter() - start
    stop.set()
    thread.join()
    p50, p99, worst = _spread(commits)
    found.paced = {
        "rate": len(commits) * SMALL / took_s, "p50": p50, "p99": p99, "worst": worst,
        "read_p50": statistics.median(reads) if reads else float("nan"),
    }  # fmt: skip


def ingest_table(found: dict[str, Measured]) -> None:
    """How fast, how small, at what cost."""
    print("| store | samples/s by 50,000 | ours is | by 5,000 | ours is | commit of 50,000, p50 / p99 ms "
          "| settled after, s | bytes/sample | µs of processor a sample | memory, MB | |")  # fmt: skip
    print(f"|{'---|' * 11}")
    own = found["files"]
    for name, one in found.items():
        p50, p99, _ = one.commits_ms["large"]
        print(
            f"| {NAMES[name]} | {one.rate['large']:,.0f} | {own.rate['large'] / one.rate['large']:.1f} × "
            f"| {one.rate['small']:,.0f} | {own.rate['small'] / one.rate['small']:.1f} × | {p50:.1f} / {p99:.1f} "
            f"| {one.settle_s:.1f} | {one.bytes_per_sample:.2f} | {one.cpu_us:.2f} | {one.memory_mb:,.0f} "
            f"| {one.note} |"
        )


def question_table(found: dict[str, Measured]) -> None:
    """How soon each question is answered, ms; in brackets: the very first time."""
    print(f"\n| ms (the first time) | {' | '.join(NAMES[name] for name in found)} | limit |")
    print(f"|{'---|' * (len(found) + 2)}")
    own = found["files"]
    for question in QUESTIONS:
        cells = []
        for one in found.values():
            differs = "" if agree(own.digests[question.words], one.digests[question.words]) else " (answers otherwise)"
            cells.append(f"{one.answers_ms[question.words]:.2f} ({one.first_ms[question.words]:.1f}){differs}")
        limit = "" if question.budget_ms is None else f"< {question.budget_ms:g}"
        print(f"| {question.words} | {' | '.join(cells)} | {limit} |")


def paced_table(found: dict[str, Measured]) -> None:
    """Under a steady load with a reader beside."""
    print("\n| 500,000 samples/s offered | taken | commit p50 / p99 / worst, ms | 1 h of a tag meanwhile, ms |")
    print(f"|{'---|' * 4}")
    for name, one in found.items():
        paced = one.paced
        commits = f"{paced['p50']:.1f} / {paced['p99']:.1f} / {paced['worst']:.0f}"
        print(f"| {NAMES[name]} | {paced['rate']:,.0f} | {commits} | {paced['read_p50']:.1f} |")  # fmt: skip


LIMITS = (("pg-rows", 10.0), ("influx", 3.0), ("victoria", 1.5))  # ours is so many times as fast


def verdicts(found: dict[str, Measured]) -> None:
    """Each limit, and whether it is kept in this run."""
    own = [found[name] for name in OWN if name in found]
    print(f"\n| limit | {' | | '.join(NAMES[name] for name in OWN if name in found)} | |")
    print(f"|---|{'---:|---|' * len(own)}")

    def line(words: str, figures: list[float], limit: float, *, at: Literal["least", "most"]) -> None:
        said = [
            f"{figure:,.2f} | {'kept' if (figure >= limit if at == 'least' else figure <= limit) else 'missed'}"
            for figure in figures
        ]
        print(f"| {words} | {' | '.join(said)} |")

    for name, times in LIMITS:
        for size, words in (("large", f"{LARGE:,}"), ("small", f"{SMALL:,}")) if name in found else ():
            ratios = [one.rate[size] / found[name].rate[size] for one in own]
            line(f"≥ {times:g} × {NAMES[name]}, by {words}", ratios, times, at="least")
    line("commit p99 < 50 ms at 500,000/s", [one.paced["p99"] for one in own], 50.0, at="most")
    line("≤ 2.6 bytes a sample", [one.bytes_per_sample for one in own], 2.6, at="most")
    for question in QUESTIONS:
        if question.budget_ms is not None:
            took_ms = [one.answers_ms[question.words] for one in own]
            line(f"{question.words} < {question.budget_ms:g} ms", took_ms, question.budget_ms, at="most")


def sync_ms() -> list[float]:
    """p50, p99 and worst of 40 kB written behind what is there, and synced."""
    took: list[float] = []
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(bytes(40_000))
            file.flush()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1e3)
    return _spread(took)


def measured_beside(name: str, seconds: int, *, within_s: float | None) -> str | None:
    """What another process says of a store; None: nothing within the time."""
    if within_s is not None and within_s <= 0:
        return None
    command = [sys.executable, __file__, "--store", name, "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as work:
        try:
            output, _ = work.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            work.terminate()
            try:
                work.communicate(timeout=ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                for one in (*psutil.Process(work.pid).children(recursive=True), work):
                    one.kill()
            return None
    return output if work.returncode == 0 else None


def main() -> None:
    """Each store in a process of its own, one after the other; then the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4_000, help="plant time; the whole is 4,000, an hour 3,600")
    parser.add_argument("--only", action="append", choices=NAMES, help="these stores beside ours in files")
    parser.add_argument("--minutes", type=float, default=17.0, help="what is not at its end then is left out")
    parser.add_argument("--store", choices=NAMES, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.store:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whatever was started ends with us
        print(json.dumps(asdict(measure(said.store, said.seconds))))
        return
    subprocess.run([Path(__file__).parent / "stores" / "install"], check=True)
    found: dict[str, Measured] = {}
    until = time.monotonic() + said.minutes * 60
    for name in NAMES if said.only is None else dict.fromkeys(("files", *said.only)):
        began = time.monotonic()
        output = measured_beside(name, said.seconds, within_s=until - began if found else None)
        if output is None:
            print(f"{NAMES[name]}: left out", file=sys.stderr)
            continue
        found[name] = Measured(**json.loads(output.splitlines()[-1]))
        print(f"{name} done in {time.monotonic() - began:.0f} s", file=sys.stderr)
    print(f"load {os.getloadavg()[0]:.1f}; {said.seconds * 5_000:,} samples, and 3,153,600 of one tag in a year\n")
    ingest_table(found)
    question_table(found)
    paced_table(found)
    verdicts(found)
    p50, p99, worst = sync_ms()
    print(f"\na sync of 40 kB on this disk, p50 / p99 / worst: {p50:.2f} / {p99:.2f} / {worst:.1f} ms")


if __name__ == "__main__":
    main()
