"""What the API shows of the timeline: records and edits, in words a screen can use as they are."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.reasoning.shown import EvidenceOut, evidence_out
from dovetail.timeline.model import Edit, StateRecord


class StateRecordOut(BaseModel):
    """What an equipment did in [start, end); end null: still does. Provisional: not settled yet.

    `edited`: people said something of it; `evidence_changed`: the signals say something else now than when they did.
    `because`: the evidence for a reason that signals gave; null where a person gave it, or nothing did.
    """

    record_id: str
    equipment_id: int
    start: str
    end: str | None
    state: str
    mode: str
    reason: str | None
    external: bool
    source: str
    provisional: bool
    edited: bool
    edit_id: int | None
    edited_by: str | None
    edited_at: str | None
    comment: str | None
    evidence_changed: bool
    because: EvidenceOut | None = None


class StateOut(BaseModel):
    """What an equipment does now. `since` null: nothing was ever heard of it."""

    equipment_id: int
    state: str
    mode: str
    reason: str | None
    external: bool
    since: str | None
    settled: str | None


class EditOut(BaseModel):
    """One edit ever made. `superseded_by`: newer words stand in its place everywhere; `end` null: it goes on."""

    edit_id: int
    equipment_id: int
    what: str
    start: str
    end: str | None
    reason: str | None
    state: str | None
    comment: str | None
    by: str
    at: str
    why: str | None
    superseded_by: int | None
    withdrawn: bool
    evidence_changed: bool


def record_out(record: StateRecord, *, provisional: bool, changed: frozenset[int]) -> StateRecordOut:
    """A state record as the API shows it; `changed`: the edits whose evidence has."""
    edit = record.edit
    return StateRecordOut(
        record_id=f"{record.equipment_id}-{record.t0_us}",
        equipment_id=record.equipment_id,
        start=to_rfc3339(record.t0_us),
        end=None if record.t1_us is None else to_rfc3339(record.t1_us),
        state=record.state,
        mode=record.mode,
        reason=record.reason,
        external=record.external,
        source=record.source,
        provisional=provisional,
        edited=edit is not None,
        edit_id=edit.edit_id if edit else None,
        edited_by=edit.by_name if edit else None,
        edited_at=to_rfc3339(edit.at_us) if edit else None,
        comment=record.comment,
        evidence_changed=edit is not None and edit.edit_id in changed,
        because=evidence_out(record.because),
    )


def edit_out(edit: Edit, *, speaks: frozenset[int], changed: frozenset[int], newer: Iterable[Edit]) -> EditOut:
    """An edit as the API shows it; `speaks`: the edits whose words still count somewhere; `newer`: those after it."""
    over = [one.edit_id for one in newer if not one.withdrawn and one.touches(edit.t0_us, edit.t1_us)]
    is_over = not edit.withdrawn and edit.edit_id not in speaks
    return EditOut(
        edit_id=edit.edit_id,
        equipment_id=edit.equipment_id,
        what=edit.what,
        start=to_rfc3339(edit.t0_us),
        end=None if edit.t1_us is None else to_rfc3339(edit.t1_us),
        reason=edit.reason,
        state=edit.state,
        comment=edit.comment,
        by=edit.by_name,
        at=to_rfc3339(edit.at_us),
        why=edit.why,
        superseded_by=max(over, default=None) if is_over else None,
        withdrawn=edit.withdrawn,
        evidence_changed=edit.edit_id in changed,
    )
