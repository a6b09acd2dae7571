"""Keep edits of the timeline and tell which time they moved, no more and no less than what has to be settled again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dovetail.db.uow import UnitOfWork
from dovetail.events.timeline import TimelineEdited
from dovetail.timeline import store
from dovetail.timeline.model import Edit
from dovetail.timeline.telling import Teller

type Period = tuple[int, int | None]  # the end None: open


class Keeper:
    """Writes edits; `known` of the transaction must have been taken, so that nobody else writes meanwhile."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def keep(self, uow: UnitOfWork, edits: Sequence[Edit]) -> None:
        """Keep these edits, new ones or new revisions (withdrawn), and tell of each which time it moved."""
        before = [self._stands(uow, edit) for edit in edits]
        for edit in edits:
            store.add(uow, edit)
        for edit, was in zip(edits, before, strict=True):
            moved = _around(was, *self._ends_before(uow, edit), self._stands(uow, edit))
            uow.emit(TimelineEdited(edit.equipment_id, *moved, uow.known))

    def _ends_before(self, uow: UnitOfWork, edit: Edit) -> list[Period]:
        """Open edits before an open one end where it begins, or go on where it is gone; the periods that moved."""
        if not edit.is_open:
            return []
        moved: list[Period] = []
        for other in store.open_near(uow, edit.equipment_id, edit.t0_us, edit.t0_us):
            end_us = self._teller.end_of(uow, other)
            if other.t0_us < edit.t0_us and end_us != other.t1_us:
                store.add(uow, replace(other, t1_us=end_us))
                moved += [(edit.t0_us, other.t1_us), (edit.t0_us, end_us)]
        return moved

    def _stands(self, uow: UnitOfWork, edit: Edit) -> Period:
        """The time an edit speaks of; where no signal has spoken, with the time without data on both sides of it."""
        ends = (edit.t0_us, edit.t1_us)
        reach_us = (edit.t0_us if edit.t1_us is None else edit.t1_us) + 1
        gathered = self._teller.gather(uow, edit.equipment_id, edit.t0_us - 1, reach_us)
        if gathered.derived and gathered.derived[0].t0_us < edit.t0_us:
            return ends
        records = gathered.records(edit.t0_us - 1, None if edit.t1_us is None else reach_us)
        return _around(ends, (records[0].t0_us, records[-1].t1_us)) if records else ends


def _around(*periods: Period) -> Period:
    """From the first begin to the last end."""
    ends = [t1_us for _, t1_us in periods]
    to_us = None if None in ends else max(t1_us for t1_us in ends if t1_us is not None)
    return min(t0_us for t0_us, _ in periods), to_us
