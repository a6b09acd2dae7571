"""A folder in a running installation: from a file to the historian, through a restart, and with a backup."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import waiting
from dovetail.app.bootstrap import House, open_house
from dovetail.core.batch import Value
from dovetail.core.quality import is_good
from dovetail.ownership.settings import Settings

until = partial(waiting.until, within_s=30.0)


def plant(drop: Path) -> dict[str, bytes]:
    text = f"""
plant: {{format: 1, name: Bench}}
connections:
  bench: {{driver: filedrop, options: {{folder: "{drop}", time: at, stable_s: 0, every_s: 0.2}}}}
equipment:
  acme: {{level: Enterprise, timezone: UTC}}
  acme/site: {{level: Site}}
  acme/site/bench: {{level: WorkUnit, tags: {{force: {{connection: bench, address: Force}}}}}}
"""
    return {"plant.yaml": text.encode()}


@asynccontextmanager
async def running(data: Path, drop: Path) -> AsyncIterator[House]:
    with open_house(Settings(data=data)) as opened:
        opened.rooms.equipment.apply(plant(drop), scope=opened.scope)
        assert opened.gated
        await opened.start()
        yield opened
        await opened.stop()


def kept(house: House) -> list[tuple[Value, int]]:
    """(value, quality) of what was ever said of the force, without its being unknown."""
    model = house.rooms.equipment.plant()
    tag = model.tags_of(model.by_path("acme/site/bench").id)["force"].id
    batches = house.rooms.historian.raw([tag], 0, 1 << 60, scope=house.scope)
    return [(value, quality) for batch in batches for _, _, value, quality in batch.rows() if value is not None]


async def test_a_file_reaches_the_historian_once_through_a_restart_and_a_backup(tmp_path: Path) -> None:
    drop, data = tmp_path / "drop", tmp_path / "data"
    drop.mkdir()
    body = "at,Force\n2026-03-02T10:00:00Z,1.5\n2026-03-02T10:00:01Z,2.5\n"
    (drop / "a.csv").write_text(body)
    async with running(data, drop) as house:
        await until(lambda: [row[0] for row in kept(house)][:2] == [1.5, 2.5])
        await until(lambda: (drop / "archive" / "a.csv").exists())
        backup = await asyncio.to_thread(house.backups.now, tmp_path / "backups")
        (status,) = house.link_statuses()
        assert status.up and status.driver == "filedrop"
    (drop / "again.csv").write_text(body)
    async with running(data, drop) as house:
        await until(lambda: (drop / "archive" / "again.csv").exists())
        good = [value for value, quality in kept(house) if is_good(quality)]
        assert good == [1.5, 2.5]
        delivered = {one.source: one for one in house.rooms.historian.delivery()}["spool"]
        assert (delivered.expected, delivered.stored, delivered.gap, delivered.frames_missing) == (2, 2, 0, 0)
    with closing(sqlite3.connect(backup / "historian" / "spool.db")) as copied:
        (remembered,) = copied.execute("select count(*) from memory where key like 'content:%'").fetchone()
    assert remembered == 1
