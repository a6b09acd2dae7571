"""How far an edit reaches that was said of something still going on, and whether what lies under an edit has changed.

Pure: derived records in, a moment or a digest out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from dovetail.states.model import StateRecord as Derived
from dovetail.timeline.model import ENTRY_LAG_US, NO_KNOWLEDGE, PRODUCING, Edit


def anchor_us(edit: Edit) -> int:
    """From here on the end of what an open edit speaks of is looked for: what ended before was seen by who made it."""
    return max(edit.t0_us, edit.at_us - ENTRY_LAG_US)


def end_after(records: Iterable[Derived], after_us: int, *, seen_reason: str | None) -> int | None:
    """Where what was going on at `after_us` ended: it produces, nobody knows any more, or the machine names another
    reason than the one it gave. None: it goes on. Depends on each record alone, not on the one before it."""
    for record in records:
        ends = record.state in PRODUCING or record.state in NO_KNOWLEDGE
        named = record.reason is not None and record.reason != seen_reason
        if record.t0_us > after_us and (ends or named):
            return record.t0_us
    return None


def with_ends(derived: Sequence[Derived], edits: Sequence[Edit]) -> list[Edit]:
    """The edits; open ones end where the records show it already: the store learns of it a little later."""
    return [_with_end(derived, edit) for edit in edits]


def _with_end(derived: Sequence[Derived], edit: Edit) -> Edit:
    if edit.t1_us is not None:
        return edit
    end_us = end_after(derived, anchor_us(edit), seen_reason=edit.seen_reason)
    return edit if end_us is None else replace(edit, t1_us=end_us)


def evidence(derived: Iterable[Derived], from_us: int, to_us: int) -> str:
    """A digest of what the signals say in [from_us, to_us); the same for the same story, however it is cut."""
    told: list[list[object]] = []
    for record in derived:
        t0_us = max(record.t0_us, from_us)
        t1_us = to_us if record.t1_us is None else min(record.t1_us, to_us)
        if t0_us >= t1_us:
            continue
        face = [record.state, record.mode, record.reason, record.external]
        if told and told[-1][2:] == face and told[-1][1] == t0_us:
            told[-1][1] = t1_us
        else:
            told.append([t0_us, t1_us, *face])
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def has_changed(derived: Sequence[Derived], edit: Edit) -> bool:
    """Whether the signals say something else under an edit than when it was made. `derived` must cover the edit."""
    return evidence(derived, edit.t0_us, edit.evidence_us) != edit.evidence
