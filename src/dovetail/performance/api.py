"""Ask what a period came to, slice by slice or as KPIs."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.ledger.model import Slice
from dovetail.ledger.waterfall import Loss
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period
from dovetail.performance.kpis._listed import KpiOut, describe, unusable, waiting
from dovetail.performance.report import Counts, KpiValue, Times, catalogue
from dovetail.performance.service import VIEW, PerformanceRoom, Period

LONGEST_US: Final = 5 * 366 * DAY_US  # five years of rollups are a second; more is a report


class ShiftOut(BaseModel):
    """The shift a period is."""

    id: str
    name: str
    start: str
    end: str


class KpisOut(BaseModel):
    """The figures of a period. `until`: where it ends so far; `settled`: up to here held, from there derived live.

    `partial`: something below the node is out of sight; `hints` say what to configure so that more has figures.
    """

    equipment_id: int
    start: str
    end: str
    until: str
    shift: ShiftOut | None
    as_of: int | None
    known: int
    settled: str | None
    line_method: str | None
    partial: bool
    hints: list[str]
    times: Times
    counts: Counts
    coverage: float | None
    unrated: float | None
    kpis: list[KpiValue]
    losses: list[Loss]
    big_losses: list[Loss]


class SliceOut(BaseModel):
    """A stretch of time in which nothing changed, and what was made in it."""

    equipment_id: int
    start: str
    end: str
    state: str
    mode: str
    reason: str | None
    external: bool
    unplanned: bool
    plan: str
    cls: str
    day: str
    shift_id: str | None
    shift_name: str | None
    crew: str | None
    job_response_id: str | None
    product: str | None
    rate_upm: float | None
    good: int
    scrap: int
    rework: int
    infeed: int
    jobs: list[dict[str, Any]]


def slice_out(piece: Slice) -> SliceOut:
    """A slice as the API shows it; `jobs` only where several shared it."""
    pieces = piece.pieces
    same = {name: getattr(piece, name) for name in SliceOut.model_fields if hasattr(piece, name)}
    counts = {kind: getattr(pieces, kind) for kind in ("good", "scrap", "rework", "infeed")}
    several = piece.shares if len(piece.shares) > 1 else ()
    jobs = [
        {"job_response_id": one.job_response_id, "product": one.product, "share_ppm": one.share_ppm}
        | {"elapsed_us": one.elapsed_us, "good": one.pieces.good, "scrap": one.pieces.scrap}
        for one in several
    ]
    return SliceOut(**same, **counts, start=to_rfc3339(piece.t0_us), end=to_rfc3339(piece.t1_us), jobs=jobs)


def kpis_out(found: Period, *, which: Literal["all", "live"] = "all") -> KpisOut:
    """The figures of a period as the API and, with the KPIs that are `live`, the live topic show them."""
    shift = found.shift
    shown = None
    if shift is not None:
        shown = ShiftOut(id=shift.id, name=shift.name, start=to_rfc3339(shift.t0_us), end=to_rfc3339(shift.t1_us))
    what = found.figures
    return KpisOut(
        equipment_id=found.equipment_id,
        start=to_rfc3339(found.from_us),
        end=to_rfc3339(found.to_us),
        until=to_rfc3339(max(found.from_us, found.until_us)),
        shift=shown,
        as_of=found.as_of,
        known=found.known,
        settled=None if found.settled_us is None else to_rfc3339(found.settled_us),
        line_method=found.line_method,
        partial=found.leaves.hidden,
        hints=list(found.leaves.hints),
        times=what.times,
        counts=what.counts,
        coverage=what.coverage,
        unrated=what.unrated,
        kpis=[kpi for kpi in what.kpis if which == "all" or catalogue()[kpi.id].live],
        losses=what.losses,
        big_losses=what.big_losses,
    )


def routes(api: Api, service: PerformanceRoom) -> None:
    """Declare this room's routes."""
    _figure_routes(api, service)
    _catalogue_routes(api, service)


def _figure_routes(api: Api, service: PerformanceRoom) -> None:
    @api.query("GET", "/equipment/{equipment_id}/kpis", permission=VIEW, summary="What a period or a shift came to")
    def kpis(
        equipment_id: int,
        scope: Scope,
        start: str | None = None,
        end: str | None = None,
        shift: str | None = None,
        as_of: str | None = None,
    ) -> KpisOut:
        """Give `start` and `end`, or `shift` (`current` or an id)."""
        scope.require(VIEW, equipment_id)
        known = as_of_known(service, as_of)
        if shift is not None:
            chosen = service.shift(equipment_id, shift, scope=scope, as_of=known)
            found = service.kpis(equipment_id, chosen.t0_us, chosen.t1_us, scope=scope, as_of=known, shift=chosen)
            return kpis_out(found)
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        return kpis_out(service.kpis(equipment_id, from_us, to_us, scope=scope, as_of=known))

    @api.query("GET", "/equipment/{equipment_id}/slices", permission=VIEW, summary="The ledger, slice by slice")
    def slices(
        equipment_id: int,
        scope: Scope,
        start: str,
        end: str,
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> Page[SliceOut]:
        """The slices of a unit or a line; a node above them has none of its own (422)."""
        scope.require(VIEW, equipment_id)
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        place = decode_cursor(cursor, int)
        begin_us = from_us if place is None else max(from_us, place[0])
        found = service.slices(equipment_id, begin_us, to_us, scope=scope, as_of=as_of_known(service, as_of))
        more = encode_cursor(found[PAGE_MAX].t0_us) if len(found) > PAGE_MAX else None
        return Page(items=[slice_out(piece) for piece in found[:PAGE_MAX]], next=more)


def _catalogue_routes(api: Api, service: PerformanceRoom) -> None:
    @api.query("GET", "/kpis", permission=VIEW, summary="The KPIs there are, their formulas and conventions")
    def catalogued(scope: Scope) -> Page[KpiOut]:
        """Seen by everyone who sees some equipment. One with `waits_for` has no value until that part exists."""
        if scope.equipment(VIEW) == frozenset():
            return Page(items=[])
        known = [describe(kpi, service.settings) for kpi in catalogue().values()]
        return Page(items=[*known, *waiting(), *unusable()])


def as_of_known(service: PerformanceRoom, as_of: str | None) -> int | None:
    """A `known`, or a moment (RFC 3339) translated into what was known then."""
    with service.database.read() as reading:
        return as_known(reading, as_of)
