"""A machine whose signals are read every second, and say the same nearly always: what is told and kept of it stays so.

Samples that say nothing new are not shown to the engine. What comes out is held against the same samples derived in one
go, at every moment and in whatever order they came.
"""

from __future__ import annotations

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from states_floor import CODE, FILLER, HELD, MODE, RUN, STARVED, STATE, Floor, at, plant, second

from dovetail.core.batch import Lane
from dovetail.core.clock import SECOND_US
from dovetail.states.checkpoint import START
from dovetail.states.engine import advance
from dovetail.states.rules import machine_rules
from dovetail.tracks.series import Series
from shortcuts import examples

SIGNALS = {STATE: (RUN, HELD, 2), MODE: (1, 2), CODE: (0, 11), STARVED: (False, True)}
SECONDS = 60


def told(records):
    return [(second(r.t0_us), None if r.t1_us is None else second(r.t1_us), r.state, r.mode, r.reason) for r in records]


def in_one_go(rows):
    """What all that has come says, derived at once and without leaving anything out."""
    model = plant()
    rules = machine_rules(model, model.equipment[FILLER])
    inputs = {
        tag: Series.of(
            (at(when), value) for number, when, value in sorted(rows, key=lambda row: row[1]) if number == tag
        )
        for tag in {row[0] for row in rows}
    }
    done = advance(rules, START, inputs, upto_us=at(SECONDS + 10))
    opened = done.checkpoint.open_record(FILLER)
    return told([*done.records, *([opened] if opened else [])])


def as_told(floor: Floor):
    """What is settled, and from where more is decided that."""
    tail = floor.room.tail(FILLER, scope=floor.everyone).records
    begin_us = tail[0].t0_us if tail else 1 << 62
    return told([*(r for r in floor.records() if r.t0_us < begin_us), *tail])


def read_every_second(changes, bad):
    """The frames of a PLC: each second all signals, each with what it said last. `changes`: (second, signal, which)."""
    now = dict.fromkeys(SIGNALS, 0) | {STATE: RUN, MODE: 1, STARVED: False}
    frames = []
    for moment in range(SECONDS):
        now |= {tag: SIGNALS[tag][which % len(SIGNALS[tag])] for when, tag, which in changes if when == moment}
        frames.append([(tag, float(moment), None if (moment, tag) in bad else value) for tag, value in now.items()])
    return frames


changes = st.lists(
    st.tuples(st.integers(0, SECONDS - 1), st.sampled_from(sorted(SIGNALS)), st.integers(0, 2)), max_size=8
)
bad = st.sets(st.tuples(st.integers(0, SECONDS - 1), st.sampled_from(sorted(SIGNALS))), max_size=3)
late = st.lists(st.tuples(st.integers(0, SECONDS - 1), st.integers(1, 40)), max_size=6)


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes, bad, late, st.integers(0, 35), st.sampled_from([0, SECOND_US]))
@example(
    [(20, STATE, 1), (21, STATE, 0)], set(), [(20, 7)], 30, 0
)  # a second of standstill comes among what was left out
@example([], {(20, MODE)}, [(20, 7)], 30, SECOND_US)
def test_whatever_is_left_out_the_same_is_told_at_every_moment(new_floor, changes, bad, late, lag, pace_us) -> None:
    floor = new_floor()
    floor.room.keep_pace(pace_us)
    frames = read_every_second(changes, bad)
    order = sorted(range(SECONDS), key=lambda n: n + dict(late).get(n, 0))  # some of them come that much later
    come = []
    for place, n in enumerate(order):
        floor.send(frames[n], mark=max(0, n - lag), lane=Lane.LIVE if n >= place else Lane.BACKLOG)
        come += frames[n]
        if place % 9 == 0 or n < place:
            floor.drain()
            assert as_told(floor) == in_one_go(come)
    floor.send([], mark=SECONDS)
    floor.clock.tick(SECOND_US)
    floor.drain()
    assert as_told(floor) == in_one_go(come)
    floor.reopen()  # what is kept, and what is in the historian
    floor.drain()
    assert as_told(floor) == in_one_go(come)


def test_what_waited_in_an_outage_is_not_read_again_with_every_frame_of_it(new_floor, monkeypatch) -> None:
    """Live samples come at once and say what was said before it; those in between come frame by frame."""
    floor = new_floor()
    frames = read_every_second([(20, STATE, 1)], set())
    floor.send(frames[0], mark=0)
    for moment in (50, 51):
        floor.send([(tag, float(moment), value) for tag, _, value in frames[0]], mark=0)
    floor.drain()
    asked = []
    raw = floor.historian.raw
    monkeypatch.setattr(floor.historian, "raw", lambda *given, **more: asked.append(given) or raw(*given, **more))
    for moment in range(1, 50):
        floor.send(frames[moment], mark=moment, lane=Lane.BACKLOG)
        floor.drain()
    assert len(asked) == 1
