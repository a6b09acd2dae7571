"""What one more reading of a counter means: every way in which real counters misbehave, as a table."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.states.counters import HERE, Counted, Memory, read, step
from dovetail.states.model import CounterRule
from dovetail.tracks.series import Series
from shortcuts import examples

TAG = 3
U16 = 65_536
U32 = 4_294_967_296
RULE = CounterRule("good", TAG, modulus=U16, max_rate_upm=60, scans_us=2 * SECOND_US)
FREE = CounterRule("good", TAG)  # nobody said where it rolls over or how fast the machine can be


@pytest.mark.parametrize("case, rule, before, after, seconds, counted, held, stands_at", [
    # case                         rule  before    after     after s  counted  held     stands at
    ("one more",                   RULE, 10,       11,       1,       1,       None,    11),
    ("nothing new",                RULE, 10,       10,       1,       0,       None,    10),
    ("a minute's worth",           RULE, 10,       70,       60,      60,      None,    70),
    ("as many as possible",        RULE, 10,       73,       60,      63,      None,    73),     # two scans of jitter
    ("one more than possible",     RULE, 10,       74,       60,      0,       "jump",  74),
    ("jump of a preset",           RULE, 10,       50_000,   60,      0,       "jump",  50_000),
    ("no rate known: no jump",     FREE, 10,       50_000,   1,       49_990,  None,    50_000),
    ("rolls over at 65536",        RULE, 65_530,   4,        15,      10,      None,    4),
    ("rolls over to zero",         RULE, 65_535,   0,        1,       1,       None,    0),
    ("reset to zero",              RULE, 500,      0,        1,       0,       None,    0),
    ("reset, then 2 pieces",       RULE, 500,      2,        2,       2,       None,    2),
    ("reset after an hour",        RULE, 40_000,   3_000,    3_600,   3_000,   None,    3_000),
    ("reset of a young counter",   RULE, 5,        2,        4,       2,       None,    2),
    ("a step back, corrected",     RULE, 1_000,    998,      1,       0,       None,    1_000),
    ("a step back, late",          RULE, 1_000,    998,      600,     0,       None,    1_000),
    ("another, lower counter",     RULE, 60_000,   30_000,   10,      0,       "swap",  30_000),
    ("no rate: rolls over",        replace(FREE, modulus=U32), U32 - 3, 2, 1, 5, None,  2),
    ("no rate: reset",             FREE, 500,      20,       1,       20,      None,    20),
    ("no rate: another counter",   FREE, 500,      400,      1,       0,       "swap",  400),
])  # fmt: skip
def test_a_reading_after_a_good_one(case, rule, before, after, seconds, counted, held, stands_at):
    at_us = seconds * SECOND_US
    memory, told = step(rule, Memory(TAG, before, 0), after, at_us)
    assert (told.quantity, told.odd and told.odd.cause, memory) == (counted, held, Memory(TAG, stands_at, at_us)), case


def test_a_held_jump_says_between_what_and_what():
    _, told = step(RULE, Memory(TAG, 10, 0), 50_000, MINUTE_US)
    odd = told.odd
    assert (odd.counter, odd.tag, odd.t0_us, odd.t1_us) == ("good", TAG, 0, MINUTE_US)
    assert (odd.before, odd.after, odd.quantity, odd.cause) == (10, 50_000, 49_990, "jump")


def test_the_first_reading_counts_nothing():
    assert step(RULE, None, 12_345, 7) == (Memory(TAG, 12_345, 7), Counted())


def told(rule, rows, memory=None):
    counts = read(rule, memory, Series.of(rows))
    return list(zip(counts.ts.tolist(), counts.quantity.tolist(), counts.since.tolist(), strict=True))


def test_a_step_back_counts_again_only_past_the_old_mark():
    rows = [(second * SECOND_US, value) for second, value in enumerate([998, 1_000, 998, 999, 1_000, 1_001])]
    assert told(RULE, rows) == [(SECOND_US, 2, HERE), (5 * SECOND_US, 1, HERE)]


@pytest.mark.parametrize("case, rows, expected", [
    ("unreadable for a scan",   [(0, 10), (1, None), (2, 12)],                   [(2, 2, HERE)]),
    ("an outage of a minute",   [(0, 10), (1, None), (61, 50)],                  [(61, 40, 1)]),
    ("its first bad moment",    [(0, 10), (1, None), (30, None), (61, 50)],      [(61, 40, 1)]),
    ("bad before the first",    [(0, None), (1, 10), (2, 11)],                   [(2, 1, HERE)]),
    ("not a number",            [(0, 10.0), (1, math.nan), (2, 12.0)],           [(2, 2, HERE)]),
    ("infinite",                [(0, 10.0), (1, math.inf), (2, 12.0)],           [(2, 2, HERE)]),
    ("far beyond any count",    [(0, 10.0), (1, 1e308), (2, 12.0)],              [(2, 2, HERE)]),
    ("kept as a float",         [(0, 0.1), (1, 0.99999999), (2, 1.7), (3, 2.0)], [(1, 1, HERE), (3, 1, HERE)]),
    ("a text is no count",      [(0, "10"), (1, "11")],                          []),
    ("more than two scans make", [(0, 10), (60, 50)],                            [(60, 40, 0)]),
])  # fmt: skip
def test_readings_that_cannot_be_believed(case, rows, expected):
    scaled = [(second * SECOND_US, value) for second, value in rows]
    found = [(t // SECOND_US, n, s if s == HERE else s // SECOND_US) for t, n, s in told(RULE, scaled)]
    assert found == expected, case


@pytest.mark.parametrize("case, rows, expected", [
    ("two pieces",              [(0, False), (1, True), (2, False), (3, True)],  [1, 3]),
    ("closed when first seen",  [(0, True), (1, False), (2, True)],              [2]),
    ("seen closed twice",       [(0, False), (1, True), (2, True)],              [1]),
    ("closed in an outage",     [(0, False), (1, None), (2, True)],              [2]),
    ("closed all the outage",   [(0, True), (1, None), (2, True)],               []),
])  # fmt: skip
def test_a_contact_that_closes_once_per_piece(case, rows, expected):
    assert [ts for ts, _, _ in told(FREE, rows)] == expected, case


def test_counters_of_64_bit_are_exact():
    big = (1 << 61) + 1
    rows = [(0, np.uint64(big)), (SECOND_US, np.uint64(big + 1))]
    assert told(FREE, rows) == [(SECOND_US, 1, HERE)]


readings = st.lists(
    st.tuples(
        st.integers(1, 90 * SECOND_US),
        st.one_of(st.none(), st.integers(0, 300), st.integers(65_400, 65_535), st.integers(0, 65_535)),
    ),
    max_size=40,
)


@settings(max_examples=examples(300), deadline=None)
@given(readings, st.sampled_from([RULE, FREE, replace(RULE, modulus=None), replace(FREE, modulus=U16)]))
def test_a_column_is_read_as_one_reading_after_the_other(steps, rule):
    rows, at_us = [], 0
    for gap, value in steps:
        at_us += gap
        rows.append((at_us, value))
    memory, quantities, odd = None, [], []
    for ts, value in rows:
        memory, counted = step(rule, memory, value, ts)
        quantities += [(ts, counted.quantity, HERE if counted.since_us is None else counted.since_us)]
        odd += [counted.odd]
    counts = read(rule, None, Series.of(rows))
    assert counts.memory == memory
    assert told(rule, rows) == [row for row in quantities if row[1]]
    assert counts.odd == tuple(o for o in odd if o)
