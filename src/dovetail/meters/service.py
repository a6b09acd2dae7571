"""The meters room: counters that people read, and the pieces that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from dovetail.core.clock import Clock
from dovetail.core.scope import Scope
from dovetail.counting.service import CountingRoom
from dovetail.db.uow import Reading as Transaction
from dovetail.equipment.model import PlantModel
from dovetail.holding.service import HoldingRoom
from dovetail.meters import store
from dovetail.meters.model import Reading, told_by
from dovetail.meters.operations import Metering
from dovetail.meters.standing import Standing
from dovetail.operations.operation import Operation

VIEW: Final = "plant.view"
COUNTERS: Final = ("good", "total", "scrap", "rework", "infeed")
FAR_US: Final = 1 << 61


class Plants(Protocol):
    """What is asked of the equipment room."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...


class MetersRoom:
    """Readings by hand of every work unit; their pieces are entries like any other."""

    def __init__(self, *, counting: CountingRoom, holding: HoldingRoom, equipment: Plants, clock: Clock) -> None:
        self._equipment = equipment
        self._standing = Standing(entering=counting.entering, reviewing=holding.reviewing)
        self.metering = Metering(
            entering=counting.entering, reviewing=holding.reviewing, standing=self._standing, plant=equipment.plant,
            clock=clock,
        )  # fmt: skip

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here, for the catalogue."""
        return self.metering.all

    def readings(
        self, reading: Transaction, equipment_id: int, from_us: int, to_us: int, *, scope: Scope
    ) -> Sequence[Reading]:
        """The readings that ended in (from_us, to_us], the newest first; of a node above, of all work units below."""
        scope.require(VIEW, equipment_id)
        units = [unit for unit in self._equipment.plant().units_of(equipment_id) if scope.sees(VIEW, unit)]
        return store.read(reading, units, from_us, to_us)

    def by_tag(self, equipment_id: int, *, scope: Scope) -> list[str]:
        """The counters of a work unit that tags tell of."""
        scope.require(VIEW, equipment_id)
        node = self._equipment.plant().equipment.get(equipment_id)
        return [] if node is None else sorted(told_by(node.counters))

    def last(self, reading: Transaction, equipment_id: int, *, scope: Scope) -> list[Reading]:
        """Where each counter that people read here stands."""
        scope.require(VIEW, equipment_id)
        found = (self._standing.last(reading, equipment_id, counter, FAR_US) for counter in COUNTERS)
        return [one for one in found if one is not None]
