"""A real OPC UA server behind the edge: lost, back, frozen, wrong, and what the store is told of it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from asyncua import ua

from dovetail.core import quality as q
from dovetail.core.batch import Frame, Kind
from dovetail.core.clock import SystemClock
from dovetail.core.sink import Resumed
from dovetail.drivers.base import Point
from dovetail.edge.model import LinkChange, LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint
from dovetail.testing.chaos import NONE, Fault

GOOD_THROUGH, OFFSET = 900, 901
F64, U32, STRING = ua.VariantType.Double, ua.VariantType.UInt32, ua.VariantType.String
INSECURE = {"policy": "None", "insecure": True}
HELD = q.GOOD | q.TIME_REANCHORED


class Store:
    """A sink in memory: keeps frames in order."""

    def __init__(self, marks: Mapping[int, int] | None = None) -> None:
        self.frames: list[Frame] = []
        self.marks = dict(marks or {})
        self.epochs = 0

    def resume(self, _source: str, links: Sequence[int]) -> Resumed:
        self.epochs += 1
        return Resumed(self.epochs, {tag: mark for tag, mark in self.marks.items() if tag in links})

    def put(self, frames: Sequence[Frame]) -> None:
        self.frames.extend(frames)
        for frame in frames:
            self.marks.update(frame.good_through)

    def rows(self, tag: int) -> list[tuple[int, object, int]]:
        """(ts, value, quality) of a tag in the order of arrival."""
        found = [row for frame in self.frames for batch in frame.batches for row in batch.rows()]
        return [(ts, value, quality) for t, ts, value, quality in found if t == tag]

    def last(self, tag: int) -> tuple[object, int]:
        rows = self.rows(tag)
        return (rows[-1][1], rows[-1][2]) if rows else (None, -1)


def link(endpoint: str, *points: ScanPoint, time: str = "auto", **options: object) -> LinkPlan:
    return LinkPlan(
        name="plc",
        driver="opcua",
        options={"endpoint": endpoint, "security": INSECURE, **options},
        good_through_tag=GOOD_THROUGH,
        clock_offset_tag=OFFSET,
        time=time,
        points=points,
    )


def runtime(plan: LinkPlan, store: Store, told: list[LinkChange] | None = None) -> EdgeRuntime:
    told = [] if told is None else told
    return EdgeRuntime([plan], store, clock=SystemClock(), on_link=told.append, rng=random.Random(1))


def scan(tag: int, address: str, kind: Kind = Kind.F64, **how: object) -> ScanPoint:
    return ScanPoint(Point(tag, address, kind), **how)


async def test_port_closed_and_open_again(plc, until, caplog):
    """NO DATA begins at the last good-through; the link comes back by itself and says each way once."""
    caplog.set_level(logging.INFO, logger="dovetail")
    store, told = Store(), []
    await plc.has(speed=(10.0, F64))
    edge = runtime(link(plc.endpoint, scan(1, plc.address("speed"))), store, told)
    await edge.start()
    await until(lambda: store.last(1) == (10.0, HELD))
    await plc.set("speed", 11.0)
    await until(lambda: store.last(1) == (11.0, q.GOOD))
    await plc.switch_off()
    await until(lambda: store.last(1) == (None, q.BAD_NOT_CONNECTED), within_s=5)
    lost_us = store.rows(1)[-1][0]
    assert lost_us == max(frame.good_through[GOOD_THROUGH] for frame in store.frames if not _has_bad(frame)) + 1
    assert all(ts < lost_us for ts, _, _ in store.rows(1)[:-1]), "BAD must end every value that was handed over"
    await asyncio.sleep(1.2)  # real time: the link stays down for longer than a mark
    await plc.switch_on()
    await until(lambda: store.last(1) == (11.0, HELD), within_s=10)
    assert store.rows(1)[-1][0] > lost_us + 1_000_000
    await until(lambda: edge.status()[0].up)
    await edge.stop()
    assert [change.up for change in told] == [True, False, True]
    assert [r.levelname for r in caplog.records if r.name == "dovetail.edge.session"] == ["INFO", "WARNING", "INFO"]


def _has_bad(frame: Frame) -> bool:
    return any(q.BAD_NOT_CONNECTED in batch.quality.tolist() for batch in frame.batches)


async def test_frozen_wire_is_noticed_within_three_seconds(plc, wire, until):
    store = Store()
    await plc.has(speed=(10.0, F64))
    await wire.lay(plc.port)
    edge = runtime(link(f"opc.tcp://127.0.0.1:{wire.port}/", scan(1, plc.address("speed"))), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1)[0] == 10.0)
    frozen_us = SystemClock().now_us()
    await wire.suffer(Fault("pulled"))
    await until(lambda: store.last(1)[1] == q.BAD_NOT_CONNECTED, within_s=3.5)
    assert store.rows(1)[-1][0] <= frozen_us + 100_000, "nothing was good after the wire froze"
    await wire.suffer(NONE)
    await until(lambda: store.last(1) == (10.0, HELD), within_s=10)
    await edge.stop()


async def test_silence_is_not_a_lost_link(plc, until):
    """Nothing changes for three seconds: good-through follows, and no sample is made up."""
    store = Store()
    await plc.has(speed=(10.0, F64))
    edge = runtime(link(plc.endpoint, scan(1, plc.address("speed"))), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and len(store.rows(1)) == 2)  # "not connected yet", and the first value
    rows = len(store.rows(1))
    await asyncio.sleep(3)  # real time
    assert len(store.rows(1)) == rows
    assert SystemClock().now_us() - store.marks[GOOD_THROUGH] < 1_500_000
    marks = [frame.good_through[GOOD_THROUGH] for frame in store.frames]
    assert marks == sorted(marks)
    await edge.stop()


async def test_one_bad_point_spoils_nothing(plc, until):
    store = Store()
    await plc.has(speed=(10.0, F64), name=("cola", STRING), count=(7, U32))
    points = (
        scan(1, plc.address("speed")),
        scan(2, plc.address("nobody-here")),  # no such node
        scan(3, "nsu=urn:other;s=speed"),  # no such namespace
        scan(4, plc.address("name"), Kind.F64),  # a text where a number was promised
        scan(5, plc.address("name"), Kind.STR),
        scan(6, plc.address("count"), Kind.U64, mode="poll", interval_ms=200),
        scan(7, plc.address("nobody-here"), Kind.U64, mode="poll", interval_ms=200),
    )
    edge = runtime(link(plc.endpoint, *points), store)
    await edge.start()
    await until(lambda: edge.status()[0].up)
    await until(lambda: all(store.rows(tag) for tag in range(1, 8)))  # up is said before the values are handed over
    seen = {tag: (store.last(tag)[0], store.last(tag)[1] & 0xFF) for tag in range(1, 8)}
    assert seen == {
        1: (10.0, q.GOOD),
        2: (None, q.BAD_CONFIG),
        3: (None, q.BAD_CONFIG),
        4: (None, q.BAD_DEVICE),
        5: ("cola", q.GOOD),
        6: (7, q.GOOD),
        7: (None, q.BAD_CONFIG),
    }
    assert edge.status()[0].points_bad == 4
    await edge.stop()


async def test_the_device_says_when(plc, until):
    """A change carries the PLC's own time, also when it is told later."""
    store = Store()
    await plc.has(speed=(10.0, F64))
    edge = runtime(link(plc.endpoint, scan(1, plc.address("speed"))), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1)[0] == 10.0)
    await asyncio.sleep(0.3)  # real time: so that the change lies after the connection
    happened = datetime.now(UTC) - timedelta(milliseconds=200)
    await plc.set("speed", 11.0, at=happened)
    await until(lambda: store.last(1) == (11.0, q.GOOD))
    assert store.rows(1)[-1][0] == int(happened.timestamp() * 1e6 + 0.5) // 1
    await edge.stop()


