"""What a report says of a period: the same answers as the pages give, as they were known at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.core.limits import REPORT_STOPS_MAX
from dovetail.core.scope import Scope
from dovetail.losses.model import Lost, Wanted
from dovetail.losses.service import Asked, LossesRoom
from dovetail.performance.api import kpis_out
from dovetail.performance.service import PerformanceRoom
from dovetail.reports.model import View

LONGEST_US: Final = 400 * DAY_US  # a year and a month: past knowledge is summed slice by slice
SLICES_OF_A_STOP: Final = 10  # on average at most: where shifts, jobs and crews cut one


@dataclass(frozen=True, slots=True)
class Question:
    """A view of [from_us, to_us) of an equipment as known at `as_of`; None: now."""

    view: View
    equipment_id: int
    from_us: int
    to_us: int
    as_of: int | None


@dataclass(frozen=True, slots=True)
class Answers:
    """Asks the rooms whose answers are kept."""

    performance: PerformanceRoom
    losses: LossesRoom

    def answer(self, asked: Question, scope: Scope) -> tuple[dict[str, Any], tuple[int, ...]]:
        """(the answer with what it was asked and worked out by, the equipment whose ledgers it shows)."""
        period = self.performance.kpis(
            asked.equipment_id, asked.from_us, asked.to_us, scope=scope, as_of=asked.as_of
        )  # fmt: skip
        node = self.performance.gathering.node(asked.equipment_id, asked.to_us - 1, as_of=asked.as_of)[1]
        sees, partial, hints = period.leaves.ids, period.leaves.hidden, period.leaves.hints
        if asked.view == "kpis":
            answer = kpis_out(period).model_dump(mode="json")
        else:  # of every machine below it, whatever its KPIs are made of
            units, partial = self.losses.machines(_of_losses(asked), scope)
            sees, hints = tuple(dict.fromkeys((asked.equipment_id, *units))) if units else (), ()
            answer = (self._losses if asked.view == "losses" else self._stops)(asked, scope)
        content = {
            "view": asked.view,
            "equipment": {"id": node.id, "path": node.path, "name": node.name, "timezone": node.timezone},
            "start": to_rfc3339(asked.from_us),
            "end": to_rfc3339(asked.to_us),
            "until": to_rfc3339(max(asked.from_us, period.until_us)),
            "as_of": asked.as_of,
            "conventions": asdict(period.settings),
            "partial": partial,
            "hints": list(hints),
            "answer": answer,
        }
        return content, sees

    def _losses(self, asked: Question, scope: Scope) -> dict[str, Any]:
        found = self.losses.pareto(_of_losses(asked), by="reason", measure="minutes", scope=scope)
        bars = [{"reason": bar.key, "us": bar.us, "stops": bar.stops, "lost_units": bar.units} for bar in found.bars]
        times = found.times
        return {"bars": bars, "busy_us": times.busy_us, "no_data_us": times.nodt_us, "lost_us": times.lost_us}

    def _stops(self, asked: Question, scope: Scope) -> dict[str, Any]:
        """Lost time by stop: what follows itself without a gap in one state with one reason is one."""
        found = self.losses.losses(_of_losses(asked), scope=scope, limit=SLICES_OF_A_STOP * REPORT_STOPS_MAX)
        stops: list[dict[str, Any]] = []
        for pieces in _together(found.items):
            who, state, why, cls = _said(pieces[0])
            node = self.performance.gathering.node(who, asked.to_us - 1, as_of=asked.as_of)[1]
            stops.append(
                {"equipment": node.path, "state": state, "reason": why, "cls": cls, "us": sum(one.us for one in pieces)}
                | {"start": to_rfc3339(pieces[0].t0_us), "end": to_rfc3339(pieces[-1].t1_us)}
            )
        if len(stops) > REPORT_STOPS_MAX or found.next is not None:
            more = "" if found.next is None else "over "
            message = f"{more}{len(stops)} stops are more than the {REPORT_STOPS_MAX} that a report holds"
            raise InvalidError(message, pointer="/end", code="report-long", hint="a shorter period, or one machine")
        return {"stops": stops}


def _together(losses: Iterable[Lost]) -> list[list[Lost]]:
    """The pieces of each stop, by equipment and time. A machine that ran, or was not known of, between two has two."""
    stops: list[list[Lost]] = []
    for one in sorted(losses, key=lambda one: (one.equipment_id, one.t0_us)):
        last = stops[-1][-1] if stops else None
        if last is not None and _said(last) == _said(one) and one.t0_us <= last.t1_us:
            stops[-1].append(one)
        else:
            stops.append([one])
    return stops


def _said(lost: Lost) -> tuple[int, str, str | None, str]:
    return lost.equipment_id, lost.state, lost.reason, lost.cls


def _of_losses(asked: Question) -> Asked:
    return Asked(asked.equipment_id, asked.from_us, asked.to_us, Wanted(), as_of=asked.as_of)
