"""Show what each equipment did and does, and let people say what they know of it."""

from __future__ import annotations

from typing import Final

from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period
from dovetail.timeline.service import TimelineRoom
from dovetail.timeline.shown import EditOut, StateOut, StateRecordOut

VIEW: Final = "plant.view"
LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited


def routes(api: Api, service: TimelineRoom) -> None:
    """Declare this room's routes."""
    _record_routes(api, service)
    _edit_routes(api, service)


def _record_routes(api: Api, service: TimelineRoom) -> None:
    @api.query("GET", "/equipment/{equipment_id}/state", permission=VIEW, summary="What an equipment does now")
    def state(equipment_id: int, scope: Scope) -> StateOut:
        """Decided at once; true for good when `settled` has passed it."""
        return service.state(equipment_id, scope=scope)

    @api.query("GET", "/equipment/{equipment_id}/state-records", permission=VIEW, summary="What an equipment did")
    def state_records(
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> Page[StateRecordOut]:
        """The records that touch [start, end), signals and people together, by time; without `as_of` up to now."""
        from_us, to_us = _from(start, end, cursor)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        items = service.shown_records(equipment_id, from_us, to_us, scope=scope, as_of=known, limit=PAGE_MAX + 1)
        more = encode_cursor(from_rfc3339(items[PAGE_MAX].start)) if len(items) > PAGE_MAX else None
        return Page(items=items[:PAGE_MAX], next=more)


def _edit_routes(api: Api, service: TimelineRoom) -> None:
    @api.query(
        "GET", "/equipment/{equipment_id}/timeline-edits", permission=VIEW, summary="What people said, all of it"
    )
    def edits(equipment_id: int, start: str, end: str, scope: Scope, as_of: str | None = None) -> Page[EditOut]:
        """Every edit that touches [start, end), superseded and withdrawn ones too, the newest thousand."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        return Page(items=service.edits(equipment_id, from_us, to_us, scope=scope, as_of=known)[:PAGE_MAX])

    operations = service.operations
    api.change("POST", "/equipment/{equipment_id}/timeline-edits", operations.edit)
    api.change("POST", "/equipment/{equipment_id}/timeline-edits/bulk", operations.edit_many)
    api.change("POST", "/equipment/{equipment_id}/timeline-edits/split", operations.split)
    api.change("POST", "/equipment/{equipment_id}/timeline-edits/withdraw", operations.withdraw)


def _from(start: str, end: str, cursor: str | None) -> tuple[int, int]:
    """The period, from where the last page ended."""
    from_us, to_us = period(start, end, longest_us=LONGEST_US)
    place = decode_cursor(cursor, int)
    return (from_us if place is None else max(from_us, place[0])), to_us