async def test_status_codes_become_qualities(plc, until):
    store = Store()
    await plc.has(speed=(10.0, F64))
    edge = runtime(link(plc.endpoint, scan(1, plc.address("speed"))), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1)[0] == 10.0)
    await plc.set("speed", 12.0, status=0x40900000)
    await until(lambda: store.last(1) == (12.0, q.UNCERTAIN_LAST_KNOWN))
    await plc.set("speed", 12.0, status=0x808B0000)
    await until(lambda: store.last(1) == (None, q.BAD_DEVICE))
    native = [batch.native for frame in store.frames for batch in frame.batches if batch.native is not None]
    assert native[-1].tolist() == [0x808B0000]
    await edge.stop()


async def test_polled_values_stand_at_their_reading(plc, until):
    store = Store()
    await plc.has(speed=(10.0, F64))
    edge = runtime(link(plc.endpoint, scan(1, plc.address("speed"), mode="poll", interval_ms=200)), store)
    await edge.start()
    await until(lambda: len(store.rows(1)) >= 6)
    times = [ts for ts, _, quality in store.rows(1) if quality != q.BAD_NOT_CONNECTED]
    gaps = [later - earlier for earlier, later in pairwise(times[1:])]
    assert all(100_000 < gap < 400_000 for gap in gaps)
    await plc.switch_off()
    await until(lambda: store.last(1)[1] == q.BAD_NOT_CONNECTED, within_s=5)
    await edge.stop()


