"""Products and their rates: the nearest named equipment decides, and last month's rate stays last month's."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from asking import client_of
from dovetail.core.bus import Bus
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.events.equipment import PlantApplied
from dovetail.materials import api, service
from dovetail.materials.model import Product
from dovetail.materials.plant import SECTIONS
from dovetail.materials.service import MaterialsRoom
from dovetail.operations.http import Api
from dovetail.plantcode.section import Changes, Section
from dovetail.plantcode.validate import validate
from dovetail.testing.clock import ManualClock

LINE = "acme/brno/line1"
COLA = {"name": "Cola 0.5 l", "unit": "{#}", "rates_upm": {LINE: 90.0, f"{LINE}/filler": 100.0}}


@pytest.fixture
def room(database: Database, clock: ManualClock, bus: Bus) -> MaterialsRoom:
    return MaterialsRoom(database, clock=clock, bus=bus)


def apply(database: Database, bodies: dict[str, Any], valid_from_us: int) -> None:
    with database.write(system_scope().actor) as uow:
        service.apply(uow, bodies, valid_from_us)
        uow.emit(PlantApplied(1, valid_from_us, uow.known))


@pytest.mark.parametrize("path, expected", [
    (f"{LINE}/filler", 100.0),
    (f"{LINE}/filler/nozzle3", 100.0),
    (f"{LINE}/capper", 90.0),     # the line's holds below it
    (LINE, 90.0),
    ("acme/brno", None),
    ("acme/brno/line12", None),   # not the line whose name it begins with
    ("", None),
])  # fmt: skip
def test_the_nearest_rate_holds(path: str, expected: float | None) -> None:
    assert Product("cola-05", **COLA).rate_upm(path) == expected


def test_rates_have_time(room: MaterialsRoom, database: Database) -> None:
    apply(database, {"cola-05": COLA}, 1_000)
    assert room.rate_upm("cola-05", f"{LINE}/filler", 5_000) == 100.0
    apply(database, {"cola-05": {**COLA, "rates_upm": {LINE: 120.0}}, "water": {**COLA, "name": "Water"}}, 2_000)
    apply(database, {"water": None}, 3_000)
    told = [
        (sorted(room.products(at)), room.rate_upm("cola-05", f"{LINE}/filler", at)) for at in (0, 1_999, 2_000, 3_000)
    ]
    assert told == [([], None), (["cola-05"], 100.0), (["cola-05", "water"], 120.0), (["cola-05"], 120.0)]
    assert room.moments() == [1_000, 2_000, 3_000]
    assert room.rate_upm("lemonade", LINE, 2_000) is None


class Anything(BaseModel):
    level: str


EQUIPMENT = Section(
    key="equipment",
    model=Anything,
    check=lambda _plant, _report: None,
    bodies=lambda _plant: {},
    current=lambda _reading, _at_us: {},
    apply=lambda _uow, _changes, _at_us: None,
)
PLANT = f"equipment:\n  {LINE}/filler: {{level: WorkUnit}}\nproducts:\n"


@pytest.mark.parametrize("product, expected", [
    (f"cola-05: {{name: Cola, rates_upm: {{{LINE}/filler: 100}}}}", []),
    ("water: {}", []),
    (f"cola-05: {{rates_upm: {{{LINE}/filer: 100}}}}", ["DT-P301"]),
    (f"cola-05: {{rates_upm: {{{LINE}/filler: 0}}}}", ["DT-P023"]),
    (f"cola-05: {{rates_upm: {{{LINE}/filler: true}}}}", ["DT-P023"]),
    ('" cola": {}', ["DT-P302"]),
])  # fmt: skip
def test_what_a_product_may_say(product: str, expected: list[str]) -> None:
    _, report = validate({"plant.yaml": f"{PLANT}  {product}\n".encode()}, [EQUIPMENT, *SECTIONS])
    assert [problem.code for problem in report.problems] == expected


def test_a_mistyped_equipment_is_guessed() -> None:
    text = f"{PLANT}  cola-05: {{rates_upm: {{{LINE}/filer: 100}}}}\n"
    _, report = validate({"plant.yaml": text.encode()}, [EQUIPMENT, *SECTIONS])
    assert report.problems[0].hint == f"did you mean {LINE}/filler?"


def test_products_are_stored_and_read_back_as_they_were_compared(database: Database) -> None:
    (section,) = SECTIONS
    plant, _ = validate({"plant.yaml": f"{PLANT}  water: {{}}\n".encode()}, [EQUIPMENT, section])
    bodies = section.bodies(plant)
    assert bodies == {"water": {"name": "water", "unit": "{#}", "rates_upm": {}}}
    with database.write(system_scope().actor) as uow:
        section.apply(uow, Changes(added=bodies), 1_000)
    with database.read() as reading:
        assert section.current(reading, 1_000) == bodies


@pytest.mark.parametrize("sees, expected", [({1}, ["cola-05"]), (set(), [])])
def test_who_sees_equipment_sees_the_products(
    sees: set[int], expected: list[str], room: MaterialsRoom, database: Database
) -> None:
    apply(database, {"cola-05": COLA}, 0)
    routes = Api(database)
    api.routes(routes, room)
    scope = Scope(actor=Actor(id="p1", name="Ada"), at={"plant.view": frozenset(sees)})
    answer = client_of(scope, routes).get("/api/v1/products")
    assert [item["id"] for item in answer.json()["items"]] == expected
