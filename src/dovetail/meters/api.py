"""Show what counters showed to people, and let operators enter it."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.meters.model import Became, Reading
from dovetail.meters.service import VIEW, MetersRoom
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period

LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited


class CounterReadingOut(BaseModel):
    """What a counter showed at `start` and at `end`, and the pieces between; `entry_id` is their entry.

    `unexplained`: pieces between the end reading before it and `before` of which a person said that they were not made
    (negative: that were there twice).
    """

    entry_id: int
    equipment_id: int
    counter: str
    before: int
    after: int
    modulus: int | None
    quantity: int
    unexplained: int
    became: Became
    start: str
    end: str
    by: str
    at: str
    withdrawn: bool
    withdrawn_by: str | None


class LastReadings(BaseModel):
    """Where each counter stands that people read; `by_tag`: those that tags tell of, they take no readings."""

    items: list[CounterReadingOut]
    by_tag: list[str]


def routes(api: Api, service: MetersRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/counter-readings", permission=VIEW, summary="Counters read by hand")
    def counter_readings(
        equipment_id: int, start: str, end: str, scope: Scope, cursor: str | None = None
    ) -> Page[CounterReadingOut]:
        """The readings that ended in (start, end], the newest first, those taken back too; for a line those of its
        work units."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            found = service.readings(reading, equipment_id, from_us, to_us, scope=scope)
        more = encode_cursor(offset + PAGE_MAX) if len(found) > offset + PAGE_MAX else None
        return Page(items=[_out(one) for one in found[offset : offset + PAGE_MAX]], next=more)

    @api.query("GET", "/equipment/{equipment_id}/last-readings", permission=VIEW, summary="Where counters stand")
    def last_readings(equipment_id: int, scope: Scope) -> LastReadings:
        """The last reading of each counter that people read at a work unit: the next one begins there."""
        with api.database.read() as reading:
            found = service.last(reading, equipment_id, scope=scope)
        return LastReadings(items=[_out(one) for one in found], by_tag=service.by_tag(equipment_id, scope=scope))

    api.change("POST", "/equipment/{equipment_id}/counter-readings", service.metering.enter)
    api.change("POST", "/counter-readings/{entry_id}/withdraw", service.metering.withdraw)


def _out(one: Reading) -> CounterReadingOut:
    same = {name: getattr(one, name) for name in CounterReadingOut.model_fields if hasattr(one, name)}
    return CounterReadingOut(
        **same, start=to_rfc3339(one.t0_us), end=to_rfc3339(one.t1_us), by=one.by_name, at=to_rfc3339(one.at_us),
        withdrawn=one.known_to is not None,
    )  # fmt: skip
