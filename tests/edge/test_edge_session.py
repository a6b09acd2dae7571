"""A link's life on a clock that the test owns, with a device that does what the test says."""

from __future__ import annotations

import asyncio
import logging
import random

import pytest
from edge_world import MARK, OFFSET, Store, edge_of
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, DamagedError, InvalidError, LinkError
from dovetail.core.limits import FRAMES_WAITING_MAX
from dovetail.drivers.base import Point
from dovetail.edge.handover import SLACK_US
from dovetail.edge.model import LinkPlan
from dovetail.edge.outbox import Outbox
from dovetail.edge.runtime import EdgeRuntime
from dovetail.edge.session import backoff_s
from dovetail.links.model import ScanPoint
from dovetail.testing.clock import DAY_ZERO_US

HELD = q.GOOD | q.TIME_REANCHORED


async def test_connect_lose_recover(clock, device, caplog):
    caplog.set_level(logging.INFO, logger="dovetail.edge.session")
    store, told = Store(), []
    edge = edge_of(device, store, told)
    await edge.start()
    await clock.advance(2.0)
    device.change(11.0)
    await clock.advance(0.25)  # at 2.25 s; the last proof of life was at 2.0 s
    device.switch_off()
    await clock.advance(20.0)
    device.switch_on()
    await clock.advance(8.0)
    await edge.stop()
    (start, first, change, lost, back) = store.rows()
    assert start == (0.0, None, q.BAD_NOT_CONNECTED)
    assert first == (pytest.approx(0.000001), 10.0, HELD)  # unchanged for an hour: it stands at the connection
    assert change == (2.0, 11.0, q.GOOD)
    assert lost == (pytest.approx(2.000001), None, q.BAD_NOT_CONNECTED)  # at the last good-through, not at detection
    assert 22.25 < back[0] < 27.3
    assert back[1:] == (11.0, HELD)
    assert [(change.name, change.up) for change in told] == [("plc", True), ("plc", False), ("plc", True)]
    assert (told[1].at_us - DAY_ZERO_US) / SECOND_US == lost[0]
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "INFO"]
    assert device.opened == device.closed


async def test_marks_advance_each_second_up_and_down(clock, device):
    store = Store()
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(5.0)
    up_us = edge.status()[0].good_through_us
    assert clock.now_us() - 2 * SECOND_US < up_us <= clock.now_us()
    device.switch_off()
    await clock.advance(10.0)
    assert clock.now_us() - 2 * SECOND_US < edge.status()[0].good_through_us <= clock.now_us()
    await edge.stop()
    marks = [frame.good_through[MARK] for frame in store.frames]
    assert marks == sorted(marks)


async def test_keep_alive_moves_the_mark(clock, device):
    edge = edge_of(device, Store())
    await edge.start()
    await clock.advance(3.4)
    device.keep_alive()
    assert edge.status()[0].good_through_us == clock.now_us() - SLACK_US
    await edge.stop()


async def test_a_device_that_answers_but_reports_no_more(clock, device):
    """It promised a message each second and sends none: values are good as long as that held, not longer."""
    edge = edge_of(device, Store())
    await edge.start()
    await clock.advance(3.0)
    device.keep_alive(next_within_us=SECOND_US)
    promised_us = clock.now_us() + 2 * SECOND_US
    await clock.advance(20.0)
    assert edge.status()[0].good_through_us <= promised_us
    device.keep_alive(next_within_us=SECOND_US)
    assert edge.status()[0].good_through_us == clock.now_us() - SLACK_US
    await edge.stop()


async def test_after_a_crash(clock, device):
    """The first thing said is that nothing was known since the last good-through."""
    store = Store(marks={MARK: DAY_ZERO_US - 60 * SECOND_US})
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(1.0)
    await edge.stop()
    assert store.rows()[0] == (-59.999999, None, q.BAD_NOT_CONNECTED)
    assert store.rows()[1] == (0.0, 10.0, HELD)
    assert {frame.epoch for frame in store.frames} == {7}
    assert [frame.seq for frame in store.frames] == list(range(1, len(store.frames) + 1))


