"""Before a newer version changes a plant's records, they are kept as they are: a way back, made by itself."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Final

import orjson

from dovetail.core import faults
from dovetail.core.clock import HOUR_US, Clock, from_rfc3339
from dovetail.core.errors import ConfigError, DovetailError, LinkError
from dovetail.core.sqlitelib import sqlite_module
from dovetail.db.migrate import newest_step
from dovetail.db.uow import Database
from dovetail.upkeep import records
from dovetail.upkeep.layout import BEFORE_UPGRADE, LAST_BACKUP, RECORDS
from dovetail.upkeep.manifest import sync_folder

log = logging.getLogger(__name__)

WITHOUT: Final = "without-backup"  # DOVETAIL_UPGRADE: somebody has seen to it otherwise
RECENT_US: Final = 24 * HOUR_US
ROOM: Final = 1.05

sqlite3 = sqlite_module()


def keep_before(data: Path, database: Database, *, clock: Clock, upgrade: str | None = None) -> Path | None:
    """See to it that there is a way back, where this version has steps to run; where the copy is, if one was made.

    Records in SQLite are copied, each state of them once, however often the start is killed. Of PostgreSQL a backup of
    the last day is demanded. Raises ConfigError without one, LinkError where the copy finds no room.
    """
    with database.read() as reading:
        step = records.step_of(reading.connection)
        if not step or step == newest_step():
            return None
        known, backend = reading.known_now(), reading.connection.dialect.name
    if upgrade == WITHOUT:
        log.warning("the records go from step %s to %s, and nobody asked for a copy of them", step, newest_step())
        return None
    if backend == "sqlite":
        return _copied(data, f"{BEFORE_UPGRADE}{step}-{known}")
    if not _is_recent(data, clock):
        raise ConfigError(
            f"the records are at step {step}, this version changes them to {newest_step()}, and there is no backup of "
            "the last 24 hours",
            code="upgrade-backup",
            hint=f"dovetail backup make, with the version that ran before; or DOVETAIL_UPGRADE={WITHOUT}",
        )
    return None


def _copied(data: Path, name: str) -> Path:
    whole = data / name
    if whole.exists():
        return whole
    partial = data / (name + ".partial")
    size = (data / RECORDS).stat().st_size
    if shutil.disk_usage(data).free < size * ROOM:
        raise LinkError(
            f"{data} has not the {size:,} bytes free for a copy of the records before they are changed",
            code="upgrade-space",
            hint=f"make room, or DOVETAIL_UPGRADE={WITHOUT} when there is a backup",
        )
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    source, target = sqlite3.connect(data / RECORDS), sqlite3.connect(partial / RECORDS)
    try:
        source.backup(target)
    except sqlite3.Error as error:
        raise LinkError(f"{partial} cannot be written: {error}", code="upgrade-copy") from error
    finally:
        target.close()
        source.close()
    with (partial / RECORDS).open("rb+") as opened:
        os.fsync(opened.fileno())
    sync_folder(partial)
    faults.point("upgrade.copied")
    partial.rename(whole)
    sync_folder(data)
    log.info("the records as they were before this version are in %s", whole)
    return whole


def _is_recent(data: Path, clock: Clock) -> bool:
    try:
        made_us = from_rfc3339(orjson.loads((data / LAST_BACKUP).read_bytes())["made_at"])
    except (OSError, ValueError, KeyError, DovetailError):
        return False
    return clock.now_us() - made_us <= RECENT_US
