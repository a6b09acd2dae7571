"""Pull the plug between any two steps of store → seal → release: nothing accepted is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from naive_historian import frame, rows_of

import shortcuts
from dovetail.chunkstore.postgres import Server
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from plug import PlugPulledError
from samples_stores import Store

ALL = system_scope("test")
GOOD = 0xC0
PATIENCE_S = 90.0
JANUARY_ENDS_US = 1_769_904_000_000_000
POINTS = ["written", "stored", "chunk-written", "sealed", "head-deleted"]
WHERE_AND_WHEN = shortcuts.some([(f"historian.{name}", nth) for name in POINTS for nth in (1, 2, 3, 4)], of=4)


def script(historian: Historian, first: int) -> Iterator[int]:
    """Frames over a turn of the month, sealed every third, each told to the consumer; yields what is promised kept."""
    for seq in range(first, 12):
        rows = [(tag, JANUARY_ENDS_US - 6 + seq, float(seq), GOOD) for tag in (1, 2)]
        historian.put([frame(seq, [*rows, (1, DAY_ZERO_US + seq, float(seq), GOOD)])])
        yield seq
        historian.consumer_at("states", historian.head_bounds()[1] - 1)
        [historian.seal_once() for _ in range(seq % 3 == 2)]


@pytest.mark.parametrize(("name", "nth"), WHERE_AND_WHEN)
def test_a_kill_between_two_steps_loses_and_doubles_nothing(
    each_store: Store, pull_plug_at: Callable[[str, int], None], name: str, nth: int
) -> None:
    clock = ManualClock(JANUARY_ENDS_US + 1_000_000)

    def start() -> Historian:
        return Historian(each_store.open(), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)

    killed = start()
    pull_plug_at(name, nth)
    promised = -1
    with pytest.raises(PlugPulledError):
        for seq in script(killed, 0):
            promised = seq
    pull_plug_at("never", 1)
    each_store.kill(killed)
    again = start()
    for _ in script(again, promised + 1):  # the gateway sends again whatever was not acknowledged
        pass
    again.seal_once()
    expected = sorted(
        [(tag, JANUARY_ENDS_US - 6 + seq, float(seq), GOOD) for seq in range(12) for tag in (1, 2)]
        + [(1, DAY_ZERO_US + seq, float(seq), GOOD) for seq in range(12)],
        key=lambda row: (row[1], row[0]),
    )
    assert rows_of(again.raw([1, 2], 0, JANUARY_ENDS_US + 99, scope=ALL)) == expected
    (account,) = again.delivery()
    assert (account.expected, account.stored, account.duplicate, account.refused) == (36, 36, 0, 0)
    assert again.head(again.head_bounds()[0], 1)[0].head_id == again.head_bounds()[0] + 1
    assert {tag: sample.value for tag, sample in again.last([1, 2], scope=ALL).items()} == {1: 11.0, 2: 11.0}
    again.close()


def test_a_kill_after_chunks_were_put_together_changes_nothing(
    each_store: Store, pull_plug_at: Callable[[str, int], None]
) -> None:
    clock = ManualClock(JANUARY_ENDS_US + 1_000_000)

    def start() -> Historian:
        return Historian(each_store.open(), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)

    killed = start()
    for seq, minute in enumerate([30, 10, 20, 0]):  # late ones do not join what comes after them
        killed.put([frame(seq, [(1, DAY_ZERO_US + minute, float(minute), GOOD)])])
        killed.seal_once()
    before = rows_of(killed.raw([1], 0, JANUARY_ENDS_US, scope=ALL))
    pull_plug_at("historian.compacted", 1)
    with pytest.raises(PlugPulledError):
        killed.compact_once()
    pull_plug_at("never", 1)
    each_store.kill(killed)
    again = start()
    assert rows_of(again.raw([1], 0, JANUARY_ENDS_US, scope=ALL)) == before
    while again.compact_once():
        pass
    assert rows_of(again.raw([1], 0, JANUARY_ENDS_US, scope=ALL)) == before
    (account,) = again.delivery()
    assert (account.expected, account.stored, account.duplicate) == (4, 4, 0)
    again.close()


def test_a_repeated_sealing_makes_no_new_revision(tmp_path: Path, pull_plug_at: Callable[[str, int], None]) -> None:
    clock = ManualClock()

    def start() -> Historian:
        return Historian(tmp_path, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)

    killed = start()
    killed.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    pull_plug_at("historian.chunk-written", 1)
    with pytest.raises(PlugPulledError):
        killed.seal_once()
    before = chunk_rows(tmp_path)
    pull_plug_at("never", 1)
    again = start()
    assert again.seal_once() == 1
    assert chunk_rows(tmp_path) == before
    again.close()
    killed.close()


def chunk_rows(folder: Path) -> list[tuple[object, ...]]:
    """All chunks of January 2026 as they stand on disk."""
    from dovetail.chunkstore.files import connect

    connection = connect(folder / "chunks-2026-01.db", role="reader")
    try:
        return connection.execute("select * from chunk order by id").fetchall()
    finally:
        connection.close()


WORKER = """
import sys, threading
from pathlib import Path
from dovetail.chunkstore.postgres import Server
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.historian.service import Historian
from naive_historian import frame

