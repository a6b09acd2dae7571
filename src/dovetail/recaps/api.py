"""The routes of recaps: aggregates of signals over even intervals, and over jobs, lots, shifts and stops."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Query
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from dovetail.aggregates.compute import Results
from dovetail.aggregates.names import Aggregate, Config, unit_of
from dovetail.aggregates.status import words
from dovetail.core.clock import SECOND_US, to_rfc3339
from dovetail.core.errors import NotFoundError
from dovetail.core.limits import AGGREGATE_CELLS_MAX, AGGREGATE_TAGS_MAX, OCCASIONS_MAX, OCCASIONS_PERIOD_MAX_US
from dovetail.core.scope import Scope
from dovetail.db.uow import Reading
from dovetail.forms.model import Named, tag_words
from dovetail.gone.told import GoneOf, TagWentOut, all_said
from dovetail.historian.service import VIEW
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period
from dovetail.recaps.model import Occasion, Over, aggregates_of
from dovetail.recaps.service import Asked, Recap, RecapsRoom

type Find = Callable[[str], Named | None]


class AskedHow(BaseModel):
    """Which aggregates of which tags, and how they are worked out: OPC UA's AggregateConfiguration in words.

    `interpolation`: how the signals go from one sample to the next; yes and no and texts are always stepped.
    `uncertain`: as what uncertain samples count. From `percent_bad` of BAD on, a result is BAD; from `percent_good` of
    GOOD on it is GOOD. `extrapolation` is for TimeAverage, Total and Interpolative after the newest sample.
    """

    tags: str = Field(description="ids or paths with commas between them")
    aggregates: str = Field(default="TimeAverage2", description="names as in OPC UA Part 13, commas between them")
    start: str
    end: str
    interpolation: Literal["stepped", "sloped"] = "stepped"
    uncertain: Literal["bad", "good"] = "bad"
    percent_bad: int = Field(default=100, ge=1, le=100)
    percent_good: int = Field(default=100, ge=0, le=100)
    extrapolation: Literal["stepped", "sloped"] = "stepped"
    as_of: str | None = Field(
        default=None, description="a `known` or a moment: what was corrected later does not count, 0 nothing that was"
    )

    def asked(self, reading: Reading) -> Asked:
        """In the room's words."""
        return Asked(
            aggregates_of(self.aggregates),
            Config(
                stepped=self.interpolation == "stepped",
                treat_uncertain_as_bad=self.uncertain == "bad",
                percent_bad=self.percent_bad,
                percent_good=self.percent_good,
                sloped_extrapolation=self.extrapolation == "sloped",
            ),
            as_known(reading, self.as_of),
        )


class AskedEvenly(AskedHow):
    """`every_s` seconds is one interval; without it the whole period is one."""

    every_s: float | None = Field(default=None, gt=0)


