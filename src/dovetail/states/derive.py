"""Derive one work unit over any stretch of time, by the rules that were valid at each moment of it.

The engine knows one set of rules; here a stretch is walked through all of them, and checkpoints are kept where an hour
with samples ends. Reads nothing but what it is given; the one question it asks is put as a function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.limits import CHECKPOINT_EVERY_US
from dovetail.reasoning.model import Seen
from dovetail.states.checkpoint import Checkpoint, rebind
from dovetail.states.engine import Advanced, advance, end_slice
from dovetail.states.model import CountRecord, HeldJump, MachineRules, StateRecord
from dovetail.states.rules import RuleBook
from dovetail.tracks.series import Inputs

type Known = Mapping[int, tuple[Seen, int]]

_HOUR: Final = CHECKPOINT_EVERY_US


@dataclass(frozen=True, slots=True)
class World:
    """What a derivation may ask: rules by time, shift boundaries in [from, to), newest samples before a moment."""

    book: RuleBook
    cuts: Callable[[int, int, int], Sequence[int]]
    before: Callable[[Sequence[int], int], Known]


@dataclass(slots=True)
class Stretch:
    """What was derived: the checkpoint at the end, what was completed, and the checkpoints worth keeping."""

    checkpoint: Checkpoint
    records: list[StateRecord] = field(default_factory=list[StateRecord])
    counts: list[CountRecord] = field(default_factory=list[CountRecord])
    held: list[HeldJump] = field(default_factory=list[HeldJump])
    kept: dict[int, Checkpoint] = field(default_factory=dict[int, Checkpoint])

    def add(self, done: Advanced) -> None:
        """Go on to what this step came to."""
        self.checkpoint = done.checkpoint
        self.records += done.records
        self.counts += done.counts
        self.held += done.held

    def timeline(self, equipment_id: int) -> list[StateRecord]:
        """The completed records and the open one."""
        opened = self.checkpoint.open_record(equipment_id)
        return [*self.records, *([opened] if opened else [])]


def hours_with_samples(inputs: Inputs, after_us: int, upto_us: int) -> list[int]:
    """The ends of the hours in (after_us, upto_us] in which there are samples: where a checkpoint is worth keeping."""
    inside = [series.between(after_us, upto_us).ts for series in inputs.values()]
    ends = [_hour_ends(ts) for ts in inside if len(ts) and -(-int(ts[0]) // _HOUR) * _HOUR <= upto_us]
    return sorted({end for found in ends for end in found if end <= upto_us})


def _hour_ends(ts: NDArray[np.int64]) -> list[int]:
    return (np.unique(-(-ts // _HOUR)) * _HOUR).tolist()


def derive(
    world: World, equipment_id: int, checkpoint: Checkpoint, inputs: Inputs, *, upto_us: int, keep: Sequence[int] = ()
) -> Stretch:
    """Go on from `checkpoint` to `upto_us`. `inputs` hold all samples in between; `keep` are more moments to keep."""
    done = Stretch(checkpoint)
    if upto_us <= checkpoint.at_us:
        return done
    marks = sorted({*hours_with_samples(inputs, checkpoint.at_us, upto_us), *keep})
    cuts = _cuts(world, equipment_id, done, inputs, upto_us)
    before = world.book.all_at(checkpoint.at_us).get(equipment_id)
    for first, last, rules in world.book.periods(equipment_id, checkpoint.at_us + 1, upto_us):
        if rules != before:
            _change_rules(world, done, (before, rules or MachineRules(equipment_id)), first)
        before = rules
        if rules is None and done.checkpoint.decision is None:
            done.checkpoint = replace(done.checkpoint, at_us=last)  # nothing was defined yet: nothing is derived
            continue
        for mark in [*(mark for mark in marks if first <= mark < last), last]:
            done.add(advance(rules or MachineRules(equipment_id), done.checkpoint, inputs, upto_us=mark, cuts=cuts))
            if mark in marks:
                done.kept[mark] = done.checkpoint
    return done


def _cuts(world: World, equipment_id: int, done: Stretch, inputs: Inputs, upto_us: int) -> Sequence[int]:
    """Shift boundaries in the stretch; none is asked for before the first sample ever."""
    from_us = done.checkpoint.at_us
    if done.checkpoint.decision is None:
        starts = (series.between(from_us, upto_us).ts[:1].tolist() for series in inputs.values())
        from_us = min((ts for start in starts for ts in start), default=upto_us)
    return world.cuts(equipment_id, from_us + 1, upto_us + 1) if from_us < upto_us else ()


def _change_rules(world: World, done: Stretch, rules: tuple[MachineRules | None, MachineRules], from_us: int) -> None:
    old, new = rules
    if old is not None:
        done.add(end_slice(old, done.checkpoint))
    have = {*done.checkpoint.seen, *(memory.tag for memory in done.checkpoint.counters.values())}
    missing = [tag for tag in new.tags if tag not in have]
    known = world.before(missing, from_us) if missing else {}
    done.checkpoint = rebind(done.checkpoint, new, from_us=from_us, known=known)
