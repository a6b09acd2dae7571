"""Plant code that waits for its day: other code is applied meanwhile, and what waits keeps its day or is taken back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "equipment"))

from equipment_plants import SMALL, documents, sections

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.core.errors import ConflictError
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.service import EquipmentRoom
from dovetail.testing.clock import ManualClock

FILLER = "acme/line1/filler"


@pytest.fixture
def room(database: Database, clock: ManualClock, bus: Bus) -> EquipmentRoom:
    return EquipmentRoom(database, clock, bus, sections())


WAITS = SMALL.replace("rate_upm: 100", "rate_upm: 90")


@pytest.mark.parametrize(
    ("what", "code", "now", "then"),
    [
        ("something else: what waits keeps its day", WAITS.replace("name: Small", "name: Other"), 100.0, 90.0),
        ("what waits is taken back", SMALL, 100.0, 100.0),
    ],
)
def test_what_waits_for_its_day_is_no_obstacle_to_other_plant_code(
    room: EquipmentRoom, everyone: Scope, clock: ManualClock, what: str, code: str, now: float, then: float
) -> None:
    room.apply(documents(), scope=everyone)
    room.apply(documents(WAITS), scope=everyone, valid_from_us=clock.now_us() + DAY_US)
    clock.tick(SECOND_US)
    room.apply(documents(code), scope=everyone)
    assert room.plant().by_path(FILLER).standard_rate_upm == now, what
    assert code in room.export(scope=everyone)[1].values()
    clock.tick(DAY_US)
    assert room.plant().by_path(FILLER).standard_rate_upm == then, what
    assert not room.plan(documents(code), scope=everyone).steps


def test_what_waits_for_its_day_cannot_begin_early_by_being_changed(
    room: EquipmentRoom, everyone: Scope, clock: ManualClock
) -> None:
    room.apply(documents(), scope=everyone)
    tomorrow_us = clock.now_us() + DAY_US
    room.apply(documents(WAITS), scope=everyone, valid_from_us=tomorrow_us)
    clock.tick(SECOND_US)
    other = documents(SMALL.replace("rate_upm: 100", "rate_upm: 80"))
    for verb in (room.plan, room.apply):
        with pytest.raises(ConflictError, match=f"equipment {FILLER} changes at"):
            verb(other, scope=everyone)
    room.apply(other, scope=everyone, valid_from_us=tomorrow_us)
    clock.tick(DAY_US)
    assert room.plant().by_path(FILLER).standard_rate_upm == 80.0
