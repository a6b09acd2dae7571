"""Where the edge lays down frames: in process it is the historian's ingest, elsewhere an outbox with an uplink."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dovetail.core.batch import Frame
from dovetail.core.errors import LinkError


@dataclass(frozen=True, slots=True)
class Resumed:
    """What the sink remembers of a source: the epoch to use from now, and per good-through tag the last mark, µs."""

    epoch: int
    good_through: Mapping[int, int]


class LostShardError(LinkError):
    """Another ingest worker owns these shards by now: what came of them is that one's to store."""

    code = "shard-lost"

    def __init__(self, shards: Collection[int]) -> None:
        super().__init__(f"another worker has taken over {', '.join(map(str, sorted(shards)))}")
        self.shards = frozenset(shards)


class Sink(Protocol):
    """Port upward (edge to ingest). Both calls block: the edge makes them in a thread."""

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """Begin a new epoch for `source`; `links` are the good-through tag ids whose last marks are wanted."""
        ...

    def put(self, frames: Sequence[Frame]) -> None:
        """Make the frames durable, all in one commit. Returned means kept; LinkError means not possible now."""
        ...
