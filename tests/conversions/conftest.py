"""The small line of the pieces, whose filler counts cases and whose table weighs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "counting"))

from conversions_plant import IN_CASES
from counting_plant import Plant, plant_on

from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.testing.clock import ManualClock


@pytest.fixture
def plant(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(sqlite_database, tmp_path, clock, bus, text=IN_CASES) as opened:
        yield opened


@pytest.fixture
def on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    with plant_on(database, tmp_path, clock, bus, text=IN_CASES) as opened:
        yield opened
