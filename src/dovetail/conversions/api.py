"""Show the pieces as they were counted, each in its unit; those that nobody can convert, and the way on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

from pydantic import BaseModel

from dovetail.conversions.model import Unconverted, way_on
from dovetail.conversions.service import VIEW, ConversionsRoom, Place
from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.counting.pieces import CountTrack
from dovetail.counting.service import CountingRoom
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period

LONGEST_US: Final = 400 * DAY_US  # a year and its comparison month; the page is what is limited
RECENT_US: Final = 31 * DAY_US  # what waits for longer is asked of its machine


class CountRecordOut(BaseModel):
    """Pieces over (start, end]; negative where they are taken out of what was counted. `start` = `end`: at a moment.

    `origin`: a counter, a person, or a correction; `entry_id` or `held_id` say by which entry or accepted jump.
    `unit`: in which they were counted; null: in that of the product that ran.
    """

    start: str
    end: str
    kind: str
    quantity: int
    origin: str
    tag_id: int | None
    spread: bool
    provisional: bool
    unit: str | None
    entry_id: int | None
    held_id: str | None
    by: str | None
    job_response_id: str | None


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


def routes(api: Api, service: ConversionsRoom, counting: CountingRoom) -> None:
    """Declare this room's routes: pieces as they were counted, with their units, and those that nobody can convert."""
    _count_routes(api, service, counting)
    _waiting_routes(api, service)


def _count_routes(api: Api, service: ConversionsRoom, counting: CountingRoom) -> None:
    @api.query("GET", "/equipment/{equipment_id}/count-records", permission=VIEW, summary="The pieces counted")
    def count_records(
        equipment_id: int, start: str, end: str, scope: Scope, as_of: str | None = None, cursor: str | None = None
    ) -> Page[CountRecordOut]:
        """The counts that touch (start, end], of counters by time and then of people; without `as_of` also those of
        the minute that is not over."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        (offset,) = decode_cursor(cursor, int) or (0,)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
            counts = counting.counts(reading, equipment_id, from_us, to_us, scope=scope, as_of=known)
        tail = counting.fresh(equipment_id, scope=scope) if known is None else ()
        items = [(count, False) for count in counts]
        items += [(count, True) for count in tail if count.t0_us < to_us and count.t1_us > from_us]
        shown = items[offset : offset + PAGE_MAX]
        units = service.units(equipment_id, [count for count, _ in shown])
        more = encode_cursor(offset + PAGE_MAX) if len(items) > offset + PAGE_MAX else None
        told = zip(shown, units, strict=True)
        return Page(items=[_count_out(count, provisional=fresh, unit=unit) for (count, fresh), unit in told], next=more)


def _waiting_routes(api: Api, service: ConversionsRoom) -> None:
    @api.query(
        "GET", "/equipment/{equipment_id}/unconverted", permission=VIEW, summary="Counts in units nobody can convert"
    )
    def unconverted(
        equipment_id: int, start: str, end: str, scope: Scope, cursor: str | None = None
    ) -> Page[UnconvertedOut]:
        """The counts in (start, end] that are kept and not counted; for a line those of its work units, one after
        the other, each by time."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        after = decode_cursor(cursor, int, int, int)
        with api.database.read() as reading:
            return _page(service.waiting(reading, equipment_id, from_us, to_us, scope=scope, after=after))

    @api.query("GET", "/unconverted", permission=VIEW, summary="Counts of the last month that nobody can convert")
    def all_unconverted(scope: Scope, cursor: str | None = None) -> Page[UnconvertedOut]:
        """The same of all that you may see, of the last 31 days."""
        after = decode_cursor(cursor, int, int, int)
        with api.database.read() as reading:
            now_us = api.database.clock.now_us()
            return _page(service.waiting_anywhere(reading, now_us - RECENT_US, now_us, scope=scope, after=after))


def _page(found: Iterator[tuple[Place, Unconverted]]) -> Page[UnconvertedOut]:
    """A page of what waits; no more is looked for than it takes to know that there is another."""
    items = list(islice(found, PAGE_MAX))
    more = items and next(found, None) is not None
    return Page(
        items=[_out(place[0], one) for place, one in items], next=encode_cursor(*items[-1][0]) if more else None
    )


def _count_out(count: CountTrack, *, provisional: bool, unit: str | None) -> CountRecordOut:
    said = count.said
    same = {name: getattr(count, name) for name in CountRecordOut.model_fields if hasattr(count, name)}
    return CountRecordOut(
        **same,
        start=to_rfc3339(count.t0_us),
        end=to_rfc3339(count.t1_us),
        provisional=provisional,
        unit=unit,
        entry_id=int(said.id) if said is not None and said.how == "entry" else None,
        held_id=said.id if said is not None and said.how == "jump" else None,
        by=None if said is None else said.by,
    )


def _out(equipment_id: int, one: Unconverted) -> UnconvertedOut:
    said = one.of.said
    return UnconvertedOut(
        equipment_id=equipment_id, start=to_rfc3339(one.t0_us), end=to_rfc3339(one.t1_us), kind=one.of.kind,
        quantity=one.quantity, unit=one.unit, product=one.product, why=one.why, tag_id=one.of.tag_id,
        entry_id=int(said.id) if said is not None and said.how == "entry" else None,
        by=None if said is None else said.by, hint=way_on(one),
    )  # fmt: skip
