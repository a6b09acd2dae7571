"""Of many signals side by side, the few samples that their least and greatest values between two moments need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dovetail.reading.runs import Runs
from dovetail.reading.sheets import Sheet

type _Cells = tuple[NDArray[np.intp], NDArray[np.intp]]  # of which line, and which of its samples


def thinned(
    laid: Sheet, runs: Runs, start: int, end: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """(int[k] of which line, int[k] which of its samples start … end − 1, by line and time, bool[m] of which lines).

    A line's first and last sample, those with which another status begins, and its least and greatest value, twice
    where it is there more than once. Nobody can tell it from all samples who asks for extremes, when they were first
    reached and whether again, and how long the signal was GOOD. Not of lines with anything but GOOD values and BAD
    samples, nor where several samples are of one moment.
    """
    value = laid.value[:, start:end]
    holds = ~runs.odd(start, end) & np.isfinite(value).all(axis=1)
    if (runs.held_us[start : end - 1] == 0).any():
        holds[:] = False
    lines = np.arange(runs.m)
    bad = runs.without_value(start, end)
    gone = bad[0], bad[1] - start
    cells: list[_Cells] = [(lines, np.full(runs.m, start)), (lines, np.full(runs.m, end - 1)), runs.begins(start, end)]
    for far in (np.inf, -np.inf):
        value[gone] = far
        cells += [(row, at + start) for row, at in _outermost(value, far)]
    value[gone] = 0.0
    row, at = (np.concatenate(column) for column in zip(*cells, strict=True))
    key = np.unique((row * len(laid.ts) + at)[holds[row]])
    return *np.divmod(key, len(laid.ts)), holds


def _outermost(value: NDArray[np.float64], far: float) -> list[_Cells]:
    """Of each line the value that is the farthest from `far`, where it is first, and where it is again if it is."""
    lines = np.arange(len(value))
    first = value.argmin(axis=1) if far > 0 else value.argmax(axis=1)
    found = value[lines, first]
    value[lines, first] = far
    again = value.argmin(axis=1) if far > 0 else value.argmax(axis=1)
    same = (value[lines, again] == found) & (found != far)
    value[lines, first] = found
    return [(lines, first), (lines[same], again[same])]
