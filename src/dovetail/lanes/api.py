"""Show a line's time as lanes of segments, and one segment with its neighbours."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel

from dovetail.core.clock import DAY_US, from_rfc3339, to_rfc3339
from dovetail.core.limits import SERIES_PX_MAX
from dovetail.core.scope import Scope
from dovetail.lanes.model import COLUMNS, Segments
from dovetail.lanes.service import LanesRoom
from dovetail.operations.http import Api, as_known, period
from dovetail.timeline.model import StateRecord
from dovetail.timeline.shown import StateRecordOut, record_out

VIEW: Final = "plant.view"
LONGEST_US: Final = 280 * DAY_US  # three months in view with as much on either side; each record of it is read
PX_MAX: Final = 2 * SERIES_PX_MAX  # a stretch three times as wide as the screen, so that it can be moved at once


class LookOut(BaseModel):
    """What segments of this look say. `kind`: `void` (nobody knows), `stands` or `produces`."""

    state: str
    mode: str
    reason: str | None
    external: bool
    kind: str


class LaneOut(BaseModel):
    """The segments of one machine by time, as columns.

    `look`: place in `looks`. `marks`: 1 people said something of it, 2 the signals have changed since, 4 not settled
    yet, 8 state or reason are a person's, 16 it has a comment, 32 it goes on. `n`: more than one: short records of one
    pixel, shown as what took most of their time; `holds`: which kinds of time are in it: 1 void, 2 stands, 4 produces.
    """

    equipment_id: int
    t0_us: list[int]
    t1_us: list[int]
    look: list[int]
    marks: list[int]
    n: list[int]
    holds: list[int]


class SegmentsOut(BaseModel):
    """The lanes of a stretch. `until`: where what is known ends; `bucket_us`: how long a pixel is; `records`: how many
    state records are shown; `partial`: some machines are out of your sight."""

    start: str
    end: str
    until: str
    as_of: int | None = None
    bucket_us: int
    records: int
    partial: bool
    looks: list[LookOut]
    lanes: list[LaneOut]


class SegmentOut(BaseModel):
    """A state record with those before and after it. `version` is what is sent as `seen` when it is corrected."""

    record: StateRecordOut
    before: StateRecordOut | None
    after: StateRecordOut | None
    version: str


def routes(api: Api, room: LanesRoom) -> None:
    """Declare this room's routes."""

    @api.query("GET", "/equipment/{equipment_id}/segments", permission=VIEW, summary="What a line did, for a picture")
    def segments(
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        px: Annotated[int, Query(ge=16, le=PX_MAX, description="how many pixels wide it is drawn")] = 1_000,
        as_of: str | None = None,
    ) -> SegmentsOut:
        """Of a machine, or of all machines of a line in the order of its flow; short records become one per pixel."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        known = _known(api, as_of)
        found = room.picture(equipment_id, from_us, to_us, px=px, scope=scope, as_of=known)
        kinds = {1: "void", 2: "stands", 4: "produces"}
        return SegmentsOut(
            start=to_rfc3339(from_us),
            end=to_rfc3339(to_us),
            until=to_rfc3339(max(from_us, found.until_us)),
            as_of=known,
            bucket_us=found.bucket_us,
            records=found.records,
            partial=found.partial,
            looks=[
                LookOut(state=one.state, mode=one.mode, reason=one.reason, external=one.external, kind=kinds[one.kind])
                for one in found.looks
            ],
            lanes=[_lane(unit, lane) for unit, lane in found.lanes],
        )

    @api.query("GET", "/equipment/{equipment_id}/segment", permission=VIEW, summary="What a machine did at a moment")
    def segment(equipment_id: int, at: str, scope: Scope, as_of: str | None = None) -> SegmentOut:
        """The state record of a moment, and its neighbours: all that is needed to correct it."""
        found = room.around(equipment_id, from_rfc3339(at), scope=scope, as_of=_known(api, as_of))

        def out(record: StateRecord) -> StateRecordOut:
            end_us = record.t0_us if record.t1_us is None else record.t1_us
            return record_out(record, provisional=end_us > found.settled_us, changed=found.changed)

        return SegmentOut(
            record=out(found.record),
            before=None if found.before is None else out(found.before),
            after=None if found.after is None else out(found.after),
            version=found.version,
        )


def _known(api: Api, as_of: str | None) -> int | None:
    with api.database.read() as reading:
        return as_known(reading, as_of)


def _lane(equipment_id: int, lane: Segments) -> LaneOut:
    return LaneOut(equipment_id=equipment_id, **{name: getattr(lane, name).tolist() for name in COLUMNS})
