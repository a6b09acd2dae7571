"""Show how the running shift does."""

from __future__ import annotations

from typing import Final

from dovetail.core.scope import Scope
from dovetail.operations.http import Api
from dovetail.pace.service import PaceRoom
from dovetail.pace.shown import LiveKpiOut

VIEW: Final = "plant.view"


def routes(api: Api, service: PaceRoom) -> None:
    """Declare this room's route."""

    @api.query(
        "GET", "/equipment/{equipment_id}/live-kpi", permission=VIEW, summary="The running shift: figures, pace, end"
    )
    def live_kpi(equipment_id: int, scope: Scope) -> LiveKpiOut:
        """Of a machine or a line; where no shift runs now, of the last eight hours."""
        return service.live_kpi(equipment_id, scope=scope)
