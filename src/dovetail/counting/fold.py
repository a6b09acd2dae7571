"""The pieces of an equipment as they are held true: those that its counters counted, and those that people said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from dovetail.core.scope import Scope, system_scope
from dovetail.counting import store
from dovetail.counting.model import Decision, PersonCount, entry_counts, held_id, jump_counts
from dovetail.counting.pieces import CountTrack, begin_us, not_yet_held
from dovetail.db.uow import Reading
from dovetail.states.model import CountRecord, HeldJump

OWN = system_scope("counting")


class Tail(Protocol):
    """What is decided of one equipment beyond what is settled."""

    @property
    def counts(self) -> Sequence[CountRecord]: ...


class States(Protocol):
    """What is asked of the states room."""

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[CountRecord]: ...
    def held(
        self, reading: Reading, of: Collection[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Sequence[HeldJump]: ...
    def tail(self, equipment_id: int, *, scope: Scope) -> Tail: ...


@dataclass(frozen=True, slots=True)
class Jump:
    """A held jump under its name, and what was decided on it. `now` None: late samples have explained it."""

    held_id: str
    now: HeldJump | None
    decision: Decision | None

    @property
    def shown(self) -> HeldJump:
        """The jump as it stands; where it is gone, as it was decided on."""
        if self.now is not None:
            return self.now
        if self.decision is None:
            raise LookupError(f"{self.held_id} is neither held nor decided on")
        return self.decision.seen


class Fold:
    """Reads the facts of both sides; decides nothing."""

    def __init__(self, states: States) -> None:
        self.states = states

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
    ) -> list[CountTrack]:
        """Every count that touches (from_us, to_us]: those of counters by time, then those of people by time."""
        derived = self.states.counts(reading, equipment_id, from_us, to_us, scope=OWN, as_of=as_of)
        return [*derived, *self.said(reading, equipment_id, from_us, to_us, as_of=as_of)]

    def said(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, as_of: int | None = None
    ) -> list[PersonCount]:
        """The counts that people are the source of."""
        found = [
            count
            for entry in store.entries(reading, [equipment_id], from_us, to_us, as_of=as_of)
            for count in entry_counts(entry)
        ]
        for decision in store.decisions(reading, [equipment_id], from_us, to_us, as_of=as_of):
            found += jump_counts(decision, self.held_now(reading, decision, as_of=as_of))
        inside = [one for one in found if one.t1_us > from_us and begin_us(one) < to_us]
        return sorted(inside, key=lambda one: (one.t0_us, one.t1_us, one.kind, one.said.how, one.said.id))

    def with_fresh(self, reading: Reading, equipment_id: int, from_us: int, to_us: int) -> list[CountTrack]:
        """The same with what is decided since, up to this moment, and pieces at the very moment of the end."""
        held = self.counts(reading, equipment_id, from_us, to_us + 1)
        fresh = self.states.tail(equipment_id, scope=OWN).counts
        return [*held, *(one for one in not_yet_held(fresh, held) if one.t0_us < to_us and one.t1_us > from_us)]

    def held_now(self, reading: Reading, decision: Decision, *, as_of: int | None = None) -> HeldJump | None:
        """The jump that was decided on, as it stands; None where late samples have explained it."""
        return self.jump(reading, decision.equipment_id, decision.held_id, decision.seen.t1_us, as_of=as_of)

    def jump(
        self, reading: Reading, equipment_id: int, name: str, at_us: int, *, as_of: int | None = None
    ) -> HeldJump | None:
        """The held jump of a name, which lies at `at_us`."""
        there = self.states.held(reading, (equipment_id,), at_us - 1, at_us, scope=OWN, as_of=as_of)
        return next((one for one in there if held_id(one, there) == name), None)

    def jumps(self, reading: Reading, equipment: Collection[int], from_us: int, to_us: int) -> list[Jump]:
        """The jumps held in (from_us, to_us] with what was decided on them, and decisions whose jump is gone."""
        decided = {one.held_id: one for one in store.decisions(reading, equipment, from_us, to_us)}
        held = self.states.held(reading, equipment, from_us, to_us, scope=OWN)
        named = [(held_id(one, held), one) for one in held]
        found = [Jump(name, one, decided.pop(name, None)) for name, one in named]
        gone = [one for one in decided.values() if from_us < one.seen.t1_us <= to_us]
        found += [Jump(one.held_id, None, one) for one in gone]
        return sorted(found, key=lambda one: (one.shown.t1_us, one.held_id))
