"""Ask why a line lost time, which records say so, and what it would have made without a stop."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from dovetail.causes.paging import stop_page
from dovetail.causes.service import CausesRoom
from dovetail.causes.shown import (
    CausesOut,
    PieceOut,
    StopCausesOut,
    causes_out,
    piece_out,
    stop_cause_out,
)
from dovetail.core.clock import to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.lineflow.model import Cause
from dovetail.operations.http import Api, Page, as_known, decode_cursor, encode_cursor, period

VIEW: Final = "plant.view"


class When(BaseModel):
    """A period (`start` and `end`) or a `shift`, as it was known at a moment."""

    start: str | None = None
    end: str | None = None
    shift: str | None = Field(default=None, description="current, or the id of a shift")
    cursor: str | None = None
    as_of: str | None = Field(default=None, description="a `known`, or a moment (RFC 3339)")


class Evidence(When):
    """Which pieces: of one cause, or all."""

    unit: int | None = Field(default=None, description="the unit they come from")
    role: Literal["own", "pace", "outside", "no_data", "unclear"] | None = None
    reason: str | None = Field(default=None, description="mechanical/jam; -: none")


def routes(api: Api, service: CausesRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/causes", permission=VIEW, summary="Why a line lost time")
    def causes(equipment_id: int, scope: Scope, asked: Annotated[When, Query()]) -> CausesOut:
        """Each lost minute of a line's constraint, or of a unit, put down to one unit and reason; bottlenecks. Of any
        period, as known at any moment; of more than a month week by week (`GET /jobs` says how far)."""
        from_us, to_us = _period(service, equipment_id, asked, scope)
        known = _known(service, asked.as_of)
        return causes_out(service.summed(equipment_id, from_us, to_us, scope=scope, as_of=known), known)

    @api.query("GET", "/equipment/{equipment_id}/cause-pieces", permission=VIEW, summary="Lost time, piece by piece")
    def pieces(equipment_id: int, scope: Scope, asked: Annotated[Evidence, Query()]) -> Page[PieceOut]:
        """The stretches under a cause by time, each with the records that it rests on; of any period."""
        from_us, to_us = _period(service, equipment_id, asked, scope)
        (after_us,) = decode_cursor(asked.cursor, int) or (from_us,)
        page = service.pieces(
            equipment_id,
            (from_us, to_us),
            fits=lambda cause: _fits(asked, cause),
            after_us=after_us,
            limit=PAGE_MAX,
            scope=scope,
            as_of=_known(service, asked.as_of),
        )
        more = None if page.next_us is None else encode_cursor(page.next_us)
        return Page(items=[piece_out(*one) for one in page.items], next=more)

    @api.query("GET", "/equipment/{equipment_id}/stop-causes", permission=VIEW, summary="What stops come from and cost")
    def stop_causes(equipment_id: int, scope: Scope, asked: Annotated[When, Query()]) -> StopCausesOut:
        """Each unplanned stop with the unit it comes from, and what the line would have made without it.

        Of more than a month week by week, the newest first, each page with the stops that began in its week."""
        from_us, to_us = _period(service, equipment_id, asked, scope)
        known = _known(service, asked.as_of)
        with api.database.read() as reading:
            until_us = service.performance.until(reading, to_us, known)
        page = stop_page(
            (from_us, max(from_us, until_us)),
            lambda t0_us, t1_us: service.stops(equipment_id, t0_us, t1_us, scope=scope, as_of=known),
            after=decode_cursor(asked.cursor, int, int),
        )
        return StopCausesOut(
            items=[stop_cause_out(one) for one in page.items],
            since=to_rfc3339(page.since_us),
            next=None if page.next is None else encode_cursor(*page.next),
        )


def _fits(asked: Evidence, cause: Cause) -> bool:
    reason = {"-": None}.get(asked.reason or "", asked.reason)
    return (
        asked.unit in (None, cause.unit)
        and asked.role in (None, cause.role)
        and (asked.reason is None or reason == cause.reason)
    )


def _period(service: CausesRoom, equipment_id: int, asked: When, scope: Scope) -> tuple[int, int]:
    scope.require(VIEW, equipment_id)
    if asked.shift is not None:
        known = _known(service, asked.as_of)
        return service.shift_span(equipment_id, asked.shift, scope=scope, as_of=known)
    return period(asked.start, asked.end)


def _known(service: CausesRoom, as_of: str | None) -> int | None:
    with service.performance.database.read() as reading:
        return as_known(reading, as_of)
