"""Show what ran on an equipment, and let those who may start and end jobs."""

from __future__ import annotations

from dovetail.core.clock import DAY_US
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period
from dovetail.production.operations import JobResponseOut, shown
from dovetail.production.service import ProductionRoom

PERIOD_MAX_US = 3_660 * DAY_US  # ten years: a job is a row, the page is what is limited


def routes(api: Api, service: ProductionRoom) -> None:
    """Declare this room's routes."""

    @api.query(
        "GET", "/equipment/{equipment_id}/job-responses", permission="plant.view", summary="What ran on an equipment"
    )
    def job_responses(
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> Page[JobResponseOut]:
        """The jobs that touch [start, end), by start; for a line or an area those of its work units."""
        from_us, to_us = period(start, end, longest_us=PERIOD_MAX_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
            found = service.responses(reading, equipment_id, from_us, to_us, scope=scope, as_of=known)
        page = found[offset : offset + PAGE_MAX]
        more = encode_cursor(offset + PAGE_MAX) if len(found) > offset + PAGE_MAX else None
        return Page(items=[shown(job) for job in page], next=more)

    api.change("POST", "/job-responses", service.jobs.start)
    api.change("POST", "/job-responses/{job_response_id}/end", service.jobs.end)
    api.change("POST", "/job-responses/{job_response_id}/cancel", service.jobs.cancel)
    api.change("POST", "/job-responses/{job_response_id}/hand-over", service.jobs.hand_over)
