"""What a state record is made of, as steps of an explanation: who said what of it, and what the signals said."""

from __future__ import annotations

from typing import Protocol

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.db.uow import Reading
from dovetail.proof.tree import Node, Place
from dovetail.reasoning.shown import evidence_out
from dovetail.states.model import StateRecord
from dovetail.timeline.model import Edit
from dovetail.timeline.service import Under


class Timeline(Protocol):
    """What is asked of the timeline room."""

    def under(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> Under: ...
    def said(
        self, reading: Reading, equipment_id: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Edit]: ...


def edit_node(place: Place, edit: Edit, *, changed: bool) -> Node:
    """A person's word: who, when, why; `evidence_changed`: the signals say something else now than they did then."""
    said = [edit.state, edit.reason if edit.says_reason else None, edit.comment]
    detail = {name: getattr(edit, name) for name in ("edit_id", "what", "state", "reason", "comment", "why")}
    detail |= {"by": edit.by_name, "at": to_rfc3339(edit.at_us), "evidence_changed": changed}
    detail |= {"start": to_rfc3339(edit.t0_us), "end": None if edit.t1_us is None else to_rfc3339(edit.t1_us)}
    label = " · ".join(word for word in said if word) or edit.what
    return Node(key=place.path, label=label, value=edit.by_name, kind="timeline-edit", detail=detail)


def derived_node(place: Place, record: StateRecord) -> Node:
    """What the signals alone say; beneath it stand the samples."""
    detail = {name: getattr(record, name) for name in ("state", "mode", "reason", "external")}
    detail |= {"start": to_rfc3339(record.t0_us), "end": record.t1_us and to_rfc3339(record.t1_us)}
    if (shown := evidence_out(record.because)) is not None:
        detail["because"] = shown.text
    lasts_us = None if record.t1_us is None else record.t1_us - record.t0_us
    return Node(
        key=place.path, label=record.state, value=lasts_us, unit="us", kind="derived-record", detail=detail, more=True
    )


def beneath(place: Place, under: Under, *, limit: int) -> list[Node]:
    """The edits over a record, the newest first, and below them what the signals say."""
    edits = [
        edit_node(place.down(f"timeline-edit:{edit.edit_id}"), edit, changed=edit.edit_id in under.changed)
        for edit in under.edits
    ]
    derived = [derived_node(place.down(f"derived-record:{r.t0_us}"), r) for r in under.derived]
    return [*edits, *derived][:limit]
