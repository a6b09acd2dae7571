"""The engine in event time: what a work unit did and made, however the samples came in pieces."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.clock import MINUTE_US, SECOND_US
from dovetail.reasoning.model import FaultRule, Seen
from dovetail.states.checkpoint import START, from_text, rebind, to_text
from dovetail.states.engine import advance
from dovetail.states.model import (
    ActivityRule,
    CounterRule,
    MachineRules,
    Meaning,
    PackmlRule,
    ValueRule,
)
from dovetail.tracks.series import Series
from shortcuts import examples

STATE, MODE, CODE, STARVED, TOTAL, SCRAP, JOB = 1, 2, 3, 4, 5, 6, 7
SCAN_US = 250_000
FILLER = MachineRules(
    equipment_id=1,
    state=PackmlRule(STATE, MODE),
    starved=STARVED,
    reason=FaultRule.of(CODE, {"11": "mechanical/jam"}),
    counters=(
        CounterRule("total", TOTAL, modulus=1_000, max_rate_upm=600, scans_us=2 * SCAN_US),
        CounterRule("scrap", SCRAP, modulus=1_000, max_rate_upm=600, scans_us=2 * SCAN_US),
    ),
    cut_tags=(JOB,),
)
RUN, HELD, STOP = 6, 11, 2


def seconds(rows):
    return Series.of((round(second * SECOND_US), value) for second, value in rows)


def run(inputs, upto_s, rules=FILLER, cuts=()):
    series = {tag: seconds(rows) for tag, rows in inputs.items()}
    done = advance(rules, START, series, upto_us=upto_s * SECOND_US, cuts=[cut * SECOND_US for cut in cuts])
    states = [(r.t0_us / SECOND_US, r.t1_us / SECOND_US, r.state, r.reason) for r in done.records]
    counts = [(c.t0_us / SECOND_US, c.t1_us / SECOND_US, c.kind, c.quantity, c.spread) for c in done.counts]
    return states, counts, done


def test_states_follow_their_signals_to_the_microsecond():
    states, _, done = run({STATE: [(0, RUN), (10.5, HELD), (20, RUN)], CODE: [(0, 0), (12, 11), (20, 0)]}, 30)
    assert states == [
        (0, 10.5, "Execute", None),
        (10.5, 12, "Held", None),
        (12, 20, "Held", "mechanical/jam"),
    ]
    assert done.checkpoint.open_record(1).t0_us == 20 * SECOND_US


def test_before_the_first_state_there_is_no_data():
    states, _, _ = run({TOTAL: [(5, 1)], STATE: [(8, RUN), (9, HELD)]}, 10)
    assert states == [(5, 8, "NO_DATA", None), (8, 9, "Execute", None)]


def test_a_lost_link_is_no_data_from_its_first_bad_sample():
    states, _, _ = run({STATE: [(0, RUN), (10, None), (25, RUN), (26, HELD)]}, 30)
    assert states == [(0, 10, "Execute", None), (10, 25, "NO_DATA", None), (25, 26, "Execute", None)]


def test_counts_are_cut_at_minutes_states_jobs_and_shifts():
    _, counts, _ = run(
        {
            STATE: [(0, RUN), (130, HELD)],
            TOTAL: [(0, 10), (30, 40), (60, 50), (70, 55), (80, 60), (89.9, 61), (91, 64), (130, 65)],
            JOB: [(0, "A"), (75, "B")],
        },
        200,
        cuts=(90,),
    )
    assert counts == [
        (0, 60, "good", 40, False),  # a piece told of at the boundary was made before it
        (60, 75, "good", 5, False),  # job A
        (75, 90, "good", 6, False),  # job B until the shift ends
        (90, 120, "good", 3, False),
        (120, 130, "good", 1, False),  # told of in the moment of the stop: made while it ran
    ]


def test_scrap_is_taken_out_of_the_good_of_a_total():
    _, counts, done = run({STATE: [(0, RUN)], TOTAL: [(0, 0), (10, 9)], SCRAP: [(0, 0), (12, 2)]}, 60)
    assert sorted((kind, quantity) for _, _, kind, quantity, _ in counts) == [("good", -2), ("good", 9), ("scrap", 2)]
    assert {(c.kind, c.origin) for c in done.counts if c.quantity < 0} == {("good", "correction")}


def test_pieces_of_an_outage_are_shared_out_by_time_in_run_and_no_data():
    _, counts, _ = run(
        {
            STATE: [(0, RUN), (30, HELD), (50, RUN)],
            TOTAL: [(0, 0), (10, None), (60, 40)],      # only the counter was unreadable: 20 s run, 20 s held, 10 s run
        },
        60,
    )  # fmt: skip
    assert counts == [(10, 30, "good", 27, True), (50, 60, "good", 13, True)]


def test_an_outage_of_everything_counts_in_its_no_data_time():
    _, counts, _ = run(
        {STATE: [(0, RUN), (10, None), (50, RUN)], TOTAL: [(0, 0), (10, None), (50, 40)]},
        60,
    )
    assert counts == [(10, 50, "good", 40, False)]


def test_a_piece_after_a_long_stop_belongs_to_the_run_it_was_made_in():
    _, counts, _ = run({STATE: [(0, RUN), (10, HELD), (310, RUN)], TOTAL: [(0, 0), (9, 5), (311, 6)]}, 360)
    assert counts == [(0, 10, "good", 5, False), (310, 360, "good", 1, False)]


def test_more_than_two_scans_make_is_shared_out_over_the_edge():
    _, counts, _ = run({STATE: [(0, RUN), (50, HELD)], TOTAL: [(0, 0), (40, 0), (58, 90)]}, 60)
    assert counts == [(40, 50, "good", 90, True)]


def test_an_impossible_jump_is_held_and_counting_goes_on():
    _, counts, done = run({STATE: [(0, RUN)], TOTAL: [(0, 0), (1, 900), (2, 903)]}, 60)
    assert counts == [(0, 60, "good", 3, False)]
    assert [(h.counter, h.before, h.after, h.quantity, h.cause) for h in done.held] == [("total", 0, 900, 900, "jump")]


def test_a_machine_that_only_moves():
    clamp = MachineRules(2, ActivityRule(STATE, timeout_us=10 * SECOND_US))
    moves = [(0, 1), (5, 2), (8, 3), (15, 4), (16, 4), (40, 5), (41, None), (60, 6), (100, 6)]
    states, _, done = run({STATE: moves}, 100, rules=clamp)
    assert states == [
        (0, 5, "Idle", None),
        (5, 25, "RUN", None),
        (25, 40, "Idle", None),
        (40, 41, "RUN", None),
        (41, 60, "NO_DATA", None),
        (60, 70, "RUN", None),          # it moved while nobody saw it
    ]  # fmt: skip
    assert done.checkpoint.decision.state == "Idle"


def test_new_rules_hold_from_their_moment_on():
    inputs = {9: seconds([(0, 1), (20, 0)]), TOTAL: seconds([(0, 0), (5, 5), (15, 15)])}
    old = MachineRules(3, ValueRule(9, {"1": Meaning("RUN"), "0": Meaning("Stopped")}), counters=FILLER.counters)
    new = MachineRules(3, ValueRule(9, {"1": Meaning("Idle"), "0": Meaning("Held")}), counters=FILLER.counters)
    at_us = 10 * SECOND_US
    first = advance(old, START, inputs, upto_us=at_us - 1, cuts=[at_us - 1])
    bound = rebind(first.checkpoint, new, from_us=at_us, known={})
    second = advance(new, bound, inputs, upto_us=60 * SECOND_US)
    assert [(r.t0_us / SECOND_US, r.t1_us / SECOND_US, r.state) for r in (*first.records, *second.records)] == [
        (0, 10, "RUN"),
        (10, 20, "Idle"),
    ]
    assert sum(c.quantity for c in (*first.counts, *second.counts)) == 15


def test_a_tag_that_comes_with_new_rules_is_known_from_before():
    rules = MachineRules(3, ValueRule(9, {"1": Meaning("RUN")}), counters=(CounterRule("good", 8),))
    begun = advance(MachineRules(3), START, {}, upto_us=9).checkpoint
    bound = rebind(begun, rules, from_us=10, known={9: (Seen(1, good=True), 3), 8: (Seen(40, good=True), 2)})
    assert bound.seen == {9: Seen(1, good=True)}
    assert bound.counters["good"].value == 40


# --- properties ---------------------------------------------------------------------------------------------

instant = st.integers(0, 400 * SECOND_US).map(lambda us: us // 50_000 * 50_000)  # coarse: equal times must be frequent
maybe = lambda values: st.one_of(st.none(), st.sampled_from(values))  # noqa: E731
samples = st.fixed_dictionaries(
    {},
    optional={
        STATE: st.lists(st.tuples(instant, maybe([RUN, HELD, STOP, 5, 0])), max_size=15),
        MODE: st.lists(st.tuples(instant, maybe([1, 2])), max_size=4),
        CODE: st.lists(st.tuples(instant, maybe([0, 11])), max_size=6),
        STARVED: st.lists(st.tuples(instant, maybe([True, False])), max_size=6),
        TOTAL: st.lists(st.tuples(instant, maybe(list(range(0, 1_000, 37)))), max_size=25),
        SCRAP: st.lists(st.tuples(instant, maybe(list(range(0, 60)))), max_size=15),
        JOB: st.lists(st.tuples(instant, maybe(["A", "B"])), max_size=5),
    },
)
MOVER = MachineRules(
    4,
    ActivityRule(TOTAL, timeout_us=7 * SECOND_US),
    reason=FaultRule.of(CODE, {"11": "mechanical/jam"}),
    counters=(CounterRule("good", TOTAL), CounterRule("scrap", SCRAP)),
    cut_tags=(JOB,),
)
END_US = 500 * SECOND_US
CUTS = [100 * SECOND_US, 130 * SECOND_US, 240 * SECOND_US]


@settings(max_examples=examples(300), deadline=None)
@given(samples, st.lists(st.integers(0, END_US), max_size=12), st.sampled_from([FILLER, MOVER]))
def test_how_the_samples_were_chopped_changes_nothing(rows, chops, rules):
    inputs = {tag: Series.of(sorted(said, key=lambda row: row[0])) for tag, said in rows.items() if said}
    whole = advance(rules, START, inputs, upto_us=END_US, cuts=CUTS)
    at, records, counts, held = START, [], [], []
    for upto_us in [*sorted(chops), END_US]:
        done = advance(rules, at, inputs, upto_us=upto_us, cuts=CUTS)
        at = from_text(to_text(done.checkpoint))
        records += done.records
        counts += done.counts
        held += done.held
    assert tuple(records) == whole.records
    assert sorted(counts, key=repr) == sorted(whole.counts, key=repr)
    assert sorted(held, key=repr) == sorted(whole.held, key=repr)
    assert to_text(at) == to_text(whole.checkpoint)


@settings(max_examples=examples(200), deadline=None)
@given(samples)
def test_records_leave_no_hole_and_pieces_are_neither_lost_nor_made_up(rows):
    inputs = {tag: Series.of(sorted(said, key=lambda row: row[0])) for tag, said in rows.items() if said}
    done = advance(FILLER, START, inputs, upto_us=END_US, cuts=CUTS)
    opened = done.checkpoint.open_record(1)
    timeline = [*done.records, *([opened] if opened else [])]
    assert all(a.t1_us == b.t0_us and a.t0_us < a.t1_us for a, b in pairwise(timeline))
    assert all((a.state, a.mode, a.reason, a.external) != (b.state, b.mode, b.reason, b.external)
               for a, b in pairwise(timeline))  # fmt: skip
    assert all(c.t0_us < c.t1_us for c in done.counts)
    for tag, kind in ((TOTAL, "good"), (SCRAP, "scrap")):
        written = sum(c.quantity for c in done.counts if c.tag_id == tag and c.kind == kind)
        assert written == told_by(tag, inputs)


def told_by(tag, inputs):
    from dovetail.states.counters import read

    rule = next(counter for counter in FILLER.counters if counter.tag == tag)
    return int(read(rule, None, inputs[tag]).quantity.sum()) if tag in inputs else 0


@pytest.mark.parametrize("n", [200_000])
def test_columns_are_read_at_column_speed(n):
    """No wall clock here: the work is counted in decisions, of which a quarter million counter samples need none."""
    from dovetail.states import engine

    asked = []
    real = engine.decide
    engine.decide = lambda *args, **named: asked.append(1) or real(*args, **named)
    try:
        ts = np.arange(n, dtype=np.int64) * 100_000
        good = np.ones(n, dtype=np.bool_)
        inputs = {
            STATE: Series(ts, np.full(n, RUN, dtype=np.int64), good),
            TOTAL: Series(ts, np.arange(n, dtype=np.int64) % 1_000, good),
        }
        done = advance(FILLER, START, inputs, upto_us=int(ts[-1]) // MINUTE_US * MINUTE_US)
    finally:
        engine.decide = real
    assert len(asked) == 1
    assert sum(c.quantity for c in done.counts) == done.checkpoint.at_us // 100_000
