"""The route on which numbers that are no KPI explain themselves."""

from __future__ import annotations

from typing import Final

from dovetail.core.clock import DAY_US
from dovetail.core.scope import Scope
from dovetail.explain.api import page_of
from dovetail.operations.http import Api, period
from dovetail.performance.api import as_of_known
from dovetail.performance.service import PerformanceRoom
from dovetail.proof.tree import Node, Place
from dovetail.workings.service import WorkingsRoom

VIEW: Final = "plant.view"
LONGEST_US: Final = 31 * DAY_US  # as long as cycle times are told of
LONGEST_OF_US: Final = dict.fromkeys(("lost-time", "causes", "stops"), 400 * DAY_US) | {
    "group": 5 * 366 * DAY_US
}  # as long as these are asked of


def routes(api: Api, room: WorkingsRoom, performance: PerformanceRoom) -> None:
    """Declare this room's route."""

    @api.query("GET", "/figures/{figure}/explain", permission=VIEW, summary="The tree under a number that is no KPI")
    def explain(
        figure: str,
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        path: str = "",
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> Node:
        """The node at `path` (a key) of `cycle-times`, `job-end`, `lost-time`, `causes`, `stops`, `speed-loss`,
        `standard-rate` or `group`, with a page of its children."""
        from_us, to_us = period(start, end, longest_us=LONGEST_OF_US.get(figure, LONGEST_US))
        place = Place("", equipment_id, from_us, to_us, as_of_known(performance, as_of), scope)
        return page_of(lambda at: room.explain(figure, place, path=path, cursor=at), cursor)
