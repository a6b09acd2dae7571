"""What a report says of a period: the same answers as the pages give, as they were known at a moment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
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
        found = {"losses": self._losses, "stops": self._stops}.get(asked.view)
        node = self.performance.gathering.node(asked.equipment_id, asked.to_us - 1, as_of=asked.as_of)[1]
        content = {
            "view": asked.view,
            "equipment": {"id": node.id, "path": node.path, "name": node.name, "timezone": node.timezone},
            "start": to_rfc3339(asked.from_us),
            "end": to_rfc3339(asked.to_us),
            "until": to_rfc3339(max(asked.from_us, period.until_us)),
            "as_of": asked.as_of,
            "conventions": asdict(period.settings),
            "partial": period.leaves.hidden,
            "hints": list(period.leaves.hints),
            "answer": kpis_out(period).model_dump(mode="json") if found is None else found(asked, scope),
        }
        return content, period.leaves.ids

    def _losses(self, asked: Question, scope: Scope) -> dict[str, Any]:
        found = self.losses.pareto(_of_losses(asked), by="reason", measure="minutes", scope=scope)
        bars = [{"reason": bar.key, "us": bar.us, "stops": bar.stops, "lost_units": bar.units} for bar in found.bars]
        times = found.times
        return {"bars": bars, "busy_us": times.busy_us, "no_data_us": times.nodt_us, "lost_us": times.lost_us}

    def _stops(self, asked: Question, scope: Scope) -> dict[str, Any]:
        """Lost time by stop: what follows itself in one state with one reason is one."""
        found = self.losses.losses(_of_losses(asked), scope=scope, limit=SLICES_OF_A_STOP * REPORT_STOPS_MAX)
        losses = sorted(found.items, key=lambda one: (one.equipment_id, one.t0_us))
        stops: list[dict[str, Any]] = []
        for (who, state, why, cls), together in groupby(losses, _same_stop):
            pieces = list(together)
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


def _same_stop(lost: Lost) -> tuple[int, str, str | None, str]:
    return lost.equipment_id, lost.state, lost.reason, lost.cls


def _of_losses(asked: Question) -> Asked:
    return Asked(asked.equipment_id, asked.from_us, asked.to_us, Wanted(), as_of=asked.as_of)