class AskedOver(AskedHow):
    """Over which occasions of which equipment."""

    over: Over
    equipment: int
    cursor: str | None = None
    limit: int = OCCASIONS_MAX


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
        "GET", "/aggregates", permission=VIEW, summary="What tags came to, interval by interval (OPC UA Part 13)"
    )
    def aggregates(asked: Annotated[AskedEvenly, Query()], scope: Scope) -> AggregatesOut:
        """Over even intervals of [start, end)."""
        tags, how = _tags(asked.tags, named), how_of(asked)
        every_us = None if asked.every_s is None else max(1, round(asked.every_s * SECOND_US))
        span = period(asked.start, asked.end)
        found = room.evenly([tag.id for tag in tags], span, every_us, how, scope=scope)
        return AggregatesOut(
            start=list(map(to_rfc3339, found.intervals.start.tolist())),
            end=list(map(to_rfc3339, found.intervals.end.tolist())),
            items=[_columns(found, (at, tag, name), room.gone) for at, tag in enumerate(tags) for name in how.names],
            dropped=_dropped(room.gone, tags, span),
        )

    @api.query(
        "GET", "/aggregates/intervals", permission=VIEW, summary="What tags came to over jobs, lots, shifts or stops"
    )
    def over(asked: Annotated[AskedOver, Query()], scope: Scope) -> Page[OccasionOut]:
        """Over the occasions of an equipment that touch [start, end), each whole; shifts and stops as known now."""
        tags, how = _tags(asked.tags, named), how_of(asked)
        span = period(asked.start, asked.end, longest_us=OCCASIONS_PERIOD_MAX_US)
        occasions = room.occasions(asked.over, asked.equipment, span, scope=scope, as_of=how.as_of)
        (offset,) = decode_cursor(asked.cursor, int) or (0,)
        most = max(1, AGGREGATE_CELLS_MAX // (len(tags) * len(how.names)))
        end = offset + max(1, min(asked.limit, OCCASIONS_MAX, most))
        page = occasions[offset:end]
        found = room.of_occasions([tag.id for tag in tags], page, how, scope=scope)
        items = [_occasion(found, i, one, tags, room) for i, one in enumerate(page)]
        return Page(items=items, next=encode_cursor(end) if end < len(occasions) else None)


def _tags(given: str, named: Find) -> list[Named]:
    found = {tag.id: tag for tag in (_known(word, named) for word in tag_words(given, most=AGGREGATE_TAGS_MAX))}
    return list(found.values())


def _known(word: str, named: Find) -> Named:
    found = named(word)
    if found is None and not (word.isascii() and word.isdigit() and len(word) < 19):
        raise NotFoundError("there is no such tag")
    return found or Named(int(word), word)


def _columns(found: Recap, of: tuple[int, Named, Aggregate], gone: GoneOf) -> AggregateOut:
    at, tag, name = of
    result, intervals = found.results[name], found.intervals
    moved = bool((result.ts[at] != intervals.start).any())
    spans = zip(intervals.start.tolist(), intervals.end.tolist(), strict=True)
    return AggregateOut(
        tag=tag.id,
        path=tag.path,
        aggregate=name,
        unit=unit_of(name, tag.unit),
        ts=list(map(to_rfc3339, result.ts[at].tolist())) if moved else None,
        value=_finite(result.value[at]),
        quality=result.quality[at].tolist(),
        status=_words(result, at),
        dropped=[bool(gone(tag.id, *span)) for span in spans],
    )


def _words(result: Results, at: int) -> list[str]:
    said: dict[tuple[int, int], str] = {}  # few differ among many
    pairs = zip(result.status[at].tolist(), result.bits[at].tolist(), strict=True)
    return [said.get(pair) or said.setdefault(pair, words(*pair)) for pair in pairs]


def _finite(column: NDArray[Any]) -> list[float | None]:
    return [number if math.isfinite(number) else None for number in column.tolist()]


def _dropped(gone: GoneOf, tags: list[Named], span: tuple[int, int]) -> list[TagWentOut]:
    return [TagWentOut.model_validate(one) for one in all_said(gone, [tag.id for tag in tags], span)]


def _occasion(found: Recap, i: int, one: Occasion, tags: list[Named], room: RecapsRoom) -> OccasionOut:
    span = int(found.intervals.start[i]), int(found.intervals.end[i])
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
        values=[
            _value(result, (at, i), (tag, name), gone=bool(room.gone(tag.id, *span)))
            for at, tag in enumerate(tags)
            for name, result in found.results.items()
        ],
        dropped=_dropped(room.gone, tags, span),
    )


def _value(result: Results, at: tuple[int, int], of: tuple[Named, Aggregate], *, gone: bool) -> ValueOut:
    tag, name = of
    value = float(result.value[at])
    return ValueOut(
        tag=tag.id,
        path=tag.path,
        aggregate=name,
        unit=unit_of(name, tag.unit),
        ts=to_rfc3339(int(result.ts[at])),
        value=value if math.isfinite(value) else None,
        quality=int(result.quality[at]),
        status=words(int(result.status[at]), int(result.bits[at])),
        dropped=gone,
    )
