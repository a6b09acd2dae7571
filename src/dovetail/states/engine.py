"""Step through a work unit's samples in the order of their time, and say what it did and how many pieces it made.

Pure and in event time: a step happens where a signal changes or where a rule asked to look again, never because a
clock ticks. What comes out does not depend on how the samples were chopped into calls, so live, late, shuffled and
replayed samples give the same records (DESIGN §7). Between two steps the counters are columns, not samples.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.reasoning.changeovers import Changeovers, by_time
from dovetail.reasoning.faults import told_at
from dovetail.reasoning.model import ABSENT, Seen, Told
from dovetail.states.attribution import SLICES_KEPT, Slices, count_records, good_columns
from dovetail.states.checkpoint import Checkpoint, Slice
from dovetail.states.counters import LOOK_BACK_US, Counts, Memory, read
from dovetail.states.decide import decide
from dovetail.states.model import (
    COUNTABLE,
    ActivityRule,
    CountRecord,
    Decision,
    HeldJump,
    MachineRules,
    Snapshot,
    StateRecord,
)
from dovetail.tracks.series import Inputs, Series

NEVER: Final = sys.maxsize

type Change = tuple[int, int, Seen]  # ts_us, tag, what it says from then on


@dataclass(frozen=True, slots=True)
class Advanced:
    """What came of a step: the checkpoint at its end, and all that was completed in it, oldest first."""

    checkpoint: Checkpoint
    records: tuple[StateRecord, ...] = ()
    counts: tuple[CountRecord, ...] = ()
    held: tuple[HeldJump, ...] = ()


def advance(
    rules: MachineRules, checkpoint: Checkpoint, inputs: Inputs, *, upto_us: int, cuts: Sequence[int] = ()
) -> Advanced:
    """Go on from `checkpoint` to `upto_us` with all samples in between.

    `inputs` may hold more than (checkpoint.at_us, upto_us]; the rest is not looked at. `cuts` are shift boundaries,
    ascending, at least all in that range.
    """
    if upto_us <= checkpoint.at_us:
        return Advanced(checkpoint)
    new = {tag: inputs[tag].between(checkpoint.at_us, upto_us) for tag in rules.tags if tag in inputs}
    new = {tag: series for tag, series in new.items() if len(series)}
    told: dict[str, Counts] = {
        rule.name: read(rule, _memory(checkpoint, rule.name, rule.tag), new[rule.tag])
        for rule in rules.counters
        if rule.tag in new
    }
    good = by_time(good_columns(rules, told)) if rules.change is not None else []
    kept = checkpoint.decision.kept if checkpoint.decision is not None else None
    walk = _Walk(rules, checkpoint, Changeovers.since(rules.change, kept, good))
    walk.run(new, upto_us)
    if walk.decision is None:
        return Advanced(_at(checkpoint, upto_us))
    walk.cut([cut for cut in cuts if checkpoint.at_us < cut <= upto_us])
    closed = (*checkpoint.closed, *walk.closed)
    slices = Slices.of(closed, open_us=walk.slice_us, countable=walk.countable)
    counts, pending = count_records(rules, checkpoint.pending, told, slices, upto_us=upto_us)
    memories = _memories(checkpoint.counters, told)
    after = Checkpoint(
        at_us=upto_us,
        decision=walk.decision,
        since_us=walk.since_us,
        slice_us=walk.slice_us,
        advanced_us=walk.advanced_us,
        seen=walk.seen,
        counters=memories,
        pending=pending,
        closed=_still_needed(closed, memories, upto_us),
    )
    return Advanced(after, tuple(walk.records), counts, _held(rules, told))


def end_slice(rules: MachineRules, checkpoint: Checkpoint) -> Advanced:
    """Write what is pending up to the checkpoint's own moment: from the next on, other rules count."""
    if checkpoint.decision is None or checkpoint.slice_us == checkpoint.at_us:
        return Advanced(checkpoint)
    piece: Slice = (checkpoint.slice_us, checkpoint.at_us, checkpoint.decision.state in COUNTABLE)
    closed = (*checkpoint.closed, piece)
    slices = Slices.of(closed, open_us=checkpoint.at_us, countable=piece[2])
    counts, _ = count_records(rules, checkpoint.pending, {}, slices, upto_us=checkpoint.at_us)
    return Advanced(replace(checkpoint, slice_us=checkpoint.at_us, closed=closed, pending={}), counts=counts)


def _at(checkpoint: Checkpoint, upto_us: int) -> Checkpoint:
    return Checkpoint(at_us=upto_us, seen=checkpoint.seen)


