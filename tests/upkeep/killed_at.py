"""Do upkeep and die by SIGKILL at a named step: run as a program, it forks a process for each line it reads."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import orjson
from sqlalchemy import Connection, event
from upkeep_world import EVERYTHING, opened

from dovetail.core import faults
from dovetail.core.clock import SystemClock
from dovetail.db import migrate as steps
from dovetail.ownership.datafolder import own
from dovetail.repository import keys
from dovetail.upkeep.manifest import Progress
from dovetail.upkeep.restore import restore


def die_at(name: str) -> None:
    def on_point(point: str) -> None:
        if point == name:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_point = on_point


def back_up(data: Path, folder: Path, point: str) -> None:
    with opened(data) as plant:
        plant.put(plant.frames[4:6])
        die_at(point)
        plant.house.backups.now(folder)


def back_up_encrypted(data: Path, folder: Path, point: str) -> None:
    if not (data / "backup.key").exists():
        keys.write_private(data / "backup.key", keys.server_text(keys.new_key().server()))
    with opened(data) as plant:
        die_at(point)
        plant.house.backups.now(folder, keep=1)


def bring_back(data: Path, backup: Path, point: str) -> None:
    address = f"sqlite:///{(data / 'records.db').resolve()}"
    with own(data):
        die_at(point)
        restore(backup, data, address, clock=SystemClock(), actor=EVERYTHING.actor, force=True, progress=Progress())


def die_migrating(point: str) -> None:
    """`migrate.step:2` dies at the second passing, `statement:7` at the seventh statement that a migration says."""
    kind, _, at = point.partition(":")
    seen = 0

    def says(*_said: object) -> None:
        nonlocal seen
        seen += 1
        if str(seen) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_point(name: str) -> None:
        if name == kind:
            says()

    if kind == "statement":
        upgrade = steps.upgrade

        def heard(connection: Connection, step: str) -> None:
            event.listen(connection, "before_cursor_execute", says)
            upgrade(connection, step)

        steps.upgrade = heard
    faults.on_point = on_point


def migrate(data: Path, _other: Path, point: str) -> None:
    """Open an installation of an older version."""
    die_migrating(point)
    with opened(data, database_url=os.environ.get("DOVETAIL_KILLED_URL")):
        pass


def main() -> None:
    for line in sys.stdin:
        asked = orjson.loads(line)
        pid = os.fork()
        if not pid:
            {"backup": back_up, "encrypted": back_up_encrypted, "restore": bring_back, "migrate": migrate}[asked["do"]](
                Path(asked["data"]), Path(asked["other"]), asked["point"]
            )
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
