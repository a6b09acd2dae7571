"""What stood when a trend began, and what still stands at the end of each of its buckets: no line goes through no data.

A bucket says its last value, not whether a sample without one came after it. That matters only where no bucket follows
at once, and only in buckets that hold a sample which is not GOOD: there the historian is asked for the very last one.
Nor does a line go through a time of which a rule let samples go: what stood before it says nothing of what came then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dovetail.core.limits import STANDING_LOOKS_MAX
from dovetail.core.scope import Scope
from dovetail.gone.model import stands_until
from dovetail.gone.told import GoneOf, nothing
from dovetail.historian.model import Sample, Series
from dovetail.historian.service import Historian
from dovetail.reading.corrected import EVER_US


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """`before`: the value at the start, NaN where none stood or it was a text. `held` bool [rows]: a value goes on."""

    before: float
    held: NDArray[np.bool_]


def standing(
    historian: Historian,
    found: Series,
    span: tuple[int, int],
    *,
    scope: Scope,
    as_of: int | None = None,
    gone: GoneOf = nothing,
) -> Standing:
    """Of a series as it was answered for [from, to); `gone` says what of it went by a rule."""
    from_us, to_us = span
    began = began_with(historian, found.tag, from_us, scope=scope, as_of=as_of, gone=gone)
    ends = found.t0_us + found.width_us
    held = ~np.isnan(found.last)
    alone = np.append(found.t0_us[1:] > ends[:-1], True) if len(ends) else np.zeros(0, dtype=np.bool_)
    in_doubt = np.flatnonzero(held & alone & (found.n_good < found.n))
    for row in in_doubt[-STANDING_LOOKS_MAX:].tolist():
        at_us = min(int(ends[row]), to_us) - 1
        last = historian.last((found.tag,), scope=scope, at_us=at_us, as_of=as_of).get(found.tag)
        held[row] = last is not None and last.value is not None
    for one in gone(found.tag, from_us, to_us):
        before = alone & (found.t0_us <= one.t1) & (np.append(found.t0_us[1:], EVER_US) > one.t0)
        held &= ~(before & (ends <= one.t1))
        for row in np.flatnonzero(
            before & held & (ends > one.t1)
        ).tolist():  # at most one: its last sample may be later
            at_us = min(int(ends[row]), to_us) - 1
            last = historian.last((found.tag,), scope=scope, at_us=at_us, as_of=as_of).get(found.tag)
            held[row] = last is not None and last.ts_us > one.t1
    return Standing(_number(began), held)


def began_with(
    historian: Historian, tag: int, at_us: int, *, scope: Scope, as_of: int | None, gone: GoneOf
) -> Sample | None:
    """The last sample before a moment, if it can still be said to hold then."""
    found = historian.bounding((tag,), at_us, scope=scope, as_of=as_of).get(tag)
    if found is None or stands_until(gone(tag, found.ts_us, at_us + 1), found.ts_us) is not None:
        return None
    return found


def _number(sample: Sample | None) -> float:
    value = None if sample is None else sample.value
    return float(value) if isinstance(value, (bool, int, float)) else np.nan
