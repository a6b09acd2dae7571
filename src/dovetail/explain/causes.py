"""Why a ledger was written anew at a moment of knowledge: who said what, which definition changed, what came late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from dovetail.core.clock import MINUTE_US
from dovetail.db.events import Event, events_after, events_at, moments_of
from dovetail.db.uow import Reading
from dovetail.operations.store import AuditRow, audit_at

type Kind = Literal[
    "timeline-edit",
    "timeline-withdrawal",
    "count-entry",
    "job",
    "plant",
    "calendar",
    "restate",
    "signature",
    "sample-correction",
    "late-data",
    "data",
    "running",
]

LATE_US: Final = 15 * MINUTE_US  # data that tells of time that ended longer ago came late
BY_EVENT: Final[Mapping[str, Kind]] = {
    "Restated": "restate",
    "SignatureChanged": "signature",
    "CalendarCorrected": "calendar",
    "PlantApplied": "plant",
    "TimelineEdited": "timeline-edit",
    "CountsChanged": "count-entry",
    "JobResponseChanged": "job",
}
AGAIN: Final[Mapping[str, Kind]] = {"SamplesCorrected": "sample-correction", "Restated": "restate"}  # derived since
SAID: Final = ("what", "reason", "state", "mode", "comment", "start", "end", "good", "scrap", "rework", "product")


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved a ledger at one `known`. `by` None: nobody, the signals did."""

    known: int
    at_us: int
    kind: Kind
    operation: str | None = None
    by: str | None = None
    audit_id: int | None = None
    why: str | None = None
    said: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Moved:
    """What has to be explained: at which `known` which equipment's records told which time otherwise."""

    known: int
    units: frozenset[int]
    from_us: int
    to_us: int


def causes(reading: Reading, moved: Sequence[Moved], *, after: int) -> dict[int, Cause]:
    """The cause of each step, by its `known`."""
    knowns = sorted({one.known for one in moved})
    if not knowns:
        return {}
    told: dict[int, list[Event]] = {known: [] for known in knowns}
    for event in events_at(reading, knowns):
        told[event.known].append(event)
    audits, moments = audit_at(reading, knowns), moments_of(reading, knowns)
    again = [one for one in events_after(reading, after, list(AGAIN)) if one.known < knowns[-1]]
    pending = [one for one in again for _ in one.body.get("derived", (0,))]  # each machine follows by itself
    reached: dict[int, list[Moved]] = {known: [] for known in knowns}
    for one in moved:
        reached[one.known].append(one)
    found: dict[int, Cause] = {}
    for known in knowns:
        at_us = moments.get(known, 0)
        kind = next((name for said, name in BY_EVENT.items() if any(e.kind == said for e in told[known])), None)
        if kind is not None and (known in audits or kind != "timeline-edit"):  # else what was open has ended
            found[known] = _by_person(known, at_us, kind, audits.get(known))
            continue
        corrected = next((e for e in pending if any(_rests_on(one, e) for one in reached[known])), None)
        if corrected is not None:
            pending.remove(corrected)
            row = audit_at(reading, [corrected.known]).get(corrected.known)
            found[known] = _by_person(known, at_us, AGAIN[corrected.kind], row)
            continue
        late = max(one.to_us for one in reached[known]) < at_us - LATE_US
        found[known] = Cause(known, at_us, "late-data" if late else "data")
    return found


def _rests_on(moved: Moved, event: Event) -> bool:
    body = event.body
    told = body.get("derived") or [(0, body.get("equipment_id"), body.get("from_us", 0), body.get("to_us", 0))]
    here = (one for one in told if event.known < moved.known and one[1] in moved.units)
    return any(from_us < moved.to_us and to_us > moved.from_us for _, _, from_us, to_us in here)


def _by_person(known: int, at_us: int, kind: Kind, found: tuple[int, AuditRow] | None) -> Cause:
    if found is None:
        return Cause(known, at_us, kind)
    audit_id, row = found
    if row.operation == "timeline.withdraw":
        kind = "timeline-withdrawal"
    given = row.given
    said = {name: given[name] for name in SAID if given.get(name) is not None}
    why = row.reason or given.get("why")
    return Cause(known, at_us, kind, row.operation, row.actor_name, audit_id, why, said)
