"""The import of a history as a process of its own, which kills itself behind a frame that the historian holds, or not.

Usage: python history_under_test.py FOLDER FILE FRAME [ROWS]: FRAME 0 lives on until the import has ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import count
from pathlib import Path

from dovetail.core import faults
from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.forms.model import Named
from dovetail.historian.service import Historian
from dovetail.histories import model
from dovetail.histories.asked import ImportHistory
from dovetail.histories.service import HistoriesRoom, Plant
from dovetail.operations.operation import execute
from dovetail.web.longwork import LongWork

SERVER = system_scope("kills")
SPEED = Named(11, "acme/press.speed", None, Kind.F64)


def main(folder: Path, file: Path, frame: int, rows: int) -> None:
    """Go on with what was begun, or begin; say how it ended."""
    model.HISTORY_FRAME_ROWS = rows  # type: ignore[misc]  # a file of megabytes would show the same
    bus, clock = Bus(), SystemClock()
    database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
    database.create_for_tests()
    historian = Historian(folder / "historian", clock=clock, bus=bus, owner_of=lambda _tag: 1)
    plant = Plant(
        {SPEED.path: SPEED}.get, lambda _tag: 1, lambda _tag: "UTC", lambda: 1, lambda _actor: SERVER
    )  # fmt: skip
    room = HistoriesRoom(
        database, folder / "histories", historian=historian, plant=plant, work=LongWork(clock), bus=bus
    )  # fmt: skip
    seen = count(1)

    def die(point: str) -> None:
        if point == "history.stored" and next(seen) == frame:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_point = die
    begun = room.all(scope=SERVER)
    room.resume()
    if not begun:
        execute(room.bring, ImportHistory(path=str(file)), database=database, scope=SERVER)
    while (found := room.all(scope=SERVER)[0]).state == "running":
        time.sleep(0.02)  # it ends by its own hand, or by ours
    print(found.state, found.samples, found.went, flush=True)
    historian.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
