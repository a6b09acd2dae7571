"""Compute a checked expression over a stretch of event time: columns in, a column out, the same however it is cut.

Pure. What it says of a moment depends on the signals of `lookback_us` before it and nothing else, so computing in one
piece, in many, again after a restart or anew with a late sample comes to the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping

from dovetail.core.batch import Kind as SampleKind
from dovetail.core.limits import TRACK_ROWS_MAX
from dovetail.expr.checking import Bound, Expression
from dovetail.expr.errors import ExpressionError
from dovetail.tracks.columns import Kind, Track, constant
from dovetail.tracks.windows import Span

KINDS: Mapping[SampleKind, Kind] = {
    SampleKind.F64: "number", SampleKind.I64: "number", SampleKind.U64: "number",
    SampleKind.BOOL: "bool", SampleKind.STR: "text",
}  # fmt: skip


def context_us(expression: Expression, from_us: int) -> int:
    """From where on the signals must be known so that what follows `from_us` is right."""
    return from_us - expression.lookback_us


def evaluate(expression: Expression, tracks: Mapping[str, Track], span: Span) -> Track:
    """What holds at `span.from_us` as the first row, then every change up to and including `span.upto_us`.

    `tracks` by the names of the signals, each from `context_us` on. Raises ExpressionError (limit) for a stretch that
    is too long to be held in memory.
    """
    if any(len(track) > TRACK_ROWS_MAX for track in tracks.values()):
        raise ExpressionError("this stretch has too many samples", fault="limit")
    start_us = context_us(expression, span.from_us)
    known = {name: track.until(span.upto_us) for name, track in tracks.items()}
    found = _computed(expression.root, known, span, start_us)
    return found.since(span.from_us).changes()


def _computed(part: Bound, tracks: Mapping[str, Track], span: Span, start_us: int) -> Track:
    if part.signal is not None:
        return tracks[part.signal]
    if part.value is not None:
        return constant(start_us, part.value)
    assert part.function is not None
    behind = Span(span.from_us - part.own_us, span.upto_us)
    args = [_computed(arg, tracks, behind, start_us) for arg in part.args]
    return part.function.compute(args, part.fixed, span)
