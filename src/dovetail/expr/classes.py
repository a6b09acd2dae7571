"""Compute one expression for many machines at once: the pumps of a plant are computed alike, whatever they are called.

Says of each what `evaluate` says of it alone, row for row.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from dovetail.expr.checking import Bound, Expression
from dovetail.tracks import bundles
from dovetail.tracks.bundles import Lanes
from dovetail.tracks.columns import Track
from dovetail.tracks.windows import Span


def shape(expression: Expression) -> Hashable:
    """Equal for expressions that compute alike but for the names of their signals, taken in their order."""
    places = {name: place for place, name in enumerate(expression.signals)}

    def of(part: Bound) -> Hashable:
        if part.signal is not None:
            return part.kind, places[part.signal]
        if part.function is None:
            return part.kind, repr(part.value)
        return part.function.name, part.fixed, tuple(of(arg) for arg in part.args)

    return len(places), of(expression.root)


def evaluate_all(expression: Expression, signals: Sequence[Track], lanes: Lanes, from_us: NDArray[np.int64]) -> Track:
    """A bundle of what holds at `from_us` of each lane as its first row, then every change up to its end.

    `signals` are bundles in the order of `expression.signals`; the lanes begin `lookback_us` before `from_us`.
    """
    known = dict(zip(expression.signals, signals, strict=True))
    found = _computed(expression.root, known, lanes, from_us)
    return bundles.changes(bundles.since(found, lanes, lanes.placed(from_us)), lanes)


def _computed(part: Bound, known: dict[str, Track], lanes: Lanes, from_us: NDArray[np.int64]) -> Track:
    if part.signal is not None:
        return known[part.signal]
    if part.value is not None:
        return bundles.everywhere(part.value, lanes)
    assert part.function is not None
    args = [_computed(arg, known, lanes, from_us - part.own_us) for arg in part.args]
    if part.function.window is not None:
        return _each(part, args, lanes, from_us)
    if any(arg.lookback_us for arg in part.args):  # else all begin where the lanes do
        args = bundles.evened(args, lanes)
    return part.function.compute(args, part.fixed, Span(0, 0))


def _each(part: Bound, args: Sequence[Track], lanes: Lanes, from_us: NDArray[np.int64]) -> Track:
    """What looks back is computed lane by lane."""
    assert part.function is not None
    compute, fixed = part.function.compute, part.fixed
    columns = [bundles.apart(arg, lanes) for arg in args]
    spans = zip(from_us.tolist(), lanes.upto_us.tolist(), strict=True)
    found = [compute(list(row), fixed, Span(*span)) for span, *row in zip(spans, *columns, strict=True)]
    return bundles.together(found, lanes)
