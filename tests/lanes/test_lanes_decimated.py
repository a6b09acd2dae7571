"""However many records there are, a picture gets as many segments as it has pixels, and none of the time is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.lanes.model import EDITED, PRODUCES, STANDS, VOID, Segments, bucket_of, decimated

KINDS = np.array([PRODUCES, STANDS, VOID, STANDS])


def lane(lasts_us: list[int], looks: list[int], marks: list[int] | None = None, t0_us: int = 1_000) -> Segments:
    """Segments that follow each other."""
    edges = t0_us + np.concatenate(([0], np.cumsum(np.array(lasts_us, dtype=np.int64))))
    look = np.array(looks, dtype=np.int64)
    said = np.zeros(len(look), dtype=np.int64) if marks is None else np.array(marks, dtype=np.int64)
    return Segments(edges[:-1], edges[1:], look, said, np.ones(len(look), dtype=np.int64), KINDS[look])


lanes = st.lists(st.tuples(st.integers(1, 400), st.integers(0, 3), st.integers(0, 31)), min_size=1, max_size=120).map(
    lambda rows: lane([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
)


@given(lanes, st.integers(1, 600))
def test_no_time_no_record_and_no_mark_is_lost(given_lane: Segments, bucket_us: int) -> None:
    found = decimated(given_lane, bucket_us)
    assert (found.t0_us[0], found.t1_us[-1]) == (given_lane.t0_us[0], given_lane.t1_us[-1])
    assert (found.t0_us[1:] == found.t1_us[:-1]).all()
    assert found.n.sum() == len(given_lane)
    assert np.bitwise_or.reduce(found.holds) == np.bitwise_or.reduce(given_lane.holds)
    assert np.bitwise_or.reduce(found.marks) == np.bitwise_or.reduce(given_lane.marks)


@given(lanes, st.integers(1, 600))
def test_what_is_longer_than_a_pixel_stays_as_it_is(given_lane: Segments, bucket_us: int) -> None:
    found = decimated(given_lane, bucket_us)
    long = given_lane.t1_us - given_lane.t0_us >= bucket_us
    kept = dict(zip(found.t0_us.tolist(), zip(found.t1_us, found.look, found.n, strict=True), strict=True))
    for place in np.flatnonzero(long).tolist():
        assert kept[int(given_lane.t0_us[place])] == (given_lane.t1_us[place], given_lane.look[place], 1)


@given(lanes, st.integers(1, 600))
def test_a_pixel_has_at_most_three_segments(given_lane: Segments, bucket_us: int) -> None:
    buckets = (given_lane.t1_us[-1] - given_lane.t0_us[0]) // bucket_us + 2
    assert len(decimated(given_lane, bucket_us)) <= 3 * buckets


def test_what_took_most_of_the_time_is_shown_and_what_it_hides_is_said() -> None:
    several = lane([3, 4, 3, 1, 500], [0, 1, 0, 2, 1], [0, EDITED, 0, 0, 0], t0_us=0)
    found = decimated(several, 100)
    assert found.look.tolist() == [0, 1]  # six of eleven
    assert found.n.tolist() == [4, 1]
    assert found.holds.tolist() == [PRODUCES | STANDS | VOID, STANDS]  # a cut cable is not hidden
    assert found.marks.tolist() == [EDITED, 0]


@pytest.mark.parametrize("from_us, to_us, px, bucket_us", [(0, 1_000, 10, 100), (0, 1_001, 10, 101), (0, 5, 10, 1)])
def test_how_long_a_pixel_is(from_us: int, to_us: int, px: int, bucket_us: int) -> None:
    assert bucket_of(from_us, to_us, px) == bucket_us


def test_a_hundred_thousand_segments_fit_a_screen() -> None:
    lasts_us = np.random.default_rng(7).integers(1, 60_000_000, 100_000)
    found = decimated(lane(lasts_us.tolist(), (np.arange(100_000) % 4).tolist()), int(lasts_us.sum()) // 2_000)
    assert len(found) < 6_100
    assert found.n.sum() == 100_000
