"""What a signal says again is left out, and whoever was not shown it learns when it says something new after all."""

from __future__ import annotations

import numpy as np
import pytest

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.clock import HOUR_US
from dovetail.following.repeats import NEVER_US, Repeats

STATE, MODE, OTHER = 3, 5, 9
READER, NEIGHBOUR = 1, 2


def batch(*rows, kind=Kind.I64, quality=q.GOOD):
    """Samples of (tag, µs, value or None)."""
    return Batch.of(kind, [(tag, ts, value, q.BAD if value is None else quality) for tag, ts, value in rows])


def sifted(repeats, *batches):
    """What is left of them: (tag, µs) rows."""
    left, _ = repeats.sift(batches)
    return [(tag, ts) for one in left for tag, ts in zip(one.tag.tolist(), one.ts.tolist(), strict=True)]


def of_one():
    return Repeats({STATE: (READER,), MODE: (READER,)})


@pytest.mark.parametrize(("said", "then", "left"), [
    # so far                  a sample               is it left in
    ((),                      (STATE, 10, 6),        True),    # nothing was heard of it
    (((STATE, 5, 6),),        (STATE, 10, 6),        False),
    (((STATE, 5, 6),),        (STATE, 10, 11),       True),
    (((STATE, 5, 6),),        (STATE, 10, None),     True),    # BAD is no value
    (((STATE, 5, None),),     (STATE, 10, None),     True),    # nor is it like another
    (((STATE, 5, None),),     (STATE, 10, 6),        True),
    (((STATE, 5, 6),),        (STATE, 5, 6),         True),    # said twice of one moment
    (((STATE, 5, 6),),        (STATE, 4, 6),         True),    # came late
    (((STATE, 5, 6), (STATE, 4, 6)), (STATE, 10, 6), True),    # after one that came late nothing is certain
    (((STATE, 5, 6), (STATE, 6, 11)), (STATE, 10, 11), False),
    (((OTHER, 5, 6),),        (OTHER, 10, 6),        True),    # not followed: a counter, say
    (((STATE, 5, 6),),        (STATE, 5 + HOUR_US, 6), False),
    (((STATE, 5, 6),),        (STATE, 6 + HOUR_US, 6), True),  # who keeps what was at each hour has a sample in it
])  # fmt: skip
def test_what_is_left_out(said, then, left) -> None:
    repeats = of_one()
    for row in said:
        repeats.sift([batch(row)])
    assert sifted(repeats, batch(then)) == ([then[:2]] if left else [])


@pytest.mark.parametrize(("kind", "value", "left"), [
    (Kind.F64, 6.5, False),
    (Kind.F64, float("nan"), True),   # is not even itself
    (Kind.U64, 1 << 63, False),
    (Kind.BOOL, True, False),
    (Kind.STR, "RUN", True),          # texts are told when they change
])  # fmt: skip
def test_what_can_be_held_against_each_other(kind, value, left) -> None:
    repeats = of_one()
    repeats.sift([batch((STATE, 5, value), kind=kind)])
    assert bool(sifted(repeats, batch((STATE, 10, value), kind=kind))) is left
    assert sifted(repeats, batch((STATE, 20, 1), kind=Kind.I64)) == [(STATE, 20)]  # another kind


def test_of_a_frame_the_signals_that_changed_stay() -> None:
    repeats = of_one()
    repeats.sift([batch((MODE, 5, 1), (STATE, 5, 6))])
    assert sifted(repeats, batch((MODE, 6, 1), (OTHER, 6, 7), (STATE, 6, 11))) == [(OTHER, 6), (STATE, 6)]
    assert sifted(repeats, batch((STATE, 7, 11), (STATE, 8, 11), (MODE, 7, 1), (MODE, 8, 2))) == [(MODE, 7), (MODE, 8)]


def test_what_our_own_publishers_say_again_of_a_moment_stays() -> None:
    repeats = of_one()
    repeats.sift([batch((STATE, 5, 6))])
    assert sifted(repeats, batch((STATE, 6, 6), quality=q.GOOD | q.SAID_AGAIN)) == [(STATE, 6)]


def said_until(repeats, last_us, *, since_us=10):
    for ts in range(since_us, last_us + 1, 10):
        repeats.sift([batch((STATE, ts, 6))])


