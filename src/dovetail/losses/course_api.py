"""Ask how a KPI went, shift by shift, day by day or week by week."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.losses.course import Course, Courses
from dovetail.losses.steps import Per
from dovetail.operations.http import Api, as_known, period
from dovetail.performance.kpis._listed import KpiOut

VIEW: Final = "plant.view"
LONGEST_US: Final = 5 * 366 * DAY_US  # five years of weeks


class PointOut(BaseModel):
    """The figure of a shift, a day or a week; `value` null: no denominator. `until` before `end`: it still runs.

    `low`, `high`: its bounds where much of the time is unknown; `coverage`: the share of planned time with data.
    `target` holds at the end of the step; `meets`: the value is as good or better.
    """

    start: str
    end: str
    until: str
    name: str | None
    value: float | None
    low: float | None
    high: float | None
    coverage: float | None
    target: float | None
    meets: bool | None


class CourseOut(BaseModel):
    """How a KPI went. Each point opens as the figure of its period does (`/kpis/{id}/explain`)."""

    equipment_id: int
    start: str
    end: str
    per: str
    kpi: KpiOut
    partial: bool
    hints: list[str]
    items: list[PointOut]


def routes(api: Api, room: Courses) -> None:
    """Declare the route."""

    @api.query("GET", "/equipment/{equipment_id}/kpi-trend", permission=VIEW, summary="How a KPI went over time")
    def kpi_trend(
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        kpi: str = "oee_index",
        per: Per = "day",
        as_of: str | None = None,
    ) -> CourseOut:
        """`per` shift, day or week (from Monday) of the plant's clock; whole ones that touch it, at most 200."""
        scope.require(VIEW, equipment_id)
        when = period(start, end, longest_us=LONGEST_US)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        return course_out(
            equipment_id, when, per, room.course(equipment_id, kpi, when, per=per, scope=scope, as_of=known)
        )


def course_out(equipment_id: int, when: tuple[int, int], per: Per, found: Course) -> CourseOut:
    """A course as the API shows it."""
    return CourseOut(
        equipment_id=equipment_id,
        start=to_rfc3339(when[0]),
        end=to_rfc3339(when[1]),
        per=per,
        kpi=found.kpi,
        partial=found.partial,
        hints=found.hints,
        items=[
            PointOut(
                start=to_rfc3339(one.from_us),
                end=to_rfc3339(one.to_us),
                until=to_rfc3339(max(one.from_us, one.until_us)),
                name=one.name,
                value=one.value.value,
                low=one.value.low,
                high=one.value.high,
                coverage=one.coverage,
                target=one.value.target,
                meets=one.value.meets,
            )
            for one in found.points
        ],
    )
