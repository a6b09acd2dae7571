"""Drop what did not change enough to matter. Off by default; a heartbeat keeps a still value visible.

Pure state machine. As in OPC UA's absolute deadband (OPC 10000-4 §7.22.2): a value passes when it differs from the last
one that passed by more than the deadband; a change of quality always passes.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import Batch, Kind
from dovetail.links.model import ScanPoint

_NUMBERS = frozenset({Kind.F64, Kind.I64, Kind.U64})
type _Last = tuple[float, int, int]  # value, quality, ts_us of the last sample that passed


class Deadband:
    """The filter of one link; only points with a deadband are looked at."""

    def __init__(self, points: Iterable[ScanPoint]) -> None:
        chosen = [p for p in points if p.deadband > 0 and p.point.kind in _NUMBERS]
        self._band = {p.point.tag_id: (p.deadband, p.heartbeat_ms * 1000) for p in chosen}
        self._last: dict[int, _Last] = {}

    def forget(self) -> None:
        """After a lost link every first value passes."""
        self._last.clear()

    def keep(self, batch: Batch) -> NDArray[np.bool_] | None:
        """bool[n], or None when everything passes (nothing here has a deadband)."""
        if not self._band or batch.kind not in _NUMBERS:
            return None
        columns = zip(batch.tag.tolist(), batch.value.tolist(), batch.quality.tolist(), batch.ts.tolist(), strict=True)
        kept = np.array(
            [self._passes(tag, (value, quality, ts)) for tag, value, quality, ts in columns], dtype=np.bool_
        )
        return None if kept.all() else kept

    def _passes(self, tag: int, sample: _Last) -> bool:
        band = self._band.get(tag)
        if band is None:
            return True
        last = self._last.get(tag)
        if last is not None and _still(last, sample, band):
            return False
        self._last[tag] = sample
        return True


def _still(last: _Last, sample: _Last, band: tuple[float, int]) -> bool:
    """Whether the value stands still; NaN never does, because nothing can be said of it."""
    deadband, heartbeat_us = band
    within = abs(sample[0] - last[0]) <= deadband
    due = heartbeat_us > 0 and sample[2] - last[2] >= heartbeat_us
    return within and sample[1] == last[1] and not due
