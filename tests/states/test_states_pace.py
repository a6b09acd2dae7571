"""What may change a state is dealt with at once; what only counts waits a little, to be settled with its like."""

from __future__ import annotations

import numpy as np
import pytest
from states_floor import COUNTERS, FILLER, HELD, RUN, STATE, TOTAL, Floor, plant

from dovetail.core.clock import SECOND_US
from dovetail.equipment.model import PlantModel
from dovetail.following.news import is_news
from dovetail.reasoning.model import FaultRule
from dovetail.states.model import ActivityRule, CounterRule, MachineRules, PackmlRule
from dovetail.states.news import watched

SIGNAL = 1


def part(*values):
    """Samples as they arrive; None is BAD."""
    good = np.array([value is not None for value in values])
    value = np.array([0 if value is None else value for value in values])
    return np.arange(len(values), dtype=np.int64), value, good


@pytest.mark.parametrize(("watch", "running", "before", "samples", "expected"), [
    # watch       running  before  samples    news
    ("value",     False,   None,   (6,),      True),    # never heard of
    ("value",     False,   (6,),   (6, 6),    False),
    ("value",     False,   (6,),   (6, 11),   True),
    ("value",     False,   (6,),   (11, 6),   True),    # there and back is two changes
    ("value",     True,    (6,),   (11,),     True),
    ("value",     False,   (6,),   (None,),   True),
    ("value",     False,   (None,), (None,),  False),   # still nobody knows
    ("value",     False,   (None,), (6,),     True),
    ("movement",  True,    (6,),   (7, 8),    False),   # goes on moving: only its standstill will be news
    ("movement",  False,   (6,),   (7,),      True),    # begins to move
    ("movement",  False,   (6,),   (6,),      False),
    ("movement",  True,    (6,),   (7, None), True),
])  # fmt: skip
def test_what_is_news(watch, running, before, samples, expected) -> None:
    heard = {}
    for known in [part(*before)] if before else []:
        is_news(SIGNAL, known, watch, heard, running=running)
    assert is_news(SIGNAL, part(*samples), watch, heard, running=running) is expected


@pytest.mark.parametrize(("rules", "expected"), [
    (MachineRules(1, PackmlRule(1, 2), starved=3, reason=FaultRule.of(4, {})), dict.fromkeys((1, 2, 3, 4), "value")),
    (MachineRules(1, ActivityRule(1, 5), counters=(CounterRule("total", 1),)), {1: "movement"}),
    (MachineRules(1, ActivityRule(1, 5), starved=1), {1: "value"}),      # what it says counts too
    (MachineRules(1, ActivityRule(1, 5), cut_tags=(7,)), {1: "movement", 7: "value"}),
    (MachineRules(1, counters=(CounterRule("total", 1),)), {}),
])  # fmt: skip
def test_what_is_looked_at(rules, expected) -> None:
    assert watched([rules]) == expected
    both = watched([rules, MachineRules(2, PackmlRule(1))])
    assert both == {**expected, 1: "value"}  # another version of the plant reads it as a value


def test_a_state_is_settled_at_once_and_pieces_a_little_later(floor: Floor) -> None:
    floor.send([(STATE, 0, RUN), (TOTAL, 0, 0)], mark=1)
    floor.drain()
    floor.room.keep_pace(SECOND_US)
    floor.send([(TOTAL, 30, 4)], mark=61)  # the first step at a pace settles all there is
    floor.drain()
    assert [(c.t1_us - c.t0_us, c.quantity) for c in floor.counts()] == [(60 * SECOND_US, 4)]
    floor.send([(TOTAL, 62, 6)], mark=121)
    floor.drain()
    assert sum(c.quantity for c in floor.counts()) == 4
    assert sum(c.quantity for c in floor.room.tail(FILLER, scope=floor.everyone).counts) == 2  # seen, not settled
    floor.send([(STATE, 122, HELD)], mark=123)
    floor.drain()
    assert floor.states() == [(0, 122, "Execute"), (122, None, "Held")]
    assert [now.state for now in floor.said] == ["Execute", "Held"]
    floor.send([(TOTAL, 124, 7)], mark=190)
    floor.clock.tick(SECOND_US)
    floor.drain()
    assert sum(c.quantity for c in floor.counts()) == 7


def watching_movement() -> PlantModel:
    """The filler runs while its counter moves."""
    return plant(states={"activity": {"tag": "total", "timeout_s": 10}}, counters=COUNTERS)


def test_a_standstill_is_settled_when_its_time_is_over(floor: Floor) -> None:
    floor.plants.versions = [(0, watching_movement())]
    floor.room.keep_pace(3600 * SECOND_US)
    for second in range(30):
        floor.send([(TOTAL, second, min(second, 12))], mark=second)
        floor.drain()
    assert floor.states() == [(0, 1, "Idle"), (1, 22, "RUN"), (22, None, "Idle")]
    assert [now.state for now in floor.said] == ["Idle", "RUN", "Idle"]
