"""What the API shows of causes, bottlenecks and stops that were not: with the records that each minute rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel

from dovetail.causes.model import StopCause
from dovetail.causes.paging import LONGEST_US
from dovetail.causes.summing import Summary
from dovetail.core.clock import to_rfc3339
from dovetail.lineflow.bottleneck import Holding
from dovetail.lineflow.model import Cause, Piece
from dovetail.lineflow.ranking import MINUTE_US, Row

METHOD: Final = (
    "The time the line lost to this stop, at the standard rate that held; without the time that another unit, which "
    "had stood for longer than the buffers between can bridge, would have cost it all the same."
)
STRIP_MAX: Final = 2_000  # stretches of a bottleneck strip: more than a screen has pixels


class CauseOut(BaseModel):
    """Who it comes from. `role`: `own` stop; `pace`: it ran, too slowly for its neighbour; `outside` the line;
    `no_data`; `unclear`: the records contradict each other."""

    unit_id: int
    role: Literal["own", "pace", "outside", "no_data", "unclear"]
    reason: str | None


class CauseRow(CauseOut):
    """All that one cause cost. `lost_units`: at the standard rate; null: none is known for any of it (`unrated_us`:
    the part without). `inferred_us`: the part for which no signal says who waited for whom."""

    lost_us: int
    lost_units: float | None
    unrated_us: int
    inferred_us: int
    stops: int
    share: float | None


class BottleneckOut(BaseModel):
    """How long a unit held the line back, alone and while the bottleneck moved to another or from one."""

    unit_id: int
    sole_us: int
    shifting_us: int
    share: float | None


class StripOut(BaseModel):
    """[start, end): `unit_id` held the line back; `then_id`: the bottleneck was moving on to it."""

    start: str
    end: str
    unit_id: int
    then_id: int | None


class CausesOut(BaseModel):
    """Why a line lost time. `unit_id`: whose time it is (of a line: its constraint); rows sum to `lost_us` = PBT − APT.

    `strip`: of a month and less; whoever held a longer period back stands in `bottlenecks`, week by week.
    `slow_us`: run time lost by speed. `partial`: units are out of your sight, and count as outside.
    """

    equipment_id: int
    unit_id: int
    start: str
    end: str
    as_of: int | None
    busy_us: int
    produced_us: int
    lost_us: int
    lost_units: float | None
    slow_us: int
    rows: list[CauseRow]
    bottlenecks: list[BottleneckOut]
    strip: list[StripOut]
    partial: bool
    method: str = "active period (Roser 2001)"


class TrailOut(BaseModel):
    """One record on the way to the cause: what it says of its unit."""

    unit_id: int
    record: str
    says: str


class PieceOut(CauseOut):
    """A stretch of lost time, and every record on the way from who lost it to who it comes from."""

    start: str
    end: str
    lost_us: int
    lost_units: float | None
    state: str
    stop: str
    inferred: bool
    trail: list[TrailOut]


class AnywayOut(BaseModel):
    """Time that another unit would have cost all the same."""

    unit_id: int
    lost_us: int


class WithoutOut(BaseModel):
    """What the line would have gained without a stop. `units` null: no standard rate is known."""

    lost_us: int
    gained_us: int
    units: float | None
    anyway: list[AnywayOut]


class StopCauseOut(BaseModel):
    """A stop: what it began with (`initial`), what it was for most of its time (`key`), and what it cost the line."""

    stop_id: str
    equipment_id: int
    start: str
    end: str | None
    initial: CauseOut
    key: CauseOut
    trail: list[TrailOut]
    inferred: bool
    without: WithoutOut


class StopCausesOut(BaseModel):
    """The unplanned stops of a period, the one that cost the line most first; and how `without` is worked out.

    `since`: how far back the pages so far tell all of them."""

    items: list[StopCauseOut]
    since: str
    next: str | None = None
    method: str = METHOD


def causes_out(found: Summary, as_of: int | None) -> CausesOut:
    """The causes of a period as the API shows them."""
    rows = found.rows
    strip = found.holding if found.until_us - found.from_us <= LONGEST_US else []
    rated_us = sum(row.rated_us for row in rows)
    return CausesOut(
        equipment_id=found.equipment_id,
        unit_id=found.unit,
        start=to_rfc3339(found.from_us),
        end=to_rfc3339(found.until_us),
        as_of=as_of,
        busy_us=found.lost_us + found.produced_us,
        produced_us=found.produced_us,
        lost_us=found.lost_us,
        lost_units=round(sum(row.units for row in rows), 1) if rated_us else None,
        slow_us=found.slow_us,
        rows=[_row_out(row, found.lost_us) for row in rows],
        bottlenecks=_bottlenecks_out(found.holding),
        strip=[
            StripOut(start=to_rfc3339(one.t0_us), end=to_rfc3339(one.t1_us), unit_id=one.unit, then_id=one.then)
            for one in strip[:STRIP_MAX]
        ],
        partial=found.partial,
    )


def _row_out(row: Row, all_us: int) -> CauseRow:
    return CauseRow(
        **_named(row.cause),
        lost_us=row.lost_us,
        lost_units=round(row.units, 1) if row.rated_us else None,
        unrated_us=row.lost_us - row.rated_us,
        inferred_us=row.inferred_us,
        stops=row.stops,
        share=row.lost_us / all_us if all_us else None,
    )


def _named(cause: Cause) -> dict[str, Any]:
    return {"unit_id": cause.unit, "role": cause.role, "reason": cause.reason}


def _bottlenecks_out(holding: Sequence[Holding]) -> list[BottleneckOut]:
    sole: dict[int, int] = {}
    moving: dict[int, int] = {}
    for one in holding:
        lasts_us = one.t1_us - one.t0_us
        for unit in {one.unit, one.then or one.unit} if one.shifting else ():
            moving[unit] = moving.get(unit, 0) + lasts_us
        if not one.shifting:
            sole[one.unit] = sole.get(one.unit, 0) + lasts_us
    all_us = sum(one.t1_us - one.t0_us for one in holding)
    found = [
        BottleneckOut(
            unit_id=unit,
            sole_us=sole.get(unit, 0),
            shifting_us=moving.get(unit, 0),
            share=sole.get(unit, 0) / all_us if all_us else None,
        )
        for unit in sorted(sole.keys() | moving.keys())
    ]
    return sorted(found, key=lambda one: (-one.sole_us, -one.shifting_us))


def piece_out(piece: Piece, rate_upm: float | None) -> PieceOut:
    """A stretch of lost time with its evidence."""
    return PieceOut(
        **_named(piece.cause),
        start=to_rfc3339(piece.t0_us),
        end=to_rfc3339(piece.t1_us),
        lost_us=piece.lasts_us,
        lost_units=None if rate_upm is None else round(piece.lasts_us * rate_upm / MINUTE_US, 1),
        state=piece.state,
        stop=to_rfc3339(piece.stop_us),
        inferred=piece.inferred,
        trail=_trail_out(piece),
    )


def _trail_out(piece: Piece) -> list[TrailOut]:
    return [TrailOut(unit_id=link.unit, record=to_rfc3339(link.record_us), says=link.kind) for link in piece.trail]


def stop_cause_out(stop: StopCause) -> StopCauseOut:
    """A stop with its causes and what would have been without it."""
    gain = stop.without
    return StopCauseOut(
        stop_id=f"{stop.unit}-{stop.t0_us}",
        equipment_id=stop.unit,
        start=to_rfc3339(stop.t0_us),
        end=None if stop.t1_us is None else to_rfc3339(stop.t1_us),
        initial=CauseOut.model_validate(_named(stop.initial.cause)),
        key=CauseOut.model_validate(_named(stop.key.cause)),
        trail=_trail_out(stop.key),
        inferred=stop.key.inferred,
        without=WithoutOut(
            lost_us=gain.lost_us,
            gained_us=gain.gained_us,
            units=round(gain.gained_units, 1) if gain.rated_us or not gain.gained_us else None,
            anyway=[AnywayOut(unit_id=unit, lost_us=us) for unit, us in sorted(gain.anyway.items())],
        ),
    )
