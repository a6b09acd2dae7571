"""All that the engine must remember of a work unit at a moment, so that it can go on from there as if never stopped.

A checkpoint is a pure function of the samples up to `at_us` and of the rules; two that are equal have equal futures.
It serialises to text and back without losing a bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from dovetail.reasoning.changeovers import made_now
from dovetail.reasoning.keeping import body_of, remembered, still_meant
from dovetail.reasoning.model import NOTHING, Seen
from dovetail.states.counters import Memory
from dovetail.states.model import Decision, MachineRules, StateRecord

BEGINNING_US: Final = -(1 << 62)


@dataclass(frozen=True, slots=True)
class Pending:
    """Pieces of a count whose interval is still open, and the reading that told of the last of them."""

    quantity: int
    ts_us: int


type Slice = tuple[int, int, bool]  # t0_us, t1_us, whether unseen pieces may have been made in it


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Every sample with ts ≤ at_us is in. `decision` None: nothing was ever heard of this work unit."""

    at_us: int = BEGINNING_US
    decision: Decision | None = None
    since_us: int = BEGINNING_US  # where the open state record begins
    slice_us: int = BEGINNING_US  # where the open slice begins: state, job, product and shift are the same in it
    advanced_us: int | None = None
    seen: Mapping[int, Seen] = field(default_factory=dict[int, Seen])
    counters: Mapping[str, Memory] = field(default_factory=dict[str, Memory])
    pending: Mapping[str, Pending] = field(default_factory=dict[str, Pending])
    closed: tuple[Slice, ...] = ()  # past slices that an unreadable counter may still put pieces into

    def open_record(self, equipment_id: int) -> StateRecord | None:
        """The record that has no end yet; None before the first sample."""
        if self.decision is None:
            return None
        return self.decision.record(equipment_id, self.since_us, None)


START: Final = Checkpoint()


def to_text(checkpoint: Checkpoint) -> str:
    """The checkpoint as canonical JSON text: equal checkpoints, equal text."""
    decision = checkpoint.decision
    body: dict[str, Any] = {
        "at": checkpoint.at_us,
        "decision": None if decision is None else _decision_body(decision),
        "since": checkpoint.since_us,
        "slice": checkpoint.slice_us,
        "advanced": checkpoint.advanced_us,
        "seen": {str(tag): [seen.value, seen.good] for tag, seen in checkpoint.seen.items()},
        "counters": {
            name: [memory.tag, memory.value, memory.ts_us, memory.bad_since_us]
            for name, memory in checkpoint.counters.items()
        },
        "pending": {name: [pending.quantity, pending.ts_us] for name, pending in checkpoint.pending.items()},
        "closed": checkpoint.closed,
    }
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()


def _decision_body(decision: Decision) -> list[Any]:
    kept = [] if decision.because is None and decision.kept == NOTHING else [decision.because, body_of(decision.kept)]
    return [*decision.facts, decision.wake_at_us, *kept]


def _decision(said: list[Any]) -> Decision:
    because, kept = said[5:] or (None, {})
    state, mode, reason, external, wake_at_us = said[:5]
    return Decision(state, mode, reason, external, wake_at_us, because, remembered(kept))


def from_text(text: str) -> Checkpoint:
    """What `to_text` wrote."""
    body = orjson.loads(text)
    said = body["decision"]
    return Checkpoint(
        at_us=body["at"],
        decision=None if said is None else _decision(said),
        since_us=body["since"],
        slice_us=body["slice"],
        advanced_us=body["advanced"],
        seen={int(tag): Seen(value, good) for tag, (value, good) in body["seen"].items()},
        counters={name: Memory(*memory) for name, memory in body["counters"].items()},
        pending={name: Pending(*pending) for name, pending in body["pending"].items()},
        closed=tuple((t0, t1, counts) for t0, t1, counts in body["closed"]),
    )


def rebind(
    checkpoint: Checkpoint, rules: MachineRules, *, from_us: int, known: Mapping[int, tuple[Seen, int]]
) -> Checkpoint:
    """Go on under other rules from `from_us`, which must be the moment after the checkpoint.

    `known` holds, for tags that the old rules did not read, the newest (sample, ts_us) before `from_us`. The state
    is decided anew at `from_us` itself.
    """
    seen = {
        tag: checkpoint.seen[tag] if tag in checkpoint.seen else known[tag][0]
        for tag in (*rules.state_tags, *rules.cut_tags)
        if tag in checkpoint.seen or tag in known
    }
    counters: dict[str, Memory] = {}
    for counter in rules.counters:
        memory = checkpoint.counters.get(counter.name)
        if memory is not None and memory.tag == counter.tag:
            counters[counter.name] = memory
        elif counter.tag in known and isinstance(known[counter.tag][0].value, int) and known[counter.tag][0].good:
            found, ts_us = known[counter.tag]
            counters[counter.name] = Memory(counter.tag, int(found.value or 0), ts_us)
    decision = checkpoint.decision
    if decision is not None:
        kept = still_meant(decision.kept, rules.reason, made_now(rules.change, seen))
        decision = replace(decision, wake_at_us=from_us, kept=kept)
    return replace(checkpoint, seen=seen, counters=counters, decision=decision)
