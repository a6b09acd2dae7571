"""The timeline room: what an equipment did, as signals and people say it together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel

from dovetail.core.clock import Clock, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.events.timeline import TimelineEdited
from dovetail.reasoning.tree import Tree
from dovetail.states.model import StateRecord as Derived
from dovetail.timeline import store
from dovetail.timeline.model import Edit, StateRecord
from dovetail.timeline.operations import TimelineOperations
from dovetail.timeline.reach import has_changed, with_ends
from dovetail.timeline.shown import EditOut, StateOut, StateRecordOut, edit_out, record_out
from dovetail.timeline.telling import OWN, DerivedTail, Gathered, States, Teller

VIEW: Final = "plant.view"
HANDLER: Final = "timeline.ends"
EVENTS_MAX: Final = 500  # changes of records looked at in one step; their ends are few


@dataclass(frozen=True, slots=True)
class Tail:
    """What is decided beyond what is settled, with what people say of it; `counts` as the counters have them."""

    settled_us: int
    decided_us: int
    records: Sequence[Any]
    counts: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Told:
    """The records of a stretch up to now, every edit of it (withdrawn ones too), and those whose evidence changed."""

    records: list[StateRecord]
    said: list[Edit]
    changed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Under:
    """What records are made of: derived ones by time, edits the newest first, and those whose evidence changed."""

    derived: list[Derived]
    edits: list[Edit]
    changed: frozenset[int]


class TimelineRoom:
    """Answers what was; keeps what people say of it. `step` is for one thread, questions may come from any.

    `shown` answers an edit with the stop it made, in a model `answer(edit_id, stop)`: who knows stops is above.
    """

    def __init__(
        self,
        database: Database,
        *,
        states: States,
        plant: Callable[[], PlantModel],
        reasons: Callable[[int | None], Tree],
        clock: Clock,
        shown: Callable[[UnitOfWork, int, int], BaseModel | None],
        answer: type[BaseModel],
    ) -> None:
        self._database, self._clock, self.reasons = database, clock, reasons
        self._teller = Teller(states)
        self._lock = threading.Lock()
        self._handled: int | None = None
        self.operations = TimelineOperations(
            plant=plant, reasons=reasons, teller=self._teller, shown=shown, answer=answer
        )

    # --- the tracks others read ------------------------------------------------------------------------------
    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StateRecord]:
        """The state records that touch [from_us, to_us), settled ones, by time and without a hole."""
        scope.require(VIEW, equipment_id)
        return self._teller.gather(reading, equipment_id, from_us, to_us, as_of=as_of).records(from_us, to_us)

    def under(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Under:
        """What [from_us, to_us) is made of: what the signals alone say, settled or not, and the edits over it."""
        scope.require(VIEW, equipment_id)
        tail = self._teller.tail_of(equipment_id) if as_of is None else None
        found = self._teller.gather(reading, equipment_id, from_us, to_us, as_of=as_of, tail=tail)
        derived = [r for r in found.derived if r.t0_us < to_us and (r.t1_us is None or r.t1_us > from_us)]
        edits = [edit for edit in reversed(with_ends(found.derived, found.edits)) if edit.touches(from_us, to_us)]
        return Under(derived, edits, _changed(found))

    def tail(self, equipment_id: int, *, scope: Scope) -> Tail | DerivedTail:
        """What is decided beyond what is settled, up to now, with what people say of it."""
        scope.require(VIEW, equipment_id)
        tail = self._teller.tail_of(equipment_id)
        if not tail.records:
            return tail
        begin_us = tail.records[0].t0_us
        with self._database.read() as reading:
            if not store.touching(reading, equipment_id, begin_us, None):
                return tail
            gathered = self._teller.gather(reading, equipment_id, begin_us, tail.decided_us + 1, tail=tail)
        return Tail(tail.settled_us, tail.decided_us, gathered.records(begin_us, None), tail.counts)

    def told(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Told:
        """What is told of [from_us, to_us) and of the records that touch it; without `as_of` the unsettled ones too."""
        scope.require(VIEW, equipment_id)
        tail = self._teller.tail_of(equipment_id) if as_of is None else None
        gathered = self._teller.gather(reading, equipment_id, from_us, to_us, as_of=as_of, tail=tail)
        records = gathered.records(from_us, to_us)
        if not records:
            return Told([], [], frozenset())
        last_us = max(to_us, *(record.t1_us or to_us for record in records))
        said = store.ever(reading, equipment_id, records[0].t0_us, last_us, as_of=as_of)
        return Told(records, said, _changed(gathered))

    def said(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Edit]:
        """The edits that hold and say something of [from_us, to_us), the oldest first."""
        scope.require(VIEW, equipment_id)
        return store.touching(reading, equipment_id, from_us, to_us, as_of=as_of)

    def last_reasons(self, reading: Reading, equipment_id: int, limit: int, *, scope: Scope) -> list[str]:
        """The reasons people gave last at an equipment, the newest first, each once."""
        scope.require(VIEW, equipment_id)
        return store.last_reasons(reading, equipment_id, limit)

    def step(self) -> int:
        """Learn where open edits ended, from records that changed; how many changes were looked at."""
        with self._lock:
            with self._database.read() as reading:
                known = store.handled(reading, HANDLER) if self._handled is None else self._handled
                if not store.any_open(reading):
                    self._handled = reading.known_now()
                    return 0
                found = store.records_changed(reading, known, EVENTS_MAX)
            if len(found) == EVENTS_MAX and found[0][0] != found[-1][0]:
                found = [event for event in found if event[0] != found[-1][0]]  # never half of one transaction
            if not found:
                return 0
            self._learn_ends([body for _, body in found], found[-1][0])
            self._handled = found[-1][0]
            return len(found)

    def _learn_ends(self, changes: Sequence[Mapping[str, Any]], known: int) -> None:
        with self._database.read() as reading:
            near = {
                edit.edit_id: edit
                for body in changes
                for edit in store.open_near(reading, body["equipment_id"], body["from_us"], body["to_us"])
            }
            moved = [edit for edit in near.values() if self._teller.end_of(reading, edit) != edit.t1_us]
        if not moved and len(changes) < EVENTS_MAX // 2:
            return  # nothing to keep: after a restart the same few are looked at again
        with self._database.write(OWN.actor) as uow:
            _ = uow.known  # nobody else writes from here on
            for edit in store.by_ids(uow, [edit.edit_id for edit in moved]):
                end_us = self._teller.end_of(uow, edit)
                if edit.withdrawn or end_us == edit.t1_us:
                    continue
                store.add(uow, replace(edit, t1_us=end_us))
                ends = [end for end in (edit.t1_us, end_us) if end is not None]
                if edit.t1_us is not None:  # else the change that ended it has told of it
                    uow.emit(TimelineEdited(edit.equipment_id, min(ends), max(ends) if end_us else None, uow.known))
            store.mark_handled(uow, HANDLER, known)

    # --- what is shown ---------------------------------------------------------------------------------------
    def state(self, equipment_id: int, *, scope: Scope) -> StateOut:
        """What an equipment does now."""
        scope.require(VIEW, equipment_id)
        now_us = self._clock.now_us()
        tail = self._teller.tail_of(equipment_id)
        with self._database.read() as reading:
            found = self._teller.gather(reading, equipment_id, now_us, now_us + 1, tail=tail).records(now_us, None)
        if not found:
            return StateOut(
                equipment_id=equipment_id, state="NO_DATA", mode="", reason=None, external=False, since=None,
                settled=None,
            )  # fmt: skip
        now = found[0]
        return StateOut(
            equipment_id=equipment_id,
            state=now.state,
            mode=now.mode,
            reason=now.reason,
            external=now.external,
            since=to_rfc3339(now.t0_us),
            settled=to_rfc3339(tail.settled_us),
        )

    def shown_records(
        self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None, limit: int
    ) -> list[StateRecordOut]:
        """Up to `limit` records that touch [from_us, to_us); without `as_of` also what is decided but not settled."""
        scope.require(VIEW, equipment_id)
        tail = self._teller.tail_of(equipment_id) if as_of is None else None
        with self._database.read() as reading:
            gathered = self._teller.gather(reading, equipment_id, from_us, to_us, as_of=as_of, tail=tail)
        settled_us = (1 << 62) if tail is None else tail.settled_us
        changed = _changed(gathered)
        return [
            record_out(
                record,
                provisional=(record.t0_us if record.t1_us is None else record.t1_us) > settled_us,
                changed=changed,
            )
            for record in gathered.records(from_us, to_us)[:limit]
        ]

    def edits(
        self, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[EditOut]:
        """Every edit ever made of [from_us, to_us), superseded and withdrawn ones too, the newest first."""
        scope.require(VIEW, equipment_id)
        tail = self._teller.tail_of(equipment_id) if as_of is None else None
        with self._database.read() as reading:
            found = store.ever(reading, equipment_id, from_us, to_us, as_of=as_of)
            if not found:
                return []
            lo_us = min(edit.t0_us for edit in found)
            hi_us = max(edit.t0_us + 1 if edit.t1_us is None else edit.t1_us for edit in found)
            gathered = self._teller.gather(reading, equipment_id, lo_us, hi_us, as_of=as_of, tail=tail)
        speaks = gathered.speaking()
        changed = _changed(gathered)
        return [edit_out(edit, speaks=speaks, changed=changed, newer=found[:place]) for place, edit in enumerate(found)]


def _changed(gathered: Gathered) -> frozenset[int]:
    return frozenset(edit.edit_id for edit in gathered.edits if has_changed(gathered.derived, edit))
