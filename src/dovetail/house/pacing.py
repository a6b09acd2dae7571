"""How shift and jobs do, the orders that say how many, and what a number comes from: of the rooms that know them."""

from __future__ import annotations

from typing import TypedDict

from dovetail.corrections.service import CorrectionsRoom
from dovetail.dispatch.service import DispatchRoom
from dovetail.equipment.service import EquipmentRoom
from dovetail.explain.service import Explainer
from dovetail.historian.service import Historian
from dovetail.house.keeping import gone_of
from dovetail.materials.service import MaterialsRoom
from dovetail.pace.running import JobEnds
from dovetail.pace.service import PaceRoom
from dovetail.performance.service import PerformanceRoom
from dovetail.production.service import ProductionRoom
from dovetail.rates.service import RatesRoom
from dovetail.retention.service import RetentionRoom
from dovetail.scans.service import ScansRoom
from dovetail.signatures.service import SignaturesRoom
from dovetail.timeline.service import TimelineRoom


class PaceRooms(TypedDict):
    """How it goes, what is to run, and where figures come from."""

    pace: PaceRoom
    dispatch: DispatchRoom
    scans: ScansRoom
    explainer: Explainer


def production_room(
    equipment: EquipmentRoom, materials: MaterialsRoom, *, of: tuple[Historian, CorrectionsRoom, RetentionRoom]
) -> ProductionRoom:
    """What runs, of the samples that say so, of which some are no more."""
    historian, corrections, retention = of
    room = ProductionRoom(
        equipment.database, historian=historian, corrections=corrections, equipment=equipment, materials=materials,
        clock=equipment.clock,
    )  # fmt: skip
    room.texts.gone = gone_of(retention, historian)
    return room


def paced(
    equipment: EquipmentRoom, materials: MaterialsRoom, *,
    by: tuple[ProductionRoom, PerformanceRoom, SignaturesRoom], of: tuple[Historian, TimelineRoom, CorrectionsRoom],
) -> PaceRooms:  # fmt: skip
    """`by`: the rooms whose figures they are; `of`: those that hold what lies under them."""
    production, performance, signatures = by
    database, clock = equipment.database, equipment.clock
    dispatch = DispatchRoom(
        database, equipment=equipment, production=production, materials=materials, clock=clock,
        signed=signatures.windows,
    )  # fmt: skip
    production.texts.orders = dispatch.order_of
    ends = JobEnds(performance, database, clock, production=production, order=dispatch.order_of)
    scans = ScansRoom(equipment, materials, production, dispatch=dispatch, signed=signatures.windows)
    explainer = Explainer(performance, *of, rates=RatesRoom(performance.gathering, production, dispatch.order_of))
    return {
        "pace": PaceRoom(performance, ends, clock=clock), "dispatch": dispatch, "scans": scans, "explainer": explainer,
    }  # fmt: skip
