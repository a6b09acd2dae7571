"""Say what a work unit does from what its signals say: the one place where a signal becomes a state.

Pure: no clock, no store. PackML numbers are those of ISA-TR88.00.02 (STANDARDS §5).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from dovetail.machinewords.packml import PACKML_MODES, PACKML_STATES
from dovetail.reasoning.changing import Change, ChangeRule
from dovetail.reasoning.conditions import DOWNSTREAM_STATE, OWN_STATE, UPSTREAM_STATE, first, since
from dovetail.reasoning.faults import When, gathered, text, why
from dovetail.reasoning.model import (
    ABSENT,
    BLOCKED_REASON,
    EXTERNAL,
    NOTHING,
    STARVED_REASON,
    Scalar,
    Why,
    written,
)
from dovetail.states.model import (
    BLOCKED,
    CHANGEOVER,
    NO_DATA,
    PRODUCING,
    STARVED,
    UNKNOWN,
    ActivityRule,
    Decision,
    MachineRules,
    PackmlRule,
    Snapshot,
    StateRule,
    ValueRule,
)

WAITING: Final = frozenset({"Suspended", "Held", "Idle"})  # where an interlock explains why nothing is made
_NO_DATA: Final = Decision(NO_DATA)


def decide(rules: MachineRules, current: Decision | None, snapshot: Snapshot, *, at_us: int) -> Decision:
    """Say what the work unit does from `at_us` on, why, and when to look again. Touches nothing, reads no clock.

    `current` is what it did until then, with what it has to be remembered of. No sample of the state signal, or one
    without GOOD quality, is NO_DATA; a value without a mapping is UNKNOWN.
    """
    if rules.state is None:
        return Decision(UNKNOWN)
    decided = _state(rules.state, snapshot, at_us)
    if rules.change or rules.rules or (rules.reason is not None and rules.reason.first_out_us is not None):
        return _remembering(rules, current, snapshot, decided, at_us)
    return decided if not _stands(decided) else _with_reason(rules, snapshot, decided)


def _state(rule: StateRule, snapshot: Snapshot, at_us: int) -> Decision:
    if isinstance(rule, PackmlRule):
        return _packml(rule, snapshot)
    return _by_value(rule, snapshot) if isinstance(rule, ValueRule) else _by_activity(rule, snapshot, at_us)


def _stands(decision: Decision | None) -> bool:
    """Whether it is known to make nothing: then there is a reason to be asked for."""
    return decision is not None and decision.state not in PRODUCING and decision.state not in (NO_DATA, UNKNOWN)


def _remembering(
    rules: MachineRules, current: Decision | None, snapshot: Snapshot, decided: Decision, at_us: int
) -> Decision:
    """With what was told before this moment: of faults the first-out, of rules since when they hold."""
    before = current.kept if current is not None else NOTHING
    words = _words(rules, snapshot, decided, at_us) if rules.rules else {}
    told = before.faults
    if rules.reason is not None and rules.reason.first_out_us is not None:
        when = When(at_us, stands=_stands(decided), stood=_stands(current))
        told = gathered(rules.reason, told, snapshot.raised, snapshot.seen, when=when)
    kept = replace(before, faults=told, since=since(rules.rules, before, snapshot.seen, words, at_us))
    decided = replace(decided, kept=kept)
    if rules.change is not None and snapshot.change is not None and decided.state not in (NO_DATA, UNKNOWN):
        return _changed_over(rules.change, snapshot.change, decided)
    if not _stands(decided):
        return decided
    decided = _with_reason(rules, snapshot, decided)
    if decided.reason is not None:
        return decided
    said, wake_at_us = first(rules.rules, kept, snapshot.seen, words, at_us)
    wakes = [at for at in (decided.wake_at_us, wake_at_us) if at is not None]
    external, wake_at_us = said.reason in EXTERNAL, min(wakes, default=None)
    return replace(decided, reason=said.reason, external=external, because=said.because, wake_at_us=wake_at_us)


def _changed_over(rule: ChangeRule, change: Change, decided: Decision) -> Decision:
    """Whatever it does, it is being changed over: to run it in is a part of that."""
    evidence = text({"by": "changeover", "from": change.before, "to": change.to, "at_us": change.since_us})
    return replace(decided, state=CHANGEOVER, reason=rule.reason, external=False, because=evidence)


def _words(rules: MachineRules, snapshot: Snapshot, decided: Decision, at_us: int) -> dict[str, str]:
    """What the unit and those beside it in the flow are known to do; of several side by side, produce if one does."""
    found = {OWN_STATE: decided.state}
    for name, near in ((UPSTREAM_STATE, rules.upstream), (DOWNSTREAM_STATE, rules.downstream)):
        said = [_state(unit.state, snapshot, at_us).state for unit in near if unit.state is not None]
        known = sorted((state for state in said if state not in (NO_DATA, UNKNOWN)), key=lambda s: s not in PRODUCING)
        found |= {name: known[0]} if known else {}
    return found


def _packml(rule: PackmlRule, snapshot: Snapshot) -> Decision:
    seen = snapshot.seen.get(rule.state, ABSENT)
    if not seen.good:
        return _NO_DATA
    known = PACKML_STATES.get(_number(seen.value)) if rule.words is None else rule.words[0].get(written(seen.value))
    state = known or UNKNOWN
    return Decision(state, _packml_mode(rule, snapshot))


def _packml_mode(rule: PackmlRule, snapshot: Snapshot) -> str:
    """The mode in words; a machine without a mode signal is in Production, an unreadable mode is empty."""
    if rule.mode is None:
        return "Production"
    seen = snapshot.seen.get(rule.mode, ABSENT)
    if not seen.good:
        return ""
    if rule.words is not None:
        return rule.words[1].get(written(seen.value), "")
    number = _number(seen.value)
    return rule.modes.get(number) or PACKML_MODES.get(number, "")


def _by_value(rule: ValueRule, snapshot: Snapshot) -> Decision:
    seen = snapshot.seen.get(rule.tag, ABSENT)
    if not seen.good or seen.value is None:
        return _NO_DATA
    meaning = rule.meanings.get(written(seen.value))
    if meaning is None and isinstance(seen.value, bool):
        meaning = rule.meanings.get(str(int(seen.value)))  # 0 and 1 are as good names for a contact as false and true
    return Decision(meaning.state, meaning.mode, meaning.reason) if meaning else Decision(UNKNOWN)


def _by_activity(rule: ActivityRule, snapshot: Snapshot, at_us: int) -> Decision:
    if not snapshot.seen.get(rule.tag, ABSENT).good:
        return _NO_DATA
    if snapshot.advanced_us is None or at_us >= snapshot.advanced_us + rule.timeout_us:
        return Decision(rule.otherwise, "Production")
    return Decision(rule.running, "Production", wake_at_us=snapshot.advanced_us + rule.timeout_us)


def _with_reason(rules: MachineRules, snapshot: Snapshot, decided: Decision) -> Decision:
    """Why nothing is made: in Held the machine's own fault comes first, else what its neighbours do to it."""
    own = why(rules.reason, decided.kept.faults, snapshot.seen) if rules.reason is not None else Why()
    if own.reason is None and decided.reason is not None:
        own = Why(decided.reason, text({"by": "state", "state": decided.state}))
    own_first = own.reason is not None and decided.state not in ("Suspended", "Idle")
    outside = None if own_first or decided.state not in WAITING else _outside(rules, snapshot)
    named = {STARVED: STARVED_REASON, BLOCKED: BLOCKED_REASON}.get(decided.state)
    outside = outside if named is None else Why(named, text({"by": "state", "state": decided.state}))
    said = outside or own
    return replace(decided, reason=said.reason, external=outside is not None, because=said.because)


def _outside(rules: MachineRules, snapshot: Snapshot) -> Why | None:
    for tag, reason in ((rules.starved, STARVED_REASON), (rules.blocked, BLOCKED_REASON)):
        seen = snapshot.seen.get(tag, ABSENT) if tag is not None else ABSENT
        if seen.good and seen.value:
            return Why(reason, text({"by": "signal", "tag": tag}))
    return None


def _number(value: Scalar | None) -> int:
    """The whole number a signal shows; -1, which is no state and no mode, for anything else."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return -1
    return int(value) if math.isfinite(value) and value == math.floor(value) else -1
