"""What an ingest worker knows of the plant, and what it does while it cannot ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import InterfaceError

from dovetail.core.bus import Bus
from dovetail.core.errors import LinkError
from dovetail.db.uow import Database
from dovetail.equipment.service import EquipmentRoom
from dovetail.ingestion.service import known_tags
from dovetail.testing.clock import ManualClock


@pytest.fixture
def database(tmp_path: Path, clock: ManualClock) -> Iterator[Database]:
    """In which no table is there yet: nothing of it can be read."""
    made = Database(f"sqlite:///{tmp_path / 'records.db'}", clock=clock, bus=Bus())
    yield made
    made.close()


@pytest.fixture
def equipment(database: Database, clock: ManualClock) -> EquipmentRoom:
    return EquipmentRoom(database, clock, Bus(), ())


def test_a_plant_that_cannot_be_read_is_no_fault_of_a_tag(database: Database, equipment: EquipmentRoom) -> None:
    """The frame that asked waits; as soon as the records are there again it has its answer."""
    is_tag = known_tags(equipment.tags, equipment.refresh)
    with pytest.raises(LinkError, match="the plant cannot be read: no such table"):
        is_tag(30)
    database.create_for_tests()
    assert not is_tag(30)


def test_a_connection_that_broke_is_no_fault_of_a_tag(
    equipment: EquipmentRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise InterfaceError("select 1", None, Exception("the connection is closed"))

    monkeypatch.setattr(equipment, "plant", broken)
    with pytest.raises(LinkError, match="the plant cannot be read: the connection is closed"):
        equipment.tags()
