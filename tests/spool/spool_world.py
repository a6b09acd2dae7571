"""A historian in memory that can be told to fail, as the spool sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dovetail.core.batch import Batch, Frame, Kind
from dovetail.core.errors import InvalidError, LinkError
from dovetail.core.sink import Resumed
from dovetail.testing.clock import DAY_ZERO_US


@dataclass
class Kept:
    """Takes each frame once, as the historian does."""

    frames: dict[tuple[str, int, int], Frame] = field(default_factory=dict)
    trouble: Exception | None = None
    poison: float | None = None
    puts: int = 0

    def resume(self, _source: str, _links: Sequence[int]) -> Resumed:
        return Resumed(1, {})

    def put(self, frames: Sequence[Frame]) -> None:
        self.puts += 1
        if self.trouble is not None:
            raise self.trouble
        if any(self.poison in batch.value.tolist() for frame in frames for batch in frame.batches):
            raise InvalidError("cannot be stored")
        for frame in frames:
            self.frames.setdefault((frame.source, frame.epoch, frame.seq), frame)

    def values(self) -> list[float]:
        return [row[2] for frame in self.frames.values() for batch in frame.batches for row in batch.rows()]


AWAY = LinkError("away")


def samples(*values: float, tag: int = 1, at_us: int = DAY_ZERO_US) -> list[Batch]:
    return [Batch.of(Kind.F64, [(tag, at_us + n, value, 0xC0) for n, value in enumerate(values)])]
