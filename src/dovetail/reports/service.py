"""Freeze a view of a period under a name, open it exactly as it was, and say what has moved since and by whom.

What was answered is kept with its hash. The hash stands in the audit row of the freezing, inside the chain: whoever
changes a letter of the report has to change every audit row written since.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Scope
from dovetail.db.events import events_after, handled, moments_of
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.explain.diff import Asked, Differ, Difference
from dovetail.losses.service import LossesRoom
from dovetail.operations.http import as_known
from dovetail.operations.moment import moment
from dovetail.operations.operation import Call, Input, Operation, Undo
from dovetail.operations.store import vouched
from dovetail.performance.service import HANDLER, KINDS, PerformanceRoom
from dovetail.reports import store
from dovetail.reports.answering import LONGEST_US, Answers, Question
from dovetail.reports.model import VIEW, Compared, Report, View, compared, digest_of, figures_of, sealed
from dovetail.reports.signed import SignedShifts
from dovetail.signatures.service import SignaturesRoom

type Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
type Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
type Broken = Literal["content", "audit"]

MOVED_BY: Final = {"kpis": "oee_index", "losses": "availability", "stops": "availability"}


class FreezeReport(Input):
    """A view of a period of an equipment, kept under a name."""

    name: Name
    equipment_id: int
    view: View = "kpis"
    start: str = Field(description="RFC 3339 with offset")
    end: str
    as_of: str | None = Field(default=None, description="as known at a moment or a `known`; left out: now")
    note: Words | None = None


class OneReport(Input):
    """A report; `digest` is that of what it says."""

    report_id: int
    digest: str | None = None


class ReportOut(BaseModel):
    """A frozen report without what it says; `withdrawn`: who took it back and when."""

    id: int
    name: str
    view: View
    equipment_id: int
    start: str
    end: str
    as_of: int
    by: str
    by_id: str
    at: str
    note: str | None
    known: int
    digest: str
    withdrawn: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A report with what it says. `broken`: None when its hash and the audit row that vouches for it hold."""

    report: Report
    content: dict[str, Any]
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Since:
    """What of a report is another figure today, and what moved one of its KPIs, step by step. `otherwise`: what this
    version of the program works out otherwise from what was known then; no step tells of it."""

    opened: Opened
    figures: list[Compared]
    otherwise: list[Compared]
    kpi: str
    moved: Difference


def report_out(found: Report) -> ReportOut:
    """As the API shows it."""
    names = ("id", "name", "view", "equipment_id", "as_of", "by_id", "note", "known", "digest")
    back = None if found.back_us is None else {"by": found.back_by or "", "at": to_rfc3339(found.back_us)}
    return ReportOut(
        **{name: getattr(found, name) for name in names}, start=to_rfc3339(found.from_us), end=to_rfc3339(found.to_us),
        by=found.by_name, at=to_rfc3339(found.at_us), withdrawn=back,
    )  # fmt: skip


