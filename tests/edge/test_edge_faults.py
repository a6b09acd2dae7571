"""What a link does when clocks, devices and this machine itself misbehave; each test says first what must come.

Times are seconds since the start of the test, true time; rows are (time, value, quality) as they would be stored.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from contextlib import suppress
from dataclasses import dataclass

import pytest
from edge_world import MARK, OFFSET, Device, Store, edge_of

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.drivers.base import DriverOptions, DriverSpec, Point
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

MOVED = q.GOOD | q.TIME_REANCHORED
SUBSCRIBED = (ScanPoint(Point(1, "a", Kind.F64)),)
POLLED = (ScanPoint(Point(1, "a", Kind.F64), mode="poll", interval_ms=1000),)


def marks(store: Store) -> list[float]:
    """Every good-through that was handed over."""
    return [
        (frame.good_through[MARK] - DAY_ZERO_US) / SECOND_US for frame in store.frames if MARK in frame.good_through
    ]


def never_back(store: Store) -> bool:
    return all(before <= after for before, after in itertools.pairwise(marks(store)))


# --- the device's clock (SECURITY §1 row 9) ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "off_us", [-HOUR_US, HOUR_US, -300 * SECOND_US, -DAY_ZERO_US + SECOND_US, 12 * 365 * 24 * HOUR_US]
)
async def test_a_plc_that_lives_in_another_time(clock: ManualClock, device: Device, off_us: int) -> None:
    """An hour off, five minutes off, in 1970, in 2038: steady, so its times count, moved to ours and marked.

    0 s up · 10.3 s a change: stored at 10.3 s, marked, its own time beside it · the offset is shown and kept as a tag
    """
    device.off_us = off_us
    store = Store()
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(10.3)
    device.change(11.0)
    await clock.advance(2.0)
    status = edge.status()[0]
    await edge.stop()
    assert store.rows()[-1] == (pytest.approx(10.3, abs=0.001), 11.0, MOVED)
    assert status.clock_offset_us == off_us
    assert store.rows(OFFSET)[1][1] == off_us
    assert never_back(store)


@pytest.mark.parametrize("step_us", [-HOUR_US, HOUR_US, -DAY_ZERO_US])
async def test_a_plc_whose_clock_steps(clock: ManualClock, device: Device, step_us: int) -> None:
    """20.4 s its clock steps · 20.5 s a change, before anybody can know of the step · 21.0 s the next proof sees it.

    The change stands between what was declared good and its receipt (a second at most), never an hour away.
    """
    store = Store()
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(20.4)
    device.off_us = step_us
    await clock.advance(0.1)
    device.change(11.0)
    await clock.advance(1.0)
    device.change(12.0)
    await clock.advance(20.0)
    device.change(13.0)
    await clock.advance(1.0)
    up = edge.status()[0].up
    await edge.stop()
    eleven, twelve, thirteen = store.rows()[-3:]
    assert (eleven[0], twelve[0], thirteen[0]) == (
        pytest.approx(20.0, abs=0.501),
        pytest.approx(21.0, abs=0.501),
        pytest.approx(41.5, abs=0.001),  # steady again: the new offset is subtracted
    )
    assert [row[1:] for row in (eleven, twelve, thirteen)] == [(11.0, MOVED), (12.0, MOVED), (13.0, MOVED)]
    assert up
    assert never_back(store)


async def test_a_plc_whose_clock_jumps_about(clock: ManualClock, device: Device) -> None:
    """Each second another time: nothing to build on, so the time of receipt counts, in the order of arrival."""
    store, rng = Store(), random.Random(7)
    edge = edge_of(device, store)
    await edge.start()
    await clock.advance(3.0)
    for value in range(10):
        device.off_us = rng.randrange(-2 * HOUR_US, 2 * HOUR_US)
        await clock.advance(1.0)
        device.change(float(value))
    await edge.stop()
    rows = [row for row in store.rows() if q.is_good(row[2])][1:]
    assert [row[1] for row in rows] == [float(value) for value in range(10)]
    assert [row[0] for row in rows] == [pytest.approx(4.0 + value, abs=1.0) for value in range(10)]
    assert never_back(store)


# --- our own clock ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [SUBSCRIBED, POLLED])
async def test_our_clock_is_set_forward(clock: ManualClock, device: Device, points: tuple[ScanPoint, ...]) -> None:
    """20.4 s our clock is set forward by an hour · by 21.4 s it is noticed: nobody saw the hour.

    BAD right after the last good-through (20.x s), down with the reason said once; new values stand at 3621 s and
    later; nothing in between, and nothing runs backwards.
    """
    store, told = Store(), []
    edge = edge_of(device, store, told, points=points)
    await edge.start()
    await clock.advance(20.4)
    clock.step(HOUR_US)
    await clock.advance(12.0)
    device.change(11.0)
    await clock.advance(2.0)
    up = edge.status()[0].up
    await edge.stop()
    bad = [row for row in store.rows() if row[2] == q.BAD_NOT_CONNECTED]
    assert len(bad) == 2
    assert 19.0 < bad[1][0] < 20.41
    good = [row for row in store.rows() if q.is_good(row[2])]
    assert [row for row in good if 20.41 < row[0] < 3_620.4] == []
    eleven = next(row for row in good if row[1] == 11.0)
    assert eleven[0] == pytest.approx(3_632.4, abs=1.1)
    assert [change.up for change in told] == [True, False, True]
    assert told[1].cause == "this machine's clock was set forward by 3600 s; the time between is unknown"
    assert up
    assert never_back(store)


@pytest.mark.parametrize("points", [SUBSCRIBED, POLLED])
@pytest.mark.parametrize("back_s", [60, 3600])
async def test_our_clock_is_set_back(clock, device, points: tuple[ScanPoint, ...], back_s: int) -> None:
    """20.4 s our clock is set back: what was written of the time that comes again stays as it is.

    25.4 s a change: it stands right after the last good-through, marked; good-through stands still, the link is up.
    """
    store, told = Store(), []
    edge = edge_of(device, store, told, points=points)
    await edge.start()
    await clock.advance(20.4)
    clock.step(-back_s * SECOND_US)
    await clock.advance(5.0)
    device.change(11.0)
    await clock.advance(2.0)
    held_us = edge.status()[0].good_through_us
    await edge.stop()
    assert held_us is not None
    held_s = (held_us - DAY_ZERO_US) / SECOND_US
    assert held_s == pytest.approx(20.4, abs=1.1)
    eleven = next(row for row in store.rows() if row[1] == 11.0)
    assert eleven == (pytest.approx(held_s, abs=0.001), 11.0, MOVED)
    times = [row[0] for row in store.rows()]
    assert times == sorted(times), "the order of arrival"
    assert [change.up for change in told] == [True]
    assert never_back(store)


@pytest.mark.parametrize("points", [SUBSCRIBED, POLLED])
async def test_a_clock_that_was_set_back_catches_up(clock, device, points: tuple[ScanPoint, ...]) -> None:
    """20.4 s set back by a minute · 90.4 s, which our clock calls 30.4 s, a change: time goes on as always."""
    store = Store()
    edge = edge_of(device, store, points=points)
    await edge.start()
    await clock.advance(20.4)
    clock.step(-60 * SECOND_US)
    await clock.advance(70.0)
    device.change(12.0)
    await clock.advance(2.0)
    good_through_us = edge.status()[0].good_through_us
    await edge.stop()
    twelve = next(row for row in store.rows() if row[1] == 12.0)
    assert twelve[0] == pytest.approx(30.4, abs=0.01)
    assert good_through_us is not None and good_through_us > DAY_ZERO_US + 30 * SECOND_US
    assert never_back(store)


async def test_our_clock_is_set_back_while_the_link_is_down(clock: ManualClock, device: Device) -> None:
    """10 s lost · 20 s our clock goes back an hour · 30 s the device is back: up, after the BAD and not before it."""
    store, told = Store(), []
    edge = edge_of(device, store, told)
    await edge.start()
    await clock.advance(10.0)
    device.switch_off()
    await clock.advance(10.0)
    clock.step(-HOUR_US)
    await clock.advance(10.0)
    device.switch_on()
    await clock.advance(9.0)
    await edge.stop()
    times = [row[0] for row in store.rows()]
    assert times == sorted(times)
    assert [change.up for change in told] == [True, False, True]
    assert told[2].at_us >= told[1].at_us
    assert never_back(store)


async def test_a_promise_is_kept_by_the_monotonic_clock(clock: ManualClock, device: Device) -> None:
    """It owes a message each second. A clock set back by 4 s must not make it owe it 4 s later."""
    edge = edge_of(device, Store())
    await edge.start()
    await clock.advance(5.0)
    device.keep_alive(next_within_us=SECOND_US)
    clock.step(-4 * SECOND_US)
    before_us = edge.status()[0].good_through_us
    await clock.advance(20.0)
    assert edge.status()[0].good_through_us == before_us
    await edge.stop()


# --- this machine stands still (SECURITY §1 row 27) -------------------------------------------------------------


async def test_thirty_seconds_of_standstill_are_a_gap_in_what_is_polled(clock: ManualClock, device: Device) -> None:
    """20 s the process is stopped (SIGSTOP) · 30 s the value changes · 50 s it goes on, and reads.

    BAD_STALE right after the last good-through before 20 s, until 30 s: from then on, says the device's own time of
    the change, the new value has held. 29 or 30 polls are overruns; the link was not down, for the device was not.
    """
    store, told = Store(), []
    edge = edge_of(device, store, told, points=POLLED)
    await edge.start()
    await clock.advance(20.0)
    clock.tick(10 * SECOND_US)
    device.change(11.0)
    clock.tick(20 * SECOND_US)
    await clock.advance(5.0)
    status = edge.status()[0]
    await edge.stop()
    stale = [row for row in store.rows() if row[2] == q.BAD_STALE]
    assert len(stale) == 1
    assert 18.9 < stale[0][0] < 20.01
    after = [row for row in store.rows() if row[0] > stale[0][0]]
    assert {row[1] for row in after} == {11.0}
    assert after[0][0] == 30.0
    assert after[1][0] > 50.0
    assert 29 <= status.overruns <= 30
    assert [change.up for change in told] == [True]
    assert never_back(store)


async def test_standstill_is_no_gap_where_the_device_keeps_the_changes(clock: ManualClock, device: Device) -> None:
    """20 s stopped · 30 s a change, kept by the server · 50 s it is reported: at 30 s, its own time, and no BAD."""
    store, told = Store(), []
    edge = edge_of(device, store, told)
    await edge.start()
    await clock.advance(20.0)
    clock.tick(30 * SECOND_US)
    device.change(11.0, ago_s=20.0)
    await clock.advance(3.0)
    await edge.stop()
    assert store.rows()[-1] == (30.0, 11.0, q.GOOD)
    assert [row for row in store.rows() if q.is_bad(row[2])] == [store.rows()[0]]
    assert [change.up for change in told] == [True]


async def test_an_answer_from_before_the_standstill_is_asked_again(clock: ManualClock, device: Device) -> None:
    """A read is under way when the process is stopped: what it brings is of an unknown moment, and is not kept."""
    store = Store()
    device.read_takes_s = 0.4
    edge = edge_of(device, store, points=POLLED)
    await edge.start()
    await clock.advance(20.0)
    await _until_asked_again(clock, device)
    clock.tick(30 * SECOND_US)
    device.value = 12.0
    await clock.advance(3.0)
    await edge.stop()
    rows = [row for row in store.rows() if row[0] > 20.6 and q.is_good(row[2])]
    assert rows[0][0] > 50.0
    assert {row[1] for row in rows} == {12.0}


async def _until_asked_again(clock: ManualClock, device: Device) -> None:
    before = len(device.asked)
    while len(device.asked) == before:
        await clock.advance(0.05)


# --- slow, hanging and talking nonsense -------------------------------------------------------------------------


@pytest.mark.parametrize("takes_s, reads, overruns", [
    #  an interval of 1 s, 60 s long
    (0.2, 60, 0),
    (1.5, 30, 30),   # every other deadline
    (4.5, 13, 52),
])  # fmt: skip
async def test_a_slow_plc_is_polled_as_it_can(clock, device, takes_s, reads, overruns) -> None:
    store = Store()
    device.read_takes_s = takes_s
    edge = edge_of(device, store, points=POLLED)
    await edge.start()
    await clock.advance(60.0 + takes_s)
    status = edge.status()[0]
    await edge.stop()
    assert status.up
    assert len([row for row in store.rows() if q.is_good(row[2])]) == pytest.approx(reads, abs=2)
    assert status.overruns == pytest.approx(overruns, abs=2)
    assert never_back(store)


async def test_two_groups_share_one_device_fairly(clock: ManualClock, device: Device) -> None:
    """One request at a time: a group each second and one each 0.5 s, 0.3 s a read. Both are read; nothing queues up."""
    points = (
        ScanPoint(Point(1, "a", Kind.F64), mode="poll", interval_ms=500),
        ScanPoint(Point(2, "b", Kind.F64), mode="poll", interval_ms=1000),
    )
    store = Store()
    device.read_takes_s = 0.3
    edge = edge_of(device, store, points=points)
    await edge.start()
    await clock.advance(60.0)
    status = edge.status()[0]
    await edge.stop()
    fast, slow = (len([row for row in store.rows(tag) if q.is_good(row[2])]) for tag in (1, 2))
    assert status.up
    assert 45 <= slow <= 61
    assert 75 <= fast <= 122
    gaps = [after - before for before, after in itertools.pairwise(sorted(device.asked))]
    assert max(gaps) < 1.1
    assert status.overruns + fast == pytest.approx(120, abs=12)


@pytest.mark.parametrize("points, within_s", [(SUBSCRIBED, 15), (POLLED, 65)])
async def test_a_driver_that_waits_for_ever_does_not_hold_its_link(clock, device, points, within_s) -> None:
    """20 s questions vanish, and the driver has no timeout of its own · it is known 15 s later, in a read a minute.

    Our drivers have: each of their requests ends within seconds. This is the net below them.
    """
    told = []
    edge = edge_of(device, Store(), told, points=points)
    await edge.start()
    await clock.advance(20.0)
    device.hangs = True
    await clock.advance(within_s)
    assert [change.up for change in told] == [True, False]
    assert "takes longer than" in told[1].cause
    device.hangs = False
    await clock.advance(25.0)
    assert edge.status()[0].up
    await edge.stop()


@pytest.mark.parametrize("foreign", [77, -1])
async def test_garbage_ends_the_link_and_not_the_edge(clock: ManualClock, device: Device, foreign: int) -> None:
    """An answer that belongs to nobody: the link is made anew, and says why."""
    edge = edge_of(device, Store(), points=POLLED)
    await edge.start()
    await clock.advance(5.0)
    device.foreign = foreign
    await clock.advance(2.0)
    assert not edge.status()[0].up
    assert edge.status()[0].cause == "the answer is of tags that were not asked for"
    device.foreign = None
    await clock.advance(10.0)
    assert edge.status()[0].up
    await edge.stop()


# --- polled beside subscribed -----------------------------------------------------------------------------------


async def test_a_poll_does_not_overtake_what_is_still_to_be_reported(clock: ManualClock, device: Device) -> None:
    """Tag 1 is reported, tag 2 polled each 0.5 s. 10.2 s tag 1 changes; the server reports it 0.4 s later.

    The polls in between must not have moved good-through past 10.2 s: then the change would be late, and undo history.
    """
    points = (ScanPoint(Point(1, "a", Kind.F64)), ScanPoint(Point(2, "b", Kind.F64), mode="poll", interval_ms=500))
    store = Store()
    edge = edge_of(device, store, points=points)
    await edge.start()
    await clock.advance(10.6)
    before_us = edge.status()[0].good_through_us
    device.change(11.0, ago_s=0.4)
    await clock.advance(5.0)
    await edge.stop()
    assert before_us is not None and before_us < DAY_ZERO_US + round(10.2 * SECOND_US)
    assert (10.2, 11.0, q.GOOD) in store.rows(1)
    polled = [row for row in store.rows(2) if q.is_good(row[2])]
    assert len(polled) >= 26
    assert polled == sorted(polled)


# --- a silent unit behind a gateway (demotion) ------------------------------------------------------------------


class GatewayOptions(DriverOptions):
    """Units behind one serial gateway."""

    unit: int

    def wire(self) -> str:
        return "gateway:502"


@dataclass
class Gateway:
    """Units on one serial line, a link each, polled every second; an answer takes 50 ms of the line, silence 1 s."""

    clock: ManualClock
    units: int = 4

    def __post_init__(self) -> None:
        line = asyncio.Lock()
        self.devices = [Device(self.clock, answer_takes_s=0.05, wire_lock=line) for _ in range(self.units)]
        self.store, self.told = Store(), []
        spec = DriverSpec("test", GatewayOptions, "", str, lambda options, _around: self.devices[options.unit])
        links = [
            LinkPlan(f"unit{n}", "test", {"unit": n}, 900 + n, 800 + n, "auto", _polled(n + 1))
            for n in range(self.units)
        ]
        self.edge = EdgeRuntime(
            links, self.store, clock=self.clock, on_link=self.told.append, rng=random.Random(3), drivers=lambda _: spec
        )

    def reads(self, unit: int, from_s: float, to_s: float) -> int:
        rows = self.store.rows(unit + 1)
        return len([row for row in rows if q.is_good(row[2]) and from_s <= row[0] < to_s])


def _polled(tag: int) -> tuple[ScanPoint, ...]:
    return (ScanPoint(Point(tag, "a", Kind.F64), mode="poll", interval_ms=1000),)


@pytest.mark.parametrize("dead", [1, 2, 3])
async def test_silent_units_do_not_starve_their_neighbours(clock: ManualClock, caplog, dead: int) -> None:
    """20 s some of four units fall silent · 120 s they answer again.

    In between the living are read at least four times out of five; the silent are said to be down once, and shown as
    demoted. Each is back after at most 5 s per silent unit, and what its first values take.
    """
    caplog.set_level(logging.WARNING, logger="dovetail.edge.session")
    gateway = Gateway(clock)
    await gateway.edge.start()
    await clock.advance(20.0)
    assert [status.state for status in gateway.edge.status()] == ["up"] * 4
    for device in gateway.devices[:dead]:
        device.silent = True
    await clock.advance(100.0)
    states = [status.state for status in gateway.edge.status()]
    assert states == ["demoted"] * dead + ["up"] * (4 - dead)
    assert [status.demotions for status in gateway.edge.status()] == [1] * dead + [0] * (4 - dead)
    for device in gateway.devices:
        device.silent = False
    await clock.advance(5.0 * dead + 5.0)
    assert [status.state for status in gateway.edge.status()] == ["up"] * 4
    await gateway.edge.stop()  # what was read is in the store now
    assert [unit for unit in range(dead, 4) if gateway.reads(unit, 40, 120) < 64] == []
    ups = [change.up for change in gateway.told if change.name == "unit0"]
    assert ups == [True, False, True]
    said = [record for record in caplog.records if "unit0 is down" in record.getMessage()]
    assert len(said) == 1
    assert "does not answer" in said[0].getMessage()


async def test_one_lost_answer_costs_a_second_not_five(clock: ManualClock) -> None:
    """20 s one unit misses one answer · within two seconds of the end of its silence it is up again."""
    gateway = Gateway(clock)
    await gateway.edge.start()
    await clock.advance(20.0)
    gateway.devices[0].silent = True
    await clock.advance(1.2)
    gateway.devices[0].silent = False
    await clock.advance(3.0)
    assert gateway.edge.status()[0].state == "up"
    await gateway.edge.stop()


async def test_a_silent_device_makes_its_connection_anew_now_and_then(clock: ManualClock, device: Device) -> None:
    """Perhaps it is the link that is dead: after six questions the connection is made anew; still said only once."""
    told = []
    edge = edge_of(device, Store(), told, points=POLLED)
    await edge.start()
    await clock.advance(20.0)
    device.silent = True
    await clock.advance(120.0)
    assert device.opened > 2
    assert [change.up for change in told] == [True, False]
    device.silent = False
    await clock.advance(10.0)
    assert edge.status()[0].up
    await edge.stop()


# --- figures ----------------------------------------------------------------------------------------------------


async def test_figures_of_a_device(clock: ManualClock, device: Device) -> None:
    """Read each second, 0.2 s a read: one read a second, round trips between 0 (proofs) and 200 ms, 0.2 s of lag."""
    device.read_takes_s = 0.2
    edge = edge_of(device, Store(), points=POLLED)
    await edge.start()
    await clock.advance(60.5)
    health = edge.status()[0].health
    await edge.stop()
    assert health.reads_per_s == pytest.approx(1.0, abs=0.11)
    assert health.rtt_p99_us == 200_000
    assert health.rtt_p50_us in (0, 200_000)
    assert health.bad_ratio == 0.0
    assert 200_000 <= health.lag_us <= 210_000


@dataclass
class Deaf(Device):
    """Its library waits for a task of its own to end, and takes our cancellation for that one's."""

    async def close(self) -> None:
        await super().close()
        with suppress(asyncio.CancelledError):
            await self.clock.sleep(5.0)


async def test_a_goodbye_that_takes_our_cancellation_for_its_own_ends_the_link_all_the_same(clock: ManualClock) -> None:
    """The link is lost, and while its driver says goodbye the edge is stopped: it does not begin anew."""
    device = Deaf(clock)
    edge = edge_of(device, Store())
    await edge.start()
    await clock.advance(2.0)
    device.switch_off()
    await clock.advance(1.0)
    assert device.closed == 1
    async with asyncio.timeout(5.0):  # half the time after which a link is asked again
        await edge.stop()
    assert (device.opened, device.closed) == (1, 1)
