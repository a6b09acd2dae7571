"""Say what a work unit does from what its signals say: the one place where a signal becomes a state.

Pure: no clock, no store. PackML numbers are those of ISA-TR88.00.02 (STANDARDS §5).
"""

from __future__ import annotations

import math
from typing import Final

from dovetail.machinewords.packml import PACKML_MODES, PACKML_STATES
from dovetail.states.model import (
    BLOCKED,
    BLOCKED_REASON,
    NO_DATA,
    PRODUCING,
    STARVED,
    STARVED_REASON,
    UNKNOWN,
    ActivityRule,
    Decision,
    MachineRules,
    PackmlRule,
    Scalar,
    Seen,
    Snapshot,
    ValueRule,
)

WAITING: Final = frozenset({"Suspended", "Held", "Idle"})  # where an interlock explains why nothing is made
_ABSENT: Final = Seen(None, good=False)
_NO_DATA: Final = Decision(NO_DATA)


def written(value: Scalar | None) -> str:
    """A value as plant code writes it as a key: 5 and 5.0 are `5`, True is `true`.

    >>> written(5.0), written(True), written("AUTO")
    ('5', 'true', 'AUTO')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value) and value == math.floor(value):
        return str(int(value))
    return "" if value is None else str(value)


def decide(rules: MachineRules, current: Decision | None, snapshot: Snapshot, *, at_us: int) -> Decision:
    """Say what the work unit does from `at_us` on, why, and when to look again. Touches nothing, reads no clock.

    `current` is what it did until then: a rule may need it (none of today's does). No sample of the state signal,
    or one without GOOD quality, is NO_DATA; a value without a mapping is UNKNOWN.
    """
    rule = rules.state
    if rule is None:
        return Decision(UNKNOWN)
    if isinstance(rule, PackmlRule):
        decided = _packml(rule, snapshot)
    elif isinstance(rule, ValueRule):
        decided = _by_value(rule, snapshot)
    else:
        decided = _by_activity(rule, snapshot, at_us)
    return decided if decided.state in (NO_DATA, UNKNOWN) else _with_reason(rules, snapshot, decided)


def _packml(rule: PackmlRule, snapshot: Snapshot) -> Decision:
    seen = snapshot.seen.get(rule.state, _ABSENT)
    if not seen.good:
        return _NO_DATA
    known = PACKML_STATES.get(_number(seen.value)) if rule.words is None else rule.words[0].get(written(seen.value))
    state = known or UNKNOWN
    return Decision(state, _packml_mode(rule, snapshot))


def _packml_mode(rule: PackmlRule, snapshot: Snapshot) -> str:
    """The mode in words; a machine without a mode signal is in Production, an unreadable mode is empty."""
    if rule.mode is None:
        return "Production"
    seen = snapshot.seen.get(rule.mode, _ABSENT)
    if not seen.good:
        return ""
    if rule.words is not None:
        return rule.words[1].get(written(seen.value), "")
    number = _number(seen.value)
    return rule.modes.get(number) or PACKML_MODES.get(number, "")


def _by_value(rule: ValueRule, snapshot: Snapshot) -> Decision:
    seen = snapshot.seen.get(rule.tag, _ABSENT)
    if not seen.good or seen.value is None:
        return _NO_DATA
    meaning = rule.meanings.get(written(seen.value))
    if meaning is None and isinstance(seen.value, bool):
        meaning = rule.meanings.get(str(int(seen.value)))  # 0 and 1 are as good names for a contact as false and true
    return Decision(meaning.state, meaning.mode, meaning.reason) if meaning else Decision(UNKNOWN)


def _by_activity(rule: ActivityRule, snapshot: Snapshot, at_us: int) -> Decision:
    if not snapshot.seen.get(rule.tag, _ABSENT).good:
        return _NO_DATA
    if snapshot.advanced_us is None or at_us >= snapshot.advanced_us + rule.timeout_us:
        return Decision(rule.otherwise, "Production")
    return Decision(rule.running, "Production", wake_at_us=snapshot.advanced_us + rule.timeout_us)


def _with_reason(rules: MachineRules, snapshot: Snapshot, decided: Decision) -> Decision:
    """Why nothing is made: in Held the machine's own fault comes first, else what its neighbours do to it."""
    if decided.state in PRODUCING:
        return decided
    own = _own_reason(rules, snapshot) or decided.reason
    outside = None if own is not None and decided.state not in ("Suspended", "Idle") else _outside(rules, snapshot)
    outside = outside if decided.state in WAITING else None
    outside = {STARVED: STARVED_REASON, BLOCKED: BLOCKED_REASON}.get(decided.state, outside)
    return Decision(
        decided.state,
        decided.mode,
        outside or own,
        external=outside is not None,
        wake_at_us=decided.wake_at_us,
    )


def _own_reason(rules: MachineRules, snapshot: Snapshot) -> str | None:
    if rules.reason is None:
        return None
    seen = snapshot.seen.get(rules.reason.tag, _ABSENT)
    return rules.reason.codes.get(written(seen.value)) if seen.good and seen.value is not None else None


def _outside(rules: MachineRules, snapshot: Snapshot) -> str | None:
    for tag, reason in ((rules.starved, STARVED_REASON), (rules.blocked, BLOCKED_REASON)):
        seen = snapshot.seen.get(tag, _ABSENT) if tag is not None else _ABSENT
        if seen.good and seen.value:
            return reason
    return None


def _number(value: Scalar | None) -> int:
    """The whole number a signal shows; -1, which is no state and no mode, for anything else."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return -1
    return int(value) if math.isfinite(value) and value == math.floor(value) else -1
