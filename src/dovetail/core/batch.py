"""Samples as they travel: columns of one kind of value, and the frame that is stored and acknowledged as one.

A `Batch` is a struct of arrays of one length n. BAD samples have no value: their `valid` is False and the
value column holds the kind's zero. NaN never means "missing". `ts_device` and `native` are present only where
they say something. One-sample objects exist only at the rim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dovetail.core import quality as q
from dovetail.core.errors import InvalidError

type Value = float | int | bool | str | None
type Column = NDArray[np.generic]


class Kind(IntEnum):
    """The kinds of value a batch can carry; the numbers are stored, so they never change."""

    F64 = 1
    I64 = 2
    U64 = 3
    BOOL = 4
    STR = 5
    JSON = 6


DTYPES: Final[dict[Kind, np.dtype[np.generic]]] = {
    Kind.F64: np.dtype(np.float64),
    Kind.I64: np.dtype(np.int64),
    Kind.U64: np.dtype(np.uint64),
    Kind.BOOL: np.dtype(np.bool_),
    Kind.STR: np.dtype(object),
    Kind.JSON: np.dtype(object),
}
ZEROS: Final[dict[Kind, Value]] = {
    Kind.F64: 0.0, Kind.I64: 0, Kind.U64: 0, Kind.BOOL: False, Kind.STR: "", Kind.JSON: "null",
}  # fmt: skip


class Lane(StrEnum):
    """How samples travelled: as they happened, after an outage, or brought in from elsewhere."""

    LIVE = "live"
    BACKLOG = "backlog"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """n samples of one kind. Shapes: every column [n]; times int64 µs UTC; JSON values are serialised text."""

    kind: Kind
    tag: NDArray[np.int64]
    ts: NDArray[np.int64]
    value: Column
    valid: NDArray[np.bool_]
    quality: NDArray[np.uint16]
    ts_device: NDArray[np.int64] | None = None
    native: NDArray[np.uint32] | None = None

    def __post_init__(self) -> None:
        n = len(self.tag)
        # written out: a batch is made at every read of every group
        is_even = len(self.ts) == n and len(self.value) == n and len(self.valid) == n and len(self.quality) == n
        device, native = self.ts_device, self.native
        if not is_even or (device is not None and len(device) != n) or (native is not None and len(native) != n):
            raise InvalidError("the columns of a batch differ in length", code="batch-shape")

    def __len__(self) -> int:
        return len(self.tag)

    @classmethod
    def of(
        cls,
        kind: Kind,
        rows: Iterable[tuple[int, int, Value, int]],
    ) -> Batch:
        """A batch from (tag_id, ts_us, value, quality) rows: for the rim and for tests. A None value is not valid."""
        listed = list(rows)
        values = [ZEROS[kind] if row[2] is None else row[2] for row in listed]
        value = np.array(values, dtype=DTYPES[kind])
        return cls(
            kind=kind,
            tag=np.array([row[0] for row in listed], dtype=np.int64),
            ts=np.array([row[1] for row in listed], dtype=np.int64),
            value=value,
            valid=np.array([row[2] is not None and not q.is_bad(row[3]) for row in listed], dtype=np.bool_),
            quality=np.array([row[3] for row in listed], dtype=np.uint16),
        )

    @classmethod
    def bad(cls, tags: Sequence[int], quality: int, *, at_us: int, kind: Kind = Kind.F64, native: int = 0) -> Batch:
        """One sample without a value for each tag: bad news is data."""
        n = len(tags)
        return cls(
            kind=kind,
            tag=np.array(tags, dtype=np.int64),
            ts=np.full(n, at_us, dtype=np.int64),
            value=np.full(n, ZEROS[kind], dtype=DTYPES[kind]),
            valid=np.zeros(n, dtype=np.bool_),
            quality=np.full(n, quality, dtype=np.uint16),
            native=np.full(n, native, dtype=np.uint32) if native else None,
        )

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Batch:
        """The samples that a mask or an index selects, in that order."""
        return Batch(
            kind=self.kind,
            tag=self.tag[which],
            ts=self.ts[which],
            value=self.value[which],
            valid=self.valid[which],
            quality=self.quality[which],
            ts_device=None if self.ts_device is None else self.ts_device[which],
            native=None if self.native is None else self.native[which],
        )

    def rows(self) -> list[tuple[int, int, Value, int]]:
        """(tag_id, ts_us, value or None, quality) per sample: for the rim and for tests."""
        values = self.value.tolist()
        valid = self.valid.tolist()
        columns = zip(self.tag.tolist(), self.ts.tolist(), values, valid, self.quality.tolist(), strict=True)
        return [(tag, ts, value if ok else None, quality) for tag, ts, value, ok, quality in columns]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What one read or one packet brought: the unit of storing, acknowledging and committing.

    `good_through` maps the tag id of each link's `<connection>.good_through` tag to µs: up to there, the values
    held on that link are true. (source, lane, epoch, seq) names the frame for ever; a repeat is a no-op.

    `ahead` says the same of a lane that does not wait for what was collected before it: from its first µs to its
    second the values are true, but of the time before it something is still on its way.
    """

    source: str
    lane: Lane
    epoch: int
    seq: int
    batches: tuple[Batch, ...] = ()
    good_through: dict[int, int] = field(default_factory=dict[int, int])
    ahead: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])

    def __len__(self) -> int:
        return sum(len(batch) for batch in self.batches)
