"""Which stretch of time the pieces belong to: the slice of their reading, or shared out over an outage.

A slice is time in which state, job, product and shift are the same. Counts are written per whole minute of a slice;
a piece told of exactly at a boundary was made before it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.limits import COUNT_FLUSH_US
from dovetail.states.checkpoint import Pending, Slice
from dovetail.states.counters import HERE, Counts
from dovetail.states.model import CounterName, CountKind, CountRecord, MachineRules, Origin

SLICES_KEPT: Final = 1_000  # a counter unreadable for longer than ~5 days of slices shares out over the newest ones
_OPEN_US: Final = (1 << 62) - 1

type Entry = tuple[CountKind, int, Origin]  # kind, sign and origin of what one counted piece is written as
type Bucket = tuple[int, int, int, int, bool]  # t0_us, t1_us, quantity, at_us, whether spread
type Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """Slices (start, end] that follow each other, shapes [n]; the last one is open."""

    starts: Column
    ends: Column
    countable: NDArray[np.bool_]

    @classmethod
    def of(cls, closed: Sequence[Slice], *, open_us: int, countable: bool) -> Slices:
        """From the closed slices, oldest first, and the start of the open one."""
        every = [*closed, (open_us, _OPEN_US, countable)]
        columns = np.array([piece[:2] for piece in every], dtype=np.int64)
        return cls(columns[:, 0], columns[:, 1], np.array([piece[2] for piece in every], dtype=np.bool_))

    def at(self, ts: Column) -> NDArray[np.intp]:
        """The slice that holds each moment; a boundary belongs to the slice before it."""
        return self.ends.searchsorted(ts, side="left")


def entries(rules: MachineRules) -> dict[CounterName, tuple[Entry, ...]]:
    """What one piece of each counter is written as. Of total, good and scrap, two give the third."""
    names = {counter.name for counter in rules.counters}
    plain: dict[CounterName, tuple[Entry, ...]] = {
        "good": (("good", 1, "counter"),),
        "scrap": (("scrap", 1, "counter"),),
        "rework": (("rework", 1, "counter"),),
        "infeed": (("infeed", 1, "counter"),),
        "total": (),
    }
    if "total" not in names or {"good", "scrap"} <= names:
        return plain
    rest: CountKind = "scrap" if "good" in names else "good"
    less: Entry = (rest, -1, "correction")
    named: tuple[CounterName, ...] = ("good", "scrap", "rework")
    parts: dict[CounterName, tuple[Entry, ...]] = {name: (*plain[name], less) for name in named if name != rest}
    total: tuple[Entry, ...] = ((rest, 1, "counter"),)
    return {**plain, **parts, "total": total}


def good_columns(rules: MachineRules, told: Mapping[str, Counts]) -> list[tuple[Column, Column]]:
    """(ts, good pieces) of each counter that tells of some, negative where it takes some away."""
    said = ((name, sign) for name, written in entries(rules).items() for kind, sign, _ in written if kind == "good")
    return [(told[name].ts, sign * told[name].quantity) for name, sign in said if name in told]


def count_records(
    rules: MachineRules, pending: Mapping[str, Pending], told: Mapping[str, Counts], slices: Slices, *, upto_us: int
) -> tuple[tuple[CountRecord, ...], dict[str, Pending]]:
    """The counts completed by `upto_us`, by time, and what stays open in the minute that is not over."""
    written = entries(rules)
    records: list[CountRecord] = []
    left: dict[str, Pending] = {}
    for rule in rules.counters:
        ts, quantity, shared = _apart(told.get(rule.name), slices)
        still = pending.get(rule.name)
        if still is not None:
            ts, quantity = np.concatenate(([still.ts_us], ts)), np.concatenate(([still.quantity], quantity))
        buckets, still = _buckets(ts, quantity, slices, upto_us)
        if still is not None:
            left[rule.name] = still
        records += [
            CountRecord(rules.equipment_id, t0, t1, kind, sign * pieces, origin, rule.tag, spread=spread, at_us=at_us)
            for t0, t1, pieces, at_us, spread in (*buckets, *shared)
            for kind, sign, origin in written[rule.name]
        ]
    records.sort(key=lambda r: (r.at_us, r.t1_us, r.kind, r.origin, r.tag_id or 0))
    return tuple(records), left


def _apart(counts: Counts | None, slices: Slices) -> tuple[Column, Column, list[Bucket]]:
    """(ts, quantity) of the pieces that belong to their reading's slice, and those shared out over several."""
    if counts is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), []
    open_when = (counts.since != HERE).nonzero()[0]
    if not len(open_when):
        return counts.ts, counts.quantity, []
    shared: list[Bucket] = []
    here = np.ones(len(counts.ts), dtype=np.bool_)
    last = slices.at(counts.ts[open_when])
    first = np.searchsorted(slices.ends, counts.since[open_when], side="right")
    for n in np.flatnonzero(first < last).tolist():  # an edge lies between: pieces on both sides are possible
        i = int(open_when[n])
        window = (int(counts.since[i]), int(counts.ts[i]))
        pieces = _share(int(counts.quantity[i]), window, slices, range(int(first[n]), int(last[n]) + 1))
        here[i] = not pieces
        shared += pieces
    return counts.ts[here], counts.quantity[here], shared


def _share(quantity: int, window: tuple[int, int], slices: Slices, which: range) -> list[Bucket]:
    """Whole pieces by largest remainder over the time in RUN and NO_DATA; nothing when there was none."""
    since_us, at_us = window
    which = which[-SLICES_KEPT - 1 :]
    bounds = [(max(int(slices.starts[k]), since_us), min(int(slices.ends[k]), at_us)) for k in which]
    weights = [(t1 - t0) * int(slices.countable[k]) for k, (t0, t1) in zip(which, bounds, strict=True)]
    total = sum(weights)
    if not total:
        return []
    shares = [divmod(quantity * weight, total) for weight in weights]
    rest = quantity - sum(whole for whole, _ in shares)
    favoured = set(sorted(range(len(shares)), key=lambda k: (-shares[k][1], k))[:rest])
    pieces = [whole + (k in favoured) for k, (whole, _) in enumerate(shares)]
    return [(t0, t1, n, at_us, True) for (t0, t1), n in zip(bounds, pieces, strict=True) if n]


def _buckets(ts: Column, quantity: Column, slices: Slices, upto_us: int) -> tuple[list[Bucket], Pending | None]:
    """Pieces summed per minute of a slice; the last sum stays pending while its minute and slice go on."""
    if not len(ts):
        return [], None
    ts = np.maximum(ts, slices.starts[0] + 1)  # two readings at the very first moment: nothing lies before it
    place = slices.at(ts)
    minute_end = -(-ts // COUNT_FLUSH_US) * COUNT_FLUSH_US
    t1 = np.minimum(minute_end, slices.ends[place])
    t0 = np.maximum(minute_end - COUNT_FLUSH_US, slices.starts[place])
    begins = np.concatenate(([0], (t1[1:] != t1[:-1]).nonzero()[0] + 1))
    sums = np.add.reduceat(quantity, begins).tolist()
    buckets: list[Bucket] = [
        (start, end, pieces, end, False)
        for start, end, pieces in zip(t0[begins].tolist(), t1[begins].tolist(), sums, strict=True)
    ]
    if buckets[-1][1] <= upto_us:
        return buckets, None
    return buckets[:-1], Pending(sums[-1], int(ts[-1]))
