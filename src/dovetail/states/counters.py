"""How many pieces a counter in a machine really means: it starts anywhere, rolls over, is reset, jumps and is swapped.

`step` judges one reading and is what a person may read; `read` does the same for a column, at column speed where
nothing is odd. Both are pure. A counter never takes pieces back; what cannot be true is held, not counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.clock import HOUR_US, MINUTE_US
from dovetail.states.model import Cause, CounterName, CounterRule
from dovetail.tracks.series import Series

HERE: Final = -1  # in a `since` column: the pieces belong to the moment of the reading
BACKWARDS_MAX: Final = 10  # a counter that steps back by so few was corrected, not reset; passing the old mark counts
LOOK_BACK_US: Final = HOUR_US  # pieces too many for two scans are spread over at most this much time before the reading
_WHOLE_MAX: Final = 1 << 62  # beyond it a number is noise, not a count of pieces
_ROUNDING: Final = 1e-6  # a count kept as a float lies this close to its whole number


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a counter: the mark it must pass, when it was last read, since when it is unreadable."""

    tag: int
    value: int
    ts_us: int
    bad_since_us: int | None = None


@dataclass(frozen=True, slots=True)
class Odd:
    """A movement that a machine cannot make: shown, not counted."""

    counter: CounterName
    tag: int
    t0_us: int
    t1_us: int
    before: int
    after: int
    quantity: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Counted:
    """Pieces told by one reading. `since_us` None: made just now; else somewhere in (since_us, reading]."""

    quantity: int = 0
    since_us: int | None = None
    odd: Odd | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Readings that told of pieces: ts, quantity and since (HERE or µs), shapes [n]; and what was held."""

    memory: Memory | None
    ts: NDArray[np.int64]
    quantity: NDArray[np.int64]
    since: NDArray[np.int64]
    odd: tuple[Odd, ...] = ()


def possible(rule: CounterRule, elapsed_us: int) -> float:
    """The most pieces that can be made in a time, one scan of jitter at each end allowed; infinite without a rate."""
    if rule.max_rate_upm is None:
        return math.inf
    return math.floor((elapsed_us + rule.scans_us) * float(rule.max_rate_upm) / MINUTE_US) + 1


def judge(rule: CounterRule, memory: Memory, after: int, *, at_us: int) -> tuple[int, int, Cause | None]:
    """(pieces, mark to pass from now on, why held or None) of a reading after a good one."""
    before, limit = memory.value, possible(rule, at_us - memory.ts_us)
    drop = before - after
    if drop <= 0:
        return -drop, after, None if -drop <= limit else "jump"
    if rule.modulus is not None and 0 <= rule.modulus - drop <= (rule.modulus // 2 if math.isinf(limit) else limit):
        return rule.modulus - drop, after, None  # rolled over
    stepped_back = 2 if memory.bad_since_us is None else 50  # after an outage a reset is the likelier story
    if drop <= BACKWARDS_MAX and drop * stepped_back <= before:
        return 0, before, None
    if 0 <= after <= (before // 2 if math.isinf(limit) else limit):
        return after, after, None  # reset to zero, and counted on from there
    return 0, after, "swap"  # another counter: how many pieces lie between the two nobody knows


def step(rule: CounterRule, memory: Memory | None, value: int | None, at_us: int) -> tuple[Memory | None, Counted]:
    """Judge one reading; `value` None is one that must not be believed."""
    if value is None:
        if memory is None or memory.bad_since_us is not None:
            return memory, Counted()
        return replace(memory, bad_since_us=at_us), Counted()
    if memory is None:
        return Memory(rule.tag, value, at_us), Counted()  # the first reading says where it stands, not what was made
    pieces, mark, cause = judge(rule, memory, value, at_us=at_us)
    after = Memory(rule.tag, mark, at_us)
    if cause is not None:
        odd = Odd(rule.name, rule.tag, memory.ts_us, at_us, memory.value, value, pieces, cause)
        return after, Counted(odd=odd)
    return after, Counted(pieces, _since(rule, memory, pieces, at_us))


def _since(rule: CounterRule, memory: Memory, pieces: int, at_us: int) -> int | None:
    """Where the time begins in which the pieces were made; None when it is within two scans of the reading.

    Between two readings a counter that is silent is known to hold, so its pieces are new; only an outage, or more
    pieces than two scans can bring, leaves open when they were made.
    """
    if memory.bad_since_us is not None:
        start = memory.bad_since_us
    elif pieces > possible(rule, 0):
        start = max(memory.ts_us, at_us - LOOK_BACK_US)
    else:
        return None
    return start if at_us - start > rule.scans_us else None


def read(rule: CounterRule, memory: Memory | None, series: Series) -> Counts:
    """Judge a column of readings; the same as `step` on each, one by one."""
    if series.value.dtype.kind == "b":
        return _pulses(rule, memory, series)
    value, good = _whole(series)
    reading = _Reading(rule, memory, series.ts)
    at = np.flatnonzero(good)
    if not len(at):
        reading.one_by_one(range(min(1, len(good))), value, good)
        return reading.done()
    reading.one_by_one(range(int(at[0]) + 1), value, good)
    smooth = _smooth(rule, series.ts, value, good)
    rough = np.flatnonzero(~smooth[at[0] + 1 :]) + at[0] + 1
    position = int(at[0]) + 1
    for i in [*rough.tolist(), len(value)]:
        while position < i and not reading.stands_at(position - 1, value):
            reading.one_by_one(range(position, position + 1), value, good)
            position += 1
        if position < i:
            reading.column(position, i, value)
        if i < len(value):
            reading.one_by_one(range(i, i + 1), value, good)
        position = i + 1
    return reading.done()


def _whole(series: Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The readings as whole pieces, and which may be believed."""
    kind = series.value.dtype.kind
    if kind not in "iuf":
        return np.zeros(len(series), dtype=np.int64), np.zeros(len(series), dtype=np.bool_)
    if kind == "i":
        return series.value.astype(np.int64, copy=False), series.good
    good = series.good & (np.abs(series.value) < _WHOLE_MAX if kind == "f" else series.value < _WHOLE_MAX)
    value = np.where(good, series.value, series.value.dtype.type(0))
    value = np.floor(value + _ROUNDING) if kind == "f" else value
    return value.astype(np.int64), good


