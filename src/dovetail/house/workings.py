"""What explains numbers that are no KPI, of the rooms that tell them."""

from __future__ import annotations

from dataclasses import dataclass

from dovetail.causes.service import CausesRoom
from dovetail.cycletimes.service import CycleTimesRoom
from dovetail.explain.service import Explainer
from dovetail.groupings.service import GroupingsRoom
from dovetail.losses.service import LossesRoom
from dovetail.pace.running import JobEnds
from dovetail.slowrunning.service import SlowRunningRoom
from dovetail.standstills.causes import CauseWorkings
from dovetail.standstills.stops import Listing, StopWorkings
from dovetail.workings.cycles import CycleWorkings
from dovetail.workings.ends import EndWorkings
from dovetail.workings.groups import GroupWorkings
from dovetail.workings.lost import LostWorkings
from dovetail.workings.rates import RateWorkings
from dovetail.workings.service import Workings, WorkingsRoom
from dovetail.workings.speed import SpeedWorkings


@dataclass(frozen=True, slots=True)
class Lists:
    """Whose rows have sums that open."""

    stops: Listing
    causes: CausesRoom
    slow: SlowRunningRoom


def workings_room(
    explainer: Explainer,
    cycles: CycleTimesRoom,
    ends: JobEnds,
    losses: LossesRoom,
    groupings: GroupingsRoom,
    *,
    lists: Lists | None = None,
) -> WorkingsRoom:
    """How long pieces took, down to the readings of counters; when jobs will be done, down to slices of the past; what
    was lost, stretch by stretch, to which causes, in which stops and by how slow a pace; what a group came to, slice by
    slice; where a standard rate comes from."""
    rates = {} if explainer.rates is None else {"standard_rate": RateWorkings(explainer, explainer.rates)}
    return WorkingsRoom(
        group=GroupWorkings(explainer, groupings),
        cycle_times=CycleWorkings(explainer, cycles),
        job_end=EndWorkings(explainer, ends),
        lost_time=LostWorkings(explainer, losses),
        **rates,
        **({} if lists is None else _of_lists(explainer, lists)),
    )


def _of_lists(explainer: Explainer, lists: Lists) -> dict[str, Workings]:
    return {
        "stops": StopWorkings(explainer, lists.stops),
        "causes": CauseWorkings(explainer, lists.causes),
        "speed_loss": SpeedWorkings(explainer, lists.slow),
    }
