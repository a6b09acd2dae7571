"""Samples taken apart by tag and put together again: between frames, memory and what is computed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import DTYPES, Batch, Kind
from dovetail.tracks.columns import Track, joined
from dovetail.virtual.memory import Part
from dovetail.virtual.settle import Row


def joined_all(pieces: Sequence[Track]) -> Track:
    """One track after the other."""
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = joined(whole, piece)
    return whole


def by_tag(batch: Batch, wanted: np.ndarray[Any, np.dtype[np.int64]]) -> list[tuple[int, Part]]:
    """The samples of the `wanted` tags (sorted), by tag, in the order given."""
    place = np.searchsorted(wanted, batch.tag)
    place[place == len(wanted)] = 0
    ours = np.flatnonzero(wanted[place] == batch.tag)
    if not len(ours):
        return []
    order = ours[np.argsort(batch.tag[ours], kind="stable")]
    tags = batch.tag[order]
    edges = [0, *(np.flatnonzero(tags[1:] != tags[:-1]) + 1).tolist(), len(order)]
    found: list[tuple[int, Part]] = []
    for start, end in pairwise(edges):
        which = order[start:end]
        found.append(
            (int(tags[start]), (batch.ts[which], batch.value[which], batch.quality[which], batch.valid[which]))
        )
    return found


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
