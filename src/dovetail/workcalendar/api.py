"""Show the shifts of an equipment to planners, screens and reports."""

from __future__ import annotations

from dovetail.core.clock import DAY_US
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, period
from dovetail.workcalendar.service import CalendarRoom
from dovetail.workcalendar.views import ShiftOut, shift_out

PERIOD_MAX_US = 366 * DAY_US  # a year of three shifts is a thousand rows


def routes(api: Api, service: CalendarRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/shifts", permission="plant.view", summary="Shifts of an equipment")
    def shifts(equipment_id: int, start: str, end: str, scope: Scope) -> Page[ShiftOut]:
        """The shifts that touch [start, end), at most a year. An equipment without a calendar has none."""
        scope.require("plant.view", equipment_id)
        from_us, to_us = period(start, end, longest_us=PERIOD_MAX_US)
        return Page(items=[shift_out(shift) for shift in service.shifts(equipment_id, from_us, to_us)])
