"""Show how the running shift does, and how the plan of a shift is made."""

from __future__ import annotations

from typing import Final

from dovetail.core.scope import Scope
from dovetail.operations.http import Api, as_known, period
from dovetail.pace.planned import LONGEST_US, PlanOut
from dovetail.pace.service import PaceRoom
from dovetail.pace.shown import LiveKpiOut

VIEW: Final = "plant.view"


def routes(api: Api, service: PaceRoom) -> None:
    """Declare this room's routes."""

    @api.query(
        "GET", "/equipment/{equipment_id}/live-kpi", permission=VIEW, summary="The running shift: figures, pace, end"
    )
    def live_kpi(equipment_id: int, scope: Scope) -> LiveKpiOut:
        """Of a machine or a line; where no shift runs now, of the last eight hours."""
        return service.live_kpi(equipment_id, scope=scope)

    @api.query("GET", "/equipment/{equipment_id}/plan", permission=VIEW, summary="How planned pieces come about")
    def plan(equipment_id: int, start: str, end: str, scope: Scope, as_of: str | None = None) -> PlanOut:
        """Of a shift or of hours in it: planned time times the rate that held, and what became of it so far."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        return service.plans.plan(equipment_id, from_us, to_us, scope=scope, as_of=known)
