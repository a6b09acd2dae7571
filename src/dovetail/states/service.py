"""The states room: what every work unit did and does, how many pieces it made, and the reasons there are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.limits import CONSUMER_FRAMES_MAX, LINK_SILENT_S
from dovetail.core.scope import Scope
from dovetail.db import versioned
from dovetail.db.uow import Database, Reading, UnitOfWork
from dovetail.events.corrections import SamplesCorrected
from dovetail.events.equipment import PlantApplied
from dovetail.events.states import StateNow
from dovetail.following.asked import Corrections, Samples
from dovetail.reasoning.tree import CATEGORY, categories
from dovetail.states import store
from dovetail.states.checkpoint import Checkpoint, from_text
from dovetail.states.derive import Stretch, derive
from dovetail.states.engine import end_slice
from dovetail.states.follower import Follower
from dovetail.states.model import NO_DATA, CountRecord, HeldJump, StateRecord
from dovetail.states.rules import Plants
from dovetail.states.unit import Waiting
from dovetail.tracks.series import joined
from dovetail.vouching.model import instead

SILENT_US: Final = round(LINK_SILENT_S * SECOND_US)
WATCH_EVERY_US: Final = SECOND_US

type View = tuple[Checkpoint, Waiting]


@dataclass(frozen=True, slots=True)
class Tail:
    """What is decided at once of one equipment beyond what is settled: true until the mark says otherwise.

    `records` follow the settled ones from the open one on (which they replace); the last has no end. `counts` are
    the pieces since the last count record. Nothing of it is stored.
    """

    settled_us: int
    decided_us: int
    records: tuple[StateRecord, ...]
    counts: tuple[CountRecord, ...]

    def now(self) -> StateNow | None:
        """The state of this moment; None when nothing was ever heard of the equipment."""
        if not self.records:
            return None
        last = self.records[-1]
        return StateNow(
            last.equipment_id, last.state, last.mode, last.reason, last.external,
            since_us=last.t0_us, settled_us=self.settled_us, decided_us=self.decided_us,
        )  # fmt: skip


class Calendar(Protocol):
    """What is asked of the calendar room."""

    def cuts(self, equipment_id: int, from_us: int, to_us: int) -> Sequence[int]:
        """The shift boundaries in [from_us, to_us), ascending."""
        ...


class StatesRoom:
    """Derives and answers. `step` is for one thread; every question may come from any thread."""

    def __init__(
        self,
        database: Database,
        historian: Samples,
        equipment: Plants,
        *,
        calendar: Calendar,
        corrections: Corrections | None = None,
        gone: Callable[[int], int | None] = lambda _tag: None,
        clock: Clock,
        bus: Bus,
    ) -> None:
        self._database, self._clock, self._bus = database, clock, bus
        self._follower = Follower(database, historian, equipment, clock, calendar.cuts, corrections, gone)
        self._lock = threading.Lock()
        self._views, self._said = dict[int, View](), dict[int, StateNow]()
        self._watched_us = clock.monotonic_us()
        bus.subscribe(PlantApplied, self._to_be_heard)
        bus.subscribe(SamplesCorrected, self._to_be_heard)

    def _to_be_heard(self, _event: object) -> None:
        self._follower.must_hear = True

    def keep_pace(self, pace_us: int) -> None:
        """Settle what only counts so often instead of at every step; what may change a state goes on at once."""
        self._follower.turns.pace_us = pace_us

    # --- work ------------------------------------------------------------------------------------------------
    def step(self, limit: int = CONSUMER_FRAMES_MAX) -> int:
        """Read up to `limit` head rows, derive what is settled and one late stretch; how much work that was.

        0 means: nothing to do until new frames come; time alone is looked at when a second has passed. After an error
        the next step begins from what was committed.
        """
        with self._lock:
            follower = self._follower
            try:
                if not follower.loaded:
                    follower.load()
                    self._views = {}
                rows, touched = follower.take(limit)
                self._show(number for number in touched if not follower.units[number].stale)
                settled, again = follower.settle(), follower.again()
            except BaseException:
                follower.loaded = False
                raise
            for number in again:
                follower.units[number].has_news = True
            self._show(touched | settled | again | (set(follower.units) - set(self._views)))
            if self._clock.monotonic_us() - self._watched_us >= WATCH_EVERY_US:
                self._watched_us = self._clock.monotonic_us()
                self._watch()
        return rows + len(again) + follower.turns.is_open

    def _show(self, of: Iterable[int]) -> None:
        """From here on questions see it; what changed a state is told before the records of it are written."""
        for equipment_id in of:
            unit = self._follower.units[equipment_id]
            self._views[equipment_id] = (unit.checkpoint, unit.waiting_parts())
            if unit.has_news:
                unit.has_news = False
                self._say(equipment_id)

    def _watch(self) -> None:
        """Tell of what changes by time alone: a link that fell silent or spoke again, a machine that stopped moving."""
        now_us = self._clock.now_us()
        for equipment_id, said in list(self._said.items()):
            silent = any(end_us is None for _, end_us in self._unknown(equipment_id, now_us))
            checkpoint, _ = self._views[equipment_id]
            wake_at_us = None if checkpoint.decision is None else checkpoint.decision.wake_at_us
            if silent != (said.state == NO_DATA) or (wake_at_us is not None and wake_at_us <= now_us):
                self._say(equipment_id)

    def _say(self, equipment_id: int) -> None:
        now = self._tail(equipment_id).now()
        before = self._said.get(equipment_id)
        if now is None or (before is not None and _face(now) == _face(before)):
            return
        self._said[equipment_id] = now
        self._bus.publish(now)

    def _unknown(self, equipment_id: int, now_us: int) -> list[tuple[int, int | None]]:
        """The times (first moment, end) for which no link vouches, after the mark and up to now; the last may go on."""
        reach = self._follower.state_known(equipment_id)
        return [] if reach is None else reach.unknown(now_us, silent_us=SILENT_US)

    def _tail(self, equipment_id: int) -> Tail:
        """Derived on the fly from the newest checkpoint and what waits for its mark."""
        now_us = self._clock.now_us()
        view = self._views.get(equipment_id)
        if view is None:
            return Tail(now_us, now_us, (), ())
        checkpoint, parts = view
        inputs = {tag: joined(pieces) for tag, pieces in parts.items()}
        newest_us = max((int(series.ts[-1]) for series in inputs.values() if len(series)), default=now_us)
        done = derive(
            self._follower.world, equipment_id, checkpoint, inputs, upto_us=max(now_us, newest_us, checkpoint.at_us)
        )
        records = done.timeline(equipment_id)
        for first_us, end_us in self._unknown(equipment_id, now_us):
            if records and (end_us is not None or records[-1].state != NO_DATA):
                unknown = StateRecord(equipment_id, first_us, end_us, NO_DATA, "", None, external=False)
                records = instead(records, unknown)
        settled_us = self._follower.mark_of(self._follower.units[equipment_id])
        return Tail(settled_us, now_us, tuple(records), tuple(self._counted(equipment_id, done)))

    def _counted(self, equipment_id: int, done: Stretch) -> list[CountRecord]:
        rules = self._follower.book.all_at(done.checkpoint.at_us).get(equipment_id)
        return done.counts + list(end_slice(rules, done.checkpoint).counts if rules else ())

    # --- questions -------------------------------------------------------------------------------------------
    def records(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[StateRecord]:
        """The state records that touch [from_us, to_us), by time and without a hole; the newest is open."""
        scope.require("plant.view", equipment_id)
        return store.records(reading, equipment_id, from_us, to_us, as_of=as_of)

    def counts(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[CountRecord]:
        """The count records that touch (from_us, to_us], by time."""
        scope.require("plant.view", equipment_id)
        return store.counts(reading, equipment_id, from_us, to_us, as_of=as_of)

    def held(
        self, reading: Reading, of: Collection[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[HeldJump]:
        """The counter movements in (from_us, to_us] that no machine can make: shown, not counted."""
        seen = [one for one in of if scope.sees("plant.view", one)]
        return store.held(reading, seen, from_us, to_us, as_of=as_of)

    def tail(self, equipment_id: int, *, scope: Scope) -> Tail:
        """What is decided beyond what is settled, up to now."""
        scope.require("plant.view", equipment_id)
        return self._tail(equipment_id)

    def now(self, equipment_id: int, *, scope: Scope) -> StateNow | None:
        """The state of this moment; None when nothing was ever heard of the equipment."""
        return self.tail(equipment_id, scope=scope).now()

    def settled_us(self, equipment_id: int) -> int | None:
        """Up to here the records can only be changed by late samples; None when nothing was ever heard of it."""
        unit = self._follower.units.get(equipment_id)
        return None if unit is None else self._follower.mark_of(unit)

    def behind(self, from_us: int, to_us: int) -> list[int]:
        """The equipment of which something in [from_us, to_us] is to be derived again. From any thread."""
        units = list(self._follower.units.items())
        return [number for number, unit in units if any(t0 <= to_us and from_us <= t1 for t0, t1 in list(unit.late))]

    def reasons(self, at_us: int | None = None, as_of: int | None = None) -> dict[str, dict[str, Any]]:
        """The reason tree valid at a moment (default: now): code → name, category, children."""
        with self._database.read() as reading:
            return current_reasons(reading, self._clock.now_us() if at_us is None else at_us, as_of)

    def checkpoint_before(self, reading: Reading, equipment_id: int, at_us: int) -> Checkpoint | None:
        """What is remembered of an equipment shortly before a moment: from there it can be derived again."""
        text = store.checkpoint_before(reading, equipment_id, at_us)
        return None if text is None else from_text(text)

    def categories(self, at_us: int, as_of: int | None = None) -> dict[str, str]:
        """The category of each reason (`parent`, `parent/child`) valid at a moment."""
        return categories_of(self.reasons(at_us, as_of))


def categories_of(tree: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The category of each reason of a tree (`parent`, `parent/child`)."""
    return {CATEGORY: CATEGORY} | categories(tree)


def _face(now: StateNow) -> tuple[object, ...]:
    return (now.state, now.mode, now.reason, now.external, now.since_us)


def current_reasons(reading: Reading, at_us: int, as_of: int | None = None) -> dict[str, dict[str, Any]]:
    """The reasons of the plant code active at a moment, by code."""
    return versioned.at(reading, store.reason, at_us=at_us, as_of=as_of)


def apply_reasons(uow: UnitOfWork, bodies: Mapping[str, Mapping[str, Any] | None], valid_from_us: int) -> None:
    """Give the reasons of the plant code a new version; the past keeps its own."""
    versioned.put(uow, store.reason, bodies, valid_from_us=valid_from_us)
