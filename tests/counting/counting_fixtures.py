"""The small line of the pieces for other rooms' tests, on files and on either store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting_plant import Plant, plant_on

from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(sqlite_database, tmp_path, clock, bus) as opened:
        yield opened


@pytest.fixture
def on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(database, tmp_path, clock, bus) as opened:
        yield opened
