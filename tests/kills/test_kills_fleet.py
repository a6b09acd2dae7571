"""kill -9 of any NATS server and any ingest worker: nothing is lost, nothing is doubled, and soon it goes on."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from kills_fleet import ALL, EDGE, SCRIPT, Fleet, FleetWorker, accepted_by

from dovetail.chunkstore.postgres import Server
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.historian.service import Historian
from dovetail.testing.natsserver import NatsServer, free_ports
from dovetail.transport.model import address
from dovetail.transport.outbox import DiskOutbox
from dovetail.transport.sender import Sender

pytestmark = [pytest.mark.kills, pytest.mark.postgres]


@pytest.fixture
def samples_url(postgres_url: str) -> Iterator[str]:
    """An empty database."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("create database fleet")
        base, _, query = postgres_url.partition("?")
        yield f"{base.rsplit('/', 1)[0]}/fleet?{query}"
        admin.execute("drop database fleet with (force)")


def all_is_told(fleet: Fleet) -> None:
    """What the edge was told is held can be read, once; and the account says so."""
    assert sorted(fleet.stored()) == sorted(fleet.sent)
    (account,) = fleet.historian.delivery()
    assert account.expected == account.stored + account.duplicate + account.refused + account.gap
    assert (account.stored, account.refused, account.gap) == (len(fleet.sent), 0, 0)
    assert account.frames_missing == 0


def kill_leader(fleet: Fleet) -> float:
    """The server that leads the stream; seconds until the edge hears `held` again."""
    leader = fleet.edge.look().leader
    return kill_server(fleet, [server.name for server in fleet.cluster.servers].index(leader))


def kill_server(fleet: Fleet, which: int) -> float:
    """One of the three."""
    victim = fleet.cluster.servers[which]
    victim.kill()
    took_s = fleet.catch_up()
    victim.start()
    return took_s


def kill_worker(fleet: Fleet, which: int) -> float:
    """One of the two; seconds until the other has taken its shards over and stores them."""
    fleet.workers[which].kill()
    took_s = fleet.catch_up()
    fleet.workers[which].start()
    return took_s


def test_a_server_and_a_worker_are_killed(tmp_path: Path, samples_url: str, say: Callable[[str], None]) -> None:
    fleet = Fleet(tmp_path, samples_url, lease_s=2.0, ack_s=1.0)
    try:
        fleet.start()
        server_s = kill_leader(fleet)
        worker_s = kill_worker(fleet, 0)
        fleet.rest()
        all_is_told(fleet)
    finally:
        fleet.close()
    say(f"{len(fleet.sent)} samples; caught up {server_s:.1f} s after a NATS server, {worker_s:.1f} s after a worker")


def bring_over(file: Path, nats: str) -> None:
    """What the last process left on its disk, as its next start would."""
    sender = Sender(address(nats), "edge")
    outbox = DiskOutbox(file, sender, clock=SystemClock())
    until_s = time.monotonic() + 30
    while outbox.waiting and time.monotonic() < until_s:
        time.sleep(0.05)
    left = outbox.waiting
    sender.close()
    outbox.close()
    assert left == 0


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_a_collecting_process_is_killed(
    tmp_path: Path, samples_url: str, say: Callable[[str], None], kills: int
) -> None:
    """What its outbox accepted is stored once, though nobody may have stored anything while it lived."""
    server = NatsServer(tmp_path / "nats", port=free_ports(1)[0])
    historian = Historian(Server(samples_url), clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
    command = [sys.executable, str(SCRIPT), samples_url, server.url, "2", "1", "1"]
    worker = FleetWorker(command, tmp_path / "worker.log")
    edge = [sys.executable, str(EDGE), server.url, str(tmp_path / "outbox.db")]
    server.start()
    worker.start()
    try:
        accepted = [value for _ in range(kills) for value in accepted_by(edge, for_s=0.7)]
        bring_over(tmp_path / "outbox.db", server.url)
        while historian.follow(0.5):
            pass
        stored = [int(row[2]) for batch in historian.raw([101, 102], 0, 1 << 60, scope=ALL) for row in batch.rows()]
        (account,) = historian.delivery()
    finally:
        worker.kill()
        server.stop()
        historian.close()
    assert set(accepted) <= set(stored)
    assert len(stored) == len(set(stored)) == account.stored
    assert account.expected == account.stored + account.duplicate + account.refused + account.gap
    say(f"{kills} kills of a collecting process: {len(accepted)} accepted values are stored once")


@pytest.mark.soak
def test_twenty_servers_and_ten_workers_are_killed(
    tmp_path: Path, samples_url: str, say: Callable[[str], None]
) -> None:
    """At production's own times."""
    rng = random.Random(20)
    fleet = Fleet(tmp_path, samples_url, lease_s=6.0, ack_s=5.0)
    kills = ["leader"] * 12 + ["any server"] * 8 + ["worker"] * 10
    rng.shuffle(kills)
    took: dict[str, list[float]] = {"leader": [], "any server": [], "worker": []}
    try:
        fleet.start()
        for kind in kills:
            took[kind].append(kill_one(fleet, kind, rng))
        fleet.rest()
        all_is_told(fleet)
    finally:
        fleet.close()
    for kind, seconds in took.items():
        say(f"{len(seconds)} × {kind}: caught up after {statistics.median(seconds):.1f} s, at most {max(seconds):.1f}")
    say(f"{len(fleet.sent)} samples, none lost, none doubled")


def kill_one(fleet: Fleet, kind: str, rng: random.Random) -> float:
    """One kill, and everything back."""
    took_s = {
        "leader": lambda: kill_leader(fleet),
        "any server": lambda: kill_server(fleet, rng.randrange(3)),
        "worker": lambda: kill_worker(fleet, rng.randrange(2)),
    }[kind]()
    fleet.until(fleet.whole, "three servers and two workers")
    return took_s
