"""Show the shifts of an equipment to planners, screens and reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dovetail.core.clock import DAY_US
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, as_known, period
from dovetail.workcalendar.model import Shift
from dovetail.workcalendar.views import ShiftOut, shift_out

PERIOD_MAX_US = 366 * DAY_US  # a year of three shifts is a thousand rows

type Shifts = Callable[[int, int, int, int | None], Sequence[Shift]]
"""The shifts of an equipment that touch [from, to), as known at an `as_of`."""


def routes(api: Api, shifts_of: Shifts) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/shifts", permission="plant.view", summary="Shifts of an equipment")
    def shifts(equipment_id: int, start: str, end: str, scope: Scope, as_of: str | None = None) -> Page[ShiftOut]:
        """The shifts that touch [start, end), at most a year. An equipment without a calendar has none."""
        scope.require("plant.view", equipment_id)
        from_us, to_us = period(start, end, longest_us=PERIOD_MAX_US)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        return Page(items=[shift_out(shift) for shift in shifts_of(equipment_id, from_us, to_us, known)])
