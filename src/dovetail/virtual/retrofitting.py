"""Look at the history of a raw signal and propose what it says of its machine: levels, cycles, plant code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dovetail.equipment.model import Tag
from dovetail.retrofit.code import plant_code
from dovetail.retrofit.cycles import Cycles, count
from dovetail.retrofit.levels import Proposal, propose
from dovetail.virtual.asked import Samples
from dovetail.virtual.trial import heard_of

POINTS_MAX: Final = 20_000  # moments looked at, evenly: a day every four seconds
STEP_MIN_US: Final = 100_000  # nearer to each other they would say the same twice


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of a tag over a stretch; `code` is empty where one cannot tell."""

    tag: Tag
    points: int
    levels: Proposal
    cycles: Cycles
    code: str


def look(samples: Samples, tag: Tag, *, from_us: int, to_us: int, points: int = POINTS_MAX) -> Looked:
    """Read a tag at even moments of [from, to), as far as it was GOOD, and propose."""
    track = heard_of(samples, tag, from_us, to_us - 1).track(from_us)
    first_us = max(from_us, int(track.ts[np.argmin(track.bad)]))  # a new one was not heard all the time
    points = min(points, 1 + (to_us - first_us) // STEP_MIN_US)
    moments = np.unique(np.linspace(first_us, to_us - 1, points).astype(np.int64))
    rows = track.at(moments)
    good = rows.quality is None or (rows.qualities & 0xC0) == 0xC0
    known = np.ones(len(moments), dtype=np.bool_) if isinstance(good, bool) else good
    value = rows.value[known].astype(np.float64)
    levels = propose(value)
    cycles = count(moments[known], value, levels)
    return Looked(tag, len(value), levels, cycles, plant_code(tag.property, levels) if levels.can_tell else "")
