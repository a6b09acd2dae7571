"""Job orders: planned, changed, withdrawn, each with its way back; and how far each is by what ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from production_plant import World, world

from dovetail.core.bus import Bus
from dovetail.core.errors import InvalidError, NotFoundError
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.dispatch.model import JobOrder, due, nearest
from dovetail.dispatch.service import DispatchRoom
from dovetail.operations.operation import Done, execute
from dovetail.testing.clock import ManualClock

ALL = system_scope("test")


@dataclass
class Desk:
    """The line, and the orders on it."""

    plant: World
    room: DispatchRoom

    def do(self, name: str, scope: Scope = ALL, **given: Any) -> Done[Any]:
        every = (*self.room.operations, *self.plant.production.operations)
        operation = next(one for one in every if one.name == name)
        return execute(operation, operation.input.model_validate(given), database=self.plant.database, scope=scope)

    def plan(self, job_order: str, where: str = "line1", **said: Any) -> Done[Any]:
        given = {"product": "cola", "quantity": 1000} | said
        return self.do("job_order.plan", equipment_id=self.plant.id(where), job_order=job_order, **given)

    def orders(self, where: str = "line1") -> list[str]:
        found = self.room.orders_at(self.plant.id(where), scope=ALL)
        return [f"{order.id} {order.product} {order.quantity} {status}" for order, status in found]


@pytest.fixture
def desk(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[Desk]:
    with world(database, clock, bus, folder=tmp_path / "historian") as plant:
        room = DispatchRoom(
            database, equipment=plant.equipment, production=plant.production, materials=plant.materials, clock=clock,
            signed=lambda *_: (),
        )  # fmt: skip
        yield Desk(plant, room)


def test_an_order_is_planned_changed_withdrawn_and_each_is_taken_back(desk: Desk) -> None:
    desk.plan("PO-1")
    changed = desk.plan("PO-1", quantity=1200)
    assert desk.orders() == ["PO-1 cola 1200 planned"]
    desk.do("job_order.plan", **changed.output.before.model_dump())
    assert desk.orders() == ["PO-1 cola 1000 planned"]
    where = {"equipment_id": desk.plant.id("line1"), "job_order": "PO-1"}
    gone = desk.do("job_order.withdraw", **where)
    assert desk.orders() == ["PO-1 cola 1000 withdrawn"]
    desk.do("job_order.plan", **gone.output.order.model_dump())
    assert desk.orders() == ["PO-1 cola 1000 planned"]
    desk.do("job_order.forget", **where)
    assert desk.orders() == []


def test_how_far_an_order_is_by_what_ran(desk: Desk) -> None:
    desk.plan("PO-1")
    desk.plan("PO-2", planned_start="2026-01-05T09:00:00Z")
    filler = {"equipment_id": desk.plant.id("filler"), "product": "cola", "job_order": "PO-1"}
    begun = desk.do("job.start", **filler).output
    assert desk.orders() == ["PO-2 cola 1000 planned", "PO-1 cola 1000 running"]
    desk.plant.now(10)
    desk.do("job.end", job_response_id=begun.id)
    assert desk.orders()[1] == "PO-1 cola 1000 ended"


@pytest.mark.parametrize("where, said, error, says", [
    ("line1", {"product": "colla"},             InvalidError,  "no product 'colla'"),
    ("line1", {"planned_start": "tomorrow"},    InvalidError,  "tomorrow"),
    ("acme",  {},                               InvalidError,  "a job runs on a work unit, or on a line"),
    ("nowhere", {},                             NotFoundError, "no such equipment"),
])  # fmt: skip
def test_what_cannot_be_planned_says_why(
    desk: Desk, where: str, said: dict[str, Any], error: type[Exception], says: str
) -> None:
    plant = desk.plant.equipment.plant()
    ids = {"line1": desk.plant.id("line1"), "acme": plant.by_path("acme").id, "nowhere": 999_999}
    with pytest.raises(error) as refused:
        desk.do("job_order.plan", equipment_id=ids[where], job_order="PO-1", **({"product": "cola"} | said))
    assert says in f"{refused.value} {getattr(refused.value, 'hint', '')}"
    assert desk.orders() == []


def test_an_order_that_is_not_there_cannot_be_withdrawn(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.do("job_order.withdraw", equipment_id=desk.plant.id("line1"), job_order="PO-9")


def test_who_sees_one_machine_sees_its_orders_only(desk: Desk) -> None:
    desk.plan("PO-1", "filler")
    desk.plan("PO-2", "capper")
    sees = frozenset({desk.plant.id("line1"), desk.plant.id("capper")})
    scope = Scope(Actor("p1", "Ada"), at={"plant.view": sees})
    found = desk.room.orders_at(desk.plant.id("line1"), scope=scope)
    assert [order.id for order, _ in found] == ["PO-2"]
    with pytest.raises(NotFoundError):
        desk.room.orders_at(desk.plant.id("filler"), scope=scope)


def test_the_quantity_of_a_job_is_that_of_the_nearest_order(desk: Desk) -> None:
    desk.plan("PO-1", quantity=1000)
    desk.plan("PO-1", "filler", quantity=1010)
    with desk.plant.database.read() as reading:
        found = [desk.room.order_of(reading, "PO-1", desk.plant.id(unit)) for unit in ("filler", "capper")]
    assert [order.quantity for order in found if order] == [1010, 1000]


def order(name: str, start_us: int | None, **said: Any) -> JobOrder:
    base = {
        "withdrawn": False,
        "dispatched_us": None,
        "quantity": None,
        "lot": None,
        "standard_rate_upm": None,
        "start": "scheduled",
    }
    words = base | {"equipment_id": 1, "product": "cola", "known_from": 1, "known_to": None} | said
    return JobOrder(id=name, planned_start_us=start_us, **words)


@dataclass(frozen=True)
class Ran:
    job_order: str | None
    t0_us: int
    t1_us: int | None
    equipment_id: int = 1


HOUR = 3_600_000_000


@pytest.mark.parametrize("orders, ran, now_h, expected", [
    ([order("A", 2 * HOUR)], [], 1,  None), # not yet
    ([order("A", 2 * HOUR)], [], 2,  ("A", 2)),
    ([order("A", 2 * HOUR)], [], 3,  ("A", 2)), # from when it was planned
    ([order("A", 2 * HOUR)], [Ran("X", 0, None)], 3,  None), # another runs
    ([order("A", 2 * HOUR)], [Ran("X", 0, 3 * HOUR)],   4,  ("A", 3)), # when it had ended
    ([order("B", 3 * HOUR), order("A", 2 * HOUR)], [], 4,  ("A", 2)), # one after the other
    ([order("B", 3 * HOUR), order("A", 2 * HOUR)], [Ran("A", 0, 2 * HOUR)],   4,  ("B", 3)),
    ([order("A", 2 * HOUR)], [Ran("A", 0, HOUR)], 4,  None), # it ran already
    ([order("A", 2 * HOUR, withdrawn=True)], [], 4,  None),
    ([order("A", 2 * HOUR, dispatched_us=2 * HOUR)], [], 4,  None), # its start was taken back
    ([order("A", 2 * HOUR)], [], 29, None), # a person has to start it
    ([order("A", 3 * HOUR, dispatched_us=2 * HOUR)], [], 4,  ("A", 3)), # it was planned anew for later
    ([order("A", 2 * HOUR, start="manual")], [], 4,  None),
    ([order("A", None)], [], 4,  None),
])  # fmt: skip
def test_what_is_due_and_from_when(
    orders: list[JobOrder], ran: list[Ran], now_h: int, expected: tuple[str, int] | None
) -> None:
    found = due(orders, ran, now_us=now_h * HOUR)
    assert (found and (found[0].id, found[1] // HOUR)) == expected


def test_the_nearest_place_counts_and_a_withdrawn_order_does_not() -> None:
    orders = [order("A", None, equipment_id=1), order("A", None, equipment_id=2, withdrawn=True)]
    assert nearest(orders, "A", [2, 1]) is orders[0]
    assert nearest(orders, "B", [2, 1]) is None
