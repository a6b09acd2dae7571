"""Compute a checked expression over a stretch of event time: columns in, a column out, the same however it is cut.

Pure. What it says of a moment depends on the signals of `lookback_us` before it and nothing else, so computing in one
piece, in many, again after a restart or anew with a late sample comes to the same rows. Of many machines whose
expressions have one shape all is computed at once, each in a lane of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dovetail.core.batch import Kind as SampleKind
from dovetail.core.limits import TRACK_ROWS_MAX
from dovetail.expr.checking import Bound, Expression
from dovetail.expr.errors import ExpressionError
from dovetail.tracks import bundles, windows
from dovetail.tracks.bundles import Lanes, Moments
from dovetail.tracks.columns import Kind, Track

KINDS: Mapping[SampleKind, Kind] = {
    SampleKind.F64: "number", SampleKind.I64: "number", SampleKind.U64: "number",
    SampleKind.BOOL: "bool", SampleKind.STR: "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment on, up to and including another."""

    from_us: int
    upto_us: int


def context_us(expression: Expression, from_us: int) -> int:
    """From where on the signals must be known so that what follows `from_us` is right."""
    return from_us - expression.lookback_us


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


def evaluate(expression: Expression, tracks: Mapping[str, Track], span: Span) -> Track:
    """What holds at `span.from_us` as the first row, then every change up to and including `span.upto_us`.

    `tracks` by the names of the signals, each from `context_us` on. Raises ExpressionError (limit) for a stretch that
    is too long to be held in memory.
    """
    if any(len(track) > TRACK_ROWS_MAX for track in tracks.values()):
        raise ExpressionError("this stretch has too many samples", fault="limit")
    signals = [tracks[name].until(span.upto_us) for name in expression.signals]
    return evaluate_all(expression, signals, Lanes.one(span.upto_us), np.array([span.from_us], dtype=np.int64))


def evaluate_all(expression: Expression, signals: Sequence[Track], lanes: Lanes, from_us: Moments) -> Track:
    """A bundle of what holds at `from_us` of each lane as its first row, then every change up to its end.

    `signals` are bundles in the order of `expression.signals`; the lanes begin `lookback_us` before `from_us`.
    """
    known = dict(zip(expression.signals, signals, strict=True))
    found = _computed(expression.root, known, windows.Span(lanes, from_us))
    return bundles.changes(bundles.since(found, lanes, lanes.placed(from_us)), lanes)


def _computed(part: Bound, known: Mapping[str, Track], span: windows.Span) -> Track:
    if part.signal is not None:
        return known[part.signal]
    if part.value is not None:
        return bundles.everywhere(part.value, span.lanes)
    assert part.function is not None
    behind = windows.Span(span.lanes, span.from_us - part.own_us)
    args = [_computed(arg, known, behind) for arg in part.args]
    if any(arg.lookback_us for arg in part.args) and len(args) > 1:  # else all begin where the lanes do
        args = bundles.evened(args, span.lanes)
    return part.function.compute(args, part.fixed, span)
