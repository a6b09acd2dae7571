"""When a scan class is read: at its phase, never the same deadline twice, and skipped rather than queued."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.edge import poller
from dovetail.links.model import ScanPoint


@pytest.mark.parametrize("now, interval, phase, due", [
    (0, 1000, 300, 300),
    (300, 1000, 300, 1300),  # never the same deadline twice
    (299, 1000, 300, 300),
    (5_000_123, 1000, 0, 5_001_000),
])  # fmt: skip
def test_next_deadline(now, interval, phase, due):
    assert poller.next_deadline_us(now, interval, phase) == due


@given(st.integers(0, 10**12), st.integers(1, 10**9), st.integers(0, 10**9))
def test_deadlines_keep_their_phase(now, interval, phase):
    due = poller.next_deadline_us(now, interval, phase % interval)
    assert now < due <= now + interval
    assert due % interval == phase % interval


@pytest.mark.parametrize("due, finished, expected", [(0, 999, 0), (0, 1000, 1), (0, 3500, 3)])
def test_overruns(due, finished, expected):
    assert poller.missed(due, finished, 1000) == expected


def test_groups_by_interval_fastest_first():
    points = [
        ScanPoint(Point(1, "a", Kind.F64), interval_ms=1000),
        ScanPoint(Point(2, "b", Kind.F64), interval_ms=250),
        ScanPoint(Point(3, "c", Kind.F64), mode="poll", interval_ms=250),
        ScanPoint(Point(4, "d", Kind.F64), interval_ms=1000),
    ]
    found = [(group.interval_ms, [p.tag_id for p in group.points]) for group in poller.groups(points, "subscribe")]
    assert found == [(250, [2]), (1000, [1, 4])]
