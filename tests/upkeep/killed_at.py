"""Do upkeep, or serve, and die by SIGKILL at a named step: run as a program, it forks a process for each line it reads.

What every such process imports, the one it is forked from has imported once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, event
from upkeep_world import EVERYTHING, opened

from dovetail.chunkstore import postgres as samples
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


def back_up(data: Path, folder: str, point: str) -> None:
    with opened(data) as plant:
        plant.put(plant.frames[4:6])
        die_at(point)
        plant.house.backups.now(Path(folder))


def back_up_encrypted(data: Path, folder: str, point: str) -> None:
    if not (data / "backup.key").exists():
        keys.write_private(data / "backup.key", keys.server_text(keys.new_key().server()))
    with opened(data) as plant:
        die_at(point)
        plant.house.backups.now(Path(folder), keep=1)


def bring_back(data: Path, backup: str, point: str) -> None:
    address = f"sqlite:///{(data / 'records.db').resolve()}"
    with own(data):
        die_at(point)
        restore(
            Path(backup), data, address, clock=SystemClock(), actor=EVERYTHING.actor, force=True, progress=Progress()
        )


def die_migrating(point: str) -> None:
    """`migrate.step:2` dies at the second passing, `statement:7` at the seventh statement that a migration of records
    says, `samples:3` at the third that one of samples in PostgreSQL says."""
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
    if kind == "samples":
        change = samples._upgrade

        def followed(connection: Any, version: int) -> None:
            change(Followed(connection, says), version)

        samples._upgrade = followed
    faults.on_point = on_point


class Followed:
    """A connection to the samples; each of its statements is told before it is said."""

    def __init__(self, connection: Any, says: Callable[[], None]) -> None:
        self._connection, self._says = connection, says

    def execute(self, *said: Any) -> Any:
        self._says()
        return self._connection.execute(*said)


def migrate(data: Path, url: str, point: str) -> None:
    """Open an installation of an older version; `url`: where its records are, if not there."""
    die_migrating(point)
    with opened(data, database_url=url or None):
        pass


def serve(asked: dict[str, Any]) -> int:
    """A server in a process of its own; its number."""
    import serving  # all that only who serves needs

    if pid := os.fork():
        return pid
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    die_migrating(asked["point"])
    serving.serve(Path(asked["data"]), asked["port"], asked["url"], asked["apart_us"])
    os._exit(0)


def done(asked: dict[str, Any]) -> int:
    """How a process that did something ended."""
    pid = os.fork()
    if not pid:
        {"backup": back_up, "encrypted": back_up_encrypted, "restore": bring_back, "migrate": migrate}[asked["do"]](
            Path(asked["data"]), asked["other"], asked["point"]
        )
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def ended(pid: int) -> int | str:
    """How a server ended; nothing while it lives."""
    gone, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if gone else ""


def main() -> None:
    for line in sys.stdin:
        asked = orjson.loads(line)
        answers = {"serve": serve, "ended": lambda asked: ended(asked["pid"])}
        print(answers.get(asked["do"], done)(asked), flush=True)


if __name__ == "__main__":
    main()
