"""The route on which a figure says what moved it between two moments of knowledge."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from dovetail.core.clock import to_rfc3339
from dovetail.core.limits import DIFF_PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.explain.causes import Kind
from dovetail.explain.diff import Asked, Change, Differ, Difference
from dovetail.operations.http import Api, decode_cursor, encode_cursor, period
from dovetail.performance.api import LONGEST_US, as_of_known
from dovetail.performance.service import PerformanceRoom

VIEW: Final = "plant.view"


class MoveOut(BaseModel):
    """Time that counts as another class than before."""

    cls_before: str
    cls_after: str
    us: int


class ChangeOut(BaseModel):
    """What moved the figure: who, when, why, and the time and pieces that it moved.

    `contribution` is what it added to the figure; all of them sum up to the difference exactly. `value`: how the
    figure stood after it. `steps`: how many in a row are told as one. `running`: time that had not been settled.
    """

    kind: Kind
    known: int
    at: str
    by: str | None
    operation: str | None
    audit_id: int | None
    why: str | None
    said: dict[str, Any]
    equipment: list[str]
    moves: list[MoveOut]
    pieces: dict[str, int]
    ideal_us: int = Field(description="by how much the ideal time of the pieces grew: pieces, or their rate")
    value: float | None
    contribution: float | None
    steps: int


class DiffOut(BaseModel):
    """A figure at two moments of knowledge, and what moved it between them, the oldest change first.

    `ledger_known`: up to here the ledger has taken in what became known; what is newer moves it within seconds.
    """

    kpi: str
    equipment_id: int
    start: str
    end: str
    known_from: int
    known_to: int | None
    ledger_known: int
    before: float | None
    after: float | None
    difference: float | None
    partial: bool
    changes: list[ChangeOut]
    count: int
    next: str | None = None


def routes(api: Api, room: PerformanceRoom) -> None:
    """Declare the route."""
    differ = Differ(room)

    @api.query("GET", "/kpis/{kpi}/diff", permission=VIEW, summary="What moved a number between two moments")
    def diff(
        kpi: str,
        equipment_id: int,
        start: str,
        end: str,
        scope: Scope,
        known_from: str,
        known_to: str | None = None,
        cursor: str | None = None,
    ) -> DiffOut:
        """`known_from`, `known_to`: a `known`, or a moment (RFC 3339); without the latter, now."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        since = as_of_known(room, known_from) or 0
        asked = Asked(kpi, equipment_id, from_us, to_us, since, as_of_known(room, known_to), scope)
        place = decode_cursor(cursor, int)
        return diff_out(room, asked, differ.diff(asked), from_place=0 if place is None else place[0])


def diff_out(room: PerformanceRoom, asked: Asked, found: Difference, *, from_place: int = 0) -> DiffOut:
    """A difference as the API shows it, a page of its changes."""
    end = from_place + DIFF_PAGE_MAX
    return DiffOut(
        kpi=asked.kpi,
        equipment_id=asked.equipment_id,
        start=to_rfc3339(asked.from_us),
        end=to_rfc3339(asked.to_us),
        known_from=asked.since,
        known_to=asked.until,
        ledger_known=found.now.known,
        before=None if found.before is None else float(found.before),
        after=None if found.after is None else float(found.after),
        difference=None if found.difference is None else float(found.difference),
        partial=found.now.leaves.hidden,
        changes=[change_out(room, change) for change in found.changes[from_place:end]],
        count=len(found.changes),
        next=encode_cursor(end) if len(found.changes) > end else None,
    )


def change_out(room: PerformanceRoom, change: Change) -> ChangeOut:
    """One change as the API shows it."""
    cause = change.cause
    same = {name: getattr(cause, name) for name in ("kind", "known", "by", "operation", "audit_id", "why")}
    moves = [MoveOut(cls_before=was, cls_after=now, us=us) for (was, now), us in sorted(change.moves.items())]
    return ChangeOut(
        **same,
        at=to_rfc3339(cause.at_us),
        said=dict(cause.said),
        equipment=[room.gathering.node(one)[1].path for one in sorted(change.equipment)],
        moves=[move for move in moves if move.us],
        pieces={name: count for name, count in change.pieces.items() if count},
        ideal_us=change.ideal_us,
        value=None if change.value is None else float(change.value),
        contribution=None if change.contribution is None else float(change.contribution),
        steps=change.steps,
    )
