"""Three NATS servers, two ingest workers, a historian that reads, an edge that sends; any of them may be killed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from dovetail.chunkstore.postgres import Server
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.ingestion.service import standing
from dovetail.testing.natsserver import NatsCluster
from dovetail.transport.model import address
from dovetail.transport.sender import Sender

ALL = system_scope("test")
LINKS = range(1, 9)
EVERY_S = 0.05
SCRIPT = Path(__file__).parent / "worker_under_test.py"
EDGE = Path(__file__).parent / "edge_under_test.py"


class FleetWorker:
    """One worker's process."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._command, self._log = command, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)


def accepted_by(edge: list[str], *, for_s: float) -> list[int]:
    """What a collecting process says it has accepted before it is killed, which happens after so long."""
    process = subprocess.Popen(edge, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline()]
    threading.Timer(for_s, process.kill).start()
    said += process.stdout.readlines()
    process.wait(10)
    process.stdout.close()
    return [int(line) for line in said if line.endswith("\n")]


class Fleet:
    """The whole, and the edge's work: a sample of each link every 50 ms, kept at the edge until it is held."""

    def __init__(self, folder: Path, url: str, *, lease_s: float, ack_s: float) -> None:
        self.url = url
        self.cluster = NatsCluster(folder)
        self.historian = Historian(Server(url), clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
        command = [sys.executable, str(SCRIPT), url, self.cluster.url, str(lease_s), str(ack_s), "3"]
        self.workers = [FleetWorker(command, folder / f"worker{i}.log") for i in range(2)]
        self.sent: list[tuple[int, int, float, int]] = []
        self.worst_s = 0.0
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self.cluster.start()
        for worker in self.workers:
            worker.start()
        self.until(lambda: len(self.alive()) == 2, "two workers")
        self.edge = Sender(address(self.cluster.url), "edge")
        self.edge.resume("edge", list(LINKS))
        self._threads = [threading.Thread(target=work) for work in (self._produce, self._follow)]
        for thread in self._threads:
            thread.start()

    def alive(self) -> list[str]:
        """Workers that own something."""
        return [one.name for one in standing(self.url) if one.is_alive and one.shards]

    def until(self, condition: Callable[[], object], what: str, *, within_s: float = 60.0) -> float:
        """Seconds until it holds; a cluster without a leader for the moment is asked again."""
        began_s = time.monotonic()
        while True:
            try:
                if condition():
                    return time.monotonic() - began_s
            except LinkError:
                pass
            assert time.monotonic() - began_s < within_s, f"{what} did not come within {within_s} s"
            time.sleep(0.1)

    def catch_up(self) -> float:
        """Seconds until something that is sent from now on is held."""
        wanted = len(self.sent) + 5 * len(LINKS)
        return self.until(lambda: len(self.sent) >= wanted, "what was sent after a kill")

    def whole(self) -> bool:
        """Whether every server keeps the stream, and both workers have their share."""
        state = self.edge.look()
        return state.replicas_current == state.replicas == 3 and len(self.alive()) == 2

    def _produce(self) -> None:
        seq = 0
        while not self._over.is_set():
            now_us = time.time_ns() // 1_000
            frames, rows = [], []
            for link in LINKS:
                seq += 1
                rows.append((link + 100, now_us, float(seq), 0xC0))
                frames.append(Frame("edge", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows[-1:]),), {link: now_us}))
            began_s = time.monotonic()
            while True:
                try:
                    self.edge.put(frames)
                    break
                except LinkError:
                    time.sleep(0.05)
            self.worst_s = max(self.worst_s, time.monotonic() - began_s)
            self.sent += rows
            time.sleep(EVERY_S)

    def _follow(self) -> None:
        """As the process that reads does: it takes over what workers stored, and seals."""
        while not self._over.is_set():
            self.historian.follow(0.2)
            if self.historian.unsealed > 500:
                self.historian.seal_once()

    def rest(self) -> None:
        """Send and store nothing more."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        while self.historian.follow(0.0):
            pass

    def close(self) -> None:
        """End everything that runs."""
        self.rest()
        self.edge.close()
        for worker in self.workers:
            worker.kill()
        self.cluster.stop()
        self.historian.close()

    def stored(self) -> list[tuple[int, int, float, int]]:
        """Every sample that is read back."""
        tags = [link + 100 for link in LINKS]
        batches = self.historian.raw(tags, 0, 1 << 60, scope=ALL)
        return [row for batch in batches for row in batch.rows()]
