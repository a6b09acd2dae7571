"""One life of a link that takes for good, with the real historian, to be ended by SIGKILL at a point or at any moment.

Run as a program with one JSON argument. It says "up" when it takes, and lives until it is killed.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from dovetail.core import faults
from dovetail.core.batch import Kind, Value
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.plugins import load
from dovetail.core.scope import system_scope
from dovetail.drivers.base import ListenGroup, Notice, Point, Shared, Surroundings
from dovetail.drivers.keeping import KEEPING
from dovetail.historian.service import Historian
from dovetail.spool.pump import Spool

LINK = 900


@dataclass(frozen=True)
class Life:
    """What is taken, where it is kept, and at which passing of which point it ends."""

    driver: str
    options: dict[str, Any]
    points: list[tuple[str, int]]  # address, kind
    folder: str
    kill_at: tuple[str, int] | None = None


def historian(folder: Path) -> Historian:
    return Historian(folder / "historian", clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)


def stored(folder: Path, tag: int) -> Counter[Value]:
    """How often each value of a tag is kept, after all lives."""
    opened = historian(folder)
    batches = opened.raw([tag], 0, 1 << 60, scope=system_scope("test"))
    opened.close()
    return Counter(value for batch in batches for _, _, value, _ in batch.rows())


def begin(life: Life) -> subprocess.Popen[str]:
    """The process, taking; one that is to kill itself may have done so while it began."""
    process = subprocess.Popen([sys.executable, __file__, orjson.dumps(asdict(life)).decode()], stdout=-1, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n" or life.kill_at is not None
    return process


def end(process: subprocess.Popen[str]) -> int:
    """Kill it, if it has not killed itself."""
    process.kill()
    process.communicate(timeout=20)
    return process.returncode


def _die_at(name: str, nth: int) -> None:
    left = nth

    def on_point(point: str) -> None:
        nonlocal left
        left -= point == name
        if point == name and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_point = on_point


def _silently(_notice: Notice) -> None:
    """The live lane is another test's."""


async def _live(life: Life) -> None:
    spool = Spool(Path(life.folder) / "spool.db", historian(Path(life.folder)), SystemClock())
    shared = Shared()
    shared.one(KEEPING, lambda: spool)
    await spool.start()
    spec = load("dovetail.drivers", life.driver)
    driver = spec.open(spec.check(life.options), Surroundings(SystemClock(), shared=shared, link=LINK))
    await driver.open()
    points = tuple(Point(n, address, Kind(kind)) for n, (address, kind) in enumerate(life.points, 1))
    print("up", flush=True)
    await driver.subscribe((ListenGroup(250, points),), _silently)


if __name__ == "__main__":
    given = Life(**orjson.loads(sys.argv[1]))
    if given.kill_at is not None:
        _die_at(*given.kill_at)
    asyncio.run(_live(given))
