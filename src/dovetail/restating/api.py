"""Ask what a restatement would move, follow how far that is, make one, and take one back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor
from dovetail.replaying.api import ComparedOut, compared_out
from dovetail.restating.model import Ledger, Plan
from dovetail.restating.service import RESTATE, Restate, RestatementOut, RestatingRoom, words
from dovetail.web.inturn import InTurn, OnStep
from dovetail.web.longwork import LongWork


class PlanBegun(BaseModel):
    """The work by which it is followed: `/jobs/{id}`; then `/restatements/plans/{id}`."""

    job_id: str


class ShiftMovedOut(ComparedOut):
    """A shift as it is and as it would be. `signed`: it stands as it is, whatever is restated."""

    signed: bool


class LedgerMovedOut(BaseModel):
    """One equipment: time that would be told otherwise, its figures in all, and the first of its shifts that differ."""

    equipment_id: int
    path: str
    differs: bool
    moved_us: int
    slices_was: int
    slices_would: int
    whole: ComparedOut
    shifts_total: int
    signed_total: int
    shifts: list[ShiftMovedOut]


class RestatementPlanOut(BaseModel):
    """What would be restated, as asked for, and what that moves. `digest` goes into `seen` of the restatement."""

    start: str
    end: str
    version: int | None
    only: list[str]
    digest: str
    differs: bool
    changes: list[dict[str, Any]]
    ledgers: list[LedgerMovedOut]


class Plans:
    """Plans of restatements as people ask for them."""

    def __init__(self, room: RestatingRoom, work: LongWork) -> None:
        self._room, self._turn = room, InTurn[RestatementPlanOut](work, "restate", "Restatement", "days")

    def begin(self, asked: Restate, *, scope: Scope) -> str:
        """Check what can be checked at once, and begin. Raises RefusedError while another runs."""
        scope.require(RESTATE, None)
        with self._room.database.read() as reading:
            self._room.find(reading, asked)

        def plan(on_step: OnStep) -> tuple[RestatementPlanOut, str]:
            found = self._room.plan(asked, on_step=on_step)
            return shown(found, asked), f"definitions: {len(found.changes)}, ledgers: {len(found.ledgers)}"

        return self._turn.begin(plan, scope=scope)

    def found(self, work_id: str, *, scope: Scope) -> RestatementPlanOut:
        """What it found. Raises NotFoundError while it runs, and for whoever did not ask for it."""
        scope.require(RESTATE, None)
        return self._turn.found(work_id, scope=scope)


def shown(plan: Plan, asked: Restate) -> RestatementPlanOut:
    """A plan as the API shows it."""
    return RestatementPlanOut(
        start=to_rfc3339(plan.from_us),
        end=to_rfc3339(plan.to_us),
        version=asked.version,
        only=list(asked.only),
        digest=plan.digest,
        differs=bool(plan.changes),
        changes=[words(one, plan.to_us) for one in plan.changes],
        ledgers=[_ledger(one) for one in plan.ledgers],
    )


def _ledger(one: Ledger) -> LedgerMovedOut:
    return LedgerMovedOut(
        equipment_id=one.equipment_id,
        path=one.path,
        differs=one.differs,
        moved_us=one.moved_us,
        slices_was=one.slices[0],
        slices_would=one.slices[1],
        whole=compared_out(one.whole),
        shifts_total=one.shifts_total,
        signed_total=one.signed_total,
        shifts=[
            ShiftMovedOut(**compared_out(shift.compared).model_dump(), signed=shift.signed) for shift in one.shifts
        ],
    )


def routes(api: Api, room: RestatingRoom, plans: Plans) -> None:
    """Declare this room's routes."""

    @api.query("POST", "/restatements/plans", permission=RESTATE, summary="What a restatement would move")
    def begin(body: Restate, scope: Scope) -> PlanBegun:
        """Nothing is written."""
        return PlanBegun(job_id=plans.begin(body, scope=scope))

    @api.query("GET", "/restatements/plans/{plan_id}", permission=RESTATE, summary="What a plan found")
    def found(plan_id: str, scope: Scope) -> RestatementPlanOut:
        """The biggest differences first."""
        return plans.found(plan_id, scope=scope)

    @api.query("GET", "/restatements", permission=RESTATE, summary="Who told the past again, and why")
    def newest(scope: Scope, cursor: str | None = None, limit: int = 50) -> Page[RestatementOut]:
        """Newest first."""
        place, size = decode_cursor(cursor, int), max(1, min(limit, PAGE_MAX))
        found = room.newest(scope=scope, before=place[0] if place else None, limit=size + 1)
        return Page(items=found[:size], next=encode_cursor(found[size - 1].id) if len(found) > size else None)

    @api.query("GET", "/restatements/{restatement_id}", permission=RESTATE, summary="A restatement, and how far it is")
    def one(restatement_id: Annotated[int, Path(ge=0, lt=1 << 63)], scope: Scope) -> RestatementOut:
        """What was restated by whom and why."""
        return room.get(restatement_id, scope=scope)

    api.change("POST", "/restatements", room.make, status=201)
    api.change("POST", "/restatements/{restatement_id}/undo", room.undo, status=201)
