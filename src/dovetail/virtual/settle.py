"""Make what is kept of a computed tag equal to what it should say: only what differs is put; twice adds nothing.

What was put is never changed. Where it has become wrong (a late sample, another expression) the right value is said
again at the same moment with a higher count (`q.SAID_AGAIN`), and the highest count of a moment is what holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import Batch
from dovetail.core.limits import SAID_AGAIN_MAX
from dovetail.tracks.columns import Kind, Track, track_of


class Row(NamedTuple):
    """A sample to be put; `value` is the kind's zero where the quality is BAD."""

    ts_us: int
    value: float | bool | str
    quality: int
    status: int


def rows_of(track: Track) -> list[Row]:
    """Every row of a track as a sample."""
    columns = (track.ts.tolist(), track.value.tolist(), track.qualities.tolist(), track.statuses.tolist())
    return [Row(*row) for row in zip(*columns, strict=True)]


def corrections(wanted: Track, held: Sequence[Batch], *, before: Track | None, kind: Kind, upto_us: int) -> list[Row]:
    """The samples without which the tag would not say `wanted` from its first row up to `upto_us`.

    `held` are the samples kept of that stretch, in their order; `before` what held just before it, None: nothing.
    """
    from_us = int(wanted.ts[0])
    there = _held(held, kind, from_us)
    said = _counts(held)
    now = None if before is None else _face(before, 0)
    there_at = {int(ts): _face(there, i) for i, ts in enumerate(there.ts.tolist())} if there is not None else {}
    moments = sorted({*wanted.ts.tolist(), *there_at})
    rows = wanted.at(np.array(moments, dtype=np.int64))
    needed: list[Row] = []
    for i, row in enumerate(rows_of(rows)):
        now = there_at.get(row.ts_us, now)
        face = _face(rows, i)
        if now == face or row.ts_us > upto_us:
            continue
        count = min(said.get(row.ts_us, -1) + 1, SAID_AGAIN_MAX - 1)
        needed.append(Row(row.ts_us, row.value, row.quality | count * q.SAID_AGAIN, row.status))
        now = face
    return needed


def _face(track: Track, i: int) -> tuple[object, int]:
    quality = int(track.qualities[i]) & 0xFF
    return (
        None if q.is_bad(quality) else track.value[i].item() if track.value.dtype != object else track.value[i]
    ), quality


def _held(held: Sequence[Batch], kind: Kind, from_us: int) -> Track | None:
    """What is kept, as a track of its own samples alone."""
    if not sum(map(len, held)):
        return None
    ts = np.concatenate([batch.ts for batch in held])
    track = track_of(
        kind,
        ts,
        np.concatenate([_of_kind(batch, kind) for batch in held]),
        np.concatenate([batch.quality for batch in held]),
        valid=np.concatenate([batch.valid for batch in held]),
        start_us=from_us,
    )
    return track if int(ts.min()) <= from_us else track.take(slice(1, None))


def _of_kind(batch: Batch, kind: Kind) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """The values; those of another kind (the tag was another one once) are none of ours."""
    fits = {"f": "number", "i": "number", "u": "number", "b": "bool", "O": "text"}.get(batch.value.dtype.kind) == kind
    if fits:
        return batch.value
    zero: dict[Kind, object] = {"number": 0.0, "bool": False, "text": ""}
    return np.full(len(batch), zero[kind], dtype=object if kind == "text" else None)


def _counts(held: Sequence[Batch]) -> dict[int, int]:
    """How often a moment was said again, by moment; a moment said once has 0."""
    found: dict[int, int] = {}
    for batch in held:
        for ts, quality in zip(batch.ts.tolist(), batch.quality.tolist(), strict=True):
            found[ts] = max(found.get(ts, 0), quality >> 11)
    return found
