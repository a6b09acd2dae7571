"""The pure parts of a link: which clock counts, what to drop, how far values are good."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.errors import LinkError
from dovetail.drivers.base import NO_DEVICE_TIME, Alive, Point
from dovetail.links.clockwatch import ClockWatch
from dovetail.links.deadband import Deadband
from dovetail.links.horizon import Horizon
from dovetail.links.metrics import Metrics
from dovetail.links.model import ScanPoint

S = 1_000_000
NOW = 1_767_592_800 * S


def measured(rule, offsets_s):
    watch = ClockWatch(rule)
    for offset_s in offsets_s:
        watch.measure(Alive(NOW, NOW + 2_000, NOW + 1_000 + round(offset_s * S)))
    return watch


def stamp(watch, device_us):
    stamped = watch.stamp(np.array([device_us]), np.array([NOW]))
    return int(stamped.ts[0]), bool(stamped.moved[0])


@pytest.mark.parametrize("rule, offsets_s, sample_s, expected_s, moved", [
    # rule      device − ours          device says  stored at  bit 8
    ("auto",    [0.0],                  -0.4,       -0.4,      False),  # near and steady: the device's own time
    ("auto",    [1.9] * 5,              1.5,         1.5,      False),
    ("auto",    [-3600] * 5,           -3600.4,     -0.4,      True),   # a PLC on local time: offset subtracted
    ("auto",    [0.0, 0, 0, 0, 3600],   3599.6,      0.0,      True),   # just stepped: unsteady, our time
    ("auto",    [3600] * 5,             3599.6,     -0.4,      True),   # after five seconds it is steady again
    ("auto",    [],                    -0.4,         0.0,      True),   # never measured: our time
    ("auto",    [0.0] * 5,              5.1,         0.0,      True),   # more than 5 s ahead is not believed
    ("auto",    [0.0] * 5,              4.9,         4.9,      False),
    ("device",  [-3600] * 5,           -3600.4,  -3600.4,      False),  # a person said so
    ("device",  [3600] * 5,             3599.6,      0.0,      True),   # but never from the future
    ("gateway", [0.0] * 5,             -0.4,         0.0,      False),
])  # fmt: skip
def test_which_clock_counts(rule, offsets_s, sample_s, expected_s, moved):
    watch = measured(rule, offsets_s)
    assert stamp(watch, NOW + round(sample_s * S)) == (NOW + round(expected_s * S), moved)


def test_absent_device_time_is_ours():
    assert stamp(measured("auto", [-3600] * 5), NO_DEVICE_TIME) == (NOW, False)


def test_offset_is_not_taken_from_a_slow_answer():
    watch = ClockWatch("auto")
    watch.measure(Alive(NOW, NOW + 1_100_000, NOW + 900_000))
    assert watch.offset_us is None


def test_offset_at_the_border_does_not_flap():
    watch = measured("auto", [2.1] * 5)
    assert watch.base == "shifted"
    for _ in range(5):
        watch.measure(Alive(NOW, NOW, NOW + 1_900_000))
    assert watch.base == "shifted"
    for _ in range(5):
        watch.measure(Alive(NOW, NOW, NOW + 1_400_000))
    assert watch.base == "device"


@pytest.mark.parametrize("offset_s, timeline_s", [(0.0, 0.0), (1.0, 1.0), (-1.5, -1.5), (-3600, 0.0)])
def test_marks_stand_on_the_samples_clock(offset_s, timeline_s):
    assert measured("auto", [offset_s] * 5).timeline(NOW) == NOW + round(timeline_s * S)


@given(st.lists(st.floats(-10_000, 10_000), min_size=1, max_size=12), st.sampled_from(["auto", "device", "gateway"]))
def test_nothing_is_stored_from_the_future(offsets_s, rule):
    watch = measured(rule, offsets_s)
    for offset_s in offsets_s:
        ts, _ = stamp(watch, NOW + round(offset_s * S))
        assert ts <= NOW + 5 * S


# --- horizon ---------------------------------------------------------------------------------------------------


def times(horizon, rows, *, seen="reported", read_us=0):
    tag, ts = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return horizon.admit(tag, ts, seen=seen, read_us=read_us).tolist()


def test_old_value_begins_at_the_reading():
    """Unchanged during the outage: its own time lies before BAD, so it stands where it was read again."""
    horizon = Horizon([1, 2], mark_us=100)
    bad_us = horizon.break_off(500)
    assert bad_us == 101
    horizon.advance(500)
    horizon.connect(600)
    assert times(horizon, [(1, 50), (2, 90)]) == [600, 600]
    assert horizon.is_settled


def test_change_after_the_reading_keeps_its_time():
    horizon = Horizon([1], mark_us=100)
    horizon.connect(600)
    assert times(horizon, [(1, 50), (1, 590), (1, 610)]) == [600, 600, 610]


def test_late_first_value_begins_after_the_mark():
    """The BAD of this tag was declared true up to the mark."""
    horizon = Horizon([1, 2], mark_us=100)
    horizon.connect(600)
    assert times(horizon, [(1, 50)]) == [600]
    horizon.advance(900)
    assert times(horizon, [(2, 700)]) == [901]
    assert horizon.unseen() == set()


def test_connection_after_a_mark_of_a_faster_clock():
    horizon = Horizon([1], mark_us=1000)
    horizon.connect(600)
    assert times(horizon, [(1, 50)]) == [1001]


@pytest.mark.parametrize("device_us, stored_us", [
    (850, 950),  # unchanged for long: observed at the reading
    (920, 920),  # changed after the mark: its own time
])  # fmt: skip
def test_polled_value(device_us, stored_us):
    horizon = Horizon([1], mark_us=100)
    horizon.connect(200)
    times(horizon, [(1, 210)])
    horizon.advance(900)
    assert times(horizon, [(1, device_us)], seen="polled", read_us=950) == [stored_us]


def test_marks_never_go_back():
    horizon = Horizon([1], mark_us=100)
    assert [horizon.advance(at) for at in (200, 150, 300)] == [200, 200, 300]


_EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("sample"), st.integers(1, 3), st.integers(0, 2_000)),
        st.tuples(st.just("mark"), st.just(0), st.integers(0, 2_000)),
        st.tuples(st.just("lost"), st.just(0), st.integers(0, 2_000)),
    ),
    max_size=40,
)


class Story:
    """Plays events on a horizon and writes down what would be stored."""

    def __init__(self) -> None:
        self.horizon = Horizon([1, 2, 3], mark_us=500)
        self.horizon.connect(500)
        self.rows: list[tuple[str, int]] = []

    def sample(self, tag: int, at_us: int) -> None:
        (ts,) = times(self.horizon, [(tag, at_us)])
        self.rows.append(("value", ts))
        self.horizon.advance(ts)

    def mark(self, _tag: int, at_us: int) -> None:
        self.horizon.advance(at_us)

    def lost(self, _tag: int, at_us: int) -> None:
        self.rows.append(("bad", self.horizon.break_off(at_us)))
        self.horizon.connect(at_us)


@given(_EVENTS)
def test_bad_ends_every_value_and_every_value_ends_bad(events):
    """Whatever the device's times: BAD lies after each sample before it, and samples after it lie after it."""
    story = Story()
    for what, tag, at_us in events:
        getattr(story, what)(tag, at_us)
    bads = [index for index, (what, _) in enumerate(story.rows) if what == "bad"]
    for index in bads:
        bad_us = story.rows[index][1]
        assert all(ts < bad_us for _, ts in story.rows[:index])
        assert all(ts > bad_us for _, ts in story.rows[index + 1 :])


