"""The dispatch room: which job orders there are on an equipment, and how far each is."""

from __future__ import annotations

from typing import Any, Final, Protocol

from dovetail.core.clock import Clock
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading
from dovetail.dispatch import store
from dovetail.dispatch.model import JobOrder, Ran, Status, nearest, status_of
from dovetail.dispatch.operations import OrderOperations
from dovetail.dispatch.starting import Signed, Starting
from dovetail.equipment.model import PlantModel
from dovetail.materials.service import MaterialsRoom
from dovetail.operations.operation import Operation
from dovetail.production.service import ProductionRoom

VIEW: Final = "plant.view"
EVER_US: Final = 1 << 62


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self) -> PlantModel: ...


class DispatchRoom:
    """Job orders of every work unit and line."""

    def __init__(
        self, database: Database, *, equipment: Plants, production: ProductionRoom, materials: MaterialsRoom,
        clock: Clock, signed: Signed,
    ) -> None:  # fmt: skip
        self._database, self._equipment, self._production = database, equipment, production
        self.orders = OrderOperations(plant=equipment.plant, products=materials.products, clock=clock)
        self.starting = Starting(database, jobs=production, plant=equipment.plant, signed=signed)

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (*self.orders.all, self.starting.start)

    def step(self) -> int:
        """The schedule's work: start the orders that are due. Call it now and then, and when what runs has changed."""
        return self.starting.step()

    def orders_at(self, equipment_id: int, *, scope: Scope) -> list[tuple[JobOrder, Status]]:
        """The orders of an equipment and of all below it that the scope sees, by planned start."""
        scope.require(VIEW, equipment_id)
        places = [place for place in self._equipment.plant().subtree(equipment_id) if scope.sees(VIEW, place)]
        with self._database.read() as reading:
            found = store.of(reading, places)
            return [(order, status_of(order, self._ran(reading, order.equipment_id, scope))) for order in found]

    def order_of(
        self, reading: Reading, job_order: str, equipment_id: int, *, as_of: int | None = None
    ) -> JobOrder | None:
        """The order that a job response of this name at this equipment is for, there or at what it belongs to."""
        plant = self._equipment.plant()
        places = [equipment_id, *plant.ancestors(equipment_id)] if equipment_id in plant.equipment else [equipment_id]
        return nearest(store.of(reading, places, job_order_id=job_order, as_of=as_of), job_order, places)

    def _ran(self, reading: Reading, equipment_id: int, scope: Scope) -> list[Ran]:
        return list(self._production.responses(reading, equipment_id, -EVER_US, EVER_US, scope=scope))