async def test_after_a_crash_the_gap_is_said_first(plc, until):
    crashed_us = SystemClock().now_us() - 60_000_000
    store = Store({GOOD_THROUGH: crashed_us})
    await plc.has(speed=(10.0, F64))
    edge = runtime(link(plc.endpoint, scan(1, plc.address("speed"))), store)
    await edge.start()
    await until(lambda: store.last(1) == (10.0, HELD))
    assert store.rows(1)[0] == (crashed_us + 1, None, q.BAD_NOT_CONNECTED)
    assert store.rows(1)[1][0] > crashed_us + 59_000_000
    await edge.stop()


async def test_new_plan_touches_only_what_changed(plc, until):
    store, told = Store(), []
    await plc.has(speed=(10.0, F64), count=(7, U32))
    same = link(plc.endpoint, scan(1, plc.address("speed")))
    other = LinkPlan("other", "opcua", same.options, 910, 911, "auto", (scan(2, plc.address("count"), Kind.U64),))
    edge = EdgeRuntime([same, other], store, clock=SystemClock(), on_link=told.append)
    await edge.start()
    await until(lambda: all(status.up for status in edge.status()) and store.last(1) == (10.0, HELD))
    rows = len(store.rows(1))
    more = (*other.points, scan(3, plc.address("speed")))
    await edge.reconfigure([same, LinkPlan("other", "opcua", same.options, 910, 911, "auto", more)])
    await until(lambda: store.last(3) == (10.0, HELD) and store.last(2) == (7, HELD))
    assert len(store.rows(1)) == rows
    await edge.reconfigure([same])
    assert [status.name for status in edge.status()] == ["plc"]
    await until(lambda: store.last(2)[1] == q.BAD_NOT_CONNECTED)
    await edge.stop()


@pytest.mark.parametrize("time, expected", [("auto", "device"), ("gateway", "ours")])
async def test_which_clock_counts(plc, until, time, expected):
    store = Store()
    await plc.has(speed=(10.0, F64))
    edge = runtime(link(plc.endpoint, scan(1, plc.address("speed")), time=time), store)
    await edge.start()
    await until(lambda: edge.status()[0].up and store.last(1)[0] == 10.0)
    await asyncio.sleep(0.6)  # real time
    happened_us = SystemClock().now_us() - 400_000
    await plc.set("speed", 11.0, at=datetime.fromtimestamp(happened_us / 1e6, UTC))
    await until(lambda: store.last(1)[0] == 11.0)
    off_us = abs(store.rows(1)[-1][0] - happened_us)
    assert {"device": off_us < 10, "ours": off_us > 300_000}[expected]
    assert abs(edge.status()[0].clock_offset_us or 0) < 50_000
    assert store.last(OFFSET)[1] == q.GOOD
    await edge.stop()