# --- deadband --------------------------------------------------------------------------------------------------


def kept(deadband, heartbeat_ms, rows):
    band = Deadband([ScanPoint(Point(1, "a", Kind.F64), deadband=deadband, heartbeat_ms=heartbeat_ms)])
    which = band.keep(Batch.of(Kind.F64, [(1, ts, value, quality) for ts, value, quality in rows]))
    return [True] * len(rows) if which is None else which.tolist()


@pytest.mark.parametrize("deadband, heartbeat_ms, rows, expected", [
    (0.0, 0, [(0, 1.0, q.GOOD), (1, 1.0, q.GOOD)], [True, True]),  # off: everything passes
    (0.5, 0, [(0, 1.0, q.GOOD), (1, 1.4, q.GOOD), (2, 1.6, q.GOOD)], [True, False, True]),
    (0.5, 0, [(0, 1.0, q.GOOD), (1, 1.3, q.GOOD), (2, 1.5, q.GOOD), (3, 1.51, q.GOOD)], [True, False, False, True]),
    (0.5, 0, [(0, 1.0, q.GOOD), (1, 1.0, q.UNCERTAIN), (2, 1.0, q.GOOD)], [True, True, True]),  # quality passes
    (0.5, 0, [(0, 1.0, q.GOOD), (1, None, q.BAD), (2, 1.0, q.GOOD)], [True, True, True]),
    (0.5, 1, [(0, 1.0, q.GOOD), (999, 1.0, q.GOOD), (1000, 1.0, q.GOOD)], [True, False, True]),  # heartbeat
    (0.5, 0, [(0, 1.0, q.GOOD), (1, float("nan"), q.GOOD), (2, 1.0, q.GOOD)], [True, True, True]),
])  # fmt: skip
def test_deadband(deadband, heartbeat_ms, rows, expected):
    assert kept(deadband, heartbeat_ms, rows) == expected


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=50), st.floats(0.01, 20))
def test_what_is_held_is_never_further_off_than_the_deadband(values, deadband):
    flags = kept(deadband, 0, [(at, value, q.GOOD) for at, value in enumerate(values)])
    held = None
    for value, flag in zip(values, flags, strict=True):
        held = value if flag else held
        assert abs(held - value) <= deadband


@pytest.mark.parametrize("phase_s", [0.0, 0.4, 0.999])
@pytest.mark.parametrize("looked_s", [30.0, 30.2, 30.5, 30.999])
def test_a_rate_is_of_whole_seconds_whenever_somebody_looks(phase_s: float, looked_s: float) -> None:
    """50 samples in one read each second are 50 a second, and not less because the present one is not over."""
    metrics = Metrics()
    now_us = round(looked_s * S)
    for at_us in range(round(phase_s * S), now_us + 1, S):
        metrics.read(at_us)
        metrics.arrived(at_us, samples=50, bad=0)
    assert (metrics.samples_per_s(now_us), metrics.health(now_us).reads_per_s) == (50.0, 1.0)


def test_a_column_given_again_stands_where_it_stood() -> None:
    """A driver gives the same tags with every read; tags of the same place in memory that are others are seen."""
    horizon = Horizon([1, 2, 3], NOW)
    columns = [np.array(tags, dtype=np.int64) for tags in ([2, 3], [1], [3, 1])]
    for column in columns:
        column.flags.writeable = False
    horizon.connect(NOW)
    admitted: list[list[int]] = []
    for read in (1, 2):
        for column in columns:
            ts = np.full(len(column), NOW + read * S) + column
            admitted.append(
                (horizon.admit(column, ts, seen="polled", read_us=NOW + read * S) - NOW - read * S).tolist()
            )
    assert admitted == [[2, 3], [1], [3, 1]] * 2
    for foreign in (4, 5):
        with pytest.raises(LinkError, match="not asked for"):
            horizon.admit(np.array([foreign]), np.array([NOW]), seen="polled", read_us=NOW)
