"""Lay people's edits over what the signals say: one contiguous timeline, in which an edit wins where it speaks.

Pure. Derived records follow each other without a hole; before the first of them, and where there are none at all,
nobody knows what the equipment did: edits are then laid over time without data.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from dovetail.states.model import StateRecord as Derived
from dovetail.timeline.model import NO_DATA, PRODUCING, Edit, StateRecord


def fold(derived: Sequence[Derived], edits: Sequence[Edit]) -> list[StateRecord]:
    """The state records of an equipment, by time, without hole or overlap.

    `derived`: whole records by time; only the last may be open. `edits`: those that hold, in any order. What an edit
    says beyond the last derived record's end is not told: whoever asks for more time gives more records.
    """
    if not edits:
        return [_plain(record) for record in derived]
    done: list[StateRecord] = []
    for ground, over in _pieces(_ground(derived, edits), edits):
        piece = laid_over(ground, over)
        if done and piece.edit is not None and done[-1].face == piece.face:
            piece = replace(piece, t0_us=done.pop().t0_us)
        done.append(piece)
    return done


def _plain(record: Derived) -> StateRecord:
    return StateRecord(
        record.equipment_id, record.t0_us, record.t1_us, record.state, record.mode, record.reason, record.external,
        because=record.because,
    )  # fmt: skip


def _ground(derived: Sequence[Derived], edits: Sequence[Edit]) -> Iterator[StateRecord]:
    """What lies under the edits: time without data where no signal has spoken yet, then the derived records."""
    equipment_id = edits[0].equipment_id
    first_us = min(edit.t0_us for edit in edits)
    begin_us = derived[0].t0_us if derived else None
    if begin_us is None or first_us < begin_us:
        yield StateRecord(equipment_id, first_us, begin_us, NO_DATA, "", None, external=False)
    for record in derived:
        yield _plain(record)


def _pieces(ground: Iterator[StateRecord], edits: Sequence[Edit]) -> Iterator[tuple[StateRecord, list[Edit]]]:
    """The ground cut where an edit begins or ends, each piece with the edits over it, the oldest first."""
    waiting = sorted(edits, key=lambda edit: (edit.t0_us, edit.edit_id), reverse=True)
    over: dict[int, Edit] = {}
    ends: list[tuple[int, int]] = []
    for record in ground:
        at_us = record.t0_us
        while record.t1_us is None or at_us < record.t1_us:
            while ends and ends[0][0] <= at_us:
                del over[heapq.heappop(ends)[1]]
            while waiting and waiting[-1].t0_us <= at_us:
                edit = waiting.pop()
                if edit.t1_us is not None and edit.t1_us <= at_us:
                    continue
                over[edit.edit_id] = edit
                if edit.t1_us is not None:
                    heapq.heappush(ends, (edit.t1_us, edit.edit_id))
            following = [ends[0][0]] if ends else []
            following += [waiting[-1].t0_us] if waiting else []
            until_us = min(following, default=record.t1_us)
            if until_us is None or (record.t1_us is not None and until_us > record.t1_us):
                until_us = record.t1_us
            yield replace(record, t0_us=at_us, t1_us=until_us), [over[number] for number in sorted(over)]
            if until_us is None:
                return
            at_us = until_us


def laid_over(record: StateRecord, edits: Sequence[Edit]) -> StateRecord:
    """A piece of the timeline with what the edits over it say, the oldest first: of each matter the newest counts.

    A run has no reason: a state that produces takes away the reason of what was said before it.
    """
    if not edits:
        return record
    state, mode, reason, external = record.state, record.mode, record.reason, record.external
    comment, source = record.comment, record.source
    for edit in edits:
        if edit.state is not None:
            state, mode, source = edit.state, edit.mode or "Production", "person"
            if state in PRODUCING:
                reason, external = None, False
        if edit.says_reason:
            reason, external, source = edit.reason, edit.external, "person"
        if edit.says_comment:
            comment = edit.comment
    because = record.because if source == record.source else None
    return StateRecord(
        record.equipment_id,
        record.t0_us,
        record.t1_us,
        state,
        mode,
        reason,
        external,
        source,
        comment,
        edits[-1],
        because,
    )


SAYS: Final = (
    lambda edit: edit.state is not None,
    lambda edit: edit.says_reason or edit.state in PRODUCING,
    lambda edit: edit.says_comment,
    lambda _edit: True,  # the newest of all names the record
)


def speaking(derived: Sequence[Derived], edits: Sequence[Edit]) -> frozenset[int]:
    """The edits whose words still count somewhere: those that newer ones speak over everywhere are left out."""
    found: set[int] = set()
    for _, over in _pieces(_ground(derived, edits), edits) if edits else ():
        newest = [next((edit.edit_id for edit in reversed(over) if says(edit)), None) for says in SAYS]
        found |= {edit_id for edit_id in newest if edit_id is not None}
    return frozenset(found)
