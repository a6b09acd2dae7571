"""What the PLCs of the virtual line would have sent: its changes as samples with their exact time, in frames.

States, modes, reasons, interlocks and speed are sampled when they change; counters at every change of their unit,
every `every_us`, and at whole minutes while the unit produces, so that no shift shares a piece with another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, Batch, Frame, Kind, Lane
from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.sim.line import Change, JobBegan, JobEnded, Line

FRAME_SAMPLES_MAX: Final = 5_000  # one frame is one commit: small enough not to keep the live lane waiting
COUNTER_MODULUS: Final = 1 << 32  # the counters of the line are UDINTs

type Column = tuple[int, NDArray[np.int64], NDArray[np.generic]]  # tag id, ts µs [n], values [n]


@dataclass(frozen=True, slots=True)
class UnitTags:
    """The tag ids of one unit, and the good-through tag of the link they come over."""

    state: int
    mode: int
    reason: int
    starved: int
    blocked: int
    speed: int
    processed: int
    defective: int
    link: int


@dataclass(slots=True)
class Sampler:
    """Runs the line and cuts what it says into frames. The same line and settings give the same frames.

    `counter_start` is what the PLC's counters stood at when the line started (to test their roll-over).
    """

    line: Line
    tags: Mapping[str, UnitTags]
    source: str
    lane: Lane = Lane.IMPORT
    epoch: int = 1
    every_us: int = 10 * SECOND_US
    counter_start: int = 0
    frame_samples_max: int = FRAME_SAMPLES_MAX
    seq: int = 0
    _from_us: int = field(default=-1, init=False)
    _said: dict[int, object] = field(default_factory=dict[int, object], init=False)

    def frames(self, to_us: int) -> tuple[list[Frame], list[JobBegan | JobEnded]]:
        """Run the line up to `to_us`: the frames of (last call, to_us], the last one marked good through `to_us`."""
        events = self.line.run_until(to_us)
        columns: dict[Kind, list[Column]] = {kind: [] for kind in (Kind.I64, Kind.U64, Kind.BOOL, Kind.F64)}
        changes = {unit: [e for e in events if isinstance(e, Change) and e.unit == unit] for unit in self.tags}
        for unit, tags in self.tags.items():
            self._status_columns(tags, changes[unit], columns)
            columns[Kind.U64] += self._counter_columns(unit, to_us, changes[unit])
        self._from_us = to_us
        batches = [_merge(kind, parts) for kind, parts in columns.items()]
        marks = {tags.link: to_us for tags in self.tags.values()}
        jobs = [event for event in events if not isinstance(event, Change)]
        return list(self._cut([batch for batch in batches if len(batch)], marks)), jobs

    def _status_columns(self, tags: UnitTags, changes: Sequence[Change], into: dict[Kind, list[Column]]) -> None:
        watched = (
            (Kind.I64, tags.state, [int(change.status.state) for change in changes]),
            (Kind.I64, tags.mode, [int(change.status.mode) for change in changes]),
            (Kind.I64, tags.reason, [int(change.status.reason) for change in changes]),
            (Kind.BOOL, tags.starved, [change.status.starved for change in changes]),
            (Kind.BOOL, tags.blocked, [change.status.blocked for change in changes]),
            (Kind.F64, tags.speed, [change.speed_upm for change in changes]),
        )
        for kind, tag, values in watched:
            news = [at for at, value in enumerate(values) if value != (values[at - 1] if at else self._said.get(tag))]
            if values:
                self._said[tag] = values[-1]
            ts = np.array([changes[at].t_us for at in news], dtype=np.int64)
            into[kind].append((tag, ts, np.array([values[at] for at in news], dtype=DTYPES[kind])))

    def _counter_columns(self, unit: str, to_us: int, changes: Sequence[Change]) -> list[Column]:
        tags, truth = self.tags[unit], self.line.truth[unit]
        told = np.array([change.t_us for change in changes], dtype=np.int64)
        regular = self._regular(to_us)
        before = np.concatenate(([self._from_us], regular[:-1]))
        minute = regular % MINUTE_US == 0
        produced = truth.processed_at(regular) != truth.processed_at(before)
        a_minute = truth.processed_at(regular) != truth.processed_at(regular - MINUTE_US)
        rejected = truth.defective_at(regular) != truth.defective_at(before)
        columns: list[Column] = []
        for tag, at, worth in (
            (tags.processed, truth.processed_at, produced | (minute & a_minute)),
            (tags.defective, truth.defective_at, rejected | (minute & a_minute)),
        ):
            ts = np.union1d(told, regular[worth])
            columns.append((tag, ts, ((at(ts) + self.counter_start) % COUNTER_MODULUS).astype(np.uint64)))
        return columns

    def _regular(self, to_us: int) -> NDArray[np.int64]:
        start_us = self.line.truth[self.line.units[0]].started_us if self._from_us < 0 else self._from_us
        grids = [np.arange(start_us // step + 1, to_us // step + 1) * step for step in (self.every_us, MINUTE_US)]
        return np.union1d(*grids)

    def _cut(self, batches: list[Batch], marks: dict[int, int]) -> Iterator[Frame]:
        """Frames of at most `frame_samples_max` samples, in order of time; samples of one instant stay together."""
        every = np.sort(np.concatenate([batch.ts for batch in batches])) if batches else np.zeros(0, dtype=np.int64)
        edges = [int(ts) for ts in every[self.frame_samples_max :: self.frame_samples_max]]
        lows = [np.searchsorted(batch.ts, [*edges, 1 << 62], side="left") for batch in batches]
        starts = [0] * len(batches)
        for number in range(len(edges) + 1):
            parts = [
                batch.take(np.arange(start, low[number]))
                for batch, start, low in zip(batches, starts, lows, strict=True)
                if low[number] > start
            ]
            starts = [int(low[number]) for low in lows]
            self.seq += 1
            last = number == len(edges)
            yield Frame(self.source, self.lane, self.epoch, self.seq, tuple(parts), marks if last else {})


def _merge(kind: Kind, columns: Sequence[Column]) -> Batch:
    """One batch of a kind, ordered by (ts, tag)."""
    tag = np.concatenate([np.full(len(ts), tag_id, dtype=np.int64) for tag_id, ts, _ in columns])
    ts = np.concatenate([ts for _, ts, _ in columns])
    value = np.concatenate([values for _, _, values in columns])
    order = np.lexsort((tag, ts))
    n = len(order)
    return Batch(
        kind=kind,
        tag=tag[order],
        ts=ts[order],
        value=value[order],
        valid=np.ones(n, dtype=np.bool_),
        quality=np.full(n, q.GOOD, dtype=np.uint16),
    )
