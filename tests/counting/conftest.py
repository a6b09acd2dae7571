"""The small line of these tests, on SQLite or on both records stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from counting_plant import Plant, an_hour, lived_hour, plant_on, restarted

from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(sqlite_database, tmp_path, clock, bus) as opened:
        yield opened


@pytest.fixture(scope="session")
def after_an_hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation that has lived that hour and was shut down."""
    folder = tmp_path_factory.mktemp("hour")
    with lived_hour(folder):
        return folder


@pytest.fixture
def hour(after_an_hour: Path, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """After an hour's work: 4,140 pieces at the filler, 6 of them scrap; nothing counted at the table.

    The hour is lived once; each test starts a copy of that installation anew.
    """
    folder = copytree(after_an_hour, tmp_path / "hour")
    database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
    with restarted(database, folder, clock, bus) as opened:
        yield opened
    database.close()


@pytest.fixture
def hour_on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The same on SQLite and on PostgreSQL."""
    with plant_on(database, tmp_path, clock, bus) as opened:
        an_hour(opened)
        yield opened
