"""What stood when a trend began, and what still stands at the end of each of its buckets: no line goes through no data.

A bucket says its last value, not whether a sample without one came after it. That matters only where no bucket follows
at once, and only in buckets that hold a sample which is not GOOD: there the historian is asked for the very last one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dovetail.core.limits import STANDING_LOOKS_MAX
from dovetail.core.scope import Scope
from dovetail.historian.model import Sample, Series
from dovetail.historian.service import Historian


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """`before`: the value at the start, NaN where none stood or it was a text. `held` bool [rows]: a value goes on."""

    before: float
    held: NDArray[np.bool_]


def standing(
    historian: Historian, found: Series, span: tuple[int, int], *, scope: Scope, as_of: int | None = None
) -> Standing:
    """Of a series as it was answered for [from, to)."""
    from_us, to_us = span
    began = historian.bounding((found.tag,), from_us, scope=scope, as_of=as_of).get(found.tag)
    ends = found.t0_us + found.width_us
    held = ~np.isnan(found.last)
    alone = np.append(found.t0_us[1:] > ends[:-1], True) if len(ends) else np.zeros(0, dtype=np.bool_)
    in_doubt = np.flatnonzero(held & alone & (found.n_good < found.n))
    for row in in_doubt[-STANDING_LOOKS_MAX:].tolist():
        at_us = min(int(ends[row]), to_us) - 1
        last = historian.last((found.tag,), scope=scope, at_us=at_us, as_of=as_of).get(found.tag)
        held[row] = last is not None and last.value is not None
    return Standing(_number(began), held)


def _number(sample: Sample | None) -> float:
    value = None if sample is None else sample.value
    return float(value) if isinstance(value, (bool, int, float)) else np.nan
