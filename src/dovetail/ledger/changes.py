"""What an event moved: periods of equipment that the ledger has to cut again, and those that are cut together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dovetail.core.clock import DAY_US
from dovetail.db.events import Event
from dovetail.ledger.tracks import StateTrack


@dataclass(frozen=True, slots=True)
class Change:
    """A period of one equipment whose facts moved; `to_us` None: up to now. `plant`: of every equipment."""

    equipment_id: int | None
    from_us: int
    to_us: int | None
    known: int
    kind: str


def changes(event: Event) -> list[Change]:
    """The periods that an event moved."""
    known, kind, body = event.known, event.kind, event.body
    if kind in ("CalendarCorrected", "Restated"):
        return [Change(who, from_us, to_us, known, kind) for who, from_us, to_us in body["stretches"]]
    if kind == "PlantApplied":
        return [Change(None, body["valid_from_us"], None, known, kind)]
    return [Change(body["equipment_id"], body["from_us"], body.get("to_us"), known, kind)]


def merged(changes: Iterable[Change]) -> list[Change]:
    """Changes of records that follow each other become one per equipment, at the newest `known` among them; what one
    transaction changed of one equipment is one change too."""
    done: list[Change] = []
    open_run: dict[int | None, Change] = {}
    for change in changes:
        if change.kind != "RecordsChanged":
            done += _at_newest(open_run)
            open_run = {}
            together = done and (done[-1].known, done[-1].equipment_id) == (change.known, change.equipment_id)
            done.append(_both(done.pop(), change) if together else change)
            continue
        open_run[change.equipment_id] = _both(open_run.get(change.equipment_id, change), change)
    return done + _at_newest(open_run)


def _both(earlier: Change, change: Change) -> Change:
    to_us = None if earlier.to_us is None or change.to_us is None else max(earlier.to_us, change.to_us)
    return replace(change, from_us=min(earlier.from_us, change.from_us), to_us=to_us)


def _at_newest(run: dict[int | None, Change]) -> list[Change]:
    """One run of record changes, all settled at the newest `known`, since together they are handled up to there."""
    known = max((change.known for change in run.values()), default=0)
    return [Change(c.equipment_id, c.from_us, c.to_us, known, c.kind) for c in run.values()]


def in_days(from_us: int, to_us: int) -> list[tuple[int, int]]:
    """A period in parts of a day, each cut in a transaction of its own; an empty one is a microsecond long."""
    end_us = max(to_us, from_us + 1)
    return [(begin_us, min(begin_us + DAY_US, end_us)) for begin_us in range(from_us, end_us, DAY_US)]


def goes_on(records: Sequence[StateTrack], at_us: int) -> bool:
    """Whether only a record that began before, and has no end, lies from there on: slices end where it begins."""
    return len(records) == 1 and records[0].t1_us is None and records[0].t0_us < at_us
