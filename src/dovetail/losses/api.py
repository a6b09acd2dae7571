"""Ask what cost most in a period, and what lies under each bar."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel, Field

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.ledger.losing import LOST
from dovetail.losses.model import Bar, By, Lost, Measure, Wanted
from dovetail.losses.service import Asked, LossesRoom, Place
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period
from dovetail.reasoning.reasons import LEVELS_MAX

VIEW: Final = "plant.view"
LONGEST_US: Final = 5 * 366 * DAY_US  # five years, of which whole shifts are asked of their sums
LONGEST_PAST_US: Final = 400 * DAY_US  # a year and a month: what was known at a past moment is asked of each slice
BARS_MAX: Final = 200

type Level = Annotated[
    int | None, Query(ge=1, le=LEVELS_MAX, description="reasons put together so deep, 1: what stands topmost")
]


class AskedFor(BaseModel):
    """Which losses: of a period (`start` and `end`) or a `shift`; `-` means those that have none."""

    start: str | None = None
    end: str | None = None
    shift: str | None = Field(default=None, description="current, or the id of a shift")
    reason: str | None = Field(default=None, description="mechanical/jam; mechanical: with all below it; -: none")
    product: str | None = None
    shift_name: str | None = Field(default=None, description="Early")
    crew: str | None = None
    unit: int | None = Field(default=None, description="only this machine")
    planned: bool = Field(default=False, description="with planned down time")
    as_of: str | None = None
    cursor: str | None = None


class BarOut(BaseModel):
    """What one reason (product, shift, crew, equipment) cost; `key` null: none. `share`, `cumulated`: of all bars.

    `lost_units`: the time times the standard rate that held; null: no rate is known. `unrated_us`: time without a rate.
    """

    key: str | int | None
    us: int
    stops: int
    lost_units: float | None
    unrated_us: int
    share: float | None
    cumulated: float | None


class ParetoOut(BaseModel):
    """The costliest first. `busy_us`: planned busy time of the machines together, `no_data_us` of it nothing is known;
    `without_reason`: share of the lost time that has no reason. `partial`: some machines are out of your sight."""

    equipment_id: int
    start: str
    end: str
    until: str
    by: str
    level: int | None
    measure: str
    as_of: int | None
    partial: bool
    busy_us: int
    no_data_us: int
    lost_us: int
    without_reason: float | None
    total: BarOut
    items: list[BarOut]
    next: str | None


class LostOut(BaseModel):
    """A stretch of lost time: what a bar is the sum of. `column` and `slice`: where it stands in an explanation."""

    equipment_id: int
    start: str
    end: str
    state: str
    mode: str
    reason: str | None
    external: bool
    cls: str
    product: str | None
    shift: str | None
    crew: str | None
    us: int
    lost_units: float | None
    begins: bool
    column: str | None
    slice: str


def routes(api: Api, room: LossesRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/pareto", permission=VIEW, summary="What cost most in a period")
    def pareto(
        equipment_id: int,
        scope: Scope,
        given: Annotated[AskedFor, Query()],
        by: By = "reason",
        measure: Measure = "minutes",
        level: Level = None,
    ) -> ParetoOut:
        """Of a machine or of all machines below; a stop counts where it begins, lost pieces at the rate of the time."""
        asked = replace(_asked(api, room, equipment_id, given, scope), level=level)
        found = room.pareto(asked, by=by, measure=measure, scope=scope)
        (offset,) = decode_cursor(given.cursor, int) or (0,)
        whole, running = found.total.size(measure), 0.0
        items: list[BarOut] = []
        for bar in found.bars:
            running += bar.size(measure)
            items.append(_bar(bar, whole, bar.size(measure), running))
        return ParetoOut(
            equipment_id=equipment_id,
            start=to_rfc3339(asked.from_us),
            end=to_rfc3339(asked.to_us),
            until=to_rfc3339(max(asked.from_us, found.until_us)),
            by=by,
            level=level,
            measure=measure,
            as_of=asked.as_of,
            partial=found.partial,
            busy_us=found.times.busy_us,
            no_data_us=found.times.nodt_us,
            lost_us=found.times.lost_us,
            without_reason=found.times.without_reason,
            total=_bar(found.total, whole, whole, whole),
            items=items[offset : offset + BARS_MAX],
            next=encode_cursor(offset + BARS_MAX) if len(items) > offset + BARS_MAX else None,
        )

    @api.query("GET", "/equipment/{equipment_id}/losses", permission=VIEW, summary="What lies under a Pareto's bar")
    def losses(equipment_id: int, scope: Scope, given: Annotated[AskedFor, Query()]) -> Page[LostOut]:
        """The stretches of lost time, by time; asked with the words of the bar."""
        begin = decode_cursor(given.cursor, int, int)
        asked = _asked(api, room, equipment_id, given, scope)
        found = room.losses(asked, scope=scope, after=None if begin is None else Place(*begin))
        more = None if found.next is None else encode_cursor(found.next.at_us, found.next.unit)
        return Page(items=[_lost(lost) for lost in found.items], next=more)


def _asked(api: Api, room: LossesRoom, equipment_id: int, given: AskedFor, scope: Scope) -> Asked:
    scope.require(VIEW, equipment_id)
    with api.database.read() as reading:
        known = as_known(reading, given.as_of)
    if given.shift is not None:
        from_us, to_us = room.shift(equipment_id, given.shift, scope=scope, as_of=known)
    else:
        from_us, to_us = period(given.start, given.end, longest_us=LONGEST_US)
    if given.as_of is not None and to_us - from_us > LONGEST_PAST_US:
        message = f"as it was known at a past moment, at most {LONGEST_PAST_US // DAY_US} days are read"
        raise InvalidError(message, pointer="/start", code="period", hint="ask for less time, or as known now")
    wanted = Wanted(given.reason, given.product, given.shift_name, given.crew, given.unit)
    return Asked(equipment_id, from_us, to_us, wanted, given.planned, known)


def _bar(bar: Bar, whole: float, own: float, running: float) -> BarOut:
    return BarOut(
        key=bar.key,
        us=bar.us,
        stops=bar.stops,
        lost_units=bar.units,
        unrated_us=bar.us - bar.rated_us,
        share=own / whole if whole else None,
        cumulated=running / whole if whole else None,
    )


def _lost(lost: Lost) -> LostOut:
    same = {name: getattr(lost, name) for name in LostOut.model_fields if hasattr(lost, name)}
    return LostOut(
        **same,
        start=to_rfc3339(lost.t0_us),
        end=to_rfc3339(lost.t1_us),
        lost_units=lost.units_mu / 1000 if lost.rated_us else None,
        begins=lost.stops > 0,
        column=f"{lost.cls.lower()}_us" if lost.cls in LOST else None,
        slice=f"slice:{lost.t0_us}",
    )
