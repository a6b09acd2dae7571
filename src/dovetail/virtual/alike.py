"""Computed tags whose expressions compute alike go on together: their signals end to end, one pass over the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from dovetail.core.limits import TRACK_ROWS_MAX
from dovetail.expr.evaluate import evaluate_all
from dovetail.tracks.bundles import Lanes, gathered
from dovetail.tracks.columns import Track
from dovetail.tracks.memory import Heard
from dovetail.tracks.settle import Row, rows_of
from dovetail.virtual.model import Definition
from dovetail.virtual.units import Computed

type Ready = tuple[Computed, int]  # who can go on, and how far
type Gathered = dict[tuple[bytes, bytes, tuple[int, ...]], Track]  # of one pass: by lanes and tags


def computed_alike(
    ready: Sequence[Ready], newest: Mapping[int, Definition], heard: Mapping[int, Heard], known: Gathered
) -> Iterator[tuple[Computed, int, list[Row]]]:
    """What each says from where it is on; memory knows all of it, `known` what others asked for in this pass."""
    for some in _pieces(ready, newest, heard):
        first = newest[some[0][0].tag].expression
        from_us = np.array([unit.through_us + 1 for unit, _ in some], dtype=np.int64)
        lanes = Lanes(from_us - first.lookback_us, np.array([upto_us for _, upto_us in some], dtype=np.int64))
        signals: list[Track] = []
        for place in range(len(first.signals)):
            tags = tuple([source_of(newest[unit.tag], place) for unit, _ in some])
            key = (lanes.zero_us.tobytes(), lanes.upto_us.tobytes(), tags)
            if key not in known:
                known[key] = gathered(heard[tags[0]].kind, [heard[tag].parts for tag in tags], lanes)
            signals.append(known[key])
        found = evaluate_all(first, signals, lanes, from_us)
        edges = [*lanes.first(found.ts).tolist(), len(found)]
        rows = rows_of(Track(lanes.moments_us(found.ts), found.value, found.quality, found.status))
        for (unit, upto_us), begin, end in zip(some, edges, edges[1:], strict=False):
            yield unit, upto_us, rows[begin:end]


def source_of(one: Definition, place: int) -> int:
    """The tag that the n-th name of an expression means."""
    return one.inputs[one.expression.signals[place]]


def _pieces(
    ready: Sequence[Ready], newest: Mapping[int, Definition], heard: Mapping[int, Heard]
) -> Iterator[Sequence[Ready]]:
    """As many at once as memory bears."""
    begin, held = 0, 0
    for k, (unit, _) in enumerate(ready):
        rows = sum([heard[tag].rows for tag in newest[unit.tag].inputs.values()])
        if held + rows > TRACK_ROWS_MAX and k > begin:
            yield ready[begin:k]
            begin, held = k, 0
        held += rows
    yield ready[begin:]
