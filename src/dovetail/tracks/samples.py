"""Samples taken apart by tag and put together again: between frames, memory and what is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, Batch, Kind
from dovetail.tracks.bundles import Part
from dovetail.tracks.columns import Track, joined
from dovetail.tracks.settle import Row


def joined_all(pieces: Sequence[Track]) -> Track:
    """One track after the other."""
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = joined(whole, piece)
    return whole


def by_tag(batch: Batch, wanted: np.ndarray[Any, np.dtype[np.int64]]) -> list[tuple[int, Part]]:
    """The samples of the `wanted` tags (sorted), by tag, in the order given."""
    return [(tag, part) for tag, part, _, _ in spans_by_tag(batch, wanted)]


def spans_by_tag(batch: Batch, wanted: np.ndarray[Any, np.dtype[np.int64]]) -> list[tuple[int, Part, int, int]]:
    """The same with the first and the last moment of each tag's samples, in µs."""
    place = np.searchsorted(wanted, batch.tag)
    place[place == len(wanted)] = 0
    ours = np.flatnonzero(wanted[place] == batch.tag)
    if not len(ours):
        return []
    order = ours[np.argsort(batch.tag[ours], kind="stable")]
    tags = batch.tag[order]
    starts = np.concatenate(([0], np.flatnonzero(tags[1:] != tags[:-1]) + 1))
    ts, value, quality, valid = batch.ts[order], batch.value[order], batch.quality[order], batch.valid[order]
    ends = [*starts[1:].tolist(), len(order)]
    firsts, lasts = np.minimum.reduceat(ts, starts).tolist(), np.maximum.reduceat(ts, starts).tolist()
    found: list[tuple[int, Part, int, int]] = []
    for tag, start, end, first, last in zip(tags[starts].tolist(), starts.tolist(), ends, firsts, lasts, strict=True):
        # copies: a sample that is kept for long must not keep the whole batch
        part = (ts[start:end].copy(), value[start:end].copy(), quality[start:end].copy(), valid[start:end].copy())
        found.append((tag, part, first, last))
    return found


def cut(part: Part, from_us: int, upto_us: int) -> Part:
    """The samples from a moment on, up to and including another."""
    ts, value, quality, valid = part
    which = (ts >= from_us) & (ts <= upto_us)
    return ts[which], value[which], quality[which], valid[which]


def part_of(rows: Sequence[Row], kind: Kind) -> Part:
    """Rows of one tag as they are kept in memory."""
    quality = np.array([row.quality for row in rows], dtype=np.uint16)
    value = np.array([row.value for row in rows], dtype=DTYPES[kind])
    return (
        np.array([row.ts_us for row in rows], dtype=np.int64),
        value,
        quality,
        (quality & q.MAJOR_MASK) != q.BAD,
    )


def batch_of(kind: Kind, rows: Sequence[tuple[int, Row]]) -> Batch:
    """(tag, row) pairs as a batch."""
    ts, value, quality, valid = part_of([row for _, row in rows], kind)
    status = np.array([row.status for _, row in rows], dtype=np.uint32)
    tags = np.array([tag for tag, _ in rows], dtype=np.int64)
    return Batch(kind, tags, ts, value, valid, quality, native=status if status.any() else None)
