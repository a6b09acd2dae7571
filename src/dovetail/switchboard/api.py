"""The route on which a period is worked out by every definition."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import SECOND_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, period
from dovetail.performance.api import LONGEST_US, as_of_known
from dovetail.performance.service import PerformanceRoom, Period
from dovetail.switchboard.model import CONVENTIONS, Convention, Factors, Quantities, quantities

VIEW: Final = "plant.view"


class FactorsOut(BaseModel):
    """Availability, performance, quality and their product; null where there is no denominator."""

    availability: float | None
    performance: float | None
    quality: float | None
    oee: float | None


class StepOut(FactorsOut):
    """A rule that differs from ISO 22400-2, what it moves, and the factors from there on."""

    key: str
    words: str
    us: int | None
    pieces: int | None


class FormulasOut(BaseModel):
    """The factors in words."""

    availability: str
    performance: str
    quality: str


class ConventionOut(FactorsOut):
    """A definition and what it makes of the period. `difference`: its OEE less that of ISO 22400-2."""

    id: str
    name: str
    formulas: FormulasOut
    note: str
    difference: float | None
    steps: list[StepOut]
    more: dict[str, float | None]


class ConventionsOut(BaseModel):
    """One period by every definition; `shown`: the one whose numbers the screens show."""

    equipment_id: int
    start: str
    end: str
    until: str
    coverage: float | None
    unrated: float | None
    no_data: str
    short_stops: int
    short_stop_max_s: float
    partial: bool
    hints: list[str]
    shown: str
    conventions: list[ConventionOut]


def factors_out(factors: Factors) -> dict[str, float | None]:
    """The factors as numbers."""
    values = {"availability": factors.a.value, "performance": factors.p.value, "quality": factors.q.value}
    return values | {"oee": factors.oee}


def convention_out(convention: Convention, seen: Quantities, iso_oee: float | None, *, blind: bool) -> ConventionOut:
    """One definition worked out; `blind`: nothing tells of good pieces, so that only availability is known."""
    outcome = convention.work_out(seen)

    def told(factors: Factors) -> FactorsOut:
        values = factors_out(factors)
        return FactorsOut.model_validate(
            dict.fromkeys(values) | {"availability": values["availability"]} if blind else values
        )

    found = told(outcome.factors)
    difference = None if iso_oee is None or found.oee is None else found.oee - iso_oee
    return ConventionOut(
        **found.model_dump(),
        id=convention.id,
        name=convention.name,
        formulas=FormulasOut(
            availability=convention.availability, performance=convention.performance, quality=convention.quality
        ),
        note=convention.note,
        difference=difference,
        steps=[
            StepOut(**told(step.after).model_dump(), key=step.key, words=step.words, us=step.us, pieces=step.pieces)
            for step in outcome.steps
        ],
        more={} if blind else dict(outcome.more),
    )


def conventions_out(room: PerformanceRoom, found: Period) -> ConventionsOut:
    """A period by every definition."""
    settings, what = found.settings, found.figures
    seen = quantities(found.sums, settings)
    blind = what.counts.good is None
    iso_oee = None if blind else CONVENTIONS[0].work_out(seen).factors.oee
    return ConventionsOut(
        equipment_id=found.equipment_id,
        start=to_rfc3339(found.from_us),
        end=to_rfc3339(found.to_us),
        until=to_rfc3339(max(found.from_us, found.until_us)),
        coverage=what.coverage,
        unrated=what.unrated,
        no_data=settings.no_data,
        short_stops=seen.short_stops,
        short_stop_max_s=settings.micro_stop_us / SECOND_US,
        partial=found.leaves.hidden,
        hints=list(found.leaves.hints),
        shown="iso22400" if settings.micro_stop == "delay" else "classic",
        conventions=[convention_out(one, seen, iso_oee, blind=blind) for one in CONVENTIONS],
    )


def routes(api: Api, room: PerformanceRoom) -> None:
    """Declare this room's route."""

    @api.query(
        "GET", "/equipment/{equipment_id}/kpis/conventions", permission=VIEW, summary="A period by other definitions"
    )
    def conventions(equipment_id: int, scope: Scope, start: str, end: str, as_of: str | None = None) -> ConventionsOut:
        """OEE as ISO 22400-2, TrakSYS, AVEVA, Vorne and UMH work it out, from the same sums, with the difference."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        found = room.kpis(equipment_id, from_us, to_us, scope=scope, as_of=as_of_known(room, as_of))
        return conventions_out(room, found)
