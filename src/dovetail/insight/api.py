"""Show the stops of an equipment with their reasons, and the board of a shift."""

from __future__ import annotations

from typing import Final, Literal

from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.insight.boarding import Boards
from dovetail.insight.service import InsightRoom
from dovetail.insight.shown import BoardOut, ReasonsOut, StopsOut
from dovetail.operations.http import Api, as_known, decode_cursor, encode_cursor, period

VIEW: Final = "plant.view"
STOPS_LONGEST_US: Final = 31 * DAY_US  # a month of a line is some thousand stops, read anew for each answer


def routes(api: Api, service: InsightRoom, boards: Boards) -> None:
    """Declare this room's routes."""
    _stop_routes(api, service)
    board_routes(api, boards)


def _stop_routes(api: Api, service: InsightRoom) -> None:
    @api.query("GET", "/equipment/{equipment_id}/stops", permission=VIEW, summary="The stops of a shift or a period")
    def stops(
        equipment_id: int,
        scope: Scope,
        start: str | None = None,
        end: str | None = None,
        shift: str | None = None,
        only: Literal["unassigned"] | None = None,
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> StopsOut:
        """Give `start` and `end`, or `shift` (`current` or an id). Of a line: of all its machines; newest first."""
        scope.require(VIEW, equipment_id)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        if shift is not None:
            found = service.stops_of_shift(equipment_id, shift, scope=scope, only=only, as_of=known)
        else:
            from_us, to_us = period(start, end, longest_us=STOPS_LONGEST_US)
            found = service.stops(equipment_id, from_us, to_us, scope=scope, only=only, as_of=known)
        (offset,) = decode_cursor(cursor, int) or (0,)
        found.next = encode_cursor(offset + PAGE_MAX) if len(found.items) > offset + PAGE_MAX else None
        found.items = found.items[offset : offset + PAGE_MAX]
        return found

    @api.query("GET", "/equipment/{equipment_id}/reasons", permission=VIEW, summary="The reasons offered here")
    def reasons(equipment_id: int, scope: Scope, at: str | None = None) -> ReasonsOut:
        """As valid now, or `at` a moment; `suggested`: what the machine itself says of that moment."""
        return service.offered(equipment_id, scope=scope, at_us=from_rfc3339(at) if at else None)


def board_routes(api: Api, boards: Boards) -> None:
    """Declare the route of the shift board."""

    @api.query("GET", "/equipment/{equipment_id}/shift-board", permission=VIEW, summary="Plan and actual per hour")
    def shift_board(equipment_id: int, scope: Scope, shift: str = "current", as_of: str | None = None) -> BoardOut:
        """Of a shift (`current` or an id); where none runs now, of the last eight hours. Hours are local ones."""
        scope.require(VIEW, equipment_id)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        return boards.board(equipment_id, shift, scope=scope, as_of=known)
