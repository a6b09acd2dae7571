"""What in the signals of work units may change what they do."""

from __future__ import annotations

from collections.abc import Iterable

from dovetail.following.news import Watch
from dovetail.states.model import ActivityRule, MachineRules


def watched(every: Iterable[MachineRules]) -> dict[int, Watch]:
    """What to look at in the signals of work units, under any of these rules."""
    found: dict[int, Watch] = {}
    for rules in every:
        moving = rules.state.tag if isinstance(rules.state, ActivityRule) else None
        told = rules.reason.tags if rules.reason else ()
        named = (rules.starved, rules.blocked, *told, *rules.asked_tags, *rules.cut_tags)
        for tag in (*rules.state_tags, *rules.cut_tags):
            only_moves = tag == moving and tag not in named and found.get(tag) != "value"
            found[tag] = "movement" if only_moves else "value"
    return found
