"""Samples of many signals and kinds as one run of rows by time, which every form is written from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core.batch import DTYPES, ZEROS, Batch, Column, Kind, Value

TEXTS: Final = frozenset({Kind.STR, Kind.JSON})


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """n samples. Shapes: every column [n]; times int64 µs UTC; `device` equals `ts` where the device said nothing else.

    `kind` is the Kind of each sample; `values` has a column [n] for each kind there is, which counts where `kind` says
    so and `valid` is True; `native` 0 says nothing.
    """

    tag: NDArray[np.int64]
    ts: NDArray[np.int64]
    kind: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    quality: NDArray[np.uint16]
    device: NDArray[np.int64]
    native: NDArray[np.uint32]
    values: dict[Kind, Column] = field(default_factory=dict[Kind, Column])

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Samples:
        """The samples that a mask, an index or a slice selects, in that order."""
        values = {kind: column[which] for kind, column in self.values.items()}
        return Samples(
            self.tag[which], self.ts[which], self.kind[which], self.valid[which], self.quality[which],
            self.device[which], self.native[which], values,
        )  # fmt: skip

    def has(self, kind: Kind) -> NDArray[np.bool_]:
        """Where a sample has a value of this kind."""
        return self.valid & (self.kind == int(kind))

    def numbers(self) -> NDArray[np.float64]:
        """The values as float64 [n], NaN where there is none or it is a text; integers beyond 2^53 lose digits."""
        found = np.full(len(self), np.nan)
        for kind, column in self.values.items():
            if kind not in TEXTS:
                mine = self.has(kind)
                found[mine] = column[mine].astype(np.float64)
        return found

    def plain(self) -> list[Value]:
        """The values as Python has them, None where there is none."""
        found: list[Value] = [None] * len(self)
        for kind, column in self.values.items():
            for at in np.flatnonzero(self.has(kind)).tolist():
                found[at] = column[at].item() if kind not in TEXTS else column[at]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """One signal's buckets in columns of one length: `t0` int64 µs UTC, the four values float64 (NaN: none), counts.

    `held`: a value still stands at the bucket's end; `before`: what stood when the trend began, NaN for nothing.
    """

    tag: int
    t0: NDArray[np.int64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    n: NDArray[np.int64]
    n_good: NDArray[np.int64]
    held: NDArray[np.bool_]
    before: float = np.nan


def samples_of(batches: Sequence[Batch]) -> Samples:
    """Batches, which come in the order of their time, as one run ordered by (ts, tag, arrival)."""

    kind = _whole([np.full(len(batch), int(batch.kind), dtype=np.uint8) for batch in batches], np.uint8)
    values: dict[Kind, Column] = {}
    at = 0
    for batch in batches:
        if batch.kind not in values:
            values[batch.kind] = np.full(len(kind), ZEROS[batch.kind], dtype=DTYPES[batch.kind])
        values[batch.kind][at : at + len(batch)] = batch.value
        at += len(batch)
    found = Samples(
        tag=_whole([batch.tag for batch in batches], np.int64),
        ts=_whole([batch.ts for batch in batches], np.int64),
        kind=kind,
        valid=_whole([batch.valid for batch in batches], np.bool_),
        quality=_whole([batch.quality for batch in batches], np.uint16),
        device=_whole([batch.ts if batch.ts_device is None else batch.ts_device for batch in batches], np.int64),
        native=_whole([_native(batch) for batch in batches], np.uint32),
        values=values,
    )
    return found.take(np.lexsort((found.tag, found.ts)))


def _whole[T: np.generic](parts: list[NDArray[T]], dtype: type[T]) -> NDArray[T]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)


def _native(batch: Batch) -> NDArray[np.uint32]:
    return np.zeros(len(batch), dtype=np.uint32) if batch.native is None else batch.native
