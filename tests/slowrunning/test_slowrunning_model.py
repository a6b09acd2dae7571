"""When a machine that runs is too slow: by tables, and what holds whatever it made and whoever asks when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plainly import minutes_of, slow_in

from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.core.shares import shares, split
from dovetail.counting.pieces import Said
from dovetail.ledger.model import JobShare, Slice, TimeClass
from dovetail.ledger.pieces import Pieces
from dovetail.slowrunning.columns import made, minutes
from dovetail.slowrunning.model import PPM, Rules, SlowRule, SlowStretch, is_judged, slow_stretches

RULE = SlowRule(below_ppm=850_000, for_us=300 * SECOND_US)
RATE_UPM = 100.0


@dataclass(frozen=True)
class Count:
    """Pieces in (t0_us, t1_us] as a counter tells of them."""

    t0_us: int
    t1_us: int
    quantity: int
    kind: str = "good"
    spread: bool = False
    origin: str = "counter"
    tag_id: int | None = 1
    job_response_id: str | None = None
    said: Said | None = None


def piece(begin: float, end: float, *, cls: TimeClass = "APT", rate_upm: float | None = RATE_UPM) -> Slice:
    """A slice from one minute to another; production time is Execute, everything else Held."""
    t0_us, t1_us = round(begin * MINUTE_US), round(end * MINUTE_US)
    share = JobShare(None, None, PPM, t1_us - t0_us, Pieces(), rate_upm)
    state = {"APT": "Execute"}.get(cls, "Held")
    return Slice(
        1, t0_us, t1_us, state, "Production", None, external=False, unplanned=False, plan="BUSY", day="2026-01-05",
        shift_id=None, shift_name=None, crew=None, cls=cls, shares=(share,),
    )  # fmt: skip


def by_minute(*pieces: int, begin: int = 0) -> list[Count]:
    """What was made in each minute; a minute without pieces has no record."""
    return [
        Count((begin + n) * MINUTE_US, (begin + n + 1) * MINUTE_US, quantity)
        for n, quantity in enumerate(pieces)
        if quantity
    ]


def in_minutes(found: list[SlowStretch]) -> list[tuple[float, float, int]]:
    """(from, to, pieces) of each stretch."""
    return [(one.t0_us / MINUTE_US, one.t1_us / MINUTE_US, one.produced) for one in found]


SLOW, FULL = [60] * 8, [100] * 10


@pytest.mark.parametrize("slices, made, expected", [
    ([piece(0, 28)],                    FULL + SLOW + FULL,                [(10, 18, 480)]),  # slow at both ends
    ([piece(0, 24)],                    FULL + [60] * 4 + FULL,            []),               # not for long
    ([piece(0, 20)],                    [84] * 20,                         [(0, 20, 1680)]),
    ([piece(0, 20)],                    [85] * 20,                         []),               # as fast as asked
    ([piece(0, 20)],                    [70] * 5 + [99] + [70] * 14,       [(0, 20, 1429)]),  # a good minute
    ([piece(0, 20)],                    [],                                [(0, 20, 0)]),     # runs, makes nothing
    # a stop between two slow runs of four minutes: neither lasts for five
    ([piece(0, 4), piece(4, 6, cls="ADET"), piece(6, 10)], [60] * 4 + [0, 0] + [60] * 4, []),
    ([piece(0, 20, rate_upm=None)],     [10] * 20,                         []),               # no rate
    ([piece(0, 20, cls="AUST")],        [10] * 20,                         []),                # a set-up is no run
    # a slow product: ten of its pieces take 50 minutes, so after five nobody can say
    ([piece(0, 40, rate_upm=0.2)],      [0] * 40,                          []),
    ([piece(0, 60, rate_upm=0.2)],      [0] * 60,                          [(0, 60, 0)]),
    # another product in the middle of a run: each minute is held against its own rate
    ([piece(0, 10), piece(10, 20, rate_upm=50.0)], [100] * 10 + [50] * 10, []),
    ([piece(0, 10), piece(10, 20, rate_upm=50.0)], [60] * 10 + [30] * 10,  [(0, 20, 900)]),
])  # fmt: skip
def test_slow_is_what_stays_below_its_share_for_long_enough(
    slices: list[Slice], made: list[int], expected: list[tuple[float, float, int]]
) -> None:
    assert in_minutes(slow_stretches(slices, by_minute(*made), [(0, RULE)])) == expected


def test_a_rule_holds_from_its_day_on_and_none_says_nothing() -> None:
    made, slices = by_minute(*[60] * 20), [piece(0, 20)]
    assert in_minutes(slow_stretches(slices, made, [(0, None), (10 * MINUTE_US, RULE)])) == [(10, 20, 600)]
    assert slow_stretches(slices, made, [(0, None)]) == []


def test_a_stretch_says_what_it_cost() -> None:
    (one,) = slow_stretches([piece(0, 20)], by_minute(*[60] * 20), [(0, RULE)])
    assert (one.share, one.theoretical_mu, one.lost_us) == (0.6, 2_000_000, 8 * MINUTE_US)


def test_pieces_of_a_cut_stretch_are_shared_out_as_the_ledger_does_it() -> None:
    made, slices = by_minute(*[60] * 20), [piece(0, 20)]
    half = slow_stretches(slices, made, [(0, RULE)], inside=(round(2.5 * MINUTE_US), 4 * MINUTE_US))
    assert in_minutes(half) == [(2.5, 4, 90)]


made_of = st.lists(st.integers(0, 120), min_size=1, max_size=90)
cut_into = st.lists(st.integers(1, 90), max_size=6, unique=True)


def tiled(length: int, cuts: list[int]) -> list[Slice]:
    """Production and stops by turns."""
    edges = sorted({0, length, *(cut for cut in cuts if cut < length)})
    return [piece(t0, t1, cls=("APT", "ADET")[n % 2]) for n, (t0, t1) in enumerate(pairwise(edges))]


@given(made_of, cut_into)
def test_every_stretch_is_slow_lasts_and_lies_in_one_run(made: list[int], cuts: list[int]) -> None:
    slices = tiled(len(made), cuts)
    found = slow_stretches(slices, by_minute(*made), [(0, RULE)])
    runs = [(one.t0_us, one.t1_us) for one in slices if one.cls == "APT"]
    for one in found:
        assert one.share < 0.85
        assert one.elapsed_us >= RULE.for_us
        assert [run for run in runs if run[0] <= one.t0_us and one.t1_us <= run[1]]
        assert one.produced == sum(made[one.t0_us // MINUTE_US : one.t1_us // MINUTE_US])
    assert [one.t0_us for one in found] == sorted(one.t0_us for one in found)


@given(made_of, cut_into, st.integers(0, 90))
def test_the_parts_of_a_period_come_to_the_whole(made: list[int], cuts: list[int], edge: int) -> None:
    slices, counts = tiled(len(made), cuts), by_minute(*made)
    found, end_us = slow_stretches(slices, counts, [(0, RULE)]), len(made) * MINUTE_US
    edge_us = min(edge * MINUTE_US + 7 * SECOND_US, end_us)
    halves = [slow_stretches(slices, counts, [(0, RULE)], inside=one) for one in ((0, edge_us), (edge_us, end_us))]
    parts = [one for half in halves for one in half]
    for what in ("elapsed_us", "produced", "ideal_ns"):
        assert sum(getattr(one, what) for one in parts) == sum(getattr(one, what) for one in found)


@given(made_of, cut_into, st.randoms(use_true_random=False))
def test_the_order_in_which_counts_became_known_says_nothing(made: list[int], cuts: list[int], chance: Random) -> None:
    slices, counts = tiled(len(made), cuts), by_minute(*made)
    shuffled = sorted(counts, key=lambda _: chance.random())
    assert slow_stretches(slices, shuffled, [(0, RULE)]) == slow_stretches(slices, counts, [(0, RULE)])


# --- as columns ----------------------------------------------------------------------------------------------------
moments = st.integers(0, 40 * MINUTE_US // SECOND_US).map(lambda second: second * SECOND_US)
counts_of = st.lists(
    st.builds(
        lambda ends, quantity, kind, spread, job: Count(
            min(ends), max(ends), quantity, kind, spread=spread, job_response_id=job
        ),
        st.tuples(moments, moments),
        st.integers(-20, 900),
        st.sampled_from(("good", "scrap", "rework", "infeed")),
        st.booleans(),
        st.sampled_from((None, "a", "b")),
    ),
    max_size=12,
)
pieces_of = st.lists(
    st.tuples(
        st.integers(1, 10 * 60),  # seconds
        st.sampled_from(("APT", "APT", "APT", "ADET", "NODT")),
        st.sampled_from((((None, 100.0),), (("a", 90.0),), (("a", 120.0), ("b", 40.0)), (("b", None),))),
    ),
    min_size=1,
    max_size=9,
)


def tiled_of(parts: list[tuple[int, TimeClass, tuple[tuple[str | None, float | None], ...]]]) -> list[Slice]:
    """Slices that follow each other, some with two jobs at once."""
    done: list[Slice] = []
    at_us = 0
    for seconds, cls, jobs in parts:
        t1_us = at_us + seconds * SECOND_US
        times = split(t1_us - at_us, ppm := shares([None] * len(jobs)))
        told = zip(jobs, ppm, times, strict=True)
        each = tuple(JobShare(job, job, part, us, Pieces(), rate) for (job, rate), part, us in told)
        bare = piece(at_us / MINUTE_US, t1_us / MINUTE_US, cls=cls)
        state = {"APT": "Execute", "NODT": "NO_DATA"}.get(cls, "Held")
        done.append(replace(bare, state=state, shares=each))
        at_us = t1_us
    return done


@given(pieces_of, counts_of, moments)
def test_columns_say_what_each_minute_says(
    parts: list[tuple[int, TimeClass, tuple[tuple[str | None, float | None], ...]]], counts: list[Count], change: int
) -> None:
    slices, brief = tiled_of(parts), SlowRule(700_000, 120 * SECOND_US)
    rules: Rules = [(0, RULE), (change, brief), (change + 7 * MINUTE_US, None)]
    plain = minutes_of(slices, counts, rules)
    columns = minutes(slices, [is_judged(one) for one in slices], [at_us for at_us, _ in rules])
    what = made(columns, counts)
    assert [columns.part(n) for n in range(len(columns.of))] == [one.part for one in plain]
    assert [*what.produced] == [one.produced for one in plain]
    assert [*what.ideal_ns] == [one.ideal_ns for one in plain]
    found = slow_stretches(slices, counts, rules)
    assert [(one.t0_us, one.t1_us) for one in found] == [*slow_in(slices, counts, rules)]
