"""What the API shows of stops, reasons and the board of a shift, in words a screen can use as they are."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.insight.stops import Stop
from dovetail.performance.facts import ShiftTrack
from dovetail.reasoning.shown import EvidenceOut, evidence_out
from dovetail.reasoning.tree import Tree, below
from dovetail.timeline.model import Edit


class StopOut(BaseModel):
    """Time without production about which one thing is said; `end` null: it still stands.

    `planned`: in a break or outside every shift; `micro`: ended within the equipment's micro-stop time; `because`: the
    evidence for a reason that signals gave.
    """

    stop_id: str
    equipment_id: int
    start: str
    end: str | None
    duration_s: float
    state: str
    mode: str
    reason: str | None
    comment: str | None
    external: bool
    planned: bool
    micro: bool
    source: str
    edited_by: str | None
    edited_at: str | None
    edit_id: int | None
    evidence_changed: bool
    version: str
    because: EvidenceOut | None = None


class ShiftOut(BaseModel):
    """The shift that was asked for."""

    id: str
    name: str
    start: str
    end: str


class StopsOut(BaseModel):
    """The stops of a period, the newest first. `without_reason`: share of the unplanned stopped time, null: none.

    `as_of`: as known then, null: now. `now`: the moment up to which something was known.
    `stopped_s` and `unassigned_s` are null of a period of more than 31 days: the Pareto sums it.
    """

    items: list[StopOut]
    next: str | None = None
    start: str
    end: str
    as_of: int | None = None
    now: str
    shift: ShiftOut | None
    stopped_s: float | None
    unassigned_s: float | None
    without_reason: float | None


class EditAnswer(BaseModel):
    """The edit that was kept (of several that stand beside others' the last), and the stop as it is shown now; null:
    it is no stop any more."""

    edit_id: int
    edit_ids: list[int]
    stop: StopOut | None


class OfferedReason(BaseModel):
    """A reason; `key` is what is sent: `group`, `group/code`, or with a level more between them."""

    key: str
    name: str
    category: str
    children: list[OfferedReason] = []


class ReasonsOut(BaseModel):
    """The reasons offered at an equipment, those used last, and what the machine itself suggests."""

    items: list[OfferedReason]
    last_used: list[str]
    suggested: str | None


def offered_out(tree: Tree, above: str = "") -> list[OfferedReason]:
    """A tree of reasons as it is offered: every key as it is sent."""
    return [
        OfferedReason(
            key=f"{above}{code}", name=body["name"], category=body["category"],
            children=offered_out(below(body), f"{above}{code}/"),
        )
        for code, body in tree.items()
    ]  # fmt: skip


def stop_out(stop: Stop, said: Sequence[Edit], *, now_us: int, micro_us: int, changed: frozenset[int]) -> StopOut:
    """A stop as the API shows it; `said`: every edit of that time, withdrawn ones too."""
    edit = stop.edit
    lasts_us = stop.lasts_us(now_us)
    words = (one.known_from if one.withdrawn else one.known for one in said if one.touches(stop.t0_us, stop.t1_us))
    return StopOut(
        stop_id=f"{stop.equipment_id}-{stop.t0_us}",
        equipment_id=stop.equipment_id,
        start=to_rfc3339(stop.t0_us),
        end=None if stop.t1_us is None else to_rfc3339(stop.t1_us),
        duration_s=lasts_us / 1_000_000,
        state=stop.state,
        mode=stop.mode,
        reason=stop.reason,
        comment=stop.comment,
        external=stop.external,
        planned=stop.planned,
        micro=stop.t1_us is not None and lasts_us <= micro_us,
        source=stop.source,
        edited_by=edit.by_name if edit else None,
        edited_at=to_rfc3339(edit.at_us) if edit else None,
        edit_id=edit.edit_id if edit else None,
        evidence_changed=edit is not None and edit.edit_id in changed,
        version=stop.version(max(words, default=0)),
        because=evidence_out(stop.because),
    )


class LostOut(BaseModel):
    """Time of an hour lost to one reason; null: nobody has said why."""

    reason: str | None
    minutes: float


class BoardMade(BaseModel):
    """What came of a stretch of a shift, as far as it is known.

    `covered`: the share of its time so far of which it is known what the machine did; null where none has passed.
    Pieces are null where nothing is known and nobody entered any: no data is not a zero. `target_so_far`: what was due
    by now. `difference`: pieces more (or fewer) than were due in the time that is known.
    """

    planned: int | None = None
    target_so_far: int | None = None
    covered: float | None = None
    good: int | None = None
    scrap: int | None = None
    rework: int | None = None
    difference: int | None = None
    oee: float | None = None
    availability: float | None = None


class BoardHour(BoardMade):
    """One hour of the clock on the wall: what it should have made and what it made. `provisional`: not settled yet.

    `planned` null: no standard rate is known. `target_so_far` is null in an hour to come.
    """

    start: str
    end: str
    stops: list[LostOut]
    provisional: bool


class BoardTotals(BoardMade):
    """The whole shift, so far."""


class BoardOut(BaseModel):
    """Plan and actual of a shift, hour by hour; `hints` say what is missing where something cannot be known.

    `as_of`: as known then, null: now. `now`: the moment up to which something was known.
    """

    equipment_id: int
    as_of: int | None = None
    now: str
    shift: ShiftOut | None
    hours: list[BoardHour]
    totals: BoardTotals
    hints: list[str]


def shift_out(shift: ShiftTrack) -> ShiftOut:
    """A shift as the API shows it."""
    return ShiftOut(id=shift.id, name=shift.name, start=to_rfc3339(shift.t0_us), end=to_rfc3339(shift.t1_us))
