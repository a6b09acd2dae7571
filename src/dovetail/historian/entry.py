"""The door of the plant's memory: frames seen before are no frames, and what is kept and counted is one commit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from dovetail.core.batch import Frame
from dovetail.core.clock import Clock
from dovetail.core.errors import RefusedError
from dovetail.core.limits import SEQ_SPANS_MAX
from dovetail.core.spans import Spans
from dovetail.headlog.head import Head, ReceivedKey, Write, told_of
from dovetail.headlog.told import Told
from dovetail.historian.ingest import Accepted, Ingest
from dovetail.historian.last import LastValues
from dovetail.packing import frames as codec


class Arrival(NamedTuple):
    """A frame, and under which name of its source its number is known."""

    frame: Frame
    numbered_by: str


class Entered(NamedTuple):
    """What one commit brought: the rows others had written before, what is kept of ours, and its first number."""

    others: list[tuple[int, bytes]]
    accepted: list[Accepted]
    first_id: int


class Entry:
    """Used by one thread at a time."""

    def __init__(self, head: Head, last: LastValues, ingest: Ingest, clock: Clock) -> None:
        self._head, self._last, self._ingest, self._clock = head, last, ingest, clock

    def put(self, arrivals: Sequence[Arrival]) -> Entered:
        """One durable commit. Raises LinkError: nothing was kept."""
        received: dict[ReceivedKey, Spans] = {}
        counts = defaultdict[tuple[str, str], Counter[str]](Counter)
        accepted, told = list[Accepted](), list[tuple[int | None, Told]]()
        self._ingest.begin()
        try:
            for arrival in arrivals:
                frame = arrival.frame
                count = counts[frame.source, frame.lane.value]
                if not self._first_time(arrival, received):
                    count.update(repeated=1)
                    continue
                taken = self._ingest.accept(frame, now_us=self._clock.now_us())
                of = told_of(frame, taken.blocks, (taken.duplicate, taken.refused))
                count.update({**of.counts(), "expected": len(frame), "frames": 1})
                told.append((None if taken.empty else len(accepted), of))
                accepted += [] if taken.empty else [taken]
            rows = [(taken.stored, codec.encode(taken.frame, taken.blocks)) for taken in accepted]
            others = self._head.append(Write(rows, received, counts, told))
        except BaseException:
            self._last.roll_back()
            raise
        self._last.keep()
        return Entered(others, accepted, self._head.last_id - len(rows) + 1)

    def _first_time(self, arrival: Arrival, received: dict[ReceivedKey, Spans]) -> bool:
        frame = arrival.frame
        key = (arrival.numbered_by, frame.lane.value, frame.epoch)
        spans = received.get(key) or self._head.received(key)
        if spans.has(frame.seq):
            return False
        received[key] = spans.add(frame.seq)
        if len(received[key].ranges) > SEQ_SPANS_MAX:
            raise RefusedError(f"{frame.source} numbers its frames with too many holes", code="frame-order")
        return True
