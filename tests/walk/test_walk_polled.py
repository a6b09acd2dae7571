"""PLCs that are only asked at fixed moments: every state of two scans is found, edges within one scan, counts exact."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from ground_truth_world import EVERYTHING, START_US, Installation, Life, Said, installation, really
from numpy.typing import NDArray

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import HOUR_US, MINUTE_US, SECOND_US
from dovetail.core.quality import GOOD
from dovetail.edge.poller import phase_us

UNITS = ("filler", "capper", "labeller", "palletiser")
BEGIN_US = START_US + 6 * HOUR_US - 10 * MINUTE_US  # the link is up ten minutes before the early shift
FRAME_US = 10 * MINUTE_US

type Moments = NDArray[np.int64]


def reads(unit: str, until_us: int, scan_us: int) -> Moments:
    """When a unit is read: each second or so, at a phase of its own."""
    return np.arange(BEGIN_US + phase_us(unit, scan_us), until_us, scan_us, dtype=np.int64)


def polled(plant: Installation, life: Life, scan_us: int) -> Iterator[Frame]:
    """What these reads bring of the line's life: all tags of a unit at once, with the time of the read."""
    model = plant.rooms.equipment.plant()
    said = [batch for frame in life.frames for batch in frame.batches]
    seq = 0
    for unit, equipment_id in plant.ids.items():
        (link,) = model.links_of(equipment_id)
        moments, truth = reads(unit, plant.until_us, scan_us), life.line.truth[unit]
        counters = {"processed": truth.processed_at(moments), "defective": truth.defective_at(moments)}
        columns: list[Batch] = []
        for name, tag in sorted(model.tags_of(equipment_id).items()):
            if tag.connection is not None:
                values = counters[name] if name in counters else held(said, tag.id, moments)
                columns.append(column(tag.id, moments, values))
        for from_us in range(BEGIN_US, plant.until_us, FRAME_US):
            now = (moments >= from_us) & (moments < from_us + FRAME_US)
            seq += 1
            parts = tuple(part.take(now) for part in columns)
            yield Frame("polled", Lane.LIVE, 1, seq, parts, {link: int(moments[now][-1])})


def held(said: Sequence[Batch], tag: int, moments: Moments) -> NDArray[np.generic]:
    """The value a tag has at each moment, from its changes."""
    mine = [batch.take(batch.tag == tag) for batch in said]
    ts = np.concatenate([batch.ts for batch in mine if len(batch)])
    values = np.concatenate([batch.value for batch in mine if len(batch)])
    order = np.argsort(ts, kind="stable")
    return values[order][np.searchsorted(ts[order], moments, side="right") - 1]


def column(tag: int, moments: Moments, values: NDArray[np.generic]) -> Batch:
    n = len(moments)
    kinds = {"i": Kind.I64, "u": Kind.U64, "b": Kind.BOOL, "f": Kind.F64}
    good = np.full(n, GOOD, dtype=np.uint16)
    return Batch(kinds[values.dtype.kind], np.full(n, tag, dtype=np.int64), moments, values, good > 0, good)


def differences(truth: Sequence[Said], derived: Sequence[Said], from_us: int, to_us: int) -> list[tuple[int, int]]:
    """The stretches of [from_us, to_us) in which two timelines do not say the same."""
    edges = {from_us, to_us, *(edge for t0_us, t1_us, *_ in (*truth, *derived) for edge in (t0_us, t1_us or to_us))}
    inside = sorted(edge for edge in edges if from_us <= edge <= to_us)
    return [(t0, t1) for t0, t1 in pairwise(inside) if facts_at(truth, t0) != facts_at(derived, t0)]


def facts_at(timeline: Sequence[Said], at_us: int) -> tuple[object, ...]:
    return timeline[bisect_right(timeline, at_us, key=lambda said: said[0]) - 1][2:]


@pytest.mark.parametrize(
    "seed, scan_us",
    [(4, SECOND_US), (5, 2 * SECOND_US), *(pytest.param(s, SECOND_US, marks=pytest.mark.soak) for s in range(30, 36))],
)
def test_a_polled_line_is_the_true_one_but_for_one_scan_after_each_change(
    tmp_path: Path, seed: int, scan_us: int
) -> None:
    with installation(tmp_path, hours=8) as plant:
        life = plant.live(seed)
        plant.store(list(polled(plant, life, scan_us)), at_once=20)
        for unit in UNITS:
            moments = reads(unit, plant.until_us, scan_us)
            first_us, last_us = int(moments[0]), int(moments[-1])
            truth, derived = really(life, unit), plant.states(unit, plant.until_us)
            changes = [t0_us for t0_us, *_ in truth]
            apart = differences(truth, derived, first_us, last_us)
            assert [d for d in apart if d[1] > changes[bisect_right(changes, d[0]) - 1] + scan_us] == [], unit
            really_made = life.line.truth[unit].counts(first_us, last_us)
            assert pieces(plant, unit) == (really_made.good, really_made.defective), unit


def pieces(plant: Installation, unit: str) -> tuple[int, int]:
    """(good, scrap) of a unit, settled and not yet settled."""
    with plant.database.read() as reading:
        asked = (plant.ids[unit], START_US, plant.until_us + HOUR_US)
        settled = plant.rooms.states.counts(reading, *asked, scope=EVERYTHING)
    counts = [*settled, *plant.rooms.states.tail(plant.ids[unit], scope=EVERYTHING).counts]
    good, scrap = (sum(count.quantity for count in counts if count.kind == kind) for kind in ("good", "scrap"))
    return good, scrap
