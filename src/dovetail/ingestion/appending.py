"""What an ingest worker does with frames: what the historian does, but for the rest of the plant's memory.

It keeps no unsealed rows, seals nothing and answers no reading. A sample that repeats one it does not know any more is
found when it is sealed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dovetail.core.batch import Frame
from dovetail.core.clock import Clock
from dovetail.core.errors import LinkError
from dovetail.core.sink import Resumed
from dovetail.damage.known import nothing
from dovetail.headlog.head import Head, part
from dovetail.historian.entry import Arrival, Entry
from dovetail.historian.ingest import Ingest
from dovetail.historian.last import LastValues
from dovetail.ingestion.beside import Beside
from dovetail.packing import frames as codec

LOOK_S: Final = 1.0  # how much waits to be sealed is asked so often


class Appender:
    """Frames of the shards whose tokens it holds, into a head that others write too. Thread-safe."""

    def __init__(self, beside: Beside, *, clock: Clock, is_tag: Callable[[int], bool]) -> None:
        self._beside = beside
        self._head = Head(beside)
        last = LastValues(is_tag=is_tag)
        self._entry = Entry(self._head, last, Ingest(last, held=lambda _tags, _ts: [], lost=nothing), clock)
        self._lock = threading.Lock()
        self._tokens: dict[int, int] = {}
        self._looked_s = 0.0

    def own(self, tokens: Mapping[int, int]) -> None:
        """From now on these shards (shard → token); of one that is new, others may have received frames meanwhile."""
        with self._lock:
            for shard, token in tokens.items():
                if self._tokens.get(shard) != token:
                    self._head.forget_received(shard)
            self._tokens = dict(tokens)

    def put(self, arrivals: Sequence[tuple[int, Frame]]) -> None:
        """Make (shard, frame) durable in one commit. Raises LinkError, LostShardError: nothing was kept."""
        self._wait_for_who_seals()
        with self._lock:
            self._beside.tokens = {shard: self._tokens.get(shard, 0) for shard, _ in arrivals}
            self._entry.put([Arrival(frame, part(frame.source, shard)) for shard, frame in arrivals])

    def _wait_for_who_seals(self) -> None:
        if time.monotonic() - self._looked_s < LOOK_S:
            return
        if self._beside.is_overfull():
            raise LinkError(
                "too much waits to be sealed",
                code="historian-unsealed",
                hint="is `dovetail serve` running? It seals them; what comes meanwhile waits in the stream",
            )
        self._looked_s = time.monotonic()

    def held(self, shard: int, numbered: tuple[str, str, int], seqs: Sequence[int]) -> list[int]:
        """Which numbers of (source, lane, epoch) are held in a shard, whoever stored them."""
        source, lane, epoch = numbered
        spans = self._head.received_now((part(source, shard), lane, epoch))
        return [seq for seq in seqs if spans.has(seq)]

    def resume(self, source: str, links: Sequence[int]) -> Resumed:
        """A new epoch for a source, and the last mark of each link that has one."""
        with self._lock:
            self._beside.tokens = {}
            epoch = self._head.next_epoch(source)
        marks, unsealed = self._beside.sealed_marks(links)
        for frame in map(codec.decode, unsealed):
            for tag, mark_us in frame.good_through.items():
                if tag in links:
                    marks[tag] = max(mark_us, marks.get(tag, mark_us))
        return Resumed(epoch, marks)

    def close(self) -> None:
        """Give the connections back; what was accepted is on disk."""
        self._head.close()
