"""A device that sends faster than the store keeps: it is read more slowly, and its neighbours notice nothing."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from edge_world import MARK, OFFSET, Device, Store

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.limits import (
    COMMIT_SAMPLES_MAX,
    FRAMES_WAITING_MAX,
    GROUP_COMMIT_S,
    HELD_MAX_S,
    WAITING_HIGH,
    WAITING_LEAST,
)
from dovetail.drivers.base import Alive, DriverOptions, DriverSpec, Notice, Point
from dovetail.drivers.flow import Flow
from dovetail.edge.model import LinkPlan
from dovetail.edge.outbox import Outbox
from dovetail.edge.pressure import CROWDED, FRAME_COSTS, Pressure, weight
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint
from dovetail.testing.clock import ManualClock
from waiting import until

CHUNK = 5_000  # samples that one look at the socket brings
CHUNKS = 100


@dataclass
class Flood:
    """A device that has much to say, and the driver in front of it: what is not read stays in `unsent`."""

    clock: object
    unsent: deque[int] = field(default_factory=deque)
    flow: Flow = field(default_factory=Flow)
    opened: int = 0
    _tell: object = None
    _next: int = 0

    def send(self, chunks: int) -> None:
        self.unsent.extend(range(chunks))
        self._read()

    def _read(self) -> None:
        while self.unsent and not self.flow.is_held and self._tell is not None:
            self.unsent.popleft()
            self._tell(Notice(self.clock.now_us(), (self._chunk(),)))

    def _chunk(self) -> Batch:
        first, self._next = self._next, self._next + CHUNK
        good = np.full(CHUNK, q.GOOD, dtype=np.uint16)
        values = np.arange(first, self._next, dtype=np.float64)
        at_us = self.clock.now_us() + values.astype(np.int64)
        return Batch(Kind.F64, np.ones(CHUNK, np.int64), at_us, values, np.ones(CHUNK, np.bool_), good)

    async def open(self) -> None:
        self.opened += 1

    async def close(self) -> None:
        self._tell = None

    async def probe(self) -> Alive:
        return Alive(self.clock.now_us(), self.clock.now_us())

    async def read(self, points) -> list[Batch]:
        return [Batch.of(Kind.F64, [(point.tag_id, self.clock.now_us(), -1.0, q.GOOD)]) for point in points]

    async def subscribe(self, groups, on_notice) -> None:
        self._tell = on_notice
        with self.flow.followed(lambda: None, self._read):
            self._read()
            await asyncio.Event().wait()


@dataclass
class SlowStore(Store):
    """A store whose commits take until the test lets them end."""

    goes: threading.Event = field(default_factory=threading.Event)
    in_hand: int = 0  # samples of the commit that has begun
    epoch: int = 0

    def resume(self, source, links):
        self.epoch += 1
        return replace(super().resume(source, links), epoch=self.epoch)

    def put(self, frames):
        self.in_hand = sum(map(len, frames))
        self.goes.wait()
        self.in_hand = 0
        super().put(frames)

    def kept(self) -> list[float]:
        values = [batch.value for frame in self.frames for batch in frame.batches if len(batch) == CHUNK]
        return np.concatenate(values).tolist() if values else []


def edge_between(flood: Flood, neighbour: Device, store: Store) -> EdgeRuntime:
    def open_flood(_options, around):
        flood.flow = around.flow
        return flood

    opens = {"flood": open_flood, "polled": lambda _options, _around: neighbour}
    points = {
        "flood": ScanPoint(Point(1, "a", Kind.F64)),
        "polled": ScanPoint(Point(2, "b", Kind.F64), "poll", 100),
    }
    plan = [
        LinkPlan(name, name, {}, MARK + 10 * n, OFFSET + 10 * n, "auto", (points[name],))
        for n, name in enumerate(("flood", "polled"))
    ]
    return EdgeRuntime(
        plan,
        store,
        clock=neighbour.clock,
        rng=random.Random(1),
        drivers=lambda name: DriverSpec(name, DriverOptions, "", str, opens[name]),
    )


async def both_up(edge: EdgeRuntime, clock, store: SlowStore) -> None:
    store.goes.set()
    await edge.start()
    await clock.advance(3.0)
    assert [link.up for link in edge.status()] == [True, True]
    store.goes.clear()


async def drained(edge: EdgeRuntime, clock, flood: Flood) -> None:
    async with asyncio.timeout(90):
        while flood.unsent or edge.delivery()["waiting_frames"]:
            await clock.advance(0.02)
            await asyncio.sleep(0.002)  # the store has a thread, whose time is not the test's


async def test_what_comes_faster_than_it_is_kept_waits_in_the_device(clock, device, caplog):
    flood, store = Flood(clock), SlowStore()
    edge = edge_between(flood, device, store)
    await both_up(edge, clock, store)
    polled = len(device.asked)
    flood.send(CHUNKS)
    await clock.advance(5.0)
    read = CHUNKS - len(flood.unsent)
    assert WAITING_HIGH - CHUNK <= read * CHUNK <= WAITING_HIGH, "the reader stops at the mark"
    assert len(device.asked) - polled >= 45, "the neighbour is polled as ever"
    status, neighbour = edge.status()
    assert status.up and neighbour.up and neighbour.overruns == 0
    assert status.health.held_ratio > 0.06 and neighbour.health.held_ratio == 0.0
    good_us = status.good_through_us
    await clock.advance(2.0)
    assert edge.status()[0].good_through_us == good_us, "nothing proves what lies unread"
    assert edge.status()[1].good_through_us > good_us
    store.goes.set()
    await drained(edge, clock, flood)
    assert max(store.puts) <= COMMIT_SAMPLES_MAX // FRAME_COSTS, "commits stay short"
    await edge.stop()
    assert store.kept() == [float(n) for n in range(CHUNKS * CHUNK)], "nothing is lost, doubled or out of order"
    assert edge.delivery()["gap_samples"] == 0
    assert flood.opened == 1
    said = [record.getMessage() for record in caplog.records if "more slowly" in record.getMessage()]
    assert said == ["flood sends more than can be kept: it is read more slowly"]


async def test_held_for_too_long_is_a_declared_gap_and_comes_back(clock, device):
    flood, store = Flood(clock), SlowStore()
    edge = edge_between(flood, device, store)
    await both_up(edge, clock, store)
    flood.send(CHUNKS)
    good_us = edge.status()[0].good_through_us
    await clock.advance(HELD_MAX_S + 2.5)
    status, neighbour = edge.status()
    assert (status.state, status.since_us) == ("down", good_us + 1), "BAD from the last moment that was good"
    assert "the store does not keep up" in status.cause
    assert neighbour.up
    assert flood.opened == 1, "while there is no room it is not connected anew"
    store.goes.set()
    await drained(edge, clock, Flood(clock))
    await clock.advance(8.0)
    assert edge.status()[0].up
    await drained(edge, clock, flood)
    await edge.stop()
    assert edge.delivery()["gap_samples"] == 0
    assert store.kept() == [float(n) for n in range(CHUNKS * CHUNK)]


async def test_a_frame_goes_at_once_and_what_comes_within_50_ms_of_it_shares_the_next_commit(clock):
    store = SlowStore()
    store.goes.set()
    outbox, flood = Outbox(store, "edge", clock), Flood(clock)
    await outbox.resume([])
    outbox.put([flood._chunk()], {MARK: clock.now_us()})
    await until(lambda: len(store.frames) == 1)
    for _ in range(2):
        await clock.advance(GROUP_COMMIT_S / 4)
        outbox.put([flood._chunk()], {MARK: clock.now_us()})
    await clock.advance(GROUP_COMMIT_S / 4)
    assert len(store.frames) == 1
    await clock.advance(GROUP_COMMIT_S / 4)
    await until(lambda: len(store.frames) == 3)
    await clock.advance(2 * GROUP_COMMIT_S)
    outbox.put([flood._chunk()], {MARK: clock.now_us()})
    await until(lambda: len(store.frames) == 4)
    await outbox.close(timeout_s=1)


async def filled(clock: ManualClock) -> tuple[SlowStore, Outbox]:
    """Thirty chunks wait, and the store has begun with the first of them."""
    store = SlowStore()
    outbox = Outbox(store, "edge", clock)
    await outbox.resume([])
    flood = Flood(clock)
    for _ in range(30):
        outbox.put([flood._chunk()], {MARK: clock.now_us()})
    await until(lambda: store.in_hand)
    return store, outbox


async def test_a_stop_says_truly_what_was_not_stored(clock, caplog):
    store, outbox = await filled(clock)
    await outbox.close(timeout_s=0.05)
    given = COMMIT_SAMPLES_MAX
    assert outbox.counted.gap_samples == 30 * CHUNK
    assert caplog.records[-1].getMessage() == (
        f"stopped with {30 * CHUNK} samples of which nobody said that they are safe: a gap,"
        f" though {given} of them may still be written"
    )
    store.goes.set()
    await until(lambda: store.frames)
    assert len(store.kept()) == given


async def test_a_stop_hands_over_all_that_was_read(clock):
    store, outbox = await filled(clock)
    asyncio.get_running_loop().call_later(0.02, store.goes.set)
    await outbox.close(timeout_s=10.0)
    assert store.kept() == [float(n) for n in range(30 * CHUNK)]
    assert (outbox.counted.gap_samples, outbox.counted.samples) == (0, 30 * CHUNK)


async def test_a_change_of_the_plant_does_not_wait_for_a_flood_to_end(clock, device):
    flood, store = Flood(clock), SlowStore()
    edge = edge_between(flood, device, store)
    await both_up(edge, clock, store)
    store.goes.set()
    flood.send(CHUNKS)
    changing = asyncio.create_task(edge._resume([]))
    await asyncio.sleep(0)
    assert flood.flow.is_held
    await drained(edge, clock, flood)
    await changing
    assert not flood.flow.is_held
    await edge.stop()
    assert store.kept() == [float(n) for n in range(CHUNKS * CHUNK)]


MANY = 50  # links that bring a value each, ten times a second


def edge_of_many(clock: ManualClock, store: SlowStore) -> EdgeRuntime:
    """As many devices of one tag, and nothing that any of them alone would be held for."""
    plan = [
        LinkPlan(
            f"polled-{n:03}", "polled", {}, MARK + 10 * n, OFFSET + 10 * n, "auto",
            (ScanPoint(Point(10_000 + n, "b", Kind.F64), "poll", 100),),
        )
        for n in range(MANY)
    ]  # fmt: skip
    spec = DriverSpec("polled", DriverOptions, "", str, lambda _options, _around: Device(clock))
    return EdgeRuntime(plan, store, clock=clock, rng=random.Random(1), drivers=lambda _name: spec)


async def test_many_that_bring_little_are_all_read_more_slowly_and_none_goes_down(clock, caplog):
    store = SlowStore()
    store.goes.set()
    edge = edge_of_many(clock, store)
    await edge.start()
    await clock.advance(3.0)
    store.goes.clear()
    await clock.advance(9.0)  # three times what may wait
    assert CROWDED <= edge.delivery()["waiting_frames"] <= CROWDED + MANY
    assert [link.name for link in edge.status() if not link.up] == []
    assert all(link.overruns > 20 for link in edge.status()), "reads were skipped, and that is counted"
    store.goes.set()
    await drained(edge, clock, Flood(clock))
    skipped = [link.overruns for link in edge.status()]
    await clock.advance(0.5)
    assert [link.overruns for link in edge.status()] == skipped, "and each is read at its own pace again"
    await edge.stop()
    assert edge.delivery()["gap_frames"] == 0
    said = [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
    assert [text.partition(":")[0] for text in said] == ["the store does not keep up", "the store keeps up again"]


async def test_a_store_that_stays_away_takes_all_links_down_once_and_they_wait_for_it(clock):
    store = SlowStore()
    store.goes.set()
    edge = edge_of_many(clock, store)
    await edge.start()
    await clock.advance(3.0)
    store.goes.clear()
    await clock.advance(HELD_MAX_S + 5.0)
    assert {link.state for link in edge.status()} == {"down"}
    assert "the store does not keep up" in edge.status()[0].cause
    waiting = edge.delivery()["waiting_frames"]
    await clock.advance(20.0)
    assert edge.delivery()["waiting_frames"] == waiting <= FRAMES_WAITING_MAX, "who waits adds nothing"
    store.goes.set()
    await drained(edge, clock, Flood(clock))
    await clock.advance(8.0)
    assert [link.name for link in edge.status() if not link.up] == []
    await edge.stop()
    assert edge.delivery()["gap_frames"] == 0


def _frame(*batches: Batch) -> Frame:
    return Frame("edge", Lane.LIVE, 1, 1, batches, {MARK: 1})


@pytest.mark.parametrize("batches, costs", [
    ((), FRAME_COSTS),                                                           # only a mark
    ((Batch.of(Kind.F64, [(1, n, 1.0, q.GOOD) for n in range(10)]),), FRAME_COSTS),
    ((Batch.of(Kind.F64, [(1, n, 1.0, q.GOOD) for n in range(1_000)]),), 1_000),
    ((Batch.of(Kind.STR, [(1, n, "x" * 32_000, q.GOOD) for n in range(10)]),), FRAME_COSTS + 10_000),
])  # fmt: skip
def test_what_a_frame_costs(batches, costs):
    assert weight(_frame(*batches)) == costs


@pytest.mark.parametrize("waiting, held", [
    #  what waits of each link                          which are held
    ([WAITING_HIGH - 1], []),
    ([WAITING_HIGH], [0]),
    ([WAITING_HIGH // 2, WAITING_HIGH // 2], [1]),                 # two greedy links share the room
    ([WAITING_HIGH, WAITING_LEAST, WAITING_LEAST], [0]),           # who brings little is never held
    ([WAITING_LEAST] * 50, []),
])  # fmt: skip
def test_who_is_held(waiting, held):
    pressure = Pressure()
    for link, cost in enumerate(waiting):
        pressure.came(link, cost)
    assert [link for link in range(len(waiting)) if pressure.flow(link).is_held] == held
