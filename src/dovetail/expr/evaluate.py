"""Compute a checked expression over a stretch of event time: columns in, a column out, the same however it is cut.

Pure. What it says of a moment depends on the signals of `lookback_us` before it and nothing else, so computing in one
piece, in many, again after a restart or anew with a late sample comes to the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.batch import Kind as SampleKind
from dovetail.expr.checking import Bound, Expression
from dovetail.expr.columns import DTYPES, Kind, Status, Track, Values, constant, made, unknown
from dovetail.expr.errors import ExpressionError
from dovetail.expr.limits import ROWS_MAX
from dovetail.expr.windows import Span

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
    if any(len(track) > ROWS_MAX for track in tracks.values()):
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


def track_of(
    kind: Kind,
    ts: NDArray[np.int64],
    value: Values,
    quality: NDArray[np.uint16],
    *,
    valid: NDArray[np.bool_],
    start_us: int,
) -> Track:
    """Samples of one tag, in the order of arrival, as a track from `start_us` on.

    Of several at one moment those said again by ourselves count most, then GOOD ones, then the last to arrive. A number
    that is none is BAD.
    """
    said = quality >> 11
    good = q.good_mask(quality)
    if len(ts) > 1 and not bool((ts[1:] > ts[:-1]).all()):
        order = np.lexsort((good, said, ts))
        keep = np.append(ts[order][1:] != ts[order][:-1], True)
        order = order[keep]
        ts, value, quality, valid = ts[order], value[order], quality[order], valid[order]
    before = int(np.searchsorted(ts, start_us, side="right"))
    first = max(before - 1, 0)
    ts, value, quality, valid = ts[first:], value[first:], quality[first:], valid[first:]
    value = value.astype(DTYPES[kind], copy=False)
    marks = np.where(valid, quality, quality & ~np.uint16(q.MAJOR_MASK)).astype(np.uint16)
    plain = bool(((marks & q.MAJOR_MASK) == q.GOOD).all())
    track = (
        made(ts, value, None if plain else (marks & 0xFF).astype(np.uint16), None)
        if len(ts)
        else unknown(start_us, kind)
    )
    if track.ts[0] > start_us:
        return joined(unknown(start_us, kind), track)
    return track.since(start_us)


def joined(first: Track, then: Track) -> Track:
    """One track after the other."""
    plain = first.quality is None and then.quality is None
    return Track(
        np.concatenate((first.ts, then.ts)),
        np.concatenate((first.value, then.value)),
        None if plain else np.concatenate((first.qualities, then.qualities)),
        None if plain else np.concatenate((first.statuses, then.statuses)),
    )


__all__ = ["KINDS", "Span", "Status", "context_us", "evaluate", "joined", "track_of"]
