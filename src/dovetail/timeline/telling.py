"""Gather what signals and people say of a stretch of time, as much of it as the records in it depend on.

The records of a stretch must not depend on the stretch: whoever asks for less is told the same of it. So what is
gathered is widened until no record and no edit reaches out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from dovetail.core.clock import HOUR_US
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Reading
from dovetail.states.model import CountRecord
from dovetail.states.model import StateRecord as Derived
from dovetail.timeline import store
from dovetail.timeline.fold import fold, speaking
from dovetail.timeline.model import Edit, StateRecord
from dovetail.timeline.reach import anchor_us, end_after, with_ends

OWN: Final[Scope] = system_scope("timeline")
FAR_US: Final = 1 << 61


class DerivedTail(Protocol):
    """What the signals say beyond what is settled."""

    @property
    def settled_us(self) -> int: ...
    @property
    def decided_us(self) -> int: ...
    @property
    def records(self) -> Sequence[Derived]: ...
    @property
    def counts(self) -> Sequence[CountRecord]: ...


class States(Protocol):
    """What is asked of the states room."""

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[Derived]: ...
    def tail(self, equipment_id: int, *, scope: Scope) -> DerivedTail: ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """Derived records and edits as known at one moment, and the tail they end in (None: settled ones alone)."""

    derived: list[Derived]
    edits: list[Edit]

    def records(self, from_us: int, to_us: int | None) -> list[StateRecord]:
        """The whole state records that touch [from_us, to_us)."""
        told = fold(self.derived, with_ends(self.derived, self.edits))
        return [
            record
            for record in told
            if (to_us is None or record.t0_us < to_us) and (record.t1_us is None or record.t1_us > from_us)
        ]

    def speaking(self) -> frozenset[int]:
        """The edits whose words still count somewhere."""
        return speaking(self.derived, with_ends(self.derived, self.edits))


class Teller:
    """Answers what is told of an equipment's time; nothing here is written."""

    def __init__(self, states: States) -> None:
        self._states = states

    def gather(
        self,
        reading: Reading,
        equipment_id: int,
        from_us: int,
        to_us: int,
        *,
        as_of: int | None = None,
        tail: DerivedTail | None = None,
    ) -> Gathered:
        """Everything that the records of [from_us, to_us) depend on; with a `tail` also what is not settled."""
        lo_us, hi_us = from_us, to_us
        while True:
            derived = self._derived(reading, equipment_id, (lo_us, hi_us), as_of, tail)
            is_open = any(record.t1_us is None for record in derived)
            reach_us = None if is_open else max([hi_us, *(record.t1_us or hi_us for record in derived)])
            begin_us = min([lo_us, *(record.t0_us for record in derived)])
            edits = store.touching(reading, equipment_id, begin_us, reach_us, as_of=as_of)
            wider_lo_us = min([begin_us, *(edit.t0_us for edit in edits)]) if edits else lo_us
            told = [FAR_US if edit.t1_us is None else edit.t1_us for edit in edits]
            wider_hi_us = max([hi_us if reach_us is None else reach_us, *told]) if edits else hi_us
            whole = (begin_us, reach_us) if derived and tail is None else None  # in it nothing else lies
            if (wider_lo_us, wider_hi_us) in ((lo_us, hi_us), whole):
                break
            lo_us, hi_us = wider_lo_us, wider_hi_us
        if derived and derived[0].t0_us <= lo_us:
            return Gathered(derived, edits)
        return self._with_neighbours(reading, equipment_id, (lo_us, hi_us), as_of, Gathered(derived, edits))

    def tail_of(self, equipment_id: int) -> DerivedTail:
        """What the signals say beyond what is settled."""
        return self._states.tail(equipment_id, scope=OWN)

    def end_of(self, reading: Reading, edit: Edit, *, tail: DerivedTail | None = None) -> int | None:
        """Where what an open edit speaks of ended, by the signals or because the next thing was said; None: not yet."""
        next_us = store.next_open_us(reading, edit.equipment_id, edit.t0_us)
        from_us, span_us = anchor_us(edit), HOUR_US
        while next_us is None or from_us < next_us:
            derived = self._derived(reading, edit.equipment_id, (from_us, from_us + span_us), None, tail)
            end_us = end_after(derived, anchor_us(edit), seen_reason=edit.seen_reason)
            if end_us is not None:
                return end_us if next_us is None else min(end_us, next_us)
            if not derived or derived[-1].t1_us is None:
                break
            from_us, span_us = max(derived[-1].t1_us, from_us + span_us), 4 * span_us
        return next_us

    def _derived(
        self, reading: Reading, equipment_id: int, when: tuple[int, int], as_of: int | None, tail: DerivedTail | None
    ) -> list[Derived]:
        from_us, to_us = when
        settled = list(self._states.records(reading, equipment_id, from_us, to_us, scope=OWN, as_of=as_of))
        if tail is None or not tail.records or tail.records[0].t0_us >= to_us:
            return settled
        return _joined(settled, tail.records, from_us, to_us)

    def _with_neighbours(
        self, reading: Reading, equipment_id: int, when: tuple[int, int], as_of: int | None, found: Gathered
    ) -> Gathered:
        """Where no signal has spoken, the time without data ends at the nearest edits and at the first signal."""
        from_us, to_us = when
        before = store.before(reading, equipment_id, from_us, as_of=as_of)
        edits = [*([before] if before else []), *found.edits]
        if not edits or found.derived:
            return Gathered(found.derived, edits)
        after = store.after(reading, equipment_id, to_us, as_of=as_of)
        first = self._first_after(reading, equipment_id, to_us, as_of)
        return Gathered([first] if first else [], [*edits, *([after] if after else [])])

    def _first_after(self, reading: Reading, equipment_id: int, after_us: int, as_of: int | None) -> Derived | None:
        """The first derived record after a moment; looked for further and further, for there is one at the end."""
        if not self._states.records(reading, equipment_id, FAR_US, FAR_US + 1, scope=OWN, as_of=as_of):
            return None
        span_us = 24 * HOUR_US
        while True:
            found = self._states.records(reading, equipment_id, after_us, after_us + span_us, scope=OWN, as_of=as_of)
            if found:
                return found[0]
            span_us *= 4


def _joined(settled: Sequence[Derived], decided: Sequence[Derived], from_us: int, to_us: int) -> list[Derived]:
    """The settled records up to the first decided one, and those decided from there on."""
    begin_us = decided[0].t0_us
    before = [record for record in settled if record.t0_us < begin_us]
    if before and (before[-1].t1_us is None or before[-1].t1_us > begin_us):
        before[-1] = replace(before[-1], t1_us=begin_us)
    live = [r for r in decided if r.t0_us < to_us and (r.t1_us is None or r.t1_us > from_us)]
    return [*before, *live]
