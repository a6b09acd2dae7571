"""Follow the head of the historian: derive each work unit up to its mark, and again where samples came late.

One transaction carries the records, the checkpoints and how far the head was read, so a kill anywhere loses nothing:
what was not committed is derived again from the same samples, to the same records. What has its end in memory only
(checkpoints that moved without news) is a shortcut, never a truth.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Lane
from dovetail.core.clock import HOUR_US, SECOND_US, Clock
from dovetail.core.faults import point
from dovetail.core.limits import TRANSACTION_S
from dovetail.core.scope import Scope, system_scope
from dovetail.core.turns import Turns
from dovetail.db.events import events_after, handled, mark_handled
from dovetail.db.uow import Database, UnitOfWork
from dovetail.equipment.model import PlantModel
from dovetail.events.equipment import PlantApplied
from dovetail.events.states import RecordsChanged
from dovetail.following.asked import Corrections, Samples
from dovetail.following.late import late_from, late_text
from dovetail.following.news import Watch, Watched
from dovetail.following.repeats import Repeats
from dovetail.gone.model import derivable
from dovetail.historian.model import HeadRow
from dovetail.reasoning.model import Seen
from dovetail.states import store
from dovetail.states.checkpoint import START, Checkpoint, from_text, to_text
from dovetail.states.derive import Known, Stretch, World, derive
from dovetail.states.rules import Plants, RuleBook, vouching
from dovetail.states.unit import Unit
from dovetail.tracks.series import Inputs, Part, series_of, split
from dovetail.vouching.model import Reach, Vouched

log = logging.getLogger(__name__)

NAME: Final = "states"
OWN: Final[Scope] = system_scope(NAME)
END_US: Final = 1 << 62
POSITION_EVERY_US: Final = 30 * SECOND_US  # without news the position is written so often; a restart re-reads that much
QUIET_US: Final = 30 * SECOND_US  # of signals that say the same it is settled so often that they did
SAMPLES_MAX: Final = 200_000  # of one step: more would keep the others waiting for the writer
AGAIN_FIRST_US: Final = 6 * HOUR_US  # so much is derived again at once, until it is known how long that takes
AGAIN_MAX_US: Final = 64 * 24 * HOUR_US


@dataclass(slots=True)
class Outcome:
    """What is to be written of one unit. `seam_us` None: the stretch reaches its newest moment."""

    unit: Unit
    after: Checkpoint
    stretch: Stretch
    inputs: Inputs
    seam_us: int | None = None

    @property
    def has_begun(self) -> bool:
        return self.after.decision is None and self.stretch.checkpoint.decision is not None

    @property
    def has_news(self) -> bool:
        done = self.stretch
        return self.has_begun or bool(done.records or done.counts or done.held or done.kept)


@dataclass(slots=True)
class Follower:
    """The work of the room: `step` consumes, `again` derives late stretches. One thread at a time."""

    database: Database
    samples: Samples
    plants: Plants
    clock: Clock
    cuts: Callable[[int, int, int], Sequence[int]]
    corrections: Corrections | None = None
    gone: Callable[[int], int | None] = lambda _tag: None  # up to when samples of a tag went
    turns: Turns = field(init=False, default_factory=Turns)  # of what only counts; what may change a state is at once
    book: RuleBook = field(init=False)
    world: World = field(init=False)
    units: dict[int, Unit] = field(init=False, default_factory=dict[int, Unit])
    vouched: Vouched = field(init=False, default_factory=Vouched)
    loaded: bool = field(init=False, default=False)
    must_hear: bool = field(init=False, default=True)
    read_to: int = field(init=False, default=0)
    bulk: bool = field(init=False, default=False)
    _told_to: int = field(init=False, default=0)
    _heard: int = field(init=False, default=0)
    _told_at_us: int = field(init=False, default=0)
    _readers: dict[int, tuple[int, ...]] = field(init=False, default_factory=dict[int, tuple[int, ...]])
    _links: dict[int, frozenset[int]] = field(init=False, default_factory=dict[int, frozenset[int]])
    _state_links: dict[int, frozenset[int]] = field(init=False, default_factory=dict[int, frozenset[int]])
    _wanted: NDArray[np.int64] = field(init=False)
    _span_us: int = field(init=False, default=AGAIN_FIRST_US)
    _watched: Watched = field(init=False, default_factory=dict[int, Watch])
    _repeats: Repeats = field(init=False, default_factory=Repeats)

    def __post_init__(self) -> None:
        self.book = RuleBook(self.plants)
        self.world = World(self.book, self.cuts, self._before)

    # --- beginning -------------------------------------------------------------------------------------------
    def load(self) -> None:
        """Begin from what was committed; after an error too: then what memory holds is not to be trusted."""
        with self.database.read() as reading:
            self.read_to = self._told_to = store.position(reading, NAME)
            known = store.progress(reading)
        late = {number: late_from(found.late) for number, found in known.items()}
        self.units = {
            number: Unit(number, from_text(found.body), stale=True, loaded=True, late=late[number], saved=late[number])
            for number, found in known.items()
        }
        self.samples.consumer_at(NAME, self.read_to)
        self._repeats = Repeats()
        self._hear()
        links = sorted({link for read_over in self._links.values() for link in read_over})
        found = self.samples.last(links, scope=OWN) if links else {}
        self.vouched = Vouched({link: sample.value for link, sample in found.items() if isinstance(sample.value, int)})
        self.loaded = True

    def _hear(self) -> None:
        """Of plants that were applied and of samples that were corrected since."""
        self.must_hear = False
        with self.database.read() as reading:
            heard = handled(reading, NAME)
            applied = events_after(reading, heard, (PlantApplied.__name__,))
            moved = self.corrections.moved_since(reading, heard) if self.corrections else ()
        self._hear_of_plants([(event.known, event.body["valid_from_us"]) for event in applied])
        for one in moved:
            self._heard = max(self._heard, one.known)
            for number in self._readers.get(one.tag_id, ()):
                self.units.setdefault(number, Unit(number)).was_corrected(one.from_us, one.to_us)
            self._ask_the_historian(self._repeats.doubt(one.tag_id))

    def _hear_of_plants(self, applied: Sequence[tuple[int, int]]) -> None:
        """Plants were applied: other tags matter, and what was derived beyond the moment they hold from is old."""
        before = {number: self._rules_through(unit) for number, unit in self.units.items()}
        for unit in self.units.values():
            self._not_forgotten(unit)
        self.book.refresh()
        self._bind(self.plants.plant())
        for known, valid_from_us in applied:
            self._heard = max(self._heard, known)
            for unit in self.units.values():
                if unit.checkpoint.at_us >= valid_from_us:
                    unit.add_late(valid_from_us, unit.checkpoint.at_us)
        for number, unit in self.units.items():
            rules = self.book.all_at(END_US).get(number)
            unit.has_news = True
            if before[number] != rules:
                unit.forget_waiting()
            if rules is None and applied:  # it left the plant: what it does from then on nobody knows
                unit.newest_us = max(unit.newest_us, applied[-1][1])

    def _rules_through(self, unit: Unit) -> object:
        return self.book.all_at(END_US).get(unit.equipment_id) if self.loaded else None

    def _bind(self, plant: PlantModel) -> None:
        self._readers, self._watched = self.book.readers(), self.book.watched()
        self._wanted = np.array(sorted(self._readers), dtype=np.int64)
        steady = self._watched.keys() - self.book.counted()
        self._ask_the_historian(self._repeats.let_go(steady))
        self._repeats = Repeats({tag: self._readers[tag] for tag in steady}, self._repeats)
        rules = self.book.all_at(END_US)
        read = {number: found.tags for number, found in rules.items()}
        self._links = {n: plant.links_of(n) | vouching(plant, read.get(n, ())) for n in plant.equipment}
        self._state_links = {number: vouching(plant, found.state_tags) for number, found in rules.items()}

    def _before(self, tags: Sequence[int], at_us: int) -> Known:
        found = self.samples.bounding(tags, at_us, scope=OWN)
        return {
            tag: (Seen(sample.value, sample.value is not None and q.is_good(sample.quality)), sample.ts_us)
            for tag, sample in found.items()
        }

    # --- the live way ----------------------------------------------------------------------------------------
    def mark_of(self, unit: Unit) -> int:
        """Up to here nothing more is to come: the lowest good-through of the unit's links, else its newest sample."""
        known_us = self.vouched.settled_us(self._links.get(unit.equipment_id, ()))
        if known_us is None:
            known_us = max(unit.newest_us, self._repeats.newest_us(unit.equipment_id))
        return max(unit.checkpoint.at_us, known_us)

    def state_known(self, equipment_id: int) -> Reach | None:
        """How far the links of the state's signals vouch for it; None when there is no link, or none ever spoke."""
        return self.vouched.reach(self._state_links.get(equipment_id, ()))

    def take(self, limit: int) -> tuple[int, set[int]]:
        """(head rows read, units of which something new was said): take in new frames. `settle` must follow."""
        if self.must_hear:
            self._hear()
        released, _ = self.samples.head_bounds()
        if self.read_to < released:
            self._fell_behind(released)
        rows = self.samples.head(self.read_to, limit)
        touched: set[int] = set()
        taken = 0
        self.bulk = False
        for row in rows:
            touched |= self._take(row)
            self.read_to = row.head_id
            taken += len(row.frame)
            if taken > SAMPLES_MAX:
                break
        return len(rows), touched

    def settle(self) -> set[int]:
        """Derive what is settled and commit; the units it was done for."""
        began_us = self.clock.monotonic_us()
        marks = [(unit, self.mark_of(unit)) for unit in self.units.values()]
        part = self.turns.take(
            began_us, lambda: [one.equipment_id for one, mark_us in marks if self._is_due(one, mark_us)]
        )
        pressing = [pair for pair in marks if pair[0].equipment_id in part or pair[0].is_pressing(pair[1])]
        due = [unit for unit, mark_us in pressing if self._is_due(unit, mark_us)]
        outcomes = [self._forward(unit) for unit in due]
        self._commit([outcome for outcome in outcomes if outcome.has_news])
        for outcome in outcomes:
            unit = outcome.unit
            unit.has_news = unit.has_news or outcome.has_begun or bool(outcome.stretch.records)
            unit.advanced(outcome.stretch.checkpoint, outcome.inputs)
            self._repeats.derived(unit.equipment_id, unit.checkpoint.at_us)
        self.turns.took(part, self.clock.monotonic_us() - began_us)
        return {unit.equipment_id for unit in due}

    def _is_due(self, unit: Unit, mark_us: int) -> bool:
        at_us = unit.checkpoint.at_us
        is_old = mark_us - at_us >= QUIET_US
        return unit.is_due(mark_us) or (is_old and self._repeats.newest_us(unit.equipment_id) > at_us)

    def _fell_behind(self, released: int) -> None:
        """The head no longer holds all that we have not read: what is missing is read from the historian by time.

        Late samples among it are not seen as late; a first start on an old historian misses none.
        """
        log.warning("head rows %d to %d are gone unread: states are read from the historian", self.read_to, released)
        self.read_to = released
        for number in self.book.all_at(END_US):
            self.units.setdefault(number, Unit(number)).forget_waiting()
        self._repeats.doubt()

    def _take(self, row: HeadRow) -> set[int]:
        frame = row.frame
        self.bulk = self.bulk or frame.lane is not Lane.LIVE
        parts: dict[int, dict[int, list[Part]]] = {}
        batches, torn = self._repeats.sift(frame.batches)
        for tag, pieces in split(batches, self._wanted).items():
            for number in self._readers[tag]:
                parts.setdefault(number, {})[tag] = pieces
        again = any((batch.quality >= q.SAID_AGAIN).any() for batch in frame.batches)
        for number, found in parts.items():
            self.units.setdefault(number, Unit(number)).take(found, self._watched)
            if again:  # what was said before of those moments is void: the historian has it all in its order
                self.units[number].forget_waiting()
        self._ask_the_historian(torn)
        self.vouched.take(frame)
        return set(parts)

    def _ask_the_historian(self, numbers: Iterable[int]) -> None:
        """Of what these were not shown because it said nothing new, some does now."""
        for unit in (self.units[number] for number in numbers if number in self.units):
            unit.forget_waiting()
            unit.loaded = True

    def _forward(self, unit: Unit) -> Outcome:
        mark_us = self.mark_of(unit)
        inputs: Inputs = unit.inputs()
        if unit.stale:
            inputs = self._read(unit, unit.checkpoint.at_us + 1, END_US)
            unit.stale = unit.loaded = False
            self._not_forgotten(unit)
            self._repeats.shown(unit.equipment_id)
        keep = self._repeats.hours(unit.equipment_id, unit.checkpoint.at_us, mark_us)
        return Outcome(unit, unit.checkpoint, self._derive(unit, unit.checkpoint, inputs, mark_us, keep=keep), inputs)

    def _not_forgotten(self, unit: Unit) -> None:
        """Its newest sample counts though it was left out, and no care is taken of it from here on."""
        unit.newest_us = max(unit.newest_us, self._repeats.newest_us(unit.equipment_id))

    def _derive(
        self, unit: Unit, checkpoint: Checkpoint, inputs: Inputs, upto_us: int, *, keep: Sequence[int] = ()
    ) -> Stretch:
        return derive(self.world, unit.equipment_id, checkpoint, inputs, upto_us=upto_us, keep=keep)

    def _read(self, unit: Unit, from_us: int, to_us: int) -> Inputs:
        tags = self.book.tags_of(unit.equipment_id, from_us, to_us)
        return series_of(self.samples.raw(tags, from_us, to_us, scope=OWN), tags) if tags else {}

    # --- late samples ----------------------------------------------------------------------------------------
    def again(self) -> set[int]:
        """Derive one late stretch again, or a part of a long one; the units it touched."""
        for unit in (unit for unit in self.units.values() if unit.late):
            tags = self.book.tags_of(unit.equipment_id, unit.late[0][0], unit.late[-1][1])
            went = [at_us for tag in tags if (at_us := self.gone(tag)) is not None]
            unit.late = derivable(unit.late, max(went, default=None))
        waiting = [unit for unit in self.units.values() if unit.late and not self._may_wait(unit)]
        if not waiting:
            return set()
        unit = min(waiting, key=lambda one: one.late[0])
        self._again(unit)
        return {unit.equipment_id}

    def _pace(self, took_us: int) -> None:
        """Derive so much at a time that a transaction stays short; what reading costs does not depend on it."""
        if took_us < TRANSACTION_S * SECOND_US / 2:
            self._span_us = min(self._span_us * 2, AGAIN_MAX_US)
        elif took_us > TRANSACTION_S * SECOND_US:
            self._span_us = max(self._span_us // 2, HOUR_US)

    def _may_wait(self, unit: Unit) -> bool:
        """While more keeps coming in bulk, what only follows from it is left for later: it would be done over."""
        return self.bulk and unit.late[0][0] > unit.front_us

    def _again(self, unit: Unit) -> None:
        (first_us, last_us), *others = unit.late
        with self.database.read() as reading:
            text = store.checkpoint_before(reading, unit.equipment_id, first_us)
        start = from_text(text) if text is not None else START
        newest_us = unit.checkpoint.at_us
        seam_us = (max(first_us, start.at_us) + self._span_us) // HOUR_US * HOUR_US
        if self.bulk:
            seam_us = min(seam_us, (max(unit.front_us, first_us) // HOUR_US + 1) * HOUR_US)
        end_us = min(seam_us, newest_us)
        inputs = self._read(unit, start.at_us + 1, end_us + 1)
        began_us = self.clock.monotonic_us()
        keep = [seam_us] if seam_us < newest_us else []
        outcome = Outcome(unit, start, self._derive(unit, start, inputs, end_us, keep=keep), inputs)
        outcome.seam_us = None if end_us == newest_us else end_us
        if outcome.seam_us is None or self._converged(outcome, last_us):
            unit.late = others
        else:
            unit.late = [(end_us + 1, max(last_us, end_us + 1)), *others]
        self._commit([outcome])
        self._pace(self.clock.monotonic_us() - began_us)
        if outcome.seam_us is None:
            unit.checkpoint = outcome.stretch.checkpoint

    def _converged(self, outcome: Outcome, last_us: int) -> bool:
        """Whether a kept checkpoint beyond the last late sample is what it was: then all that follows is too."""
        kept = {at_us: found for at_us, found in outcome.stretch.kept.items() if at_us >= last_us}
        if not kept:
            return False
        with self.database.read() as reading:
            known = store.checkpoints(reading, outcome.unit.equipment_id, min(kept) - 1, max(kept))
        return any(known.get(at_us) == to_text(found) for at_us, found in kept.items())

    # --- one transaction -------------------------------------------------------------------------------------
    def _commit(self, outcomes: Sequence[Outcome]) -> None:
        now_us = self.clock.monotonic_us()
        aged = self.read_to != self._told_to and now_us - self._told_at_us >= POSITION_EVERY_US
        ahead = {
            outcome.unit.equipment_id: outcome.stretch.checkpoint for outcome in outcomes if outcome.seam_us is None
        }
        moved = [unit for unit in self.units.values() if aged or unit.equipment_id in ahead or unit.saved != unit.late]
        if not outcomes and not moved:
            return
        with self.database.write(OWN.actor) as uow:
            for outcome in outcomes:
                self._write(uow, outcome)
            body = {one.equipment_id: to_text(ahead.get(one.equipment_id, one.checkpoint)) for one in moved}
            now = {one.equipment_id: store.Progress(body[one.equipment_id], late_text(one.late)) for one in moved}
            new = [one.equipment_id for one in moved if one.saved is None]
            store.begin_progress(uow, {number: now.pop(number) for number in new})
            store.put_progress(uow, now)
            store.put_position(uow, NAME, self.read_to)
            if self._heard:
                mark_handled(uow, NAME, self._heard)
            point("states.decided")
        point("states.committed")
        for unit in moved:
            unit.saved = unit.late
        self._told_to, self._told_at_us = self.read_to, now_us
        self.samples.consumer_at(NAME, self.read_to)

    def _write(self, uow: UnitOfWork, outcome: Outcome) -> None:
        number, done = outcome.unit.equipment_id, outcome.stretch
        derived = store.Derived(
            number, outcome.after.at_us, outcome.seam_us, done.timeline(number), done.counts, done.held
        )
        changed = store.write(uow, derived)
        kept = {at_us: to_text(found) for at_us, found in done.kept.items()}
        store.keep_checkpoints(uow, number, kept, after_us=outcome.after.at_us, upto_us=done.checkpoint.at_us)
        if changed is not None:
            uow.emit(RecordsChanged(number, changed[0], changed[1], uow.known))
