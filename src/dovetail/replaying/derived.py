"""Derive machines again from recorded samples, in memory, and answer of them as the states room does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from dovetail.core import quality as q
from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.scope import Scope, system_scope
from dovetail.db.uow import Reading
from dovetail.reasoning.model import Seen
from dovetail.replaying.shelf import Again, Shelf
from dovetail.states.checkpoint import START, Checkpoint, rebind
from dovetail.states.derive import Known, Stretch, World, derive
from dovetail.states.engine import end_slice
from dovetail.states.model import NO_DATA, CountRecord, Decision, HeldJump, StateRecord
from dovetail.states.rules import Plants, RuleBook
from dovetail.states.service import Tail
from dovetail.tracks.series import series_of
from dovetail.virtual.asked import Past

OWN: Final[Scope] = system_scope("replay")
LONG_US: Final = DAY_US  # at a time: a day of a machine's samples fits into memory, a quarter of a year may not


class Jumps(Protocol):
    """What is asked of held jumps."""

    def held(
        self, reading: Reading, of: Collection[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[HeldJump]: ...


class Stored(Jumps, Protocol):
    """What is asked of the states room."""

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StateRecord]: ...
    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[CountRecord]: ...
    def checkpoint_before(self, reading: Reading, equipment_id: int, at_us: int) -> Checkpoint | None: ...


class Replayed:
    """The states room as it would answer: what was derived again, before it and beside it what is held."""

    def __init__(self, stored: Stored, again: Mapping[int, Again]) -> None:
        self._stored, self._again = stored, again

    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StateRecord]:
        again = self._again.get(equipment_id)
        if again is None or (begins_us := again.begins_us) is None:
            return self._stored.records(reading, equipment_id, from_us, to_us, scope=scope)
        before: list[StateRecord] = []
        if from_us < begins_us:
            held = self._stored.records(reading, equipment_id, from_us, min(to_us, begins_us), scope=scope)
            before = [_ended(one, begins_us) for one in held if one.t0_us < begins_us]
        return before + again.between(from_us, to_us)

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[CountRecord]:
        again = self._again.get(equipment_id)
        if again is None:
            return self._stored.counts(reading, equipment_id, from_us, to_us, scope=scope)
        before: list[CountRecord] = []
        if from_us <= again.after_us:
            held = self._stored.counts(reading, equipment_id, from_us, min(to_us, again.after_us), scope=scope)
            before = [one for one in held if one.at_us <= again.after_us]
        return before + again.counted(from_us, to_us)

    def held(
        self, reading: Reading, of: Collection[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[HeldJump]:
        stored = self._stored.held(reading, of, from_us, to_us, scope=scope)
        anew = {one: self._again[one] for one in of if one in self._again}
        kept = [one for one in stored if one.equipment_id not in anew or one.t1_us <= anew[one.equipment_id].after_us]
        return kept + [one for again in anew.values() for one in again.held if from_us < one.t1_us <= to_us]

    def tail(self, equipment_id: int, *, scope: Scope) -> Tail:
        """Nothing is provisional here."""
        return Tail(0, 0, (), ())


def _ended(one: StateRecord, at_us: int) -> StateRecord:
    return replace(one, t1_us=at_us) if one.t1_us is None or one.t1_us > at_us else one


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine with what it reads: the same that runs in the plant, over other definitions."""

    samples: Past
    stored: Stored
    plants: Plants
    cuts: Callable[[int, int, int], Sequence[int]]
    now_us: int

    def again(self, reading: Reading, equipment_id: int, from_us: int, to_us: int, shelf: Shelf) -> Iterator[Again]:
        """Derive [from, to] of one machine, a day at a time, each kept on the shelf; the last given is all of it.

        Where time has gone on it is derived a little further, so that what is counted over the end is counted whole.
        """
        end_us = min(self.now_us, (to_us // HOUR_US + 2) * HOUR_US)
        book = RuleBook(self.plants)
        world = World(book, self.cuts, self._before)
        checkpoint = self.stored.checkpoint_before(reading, equipment_id, from_us) or self._begun(
            book, equipment_id, from_us
        )
        made = Again(checkpoint.at_us, shelf)
        tags = book.tags_of(equipment_id, checkpoint.at_us, end_us)
        at_us = checkpoint.at_us
        while at_us < end_us:
            upto_us = min(max(at_us, from_us - 1) + LONG_US, end_us)
            inputs = series_of(self.samples.raw(tags, at_us + 1, upto_us + 1, scope=OWN), tags) if tags else {}
            made.samples += sum(len(series) for series in inputs.values())
            done: Stretch = derive(world, equipment_id, checkpoint, inputs, upto_us=upto_us)
            made.add(done.records, done.counts)
            made.held += done.held
            checkpoint, at_us = done.checkpoint, upto_us
            yield made
        opened = checkpoint.open_record(equipment_id)
        rules = book.all_at(checkpoint.at_us).get(equipment_id)
        made.add([opened] if opened else [], end_slice(rules, checkpoint).counts if rules else ())
        yield made

    def _begun(self, book: RuleBook, equipment_id: int, from_us: int) -> Checkpoint:
        """A machine of which nothing is remembered begins with the newest samples before."""
        start = replace(START, at_us=from_us - 1)
        rules = book.all_at(from_us).get(equipment_id)
        known = {} if rules is None else self._before(rules.tags, from_us)
        if rules is None or not known:
            return start
        begun = replace(start, decision=Decision(NO_DATA), since_us=from_us, slice_us=from_us)
        return rebind(begun, rules, from_us=from_us, known=known)

    def _before(self, tags: Sequence[int], at_us: int) -> Known:
        found = self.samples.bounding(list(tags), at_us, scope=OWN) if tags else {}
        return {
            tag: (Seen(sample.value, sample.value is not None and q.is_good(sample.quality)), sample.ts_us)
            for tag, sample in found.items()
        }


def everything(steps: Iterator[Again], on_step: Callable[[], Any]) -> Again:
    """The last of the steps, each told."""
    made = next(steps)
    on_step()
    for made in steps:  # noqa: B007 - the last one is wanted
        on_step()
    return made
