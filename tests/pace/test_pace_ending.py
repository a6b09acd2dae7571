"""When a job will be done, from how long such pieces took: a range that rests on the past, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.clock import HOUR_US, MINUTE_US
from dovetail.pace.ending import STRETCHES_MIN, Made, rest_of, when


def hours(*good: int) -> list[Made]:
    """An hour of planned time each, with so many good pieces."""
    return [Made(HOUR_US, pieces) for pieces in good]


STOPPED = Made(HOUR_US, 0)
QUICK = Made(HOUR_US, 600)


@pytest.mark.parametrize("left, past, low_min, mid_min, high_min", [
    (600, hours(*[600] * 10),                 60, 60, 60),      # never a stop: no range
    (60,  hours(*[600] * 10),                 6,  6,  6),
    (6000, hours(*[600] * 10),                600, 600, 600),
    (600, [QUICK] * 10 + [STOPPED, QUICK] * 10, 60, 90, 120),   # half of them had an hour's stop in them
    (600, [QUICK] * 18 + [STOPPED, QUICK] * 2,  60, 60, 66),    # a stop in a tenth of them
])  # fmt: skip
def test_a_range_from_what_such_pieces_took(
    left: int, past: list[Made], low_min: float, mid_min: float, high_min: float
) -> None:
    found = rest_of(left, past)
    assert found is not None
    assert found.low_us == pytest.approx(low_min * MINUTE_US, rel=0.02)
    assert found.mid_us == pytest.approx(mid_min * MINUTE_US, rel=0.02)
    assert found.high_us == pytest.approx(high_min * MINUTE_US, rel=0.02)


@pytest.mark.parametrize("left, past", [
    (600, []),
    (600, hours(7)),                                   # seven pieces: no eight stretches
    (600, [Made(59 * MINUTE_US, 5000)]),               # not an hour of it
    (6001, hours(600)),                                # more than ten times what was ever made of it
    (0, hours(*[600] * 10)),
    (600, [STOPPED] * 10),
])  # fmt: skip
def test_too_little_is_no_range(left: int, past: list[Made]) -> None:
    assert rest_of(left, past) is None


def test_of_much_that_is_left_good_and_bad_luck_evens_out() -> None:
    past = [QUICK] * 10 + [STOPPED, QUICK] * 10
    near, far = rest_of(600, past), rest_of(24_000, past)
    assert near is not None and far is not None
    assert (far.high_us - far.low_us) / far.mid_us < 0.5 * (near.high_us - near.low_us) / near.mid_us
    assert far.mid_us == pytest.approx(40 * 90 * MINUTE_US, rel=0.05)


PAST = st.lists(
    st.builds(Made, st.integers(1, 6 * HOUR_US), st.one_of(st.just(0), st.integers(0, 2000))), min_size=1, max_size=30
)


@given(past=PAST, left=st.integers(1, 30_000))
def test_the_range_is_in_order_and_never_faster_than_the_fastest(past: list[Made], left: int) -> None:
    for found in filter(None, [rest_of(left, past)]):
        fastest = max(one.good / one.busy_us for one in past)
        assert 0 <= found.low_us <= found.mid_us <= found.high_us
        assert found.stretches >= STRETCHES_MIN
        assert found.pieces <= left + 1e-6
        assert found.mid_us >= 0.99 * found.pieces / fastest - 1


@given(past=PAST, left=st.integers(1, 30_000), cut=st.integers(0, 29))
def test_where_the_ledger_is_cut_changes_nothing(past: list[Made], left: int, cut: int) -> None:
    twice = [Made(2 * one.busy_us, 2 * one.good) for one in past]
    at = cut % len(past)
    halves = [*twice[:at], past[at], past[at], *twice[at + 1 :]]
    whole, parted = rest_of(left, twice), rest_of(left, halves)
    assert (whole is None) == (parted is None)
    for one, other in filter(all, [(whole, parted)]):
        assert (one.low_us, one.mid_us, one.high_us) == pytest.approx(
            (other.low_us, other.mid_us, other.high_us), abs=9
        )


@given(past=PAST, left=st.integers(1, 30_000))
def test_twice_as_slow_takes_twice_as_long(past: list[Made], left: int) -> None:
    slow = [Made(2 * one.busy_us, one.good) for one in past]
    for one, other in filter(all, [(rest_of(left, past), rest_of(left, slow))]):
        assert (2 * one.low_us, 2 * one.high_us) == pytest.approx((other.low_us, other.high_us), abs=9)


@dataclass(frozen=True)
class Span:
    t0_us: int
    t1_us: int
    plan: str


SHIFTS = [Span(0, 100, "BUSY"), Span(100, 130, "PLANNED_DOWN"), Span(130, 200, "BUSY"), Span(200, 300, "NOT_PLANNED")]


@pytest.mark.parametrize("from_us, busy_us, at", [
    (0, 50, 50), (0, 100, 100), (0, 101, 131), (60, 50, 140), (110, 10, 140), (0, 170, 200), (0, 171, None),
    (250, 1, None),
])  # fmt: skip
def test_the_end_lies_in_planned_time(from_us: int, busy_us: int, at: int | None) -> None:
    assert when(SHIFTS, from_us, busy_us) == at
