"""The exports of a plant of three machines, in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from exports_world import Rights, filled, room_in

from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.exports.service import ExportsRoom
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    opened = Historian(tmp_path / "historian", clock=clock, bus=bus, owner_of={1: 1, 2: 1, 3: 2, 4: 3}.get)
    filled(opened)
    yield opened
    opened.close()


@pytest.fixture
def rights() -> Rights:
    return Rights()


@pytest.fixture
def room(
    tmp_path: Path, sqlite_database: Database, historian: Historian, bus: Bus, rights: Rights
) -> Iterator[ExportsRoom]:
    opened = room_in(tmp_path / "exports", sqlite_database, historian, bus, rights)
    yield opened
    rights.open.set()
    opened.stop()
