"""What MQTT tests share: a store in memory, a link plan for a broker, one runtime."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from dovetail.core.batch import Frame, Kind
from dovetail.core.clock import SystemClock
from dovetail.core.sink import Resumed
from dovetail.drivers.base import Point
from dovetail.edge.model import LinkChange, LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint

GOOD_THROUGH, OFFSET = 900, 901
CLEAR = {"tls": False, "insecure": True}


class Store:
    """A sink in memory: keeps frames in order."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.marks: dict[int, int] = {}

    def resume(self, _source: str, links: Sequence[int]) -> Resumed:
        return Resumed(1, {tag: mark for tag, mark in self.marks.items() if tag in links})

    def put(self, frames: Sequence[Frame]) -> None:
        self.frames.extend(frames)
        for frame in frames:
            self.marks.update(frame.good_through)

    def rows(self, tag: int) -> list[tuple[int, object, int]]:
        """(ts, value, quality) of a tag in the order of arrival."""
        found = [row for frame in self.frames for batch in frame.batches for row in batch.rows()]
        return [(ts, value, quality) for t, ts, value, quality in found if t == tag]

    def values(self, tag: int) -> list[object]:
        return [value for _, value, _ in self.rows(tag)]

    def last(self, tag: int) -> tuple[object, int]:
        """Value and OPC quality of the newest by time."""
        rows = sorted(self.rows(tag), key=lambda row: row[0])
        return (rows[-1][1], rows[-1][2] & 0xFF) if rows else (None, -1)


def scan(tag: int, address: str, kind: Kind = Kind.F64, *, scale: float = 1.0, **how: object) -> ScanPoint:
    return ScanPoint(Point(tag, address, kind, scale), **how)


def link(driver: str, port: int, *points: ScanPoint, **options: object) -> LinkPlan:
    where: Mapping[str, object] = {"host": "127.0.0.1", "port": port, "security": CLEAR, **options}
    return LinkPlan("broker", driver, where, GOOD_THROUGH, OFFSET, "auto", points)


def runtime(plan: LinkPlan, store: Store, told: list[LinkChange] | None = None, secret=None) -> EdgeRuntime:
    told = [] if told is None else told
    more = {} if secret is None else {"secret": secret}
    return EdgeRuntime([plan], store, clock=SystemClock(), on_link=told.append, rng=random.Random(1), **more)
