"""The routes of recaps: aggregates of signals over even intervals, and over jobs, lots, shifts and stops."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Header, Query
from pydantic import BaseModel
from starlette.responses import Response

from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.limits import AGGREGATE_CELLS_MAX, AGGREGATE_TAGS_MAX, OCCASIONS_MAX, OCCASIONS_PERIOD_MAX_US
from dovetail.core.scope import Scope
from dovetail.forms import arrow
from dovetail.forms.model import ARROW, F64, Form, Named, form_of, tag_words
from dovetail.forms.sums import Beside, Sums, sums_floats, sums_schema, sums_table
from dovetail.gone.told import TagWentOut, all_said
from dovetail.historian.service import VIEW
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor, period
from dovetail.recaps.asked import AskedEvenly, AskedHow, AskedOver, every_us_of
from dovetail.recaps.columns import happened, sums_of
from dovetail.recaps.model import Occasion
from dovetail.recaps.service import Asked, RecapsRoom

NEXT: Final = "X-Next-Cursor"  # of a form that has no place for it beside the sums
BINARY: Final = (ARROW, F64)

type Accept = Annotated[str | None, Header()]
type Find = Callable[[str], Named | None]


class AggregateOut(BaseModel):
    """One aggregate of one tag, in columns, one row per interval. `value` null: there is none, and `status` says why.

    `ts` null: each at the start of its interval. `status` is written as in the standard: status code, then bits.
    `dropped`: of that interval a rule let samples go.
    """

    tag: int
    path: str
    aggregate: str
    unit: str | None
    ts: list[str] | None
    value: list[float | None]
    quality: list[int]
    status: list[str]
    dropped: list[bool]


class AggregatesOut(BaseModel):
    """The intervals [start, end), and each aggregate of each tag over them; `dropped`: what rules let go of all that.

    From the first sample that went until one that stayed nothing is known: that time is BAD, and no value holds in it.
    """

    start: list[str]
    end: list[str]
    items: list[AggregateOut]
    dropped: list[TagWentOut]


class ValueOut(BaseModel):
    """One aggregate of one tag over an occasion."""

    tag: int
    path: str
    aggregate: str
    unit: str | None
    ts: str
    value: float | None
    quality: int
    status: str
    dropped: bool


class OccasionOut(BaseModel):
    """A job, lot, shift or stop of an equipment (its path); `end` null: it goes on. What does not apply is null.

    `dropped`: which samples of that time rules let go of; it is BAD until the next sample.
    """

    id: str
    name: str
    equipment_id: int
    equipment: str
    start: str
    end: str | None
    job_order: str | None
    product: str | None
    lot: str | None
    crew: str | None
    reason: str | None
    values: list[ValueOut]
    dropped: list[TagWentOut]


def routes(api: Api, room: RecapsRoom, *, named: Find) -> None:
    """Declare the routes; `named` finds a tag by its id or its path, which the rooms above know."""

    def how_of(asked: AskedHow) -> Asked:
        with api.database.read() as reading:
            return asked.asked(reading)

    @api.query(
        "GET",
        "/aggregates",
        permission=VIEW,
        summary="What tags came to, interval by interval (OPC UA Part 13)",
        answer=AggregatesOut,
        also=BINARY,
    )
    def aggregates(asked: Annotated[AskedEvenly, Query()], scope: Scope, accept: Accept = None) -> object:
        """Over even intervals of [start, end)."""
        tags, how = _tags(asked.tags, named), how_of(asked)
        every_us = None if asked.every_s is None else every_us_of(asked.every_s)
        span = period(asked.start, asked.end)
        found = room.evenly([tag.id for tag in tags], span, every_us, how, scope=scope)
        sums, form = sums_of(found, tags, room.gone), asked.format or form_of(accept)
        dropped = all_said(room.gone, [tag.id for tag in tags], span)
        if form != "json":
            return _in_columns(form, sums, {}, _said(span) | {"dropped": dropped})
        return AggregatesOut(
            start=list(map(to_rfc3339, found.intervals.start.tolist())),
            end=list(map(to_rfc3339, found.intervals.end.tolist())),
            items=[_columns(one) for one in sums],
            dropped=[TagWentOut.model_validate(one) for one in dropped],
        )

    @api.query(
        "GET",
        "/aggregates/intervals",
        permission=VIEW,
        summary="What tags came to over jobs, lots, shifts or stops",
        answer=Page[OccasionOut],
        also=BINARY,
    )
    def over(asked: Annotated[AskedOver, Query()], scope: Scope, accept: Accept = None) -> object:
        """Over the occasions of an equipment that touch [start, end), each whole; shifts and stops as known now.

        Arrow and float64 pages say where the next one begins in the header X-Next-Cursor.
        """
        tags, how = _tags(asked.tags, named), how_of(asked)
        span = period(asked.start, asked.end, longest_us=OCCASIONS_PERIOD_MAX_US)
        occasions = room.occasions(asked.over, asked.equipment, span, scope=scope, as_of=how.as_of)
        (offset,) = decode_cursor(asked.cursor, int) or (0,)
        most = max(1, AGGREGATE_CELLS_MAX // (len(tags) * len(how.names)))
        end = offset + max(1, min(asked.limit, OCCASIONS_MAX, most))
        page, following = occasions[offset:end], encode_cursor(end) if end < len(occasions) else None
        found = room.of_occasions([tag.id for tag in tags], page, how, scope=scope)
        sums, form = sums_of(found, tags, room.gone), asked.format or form_of(accept)
        if form == "json":
            items = [_occasion(sums, i, one, tags, room) for i, one in enumerate(page)]
            return Page(items=items, next=following)
        whole = (min((one.t0_us for one in page), default=span[0]), max([span[1], *found.intervals.end.tolist()]))
        said = _said(span) | {"next": following, "dropped": all_said(room.gone, [tag.id for tag in tags], whole)}
        return _in_columns(form, sums, happened(page, room), said, following=following)


def _tags(given: str, named: Find) -> list[Named]:
    found = {tag.id: tag for tag in (_known(word, named) for word in tag_words(given, most=AGGREGATE_TAGS_MAX))}
    return list(found.values())


def _known(word: str, named: Find) -> Named:
    found = named(word)
    if found is None and not (word.isascii() and word.isdigit() and len(word) < 19):
        raise NotFoundError("there is no such tag")
    return found or Named(int(word), word)


def _said(span: tuple[int, int]) -> dict[str, object]:
    return {"start": to_rfc3339(span[0]), "end": to_rfc3339(span[1])}


def _in_columns(
    form: Form, sums: list[Sums], beside: Beside, said: dict[str, object], *, following: str | None = None
) -> Response:
    headers = None if following is None else {NEXT: following}
    if form == "f64":
        return Response(sums_floats(sums, said | {"beside": beside}), media_type=F64, headers=headers)
    tags = list({one.tag.id: one.tag for one in sums}.values())
    table = sums_table(sums, beside, sums_schema(list(beside))).replace_schema_metadata(arrow.meta(tags, said))
    return Response(arrow.stream(table), media_type=ARROW, headers=headers)


def _columns(one: Sums) -> AggregateOut:
    return AggregateOut(
        tag=one.tag.id,
        path=one.tag.path,
        aggregate=one.aggregate,
        unit=one.unit,
        ts=list(map(to_rfc3339, one.ts.tolist())) if bool((one.ts != one.start).any()) else None,
        value=[number if math.isfinite(number) else None for number in one.value.tolist()],
        quality=one.quality.tolist(),
        status=one.words,
        dropped=one.dropped.tolist(),
    )


def _occasion(sums: list[Sums], i: int, one: Occasion, tags: list[Named], room: RecapsRoom) -> OccasionOut:
    end_us = int(sums[0].end[i])
    dropped = all_said(room.gone, [tag.id for tag in tags], (one.t0_us, end_us))
    return OccasionOut(
        id=one.id,
        name=one.name,
        equipment_id=one.equipment_id,
        equipment=room.path_of(one.equipment_id),
        start=to_rfc3339(one.t0_us),
        end=None if one.t1_us is None else to_rfc3339(one.t1_us),
        job_order=one.job_order,
        product=one.product,
        lot=one.lot,
        crew=one.crew,
        reason=one.reason,
        values=[_value(each, i) for each in sums],
        dropped=[TagWentOut.model_validate(went) for went in dropped],
    )


def _value(one: Sums, i: int) -> ValueOut:
    value = float(one.value[i])
    return ValueOut(
        tag=one.tag.id,
        path=one.tag.path,
        aggregate=one.aggregate,
        unit=one.unit,
        ts=to_rfc3339(int(one.ts[i])),
        value=value if math.isfinite(value) else None,
        quality=int(one.quality[i]),
        status=one.words[i],
        dropped=bool(one.dropped[i]),
    )