async def test_never_connected_is_said_once(clock, device):
    store, told = Store(), []
    device.switch_off()
    edge = edge_of(device, store, told)
    await edge.start()
    await clock.advance(120.0)
    await edge.stop()
    assert device.opened > 20
    assert [change.up for change in told] == [False]
    assert store.rows() == [(0.0, None, q.BAD_NOT_CONNECTED)]


async def test_what_a_person_must_mend_is_asked_every_half_minute(clock, device):
    device.refuses = "the certificate changed"
    edge = edge_of(device, Store())
    await edge.start()
    await clock.advance(95.0)
    assert device.opened == 4  # at 0, 30, 60 and 90 s
    assert edge.status()[0].cause == "the certificate changed (mend it)"
    await edge.stop()


@pytest.mark.parametrize("seed", range(8))
async def test_back_within_ten_seconds(clock, device, seed):
    store = Store()
    edge = edge_of(device, store, seed=seed)
    await edge.start()
    await clock.advance(15.0)
    device.switch_off()
    await clock.advance(60.0)
    device.switch_on()
    await clock.advance(8.0)
    assert edge.status()[0].up
    await edge.stop()


@given(st.integers(0, 1_000), st.integers(0, 2**32))
def test_back_off_is_jittered_and_bounded(attempt, seed):
    assert 0 < backoff_s(attempt, random.Random(seed)) <= min(5.0, 0.5 * 2 ** min(attempt, 10))


async def test_a_fault_of_a_driver_does_not_end_the_link(clock, device, caplog):
    device.faults.append(ZeroDivisionError("a bug"))
    edge = edge_of(device, Store())
    await edge.start()
    await clock.advance(8.0)
    assert edge.status()[0].up
    await edge.stop()
    assert "the driver failed" in caplog.text


async def test_polled_and_overrun(clock, device):
    """A device that needs 2.5 s for a read of each second: skipped, counted, never queued."""
    store = Store()
    device.read_takes_s = 2.5
    edge = edge_of(device, store, points=(ScanPoint(Point(1, "a", Kind.F64), mode="poll", interval_ms=1000),))
    await edge.start()
    await clock.advance(30.0)
    status = edge.status()[0]
    await edge.stop()
    assert status.up
    assert 8 <= len(store.rows()) - 1 <= 13
    assert status.overruns >= 16


# --- the outbox ------------------------------------------------------------------------------------------------


async def committed(clock, store, *, frames):
    """The sink is called in a thread of its own: let it take that many frames."""
    async with asyncio.timeout(5):
        while len(store.frames) < frames:
            await clock.advance(0.05)
            await asyncio.sleep(0.001)  # real time, for the thread


async def test_frames_of_fifty_milliseconds_share_a_commit(clock, device):
    store = Store()
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(1.0)
    before = edge.delivery()["waiting_frames"] + len(store.frames)
    for value in range(20):
        device.change(float(value))
    await committed(clock, store, frames=before + 20)
    assert max(store.puts) >= 20
    await edge.stop()