def _smooth(
    rule: CounterRule, ts: NDArray[np.int64], value: NDArray[np.int64], good: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which readings, with the one before, only grew, and by what is possible."""
    smooth = np.zeros(len(ts), dtype=np.bool_)
    grown = value[1:] - value[:-1]
    smooth[1:] = good[1:] & good[:-1] & (value[1:] >= value[:-1]) & (grown >= 0)
    if rule.max_rate_upm is not None:
        limit = np.floor((ts[1:] - ts[:-1] + rule.scans_us) * float(rule.max_rate_upm) / MINUTE_US) + 1
        smooth[1:] &= grown <= limit
    return smooth


def _pulses(rule: CounterRule, memory: Memory | None, series: Series) -> Counts:
    """A contact that closes once per piece: each change from open to closed is one."""
    reading = _Reading(rule, memory, series.ts)
    closed = series.value.astype(np.int64)
    at = np.flatnonzero(series.good)
    before = np.r_[memory.value if memory else 1, closed[at][:-1]]  # closed when first seen: that piece is not ours
    told = at[(closed[at] == 1) & (before == 0)]
    reading.add(series.ts[told], np.ones(len(told), dtype=np.int64), np.full(len(told), HERE))
    if len(at):
        bad = np.flatnonzero(~series.good[at[-1] :])
        since = int(series.ts[at[-1] + bad[0]]) if len(bad) else None
        reading.memory = Memory(rule.tag, int(closed[at[-1]]), int(series.ts[at[-1]]), since)
    elif len(series) and memory is not None and memory.bad_since_us is None:
        reading.memory = replace(memory, bad_since_us=int(series.ts[0]))
    return reading.done()


class _Reading:
    """A column being judged: what is remembered so far, and what was told."""

    def __init__(self, rule: CounterRule, memory: Memory | None, ts: NDArray[np.int64]) -> None:
        self.rule = rule
        self.memory = memory
        self.ts = ts
        self.odd: list[Odd] = []
        self.told: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []

    def stands_at(self, i: int, value: NDArray[np.int64]) -> bool:
        """Whether the mark to pass is exactly reading i, so that the column may go on by differences."""
        held = self.memory
        return held is not None and held.bad_since_us is None and held.value == value[i] and held.ts_us == self.ts[i]

    def add(self, ts: NDArray[np.int64], quantity: NDArray[np.int64], since: NDArray[np.int64]) -> None:
        if len(ts):
            self.told.append((ts, quantity, since))

    def one_by_one(self, which: range, value: NDArray[np.int64], good: NDArray[np.bool_]) -> None:
        for i in which:
            at_us = int(self.ts[i])
            self.memory, counted = step(self.rule, self.memory, int(value[i]) if good[i] else None, at_us)
            if counted.odd is not None:
                self.odd.append(counted.odd)
            elif counted.quantity:
                since = HERE if counted.since_us is None else counted.since_us
                self.add(*(np.array([number], dtype=np.int64) for number in (at_us, counted.quantity, since)))

    def column(self, start: int, end: int, value: NDArray[np.int64]) -> None:
        """Readings start..end, all smooth, after reading start − 1."""
        grown = value[start:end] - value[start - 1 : end - 1]
        told = np.flatnonzero(grown)
        ts, before = self.ts[start:end], self.ts[start - 1 : end - 1]
        since = np.full(len(ts), HERE, dtype=np.int64)
        if self.rule.max_rate_upm is not None:
            far = np.maximum(before, ts - LOOK_BACK_US)
            apart = (grown > possible(self.rule, 0)) & (ts - far > self.rule.scans_us)
            since[apart] = far[apart]
        self.add(ts[told], grown[told], since[told])
        self.memory = Memory(self.rule.tag, int(value[end - 1]), int(self.ts[end - 1]))

    def done(self) -> Counts:
        columns: list[Any] = [np.concatenate(column) for column in zip(*self.told, strict=True)] or [
            np.empty(0, dtype=np.int64) for _ in range(3)
        ]
        return Counts(self.memory, columns[0], columns[1], columns[2], tuple(self.odd))