def _memory(checkpoint: Checkpoint, name: str, tag: int) -> Memory | None:
    memory = checkpoint.counters.get(name)
    return memory if memory is not None and memory.tag == tag else None


def _memories(before: Mapping[str, Memory], told: Mapping[str, Counts]) -> dict[str, Memory]:
    found = {name: counts.memory for name, counts in told.items()}
    return {name: memory for name, memory in {**before, **found}.items() if memory is not None}


def _held(rules: MachineRules, told: Mapping[str, Counts]) -> tuple[HeldJump, ...]:
    return tuple(
        HeldJump(
            rules.equipment_id,
            odd.t0_us,
            odd.t1_us,
            odd.counter,
            odd.tag,
            before=odd.before,
            after=odd.after,
            quantity=odd.quantity,
            cause=odd.cause,
        )
        for counts in told.values()
        for odd in counts.odd
    )


def _still_needed(closed: Sequence[Slice], memories: Mapping[str, Memory], at_us: int) -> tuple[Slice, ...]:
    """The past slices into which a coming reading may still put pieces."""
    since = (
        max(memory.ts_us, at_us - LOOK_BACK_US) if memory.bad_since_us is None else memory.bad_since_us
        for memory in memories.values()
    )
    oldest = min(since, default=at_us)
    return tuple(piece for piece in closed[-SLICES_KEPT:] if piece[1] > oldest)


@dataclass(slots=True)
class _Walk:
    """The state half of a step: where the decision changes, and where slices end."""

    rules: MachineRules
    start: Checkpoint
    changeovers: Changeovers
    records: list[StateRecord] = field(default_factory=list[StateRecord])
    closed: list[Slice] = field(default_factory=list[Slice])
    decision: Decision | None = None
    since_us: int = 0
    slice_us: int = 0
    advanced_us: int | None = None
    seen: dict[int, Seen] = field(default_factory=dict[int, Seen])
    raised: list[Told] = field(default_factory=list[Told])

    @property
    def countable(self) -> bool:
        return self.decision is not None and self.decision.state in COUNTABLE

    def run(self, new: Inputs, upto_us: int) -> None:
        """Decide at every instant that may matter up to `upto_us`."""
        start = self.start
        self.decision, self.since_us, self.slice_us = start.decision, start.since_us, start.slice_us
        self.seen, self.advanced_us = dict(start.seen), start.advanced_us
        changes, advances = self._changes(new)
        first = min((int(series.ts[0]) for series in new.values()), default=NEVER)
        wake = first if self.decision is None else _wake(self.decision)
        i = 0
        while True:
            now = min(changes[i][0] if i < len(changes) else NEVER, wake, self.changeovers.over_us())
            if now > upto_us or now == NEVER:
                break
            cut = False
            while i < len(changes) and changes[i][0] == now:
                cut = cut or changes[i][1] in self.rules.cut_tags
                self._hear(changes[i])
                i += 1
            self.changeovers.reach(now)
            self._decide(now, advances, cut_here=cut)
            wake = _wake(self.decision)
        self.changeovers.settle()
        if self.decision is not None:
            self.decision = replace(self.decision, kept=self.changeovers.keep(self.decision.kept))
        if len(advances):
            self.advanced_us = int(advances[-1])
        self._keep_watched(new)

    def _hear(self, change: Change) -> None:
        """A signal says something new: of faults, all that it told at one moment counts, not only the last."""
        now, tag, seen = change
        reason = self.rules.reason
        if reason is not None and reason.first_out_us is not None:
            told = told_at(reason, tag, self.seen.get(tag, ABSENT), seen, now)
            self.raised += [told] if told is not None else []
        self.changeovers.hear(tag, seen, now)
        self.seen[tag] = seen

    def _keep_watched(self, new: Inputs) -> None:
        """Of a signal that is only watched for moving, remember the last good value, however little it moved."""
        rule = self.rules.state
        if isinstance(rule, ActivityRule) and rule.tag in new and new[rule.tag].good.any():
            series = new[rule.tag]
            last: list[Any] = series.value[series.good][-1:].tolist()
            self.seen[rule.tag] = Seen(last[0], bool(series.good[-1]))

    def _decide(self, now: int, advances: NDArray[np.int64], *, cut_here: bool) -> None:
        known = int(np.searchsorted(advances, now, side="right")) if len(advances) else 0
        advanced_us = int(advances[known - 1]) if known else self.start.advanced_us
        before, was_countable = self.decision, self.countable
        change = self.changeovers.change
        after = decide(self.rules, before, Snapshot(self.seen, advanced_us, self.raised, change), at_us=now)
        self.raised = []
        if self.rules.change is not None:
            kept, wake = self.changeovers.keep(after.kept), self.changeovers.wake(after.wake_at_us)
            after = replace(after, kept=kept, wake_at_us=wake)
        if before is None:
            self.decision, self.since_us, self.slice_us = after, now, now
            return
        changed = before.facts != after.facts
        if changed:
            self.records.append(before.record(self.rules.equipment_id, self.since_us, now))
            self.since_us = now
        elif not after.kept.faults:  # a reason keeps the evidence it was given with; only what follows a fault is added
            after = replace(after, because=before.because)
        self.decision = after
        if changed or cut_here:
            self.closed.append((self.slice_us, now, was_countable))
            self.slice_us = now

    def cut(self, cuts: Sequence[int]) -> None:
        """End slices at shift boundaries too."""
        if not cuts:
            return
        open_end = (self.slice_us, NEVER, self.countable)
        pieces: list[Slice] = []
        at = 0
        for t0, t1, countable in [*self.closed, open_end]:
            while at < len(cuts) and cuts[at] < t1:
                if cuts[at] > t0:
                    pieces.append((t0, cuts[at], countable))
                    t0 = cuts[at]
                at += 1
            pieces.append((t0, t1, countable))
        self.slice_us = pieces[-1][0]
        self.closed = pieces[:-1]

    def _changes(self, new: Inputs) -> tuple[list[Change], NDArray[np.int64]]:
        """The samples that say something new, by time; and the moments at which activity was seen."""
        changes: list[Change] = []
        advances = np.empty(0, dtype=np.int64)
        activity = self.rules.state if isinstance(self.rules.state, ActivityRule) else None
        for tag in dict.fromkeys((*self.rules.state_tags, *self.rules.cut_tags)):
            if tag not in new:
                continue
            if activity is not None and tag == activity.tag:
                found, advances = _activity(activity, self.seen.get(tag), self.advanced_us, new[tag])
            else:
                found = _news(tag, self.seen.get(tag), new[tag])
            changes.extend(found)
        changes.sort(key=itemgetter(0))  # stable: several values of one tag at one moment keep their order
        return changes, advances


