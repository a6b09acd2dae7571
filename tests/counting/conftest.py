"""The small line of these tests, on SQLite or on both records stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_plant import Plant, an_hour, plant_on

from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(sqlite_database, tmp_path, clock, bus) as opened:
        yield opened


@pytest.fixture
def hour(plant: Plant) -> Plant:
    """After an hour's work: 4,140 pieces at the filler, 6 of them scrap; nothing counted at the table."""
    an_hour(plant)
    return plant


@pytest.fixture
def hour_on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The same on SQLite and on PostgreSQL."""
    with plant_on(database, tmp_path, clock, bus) as opened:
        an_hour(opened)
        yield opened