@pytest.mark.parametrize(("late_us", "torn"), [
    (5, False),     # before the first: the next says the same again, and is there
    (10, True),
    (35, True),
    (50, True),
    (55, False),    # comes after all: it is not late
])  # fmt: skip
def test_who_was_not_shown_samples_learns_of_one_among_them(late_us, torn) -> None:
    repeats = Repeats({STATE: (READER, NEIGHBOUR)})
    said_until(repeats, 50)
    repeats.derived(NEIGHBOUR, 50)
    _, asking = repeats.sift([batch((STATE, late_us, 11))])
    assert asking == ({READER} if torn else set())  # the neighbour derives it again, as anything late


def test_what_all_have_derived_needs_no_care() -> None:
    repeats = Repeats({STATE: (READER, NEIGHBOUR)})
    said_until(repeats, 50)
    assert repeats.newest_us(READER) == 50
    repeats.derived(READER, 60)
    assert repeats.newest_us(READER) == 50
    repeats.derived(NEIGHBOUR, 55)
    assert repeats.newest_us(READER) == NEVER_US
    assert repeats.sift([batch((STATE, 35, 11))])[1] == set()


def test_a_stretch_that_ended_is_still_looked_after() -> None:
    repeats = of_one()
    said_until(repeats, 50)
    repeats.sift([batch((STATE, 60, 11)), batch((STATE, 70, 11))])
    assert repeats.sift([batch((STATE, 55, 3))])[1] == set()  # between the two
    assert repeats.sift([batch((STATE, 25, 3))])[1] == {READER}


def test_after_a_correction_the_next_sample_stays_and_who_missed_some_asks() -> None:
    repeats = of_one()
    said_until(repeats, 50)
    assert repeats.doubt(STATE) == {READER}
    assert sifted(repeats, batch((STATE, 60, 6))) == [(STATE, 60)]
    assert repeats.doubt(OTHER) == set()


def test_who_asked_the_historian_missed_nothing_until_then() -> None:
    repeats = Repeats({STATE: (READER, NEIGHBOUR)})
    said_until(repeats, 50)
    repeats.shown(READER)
    assert repeats.sift([batch((STATE, 35, 11))])[1] == {NEIGHBOUR}
    said_until(repeats, 80, since_us=60)  # the first of them is there: it came after one that was late
    assert repeats.sift([batch((STATE, 36, 11))])[1] == {NEIGHBOUR}
    assert repeats.sift([batch((STATE, 75, 11))])[1] == {READER, NEIGHBOUR}


def test_another_plant_knows_what_the_one_before_did() -> None:
    repeats = of_one()
    said_until(repeats, 50)
    after = Repeats({MODE: (READER,), STATE: (READER,), OTHER: (READER,)}, repeats)
    assert sifted(after, batch((STATE, 60, 6), (OTHER, 60, 1))) == [(OTHER, 60)]
    assert after.sift([batch((STATE, 35, 11))])[1] == {READER}


def test_who_reads_a_signal_in_another_plant_only_is_shown_its_next_sample() -> None:
    repeats = of_one()
    said_until(repeats, 50)
    after = Repeats({STATE: (READER, NEIGHBOUR)}, repeats)
    assert sifted(after, batch((STATE, 60, 6))) == [(STATE, 60)]
    assert sifted(after, batch((STATE, 70, 6))) == []


def test_who_missed_something_of_a_signal_that_is_followed_no_more_asks() -> None:
    repeats = Repeats({STATE: (READER,), MODE: (NEIGHBOUR,)})
    said_until(repeats, 50)
    assert repeats.let_go({STATE}) == set()
    assert repeats.let_go({MODE}) == {READER}


def test_the_hours_in_which_samples_were_left_out() -> None:
    repeats = of_one()
    said = np.array([0.2, 0.3, 1.5, 2.0, 2.5]) * HOUR_US
    for ts in said.astype(int).tolist():
        repeats.sift([batch((STATE, ts, 6))])
    assert repeats.hours(READER, 0, 9 * HOUR_US) == [HOUR_US, 2 * HOUR_US, 3 * HOUR_US]
    assert repeats.hours(READER, HOUR_US, int(2.9 * HOUR_US)) == [2 * HOUR_US]
    assert repeats.hours(NEIGHBOUR, 0, 9 * HOUR_US) == []
