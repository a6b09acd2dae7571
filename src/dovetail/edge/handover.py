"""What a link brings becomes frames: times chosen, deadbands applied, good-through beside it, BAD when it is lost."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.ownclock import OwnClock
from dovetail.drivers.base import NO_DEVICE_TIME, Alive, Notice
from dovetail.edge.model import LinkCounters, LinkPlan
from dovetail.edge.outbox import Outbox
from dovetail.links.clockwatch import ClockWatch
from dovetail.links.deadband import Deadband
from dovetail.links.horizon import Horizon
from dovetail.links.metrics import Metrics

PUBLISH_LAG_US: Final = 550_000  # what a live device changed before this has been reported (a publish takes ≤ 500 ms)
LATE_US: Final = 1_000_000  # a promised message may be this late before values stop being declared good
FOR_EVER_US: Final = 1 << 62
EARLY_MAX: Final = 64  # reads that wait for a proof; one comes each second, and older reads say no more than newer ones
SLACK_US: Final = 100_000  # a server may stamp a change a little before it queues it; a mark must not overtake that
OFFSET_MOVED_US: Final = 10_000  # smaller moves of a clock offset are noise of the network
OFFSET_EVERY_US: Final = 60 * SECOND_US

log = logging.getLogger(__name__)

type Seen = Literal["reported", "polled"]


class Early(NamedTuple):
    """A read that came back at `here_us` with what was true at `read_us`, both on the link's timeline."""

    here_us: int
    read_us: int
    batches: Sequence[Batch]


