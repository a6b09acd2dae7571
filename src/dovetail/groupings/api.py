"""Ask what a period came to by product, shift, crew, day, state or whatever else tells its parts apart."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.groupings.model import demanded
from dovetail.groupings.service import Group, GroupingsRoom
from dovetail.operations.http import Api, as_known, period
from dovetail.performance.report import KpiValue

VIEW: Final = "plant.view"
LONGEST_US: Final = 5 * 366 * DAY_US  # five years of sums of shifts


class GroupOut(BaseModel):
    """A group: its word of each kind (null: none), times and pieces, and its KPIs, each a ratio of its own sums."""

    key: dict[str, str | int | None]
    elapsed_us: int
    busy_us: int
    good: int
    scrap: int
    rework: int
    kpis: list[KpiValue]


class GroupedOut(BaseModel):
    """The groups, those of most planned busy time first; together they are the figures of the period.

    `partial`: something below the node is out of sight; `hints` say what to configure so that more has figures.
    """

    equipment_id: int
    start: str
    end: str
    until: str
    as_of: int | None
    by: list[str]
    partial: bool
    hints: list[str]
    items: list[GroupOut]


def routes(api: Api, room: GroupingsRoom) -> None:
    """Declare this room's route."""

    @api.query("GET", "/equipment/{equipment_id}/kpis/grouped", permission=VIEW, summary="What a period came to, by …")
    def grouped(
        equipment_id: int,
        scope: Scope,
        start: str,
        end: str,
        by: Annotated[list[str], Query(description="equipment, day, week, month, weekday, shift, crew, product, job, "
                                                   "state, mode, reason, plan; several tell apart together")],
        kpi: Annotated[tuple[str, ...], Query(description="ids of the catalogue")] = ("oee_index",),
        as_of: str | None = None,
    ) -> GroupedOut:  # fmt: skip
        """Five years at most, 1,000 groups at most; how far a long question is stands in `/jobs`."""
        scope.require(VIEW, equipment_id)
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        found = room.grouped(equipment_id, (from_us, to_us), by=by, kpis=kpi, scope=scope, as_of=known)
        words = demanded(by)
        return GroupedOut(
            equipment_id=equipment_id,
            start=to_rfc3339(from_us),
            end=to_rfc3339(to_us),
            until=to_rfc3339(max(from_us, found.until_us)),
            as_of=known,
            by=list(words),
            partial=found.partial,
            hints=list(found.hints),
            items=[_group(one, words) for one in found.groups],
        )


def _group(one: Group, words: tuple[str, ...]) -> GroupOut:
    counts = {name: one.sums[name] for name in ("elapsed_us", "good", "scrap", "rework")}
    return GroupOut(key=dict(zip(words, one.key, strict=True)), busy_us=one.busy_us, kpis=one.kpis, **counts)