class ReportsRoom:
    """Keeps reports and tells whether they are still what was kept."""

    def __init__(self, database: Database, performance: PerformanceRoom, signatures: SignaturesRoom) -> None:
        self._database, self.performance = database, performance
        self.signed = SignedShifts(database, performance, signatures)
        self._answers, self._differ = Answers(performance, LossesRoom(performance)), Differ(performance)
        self.freeze = Operation(
            name="report.freeze", summary="Keep the figures of a period as they are known", permission=VIEW,
            input=FreezeReport, output=ReportOut, handler=self._freeze, node=lambda _uow, given: given.equipment_id,
            undo=lambda _given, out: Undo("report.withdraw", OneReport(report_id=out.id, digest=out.digest)),
        )  # fmt: skip
        self.withdraw = Operation(
            name="report.withdraw", summary="Take a report of one's own out of the list", permission=VIEW,
            input=OneReport, output=ReportOut, handler=self._withdraw, node=_equipment_of, reason="optional",
            undo=lambda given, _out: Undo("report.restore", given),
        )  # fmt: skip
        self.restore = Operation(
            name="report.restore", summary="Put a report of one's own back into the list", permission=VIEW,
            input=OneReport, output=ReportOut, handler=self._restore, node=_equipment_of,
            undo=lambda given, _out: Undo("report.withdraw", given),
        )  # fmt: skip

    @property
    def operations(self) -> tuple[Operation[Any, Any], ...]:
        """What may be done here."""
        return (self.freeze, self.withdraw, self.restore)

    # --- asking ----------------------------------------------------------------------------------------------
    def newest(
        self, *, scope: Scope, equipment_id: int | None = None, before: int | None = None, limit: int
    ) -> list[Report]:
        """Those that somebody may be shown, the newest first; withdrawn ones too."""
        found: list[Report] = []
        with self._database.read() as reading:
            while len(found) < limit:
                page = store.newest(reading, before=before, equipment_id=equipment_id, limit=limit)
                found += [one for one in page if one.shown_to(scope)]
                if len(page) < limit:
                    break
                before = page[-1].id
        return found[:limit]

    def opened(self, report_id: int, *, scope: Scope) -> Opened:
        """A report exactly as it was kept, and whether it still is. Raises NotFoundError."""
        with self._database.read() as reading:
            report = _shown(reading, report_id, scope)
            text = store.content(reading, report_id)
            row = vouched(reading, report.known)
        in_chain = None if row is None else (row.undo_given or {}).get("digest")
        broken: Broken | None = None if digest_of(text) == report.digest else "content"
        if broken is None and in_chain != report.digest:
            broken = "audit"
        return Opened(report, _read(text), broken)

    def since(self, report_id: int, *, scope: Scope, kpi: str | None = None) -> Since:
        """What has moved since a report was frozen. Raises NotFoundError, also for a KPI there is not."""
        opened = self.opened(report_id, scope=scope)
        one = opened.report
        with self._database.read() as reading:
            known, until_us = self._complete(reading, None, one.to_us)
        now, _ = self._answers.answer(Question(one.view, one.equipment_id, one.from_us, until_us, known), scope)
        asked = Question(one.view, one.equipment_id, one.from_us, one.to_us, one.as_of)
        again, _ = self._answers.answer(asked, scope)
        which = kpi or MOVED_BY[one.view]
        moved = self._differ.diff(Asked(which, one.equipment_id, one.from_us, one.to_us, one.as_of, known, scope))
        figures, anew = ((compared(opened.content, one) if opened.content else []) for one in (now, again))
        kept = {figure.key for figure in figures_of(opened.content)} if opened.content else set[str]()
        otherwise = [figure for figure in anew if figure.differs and figure.key in kept]
        return Since(opened, figures, otherwise, which, moved)

    # --- doing -----------------------------------------------------------------------------------------------
    def _freeze(self, call: Call, given: FreezeReport) -> ReportOut:
        from_us, to_us = moment(given.start, "/start"), moment(given.end, "/end")
        if from_us >= to_us or to_us - from_us > LONGEST_US:
            hint = "it ends after it begins, 400 days later at most"
            raise InvalidError("this is no period of a report", pointer="/end", code="period", hint=hint)
        if from_us >= call.clock.now_us():
            raise InvalidError("nothing is known of this period yet", pointer="/start", code="time-in-future")
        known = call.uow.known  # nobody else writes from here on: what is known is known
        as_of, until_us = self._complete(call.uow, as_known(call.uow, given.as_of), to_us)
        if from_us >= until_us:
            raise InvalidError("nothing was known of this period then", pointer="/as_of", code="time-in-future")
        asked = Question(given.view, given.equipment_id, from_us, until_us, as_of)
        content, sees = self._answers.answer(asked, call.scope)
        if not sees:
            hint = "; ".join(content["hints"]) or "give it, or what lies below it, `states`"
            raise InvalidError("there are no figures to keep", pointer="/equipment_id", code="no-ledger", hint=hint)
        text, digest = sealed(content)
        who = call.scope.actor
        kept = Report(
            store.new_id(call.uow), given.name, given.view, given.equipment_id, sees, from_us, until_us, as_of,
            given.note, who.id, who.name, call.clock.now_us(), known, digest,
        )  # fmt: skip
        store.add(call.uow, kept, text)
        return report_out(kept)

    def _withdraw(self, call: Call, given: OneReport) -> ReportOut:
        return self._moved(call, given, by=call.scope.actor.name, at_us=call.clock.now_us())

    def _restore(self, call: Call, given: OneReport) -> ReportOut:
        return self._moved(call, given, by=None, at_us=None)

    @staticmethod
    def _moved(call: Call, given: OneReport, *, by: str | None, at_us: int | None) -> ReportOut:
        _ = call.uow.known
        found = _shown(call.uow, given.report_id, call.scope)
        if found.by_id != call.scope.actor.id:
            raise RefusedError(f"this report is {found.by_name}'s", code="not-yours", hint="ask who froze it")
        if (found.back_us is None) == (at_us is None):
            raise ConflictError("this has been done already", code="report-state", hint="nothing is left to do")
        store.withdraw(call.uow, found.id, by=by, at_us=at_us)
        return report_out(store.find(call.uow, found.id) or found)

    @staticmethod
    def _complete(reading: Reading, as_of: int | None, to_us: int) -> tuple[int, int]:
        """(known, end): the newest moment of knowledge, not after `as_of`, that the ledger has taken in wholly, and
        where a period ends as known then."""
        pending = events_after(reading, handled(reading, HANDLER), KINDS, limit=1)
        newest = pending[0].known - 1 if pending else reading.known_now()
        known = newest if as_of is None else min(as_of, newest)
        if known < 1:
            hint = "it does so while Dovetail runs: try again in a moment"
            raise ConflictError("the ledger has not taken in what is known", code="ledger-behind", hint=hint)
        return known, min(to_us, moments_of(reading, [known]).get(known, to_us))


def _shown(reading: Reading, report_id: int, scope: Scope) -> Report:
    found = store.find(reading, report_id)
    if found is None or not found.shown_to(scope):
        raise NotFoundError("there is no such report")
    return found


def _read(text: str) -> dict[str, Any]:
    """What a report says; nothing where somebody made it unreadable."""
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


def _equipment_of(uow: UnitOfWork, given: OneReport) -> int:
    found = store.find(uow, given.report_id)
    if found is None:
        raise NotFoundError("there is no such report")
    return found.equipment_id