@pytest.mark.parametrize(
    "trouble", [LinkError("disk full"), DamagedError("wrong checksum"), OSError("i/o")], ids=["away", "damaged", "disk"]
)
async def test_store_away_and_back_keeps_order(clock, device, trouble):
    store = Store(trouble=trouble)
    edge = edge_of(device, store)
    await edge.start()
    for value in range(5):
        await clock.advance(1.0)
        device.change(float(value))
    assert store.frames == []
    store.trouble = None
    await edge.stop()
    assert [value for _, value, quality in store.rows() if q.is_good(quality)] == [10.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    assert (edge.delivery()["gap_samples"], edge.delivery()["refused_frames"]) == (0, 0)


async def test_a_store_that_does_not_keep_up_is_a_declared_gap(clock, device, caplog):
    store = Store(trouble=LinkError("disk full"))
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(2.0)
    for value in range(FRAMES_WAITING_MAX + 50):
        device.change(float(value))
    await clock.advance(2.0)
    assert not edge.status()[0].up
    assert edge.delivery()["gap_samples"] >= 50
    store.trouble = None
    await edge.stop()
    kept = [row for row in store.rows() if q.is_good(row[2])]
    lost = store.rows()[-1]
    assert lost[2] == q.BAD_NOT_CONNECTED
    assert lost[0] > kept[-1][0], "the gap begins after the last value that was kept"
    seqs = [frame.seq for frame in store.frames]
    assert seqs == sorted(set(seqs))
    assert seqs[-1] - len(seqs) == edge.delivery()["gap_frames"], "each frame lost is a hole that the sink sees"
    said = [(r.name.rpartition(".")[2], r.levelname) for r in caplog.records if "declared gap" in r.getMessage()]
    assert said == [("outbox", "ERROR"), ("session", "WARNING")]


@pytest.mark.parametrize("poisoned", [InvalidError("cannot be stored"), MemoryError()], ids=["wrong", "too large"])
async def test_one_frame_that_cannot_be_stored_does_not_hold_up_the_others(clock, device, poisoned):
    store = Store(poison=13.0, poisoned=poisoned)
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(1.0)
    for value in (12.0, 13.0, 14.0):
        device.change(value)
    await edge.stop()
    assert [value for _, value, quality in store.rows() if q.is_good(quality)] == [10.0, 12.0, 14.0]
    assert edge.delivery()["refused_frames"] == 1


class Cramped(Store):
    """There is no memory for the value 13.0, so often."""

    def __init__(self, times):
        super().__init__(poison=13.0, poisoned=MemoryError())
        self.times = times

    def put(self, frames):
        try:
            super().put(frames)
        except MemoryError:
            self.times -= 1
            self.poison = 13.0 if self.times else None
            raise


@pytest.mark.parametrize(
    "times, kept, refused",  # a try costs two: with the others, and alone
    [(6, [12.0, 13.0, 14.0], 0), (7, [12.0, 13.0, 14.0], 0), (8, [12.0, 14.0], 1)],
    ids=["three tries", "alone it fits", "too large"],
)
async def test_a_frame_that_alone_is_too_much_memory_holds_up_the_others_for_four_tries(clock, times, kept, refused):
    store = Cramped(times)
    outbox = Outbox(store, "edge", clock)
    await outbox.resume([])
    for value in (12.0, 13.0, 14.0):
        outbox.put([Batch.of(Kind.F64, [(1, int(value), value, q.GOOD)])], {MARK: int(value)})
    async with asyncio.timeout(5):
        while outbox.waiting:
            await clock.advance(0.5)
            await asyncio.sleep(0.001)  # real time, for the thread
    await outbox.close(timeout_s=1.0)
    assert ([value for _, value, _ in store.rows()], outbox.counted.refused_frames) == (kept, refused)


async def test_outbox_stops_although_the_store_is_away(clock):
    outbox = Outbox(Store(trouble=LinkError("gone")), "edge", clock)
    outbox._sink.resume("edge", [])
    await outbox.resume([])
    outbox.put([Batch.of(Kind.F64, [(1, 1, 1.0, q.GOOD)])], {MARK: 1})
    await outbox.close(timeout_s=1.0)
    assert outbox.counted.gap_samples == 1


async def test_retired_link_says_so(clock, device):
    store = Store()
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(1.0)
    await edge.reconfigure([])
    assert edge.status() == []
    await edge.stop()
    assert store.rows()[-1][2] == q.BAD_NOT_CONNECTED


def test_two_links_of_one_name_are_refused(clock):
    plan = LinkPlan("plc", "test", {}, MARK, OFFSET)
    with pytest.raises(ConfigError):
        EdgeRuntime([plan, plan], Store(), clock=clock)
