"""What a store would be told of the plant's links, kept in memory for whoever looks at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dovetail.core.batch import Frame
from dovetail.core.sink import Resumed

type Row = tuple[int, object, int]  # ts µs, value, quality


class MemorySink:
    """A sink that keeps frames in the order in which they came."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.marks: dict[int, int] = {}
        self._rows: dict[int, list[Row]] = defaultdict(list)
        self._last: dict[int, Row] = {}

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """Always epoch 1: nobody was here before."""
        return Resumed(1, {tag: mark for tag, mark in self.marks.items() if tag in links})

    def put(self, frames: Sequence[Frame]) -> None:
        """Keep them."""
        self.frames.extend(frames)
        for frame in frames:
            self.marks.update(frame.good_through)
            for batch in frame.batches:
                for tag, ts_us, value, quality in batch.rows():
                    self._keep(tag, (ts_us, value, quality))

    def _keep(self, tag: int, row: Row) -> None:
        self._rows[tag].append(row)
        if tag not in self._last or row[0] >= self._last[tag][0]:
            self._last[tag] = row

    def rows(self, tag: int) -> list[Row]:
        """(ts µs, value, quality) of a tag in the order of arrival."""
        return list(self._rows[tag])

    def last(self, tag: int) -> tuple[object, int]:
        """Value and OPC quality of the newest by time; (None, -1) before the first."""
        _, value, quality = self._last.get(tag, (0, None, -1))
        return value, quality & 0xFF if quality >= 0 else quality
