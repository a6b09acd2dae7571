"""The samples that are durable in the head log but not yet in chunks, kept in memory so that reads find them."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from dovetail.core import quality as q
from dovetail.core.batch import Frame, Kind
from dovetail.packing.columns import VALID, Block


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One head row in columns: the frame's own samples, and its good-through marks as samples of the marks' tags."""

    head_id: int
    frame: Frame
    blocks: tuple[Block, ...]
    marks: Block | None
    first_us: int = field(init=False)  # most rows are not of the time that is asked for
    last_us: int = field(init=False)

    def __post_init__(self) -> None:
        times = [block.ts for block in self.all() if len(block)]
        object.__setattr__(self, "first_us", min((int(ts.min()) for ts in times), default=0))
        object.__setattr__(self, "last_us", max((int(ts.max()) for ts in times), default=0))

    def __len__(self) -> int:
        return sum(map(len, self.blocks)) + (0 if self.marks is None else len(self.marks))

    def all(self) -> tuple[Block, ...]:
        """Every block of the row, marks last."""
        return self.blocks if self.marks is None else (*self.blocks, self.marks)


def marks_block(good_through: dict[int, int]) -> Block | None:
    """Good-through marks as samples: the tag of the link, ts = value = mark."""
    if not good_through:
        return None
    marks = np.array(list(good_through.values()), dtype=np.int64)
    tags = np.array(list(good_through), dtype=np.int64)
    return Block(Kind.I64, tags, marks, marks, np.full(len(marks), q.GOOD | VALID, dtype=np.uint32))


def row_of(head_id: int, frame: Frame) -> Row:
    """The row as a restart reads it back from the head log."""
    return Row(head_id, frame, tuple(map(Block.of, frame.batches)), marks_block(frame.good_through))


class Recent:
    """Rows in commit order, all that there are. Thread-safe; a snapshot never changes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)
        self._lock = threading.Lock()
        self.samples = sum(map(len, self._rows))

    def extend(self, rows: list[Row]) -> None:
        """Add rows that have just been committed."""
        with self._lock:
            self._rows.extend(rows)
            self.samples += sum(map(len, rows))

    def snapshot(self) -> list[Row]:
        """The rows of this moment."""
        with self._lock:
            return list(self._rows)

    def after(self, head_id: int, limit: int) -> list[Row] | None:
        """Up to `limit` rows above `head_id`; None when rows above it have already left."""
        with self._lock:
            if not self._rows or head_id < self._rows[0].head_id - 1:
                return None
            start = bisect_right(self._rows, head_id, key=lambda row: row.head_id)
            return self._rows[start : start + limit]

    def drop(self, upto: int) -> None:
        """Forget rows that are in chunks."""
        with self._lock:
            kept = [row for row in self._rows if row.head_id > upto]
            self.samples -= sum(map(len, self._rows[: len(self._rows) - len(kept)]))
            self._rows = kept
