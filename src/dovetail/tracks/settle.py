"""Make what is kept of a computed tag equal to what it should say: only what differs is put; twice adds nothing.

What was put is never changed. Where it has become wrong (a late sample, another expression) the right value is said
again at the same moment with a higher count (`q.SAID_AGAIN`), and the highest count of a moment is what holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dovetail.core import quality as q
from dovetail.core.limits import SAID_AGAIN_MAX
from dovetail.tracks.bundles import FITTING, Part
from dovetail.tracks.columns import DTYPES, ZEROS, Kind, Track, track_of


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


def track_of_rows(rows: Sequence[Row], kind: Kind) -> Track:
    """The track of which `rows_of` made these rows."""
    ts, value, quality, status = zip(*rows, strict=True)
    column = np.array(value, dtype=DTYPES[kind])
    return Track(
        np.array(ts, dtype=np.int64), column, np.array(quality, dtype=np.uint16), np.array(status, dtype=np.uint8)
    )


def corrections(wanted: Track, held: Sequence[Part], *, before: Track | None, kind: Kind, upto_us: int) -> list[Row]:
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


def _held(held: Sequence[Part], kind: Kind, from_us: int) -> Track | None:
    """What is kept, as a track of its own samples alone."""
    if not held:
        return None
    ts, quality = np.concatenate([part[0] for part in held]), np.concatenate([part[2] for part in held])
    valid = np.concatenate([part[3] for part in held])
    value = np.concatenate([_of_kind(part, kind) for part in held])
    track = track_of(kind, ts, value, quality, valid=valid, start_us=from_us)
    return track if int(ts.min()) <= from_us else track.take(slice(1, None))


def _of_kind(part: Part, kind: Kind) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """The values; those of another kind (the tag was another one once) are none of ours."""
    if part[1].dtype.kind in FITTING[kind]:
        return part[1]
    return np.full(len(part[1]), ZEROS[kind], dtype=DTYPES[kind])


def _counts(held: Sequence[Part]) -> dict[int, int]:
    """How often a moment was said again, by moment; a moment said once has 0."""
    found: dict[int, int] = {}
    for part in held:
        for ts, quality in zip(part[0].tolist(), part[2].tolist(), strict=True):
            found[ts] = max(found.get(ts, 0), quality >> 11)
    return found
