"""The scans room: every code that was read at a machine, and what came of it."""

from __future__ import annotations

from typing import Any, Final

from dovetail.core.scope import Scope
from dovetail.db.uow import Reading
from dovetail.dispatch.service import DispatchRoom
from dovetail.equipment.service import EquipmentRoom
from dovetail.materials.service import MaterialsRoom
from dovetail.operations.operation import Operation
from dovetail.production.service import ProductionRoom
from dovetail.scans import store
from dovetail.scans.model import Scan
from dovetail.scans.operations import Scanning, Signed

VIEW: Final = "plant.view"


class ScansRoom:
    """Takes codes and remembers them."""

    def __init__(
        self, equipment: EquipmentRoom, materials: MaterialsRoom, production: ProductionRoom, *,
        dispatch: DispatchRoom, signed: Signed,
    ) -> None:  # fmt: skip
        self._equipment = equipment
        self.scanning = Scanning(
            plant=equipment.plant, products=materials.products, production=production, orders=dispatch.starting,
            signed=signed, clock=equipment.clock,
        )  # fmt: skip

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return (self.scanning.scan,)

    def scans(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope) -> list[Scan]:
        """The scans in [from_us, to_us), the newest first, of an equipment and of all below it that the scope sees."""
        scope.require(VIEW, equipment_id)
        plant = self._equipment.plant()
        places = [equipment_id]
        if equipment_id in plant.equipment:  # else it is gone by now: its past is still there
            places = [place for place in plant.subtree(equipment_id) if scope.sees(VIEW, place)]
        return store.of(reading, places, from_us, to_us)
