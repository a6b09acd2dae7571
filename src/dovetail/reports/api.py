"""The routes of frozen reports, and of what signed shifts would come to now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.explain.diff_api import ChangeOut, change_out
from dovetail.operations.http import Api, Page, decode_cursor, encode_cursor
from dovetail.reports.model import VIEW, Compared, Figure, figures_of
from dovetail.reports.service import Broken, Opened, ReportOut, ReportsRoom, report_out
from dovetail.reports.signed import HEADLINE, SignedShifts
from dovetail.signatures.service import SignatureOut, signature_out


class FigureOut(BaseModel):
    """One figure as it was frozen."""

    key: str
    label: str
    unit: str
    value: float | None


class OpenedOut(BaseModel):
    """A report as it was frozen. `broken`: null when it is letter for letter what was kept and the audit says so;
    `content`: what it says is not what was hashed; `audit`: the audit does not vouch for its hash."""

    report: ReportOut
    broken: Broken | None
    figures: list[FigureOut]
    content: dict[str, Any]


class ComparedOut(BaseModel):
    """A figure as it was frozen and as it is now; null: it has no value, or is not there."""

    key: str
    label: str
    unit: str
    frozen: float | None
    now: float | None
    difference: float | None


class WouldBeOut(BaseModel):
    """What a signed shift would come to, were it not signed: the figures that would be others (`frozen`: as signed),
    and the steps that would move one KPI, the oldest first. `told` false: too many to be told one by one."""

    signature: SignatureOut
    equipment_id: int
    known: int
    same: int
    moved: list[ComparedOut]
    kpi: str
    before: float | None
    after: float | None
    told: bool
    changes: list[ChangeOut]


class SinceOut(BaseModel):
    """What of a report is another figure now, and the steps that moved one KPI of its period, the oldest first.

    `otherwise`: figures that this version works out otherwise from what was known then, which no step tells of.
    """

    report: ReportOut
    broken: Broken | None
    known: int
    same: int
    moved: list[ComparedOut]
    otherwise: list[ComparedOut]
    kpi: str
    before: float | None
    after: float | None
    changes: list[ChangeOut]


def opened_out(found: Opened) -> OpenedOut:
    """As the API shows it."""
    figures = figures_of(found.content) if found.content else list[Figure]()
    shown = [FigureOut(key=one.key, label=one.label, unit=one.unit, value=one.value) for one in figures]
    return OpenedOut(report=report_out(found.report), broken=found.broken, figures=shown, content=found.content)


def compared_out(one: Compared) -> ComparedOut:
    """As the API shows it."""
    return ComparedOut(
        key=one.key, label=one.label, unit=one.unit, frozen=one.frozen, now=one.now, difference=one.difference
    )


def signed_routes(api: Api, room: SignedShifts) -> None:
    """Declare the route of signed shifts."""

    @api.query("GET", "/signatures/{signature_id}/now", permission=VIEW, summary="What a signed shift would be now")
    def would_be(signature_id: int, scope: Scope, equipment_id: int | None = None, kpi: str = HEADLINE) -> WouldBeOut:
        """Of the equipment that was signed or, with `equipment_id`, of one below it; what stands does not move."""
        found = room.would_be(signature_id, scope=scope, equipment_id=equipment_id, kpi=kpi)
        moved = [one for one in found.figures if one.differs]
        return WouldBeOut(
            signature=signature_out(found.signature),
            equipment_id=found.equipment_id,
            known=found.known,
            same=len(found.figures) - len(moved),
            moved=[compared_out(one) for one in moved],
            kpi=found.kpi,
            before=None if found.before is None else float(found.before),
            after=None if found.after is None else float(found.after),
            told=found.told,
            changes=[change_out(room.performance, one) for one in found.changes],
        )


def routes(api: Api, room: ReportsRoom) -> None:
    """Declare this room's routes."""
    signed_routes(api, room.signed)

    @api.query("GET", "/reports", permission=VIEW, summary="The frozen reports, the newest first")
    def reports(
        scope: Scope, equipment_id: Annotated[int | None, Query(ge=0, lt=1 << 63)] = None, cursor: str | None = None
    ) -> Page[ReportOut]:
        """Those of which you see all equipment; withdrawn ones too, with who withdrew them."""
        (before,) = decode_cursor(cursor, int) or (None,)
        found = room.newest(scope=scope, equipment_id=equipment_id, before=before, limit=PAGE_MAX + 1)
        more = encode_cursor(found[PAGE_MAX - 1].id) if len(found) > PAGE_MAX else None
        return Page(items=[report_out(one) for one in found[:PAGE_MAX]], next=more)

    @api.query("GET", "/reports/{report_id}", permission=VIEW, summary="A report exactly as it was frozen")
    def opened(report_id: int, scope: Scope) -> OpenedOut:
        """Its hash, and the audit row that vouches for it, are looked at each time."""
        return opened_out(room.opened(report_id, scope=scope))

    @api.query("GET", "/reports/{report_id}/diff", permission=VIEW, summary="What moved since a report was frozen")
    def diff(report_id: int, scope: Scope, kpi: str | None = None) -> SinceOut:
        """Every figure that is another now; who moved `kpi` (by default the one its view is about), when and why."""
        found = room.since(report_id, scope=scope, kpi=kpi)
        moved = [one for one in found.figures if one.differs]
        before, after = found.moved.before, found.moved.after
        return SinceOut(
            report=report_out(found.opened.report),
            broken=found.opened.broken,
            known=found.moved.now.as_of or found.moved.now.known,
            same=len(found.figures) - len(moved),
            moved=[compared_out(one) for one in moved],
            otherwise=[compared_out(one) for one in found.otherwise],
            kpi=found.kpi,
            before=None if before is None else float(before),
            after=None if after is None else float(after),
            changes=[change_out(room.performance, one) for one in found.moved.changes],
        )

    api.change("POST", "/reports", room.freeze, status=201)
    api.change("POST", "/reports/{report_id}/withdraw", room.withdraw)
    api.change("POST", "/reports/{report_id}/restore", room.restore)
