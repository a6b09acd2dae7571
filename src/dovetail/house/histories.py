"""The room that brings foreign histories in, given what it needs of the others."""

from __future__ import annotations

from pathlib import Path

from dovetail.core.bus import Bus
from dovetail.db.uow import Database
from dovetail.histories.service import HistoriesRoom, Plant
from dovetail.house.rooms import Rooms, named
from dovetail.web.longwork import LongWork


def histories_room(folder: Path, database: Database, rooms: Rooms, work: LongWork, bus: Bus) -> HistoriesRoom:
    """What other historians kept, of the rooms that know our signals."""
    equipment = rooms.equipment

    def zone_of(tag: int) -> str:
        node = equipment.plant().owner_of(tag) or min(equipment.roots(), default=None)
        return "UTC" if node is None else equipment.plant().get(node).timezone

    plant = Plant(
        lambda word: named(equipment, word), lambda tag: equipment.plant().owner_of(tag), zone_of,
        lambda: min(equipment.roots(), default=None), rooms.security.scope_of,
    )  # fmt: skip
    return HistoriesRoom(database, folder, historian=rooms.historian, plant=plant, work=work, bus=bus)
