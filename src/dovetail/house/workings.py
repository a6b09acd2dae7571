"""What explains numbers that are no KPI, of the rooms that tell them."""

from __future__ import annotations

from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.explain.service import Explainer
from dovetail.workings.cycles import CycleWorkings
from dovetail.workings.service import WorkingsRoom


def workings_room(explainer: Explainer, cycles: CycleTimesRoom) -> WorkingsRoom:
    """How long pieces took, down to the readings of counters."""
    return WorkingsRoom(cycle_times=CycleWorkings(explainer, cycles))