class Handover:
    """The pure parts of one link put together in front of the outbox; called in the loop, never blocks."""

    def __init__(self, plan: LinkPlan, outbox: Outbox, clock: Clock, mark_us: int | None) -> None:
        self.metrics = Metrics()
        self._plan = plan
        self._outbox = outbox
        self._clock = clock
        self._watch = ClockWatch(plan.time)
        self._deadband = Deadband(plan.points)
        self._kinds: dict[Kind, list[int]] = defaultdict(list)
        for scan in plan.points:
            self._kinds[scan.point.kind].append(scan.point.tag_id)
        self._horizon = Horizon([scan.point.tag_id for scan in plan.points], mark_us)
        self._listens = any(scan.mode == "subscribe" for scan in plan.points)
        self._bad: set[int] = set()
        self._owed: list[Batch] = []  # BAD samples that a full outbox did not take yet: a gap must be declared
        self._polled: dict[Kind, list[int]] = defaultdict(list)
        for scan in plan.points:
            if scan.mode == "poll":
                self._polled[scan.point.kind].append(scan.point.tag_id)
        self._early: list[Early] = []  # read, but not yet overtaken by what is reported
        self._own = OwnClock(clock)
        self._promised_us = FOR_EVER_US  # monotonic
        self._offset_said: tuple[int, int] | None = None  # (offset, when), µs
        self.counted = LinkCounters()
        self.was_refused = False
        self.torn = ""  # why time itself has a hole: then nothing is handed over until the link begins anew

    # --- for people -------------------------------------------------------------------------------------------

    @property
    def mark_us(self) -> int | None:
        return self._horizon.mark_us

    @property
    def offset_us(self) -> int | None:
        return self._watch.offset_us

    @property
    def points_bad(self) -> int:
        """Points whose last sample was BAD although the link is up."""
        return len(self._bad)

    @property
    def is_settled(self) -> bool:
        return self._horizon.is_settled

    def unseen(self) -> set[int]:
        """Tags without a value since the link came up."""
        return self._horizon.unseen()

    # --- what happens on the link -----------------------------------------------------------------------------

    def connect(self) -> None:
        """The link is up: everything is read anew."""
        self._promised_us = FOR_EVER_US
        self._early.clear()
        self._own.step_us()
        self.torn = ""
        self._horizon.connect(self._watch.timeline(self._clock.now_us()))
        self._deadband.forget()
        self._bad.clear()
        self.was_refused = False

    def alive(self, alive: Alive, *, is_up: bool) -> None:
        """The device answered. While up, good-through follows to what it must have reported by then.

        Unless it owes a message: then it lives, but may have stopped reporting.
        """
        if self._is_torn(is_up=is_up):
            return
        self.look_for_standstill(is_up=is_up)
        if self._watch.measure(alive) == "moved":
            self._horizon.shift()
        asked_us = self._clock.monotonic_us() - (alive.answered_us - alive.asked_us)
        if is_up and asked_us <= self._promised_us:
            lag_us = PUBLISH_LAG_US if self._listens else 0
            self._hand([], self._watch.timeline(alive.asked_us - lag_us))

    def reported(self, notice: Notice, *, is_up: bool) -> None:
        """The device sent a message by itself; when it is complete, good-through follows to its closing."""
        self.counted.lost_samples += notice.lost_samples
        if self._is_torn(is_up=is_up):
            return
        if notice.next_within_us is not None:
            self._promised_us = self._clock.monotonic_us() + notice.next_within_us + LATE_US
        closed_us = self._watch.closed_at(notice.device_us, notice.received_us)
        if notice.batches:
            self.metrics.late(self._clock.monotonic_us(), notice.received_us - closed_us)
        batches = [self._stamp(batch, seen="reported", read_us=closed_us) for batch in notice.batches]
        proof_us = self._watch.timeline(closed_us - SLACK_US) if is_up and notice.has == "all" else None
        self._hand(batches, proof_us if notice.true_us is None else notice.true_us, late=notice.late)

    def polled(self, batches: Sequence[Batch], *, asked_us: int, is_up: bool) -> None:
        """A read has come back.

        On a link that also listens it waits until everything reported before it is here: it must not move
        good-through past changes that are still on their way.
        """
        if self._is_torn(is_up=is_up):
            return
        self.look_for_standstill(is_up=is_up)
        read_us = self._watch.timeline(asked_us)
        if is_up and self._listens:
            here_us = self._watch.timeline(self._clock.now_us())
            self._early = [*self._early[1 - EARLY_MAX :], Early(here_us, read_us, batches)]
        else:
            self._hand(self._observed(batches, read_us), read_us if is_up else None)

    def was_still_since(self, begun_us: int) -> bool:
        """Whether this machine stood still since then (monotonic µs)."""
        return self._own.was_still_since(begun_us)

    def look_for_standstill(self, *, is_up: bool) -> None:
        """While this machine stood still nobody looked at what is polled: that is a gap, and declared as one."""
        still_us = self._own.still_us()
        self._own.beat()
        if not (still_us and is_up and self._polled):
            return
        tags = [tag for each in self._polled.values() for tag in each]
        log.warning("%s: nothing ran for %d s; polled values have a gap", self._plan.name, still_us // SECOND_US)
        at_us = self._horizon.lose(tags)
        batches = [Batch.bad(each, q.BAD_STALE, at_us=at_us, kind=kind) for kind, each in self._polled.items()]
        if not self._put(batches, at_us, even_when_full=True):
            self._owed = self._owed or batches

    def break_off(self) -> int:
        """The link is lost: every tag is BAD right after the last moment that was good. Says that moment, µs."""
        at_us = self._horizon.break_off(self._watch.timeline(self._clock.now_us()))
        batches = [Batch.bad(tags, q.BAD_NOT_CONNECTED, at_us=at_us, kind=kind) for kind, tags in self._kinds.items()]
        batches.append(Batch.bad([self._plan.clock_offset_tag], q.BAD_NOT_CONNECTED, at_us=at_us, kind=Kind.I64))
        if not self._put(batches, at_us, even_when_full=True):
            self._owed = self._owed or batches  # the first loss counts: nothing was kept since
        self._early.clear()
        self.torn = ""
        self._watch.forget()
        self._offset_said = None
        return at_us

    def still_down(self) -> None:
        """The BAD that is held is true until now."""
        self._own.step_us()
        mark_us = self._horizon.advance(self._clock.now_us())
        self._put([], mark_us, even_when_full=True)

    # --- inside -----------------------------------------------------------------------------------------------

    def _is_torn(self, *, is_up: bool) -> bool:
        """Whether our clock was set while the link was up. Forward: nobody saw the time between, the link begins anew.

        Back: values stand right after good-through, which does not go back, until the clock has caught up with it.
        """
        step_us = self._own.step_us()
        if is_up and step_us > 0:
            self.torn = f"this machine's clock was set forward by {step_us // SECOND_US} s; the time between is unknown"
        elif step_us < 0:
            log.warning("%s: this machine's clock was set back by %d s", self._plan.name, -step_us // SECOND_US)
        return bool(self.torn)

    def _observed(self, batches: Sequence[Batch], read_us: int) -> list[Batch]:
        return [self._stamp(batch, seen="polled", read_us=read_us) for batch in batches]

    def _overtaken(self, proof_us: int | None) -> list[Batch]:
        """Reads that waited for what was reported before them, now that `proof_us` says it is here."""
        if proof_us is None or not self._early:
            return []
        ready = [early for early in self._early if early.here_us <= proof_us]
        self._early = self._early[len(ready) :]
        return [batch for early in ready for batch in self._observed(early.batches, early.read_us)]

    def _stamp(self, batch: Batch, *, seen: Seen, read_us: int) -> Batch:
        """The driver's batch with the times and marks it is stored with."""
        stamped = self._watch.stamp(batch.ts_device, batch.ts)
        ts = self._horizon.admit(batch.tag, stamped.ts, seen=seen, read_us=read_us)
        moved = stamped.moved | (ts != stamped.ts)
        quality, device_us = batch.quality, _where_it_differs(batch.ts_device, ts)
        if moved.any():
            quality = quality | np.where(moved, q.TIME_REANCHORED, 0).astype(np.uint16)
        return Batch(batch.kind, batch.tag, ts, batch.value, batch.valid, quality, device_us, batch.native)

    def _hand(self, batches: Sequence[Batch], proof_us: int | None, *, late: Sequence[Batch] = ()) -> None:
        """One frame. Its good-through covers every sample in it, and the proof where there is one."""
        kept = [batch for batch in map(self._filter, [*batches, *self._overtaken(proof_us)]) if len(batch)]
        latest_us = max((int(batch.ts.max()) for batch in (*kept, *late)), default=None)
        before_us = self._horizon.mark_us
        mark_us = max(at_us for at_us in (proof_us, latest_us, before_us) if at_us is not None)
        batches = [*kept, *late, *self._offset_batch(mark_us)]
        if not batches and mark_us == before_us:
            return  # nothing is new, not even how far it is good
        if self.was_refused:
            self._outbox.declare_gap(batches)
        elif self._put(batches, mark_us, even_when_full=False):
            self._horizon.advance(mark_us)
            self._count(kept)
            self.counted.samples += sum(len(batch) for batch in late)
        else:
            self.was_refused = True

    def _put(self, batches: Sequence[Batch], mark_us: int, *, even_when_full: bool) -> bool:
        """Into the outbox, after the BAD samples of an outage that found no room before."""
        everything = [*self._owed, *batches]
        taken = self._outbox.put(everything, {self._plan.good_through_tag: mark_us}, even_when_full=even_when_full)
        if taken:
            self._owed = []
        return taken

    def _filter(self, batch: Batch) -> Batch:
        which = self._deadband.keep(batch)
        return batch if which is None else batch.take(which)

    def _offset_batch(self, at_us: int) -> list[Batch]:
        """The clock offset as a sample, when it moved or a minute has passed."""
        offset_us, said = self.offset_us, self._offset_said
        if offset_us is None:
            return []
        if said and abs(offset_us - said[0]) < OFFSET_MOVED_US and at_us - said[1] < OFFSET_EVERY_US:
            return []
        self._offset_said = (offset_us, at_us)
        return [Batch.of(Kind.I64, [(self._plan.clock_offset_tag, at_us, offset_us, q.GOOD)])]

    def _count(self, batches: Sequence[Batch]) -> None:
        now_us = self._clock.monotonic_us()
        for batch in batches:
            self.counted.samples += len(batch)
            bad = (batch.quality & q.MAJOR_MASK) == 0
            count = int(np.count_nonzero(bad))
            if count or self._bad:  # mostly all is well, and was before
                self._bad.difference_update(batch.tag[~bad].tolist())
                self._bad.update(batch.tag[bad].tolist())
            self.metrics.arrived(now_us, samples=len(batch), bad=count)


def _where_it_differs(device_us: NDArray[np.int64] | None, ts: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The device's times beside `ts`, or None where they say nothing more."""
    if device_us is None:
        return None
    device_us = np.where(device_us == NO_DEVICE_TIME, ts, device_us)
    return None if np.array_equal(device_us, ts) else device_us