def _wake(decision: Decision | None) -> int:
    return NEVER if decision is None or decision.wake_at_us is None else decision.wake_at_us


def _news(tag: int, before: Seen | None, series: Series) -> list[Change]:
    """The samples of a tag that differ from the one before; among those that are not good none differs."""
    good, value = series.good, series.value
    new = np.ones(len(series), dtype=np.bool_)
    new[1:] = (good[1:] != good[:-1]) | (good[1:] & (value[1:] != value[:-1]))
    at = np.flatnonzero(new)
    rows = zip(series.ts[at].tolist(), value[at].tolist(), good[at].tolist(), strict=True)
    said: list[Change] = [(ts, tag, Seen(value if ok else None, ok)) for ts, value, ok in rows]
    return said[1:] if said[0][2] == before else said


def _activity(
    rule: ActivityRule, before: Seen | None, advanced_us: int | None, series: Series
) -> tuple[list[Change], NDArray[np.int64]]:
    """What a signal says that is only watched for moving: when it begins to move, and when it cannot be believed.

    The value kept is the last good one, so that a move during an outage is seen when it ends.
    """
    values: list[Any] = series.value[series.good].tolist()
    last = before.value if before is not None else None
    moved = np.array([a != b for a, b in zip(values, [last, *values], strict=False)], dtype=np.bool_)
    if last is None and len(moved):
        moved[0] = False
    advances = series.ts[series.good][moved]
    previous = np.concatenate(([-NEVER // 2 if advanced_us is None else advanced_us], advances))[:-1]
    begins = advances[advances - previous >= rule.timeout_us]
    flips = np.empty(len(series), dtype=np.bool_)
    flips[0] = before is None or before.good != bool(series.good[0])
    flips[1:] = series.good[1:] != series.good[:-1]
    if not len(begins) and not flips.any():
        return [], advances
    kept = values[-1] if values else last
    moments = np.unique(np.concatenate((series.ts[flips], begins)))
    upto = np.searchsorted(series.ts, moments, side="right") - 1
    news = zip(moments.tolist(), series.good[upto].tolist(), strict=True)
    changes: list[Change] = [(moment, rule.tag, Seen(kept, good)) for moment, good in news]
    return changes, advances
