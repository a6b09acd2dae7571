"""A machine of OPC 40001-1 says what it does in its own words, by name or by the numbers that its server gives."""

from __future__ import annotations

import pytest

from dovetail.machinewords.machinery import MachineryEntry
from dovetail.reasoning.model import Scalar, Seen
from dovetail.states.decide import decide
from dovetail.states.model import Decision, MachineRules, PackmlRule, Snapshot

ENTRY = MachineryEntry(state="s", mode="m", states={"3": "Executing"}, modes={"2": "Setup"})
RULES = MachineRules(7, state=PackmlRule(1, 2, words=ENTRY.words))


@pytest.mark.parametrize(
    "state, mode, expected",
    [
        ("Executing", "Processing", Decision("RUN", "Production")),
        ("Executing", "Setup", Decision("RUN", "Setup")),
        ("OutOfService", "Processing", Decision("Aborted", "Production")),
        ("NotExecuting", "Processing", Decision("Idle", "Production")),
        ("NotExecuting", "Maintenance", Decision("Idle", "Maintenance")),
        ("NotAvailable", "None", Decision("Stopped", "Production")),
        (3, 2, Decision("RUN", "Setup")),
        (9, "Processing", Decision("UNKNOWN", "Production")),
        ("Executing", "Dancing", Decision("RUN", "")),
        (None, "Processing", Decision("NO_DATA")),
    ],
)
def test_a_machine_says(state: Scalar | None, mode: Scalar, expected: Decision) -> None:
    seen = Snapshot({1: Seen(state, good=state is not None), 2: Seen(mode, good=True)})
    assert decide(RULES, None, seen, at_us=0) == expected