where = Server(sys.argv[1]) if "://" in sys.argv[1] else Path(sys.argv[1])
historian = Historian(where, clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
historian.consumer_at("states", 0)
epoch, start_us = historian.resume("gateway", []).epoch, int(sys.argv[2])

def seal():
    while True:
        historian.consumer_at("states", historian.head_bounds()[1])
        historian.seal_once()

threading.Thread(target=seal, daemon=True).start()
for seq in range(100_000):
    at = epoch * 1_000_000 + seq
    historian.put([frame(seq, [(tag, start_us + at, float(at), 0xC0) for tag in (1, 2)], epoch=epoch)])
    print(at, flush=True)
"""


@pytest.mark.kills
@pytest.mark.parametrize("seed", [1, 2])
def test_kill_9_at_a_random_moment_loses_nothing_acknowledged(each_store: Store, seed: int) -> None:
    """Real processes, really killed, over and over on the same samples."""
    chance = random.Random(seed)
    start_us = SystemClock().now_us() - 3_600_000_000
    promised: list[int] = []
    for _ in range(3):
        command = [sys.executable, "-c", WORKER, each_store.address, str(start_us)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent) as worker:
            assert worker.stdout is not None
            for _ in range(chance.randint(1, 60)):
                promised.append(int(worker.stdout.readline()))
            worker.kill()
            promised += [int(line) for line in worker.stdout.read().split("\n")[:-1]]
    historian = Historian(each_store.open(), clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
    kept = [int(row[2] or 0) for row in rows_of(historian.raw([1], 0, 2**62, scope=ALL))]
    assert len(kept) == len(set(kept))
    assert set(promised) <= set(kept)
    assert len(kept) - len(promised) <= 3  # at most the one frame per life whose acknowledgement died with it
    (account,) = historian.delivery()
    assert account.expected == account.stored == 2 * len(kept)
    historian.close()


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A PostgreSQL of this test's own, as durable as it comes."""
    pgserver = pytest.importorskip("pgserver", reason="the pgserver wheel does not exist for this platform")
    folder = Path(tempfile.mkdtemp(prefix="dovetail-pg-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def insist(step: Callable[[], object]) -> None:
    """As a gateway does: the same again, until it is kept."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            step()
        except LinkError:
            assert time.monotonic() < end_s, "it does not come back"
            time.sleep(0.05)
        else:
            return


def wait_for(kept: list[int], goal: int) -> None:
    """Until so many frames are acknowledged."""
    end_s = time.monotonic() + PATIENCE_S
    while kept[0] < goal:
        assert time.monotonic() < end_s, f"{kept[0]} of {goal} frames"
        time.sleep(0.01)


def is_gone(process: psutil.Process) -> bool:
    """Ended; whether somebody has asked for its exit code is another matter."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def kill_whole(server: Any) -> None:
    """kill -9 the whole PostgreSQL, and start it again when the last of its processes has noticed."""
    whole = psutil.Process(server.get_pid())
    whole.suspend()  # so that it has no more children than are seen
    processes = [whole, *whole.children()]
    whole.kill()
    end_s = time.monotonic() + PATIENCE_S
    while not all(map(is_gone, processes)):
        assert time.monotonic() < end_s, "a process of the server lives on"
        time.sleep(0.01)
    for left in (server.pgdata / "postmaster.pid", *server.pgdata.glob(".s.PGSQL.*.lock")):
        left.unlink()  # where nobody has asked for its exit code, it is taken for alive
    server.ensure_postgres_running()


def kill_one(historian: Historian) -> None:
    """kill -9 the process that works for us: the server ends all others and recovers by itself."""
    os.kill(historian._head._place._writer.info.backend_pid, signal.SIGKILL)


@pytest.mark.kills
@pytest.mark.postgres
@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.soak)])
def test_kill_9_of_postgresql_loses_nothing_acknowledged(own_server: Any, kills: int) -> None:
    """Samples come in and are sealed all the while; every other time only a process of the server is killed."""
    chance = random.Random(kills)
    start_us = SystemClock().now_us() - 3_600_000_000
    historian = Historian(Server(own_server.get_uri()), clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
    historian.consumer_at("states", 0)
    kept, done = [0], threading.Event()

    def gateway() -> None:
        while not done.is_set():
            rows = [(tag, start_us + kept[0], float(kept[0]), GOOD) for tag in (1, 2)]
            insist(lambda: historian.put([frame(kept[0], rows)]))  # noqa: B023 - called at once
            kept[0] += 1

    def seal() -> None:
        while not done.is_set():
            historian.consumer_at("states", historian.head_bounds()[1])
            insist(historian.seal_once)

    threads = [threading.Thread(target=gateway), threading.Thread(target=seal)]
    for thread in threads:
        thread.start()
    for number in range(kills):
        goal = kept[0] + chance.randint(1, 40)
        wait_for(kept, goal)
        [kill_whole, lambda _server: kill_one(historian)][number % 2](own_server)
    goal = kept[0] + 20
    wait_for(kept, goal)
    done.set()
    for thread in threads:
        thread.join()
    expected = [float(n) for n in range(kept[0])]
    for _ in range(2):  # as it stands, and as a restart finds it
        found = [row[2] for row in rows_of(historian.raw([1], 0, 2**62, scope=ALL))]
        assert found == expected
        (account,) = historian.delivery()
        assert (account.expected, account.stored, account.duplicate) == (2 * len(found), 2 * len(found), 0)
        historian.close()
        historian = Historian(Server(own_server.get_uri()), clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
    historian.close()
