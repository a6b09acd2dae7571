"""Show the counts that nobody can convert yet, and what a person can do about it."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel

from dovetail.conversions.model import Unconverted, way_on
from dovetail.conversions.service import VIEW, ConversionsRoom
from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period

LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited
RECENT_US: Final = 31 * DAY_US  # what waits for longer is asked of its machine


class UnconvertedOut(BaseModel):
    """Units over (start, end] that are kept and not counted: nothing ran then (`no-job`), or its product does not say
    what one of them is (`no-conversion`). `hint`: the way on."""

    equipment_id: int
    start: str
    end: str
    kind: str
    quantity: int
    unit: str
    product: str | None
    why: Literal["no-job", "no-conversion"]
    tag_id: int | None
    entry_id: int | None
    by: str | None
    hint: str


def routes(api: Api, service: ConversionsRoom) -> None:
    """Declare this room's routes."""

    @api.query(
        "GET", "/equipment/{equipment_id}/unconverted", permission=VIEW, summary="Counts in units nobody can convert"
    )
    def unconverted(
        equipment_id: int, start: str, end: str, scope: Scope, cursor: str | None = None
    ) -> Page[UnconvertedOut]:
        """The counts in (start, end] that are kept and not counted, by time; for a line those of its work units."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            found = service.waiting(reading, equipment_id, from_us, to_us, scope=scope)
        more = encode_cursor(offset + PAGE_MAX) if len(found) > offset + PAGE_MAX else None
        return Page(items=[_out(*one) for one in found[offset : offset + PAGE_MAX]], next=more)

    @api.query("GET", "/unconverted", permission=VIEW, summary="Counts of the last month that nobody can convert")
    def all_unconverted(scope: Scope) -> Page[UnconvertedOut]:
        """The same of all that you may see, of the last 31 days; of more than a page the first."""
        with api.database.read() as reading:
            now_us = api.database.clock.now_us()
            found = service.waiting_anywhere(reading, now_us - RECENT_US, now_us, scope=scope)
        return Page(items=[_out(*one) for one in found[:PAGE_MAX]])


def _out(equipment_id: int, one: Unconverted) -> UnconvertedOut:
    said = one.of.said
    return UnconvertedOut(
        equipment_id=equipment_id, start=to_rfc3339(one.t0_us), end=to_rfc3339(one.t1_us), kind=one.of.kind,
        quantity=one.quantity, unit=one.unit, product=one.product, why=one.why, tag_id=one.of.tag_id,
        entry_id=int(said.id) if said is not None and said.how == "entry" else None,
        by=None if said is None else said.by, hint=way_on(one),
    )  # fmt: skip
