"""What the signals of a machine say about what it does, as a process engineer would write it down."""

from __future__ import annotations

import pytest

from dovetail.reasoning.model import FaultRule, Scalar, Seen, written
from dovetail.states.decide import decide
from dovetail.states.model import (
    ActivityRule,
    MachineRules,
    Meaning,
    PackmlRule,
    Snapshot,
    ValueRule,
)

STATE, MODE, STARVED, BLOCKED, CODE = 1, 2, 3, 4, 5
BAD = "bad"  # a sample is there, its quality is not GOOD
NONE = "none"  # no sample was ever seen

FILLER = MachineRules(
    equipment_id=7,
    state=PackmlRule(STATE, MODE, modes={4: "Setup", 5: "Production"}),
    starved=STARVED,
    blocked=BLOCKED,
    reason=FaultRule.of(CODE, {"11": "mechanical/jam", "12": "mechanical/overload"}),
)


def snapshot(*values: Scalar, tags: tuple[int, ...] = (STATE, MODE, STARVED, BLOCKED, CODE)) -> Snapshot:
    seen = {
        tag: Seen(None, good=False) if value == BAD else Seen(value, good=True)
        for tag, value in zip(tags, values, strict=False)
    }
    return Snapshot({tag: said for tag, said in seen.items() if said.value != NONE})


@pytest.mark.parametrize("state, mode, starved, blocked, code, expected", [
    #  state  mode  starved blocked code   state, mode, reason, external
    (  6,     1,    False,  False,  0,     ("Execute", "Production", None, False)),
    (  6,     1,    True,   False,  11,    ("Execute", "Production", None, False)),     # while it runs nothing is wrong
    (  6,     4,    False,  False,  0,     ("Execute", "Setup", None, False)),
    (  6,     5,    False,  False,  0,     ("Execute", "Production", None, False)),
    (  6,     9,    False,  False,  0,     ("Execute", "", None, False)),               # a mode nobody named
    (  6,     BAD,  False,  False,  0,     ("Execute", "", None, False)),
    (  2,     2,    False,  False,  0,     ("Stopped", "Maintenance", None, False)),
    (  11,    1,    False,  False,  11,    ("Held", "Production", "mechanical/jam", False)),
    (  11,    1,    False,  False,  99,    ("Held", "Production", None, False)),        # a code nobody mapped
    (  11,    1,    False,  False,  BAD,   ("Held", "Production", None, False)),
    (  11,    1,    True,   False,  11,    ("Held", "Production", "mechanical/jam", False)),  # its own fault first
    (  11,    1,    True,   False,  0,     ("Held", "Production", "external/starved", True)),
    (  5,     1,    True,   False,  0,     ("Suspended", "Production", "external/starved", True)),
    (  5,     1,    False,  True,   11,    ("Suspended", "Production", "external/blocked", True)),  # old code
    (  5,     1,    BAD,    False,  0,     ("Suspended", "Production", None, False)),
    (  4,     1,    True,   False,  0,     ("Idle", "Production", "external/starved", True)),
    (  2,     1,    True,   False,  0,     ("Stopped", "Production", None, False)),     # stopped is not waiting
    (  9,     1,    True,   False,  12,    ("Aborted", "Production", "mechanical/overload", False)),
    (  17,    1,    False,  False,  0,     ("Complete", "Production", None, False)),
    (  0,     1,    False,  False,  0,     ("UNKNOWN", "Production", None, False)),     # PackML's Undefined
    (  18,    1,    False,  False,  11,    ("UNKNOWN", "Production", None, False)),     # a super-state is no state
    (  6.5,   1,    False,  False,  0,     ("UNKNOWN", "Production", None, False)),
    ("six",   1,    False,  False,  0,     ("UNKNOWN", "Production", None, False)),
    (  BAD,   1,    True,   False,  11,    ("NO_DATA", "", None, False)),       # a cut cable is neither idle nor held
    (  NONE,  1,    False,  False,  0,     ("NO_DATA", "", None, False)),
])  # fmt: skip
def test_a_packml_machine_says_what_it_does(state, mode, starved, blocked, code, expected):
    decision = decide(FILLER, None, snapshot(state, mode, starved, blocked, code), at_us=0)
    assert decision.facts == expected
    assert decision.wake_at_us is None


PRESS = MachineRules(
    equipment_id=8,
    state=ValueRule(
        STATE,
        {
            "0": Meaning("Stopped"),
            "1": Meaning("RUN"),
            "2": Meaning("STARVED"),
            "3": Meaning("BLOCKED"),
            "4": Meaning("CHANGEOVER", reason="setup/tool"),
            "AUTO": Meaning("RUN"),
            "7": Meaning("Stopped", "Maintenance"),
        },
    ),
)


@pytest.mark.parametrize("value, expected", [
    (0,      ("Stopped", "Production", None, False)),
    (1,      ("RUN", "Production", None, False)),
    (1.0,    ("RUN", "Production", None, False)),
    (True,   ("RUN", "Production", None, False)),           # a contact: 0 and 1 are as good as false and true
    (False,  ("Stopped", "Production", None, False)),
    ("AUTO", ("RUN", "Production", None, False)),
    (2,      ("STARVED", "Production", "external/starved", True)),
    (3,      ("BLOCKED", "Production", "external/blocked", True)),
    (4,      ("CHANGEOVER", "Production", "setup/tool", False)),
    (7,      ("Stopped", "Maintenance", None, False)),
    (5,      ("UNKNOWN", "", None, False)),                 # nobody mapped it
    (BAD,    ("NO_DATA", "", None, False)),
    (NONE,   ("NO_DATA", "", None, False)),
])  # fmt: skip
def test_a_machine_with_a_state_word_says_what_it_does(value, expected):
    assert decide(PRESS, None, snapshot(value), at_us=0).facts == expected


CLAMP = MachineRules(equipment_id=9, state=ActivityRule(STATE, timeout_us=60))


@pytest.mark.parametrize("value, moved_at, at, expected, wake", [
    (5,    None, 100, "Idle",    None),     # it never moved while we looked
    (5,    100,  100, "RUN",     160),
    (5,    100,  159, "RUN",     160),
    (5,    100,  160, "Idle",    None),
    (BAD,  100,  110, "NO_DATA", None),
])  # fmt: skip
def test_a_machine_that_only_moves_runs_while_it_moved_lately(value, moved_at, at, expected, wake):
    decision = decide(CLAMP, None, Snapshot(snapshot(value).seen, moved_at), at_us=at)
    assert (decision.state, decision.wake_at_us) == (expected, wake)


def test_a_machine_without_rules_is_unknown():
    assert decide(MachineRules(equipment_id=1), None, Snapshot(), at_us=0).state == "UNKNOWN"


@pytest.mark.parametrize(
    "value, key", [(5, "5"), (5.0, "5"), (5.5, "5.5"), (True, "true"), (False, "false"), ("A", "A")]
)
def test_values_are_written_as_plant_code_writes_them(value, key):
    assert written(value) == key
