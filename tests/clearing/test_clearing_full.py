"""On a disk that is really full nothing acknowledged is lost, room can be made, and then everything goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from clearing_world import ALL, SPEED, World, at

from dovetail.chunkstore.files import Files
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import HOUR_US
from dovetail.core.errors import LinkError
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock
from dovetail.vitals.ballast import Ballast

SIZE_MB = 24
RESERVE = 4 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory, that is soon full."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "dovetail-test", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def world(small_disk: Path, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[World]:
    """Records and samples on the small disk, and a reserve."""
    database = Database(f"sqlite:///{small_disk / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    made = World(database, lambda: Files(small_disk / "historian"), clock, tmp_path / "archive")
    (small_disk / "ballast").write_bytes(os.urandom(RESERVE))
    yield made
    made.close()
    database.close()


def fill(world: World, *, first: int) -> list[int]:
    """Send noise, which does not pack, until the disk refuses; the frames that were acknowledged."""
    noise = np.random.default_rng(7)
    kept: list[int] = []
    for seq in range(first, first + 2_000):
        moments = range(at("2024-01-01") + seq * HOUR_US, at("2024-01-01") + (seq + 1) * HOUR_US, 1_800_000)
        rows = [
            (SPEED, ts, float(value), 0xC0) for ts, value in zip(moments, noise.standard_normal(2_000), strict=True)
        ]
        try:
            world.historian.put([Frame("edge", Lane.LIVE, 9, seq, (Batch.of(Kind.F64, rows),))])
            kept.append(seq)
            world.historian.seal_once()
        except LinkError as error:
            assert error.code == "historian-write"
            return kept
    raise AssertionError("the disk was never full")


def test_on_a_full_disk_nothing_acknowledged_is_lost_and_letting_go_makes_room(world: World, small_disk: Path) -> None:
    kept = fill(world, first=0)
    with pytest.raises(LinkError, match="their disk is full") as refused:
        while True:
            world.do(
                world.room.holds.hold,
                reason="x" * 90_000,
                tags=[SPEED],
                start="2020-01-01T00:00:00Z",
                end="2020-01-02T00:00:00Z",
            )
    assert refused.value.code == "disk-full"
    world.restart()  # it can stop and begin
    (small_disk / "ballast").unlink()
    while world.historian.seal_once():
        pass
    account = {one.source: one for one in world.historian.delivery()}["edge"]
    assert account.expected == account.stored + account.duplicate + account.refused + account.gap
    assert account.stored == 2_000 * len(kept) == world.held(SPEED)[SPEED]
    world.send(SPEED, [at("2025-01-01") + HOUR_US])
    world.rule(acme={"drop_after": "P1Y"})
    before = os.statvfs(small_disk).f_bavail
    world.clear()
    assert world.gone(SPEED) == 2_000 * len(kept)
    assert os.statvfs(small_disk).f_bavail > before
    again = fill(world, first=5_000)
    assert len(again) > len(kept) // 2


def test_samples_are_refused_while_there_is_still_room_to_delete_and_to_stop(
    world: World, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dovetail.vitals.ballast.DISK_FULL_BYTES", 3 << 20)
    refuses: list[str | None] = []
    reserve = Ballast(small_disk, size=RESERVE, on_full=refuses.append)
    stuffing = small_disk / "stuffing"
    left = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    stuffing.write_bytes(os.urandom(left - (2 << 20)))
    reserve.step()
    assert (reserve.is_there, refuses) == (False, [])  # the reserve is let go first
    with stuffing.open("ab") as more:
        more.write(os.urandom(4 << 20))
    reserve.step()
    world.historian.refuses = refuses[-1]
    with pytest.raises(LinkError, match="is full") as refused:
        world.send(SPEED, [at("2025-01-01")])
    assert refused.value.code == "disk-full"
    assert world.historian.last([SPEED], scope=ALL) == {}
    stuffing.unlink()
    reserve.step()
    world.historian.refuses = refuses[-1]
    world.send(SPEED, [at("2025-01-01")])
    assert reserve.is_there
    assert [why is None for why in refuses] == [False, True]
