"""What a shift that was signed would come to now: its figures stand, and beside them what became known since.

While a signature holds, the ledger keeps what followed from the facts as they were known then. What follows from them
as they are known now is derived beside it, after each thing that became known since; nothing of it is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from dovetail.core.errors import NotFoundError
from dovetail.core.limits import SIGNED_SINCE_MAX, SIGNED_STEPS_MAX
from dovetail.core.scope import Scope
from dovetail.db.events import events_after
from dovetail.db.uow import Database, Reading
from dovetail.explain.causes import Moved, causes
from dovetail.explain.diff import PLACES, Change, contributing
from dovetail.explain.revisions import Step
from dovetail.ledger.changes import changes
from dovetail.ledger.columns import add, nothing, sum_slices
from dovetail.ledger.model import Slice
from dovetail.performance.api import kpis_out
from dovetail.performance.report import catalogue, figures
from dovetail.performance.service import KINDS, PerformanceRoom, Period
from dovetail.reports.model import VIEW, Compared, compared
from dovetail.signatures.model import Signature
from dovetail.signatures.service import SignaturesRoom

HEADLINE: Final = "oee_index"
FACTS: Final = tuple(kind for kind in KINDS if kind != "SignatureChanged")

type Derived = dict[int, list[Slice]]  # of each ledger, by time


@dataclass(frozen=True, slots=True)
class WouldBe:
    """Every figure of a signed shift as it stands and as it would be; `changes`: what moved one KPI, the oldest first.

    `told` False: so much became known since that it is not told step by step.
    """

    signature: Signature
    equipment_id: int
    known: int
    figures: list[Compared]
    kpi: str
    before: Decimal | None
    after: Decimal | None
    told: bool
    changes: list[Change]


class SignedShifts:
    """Derives what shifts that stand would come to; keeps nothing."""

    def __init__(self, database: Database, performance: PerformanceRoom, signatures: SignaturesRoom) -> None:
        self._database, self.performance, self._signatures = database, performance, signatures

    def would_be(self, signature_id: int, *, scope: Scope, equipment_id: int | None, kpi: str) -> WouldBe:
        """Of the equipment that was signed, or of one below it. Of one that was taken back nothing differs: its figures
        follow what is known now. Raises NotFoundError where there is no such signature, equipment under it, or KPI.
        """
        if kpi not in catalogue():
            raise NotFoundError(f"there is no KPI {kpi!r}", code="no-kpi", hint=", ".join(catalogue()))
        with self._database.read() as reading:
            signature, node = self._found(reading, signature_id, equipment_id, scope)
            stands = self.performance.kpis(node, signature.t0_us, signature.t1_us, scope=scope)
            known = reading.known_now()
            now = self._with(stands, self._derived(reading, stands, known))
            since = [] if signature.back_us is not None else self._since(reading, stands, signature.known)
            told = len(since) <= SIGNED_STEPS_MAX
            found = self._steps(reading, stands, (signature.known, *since) if told else (), kpi)
        before, after = _value(stands, kpi), _value(now, kpi)
        answers = ({"view": "kpis", "answer": kpis_out(one).model_dump(mode="json")} for one in (stands, now))
        moved = compared(*answers)
        return WouldBe(signature, node, known, moved, kpi, before, after, told, contributing(before, found))

    def _found(
        self, reading: Reading, signature_id: int, equipment_id: int | None, scope: Scope
    ) -> tuple[Signature, int]:
        found = self._signatures.find(reading, signature_id)
        if found is None:
            raise NotFoundError("there is no such signature")
        node = found.equipment_id if equipment_id is None else equipment_id
        under = self.performance.sources.equipment.plant().subtree(found.equipment_id)
        if node not in under or not scope.sees(VIEW, node):  # who sees one machine of a signed line asks of that one
            raise NotFoundError("there is no such signature")
        return found, node

    def _derived(self, reading: Reading, stands: Period, known: int) -> Derived:
        """The slices that follow from the facts of one moment of knowledge."""
        derive = self.performance.gathering.derive
        return {one: derive(reading, one, stands.from_us, stands.to_us, as_of=known) for one in stands.leaves.ids}

    def _with(self, stands: Period, derived: Derived) -> Period:
        """The same period with the figures of other slices, by the same conventions and beside the same targets."""
        gathering, plant = self.performance.gathering, self.performance.sources.equipment.plant()
        sums = add(nothing(), *(sum_slices(pieces) for pieces in derived.values()))
        untold = gathering.untold(stands.leaves.ids, stands.until_us - 1)
        targets = gathering.targets(plant.get(stands.equipment_id).path, stands.until_us - 1)
        return replace(stands, sums=sums, figures=figures(sums, stands.settings, untold, targets=targets))

    def _since(self, reading: Reading, stands: Period, known: int) -> list[int]:
        """The moments of knowledge after `known` at which something was said of this time, in order."""
        units = set(stands.leaves.ids)
        for one in stands.leaves.ids:
            units |= self.performance.gathering.made_of(one, stands.to_us - 1).units
        events = events_after(reading, known, FACTS, limit=SIGNED_SINCE_MAX + 1)
        if len(events) > SIGNED_SINCE_MAX:
            return [event.known for event in events]  # more than is told
        told = {
            change.known
            for event in events
            for change in changes(event)
            if (change.equipment_id is None or change.equipment_id in units)
            and change.from_us < stands.to_us
            and (change.to_us is None or change.to_us > stands.from_us)
        }
        return sorted(told)

    def _steps(self, reading: Reading, stands: Period, knowns: Sequence[int], kpi: str) -> list[Change]:
        """What each moment of knowledge after the first made of the one before; those that moved nothing are none."""
        if not knowns:
            return []
        span, was, found = (stands.from_us, stands.to_us), self._derived(reading, stands, knowns[0]), list[Change]()
        why = causes(reading, [Moved(one, frozenset(was), *span) for one in knowns[1:]], after=knowns[0])
        for known in knowns[1:]:
            now = self._derived(reading, stands, known)
            steps = [Step(one, known, span, now[one], was[one]) for one in now if now[one] != was[one]]
            if steps:
                change = Change(why[known], value=_value(self._with(stands, now), kpi))
                for step in steps:
                    change.notes([step.ledger_id], step.brought(), step.moves())
                found.append(change)
            was = now
        return found


def _value(period: Period, kpi: str) -> Decimal | None:
    value = next(one.value for one in period.figures.kpis if one.id == kpi)
    return None if value is None else Decimal(value).quantize(PLACES)
