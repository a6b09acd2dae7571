"""What signed shifts rest on: their samples stay, whatever a rule of retention says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.db.uow import Reading
from dovetail.equipment.model import PlantModel
from dovetail.equipment.service import EquipmentRoom
from dovetail.retention.model import Reference
from dovetail.signals.uses import evidence
from dovetail.signatures.service import SignaturesRoom

KEPT: Final = 1024  # answers: equipment times the plants that hold while shifts are signed
BEFORE_US: Final = DAY_US  # what was said then may still hold when the shift begins
AFTER_US: Final = HOUR_US  # pieces of the shift's end are known by the next reading
WHY: Final = "signed shifts"


class SignedSamples:
    """Asked by retention. A signature that is taken back holds nothing any more."""

    def __init__(self, signatures: SignaturesRoom, equipment: EquipmentRoom) -> None:
        self._signatures, self._equipment = signatures, equipment
        self._evidence = lru_cache(maxsize=KEPT)(_evidence)

    def references(self, reading: Reading) -> Sequence[Reference]:
        """The tags under each signed shift and what is near it, as the plant was then; what touches is one."""
        found: list[Reference] = []
        for equipment_id, t0_us, t1_us in self._signatures.standing(reading):
            for from_us, to_us, plant in self._plants(t0_us - BEFORE_US, t1_us + AFTER_US):
                tags, last = self._evidence(plant, equipment_id), found[-1] if found else None
                if last is not None and last.tags is tags and from_us <= last.to_us:
                    found[-1] = Reference(tags, last.from_us, max(last.to_us, to_us), WHY)
                elif tags:
                    found.append(Reference(tags, from_us, to_us, WHY))
        return found

    def _plants(self, from_us: int, to_us: int) -> Iterator[tuple[int, int, PlantModel]]:
        edges = [from_us, *self._equipment.changes_between(from_us, to_us), to_us]
        for begin_us, end_us in pairwise(edges):
            yield begin_us, end_us, self._equipment.plant(at_us=begin_us)


def _evidence(plant: PlantModel, equipment_id: int) -> frozenset[int]:
    return evidence(plant, equipment_id) if equipment_id in plant.equipment else frozenset()
