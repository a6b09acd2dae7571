"""An installation that lasts as long as one scenario: the real rooms and stores, in a folder of their own, on a clock
that moves when the scenario says so."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

from dovetail.core.bus import Bus
from dovetail.core.clock import Clock, SystemClock
from dovetail.core.limits import CONSUMER_FRAMES_MAX
from dovetail.core.scope import Scope, system_scope
from dovetail.db.migrate import migrate
from dovetail.db.uow import Database
from dovetail.house.rooms import Rooms, build_rooms

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, that nobody else may enter
QUICK: Final = str(MEMORY) if MEMORY.is_dir() else None  # nothing here outlives the scenario: no disk has to keep it
ROUNDS_MAX: Final = 10_000  # of one moment: more means that two rooms feed each other

OWN: Final[Scope] = system_scope("scenario")

type Opened = Callable[[Path, Clock, Bus], AbstractContextManager[Database]]


class SetClock:
    """A clock that shows what it is set to. Nothing waits by it: a scenario has no time to lose."""

    def __init__(self, at_us: int) -> None:
        self._at_us = at_us

    def now_us(self) -> int:
        return self._at_us

    def monotonic_us(self) -> int:
        return self._at_us

    def set(self, at_us: int) -> None:
        """Go on to a moment; it never goes back."""
        self._at_us = max(self._at_us, at_us)

    async def sleep(self, duration_s: float) -> NoReturn:
        raise RuntimeError("nobody sleeps in a scenario")

    def ring(self, after_s: float, bell: Callable[[], None]) -> NoReturn:
        raise RuntimeError("nobody sleeps in a scenario")


@dataclass(frozen=True, slots=True)
class Stage:
    """The rooms, and the work that the background roles of a running installation would do."""

    rooms: Rooms
    database: Database
    clock: SetClock

    def work(self) -> None:
        """Until nothing is left to do."""
        rooms = self.rooms
        for _ in range(ROUNDS_MAX):
            _read_to_the_end(rooms.production.step)
            rooms.virtual.step(CONSUMER_FRAMES_MAX)  # it reads what it put itself, too: that is no work left
            done = rooms.virtual.behind + rooms.states.step(CONSUMER_FRAMES_MAX) + rooms.timeline.step()
            if not done:
                break
        else:
            raise RuntimeError("the rooms do not come to rest")
        while rooms.performance.step():
            pass


def _read_to_the_end(step: Callable[[int], int]) -> None:
    """Frames that concern nobody are no work, though they are read."""
    while step(CONSUMER_FRAMES_MAX) >= CONSUMER_FRAMES_MAX:
        pass


@cache
def _empty_records() -> bytes:
    """The records of an installation in which nothing has happened yet, as the migrations make them; made once."""
    with tempfile.TemporaryDirectory(prefix="dovetail-empty-", dir=QUICK) as folder:
        file = Path(folder) / "records.db"
        database = Database(f"sqlite:///{file}", clock=SystemClock(), bus=Bus())
        migrate(database)
        database.close()
        return file.read_bytes()


@contextmanager
def on_sqlite(folder: Path, clock: Clock, bus: Bus) -> Iterator[Database]:
    """Records in a file of the folder."""
    file = folder / "records.db"
    file.write_bytes(_empty_records())
    database = Database(f"sqlite:///{file}", clock=clock, bus=bus)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def stage(at_us: int, *, records: Opened = on_sqlite) -> Iterator[Stage]:
    """An empty installation at a moment, which is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dovetail-scenario-", dir=QUICK))
    clock, bus = SetClock(at_us), Bus()
    try:
        with records(folder, clock, bus) as database:
            rooms = build_rooms(folder, database, clock=clock, bus=bus)
            try:
                yield Stage(rooms, database, clock)
            finally:
                rooms.historian.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
