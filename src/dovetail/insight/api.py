"""Show the stops of an equipment with their reasons, and the board of a shift."""

from __future__ import annotations

from typing import Final, Literal

from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.insight.boarding import Boards
from dovetail.insight.paging import Place, Stretch
from dovetail.insight.service import InsightRoom, place_of
from dovetail.insight.shown import BoardOut, ReasonsOut, StopsOut
from dovetail.operations.http import Api, as_known, decode_cursor, encode_cursor, period

VIEW: Final = "plant.view"
SUMMED_US: Final = 31 * DAY_US  # a month of a line is some thousand stops: of so many the sums stand above the list


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
        """Give `start` and `end`, or `shift` (`current` or an id). Of a line: of all its machines; newest first.

        Any period: one of more than 31 days comes without its sums; a page of it may be short, `next` says whether
        there is more.
        """
        scope.require(VIEW, equipment_id)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        place = decode_cursor(cursor, int, int)
        before = None if place is None else Place(*place)
        if shift is not None:
            found = service.stops_of_shift(equipment_id, shift, scope=scope, only=only, as_of=known)
        else:
            from_us, to_us = period(start, end)
            if to_us - from_us > SUMMED_US:
                asked = Stretch(from_us, to_us, before)
                found, more = service.stops_before(
                    equipment_id, asked, scope=scope, only=only, as_of=known, limit=PAGE_MAX
                )
                found.next = None if more is None else encode_cursor(*more)
                return found
            found = service.stops(equipment_id, from_us, to_us, scope=scope, only=only, as_of=known)
        items = [one for one in found.items if before is None or place_of(one) < before]
        found.next = encode_cursor(*place_of(items[PAGE_MAX - 1])) if len(items) > PAGE_MAX else None
        found.items = items[:PAGE_MAX]
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
