"""A backup while posts wait on disk: after a restore what waited is there once, and what is posted then is new."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from intake_world import BY_TOKEN, kept, running, sender, until

from dovetail.app.bootstrap import House
from dovetail.core.batch import Frame
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError
from dovetail.core.scope import system_scope
from dovetail.core.sqlitelib import sqlite_module
from dovetail.spool.pump import SOURCE
from dovetail.upkeep import samples
from dovetail.upkeep.manifest import Progress
from dovetail.upkeep.restore import restore

sqlite3 = sqlite_module()


async def post(house: House, values: Sequence[float]) -> None:
    async with sender(house) as client:
        for value in values:
            answer = await client.post("/api/v1/intake/mes", json={"force": value}, headers=BY_TOKEN)
            assert answer.status_code == 202, answer.text


async def test_what_waits_at_a_backup_is_neither_lost_nor_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment: the head has a parcel that the spool does not know to be there, and others wait behind it."""
    data, restored = tmp_path / "data", tmp_path / "restored"
    async with running(data) as house:
        keep, is_away = house.rooms.historian.put, False

        def put(frames: Sequence[Frame]) -> None:
            nonlocal is_away
            spooled = [frame for frame in frames if frame.source == SOURCE]
            if spooled and is_away:
                raise LinkError("away")
            keep(frames)
            if spooled and 3.0 in [row[2] for frame in spooled for batch in frame.batches for row in batch.rows()]:
                is_away = True  # it is stored, and whoever brought it is not told
                raise LinkError("cut off")

        monkeypatch.setattr(house.rooms.historian, "put", put)
        await post(house, [1.0, 2.0, 3.0, 4.0, 5.0])
        await until(lambda: is_away)
        await until(lambda: {status.name: status for status in house.link_statuses()}["mes"].waiting >= 2)
        backup = await asyncio.to_thread(house.backups.now, tmp_path / "backups")
        is_away = False
    restored.mkdir()
    url = f"sqlite:///{restored / 'records.db'}"
    actor = system_scope("test").actor
    restore(backup, restored, url, clock=SystemClock(), actor=actor, force=False, progress=Progress())
    for key in data.glob("*.key"):  # keys are not in a backup, they are kept elsewhere
        shutil.copy(key, restored / key.name)
    async with running(restored) as house:
        await until(lambda: Counter(kept(house, "force")) == Counter([1.0, 2.0, 3.0, 4.0, 5.0]))
        await post(house, [6.0, 7.0])
        await until(lambda: Counter(kept(house, "force")) == Counter([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]))


async def test_nothing_enters_or_leaves_what_waits_while_a_backup_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a number could be in the head of a backup and be given again by its spool: after a restore it were lost."""
    async with running(tmp_path / "data") as house:
        path, tried, pin = tmp_path / "data" / "historian" / "spool.db", [0], samples._pin

        def pinned(file: Path) -> object:
            other = sqlite3.connect(path, timeout=0, isolation_level=None)
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("begin immediate")
            other.close()
            tried[0] += 1
            return pin(file)

        monkeypatch.setattr(samples, "_pin", pinned)
        await asyncio.to_thread(house.backups.now, tmp_path / "backups")
        assert tried[0] >= 2
        await post(house, [1.0])  # and goes on at once
