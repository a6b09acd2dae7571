"""A standard rate says where it comes from: an order, a job, the product on the equipment, or the equipment itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_performance_as_known import House, house_on
from test_performance_rooms import PLANT, at

from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.scope import Actor, system_scope
from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.db.uow import Database
from dovetail.groupings.service import GroupingsRoom
from dovetail.house.workings import workings_room
from dovetail.losses.service import LossesRoom
from dovetail.operations.operation import execute
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock

FASTER = PLANT.replace(b"acme/filler: 120", b"acme: 150")


class Desk:
    """Somebody who asks why the filler is held to its rate, and changes what it is held to."""

    def __init__(self, house: House) -> None:
        self.house, self.rooms = house, house.rooms
        losses, groups = LossesRoom(self.rooms.performance), GroupingsRoom(self.rooms.performance)
        cycles = CycleTimesRoom(self.rooms.performance, self.rooms.historian)
        self.room = workings_room(self.rooms.explainer, cycles, self.rooms.pace.ends, losses, groups)

    def ask(self, path: str = "standard-rate", *, as_of: int | None = None) -> Node:
        now_us = self.house.clock.now_us()
        place = Place("", self.house.filler, at(0), now_us, as_of, system_scope("test"))
        return self.room.explain("standard-rate", place, path=path)

    def does(self, operation: Any, **given: Any) -> Any:
        scope = replace(system_scope("test"), actor=Actor("erp", "ERP"))
        said = operation.input(**given)
        return execute(operation, said, database=self.rooms.performance.database, scope=scope)


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Desk]:
    with house_on(sqlite_database, tmp_path, clock, bus, scope=system_scope("engineer")) as house:
        yield Desk(house)


def test_an_equipments_own_rate_says_which_plant_code_gave_it_and_since_when(desk: Desk) -> None:
    root = desk.ask()
    assert (root.value, root.detail["rate_from"], root.detail["rate_at"]) == (100, "equipment", "acme/filler")
    assert (root.detail["rate_version"], root.detail["rate_by"]) == (1, "engineer")
    assert root.detail["rate_how"] == "plant.apply"
    assert "rate_until" not in root.detail
    assert desk.ask("standard-rate/equipment").value == 100
    with pytest.raises(NotFoundError):
        desk.ask("standard-rate/product")


def test_a_products_rate_counts_before_it_and_says_where_it_is_written(desk: Desk) -> None:
    desk.does(desk.rooms.production.operations[0], equipment_id=desk.house.filler, product="cola")
    desk.house.clock.tick(MINUTE_US)
    before = desk.ask()
    assert [(one.label, one.value) for one in before.children] == [("product", 120), ("equipment", 100)]
    desk.house.clock.tick(MINUTE_US)
    known = desk.house.known()
    since_us = desk.house.clock.now_us()
    desk.rooms.equipment.apply({"plant.yaml": FASTER}, scope=system_scope("planner"), reason="faster")
    desk.house.clock.tick(MINUTE_US)
    after = desk.ask()
    told = after.children[0].detail
    assert (after.value, told["rate_at"], told["rate_version"], told["rate_by"]) == (150, "acme", 2, "planner")
    assert told["rate_since"] == to_rfc3339(since_us)
    assert after.children[1].detail["rate_version"] == 1  # the equipment's own was not touched
    assert desk.ask(as_of=known).value == 120


def test_what_an_order_asks_for_counts_first_and_says_who_sent_it(desk: Desk) -> None:
    filler = desk.house.filler
    desk.does(
        desk.rooms.dispatch.orders.plan, job_order="PO-1", equipment_id=filler, product="cola", standard_rate_upm=90
    )  # fmt: skip
    desk.does(
        desk.rooms.production.operations[0], equipment_id=filler, product="cola", job_order="PO-1",
        standard_rate_upm=90,
    )  # fmt: skip
    desk.house.clock.tick(MINUTE_US)
    root = desk.ask()
    assert [(one.label, one.value) for one in root.children][:2] == [("order", 90), ("product", 120)]
    assert (root.detail["rate_at"], root.detail["rate_by"]) == ("PO-1", "ERP")


def test_a_rate_given_by_hand_is_its_jobs(desk: Desk) -> None:
    desk.does(
        desk.rooms.production.operations[0], equipment_id=desk.house.filler, product="cola", standard_rate_upm=80
    )  # fmt: skip
    desk.house.clock.tick(MINUTE_US)
    assert (desk.ask().value, desk.ask().detail["rate_from"]) == (80, "job")


def test_a_job_in_an_explanation_says_where_its_rate_comes_from(desk: Desk) -> None:
    scope, filler = system_scope("test"), desk.house.filler
    place = Place("", filler, at(0), at(50), None, scope)
    piece = desk.rooms.performance.slices(filler, at(0), at(50), scope=scope)[0]
    path = f"availability/apt_us/slice:{piece.t0_us}/job-response:none"
    node = desk.rooms.explainer.explain("availability", place, path=path)
    assert (node.value, node.detail["rate_from"], node.detail["rate_version"]) == (100, "equipment", 1)
