"""The demo plant as rooms see it: four machines, each on its own link, and addresses that the simulator serves."""

from __future__ import annotations

import pytest
from equipment_plants import bottling

from dovetail.core.batch import Kind
from dovetail.core.bus import Bus
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.binding import Meaning, bind, meaning
from dovetail.equipment.model import PlantModel
from dovetail.equipment.service import EquipmentRoom
from dovetail.house.rooms import plant_sections
from dovetail.testing.clock import ManualClock

LINE = "acme/brno/pack/line1"


@pytest.fixture
def plant(sqlite_database: Database, clock: ManualClock, bus: Bus, everyone: Scope) -> PlantModel:
    room = EquipmentRoom(sqlite_database, clock, bus, plant_sections())
    room.apply(bottling(), scope=everyone)
    return room.plant()


OPCUA = ("nsu=urn:dovetail:sim;s={node}.Status.StateCurrent", "nsu=urn:dovetail:sim;s={node}.Admin.ProdProcessedCount")
MODBUS = ("30001", "30007:uint32")


@pytest.mark.parametrize(
    ("unit", "node", "addresses", "where", "rate_upm"),
    [
        ("filler", "Filler", OPCUA, "opc.tcp://127.0.0.1:48410/", 100.0),
        ("capper", "Capper", OPCUA, "opc.tcp://127.0.0.1:48411/", 110.0),
        ("labeller", "Labeller", MODBUS, 48412, 115.0),
        ("palletiser", "Palletiser", MODBUS, 48413, 120.0),
    ],
)
def test_each_machine_is_read_from_its_own_plc(
    plant: PlantModel, unit: str, node: str, addresses: tuple[str, str], where: object, rate_upm: float
) -> None:
    machine = plant.by_path(f"{LINE}/{unit}")
    tags = plant.tags_of(machine.id)
    assert (machine.standard_rate_upm, machine.timezone, machine.calendar) == (rate_upm, "Europe/Prague", "two-shift")
    found = (tags["state"].address, tags["processed"].address)
    assert found == tuple(address.format(node=node) for address in addresses)
    assert (tags["processed"].kind, tags["processed"].unit, tags["speed"].deadband) == (Kind.U64, "{#}", 0.5)
    link = plant.connections[f"plc-{unit}"]
    assert link.options.get("endpoint", link.options.get("port")) == where
    assert plant.links_of(machine.id) == {link.good_through_tag}
    assert len(plant.tags_on(link.name)) == 8


def test_the_line_is_seen_in_the_order_of_its_flow(plant: PlantModel) -> None:
    line = plant.by_path(LINE)
    assert [plant.get(child).name for child in plant.children(line.id)] == [
        "Filler",
        "Capper",
        "Labeller",
        "Palletiser",
    ]
    assert (line.constraint, line.outfeed) == ("filler", "palletiser")
    assert plant.roots() == {plant.by_path("acme").id}
    assert len(plant.subtree(line.id)) == 5


def test_every_tag_has_one_meaning(plant: PlantModel) -> None:
    filler = plant.by_path(f"{LINE}/filler")
    good, link = plant.tag_by_path(f"{LINE}/filler.processed"), plant.tag_by_path("plc-filler.good_through")
    assert meaning(plant, good.id) == Meaning(filler.id, "processed", "{#}")
    assert (meaning(plant, link.id), meaning(plant, 10_000)) == (None, None)
    assert bind(plant, frozenset({good.id, link.id})) == {filler.id: {"processed": good.id}}
    assert (
        len(plant.tags) == 4 * (8 + 3) + 4 * 2 + 3 + 2
    )  # computed: two of the filler and one of the capper, each with how far they are good
