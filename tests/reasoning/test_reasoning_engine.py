"""Reasons that come by themselves: of faults the first-out, then the rules of the plant, in event time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core.clock import SECOND_US
from dovetail.reasoning.changing import ChangeRule
from dovetail.reasoning.model import Condition, Fault, FaultRule, FaultSignal, ReasonRule
from dovetail.reasoning.shown import evidence_out
from dovetail.states.checkpoint import START, from_text, rebind, to_text
from dovetail.states.engine import advance
from dovetail.states.model import CounterRule, MachineRules, PackmlRule
from dovetail.tracks.series import Series
from shortcuts import examples

STATE, CODE, GUARD, LEVEL, UPSTREAM, TOTAL, STARVED, PRODUCT, SCRAP = 1, 2, 3, 4, 5, 6, 7, 8, 9
RUN, HELD, IDLE, ABORTED = 6, 11, 4, 9
CODES = {
    "17": Fault("17", "mechanical/jam", "Jam at the infeed star"),
    "22": Fault("22", "electrical/motor"),
    "31": Fault("31", "mechanical/misfeed", rank=1),
}
FAULTS = FaultRule(
    (FaultSignal(CODE, CODES), FaultSignal(GUARD, {"true": Fault("guard_open", "organisational/guard", rank=2)})),
    first_out_us=5 * SECOND_US,
)
WAITS = ReasonRule(
    "waits",
    Condition('upstream_state != "Execute"', {}, (("upstream_state", "text"),)),
    "external/starved",
    for_us=30 * SECOND_US,
    states=frozenset({"Idle", "Held"}),
)
EMPTY = ReasonRule(
    "empty", Condition("level < 5", {"level": LEVEL}, (("level", "number"),)), "organisational/no-material"
)
CAPPER = MachineRules(
    1,
    PackmlRule(STATE),
    starved=STARVED,
    reason=FAULTS,
    rules=(WAITS, EMPTY),
    upstream=(MachineRules(2, PackmlRule(UPSTREAM)),),
    counters=(CounterRule("total", TOTAL),),
)


def told(inputs, upto_s=600, rules=CAPPER):
    """(from, state, reason, evidence) of every record, in seconds."""
    series = {tag: Series.of((round(s * SECOND_US), value) for s, value in rows) for tag, rows in inputs.items()}
    done = advance(rules, START, series, upto_us=upto_s * SECOND_US)
    records = [*done.records, done.checkpoint.open_record(1)]
    evidence = [evidence_out(one.because) for one in records]
    return [
        (one.t0_us / SECOND_US, one.state, one.reason, shown and shown.text)
        for one, shown in zip(records, evidence, strict=True)
    ]


@pytest.mark.parametrize("codes, guard, expected", [
    # the first fault is the reason of the whole stop, those within five seconds are kept beside it
    ([(10, 17), (11, 22), (12, 31)], [],
     [(10, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star, then 22, 31")]),
    # what the code says before the state follows is why it follows; a code that is gone when it stands, too
    ([(8, 17), (9, 22)], [], [(10, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star, then 22")]),
    ([(8, 17), (9, 0)], [], [(10, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star")]),
    # a fault of long ago is none of this stop
    ([(1, 17), (2, 0)], [], [(10, "Held", None, None)]),
    # a code that is reset does not end the reason of the stop, one that comes later does
    ([(10, 17), (12, 0)], [], [(10, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star")]),
    ([(10, 17), (15.1, 22)], [],
     [(10, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star"),
      (15.1, "Held", "electrical/motor", "first-out 22")]),
    # of several at one moment the declared priority decides, else which arrived first
    ([(10, 22), (10, 17), (10, 31)], [],
     [(10, "Held", "mechanical/misfeed", "first-out 31, then 22, 17 Jam at the infeed star")]),
    ([(10, 22), (10, 17)], [], [(10, "Held", "electrical/motor", "first-out 22, then 17 Jam at the infeed star")]),
    ([(10, 17)], [(10, True)],
     [(10, "Held", "organisational/guard", "first-out guard_open, then 17 Jam at the infeed star")]),
    # the same fault told again is one fault; a code nobody mapped is none
    ([(10, 17), (11, 0), (12, 17), (13, 99)], [],
     [(10, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star")]),
])  # fmt: skip
def test_the_first_fault_of_a_stop_is_its_reason(codes, guard, expected):
    inputs = {STATE: [(0, RUN), (10, HELD)], CODE: [(0, 0), *codes], GUARD: [(0, False), *guard]}
    assert told(inputs)[1:] == expected


def test_the_next_stop_asks_anew():
    inputs = {STATE: [(0, RUN), (10, HELD), (11, RUN), (12, HELD)], CODE: [(0, 0), (10, 17), (11, 0)]}
    assert [row[2] for row in told(inputs)] == [None, "mechanical/jam", None, None]


def test_a_fault_that_stands_already_when_the_link_comes_back_is_the_reason():
    inputs = {STATE: [(0, RUN), (5, None), (10, HELD)], CODE: [(0, 0), (5, None), (10, 17)]}
    assert told(inputs)[-1] == (10, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star")


@pytest.mark.parametrize("own, upstream, code, level, expected", [
    # upstream has stood for 30 s when the capper runs empty
    ([(60, IDLE)], [(0, RUN), (20, HELD)], [], [],
     [(60, "Idle", "external/starved", "rule waits: upstream_state Held")]),
    # it stands for 30 s while the capper waits: until then nobody knows
    ([(60, IDLE)], [(0, RUN), (50, HELD)], [], [],
     [(60, "Idle", None, None), (80, "Idle", "external/starved", "rule waits: upstream_state Held")]),
    # a short stop of upstream is no reason
    ([(60, IDLE)], [(0, RUN), (50, HELD), (70, RUN)], [], [], [(60, "Idle", None, None)]),
    # its own fault stands above the rule
    ([(60, HELD)], [(0, RUN), (20, HELD)], [(60, 17)], [],
     [(60, "Held", "mechanical/jam", "first-out 17 Jam at the infeed star")]),
    # the first rule that speaks counts; one that may not speak in this state is passed over
    ([(60, IDLE)], [(0, RUN), (20, HELD)], [], [(0, 3)],
     [(60, "Idle", "external/starved", "rule waits: upstream_state Held")]),
    ([(60, ABORTED)], [(0, RUN), (20, HELD)], [], [(0, 3)],
     [(60, "Aborted", "organisational/no-material", "rule empty: level 3")]),
    # what nobody knows does not hold; a state without data is no stop
    ([(60, IDLE)], [(0, RUN)], [], [(0, None)], [(60, "Idle", None, None)]),
    ([(60, IDLE)], [(0, RUN), (20, None)], [], [],
     [(60, "Idle", None, None)]),
])  # fmt: skip
def test_a_rule_gives_a_reason_where_nothing_else_does(own, upstream, code, level, expected):
    inputs = {STATE: [(0, RUN), *own], UPSTREAM: upstream, CODE: [(0, 0), *code]} | ({LEVEL: level} if level else {})
    assert told(inputs)[1:] == expected


def test_a_reason_keeps_the_evidence_it_was_given_with():
    inputs = {STATE: [(0, RUN), (60, ABORTED)], LEVEL: [(0, 90), (50, 4), (70, 3), (80, 2)]}
    assert told(inputs)[-1] == (60, "Aborted", "organisational/no-material", "rule empty: level 4")


def test_other_rules_go_on_with_what_was_told_where_it_means_the_same():
    series = {STATE: Series.of([(0, RUN), (10, HELD)]), CODE: Series.of([(0, 0), (10, 17), (12, 22)])}
    done = advance(CAPPER, START, series, upto_us=20).checkpoint
    same = rebind(done, MachineRules(1, PackmlRule(STATE), reason=FAULTS), from_us=21, known={})
    other = rebind(done, MachineRules(1, PackmlRule(STATE), reason=FaultRule.of(CODE, {})), from_us=21, known={})
    assert [one.fault.code for one in same.decision.kept.faults] == ["17", "22"]
    assert other.decision.kept.faults == ()


# --- changeovers --------------------------------------------------------------------------------------------

TEN = ChangeRule(PRODUCT, good=10, reason="setup/changeover", longest_us=600 * SECOND_US)
FAST = ChangeRule(PRODUCT, good=10, rate_upm=30, longest_us=600 * SECOND_US)
PIECES = (CounterRule("total", TOTAL, max_rate_upm=600), CounterRule("scrap", SCRAP, max_rate_upm=600))
SAID = "changeover cola → lemonade"


def changing(rule):
    return MachineRules(1, PackmlRule(STATE), counters=PIECES, cut_tags=(PRODUCT,), change=rule)


def counter(*spans):
    """(second, reading) rows: from second to second, a piece so often."""
    rows, made = [(0, 0)], 0
    for start, end, every in spans:
        for n in range(1, round((end - start) / every) + 1):
            made += 1
            rows.append((start + n * every, made))
    return rows


@pytest.mark.parametrize("rule, inputs, expected", [
    # stopped, changed over, run in: all of it until the tenth good piece
    (TEN, {STATE: [(0, RUN), (60, IDLE), (90, RUN)], PRODUCT: [(0, "cola"), (70, "lemonade")],
           TOTAL: counter((0, 60, 2), (90, 200, 2))},
     [(0, "Execute", None, None), (60, "Idle", None, None), (70, "CHANGEOVER", "setup/changeover", SAID),
      (110, "Execute", None, None)]),
    # scrap is no good piece
    (TEN, {STATE: [(0, RUN)], PRODUCT: [(0, "cola"), (70, "lemonade")], TOTAL: counter((90, 200, 2)),
           SCRAP: [(0, 0), (95, 2), (97, 4)]},
     [(0, "Execute", None, None), (70, "CHANGEOVER", "setup/changeover", SAID), (118, "Execute", None, None)]),
    # slow at first: over when ten in a row came at 30 a minute
    (FAST, {STATE: [(0, RUN)], PRODUCT: [(0, "cola"), (70, "lemonade")], TOTAL: counter((70, 170, 5), (170, 300, 2))},
     [(0, "Execute", None, None), (70, "CHANGEOVER", None, SAID), (188, "Execute", None, None)]),
    # never made as it should: over after ten minutes
    (TEN, {STATE: [(0, RUN)], PRODUCT: [(0, "cola"), (70, "lemonade")]},
     [(0, "Execute", None, None), (70, "CHANGEOVER", "setup/changeover", SAID), (670, "Execute", None, None)]),
    # what nobody knows stays unknown
    (TEN, {STATE: [(0, RUN), (80, None), (90, RUN)], PRODUCT: [(0, "cola"), (70, "lemonade")]},
     [(0, "Execute", None, None), (70, "CHANGEOVER", "setup/changeover", SAID), (80, "NO_DATA", None, None),
      (90, "CHANGEOVER", "setup/changeover", SAID), (670, "Execute", None, None)]),
    # the first product that is ever heard of, the same again, and no product at all begin nothing
    (TEN, {STATE: [(0, RUN)], PRODUCT: [(50, "cola"), (70, ""), (80, "cola"), (90, None), (95, "cola")]},
     [(0, "Execute", None, None)]),
    # back to the old one before it began: it is changed over again, from there on
    (TEN, {STATE: [(0, RUN)], PRODUCT: [(0, "cola"), (70, "lemonade"), (80, "cola")], TOTAL: counter((100, 200, 1))},
     [(0, "Execute", None, None), (70, "CHANGEOVER", "setup/changeover", SAID), (110, "Execute", None, None)]),
])  # fmt: skip
def test_another_product_is_a_changeover_until_it_is_made_as_it_should(rule, inputs, expected):
    assert told(inputs, upto_s=800, rules=changing(rule)) == expected


def test_pieces_that_end_a_changeover_are_counted_in_it():
    inputs = {STATE: [(0, RUN)], PRODUCT: [(0, "cola"), (70, "lemonade")], TOTAL: counter((0, 60, 2), (90, 200, 2))}
    series = {tag: Series.of((round(s * SECOND_US), value) for s, value in rows) for tag, rows in inputs.items()}
    done = advance(changing(TEN), START, series, upto_us=600 * SECOND_US)
    assert (
        sum(count.quantity for count in done.counts if count.t0_us >= 70 * SECOND_US and count.t1_us <= 110 * SECOND_US)
        == 10
    )
    assert sum(count.quantity for count in done.counts) == 85


# --- properties ---------------------------------------------------------------------------------------------

instant = st.integers(0, 120).map(lambda tenths: tenths * SECOND_US // 2)


def rows(values: list[Any], most: int) -> st.SearchStrategy[list[tuple[int, Any]]]:
    """Up to so many samples of these values."""
    return st.lists(st.tuples(instant, st.sampled_from(values)), max_size=most)


samples = st.fixed_dictionaries(
    {},
    optional={
        STATE: rows([RUN, HELD, IDLE, ABORTED, None], 10),
        CODE: rows([0, 17, 22, 31, 99, None], 12),
        GUARD: rows([True, False], 6),
        UPSTREAM: rows([RUN, HELD, None], 6),
        LEVEL: rows([2, 4, 90, None], 8),
        STARVED: rows([True, False], 4),
        TOTAL: rows(list(range(0, 100, 9)), 8),
        SCRAP: rows([0, 1, 2, 3], 3),
        PRODUCT: rows(["cola", "lemonade", "", None], 6),
    },
)
END_US = 100 * SECOND_US


EVERYTHING = replace(CAPPER, change=replace(TEN, longest_us=20 * SECOND_US), counters=PIECES, cut_tags=(PRODUCT,))


@settings(max_examples=examples(200), deadline=None)
@given(samples, st.lists(st.integers(0, END_US), max_size=8), st.sampled_from([CAPPER, EVERYTHING, changing(FAST)]))
def test_reasons_are_the_same_however_the_samples_were_chopped(said, chops, rules):
    inputs = {tag: Series.of(sorted(rows, key=lambda row: row[0])) for tag, rows in said.items() if rows}
    whole = advance(rules, START, inputs, upto_us=END_US)
    at, records = START, []
    for upto_us in [*sorted(chops), END_US]:
        done = advance(rules, at, inputs, upto_us=upto_us)
        at = from_text(to_text(done.checkpoint))
        records += done.records
    assert tuple(records) == whole.records
    assert to_text(at) == to_text(whole.checkpoint)


@settings(max_examples=examples(100), deadline=None)
@given(samples)
def test_a_reason_always_has_its_evidence_and_a_fault_stands_above_a_rule(said):
    inputs = {tag: Series.of(sorted(rows, key=lambda row: row[0])) for tag, rows in said.items() if rows}
    done = advance(CAPPER, START, inputs, upto_us=END_US)
    opened = done.checkpoint.open_record(1)
    records = [*done.records, *([opened] if opened else [])]
    assert all((one.reason is None) == (one.because is None) for one in records)
    standing = [one for one in records if one.state in ("Held", "Aborted")]
    by_rule = [one for one in standing if one.because and evidence_out(one.because).by == "rule"]
    faultless = advance(MachineRules(1, PackmlRule(STATE), reason=FAULTS), START, inputs, upto_us=END_US)
    last = faultless.checkpoint.open_record(1)
    told_by_fault = [(one.t0_us, one.t1_us) for one in (*faultless.records, *([last] if last else [])) if one.reason]
    assert not [
        (rule.t0_us, fault)
        for rule in by_rule
        for fault in told_by_fault
        if fault[0] <= rule.t0_us < (END_US if fault[1] is None else fault[1])
    ]
