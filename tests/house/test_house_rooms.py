"""How a tag is named to others, and to which site its samples belong."""

from __future__ import annotations

import pytest

from dovetail.core.bus import Bus
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.service import EquipmentRoom
from dovetail.house.rooms import named, plant_sections, tags_by_site
from dovetail.testing.clock import ManualClock

TAG = '{connection: plc, address: "40001"}'
PLANT = f"""
plant: {{format: 1, name: Two sites}}
equipment:
  acme: {{level: Enterprise, timezone: Europe/Prague, tags: {{price: {TAG}}}}}
  acme/brno: {{level: Site}}
  acme/brno/press: {{level: WorkUnit, tags: {{good: {TAG}, bad: {TAG}}}}}
  acme/plzen: {{level: Site, tags: {{power: {TAG}}}}}
connections:
  plc: {{driver: modbus, options: {{host: 127.0.0.1}}}}
"""


@pytest.fixture
def equipment(sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> EquipmentRoom:
    room = EquipmentRoom(sqlite_database, clock, bus, plant_sections())
    room.apply({"plant.yaml": PLANT.encode()}, scope=everyone)
    room.refresh()
    return room


def test_a_tag_is_named_by_its_path_or_its_id(equipment: EquipmentRoom) -> None:
    tag = equipment.plant().tag_by_path("acme/brno/press.good")
    for word in ("acme/brno/press.good", str(tag.id)):
        found = named(equipment, word)
        assert found is not None
        assert (found.id, found.path) == (tag.id, "acme/brno/press.good")


@pytest.mark.parametrize("word", ["acme/brno/press.worse", "", "4611686018427387904", "9" * 40])
def test_what_is_no_tag_has_no_name(equipment: EquipmentRoom, word: str) -> None:
    assert named(equipment, word) is None


def test_samples_belong_to_their_site_and_without_one_to_the_enterprise(equipment: EquipmentRoom) -> None:
    found = {site: [tag.path for tag in tags] for site, tags in tags_by_site(equipment).items()}
    assert {site: sorted(paths) for site, paths in found.items()} == {
        "acme": ["acme.price"],
        "acme/brno": [f"acme/brno/press.{name}" for name in ("bad", "good", "job", "product", "rate_upm")],
        "acme/plzen": ["acme/plzen.power"],
    }
