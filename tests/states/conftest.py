"""The states room on a real historian and a real records store, as the tests of the room ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from states_floor import Floor

from dovetail.core.bus import Bus
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture
def floor(sqlite_database: Database, clock: ManualClock, bus: Bus, tmp_path: Path, everyone: Scope) -> Iterator[Floor]:
    made = Floor(sqlite_database, clock, bus, tmp_path / "historian", everyone)
    yield made
    made.historian.close()


@pytest.fixture
def floor_on(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path, everyone: Scope) -> Iterator[Floor]:
    """The same on SQLite and on PostgreSQL."""
    made = Floor(database, clock, bus, tmp_path / "historian", everyone)
    yield made
    made.historian.close()


@pytest.fixture
def new_floor(tmp_path: Path, everyone: Scope) -> Iterator[Callable[[], Floor]]:
    """Floors of their own, as many as a test asks for."""
    made: list[Floor] = []

    def make() -> Floor:
        bus, clock = Bus(), ManualClock()
        database = Database(f"sqlite:///{tmp_path / f'records{len(made)}.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        made.append(Floor(database, clock, bus, tmp_path / f"historian{len(made)}", everyone))
        return made[-1]

    yield make
    for floor in made:
        floor.historian.close()
        floor.database.close()
