"""Take scanned codes, and show which were read and what came of them."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period
from dovetail.scans.model import Outcome, Scan
from dovetail.scans.service import VIEW, ScansRoom

LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited


class ScanRecordOut(BaseModel):
    """A code that was read; `message` and `hint` say why nothing came of it."""

    scan_id: int
    equipment_id: int
    code: str
    outcome: Outcome
    message: str | None
    hint: str | None
    run_id: str | None
    by: str
    at: str


def routes(api: Api, service: ScansRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/scans", permission=VIEW, summary="Codes that were scanned")
    def scans(
        equipment_id: int, start: str, end: str, scope: Scope,
        only: Literal["unknown", "refused", "held"] | None = None, cursor: str | None = None,
    ) -> Page[ScanRecordOut]:  # fmt: skip
        """The codes read in [start, end), the newest first, with what came of them; for a line also those of its
        work units."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            found = service.scans(reading, equipment_id, from_us, to_us, scope=scope)
        items = [_out(one) for one in found if only is None or one.outcome == only]
        more = encode_cursor(offset + PAGE_MAX) if len(items) > offset + PAGE_MAX else None
        return Page(items=items[offset : offset + PAGE_MAX], next=more)

    api.change("POST", "/equipment/{equipment_id}/scans", service.scanning.scan)


def _out(one: Scan) -> ScanRecordOut:
    same = {name: getattr(one, name) for name in ScanRecordOut.model_fields if hasattr(one, name)}
    return ScanRecordOut(**same, by=one.by_name, at=to_rfc3339(one.at_us))
